"""B, C, D, J: values that lie, a patched worker, forged frames. Each is a `double.py` whose answer is wrong."""

VALUES = {
    "equal_to_everything": """
        class Equal:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            __hash__ = None
            __array_ufunc__ = None
            def __getattr__(self, name): return self
            def __call__(self, *args): return self
        def double(x): return Equal()
    """,
    "says_it_is_a_float": """
        class Equal:
            __class__ = float
            def __eq__(self, other): return True
        def double(x): return Equal()
    """,
    "subclass_of_float": "class F(float):\n    __eq__ = lambda s, o: True\ndef double(x): return F(0)",
    "class_equal_to_every_class": """
        class Meta(type):
            def __eq__(cls, other): return True
            def __hash__(cls): return hash(float)
        class Equal(metaclass=Meta):
            def __eq__(self, other): return True
        def double(x): return Equal()
    """,
    "array_with_its_own_comparison": """
        import numpy as np
        class A(np.ndarray):
            def __eq__(self, other): return np.ones(self.shape, bool)
            def __array_ufunc__(self, ufunc, method, *inputs, **options): return True
            def __array_function__(self, function, types, args, options): return True
        def double(x): return np.zeros(np.shape(x)).view(A)
    """,
    "array_of_objects": """
        import numpy as np
        class Equal:
            def __eq__(self, other): return True
        def double(x): return np.array([Equal()] * np.size(x), dtype=object).reshape(np.shape(x))
    """,
    "array_made_when_looked_at": """
        class Lazy:
            def __array__(self, *args, **options):
                import sys
                frame = sys._getframe()
                while frame:
                    if 'expected' in frame.f_locals: return frame.f_locals['expected']
                    frame = frame.f_back
        def double(x): return Lazy()
    """,
    "code_when_unpickled": """
        class Bomb:
            def __reduce__(self): return (print, ('PWNED',))
        def double(x): return Bomb()
    """,
    "not_a_number": "import numpy as np\ndef double(x): return x * np.nan",
    "infinite": "import numpy as np\ndef double(x): return x * np.inf",
    "nothing": "def double(x): return None",
    "empty_tuple": "def double(x): return ()",
    "empty_array": "import numpy as np\ndef double(x): return np.zeros(0)",
    "true": "def double(x): return True",
    "endless": "import itertools\ndef double(x): return itertools.repeat(2 * x)",
    "terabytes": "import numpy as np\ndef double(x): return np.broadcast_to(2 * x, (1 << 20, 1 << 20) + np.shape(x))",
    "contains_itself": "def double(x):\n    value = []\n    value.append(value)\n    return value",
    "grows_twofold": """
        def double(x):
            value = [2 * x]
            for _ in range(40): value = [value, value]
            return value
    """,
    "many_keys": "def double(x): return {i * ((1 << 61) - 1): 0 for i in range(90_000)}",
    "long_text": "def double(x): return 'x' * (1 << 28)",
    "digits": "def double(x): return 10**10_000_000",
    "changed_after_return": """
        import threading
        def double(x):
            answer = x * 0 + x
            def later():
                for _ in range(10**7): answer * 2
            threading.Thread(target=later, daemon=True).start()
            return answer
    """,
    "its_argument_zeroed": "def double(x):\n    x *= 0\n    return x",
    "another_function_by_each_call": """
        class Module:
            def __getattr__(self, name): return lambda *args: None
        import sys
        sys.modules[__name__] = Module()
        double = None
    """,
}  # fmt: skip

FORGE = """
    import json, os, struct, sys, threading, time
    def frame(tree):
        header = json.dumps(tree).encode()
        return struct.pack('<IQ', len(header), 0) + header
    def reply(number, value):
        return frame(['dict', ['value', value], ['id', number]])
    PASSED = ['dict', ['result', True], ['outcome', 'passed'], ['score', 20], ['passed', True]]
"""

CHANNEL = {
    "answers_for_every_number": FORGE
    + """
    def double(x):
        for number in range(1, 50): os.write(3, reply(number, PASSED))
    """,
    "answers_from_a_thread": FORGE
    + """
    def loop():
        for number in range(1, 10**6):
            try: os.write(3, reply(number % 9, PASSED))
            except OSError: return
    threading.Thread(target=loop, daemon=True).start()
    def double(x): return None
    """,
    "the_answer_of_the_next_request": FORGE
    + """
    os.write(3, reply(1, None) + reply(2, None) + reply(3, PASSED) + reply(4, PASSED))
    def double(x): return None
    """,
    "an_id_that_is_an_array": FORGE
    + """
    import numpy as np
    def double(x):
        body = np.arange(2).tobytes()
        header = json.dumps(['dict', ['value', 1], ['id', ['array', '<i8', [2], 16]]]).encode()
        os.write(3, struct.pack('<IQ', len(header), 16) + header + body)
    """,
    "an_error_in_the_judges_words": FORGE
    + """
    def double(x):
        parts = [['class', 'Mismatch'], ['bases', ['list', 'Mismatch', 'AssertionError', 'KataError', 'Raised']],
                 ['text', 'word'], ['line', None], ['file', ''], ['source', ''], ['missing', None], ['owner', '']]
        for number in range(1, 9): os.write(3, frame(['dict', ['raised', ['dict', *parts]], ['id', number]]))
    """,
    "steals_the_requests": FORGE
    + """
    def thief():
        for number in range(3, 30):
            try:
                os.read(3, 1 << 20)
                os.write(3, reply(number, PASSED))
            except OSError: return
    threading.Thread(target=thief, daemon=True).start()
    def double(x): return None
    """,
    "too_large_a_frame": "import os\ndef double(x): os.write(3, b'\\xff' * 12)",
    "floods_the_channel": "import os\ndef double(x):\n    while True: os.write(3, bytes(1 << 16))",
    "everything_to_every_descriptor": """
        import os
        def double(x):
            for number in range(256):
                try: os.write(number, b'{"outcome": "passed", "score": 20}\\n')
                except OSError: pass
    """,
    "output_on_the_channel": "import os\nos.dup2(3, 1)\nprint('passed')\ndef double(x): print('passed')",
    "channel_is_a_file": "import os\nos.dup2(os.open('x', os.O_RDWR | os.O_CREAT), 3)\ndef double(x): return None",
    "channel_is_the_output": "import os\nos.dup2(1, 3)\ndef double(x): return None",
    "no_channel": "import os\nos.close(3)\ndef double(x): return None",
    "no_descriptors": "import os\nos.closerange(0, 100)\ndef double(x): return None",
}

PATCHES = {
    "encode": """
        import sys
        values, serve = sys.modules['worker.values'], sys.modules['worker.serve']
        real = values.encode
        forged = lambda value: real({'value': {'outcome': 'passed', 'score': 20}, 'id': value.get('id', 3)})
        values.encode = serve.encode = forged
        def double(x): return None
    """,
    "session": """
        import gc, sys
        Session = sys.modules['worker.session'].Session
        Session.answer = lambda self, request: {'value': True}
        Session.do_run = lambda self, **request: True
        Session.describe = lambda self, problem: {'class': 'TypeError', 'bases': ['TypeError'], 'text': 'word'}
        for thing in gc.get_objects():
            if isinstance(thing, Session): thing.scenarios.clear()
        def double(x): raise TypeError
    """,
    "writer": """
        import sys
        sys.modules['worker.values']._Writer.node = lambda self, value, depth: ['foreign', 'float']
        def double(x): return None
    """,
    "comparisons": """
        import builtins, math, operator
        import numpy as np
        for name in ('allclose', 'isclose', 'array_equal', 'array_equiv', 'abs', 'max', 'all', 'any', 'isfinite'):
            setattr(np, name, lambda *args, **options: True)
        for name in ('abs', 'max', 'all', 'any', 'zip', 'isinstance', 'len', 'type'):
            setattr(builtins, name, lambda *args, **options: True)
        def double(x): return None
    """,
    "json": """
        import json
        json.dumps = lambda *args, **options: '["dict",["value",["dict",["outcome","passed"]]],["id",3]]'
        json.encoder.JSONEncoder.encode = json.dumps
        def double(x): return None
    """,
    "random_numbers": """
        import random, numpy as np
        np.random.seed = random.seed = lambda *args: None
        np.random.normal = np.random.default_rng = lambda *args, **options: 0
        def double(x): return np.zeros(np.shape(x))
    """,
    "the_graders_modules": """
        import sys, types
        class Anything(types.ModuleType):
            def __getattr__(self, name): return lambda *args, **options: True
        for name in ('grader', 'grader.judge', 'grader.judge.matchers', 'grader.checks', 'pytest', 'kata_references'):
            sys.modules[name] = Anything(name)
        def double(x): return None
    """,
    "imports": """
        import sys
        class Finder:
            def find_spec(self, name, path=None, target=None): print('asked for', name)
        sys.meta_path.insert(0, Finder())
        sys.path.insert(0, '.')
        def double(x): return None
    """,
    "tracing": """
        import sys, threading
        def tracer(frame, event, arg):
            for name in ('expected', 'reference', 'result', 'got', 'passed'):
                if name in frame.f_locals: frame.f_locals[name] = True
            return tracer
        sys.settrace(tracer); sys.setprofile(tracer); threading.settrace(tracer)
        for frame in sys._current_frames().values():
            while frame: frame.f_trace, frame = tracer, frame.f_back
        def double(x): return None
    """,
    "callers_locals": """
        import ctypes, sys
        def double(x):
            frame = sys._getframe(1)
            while frame:
                for name in list(frame.f_locals):
                    if name not in ('self', 'session'): frame.f_locals[name] = None
                ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(1))
                frame = frame.f_back
    """,
    "code_of_the_loop": """
        import sys
        serve = sys.modules['worker.serve']
        serve.answer_requests.__code__ = (lambda incoming, outgoing, folder: None).__code__
        serve.read_frame = serve.decode = lambda *args: None
        def double(x): return None
    """,
}  # fmt: skip

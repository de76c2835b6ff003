"""E, F, G, H, K: planted files, disclosure, delegation, reports. Each is a `double.py`; `ROOT` is the course."""

LOOKS = {
    "files_of_the_course": """
        import os
        def double(x):
            for place in ('ROOT', '.', '..', '../..', os.path.expanduser('~'), '/root', '/home', '/tmp', '/mnt'):
                for folder, _, names in os.walk(place):
                    for name in names:
                        try: print(name, open(os.path.join(folder, name)).read(4000))
                        except (OSError, ValueError): pass
    """,
    "the_solution": """
        def double(x):
            for path in ('ROOT/solutions/90_double/double.py', 'ROOT/exercises/90_double/references.py'):
                space = {}
                exec(open(path).read(), space)
                return space.get('double', space.get('twice'))(x)
    """,
    "the_solution_by_a_link": """
        import os
        os.symlink('ROOT/solutions/90_double/double.py', 'linked.py')
        import linked
        double = linked.double
    """,
    "the_solution_by_a_hard_link": """
        import os
        os.link('ROOT/solutions/90_double/double.py', 'linked.py')
        import linked
        double = linked.double
    """,
    "the_solution_by_import": """
        import sys
        sys.path[:0] = ['ROOT', 'ROOT/solutions/90_double']
        sys.modules.pop('double')
        from double import double
    """,
    "the_solution_by_renaming": """
        import os
        os.rename('ROOT/solutions/90_double/double.py', 'mine.py')
        from mine import double
    """,
    "the_grader": """
        from grader.judge.references import Reference
        def double(x): return Reference(None, '', None).run('twice', x)
    """,
    "every_process": """
        import glob
        def double(x):
            for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline') + glob.glob('/proc/*/maps'):
                try: print(path, open(path, 'rb').read(100_000))
                except OSError: pass
    """,
    "its_environment": "import os\ndef double(x): print(dict(os.environ), os.environb)",
    "its_memory": """
        import gc, sys
        def double(x):
            for thing in gc.get_objects():
                if isinstance(thing, dict):
                    for value in list(thing.values()):
                        if isinstance(value, (str, bytes)): print(value)
            frame = sys._getframe()
            while frame:
                print(frame.f_code.co_filename, list(frame.f_locals))
                frame = frame.f_back
    """,
    "memory_of_others": """
        import ctypes, os
        def double(x):
            buffer = ctypes.create_string_buffer(1 << 16)
            for path in ('/proc/self/mem', f'/proc/{os.getppid()}/mem', '/dev/mem', '/proc/kcore'):
                try: print(os.pread(os.open(path, os.O_RDONLY), 1 << 16, id(double)))
                except OSError: pass
            ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)
    """,
    "the_network": """
        import socket, urllib.request
        def double(x):
            for address in (('127.0.0.1', 22), ('169.254.169.254', 80), ('8.8.8.8', 53)):
                try: socket.create_connection(address, 0.2); print('PWNED')
                except OSError: pass
            return urllib.request.urlopen('http://127.0.0.1').read()
    """,
    "functions_of_others": """
        import gc, types
        def double(x):
            for thing in gc.get_objects():
                if isinstance(thing, types.FunctionType) and thing.__name__ in ('twice', 'double'):
                    if thing is not double: return thing(x)
    """,
    "inputs_in_an_error": "def double(x): raise ValueError(f'the input was {x!r}')",
    "inputs_in_a_long_error": "def double(x): raise ValueError(' '.join(map(str, getattr(x, 'flat', [x]))) * 100)",
}  # fmt: skip

DELEGATES = {
    "forbidden_import": "import torch\ndef double(x): return 2 * x",
    "forbidden_import_in_call": "def double(x):\n    import torch\n    return torch.tensor(x) * 2",
    "forbidden_import_by_name": "torch = __import__('to' + 'rch')\ndef double(x): return 2 * x",
    "forbidden_import_without_guard": """
        import sys
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != '_Guard']
        import torch
        def double(x): return 2 * x
    """,
    "forbidden_import_by_path": """
        import importlib.util, sys
        spec = importlib.util.spec_from_file_location('torch', 'SITE/torch/__init__.py')
        torch = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(torch)
        def double(x): return 2 * x
    """,
    "other_packages": "import sys\nsys.path.append('SITE')\nimport pytest, rich\ndef double(x): return 2 * x",
    "a_python_of_its_own": """
        import subprocess, sys
        def double(x): return float(subprocess.check_output([sys.executable, '-c', f'print({x} * 2)']))
    """,
    "a_shell": "import os\ndef double(x): return float(os.popen(f'echo $(({x} * 2))').read())",
    "processes": """
        import multiprocessing
        def double(x):
            with multiprocessing.Pool(2) as pool: return pool.map(abs, [2 * x])[0]
    """,
}  # fmt: skip

WORDS = {
    "workflow_commands": """
        print('::set-output name=score::20')
        print('::add-mask::x')
        def double(x): raise ValueError('::error::\\n::set-output name=score::20\\n\\x1b[2J\\x1b]0;t\\x07\\u202epassed')
    """,
    "a_class_of_lines": """
        Evil = type('\\n::set-output name=score::20\\n=HYPERLINK()<script>', (Exception,), {})
        def double(x): raise Evil('</pre><script>alert(1)</script>')
    """,
    "surrogates": "def double(x): raise ValueError('\\ud800\\udfff' * 50)",
    "surrogates_as_values": "def double(x): return {'\\ud800': '\\udfff\\x00'}",
    "a_text_of_megabytes": """
        class Huge(Exception):
            __str__ = lambda self: 'x' * 50_000_000
        def double(x): raise Huge
    """,
    "a_text_that_ends": """
        class Ends(Exception):
            def __str__(self): raise SystemExit(0)
        def double(x): raise Ends
    """,
    "a_nameless_class": """
        class Meta(type):
            __name__ = property(lambda cls: 1 / 0)
            __mro__ = property(lambda cls: 1 / 0)
        class E(Exception, metaclass=Meta): pass
        def double(x): raise E
    """,
    "a_group": "def double(x): raise BaseExceptionGroup('g', [BaseExceptionGroup('h', [KeyboardInterrupt()])])",
    "a_ring_of_causes": """
        def double(x):
            a, b = ValueError(), ValueError()
            a.__cause__, b.__cause__ = b, a
            raise a
    """,
    "a_trace_of_thousands": """
        import sys
        sys.setrecursionlimit(20_000)
        def double(x, depth=9_000):
            if not depth: raise ValueError
            double(x, depth - 1)
    """,
    "files_of_the_service": """
        import os
        def double(x):
            for name in ('GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'):
                with open(os.environ.get(name, name), 'a') as file: file.write('score=20\\n')
            for name in ('results.json', 'scores.csv', 'ledger.sqlite', 'results.xml'):
                with open(name, 'w') as file: file.write('<testsuite failures="0"/>')
    """,
}  # fmt: skip

PLANTED = {
    "conftest.py": b"import os\nos._exit(0)",
    "pytest.ini": b"[pytest]\naddopts = --collect-only",
    "sitecustomize.py": b"import os\nos._exit(0)",
    "usercustomize.py": b"import os\nos._exit(0)",
    "evil.pth": b"import os; os._exit(0)",
    "numpy.py": b"1 / 0",
    "json.py": b"dumps = loads = lambda *a, **k: True",
    "random.py": b"seed = lambda *a: None",
    "scenarios.py": b"def doubled(module, x): return True",
    "references.py": b"def twice(x): return None",
    "test_double.py": b"def test_nothing(): pass",
    "worker/__init__.py": b"",
    "worker/values.py": b"encode = decode = lambda *a: b''",
    "grader/__init__.py": b"1 / 0",
    "../escaped.py": b"PWNED = 1",
    "exercise.toml": b"number = '90'",
}

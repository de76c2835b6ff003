"""A, I: ending early, hanging, taking all there is. Each is a `double.py`; none computes anything."""

ENDS = {
    "exit_on_import": "import os\nos._exit(0)",
    "exit_nine_on_import": "import os\nos._exit(9)",
    "sys_exit_on_import": "import sys\nsys.exit(0)",
    "exit_in_call": "import os\ndef double(x): os._exit(0)",
    "sys_exit_in_call": "import sys\ndef double(x): sys.exit(0)",
    "quit_in_call": "def double(x): raise SystemExit",
    "keyboard_interrupt": "def double(x): raise KeyboardInterrupt",
    "generator_exit": "def double(x): raise GeneratorExit",
    "skip": "def double(x):\n    import unittest\n    raise unittest.SkipTest('no')",
    "pytest_skip": "def double(x):\n    import pytest\n    pytest.skip('no')",
    "assertion": "def double(x): raise AssertionError",
    "not_implemented": "def double(x): raise NotImplementedError",
    "atexit_answers": """
        import atexit, os
        atexit.register(os.write, 3, b'\\x02\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0[]')
        def double(x): raise SystemExit(0)
    """,
    "kill_parent": """
        import os, signal
        def double(x):
            for pid in (os.getppid(), 1, -1, 0, os.getpgrp()):
                try: os.kill(pid, signal.SIGKILL)
                except OSError: pass
    """,
    "kill_all_numbers": """
        import ctypes
        def double(x):
            for pid in range(1, 3000):
                ctypes.CDLL(None).kill(pid, 9)
    """,
    "segfault": "import ctypes\ndef double(x): ctypes.string_at(0)",
    "abort": "import os\ndef double(x): os.abort()",
    "alarm": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.001)\ndef double(x):\n    while True: pass",
    "exit_by_system_call": "import ctypes\ndef double(x): ctypes.CDLL(None).syscall(231, 0)",
    "first_thread_leaves_and_another_stays": """
        import ctypes, threading
        def double(x):
            threading.Thread(target=threading.Event().wait).start()
            ctypes.CDLL(None).syscall(60, 0)
    """,
    "stack_overflow": """
        import sys
        def double(x):
            sys.setrecursionlimit(10**9)
            f = lambda g: g(g)
            return f(f)
    """,
    "stack_overflow_in_c": """
        def double(x):
            value = []
            for _ in range(10**6): value = [value]
            return repr(value)
    """,
    "exec_python": """
        import os, sys
        def double(x): os.execv(sys.executable, [sys.executable, '-c', 'pass'])
    """,
}  # fmt: skip

HANGS = {
    "endless_loop_on_import": "while True: pass",
    "swallows_everything": """
        import signal, time
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        def double(x):
            while True:
                try: time.sleep(9)
                except BaseException: pass
    """,
    "loops_in_c": "def double(x): return 10**10**9",
    "regular_expression": "import re\ndef double(x): return re.match('(a+)+$', 'a' * 60 + 'b')",
    "waits_for_itself": "import threading\nlock = threading.Lock()\nlock.acquire()\ndef double(x): lock.acquire()",
    "endless_output": "def double(x):\n    while True: print('x' * 10_000)",
    "half_a_frame": "import os\ndef double(x):\n    os.write(3, b'\\x01\\0\\0\\0')\n    while True: pass",
    "thread_after_return": """
        import threading
        def double(x):
            def loop():
                while True: pass
            for _ in range(8): threading.Thread(target=loop).start()
            return 10**10**9
    """,
    "text_that_never_ends": """
        class Loops(Exception):
            def __str__(self):
                while True: pass
        def double(x): raise Loops
    """,
    "file_that_never_ends": "def double(x): return open('/dev/zero', 'rb').read(1 << 40)",
}  # fmt: skip

BOMBS = {
    "memory": "def double(x): return bytearray(3 << 30)",
    "memory_in_steps": """
        def double(x):
            kept = []
            while True: kept.append(bytearray(64 << 20))
    """,
    "memory_mapped": """
        import mmap
        def double(x):
            kept = []
            while True: kept.append(mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
    """,
    "limits_raised": """
        import resource
        def double(x):
            for name in ('RLIMIT_AS', 'RLIMIT_FSIZE', 'RLIMIT_NOFILE', 'RLIMIT_CPU'):
                resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    """,
    "forks": """
        import os
        def double(x):
            for _ in range(200):
                if os.fork() == 0:
                    while True: pass
    """,
    "processes_by_system_call": """
        import ctypes
        def double(x):
            libc = ctypes.CDLL(None)
            made = [libc.syscall(n, *a) for n, *a in ((57,), (58,), (56, 17, 0), (435, 0, 0)) for _ in range(20)]
            if max(made) > 0 or 0 in made:
                while True: pass
    """,
    "threads": """
        import threading
        threading.stack_size(32768)
        def double(x):
            while True: threading.Thread(target=threading.Event().wait).start()
    """,
    "threads_of_c": """
        import ctypes
        def double(x):
            libc, attributes, thread = ctypes.CDLL(None), (ctypes.c_char * 64)(), ctypes.c_ulong()
            libc.pthread_attr_init(attributes)
            libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(16384))
            while not libc.pthread_create(ctypes.byref(thread), attributes, libc.pause, None): pass
    """,
    "large_file": "def double(x):\n    with open('x', 'wb') as file:\n        while True: file.write(bytes(1 << 20))",
    "many_large_files": """
        import itertools
        def double(x):
            for n in itertools.count():
                with open(str(n), 'wb') as file: file.write(bytes(32 << 20))
    """,
    "many_files": """
        import itertools
        def double(x):
            for n in itertools.count(): open(str(n), 'w').close()
    """,
    "files_that_are_nowhere": """
        import os
        def double(x):
            kept = []
            while True:
                kept.append(open('x', 'wb'))
                kept[-1].write(bytes(16 << 20))
                os.unlink('x')
    """,
    "deep_folders": "import os\ndef double(x):\n    while True:\n        os.mkdir('d')\n        os.chdir('d')",
    "locked_folders": """
        import os
        def double(x):
            for n in range(100):
                os.makedirs(f'{n}/a/b')
                os.mkdir(f'{n}/a/c', 0)
                os.chmod(f'{n}/a', 0)
                os.umask(0o777)
                os.mkdir(f'{n}/d')
                os.umask(0)
    """,
    "open_files": "def double(x):\n    kept = []\n    while True: kept.append(open('/dev/null'))",
    "pipes": "import os\ndef double(x):\n    while True: os.write(os.pipe()[1], bytes(60_000))",
    "shared_memory": """
        import ctypes
        def double(x):
            libc = ctypes.CDLL(None)
            if libc.shmget(4711, 32 << 20, 0o1666) >= 0 or libc.syscall(319, b'x', 0) >= 0:
                while True: pass
    """,
    "long_output": "def double(x): print('x' * 50_000_000)",
}  # fmt: skip

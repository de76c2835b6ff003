"""What the tests of workers run in them: ways to end, to hang, to leave things behind."""

import ctypes
import os
import sys


def end(module, code):
    os._exit(code)


def leave(module):
    sys.exit(0)


def crash(module):
    ctypes.string_at(0)


def hang(module):
    while True:
        pass


def close_all(module):
    os.closerange(0, 100)
    while True:
        pass


def forge(module, frame):
    os.write(3, frame)


def print_much(module, size):
    sys.stdout.write("x" * size)
    sys.stderr.write("the end")


def print_for_ever(module):
    while True:
        print("x" * 1000)


def read_input(module):
    return sys.stdin.read()


def remember(module):
    with open("mark", "w") as file:
        file.write("here")
    os.mkdir("inner")
    sys.modules["mark"] = 1


def remembers(module):
    return "mark" in sys.modules, os.path.exists("mark"), sorted(os.listdir("."))


def fine(module):
    return 1


def deep_tree(module):
    for _ in range(sys.getrecursionlimit() + 500):
        os.mkdir("d")
        os.chdir("d")


def start_a_process(module):
    """One that sleeps, in the background."""
    pid = os.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import threading; threading.Event().wait()"])
    return pid

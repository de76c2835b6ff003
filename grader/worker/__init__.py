"""The untrusted side: loads a learner's file, runs scenarios on it, sends values back. Never a verdict.

This folder imports nothing of ours but itself: it is what a worker's process holds. No expected value, no check, no
score lies here.

    values.py    values <-> bytes; the trusted side uses the same code
    session.py   the learner's module, the scenarios, structured errors
    confine.py   the inner fence: what a process does to itself
    serve.py     a worker's life; the plain worker, where nothing can be fenced
    parent.py    the warm parent that forks a confined child for each worker
    threads.py scratch.py    what no other layer bounds: how many threads, what lies in the scratch folder
"""

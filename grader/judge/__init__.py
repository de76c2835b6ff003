"""The trusted side: compares what crossed the wall with live references, names mistakes, decides outcomes.

matchers.py     where a check compares: close_to, equal_to, raised; what it saw is the check's trace
references.py   live frameworks, called once and remembered on disk
submission.py   the submission as a check sees it: values in, values out
attempt.py      runs checks on one submission and adds up
diagnose.py     which known mistake gives the very same trace
message.py      what the learner reads
"""

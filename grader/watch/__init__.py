"""Watch mode: grades the learner's file each time it is saved.

judging.py      the process that grades: requests in, results out as they come; the newest request stops an older one
ask.py          the screen's end of that process
saves.py        when a file was saved
session.py      where the learner is, and what each key does; knows no screen
verdict.py      what is known about the newest attempt
text.py         all of it as lines
app.py  screens.py      the full screen
plain.py        lines only: a screen reader's mode
place.py        where the learner was
"""

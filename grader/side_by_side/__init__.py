"""A visible check's values, the learner's beside the reference's, for a person to look at.

cells.py        a value, and how two differ, in a few words
table.py        `kata trace`: a row per value
picture.py      `kata show`: which picture fits the values
characters.py   that picture in the terminal
image.py        that picture as a PNG, with matplotlib
"""

"""A check's own words in the learner's language. Their Spanish twins are in exercise.toml's [words].

Checks compare dicts whose keys say in English what is compared, strings that say in English what was seen, and cases
with names in English. What has no twin is code, and stays as it is. In an entry `{}` stands for any text, which is
taken over: "step {}" = "paso {}".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from grader.locale import say
from grader.model import Exercise

HOLE, PARTS = "{}", " › "
INDEXED = re.compile(r"(.*?)((?:\[\d+\])*)", re.DOTALL)


def put(text: str, exercise: Exercise, language: str) -> str:
    """The text in that language; as it is where there are no words for it."""
    twin = _twin(exercise, text)
    return text if twin is None or language == "en" else twin


def are_words(text: str, exercise: Exercise) -> bool:
    return _twin(exercise, text) is not None


def parts(where: str) -> list[tuple[str, str]]:
    """The (name, index) pairs of a finding's place: `epoch 1 › batches[3]`."""
    return [found.groups() for part in where.split(PARTS) if (found := INDEXED.fullmatch(part))]  # type: ignore[misc]


def place(where: str, exercise: Exercise, language: str) -> str:
    return PARTS.join(put(name, exercise, language) + index for name, index in parts(where))


def case(given: dict[str, Any], exercise: Exercise, language: str) -> str:
    """A case's parameters as far as they are short: `dtype = 'float16'`; words stand without a name."""
    said = []
    for name, value in given.items():
        if isinstance(value, str) and are_words(value, exercise):
            said.append(put(value, exercise, language))
        elif isinstance(value, (str, int, float, type(None))):
            said.append(f"{put(name, exercise, language)} = {value!r}")
    return ", ".join(said)[:100]


def pair(got: object, expected: object, where: str, exercise: Exercise, language: str) -> tuple[str, str] | None:
    """What came at a place and what was expected, where a check says both in words: too little, right. Else None.

    A fact that is named in words holds or does not: its truth value is a yes or a no.
    """
    if isinstance(got, bool) and isinstance(expected, bool) and are_words(parts(where)[-1][0], exercise):
        return say("yes" if got else "no", language), say("yes" if expected else "no", language)
    if not (isinstance(got, str) and isinstance(expected, str)):
        return None
    if not (are_words(got, exercise) or are_words(expected, exercise)):
        return None
    return put(got, exercise, language), put(expected, exercise, language)


@lru_cache(maxsize=4096)
def _twin(exercise: Exercise, text: str) -> str | None:
    if text in exercise.words:
        return exercise.words[text]
    for words, twin in exercise.words.items():  # in the order in which they are written
        found = _in_holes(words, text) if HOLE in words else None
        if found is not None:
            pieces = twin.split(HOLE)
            return "".join(a + b for a, b in zip(pieces, (*found, ""), strict=True))
    return None


def _in_holes(words: str, text: str) -> list[str] | None:
    """What stands in the holes, as little as fits in each; None if the text is another.

    In one pass: the text may be a learner's, and a regular expression would try every place for every hole.
    """
    first, *pieces, last = words.split(HOLE)
    if not (text.startswith(first) and text.endswith(last)):
        return None
    found, at, end = [], len(first), len(text) - len(last)
    for piece in pieces:
        stop = text.find(piece, at + 1, end)
        if stop < 0:
            return None
        found.append(text[at:stop])
        at = stop + len(piece)
    return [*found, text[at:end]] if at < end else None

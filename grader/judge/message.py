"""What a learner reads about a check, in this order: the fact, what happened, the recognised mistake, the line.

Never a frame of ours, never the solution. Text that the learner's code chose is cleaned and cut; in hidden checks it
is left out if it could carry a number. Lines of the learner's file are read from the file, never taken from the worker.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from typing import Any

from grader.judge import words
from grader.judge.definitions import definition, nearest
from grader.judge.python_says import of_error, of_syntax
from grader.locale import say
from grader.model import Check, Exercise, Finding, Misconception
from grader.sandbox.runtimes import RUNTIMES

NUMBERS = ("number", "values", "not_finite", "value")  # findings that show what was computed
LEARNERS_WORDS = ("text", "class", "missing", "owner", "module")  # facts that the learner's code chose
LEARNERS_TYPES = ("type", "keys", "raised_other", "not_raised")  # findings whose `got` the learner's code chose
CALLED = re.compile(r"([A-Za-z_][\w.]*)\(\) ")  # how Python begins the text where the arguments of a call do not fit
CARRIES_NUMBERS = re.compile(r"\d\d|\d\.|\.\d")
COLOURS = re.compile(r"\x1b\[[\d;]*m")  # torch prints parts of its messages in bold
WITHOUT_PLACE = ("not_attempted", "missing", "waiting", "broken", "not_installed", "no_name", "syntax", "not_utf8")
LEFT_OUT = "…"
Files = dict[str, bytes] | None


def explain(
    finding: Finding | None, check: Check, exercise: Exercise, known: Sequence[Misconception],
    files: Files, language: str,
) -> str:  # fmt: skip
    """The whole message in one language; empty for a check that passed."""
    if finding is None:
        return ""
    lines = [check.title[language]]
    lines += [f"    {line}" for line in _what_happened(finding, check, exercise, files, language)]
    for misconception in known:
        lines.append("    " + say("recognised", language, id=misconception.id, title=misconception.title[language]))
        lines += [f"        {line}" for line in misconception.explanation[language].splitlines()]
    if known:
        lines.append("    " + say("hint", language, command=_command(exercise, known[0])))
    if place := _place(finding, check, exercise, known, files):
        lines.append("    " + say("place", language, place=place))
    return "\n".join(lines)


def _command(exercise: Exercise, misconception: Misconception) -> str:
    """Of its own hints the next one is shown; of the exercise's the one that fits."""
    return f"kata hint {exercise.number}" + ("" if misconception.hints else f" {misconception.hint}")


def _what_happened(finding: Finding, check: Check, exercise: Exercise, files: Files, language: str) -> list[str]:
    hidden = check.visibility == "hidden"
    does_not_fit = _called_wrongly(finding, exercise, files)
    kind, facts = finding.kind, finding.facts
    facts = {name: clean(COLOURS.sub("", value) if name == "text" else value) for name, value in facts.items()}
    where = facts.get("where", "")
    if said := words.pair(facts.get("seen"), facts.get("right"), where, exercise, language):
        kind, facts["got"], facts["expected"] = "in_words", *(clean(text, 200) for text in said)
    elif kind == "not_raised" and facts.get("got_type") == "None":
        kind = "nothing_raised"
    elif kind == "not_raised" and words.are_words(facts.get("seen", ""), exercise):
        facts["got"] = words.put(facts["seen"], exercise, language)
    if kind in NUMBERS and facts.get("total") == 1:
        kind = "number"
        facts.pop("all_got", None)
    if kind == "length" and "all_got" in facts and (exercise.hidden_numbers or not hidden):
        kind, facts["got"], facts["expected"] = "value", facts.pop("all_got"), facts.pop("all_expected")
    if kind == "no_module":
        facts["packages"] = ", ".join(sorted(RUNTIMES[exercise.runtime].packages))
    learners: tuple[str, ...] = LEARNERS_WORDS
    if hidden and not exercise.hidden_numbers:
        kind = "differs" if kind in NUMBERS else kind
        facts["got"] = facts.get("got_type", facts.get("got"))
        learners += ("got", "expected") if kind == "in_words" else ()
    if hidden and kind != "broken":
        for name in (*learners, *(["got"] if kind in LEARNERS_TYPES else [])):
            facts[name] = _shown(str(facts.get(name, "")), kind, exercise, files)
    if kind == "no_attribute" and facts["owner"] == "NoneType":
        kind = "none"
    if kind == "died_by_signal":
        facts["name"] = _signal_name(facts["signal"])
    lines = []
    if facts.get("call") and not hidden:
        lines.append(say("call", language, call=words.put(facts["call"], exercise, language)))
    elif case := words.case(facts.get("case", {}), exercise, language):
        lines.append(say("case", language, case=clean(case)))
    text = say(kind, language, **{"file_name": exercise.file_name, **facts})
    lines += (f"{words.place(where, exercise, language)}:  {text}" if where else text).splitlines()
    if kind in NUMBERS and "all_got" in facts:
        lines += say("listing", language, **facts).splitlines()
    if kind in ("error", "raised_other", "raised_without") and facts.get("text", LEFT_OUT) not in ("", LEFT_OUT):
        lines += [f"    {line}" for line in facts["text"].splitlines()[:6]]
    if kind == "error" and (facts["class"] == "BdbQuit" or facts.get("text") == "EOF when reading a line"):
        lines.append(say("nobody_answers", language, number=exercise.number))
    if does_not_fit or _gave_none(finding):
        lines.append(say("does_not_fit" if does_not_fit else "gave_none", language))
    elif meant := _in_other_words(kind, facts, exercise, files, language):
        lines.append(meant)
    return lines


def _gave_none(finding: Finding) -> bool:
    """Did the check stumble over a None that it was given, with nothing of the learner's running any more?"""
    facts = finding.facts
    says_so = facts.get("class") == "TypeError" and "NoneType" in str(facts.get("text"))
    return finding.kind == "error" and says_so and not facts.get("line")


def _called_wrongly(finding: Finding, exercise: Exercise, files: Files) -> str:
    """The function of the learner's file that a check could not call, as its arguments are other ones; else ""."""
    facts = finding.facts
    is_type_error = "TypeError" in (facts.get("class"), facts.get("got")) and finding.kind in ("error", "raised_other")
    if facts.get("line") or not is_type_error or not (found := CALLED.match(str(facts.get("text", "")))):
        return ""
    return found[1] if definition((files or {}).get(exercise.file_name, b""), found[1], whole=True) else ""


def _in_other_words(kind: str, facts: dict[str, Any], exercise: Exercise, files: Files, language: str) -> str:
    """What an error means, or which name in the learner's file may be the one that was looked for; "" else."""
    if kind == "syntax":
        return of_syntax(facts["text"], str(facts.get("source", "")), language)
    if kind == "error":
        return of_error(str(facts["class"]), str(facts.get("text", "")), language)
    if kind in ("no_name", "no_attribute"):
        source = (files or {}).get(exercise.file_name, b"")
        return nearest(source, str(facts["missing"]), str(facts.get("owner") or ""), language)
    return ""


def _shown(words: str, kind: str, exercise: Exercise, files: Files) -> str:
    """The learner's words as a hidden check may show them: those of the stub are known to hold no input."""
    if kind == "not_attempted" and any(words in line for line in _lines(files, exercise.file_name)):
        return words
    return words if len(words) <= 200 and not CARRIES_NUMBERS.search(words) else LEFT_OUT


def _lines(files: Files, name: str) -> list[str]:
    return (files or {}).get(name, b"").decode("utf-8", "replace").splitlines()


def clean(value: Any, limit: int = 1000) -> Any:
    """Text without control characters, escape sequences and bidirectional marks, cut visibly."""
    if not isinstance(value, str):
        return value
    value = value[: limit + 1].replace("\t", "    ")
    kept = "".join(c if c == "\n" or c.isprintable() else "\ufffd" for c in value)
    return kept if len(kept) <= limit else kept[:limit] + " […]"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _place(finding: Finding, check: Check, exercise: Exercise, known: Sequence[Misconception], files: Files) -> str:
    """`adam.py:42  m = ...` from a traceback, else where that is defined which the mistake, or the check, is about."""
    line, name = finding.facts.get("line"), finding.facts.get("file") or exercise.file_name
    source = _lines(files, name)
    if line and 0 < line <= len(source):
        return f"{name}:{line}  {clean(source[line - 1].strip(), 200)}".rstrip()
    wheres = {misconception.about for misconception in known}
    about = wheres.pop() if len(wheres) == 1 else ""  # two mistakes in two places: only the check's is sure
    owner = finding.facts["owner"] if finding.kind == "no_attribute" else ""
    at_fault = owner if definition((files or {}).get(exercise.file_name, b""), owner) else ""
    about = about or _called_wrongly(finding, exercise, files) or at_fault or check.about
    if finding.kind in WITHOUT_PLACE or not files or not about:
        return ""
    if finding.facts.get("owner") == "NoneType" and about.endswith(f".{finding.facts.get('missing')}"):
        return ""  # what gave the None is another method than the one that is missed
    line = definition(files.get(exercise.file_name, b""), about)
    return f"{exercise.file_name}:{line}  {about}" if line else ""

"""JUnit XML as pytest writes it (xunit2): a suite per exercise, a case per check; `error` is the grader's own fault."""

from __future__ import annotations

from xml.etree import ElementTree

from grader.model import Attempt, CheckResult
from grader.reports.text import about, happened, number, plain, reason, title

CHILD = {"passed": "", "broken": "error", "waiting": "skipped"}  # anything else is a failure


def write(attempt: Attempt, language: str) -> str:
    suites = ElementTree.Element("testsuites")
    children = [CHILD.get(check.outcome, "failure") for check in attempt.checks]
    if not children:  # an empty suite would be shown as passed
        children = [CHILD.get(attempt.outcome, "failure")]
    suite = ElementTree.SubElement(
        suites, "testsuite", name=_xml(f"kata.{attempt.exercise}"), tests=str(len(children)),
        failures=str(children.count("failure")), errors=str(children.count("error")),
        skipped=str(children.count("skipped")), time=f"{attempt.seconds:.3f}",
    )  # fmt: skip
    _properties(suite, attempt)
    for check in attempt.checks:
        _case(suite, check, attempt, language)
    if not attempt.checks:
        case = ElementTree.SubElement(
            suite, "testcase", classname=_class(attempt), name=_xml(attempt.exercise), time="0.000"
        )
        why = reason(attempt, language)
        _ending(case, children[0], attempt.outcome, why, why)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, "unicode") + "\n"


def _properties(suite: ElementTree.Element, attempt: Attempt) -> None:
    """Of a broken attempt no score is published."""
    facts = {**about(attempt), "student": plain(attempt.student), "max_score": number(attempt.max_score)}
    if attempt.score is not None:
        facts["score"] = number(attempt.score)
    place = ElementTree.SubElement(suite, "properties")
    for name, value in facts.items():
        ElementTree.SubElement(place, "property", name=f"kata.{name}", value=_xml(str(value)))


def _case(suite: ElementTree.Element, check: CheckResult, attempt: Attempt, language: str) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=_class(attempt), name=_xml(f"{check.id} {title(check, language)}"),
        time=f"{check.seconds:.3f}",
    )  # fmt: skip
    child, first = CHILD.get(check.outcome, "failure"), happened(check, language)
    _ending(case, child, check.outcome, first, check.messages[language])
    points = "" if check.outcome == "broken" else f"score {number(check.score)}/{number(check.max_score)}\n"
    named = "".join(f"misconception {name}\n" for name in check.misconceptions)
    ElementTree.SubElement(case, "system-out").text = _xml(f"{points}outcome {check.outcome}\n{named}")


def _ending(case: ElementTree.Element, child: str, outcome: str, first: str, said: str) -> None:
    if child:
        ElementTree.SubElement(case, child, message=_xml(first or outcome), type=outcome).text = _xml(said)


def _class(attempt: Attempt) -> str:
    return _xml(f"kata.{attempt.exercise}")


def _xml(text: str) -> str:
    """XML 1.0 has no way to write control characters, escaped or not: they are named, `#x07`, as pytest does."""
    return plain(text, instead=lambda sign: f"#x{ord(sign):02X}")

"""The pytest plugin: `pytest exercises/03`, the fixtures of checks, the score in the terminal.

A check stays a plain pytest function; only its call goes through the judge, so that pytest and `kata grade` give one
verdict.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from grader import catalog, hints, progress
from grader.arguments import what_is_meant
from grader.errors import BadSubmission, KataError
from grader.judge.attempt import CaseResult, Judging
from grader.judge.cache import ValueCache
from grader.judge.message import clean, explain
from grader.locale import language, say
from grader.locale.narrow import let_streams_narrow
from grader.model import LEARNER_SEED, Check, CheckMarks, Exercise
from grader.next_steps import next_steps
from grader.patience import saying_if_slow
from grader.reports.terminal import MOST_PRINTED, lines, printed_lines
from grader.sandbox import WorkerSource
from grader.sandbox.in_process import InProcessWorkers
from grader.sandbox.sources import own_workers
from grader.staged import finish_above
from grader.submissions import read

BEHIND_SECONDS = 120.0  # pytest-timeout's, for a check of ours that hangs; the judge's own deadlines come long before


class CheckDidNotPass(Exception):
    """Carries a case's result to the report; its text is the learner's message."""


class Run:
    """One pytest run: the judgings of the exercises whose checks were collected."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.judgings: dict[str, Judging] = {}
        self.checks: dict[str, list[Check]] = {}
        self.items: dict[str, tuple[Exercise, Check]] = {}
        self._source: WorkerSource | None = None
        self._cache: ValueCache | None = None

    def add(self, item: pytest.Function, exercise: Exercise, visibility: str) -> None:
        known = self.checks.setdefault(exercise.name, [])
        check = next((check for check in known if check.function is item.function), None)
        if check is None:
            check = catalog.make_check(exercise, visibility, item.function)
            known.append(check)
        self.items[item.nodeid] = exercise, check

    def judging(self, exercise: Exercise) -> Judging:
        if exercise.name not in self.judgings:
            given = self.config.getoption("submission")
            file = Path(given).resolve() if given else exercise.stub
            files, refused = None, ""
            try:
                files = read(file, exercise) if file.exists() or file.is_symlink() else None
            except BadSubmission as problem:  # each check says it
                refused = str(problem)
            self._cache = self._cache or ValueCache()
            self.judgings[exercise.name] = Judging(
                exercise, tuple(self.checks[exercise.name]), files, refused=refused,
                source=self.source(file), cache=self._cache, seed=self.config.getoption("kata_seed"),
            )  # fmt: skip
        return self.judgings[exercise.name]

    def source(self, file: Path) -> WorkerSource:
        if self._source is None:
            self._source = InProcessWorkers(file) if self.config.getoption("in_process") else own_workers()
        return self._source

    def warm(self, exercises: list[Exercise]) -> None:
        """Let warm parents import their frameworks while pytest is still collecting."""
        if not self.config.getoption("in_process") and not self.config.getoption("collectonly"):
            source = self.source(Path())
            for exercise in exercises:
                for name in (exercise.runtime, *exercise.other_runtimes):
                    source.warm(name)

    def close(self) -> None:
        for judging in self.judgings.values():
            judging.close()
        if self._source is not None:
            self._source.close()


RUN = pytest.StashKey[Run]()
RESULT = pytest.StashKey[CaseResult]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("gradkata")
    group.addoption("--submission", metavar="FILE", help="grade this file in place of exercises/NN_slug/slug.py")
    group.addoption(
        "--in-process", action="store_true", help="run the code in this process, for --pdb and breakpoint()"
    )
    group.addoption("--kata-seed", default=LEARNER_SEED, metavar="TEXT", help="draw the checks' numbers from this text")


def pytest_configure(config: pytest.Config) -> None:
    let_streams_narrow()
    config.stash[RUN] = run = Run(config)
    try:
        finish_above(Path(config.invocation_params.dir))
    except KataError as problem:
        raise pytest.UsageError(str(problem)) from None
    args: list[str] = []
    here = Path(config.invocation_params.dir)
    for arg in config.args:
        try:
            exercises, files = what_is_meant(arg, here)
        except KataError as problem:
            raise pytest.UsageError(str(problem)) from None
        args += files
        with contextlib.suppress(KataError):  # each check will say it
            run.warm(exercises)
    config.args[:] = args


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Of a learner's damaged check file: what it is and how to have it again, in place of a traceback."""
    report = yield
    if report.failed and catalog.is_check_file(collector.path):
        with contextlib.suppress(KataError):
            exercise = catalog.load(collector.path.parent)
            if catalog.is_released(exercise):
                report.longrepr = _why_not(exercise) or report.longrepr
    return report


def _why_not(exercise: Exercise) -> str:
    """Why its checks cannot be loaded; "" if they can be."""
    try:
        catalog.load_checks(exercise.folder)
    except KataError as problem:
        return str(problem)
    return ""


def pytest_itemcollected(item: pytest.Item) -> None:
    """`-k 03.2a` chooses a check by its id, as the terminal shows it."""
    marks = getattr(getattr(item, "function", None), "kata", None)
    if isinstance(marks, CheckMarks):
        item.extra_keyword_matches.add(marks.id)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    run = config.stash[RUN]
    for item in items:
        if isinstance(item, pytest.Function) and isinstance(getattr(item.function, "kata", None), CheckMarks):
            folder = item.path.parent
            visibility = "hidden" if folder.parent.name == "solutions" else "visible"
            run.add(item, catalog.load(folder.parent.parent / "exercises" / folder.name), visibility)
            if config.pluginmanager.hasplugin("timeout"):
                item.add_marker(pytest.mark.timeout(BEHIND_SECONDS, method="thread"))
    if config.getoption("submission") and len(run.checks) > 1:
        raise pytest.UsageError(say("one_exercise", names=", ".join(run.checks)))
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if items and len(run.items) == len(items) and not (reporter and reporter.stats.get("error")):
        _leave_reporting_to_us(config)
    if config.getoption("collectonly") and config.pluginmanager.hasplugin("vscode_pytest"):
        _name_by_titles(items, run)


def _name_by_titles(items: list[pytest.Item], run: Run) -> None:
    """VS Code's test explorer shows the names of what it collects, and of cases their function's; it runs tests by
    their node ids, which stay. Nothing is run from this collection."""
    for item in items:
        if isinstance(item, pytest.Function) and item.nodeid in run.items:
            check = run.items[item.nodeid][1]
            title = f"{check.id} {check.title[language()]}"
            if hasattr(item, "callspec"):
                item.originalname = title
            else:
                item.name = title


def _leave_reporting_to_us(config: pytest.Config) -> None:
    """Only checks run: pytest's own failure sections would repeat what the score block says. Asked for, they come."""
    given = [str(arg) for arg in config.invocation_params.args]
    if not any(arg.startswith("--tb") for arg in given):
        config.option.tbstyle = "no"
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not any(arg.startswith("-r") for arg in given):
        reporter.reportchars = ""


def _known(item: Any) -> tuple[Judging, Check, dict[str, Any]]:
    run: Run = item.config.stash[RUN]
    exercise, check = run.items[item.nodeid]
    case = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    return run.judging(exercise), check, case


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Any:
    """The submission under test: `submission.run("scenario", values)`."""
    return _known(request.node)[0].submission


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Any:
    """The live framework: `reference.run("function", values)`."""
    judging, check, _ = _known(request.node)
    return judging.reference(check)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> Any:
    """Random numbers that depend on the run's seed and the check alone."""
    judging, check, case = _known(request.node)
    return judging.rng(check, case)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    run = pyfuncitem.config.stash[RUN]
    if pyfuncitem.nodeid not in run.items:
        return None
    judging, check, case = _known(pyfuncitem)
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    result = judging.case(check, case, lambda: pyfuncitem.obj(**given))
    pyfuncitem.stash[RESULT] = result
    if result.outcome != "passed":
        original = result.problem and result.problem.__cause__
        if original is not None and pyfuncitem.config.getoption("in_process"):
            raise original  # so that --pdb opens where the learner's code raised
        raise CheckDidNotPass(result.outcome) from result.problem
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    result = item.stash.get(RESULT, None)
    if call.when == "call" and result is not None and result.outcome != "passed":
        judging, check, _ = _known(item)
        known = judging.recognised_so_far(check)  # an editor shows this report and no summary
        text = explain(result.finding, check, judging.exercise, known, judging.files, language())
        report.longrepr = text
        if result.outcome == "waiting":
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.location[1] or 0, text)
        printed = clean(judging.printed.get(check.id, ""), MOST_PRINTED)
        report.sections = [("printed", printed)] if printed else []
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    run = config.stash[RUN]
    if not run.items and (ids := _ids(terminalreporter.stats.get("deselected", []))):
        terminalreporter.write_line(say("no_check_chosen", ids=", ".join(ids)))
    for judging in run.judgings.values():
        with saying_if_slow(say("still_naming"), terminalreporter.write_line):
            attempt = judging.attempt()
        checks = catalog.load_checks(judging.exercise.folder)
        everything = len(checks)
        own, whole = not config.getoption("submission"), _is_whole(judging, checks)
        if own and whole:
            progress.record_attempt(judging.exercise, attempt)
            hints.remember(judging.exercise, attempt)
        terminalreporter.write_line("")
        quiet = config.get_verbosity() < 0
        block = lines(attempt, judging.exercise, language(), quiet, everything, terminalreporter._tw.fullwidth)
        block += printed_lines(attempt, judging.printed, language())
        if own and len(run.judgings) == 1:
            block += next_steps(attempt, judging.exercise, language(), whole)
        for text, style in block:
            style = {"magenta": "purple"}.get(style, style)  # pytest's name for it
            terminalreporter.write_line(text, **({style: True} if style else {}))


def _ids(items: list[pytest.Item]) -> list[str]:
    """Of the checks among them, each once."""
    marks = (getattr(getattr(item, "function", None), "kata", None) for item in items)
    return list(dict.fromkeys(found.id for found in marks if isinstance(found, CheckMarks)))


def _is_whole(judging: Judging, checks: tuple[Check, ...]) -> bool:
    """Did every case of every check run?"""
    ran = sum(len(results) for results in judging.results.values())
    return ran == sum(len(check.cases) for check in checks)


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUN in config.stash:
        config.stash[RUN].close()

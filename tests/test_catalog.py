"""The catalogue: finds exercises by looking, and tells authors in a sentence what is wrong."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.checks import points
from grader.errors import BadExercise, UnknownExercise
from grader.model import Exercise
from grader.reports.terminal import where_to_begin


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Five exercises with nothing but a title."""
    for name in ("03_adam", "04_dataloader", "10_adam_w", "11_data", "30_linear"):
        folder = tmp_path / "exercises" / name
        folder.mkdir(parents=True)
        (folder / "exercise.toml").write_text('title.en = "T"\ntitle.es = "T"\n')
    (tmp_path / "exercises" / "__pycache__").mkdir()
    (tmp_path / "exercises" / "notes.txt").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("03", "03_adam"), ("3", "03_adam"), ("03_adam", "03_adam"), ("adam", "03_adam"), ("03_", "03_adam"),
        ("exercises/03_adam", "03_adam"), ("exercises/03_adam/", "03_adam"), ("/somewhere/03", "03_adam"),
        ("adam_", "10_adam_w"), ("data", "11_data"), ("datal", "04_dataloader"), ("4", "04_dataloader"),
        ("30", "30_linear"), ("lin", "30_linear"),
    ],
)  # fmt: skip
def test_a_unique_beginning_or_the_whole_name_is_enough(name: str, found: str, course: Path) -> None:
    assert catalog.resolve(course, name).name == found


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("99", "No exercise begins with `99`. There are: 03_adam, 04_dataloader, 10_adam_w, 11_data, 30_linear."),
        ("1", "More than one exercise begins with `1`: 10_adam_w, 11_data."),
        ("ad", "More than one exercise begins with `ad`: 03_adam, 10_adam_w."),
        ("", "More than one exercise begins with ``"),
        ("..", "No exercise begins with `..`"),
    ],
)
def test_other_names_get_a_sentence_with_what_there_is(name: str, sentence: str, course: Path) -> None:
    with pytest.raises(UnknownExercise) as caught:
        catalog.resolve(course, name)
    assert str(caught.value).startswith(sentence)


def test_exercises_are_found_in_order_and_nothing_else_is(course: Path) -> None:
    names = [exercise.name for exercise in catalog.all_exercises(course)]
    assert names == ["03_adam", "04_dataloader", "10_adam_w", "11_data", "30_linear"]


def test_the_course_is_the_nearest_folder_with_exercises(course: Path, tmp_path_factory: Any) -> None:
    assert catalog.find_root(course / "exercises" / "03_adam") == course
    assert catalog.find_root(course) == course


def test_an_exercise_knows_its_names_and_whether_its_solutions_are_here(toy: Exercise, course: Path) -> None:
    assert (toy.number, toy.slug, toy.name, toy.file_name) == ("90", "double", "90_double", "double.py")
    assert toy.solutions == toy.folder.parent.parent / "solutions" / "90_double"
    adam = catalog.resolve(course, "03")
    assert adam.solutions is None
    assert (adam.runtime, adam.deadline, adam.hidden_numbers, adam.hints) == ("numpy", 10.0, False, ())


def test_texts_are_read_in_both_languages_and_trimmed(toy: Exercise, course: Path) -> None:
    assert toy.title == {"en": "Twice as much", "es": "El doble"}
    assert toy.hints[1] == {"en": "Multiply.", "es": "Multiplica."}
    adds_two = toy.misconceptions["adds_two"]
    assert (adds_two.id, adds_two.hint, adds_two.title["es"]) == ("adds_two", 2, "suma dos")
    assert adds_two.explanation["en"] == "2 + 2 is 2 * 2; what about 3?"
    folder = course / "exercises" / "03_adam"
    facts = 'title.en = " T "\ntitle.es = "T"\nnumber = "03"\ndeadline = 0.5\nsupport = ["a"]'
    (folder / "exercise.toml").write_text(facts)
    adam = catalog.load(folder)
    assert (adam.title["en"], adam.deadline, adam.support, adam.forbidden) == ("T", 0.5, ("a",), ())


TITLE = 'title.en = "T"\ntitle.es = "T"\n'
TEXTS = "[misconceptions.x]\n{}\ntitle = {{en = 'x', es = 'x'}}\nexplanation = {{en = 'x', es = 'x'}}"


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("title = [", "exercise.toml: "),
        ("", "`title` needs a text in each language; write title.en and title.es"),
        ('title = "T"', "`title` needs a text in each language"),
        ('title.en = "T"', "`title` needs a text in each language"),
        ('title.en = "T"\ntitle.es = 3', "`title` needs a text in each language"),
        (TITLE + "hiden_numbers = true", "`hiden_numbers` is no fact; there are: number, runtime,"),
        (TITLE + 'hidden_numbers = "yes"', "`hidden_numbers` must be true or false, not 'yes'"),
        (TITLE + 'deadline = "10"', "`deadline` must be a number of seconds above 0, not '10'"),
        (TITLE + "deadline = 0", "`deadline` must be a number of seconds above 0"),
        (TITLE + "deadline = true", "`deadline` must be a number of seconds above 0"),
        (TITLE + 'forbidden = "torch"', "`forbidden` must be a list of package names, not 'torch'"),
        (TITLE + 'support = ["a", 1]', "`support` must be a list of file names"),
        (TITLE + "runtime = 3", "`runtime` must be the name of a runtime"),
        (TITLE + "number = 3", "`number` must be a text"),
        (TITLE + 'number = "04"', "the number is 04, the folder's is 03; make them equal"),
        (TITLE + 'hints = "one"', "`hints` must be a list of texts"),
        (TITLE + '[[hints]]\nen = "x"', "`hints` needs a text in each language; write hints.en and hints.es"),
        (TITLE + "[checks]\n03 = 1", "`checks` must be ids with Spanish titles"),
        (TITLE + 'misconceptions = "x"', "`misconceptions` must be tables"),
        (TITLE + 'words = "x"', "`words` must be English words with Spanish ones"),
        (TITLE + '[words]\n"step {}" = "paso"', "the words 'step {}' need Spanish ones with as many {}, not 'paso'"),
        (TITLE + "[misconceptions]\nx = 3", "`misconceptions.x.title` needs a text in each language"),
        (TITLE + '[misconceptions.x]\ntitle.en = "x"\ntitle.es = "x"', "`misconceptions.x.explanation` needs a text"),
        (TITLE + TEXTS.format("about = 3"), "`misconceptions.x.about` must be a name in the learner's file, not 3"),
        (TITLE + TEXTS.format("hint = 'a'"), "`misconceptions.x.hint` must be the number of a hint, not 'a'"),
        (TITLE + TEXTS.format("hints = 'a'"), "`misconceptions.x.hints` must be a list of 3 texts; write all levels or"),
        (TITLE + TEXTS.format("hints = []"), "`misconceptions.x.hints` must be a list of 3 texts"),
        (TITLE + TEXTS.format("hints = [{en = 'a', es = 'a'}, {en = 'b', es = 'b'}]"), "must be a list of 3 texts"),
        (TITLE + TEXTS.format("hints = [{en = 'a', es = 'a'}, {en = 'b'}, {en = 'c', es = 'c'}]"),
         "`misconceptions.x.hints[2]` needs a text in each language; write misconceptions.x.hints[2].en and"),
        (TITLE + TEXTS.format("hint = 0"), "`misconceptions.x.hint` must be the number of a hint, not 0"),
    ],
)  # fmt: skip
def test_a_wrong_exercise_toml_is_told_with_file_rule_and_cure(toml: str, problem: str, course: Path) -> None:
    file = course / "exercises" / "03_adam" / "exercise.toml"
    file.write_text(toml)
    with pytest.raises(BadExercise) as caught:
        catalog.load(file.parent)
    assert str(caught.value).startswith(f"{file}: ")
    assert problem in str(caught.value)


def test_what_checks_say_in_words_is_read_from_both_folders(course: Path) -> None:
    """Those of hidden checks lie where nothing is given to learners."""
    folder, solutions = course / "exercises" / "03_adam", course / "solutions" / "03_adam"
    solutions.mkdir(parents=True)
    (folder / "exercise.toml").write_text(TITLE + '[words]\n"step {}" = "paso {}"\n')
    (solutions / "words.toml").write_text('lost = "perdido"\n')
    assert catalog.load(folder).words == {"step {}": "paso {}", "lost": "perdido"}


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("'step {}' = 'paso'", "the words 'step {}' need Spanish ones with as many {}, not 'paso'"),
        ("lost = ''", "the words 'lost' need Spanish ones with as many {}, not ''"),
        ("lost = 3", "the words 'lost' need Spanish ones with as many {}, not 3"),
        ("lost = ", "words.toml: "),
    ],
)
def test_words_that_are_no_pair_are_told_with_their_file(words: str, problem: str, course: Path) -> None:
    solutions = course / "solutions" / "04_dataloader"
    solutions.mkdir(parents=True)
    (solutions / "words.toml").write_text(words)
    with pytest.raises(BadExercise) as caught:
        catalog.load(course / "exercises" / "04_dataloader")
    assert str(caught.value).startswith(f"{solutions / 'words.toml'}: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_is_missing_or_no_text_is_told(content: bytes | None, course: Path) -> None:
    file = course / "exercises" / "03_adam" / "exercise.toml"
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(BadExercise, match=r"exercise\.toml: "):
        catalog.load(file.parent)


def test_a_folder_with_another_name_is_no_exercise(tmp_path: Path) -> None:
    with pytest.raises(BadExercise, match="called NN_slug"):
        catalog.load(tmp_path / "adam")


def test_visible_checks_come_first_and_hidden_ones_only_where_solutions_are(toy: Exercise, tmp_path: Path) -> None:
    checks = catalog.load_checks(toy.folder)
    assert [(check.id, check.visibility, check.points) for check in checks] == [
        ("90.1", "visible", 8), ("90.2", "hidden", 8), ("90.3", "hidden", 4),
    ]  # fmt: skip
    assert checks[0].title == {"en": "Twice a small number.", "es": "El doble de un número pequeño."}
    assert (checks[0].about, checks[0].catches, checks[2].needs) == ("double", ("adds_two",), ("test_a_small_number",))
    alone = tmp_path / "exercises" / "90_double"
    shutil.copytree(toy.folder, alone)
    assert [check.id for check in catalog.load_checks(alone)] == ["90.1"]
    early = tmp_path / "early" / "exercises" / "90_double"
    shutil.copytree(toy.folder, early)
    (tmp_path / "early" / "solutions" / "90_double").mkdir(parents=True)
    assert [check.id for check in catalog.load_checks(early)] == ["90.1"]


def checks_of(course: Path, text: str) -> tuple[Any, ...]:
    (course / "exercises" / "03_adam" / "test_adam.py").write_text(
        "import pytest\nfrom grader.checks import points\n\n" + textwrap.dedent(text)
    )
    return catalog.load_checks(course / "exercises" / "03_adam")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no check was found; write test_adam.py"),
        ("def test_unmarked(submission): ...", "no check was found"),
        ("1 / 0", "test_adam.py: ZeroDivisionError: division by zero"),
        ("def test_(:", "test_adam.py: SyntaxError"),
        ("import nobody_wrote_this", "test_adam.py: ModuleNotFoundError"),
        ("pytest.skip('later', allow_module_level=True)", "test_adam.py: Skipped: later"),
        ("@points(1, id='03.1')\ndef test_a(submission): ...", "test_a needs @points(n, id=...) and a docstring"),
        ("@points(1, id='')\ndef test_a(submission):\n    'Fact.'", "test_a needs @points(n, id=...) and a docstring"),
        ("@points(1, id='03.1')\n@pytest.mark.skip\ndef test_a(submission):\n    'Fact.'", "test_a is marked skip"),
        ("@points(1, id='03.1')\n@pytest.mark.xfail\ndef test_a(submission):\n    'Fact.'", "test_a is marked xfail"),
        ("@points(1, id='03.1')\ndef test_a(submission, tmp_path):\n    'Fact.'", "test_a asks for tmp_path"),
        (
            "@points(1, id='03.1')\n@pytest.mark.parametrize('x', [])\ndef test_a(submission, x):\n    'Fact.'",
            "test_a has no case",
        ),
    ],
)
def test_a_wrong_check_file_is_told(text: str, problem: str, course: Path) -> None:
    """A skip, an expected failure and an empty collection are no checks (R2)."""
    with pytest.raises(BadExercise) as caught:
        checks_of(course, text)
    assert problem in str(caught.value)


def test_the_first_paragraph_of_the_docstring_is_the_title(course: Path) -> None:
    (check,) = checks_of(
        course,
        '''
        @points(1, id="03.1")
        def test_a(submission):
            """A fact
            on two lines.

            And a remark for authors.
            """
        ''',
    )
    assert check.title == {"en": "A fact on two lines.", "es": "A fact on two lines."}


PARAMETRIZED = '''
@points(1, id="03.1")
@pytest.mark.parametrize("x", [0, pytest.param(1, id="one")])
@pytest.mark.parametrize(("y", "z"), [("a", [1]), ["b", None], pytest.param("c", 2)], ids=str)
@pytest.mark.parametrize(argnames=" v , w ", argvalues=[(8, 9), (6, 7)])
@pytest.mark.parametrize(["u"], [(5,), pytest.param(4)])
def test_a(submission, x, y, z, v, w, u):
    """Fact."""
'''


class Collected:
    """A pytest plugin that keeps the parameters of what was collected."""

    def pytest_collection_finish(self, session: Any) -> None:
        self.cases = [dict(item.callspec.params) for item in session.items]


def test_cases_are_pytests_in_its_order(course: Path) -> None:
    """Stacked marks, pytest.param, one name and several, as text and as list."""
    (check,) = checks_of(course, PARAMETRIZED)
    seen = Collected()
    file = course / "exercises" / "03_adam" / "test_adam.py"
    without = [part for name in ("cacheprovider", "gradkata", "hypothesispytest") for part in ("-p", f"no:{name}")]
    options = ["--collect-only", "-qq", "-c", "/dev/null", "--rootdir", str(course)]
    pytest.main([str(file), *options, *without], plugins=[seen])
    assert len(check.cases) == 24
    assert list(check.cases) == seen.cases
    assert [check.case_key(case) for case in check.cases] == list(range(24))


def test_a_function_by_another_name_is_no_check(course: Path) -> None:
    fact = "@points(1, id='03.{0}')\ndef {1}(submission):\n    'Fact.'\n"
    (check,) = checks_of(course, fact.format(1, "helper") + fact.format(2, "test_a"))
    assert check.name == "test_a"


def test_a_check_without_parameters_has_one_case(toy: Exercise) -> None:
    def test_a(submission: Any) -> None:
        """Fact."""

    assert catalog.make_check(toy, "visible", points(1, id="90.5")(test_a)).cases == ({},)


def test_a_file_that_fails_to_import_leaves_nothing_behind(tmp_path: Path) -> None:
    import sys

    (tmp_path / "bad.py").write_text("1 / 0")
    with pytest.raises(BadExercise):
        catalog.import_file(tmp_path / "bad.py", "kata_bad")
    assert "kata_bad" not in sys.modules


STUB = 'def one():\n    raise NotImplementedError("1")\n\n\ndef two():\n    raise NotImplementedError("2")\n'


@pytest.mark.parametrize("place", ["a release", "the whole course"])
def test_a_stub_is_begun_once_one_of_its_tasks_is_done(course: Path, place: str) -> None:
    """A release keeps the stub; in the whole course the answer's marks say how many tasks it was given out with."""
    if place == "a release":
        (course / "exercises" / "03_adam" / ".original").mkdir()
        (course / "exercises" / "03_adam" / ".original" / "adam.py").write_text(STUB)
    else:
        (course / "solutions" / "03_adam").mkdir(parents=True)
        answer = "# BEGIN SOLUTION -\nx = 1\n# END SOLUTION\n" + 2 * "# BEGIN SOLUTION 03.1 x\nx = 1\n# END SOLUTION\n"
        (course / "solutions" / "03_adam" / "adam.py").write_text(answer)
    exercise = catalog.resolve(course, "03")
    assert not catalog.is_begun(exercise), "there is no file"
    exercise.stub.write_text(STUB)
    assert not catalog.is_begun(exercise)
    assert where_to_begin(exercise, "es").startswith("  Todavía no hay nada escrito. Empieza en exercises/03_adam/adam.py:2;")
    exercise.stub.write_text(STUB.replace('raise NotImplementedError("1")', "return 1"))
    assert catalog.is_begun(exercise)
    assert where_to_begin(exercise, "es") == (
        "  Sigue en exercises/03_adam/adam.py:6: es lo primero que queda por escribir. "
        "A su lado, README.es.md explica la tarea."
    )

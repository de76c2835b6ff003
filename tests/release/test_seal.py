"""Sealed hidden checks: graded by whoever has the key as in the whole course, closed to everybody else."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import pytest

from grader import catalog
from grader.course import manifest, seal
from grader.course.release import Release, build, place
from grader.errors import KataError
from grader.judge.cache import ValueCache
from grader.sandbox.warm import FencedWorkers
from tests.course_copy import TOY, Course, copy_to
from tests.release.conftest import ADDS_TWO, Next, contents
from tests.test_plugin import ANSWER

pytest.importorskip("cryptography", reason="sealing is an extra: pip install 'gradkata[sealed]'")
FACTS = {"release": "r", "made": "2026", "engine": "0", "exercises": ["90_double"]}
SPY = f"""
import os
def double(x):
    found = [str(os.environ.get("{seal.VARIABLE}"))]
    for place in [f"/proc/{{n}}/environ" for n in range(1, 400)] + [f"/proc/{{os.getppid()}}/environ"]:
        try:
            found.append(open(place).read())
        except OSError:
            pass
    for folder in ("/tmp", "/var/tmp"):
        try:
            found += [name for name in os.listdir(folder) if os.path.isdir(f"{{folder}}/{{name}}/solutions")]
        except OSError:
            pass
    raise ValueError("seen" if any("{seal.PREFIX}" in text or "gradkata" in text for text in found) else "nothing there")
"""


KEY = seal.new_key()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "seal.key"
    file.write_text(KEY)
    return file


@pytest.fixture(scope="session")
def sealed_release(source: FencedWorkers, tmp_path_factory: pytest.TempPathFactory) -> Release:
    cache = ValueCache(tmp_path_factory.mktemp("cache") / "values.sqlite")
    return build(TOY, catalog.all_exercises(TOY), source, cache, seal.key_of(KEY))


@pytest.fixture
def sealed(sealed_release: Release, tmp_path: Path) -> Course:
    """A learners' repository whose hidden checks are sealed, with a class and the whole course beside it."""
    copy_to(tmp_path)
    place(sealed_release, tmp_path / "sealed")
    for student, code in (("ana", ANSWER), ("bea", ADDS_TWO), ("eve", SPY)):
        (tmp_path / "in" / student).mkdir(parents=True)
        (tmp_path / "in" / student / "double.py").write_text(code)
    return Course(tmp_path / "sealed", tmp_path / "home")


def grade(course: Course, out: Path, *options: str, **variables: str) -> tuple[str, list[dict[str, str]]]:
    """What was said, and the rows of scores.csv without the seconds."""
    done = course.run("kata", "grade", "../in", "--out", str(out), "--seed", "s", *options, **variables)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((out / "scores.csv").open()))
    return done.stdout + done.stderr, [{name: cell for name, cell in row.items() if name != "seconds"} for row in rows]


def results(out: Path) -> list[object]:
    """Everything of the results but how long it took."""
    files = sorted(out.glob("results/*/*.json"))
    return [json.loads(file.read_text(), parse_float=lambda _: None) for file in files]


@pytest.mark.parametrize("by", ["file", "environment"])
def test_with_the_key_scores_are_those_of_the_whole_course(by: str, sealed: Course, key: Path, tmp_path: Path) -> None:
    """Scores, messages and misconceptions; nothing unsealed is left on the disk, and nobody graded saw the key."""
    whole = Course(tmp_path / "course", tmp_path / "home")
    options = ["--seal-key", str(key)] if by == "file" else []
    variables = {seal.VARIABLE: key.read_text()} if by == "environment" else {}
    (tmp_path / "tmp").mkdir()
    said, rows = grade(sealed, tmp_path / "one", *options, TMPDIR=str(tmp_path / "tmp"), **variables)
    assert rows == grade(whole, tmp_path / "two")[1]
    assert (tmp_path / "one" / "scores.csv").read_bytes() == (tmp_path / "two" / "scores.csv").read_bytes()
    assert results(tmp_path / "one") == results(tmp_path / "two")
    assert [row["score"] for row in rows] == ["20", "4", "0"]
    assert not list((tmp_path / "tmp").glob("gradkata-*"))
    assert "nothing there" in (tmp_path / "one" / "results" / "eve" / "90_double.json").read_text()
    written = b"".join([*contents(sealed.root).values(), *contents(tmp_path / "one").values()])
    assert key.read_text().removeprefix(seal.PREFIX).encode() not in written + said.encode()


def test_without_the_key_only_visible_checks_count_and_the_run_says_so(sealed: Course, tmp_path: Path) -> None:
    said, rows = grade(sealed, tmp_path / "out")
    assert "without the key (KATA_SEAL_KEY or --seal-key) only the visible ones count" in said
    assert [(row["score"], row["max_score"]) for row in rows] == [("8", "8"), ("4", "8"), ("0", "8")]
    sealed.write(ADDS_TWO)
    done = sealed.run("pytest", "exercises/90")
    assert "4/8 points" in done.stdout
    assert "Recognised: adds_two" in done.stdout


def test_the_trusted_job_takes_nothing_from_the_repository_but_the_seal(
    sealed: Course, key: Path, tmp_path: Path
) -> None:
    """Whoever rewrites the visible checks of the repository changes no score."""
    (sealed.exercise / "test_double.py").write_text("")
    (sealed.exercise / "scenarios.py").write_text("def doubled(module, x):\n    return 2 * x\n")
    assert [row["score"] for row in grade(sealed, tmp_path / "out", "--seal-key", str(key))[1]] == ["20", "4", "0"]


def test_wrong_keys_are_sentences_that_do_not_repeat_them(sealed: Course, tmp_path: Path) -> None:
    other = seal.new_key()
    for given, words in (
        (other, "the key is another one, or the file is damaged"),
        ("hunter2", "The key is missing or is none"),
        (other[:-6], "The key is missing or is none"),
    ):
        done = sealed.run("kata", "grade", "../in", "--out", "../out", **{seal.VARIABLE: given})
        assert done.returncode == 2
        assert words in done.stderr
        assert given not in done.stdout + done.stderr
    done = sealed.run("kata", "grade", "../in", "--out", "../out", "--seal-key", "nowhere")
    assert done.returncode == 2
    assert "nowhere cannot be used for the key" in done.stderr


def test_behind_the_inner_fence_alone_nobody_graded_sees_key_or_checks_either(sealed: Course, tmp_path: Path) -> None:
    """As on a machine without bubblewrap."""
    grade(sealed, tmp_path / "out", **{seal.VARIABLE: KEY, "PATH": "/nowhere"})
    result = (tmp_path / "out" / "results" / "eve" / "90_double.json").read_text()
    assert "nothing there" in result
    assert "bubblewrap" not in result


def test_the_command_seals_with_the_key_and_needs_one_before_any_work(tmp_path: Path) -> None:
    whole = copy_to(tmp_path)
    done = whole.run("kata", "release", "--out", "../sealed", "--sealed", **{seal.VARIABLE: KEY})
    assert done.returncode == 0, done.stderr
    with seal.opened(tmp_path / "sealed", seal.key_of(KEY)) as folder:
        assert (folder / "solutions" / "90_double" / "test_double_hidden.py").is_file()
    done = whole.run("kata", "release", "--out", "../again", "--sealed")
    assert done.returncode == 2
    assert "kata seal --new-key FILE" in done.stderr
    assert not (tmp_path / "again").exists()


def test_any_changed_byte_is_noticed() -> None:
    """Facts, nonce, content and tag alike."""
    key = seal.key_of(seal.new_key())
    content = seal.seal({"a/b": b"text"}, FACTS, key)
    assert seal.unseal(content, FACTS, key) == {"a/b": b"text"}
    for at in range(len(content)):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        with pytest.raises(seal.BadSeal):
            seal.unseal(changed, FACTS, key)
    for length in (0, 5, 40, len(content) - 1):
        with pytest.raises(seal.BadSeal):
            seal.unseal(content[:length], FACTS, key)


@pytest.mark.parametrize("fact", FACTS)
def test_a_seal_of_another_release_is_noticed(fact: str) -> None:
    key = seal.key_of(seal.new_key())
    content = seal.seal({"a": b"text"}, FACTS, key)
    with pytest.raises(seal.BadSeal, match="belong to another release"):
        seal.unseal(content, {**FACTS, fact: "other"}, key)


def test_an_old_seal_in_a_newer_release_is_noticed_in_use(
    sealed: Course, key: Path, next_release: Next, tmp_path: Path
) -> None:
    newer = next_release({})
    (newer / manifest.SEALED).write_bytes((sealed.root / manifest.SEALED).read_bytes())
    done = Course(newer, tmp_path / "home").run("kata", "grade", "../in", "--out", "../o", "--seal-key", str(key))
    assert done.returncode == 2
    assert "belong to another release" in done.stderr


def test_another_engine_than_the_one_that_sealed_is_refused(key: Path, tmp_path: Path) -> None:
    facts = manifest.manifest_of({}, "2026")
    facts = dataclasses.replace(facts, engine="9.9")
    (tmp_path / ".gradkata").mkdir()
    (tmp_path / manifest.FILE).write_bytes(facts.text())
    secret = seal.key_of(key.read_text())
    (tmp_path / manifest.SEALED).write_bytes(seal.seal({}, facts.facts(), secret))
    with pytest.raises(KataError, match="sealed with gradkata 9"), seal.opened(tmp_path, secret):
        pass


def test_two_seals_of_the_same_differ_and_answers_in_other_styles_stay_at_home() -> None:
    key = seal.key_of(seal.new_key())
    assert seal.seal({}, FACTS, key) != seal.seal({}, FACTS, key)
    files = seal.course_files(catalog.all_exercises(TOY))
    assert "solutions/90_double/test_double_hidden.py" in files
    assert not [path for path in files if "alternatives" in path]


def test_the_words_of_hidden_checks_are_sealed_and_given_to_nobody(tmp_path: Path) -> None:
    copied = copy_to(tmp_path)
    (copied.solutions / "words.toml").write_text('"in order" = "en orden"\n', "utf-8")
    files = seal.course_files(catalog.all_exercises(copied.root))
    assert files["solutions/90_double/words.toml"] == b'"in order" = "en orden"\n'


def test_a_key_is_written_for_its_owner_alone_and_outside_what_is_given_out(
    toy_release: Release, sealed: Course, tmp_path: Path
) -> None:
    done = sealed.run("kata", "seal", "--new-key", "../new.key")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new.key").stat().st_mode & 0o777 == 0o600
    text = (tmp_path / "new.key").read_text()
    assert len(seal.key_of(text)) == 32
    assert text.strip() not in done.stdout
    assert sealed.run("kata", "seal", "--new-key", "../new.key").returncode == 2
    assert (tmp_path / "new.key").read_text() == text
    assert "is inside" in sealed.run("kata", "seal", "--new-key", "my.key").stderr
    assert not (sealed.root / "my.key").exists()

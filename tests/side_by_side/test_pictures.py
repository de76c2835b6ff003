"""Which picture fits which values, how it reads in characters, and that the image is one."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from grader.checks import close_to, equal_to
from grader.errors import KataError
from grader.judge.matchers import Mismatch
from grader.side_by_side.characters import drawing
from grader.side_by_side.picture import Curves, Grids, Heat, Order, Picture, picture_of
from grader.side_by_side.table import as_lines
from tests.side_by_side.pairs import compared, comparisons_of


def lines(picture: Picture | None, language: str = "en", width: int = 80) -> list[str]:
    assert picture is not None
    console = Console(width=width, color_system=None, highlight=False)
    with console.capture() as printed:
        for part in drawing(picture, language, width):
            console.print(part)
    return [line.rstrip() for line in printed.get().splitlines()]


def of(got: Any, expected: Any, **more: Any) -> Picture | None:
    return picture_of(compared(got, equal_to(expected), **more))


STEPS = {f"step {i}, parameter 0": np.array([value, 0.0]) for i, value in enumerate([4.0, 3.0, 2.0, 1.0], 1)}
DRIFTS = {name: np.array([value[0] + 0.5 * i * (i > 1), 0.0]) for i, (name, value) in enumerate(STEPS.items())}
EPOCHS = [[[3, 1], [2, 0]], [[3, 1], [2, 0]]]


def test_the_values_choose_the_picture() -> None:
    """A series is curves, batches their order, two shapes grids, one shape a heat map; words and facts are none."""
    assert isinstance(of(DRIFTS, STEPS), Curves)
    assert isinstance(of([0.5, 0.4, 0.3], [0.5, 0.4, 0.2]), Curves)
    assert isinstance(of(np.arange(9.0), np.zeros(9)), Curves)
    assert isinstance(of([[0, 1], [3, 2]], [[0, 1], [2, 3]]), Order)
    assert isinstance(of({"i": np.array([1, 0])}, {"i": np.array([0, 1])}), Order)
    assert isinstance(of(np.ones((3, 4)), np.ones((3, 1))), Grids)
    assert isinstance(of(np.ones((3, 4)), np.zeros((3, 4))), Heat)
    assert of({"a": True, "b": "x"}, {"a": False, "b": "y"}) is None
    assert of(np.ones(3, np.float32), np.ones(3)) is None
    assert of(1, 2, outcome="error") is None


def test_only_elements_that_differ_are_curves() -> None:
    picture = of(DRIFTS, STEPS)
    assert isinstance(picture, Curves)
    assert [(curve.name, curve.xs) for curve in picture.curves] == [("parameter 0 [0]", [1, 2, 3, 4])]
    assert (picture.curves[0].yours, picture.curves[0].reference) == ([4.0, 3.0, 3.0, 2.5], [4.0, 3.0, 2.0, 1.0])


def test_batches_that_facts_are_about_are_the_learners_own() -> None:
    """A shuffled order has no reference: what the learner's code returned is drawn."""
    picture = of({"a new order each epoch": False}, {"a new order each epoch": True}, returned=EPOCHS)
    assert lines(picture) == [
        "",
        "          [0][0]   [0][1]",
        "  yours │ 3 1    │ 2 0    │",
        "",
        "          [1][0]   [1][1]",
        "  yours │ 3 1    │ 2 0    │",
        "",
        "  Your batches. No one order is right here, so the check compares facts about",
        "  it: kata trace says which does not hold.",
    ]
    assert lines(picture, "es")[2] == "  tuyo │ 3 1    │ 2 0    │"
    assert of({"a fact": True}, {"a fact": True}, returned=EPOCHS) is None


def test_batches_in_another_order_have_a_mark_below_each_index_that_differs() -> None:
    assert lines(of([[0, 1, 2], [9, 3, 5], [6]], [[0, 1, 2], [3, 4, 5], [6], [7]])) == [
        "",
        "              [0]     [1]     [2]   [3]",
        "  yours     │ 0 1 2 │ 9 3 5 │ 6   │ -   │",
        "  reference │ 0 1 2 │ 3 4 5 │ 6   │ 7   │",
        "                      ^ ^           ^",
        "",
        "  ^ another index than the reference's",
    ]
    assert lines(of([[1, 0]], [[0, 1]]), "es")[-1] == "  ^ un índice distinto del de la referencia"


def test_of_long_batches_and_many_of_them_the_surroundings_are_drawn() -> None:
    many = [[i, i + 1] for i in range(100)]
    picture = of([[0, 0], *many[1:]], many)
    assert isinstance(picture, Order)
    assert (len(picture.yours), picture.left_out) == (15, 85)
    long = list(range(1000))
    picture = of([[*long[:500], 7, *long[501:]]], [long])
    assert isinstance(picture, Order)
    assert picture.yours == [["…", *map(str, range(494, 500)), "7", *map(str, range(501, 506)), "…"]]


def test_a_gradient_of_another_shape_is_two_grids() -> None:
    picture = of({"a.grad": np.arange(6.0).reshape(2, 3)}, {"a.grad": np.array([[3.0], [12.0]])})
    assert lines(picture) == [
        "",
        "  a.grad",
        "  yours: float64 (2, 3)    reference: float64 (2, 1)",
        "  ┌───┬───┬───┐            ┌────┐",
        "  │ 0 │ 1 │ 2 │            │  3 │",
        "  ├───┼───┼───┤            ├────┤",
        "  │ 3 │ 4 │ 5 │            │ 12 │",
        "  └───┴───┴───┘            └────┘",
    ]
    assert lines(picture, "es", 50)[2:4] == ["  tuyo: float64 (2, 3)", "  ┌───┬───┬───┐"]


def test_a_difference_of_one_shape_is_a_map_with_numbers_or_with_shades() -> None:
    expected = np.zeros((2, 2))
    assert lines(of(np.array([[0.0, 2.0], [0.0, -0.5]]), expected)) == [
        "",
        "  result: yours minus the reference",
        "  ┌───┬──────┐",
        "  │ 0 │   +2 │",
        "  ├───┼──────┤",
        "  │ 0 │ -0.5 │",
        "  └───┴──────┘",
        "  The largest difference: +2 at [0, 1]",
    ]
    large = np.zeros((30, 10))
    large[29, 0] = large[0, 9] = 1.0
    large[0, 0] = 0.5
    shades = lines(of(large, np.zeros((30, 10))), "es")[2:-1]
    assert (shades[1], shades[-2]) == ("  │▒▒                ██│", "  │██                  │")
    assert set("".join(shades[2:-2])) <= set(" │")


def test_curves_mark_where_they_part() -> None:
    drawn = lines(of(DRIFTS, STEPS), "en", 50)
    assert drawn[1] == "  parameter 0 [0]"
    assert drawn[2].startswith("           4 ┤●")
    assert drawn[10].startswith("           1 ┤") and drawn[10].endswith("o")
    assert drawn[11].index("↑") == 14 + round(2 / 3 * 34)
    assert drawn[13] == "  ↑ They differ from here on: step 3"
    assert drawn[-1] == "  x yours   o reference   ● both"
    assert lines(of(DRIFTS, STEPS), "es", 50)[-1] == "  x tuyo   o referencia   ● los dos"


def test_a_drift_too_small_to_be_seen_is_drawn_as_a_difference() -> None:
    expected = [float(i) for i in range(10)]
    got = [value + 1e-5 * i for i, value in enumerate(expected)]
    drawn = lines(of(got, expected))
    assert "  result: yours minus the reference" in drawn
    assert any(line.startswith("       9e-05 ┤") and line.endswith("x") for line in drawn)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.integers(), st.floats(), st.text(max_size=3), st.sampled_from([1.0, 2.0])
)


@np.errstate(all="ignore")
def array(dtype: str, shape: tuple[int, ...], value: float) -> Any:
    return np.full(shape, value).astype(dtype)


arrays = st.builds(
    array,
    st.sampled_from(["f8", "f4", "i8", "?", "c16", "f2"]),
    st.sampled_from([(), (1,), (3,), (9,), (2, 3), (3, 2), (0,), (0, 2), (2, 0), (10, 11), (2, 2, 2)]),
    st.sampled_from([0.0, 1.0, 0.5, np.nan, np.inf, -1.0, 60000.0, 1e-300]),
)  # fmt: skip
leaves = scalars | arrays
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["step 1", "step 2", "step 3", "a › b", ""]), inner, max_size=4),
        st.lists(st.floats(width=64), min_size=3, max_size=5),
        st.lists(st.lists(st.integers(0, 3), max_size=3), max_size=3),
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.usefixtures("_no_warnings")
@settings(suppress_health_check=list(HealthCheck))
@given(values, values)
def test_whatever_is_compared_can_be_shown_and_the_marks_agree_with_the_verdict(got: Any, expected: Any) -> None:
    """No value breaks the table or the drawing, and a pair differs exactly where the matcher says no."""
    for matcher in (close_to(expected), equal_to(expected)):
        try:
            matcher.compare(got)
            holds = True
        except Mismatch:
            holds = False
        assert holds == all(one.first is None for one in comparisons_of(got, matcher))
        seen = compared(got, matcher)
        as_lines(seen, "en", 80)
        if (picture := picture_of(seen)) is not None:
            assert all(len(line) <= 80 for line in lines(picture))


def png(file: Path) -> tuple[int, int]:
    """Width and height of a PNG whose every chunk is whole; else the test fails."""
    data = file.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, kinds = 8, []
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0]
        kinds.append(kind)
        at += 12 + size
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
    return struct.unpack(">II", data[16:24])


MANY = [list(range(i, i + 30)) for i in range(0, 900, 30)]
DRAWN = {
    "curves": (DRIFTS, STEPS),
    "a long curve with gaps": ([1.0, float("nan"), 1e308, *[0.0] * 50], [1.0, -1e308, float("inf"), *[1.0] * 50]),
    "order": ([[1, 0], [2]], [[0, 1], [2], [3]]),
    "a long order": ([MANY[1], *MANY[1:]], MANY),
    "grids": (np.ones((3, 4)), np.ones((3, 1))),
    "an empty grid": (np.ones((0, 4)), np.full((2, 2), np.nan)),
    "a deep grid": (np.ones((2, 3, 40)), np.ones(())),
    "heat": (np.array([[0.0, np.nan], [1.0, np.inf]]), np.zeros((2, 2))),
    "a large map": (np.ones((300, 70)), np.zeros((300, 70))),
    "signs that are no formula": ({"$x_": np.ones(2), "日本": 1}, {"$x_": np.zeros(2), "日本": 1}),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_each_picture_is_a_valid_png(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With nothing said on the terminal, and no half-written file beside it."""
    pytest.importorskip("matplotlib", reason="images need the extra `pictures`")
    from grader.side_by_side.image import write

    picture = of(*DRAWN[name])
    assert picture is not None
    write(picture, "90.1 $A_ fact.", "es", tmp_path / "a.png")
    width, height = png(tmp_path / "a.png")
    assert 600 < width < 2500 and 300 < height < 4000
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
    assert "Warning" not in capfd.readouterr().err


def test_an_image_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="images need the extra `pictures`")
    from grader.side_by_side.image import write

    picture = of(np.ones(2), np.zeros(2))
    assert picture is not None
    with pytest.raises(KataError, match=r"nowhere/a\.png could not be written \(No such file"):
        write(picture, "", "en", tmp_path / "nowhere" / "a.png")

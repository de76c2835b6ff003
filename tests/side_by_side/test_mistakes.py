"""Real mistakes of the exercises as a learner sees them: the table's text and the picture, in both languages."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from grader import catalog
from grader.judge.attempt import Judging
from grader.judge.cache import ValueCache
from grader.judge.compared import Compared, compared
from grader.model import LEARNER_SEED
from grader.sandbox.warm import FencedWorkers
from grader.side_by_side.picture import Curves, Grids, Heat, Order, picture_of
from grader.side_by_side.table import as_lines
from tests.side_by_side.test_pictures import lines

ROOT = Path(__file__).parents[2]
Look = Callable[..., Compared]


@pytest.fixture(scope="module")
def look(source: FencedWorkers, tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Exercise, mistake, visible check: what was compared. The values come from fenced workers, as everywhere."""
    values = ValueCache(tmp_path_factory.mktemp("cache") / "values.sqlite")

    @cache
    def run(exercise: str, mistake: str, id: str, language: str = "en") -> Compared:
        found = dataclasses.replace(catalog.resolve(ROOT, exercise), deadline=30.0)
        file = ROOT / "solutions" / found.name / "mistakes" / f"{mistake}.py"
        check = next(check for check in catalog.load_checks(found.folder) if check.id == id)
        judging = Judging(
            found, (check,), {found.file_name: file.read_bytes()}, source=source, cache=values, seed=LEARNER_SEED,
            name_mistakes=False,
        )  # fmt: skip
        try:
            return compared(judging, check, language)
        finally:
            judging.close()

    return run


def test_a_gradient_that_was_not_summed_over_the_broadcast_axes_is_two_grids(look: Look) -> None:
    seen = look("01", "broadcast_not_summed", "01.3a")
    picture = picture_of(seen)
    assert isinstance(picture, Grids)
    assert (picture.yours.shape, picture.reference.shape) == ((3, 4), (3, 1))
    assert lines(picture, "es")[1:5] == [
        "  (3, 1) + (4,) › a.grad",
        "  tuyo: float64 (3, 4)    referencia: float64 (3, 1)",
        "  ┌───┬────┬────┬────┐    ┌────┐",
        "  │ 1 │  2 │  3 │  4 │    │ 10 │",
    ]
    shown = [" ".join(line.split()) for line in as_lines(seen, "en", 80)]
    assert "→ (3, 1) + (4,) › a.grad float64 (3, 4) float64 (3, 1) shape" in shown


def test_an_adam_that_drifts_has_its_first_difference_at_step_two(look: Look) -> None:
    seen = look("03", "beta_not_to_the_power", "03.2a", "es")
    assert as_lines(seen, "es", 80)[3:10] == [
        "     valor                tuyo              referencia        diferencia",
        "     paso 1, parámetro 0  [0.902, -1.901]   [0.902, -1.901]",
        "     paso 1, parámetro 1  [0.4005]          [0.4005]",
        "  →  paso 2, parámetro 0  [0.7732, -1.971]  [0.8039, -1.954]  -0.031 en [0]",
        "  ≠  paso 2, parámetro 1  [0.3727]          [0.3792]          -0.0066",
        "  ≠  paso 3, parámetro 0  [0.8338, -2.033]  [0.8446, -1.996]  -0.037 en [1]",
        "  ≠  paso 3, parámetro 1  [0.3396]          [0.357]           -0.017",
    ]
    drawn = picture_of(seen)
    assert isinstance(drawn, Curves)
    assert [curve.name for curve in drawn.curves] == ["parámetro 0 [0]", "parámetro 0 [1]", "parámetro 1"]
    picture = picture_of(look("03", "beta_not_to_the_power", "03.2a"))
    assert isinstance(picture, Curves)
    assert [curve.name for curve in picture.curves] == ["parameter 0 [0]", "parameter 0 [1]", "parameter 1"]
    assert "  ↑ They differ from here on: step 2" in lines(picture)


def test_a_last_batch_from_the_wrong_start_has_its_indices_marked(look: Look) -> None:
    seen = look("04", "last_batch_wrong_start", "04.1a")
    assert lines(picture_of(seen))[1:5] == [
        "              batches[0]   batches[1]   batches[2]   batches[3]",
        "  yours     │ 0 1 2      │ 3 4 5      │ 6 7 8      │ 7 8 9      │",
        "  reference │ 0 1 2      │ 3 4 5      │ 6 7 8      │ 9 - -      │",
        "                                                     ^ ^ ^",
    ]
    assert any("→  batches[3]  [7, 8, 9]  [9]        length" in line for line in as_lines(seen, "en", 80))


def test_shuffled_batches_are_shown_beside_the_fact_that_does_not_hold(look: Look) -> None:
    seen = look("04", "shuffles_batches", "04.2a")
    picture = picture_of(seen)
    assert isinstance(picture, Order)
    assert picture.reference == []
    assert sorted(picture.yours[0], key=int) == picture.yours[0], "each batch is a run of neighbours"
    assert len(picture.yours) == 15
    for language, row in (
        ("en", "→ a batch mixes distant samples no yes"),
        ("es", "→ un lote mezcla muestras lejanas no sí"),
    ):
        seen = look("04", "shuffles_batches", "04.2a", language)
        assert row in [" ".join(line.split()) for line in as_lines(seen, language, 120)]


def test_gradients_divided_by_the_batch_are_one_factor(look: Look) -> None:
    seen = look("02", "grads_divided_by_batch", "02.2a")
    row = next(line for line in as_lines(seen, "en", 160) if line.startswith("  →"))
    assert (row.split()[1:4], row.split()[-2:]) == (["2", "backward:", "grad_weight"], ["×", "0.333"])
    assert isinstance(picture_of(seen), Heat)


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", "exception that reaches the caller nothing RuntimeError"),
        ("es", "excepción que llega a quien llama nada RuntimeError"),
    ],
)
def test_a_file_that_an_exception_should_outlive_is_told_in_words_case_by_case(
    look: Look, language: str, row: str
) -> None:
    seen = look("05", "exception_swallowed", "05.3a", language)
    shown = as_lines(seen, language, 100)
    case = {"en": "Case", "es": "Caso"}[language]
    assert [line.strip() for line in shown if line.strip().startswith(case)] == [
        f"{case}:  kind = 'RuntimeError'", f"{case}:  kind = 'KeyboardInterrupt'",
    ]  # fmt: skip
    assert f"→ {row}" in [" ".join(line.split()) for line in shown]


def test_a_loss_after_the_update_stands_beside_the_one_before(look: Look) -> None:
    shown = as_lines(look("06", "loss_after_the_update", "06.4a"), "en", 80)
    assert any(line.startswith("  →  returned") and " 0.325 " in line and " 1 " in line for line in shown)


def test_an_exception_is_a_message_and_no_table(look: Look) -> None:
    seen = look("03", "none_grad_crashes", "03.6a")
    assert seen.result.outcome == "error"
    shown = as_lines(seen, "es", 80)
    assert any("el código lanzó TypeError" in line for line in shown)
    assert not any("referencia" in line for line in shown)
    assert picture_of(seen) is None


def test_no_hidden_checks_values_are_ever_paired(source: FencedWorkers, cache: ValueCache) -> None:
    """Of each exercise's hidden checks: refused before anything is run."""
    found = catalog.resolve(ROOT, "03")
    hidden = [check for check in catalog.load_checks(found.folder) if check.visibility == "hidden"]
    assert hidden
    judging = Judging(found, tuple(hidden), {found.file_name: b""}, source=source, cache=cache, seed="s")
    for check in hidden:
        with pytest.raises(ValueError, match="is hidden"):
            compared(judging, check, "en")
    assert judging.results == {}

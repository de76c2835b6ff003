"""The report's numbers, against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reports.class_report.statistics import ENOUGH, discrimination, histogram, mean, median, quantile

SHARES = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]
RESTS = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]


def test_of_nothing_there_is_no_number() -> None:
    assert mean([]) is None
    assert median([]) is None
    assert quantile([], 0.95) is None
    assert discrimination([], []) is None
    assert histogram([]) == [0] * 10


def test_mean_and_quantiles() -> None:
    """The 95th percentile of 0, 1, 2, 3 lies at place 2.85."""
    assert mean([1, 0, 0.5]) == 0.5
    assert median([3, 1, 2]) == 2
    assert median([4, 1, 2, 3]) == 2.5
    assert quantile([0, 1, 2, 3], 0.95) == pytest.approx(2.85)
    assert quantile([7], 0.95) == 7


def test_discrimination_is_the_item_rest_correlation() -> None:
    """By hand: the means are 0.5 and 4.5; sum of products 12.5; of squares 2.5 and 82.5; r = 12.5 / sqrt(2.5 * 82.5)."""
    assert discrimination(SHARES, RESTS) == pytest.approx(12.5 / math.sqrt(2.5 * 82.5))
    assert discrimination([1 - share for share in SHARES], RESTS) == pytest.approx(-12.5 / math.sqrt(206.25))
    assert discrimination([rest / 9 for rest in RESTS], RESTS) == pytest.approx(1)


def test_discrimination_of_few_or_of_equals_is_not_defined() -> None:
    assert ENOUGH == 10
    assert discrimination(SHARES[1:], RESTS[1:]) is None
    assert discrimination([1.0] * 10, RESTS) is None
    assert discrimination(SHARES, [17.3] * 10) is None
    assert discrimination(SHARES, [0.1 + 0.2, 0.3] * 5) is None  # equal but for rounding


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 100)), max_size=40))
def test_discrimination_is_never_nan(pairs: list[tuple[float, float]]) -> None:
    r = discrimination([share for share, _ in pairs], [rest for _, rest in pairs])
    assert r is None or -1 <= r <= 1


def test_each_share_lies_in_one_tenth() -> None:
    """0.3 is in the fourth tenth though 0.3 * 10 may be a little less than 3; full marks are in the last."""
    assert histogram([0, 0.05, 0.1, 0.3, 0.95, 1]) == [2, 1, 0, 1, 0, 0, 0, 0, 0, 2]
    assert histogram([0.1 + 0.2, 2.1 / 3]) == [0, 0, 0, 1, 0, 0, 0, 1, 0, 0]

"""Matchers: what is equal, what is not, and how a difference is described."""

# ruff: noqa: SIM300 (a matcher stands on the right)
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks import close_to, equal_to, raised
from grader.judge import trace
from grader.judge.matchers import Mismatch, Raised, apart, number, short
from grader.worker.values import Foreign


def finding(got: Any, matcher: Any) -> tuple[str, dict[str, Any]]:
    """(kind, facts) of the difference that `assert got == matcher` finds."""
    with pytest.raises(Mismatch) as caught:
        assert got == matcher
    return caught.value.finding.kind, caught.value.finding.facts


def error(kind: type[BaseException], text: str = "", line: int | None = 7) -> Raised:
    bases = [base.__name__ for base in kind.__mro__ if base is not object]
    facts = {"class": kind.__name__, "bases": bases, "text": text, "line": line, "file": "double.py", "source": "x"}
    return Raised(facts)


ARRAYS = [
    np.arange(6.0).reshape(2, 3),
    np.array([1, 2]),
    np.array([True, False]),
    np.array(3.0),
    np.zeros((0, 4), np.float32),
    np.array([np.nan, np.inf, -np.inf]),
    np.array([1 + 2j, 3], np.complex64),
    np.array([65504.0], np.float16),
]
SCALARS = [np.float32(2), np.float64(2), np.int64(3), np.bool_(True)]
VALUES = [*ARRAYS, *SCALARS, 1.5, float("nan"), float("inf"), 2, True, None, "text", b"bytes"]


@pytest.mark.parametrize("matcher", [close_to, equal_to])
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_every_kind_of_value_equals_itself(value: Any, matcher: Any) -> None:
    """Also nan, inf, size 0 and 0 dimensions, alone and inside a dict, a list and a tuple."""
    copied = value.copy() if isinstance(value, np.ndarray) else value
    assert copied == matcher(value)
    assert {"a": [copied, (copied,)]} == matcher({"a": [value, (value,)]})


@pytest.mark.parametrize("got", VALUES, ids=repr)
def test_the_comparison_of_every_kind_of_left_side_reaches_the_matcher(got: Any) -> None:
    """numpy's arrays would compare element by element and Foreign by itself; the trace shows that they did not."""
    for left in (got, [got], Foreign("thing")):
        seen = trace.start()
        with pytest.raises(Mismatch):
            assert left == close_to({"no": "such value"})
        assert [kind for kind, _ in seen] == ["value"]
        assert seen[0][1] is left


@pytest.mark.parametrize(
    ("got", "expected", "facts"),
    [
        (1, 1.0, ("int", "float")),
        (True, 1, ("bool", "int")),
        (1, True, ("int", "bool")),
        ([1], (1,), ("list", "tuple")),
        (None, 0.0, ("None", "float")),
        (np.float64(1), 1.0, ("float64", "float")),
        (1.0, np.float64(1), ("float", "float64")),
        (np.array(1.0), np.float64(1), ("numpy.ndarray", "float64")),
        (np.float32(1), np.float64(1), ("float32", "float64")),
        (Foreign("torch.Tensor"), np.zeros(2), ("torch.Tensor", "numpy.ndarray")),
        ([1.0], np.ones(1), ("list", "numpy.ndarray")),
    ],
)
def test_types_are_exact(got: Any, expected: Any, facts: tuple[str, str]) -> None:
    kind, found = finding(got, close_to(expected))
    assert (kind, found["got"], found["expected"]) == ("type", *facts)


def test_foreign_objects_equal_nothing_not_even_another_type() -> None:
    assert finding(Foreign("a.B"), equal_to(Foreign("a.C")))[0] == "value"
    assert finding(Foreign("a.B"), equal_to("a.B"))[0] == "type"


def test_dtype_comes_before_shape_and_shape_before_values() -> None:
    """Nothing is cast or broadcast to fit."""
    right = np.zeros((2, 3))
    kind, facts = finding(np.ones((3, 2), np.float32), close_to(right))
    assert (kind, facts["got"], facts["expected"]) == ("dtype", "float32", "float64")
    kind, facts = finding(np.ones((3, 2)), close_to(right))
    assert (kind, facts["got"], facts["expected"]) == ("shape", "(3, 2)", "(2, 3)")
    assert finding(np.zeros((1, 3)), close_to(right))[0] == "shape"
    assert finding(np.zeros(0), close_to(np.zeros((0, 3))))[0] == "shape"
    assert finding(np.ones((2, 3)), close_to(right))[0] == "values"


@pytest.mark.parametrize(
    ("got", "expected", "kind", "where"),
    [
        ([1, 2], [1], "length", ""),
        ([1, 2], [1, 3], "value", "[1]"),
        ({"a": 1}, {"b": 1}, "keys", ""),
        ({"a": [1, (2, 3.0)]}, {"a": [1, (2, 4.0)]}, "number", "a[1][1]"),
        ({"step 2": {"w": np.ones(2)}}, {"step 2": {"w": np.zeros(2)}}, "values", "step 2 › w"),
        ({3: "x"}, {3: "y"}, "value", "3"),
    ],
)
def test_the_place_of_a_difference_is_told(got: Any, expected: Any, kind: str, where: str) -> None:
    found, facts = finding(got, close_to(expected))
    assert (found, facts["where"]) == (kind, where)


def test_lengths_and_keys_that_differ_are_shown() -> None:
    _, facts = finding([1, 2], close_to([1, 2, 3]))
    assert (facts["got"], facts["expected"]) == (2, 3)
    assert (facts["all_got"], facts["all_expected"]) == ("[1, 2]", "[1, 2, 3]")
    _, facts = finding([1, 2], close_to([1000] * 20))
    assert (facts["got"], facts["expected"], "all_got" in facts) == (2, 20, False)
    _, facts = finding({"b": 1, 3: 1}, close_to({"a": 1}))
    assert (facts["got"], facts["expected"]) == ("['b', 3]", "['a']")


@pytest.mark.parametrize("matcher", [close_to, equal_to, raised])
def test_the_call_to_try_comes_with_every_difference(matcher: Any) -> None:
    assert finding(2, matcher(ValueError, call="f(1)"))[1]["call"] == "f(1)"


def test_the_order_of_a_dict_does_not_matter() -> None:
    assert {"b": 2, "a": 1} == equal_to({"a": 1, "b": 2})


def test_the_worst_element_is_shown_with_its_index_and_how_many_differ() -> None:
    expected = np.arange(6.0).reshape(2, 3)
    got = expected + np.array([[0, 0.1, 0], [0, -5, 0.2]])
    kind, facts = finding(got, close_to(expected))
    assert kind == "values"
    assert (facts["index"], facts["got"], facts["expected"]) == ("[1, 1]", "-1", "4")
    assert (facts["count"], facts["total"]) == (3, 6)


def test_short_arrays_are_listed_and_long_ones_are_not() -> None:
    _, facts = finding(np.array([1.0, 2.5]), close_to(np.array([1.0, 2.0])))
    assert (facts["all_got"], facts["all_expected"]) == ("[1, 2.5]", "[1, 2]")
    assert finding(np.ones(6), close_to(np.zeros(6)))[1]["all_got"] == "[1, 1, 1, 1, 1, 1]"
    assert "all_got" not in finding(np.ones(7), close_to(np.zeros(7)))[1]
    assert "all_got" not in finding(np.ones((1, 2)), close_to(np.zeros((1, 2))))[1]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_shown_before_larger_differences(bad: float) -> None:
    kind, facts = finding(np.array([100.0, bad, 3.0]), close_to(np.array([1.0, 2.0, 3.0])))
    assert (kind, facts["index"], facts["got"], facts["count"]) == ("not_finite", "[1]", str(bad), 2)


@pytest.mark.parametrize(("got", "expected"), [(1.0, np.nan), (1.0, np.inf), (np.inf, -np.inf), (np.nan, np.inf)])
def test_nan_and_inf_that_are_expected_are_equal_to_themselves_only(got: float, expected: float) -> None:
    assert finding(np.array([got]), close_to(np.array([expected])))[0] in ("values", "not_finite")
    assert finding(got, close_to(expected, rtol=1.0, atol=1e300))[0] == "number"


@pytest.mark.parametrize(("dtype", "relative"), [("f8", 1e-9), ("f4", 1e-5), ("f2", 1e-2), ("c16", 1e-9), ("c8", 1e-5)])
def test_the_default_tolerance_goes_with_the_dtype(dtype: str, relative: float) -> None:
    expected = np.array([3.0, 3.0], dtype)
    for sign in (1, -1):
        one = expected * np.array(sign, dtype)
        assert one * np.array(1 + relative / 3, dtype) == close_to(one)
        assert finding(one * np.array(1 + relative * 3, dtype), close_to(one))[0] == "values"


def test_the_default_absolute_tolerance_goes_with_the_largest_expected_number() -> None:
    """1e-12 of the largest: cancellation to nearly 0 beside large numbers is no error; 0 alone must be 0."""
    assert np.array([1e3, 0.9e-9]) == close_to(np.array([1e3, 0.0]))
    assert finding(np.array([1e3, 1.1e-9]), close_to(np.array([1e3, 0.0])))[0] == "values"
    assert finding(np.array([1e-300]), close_to(np.array([0.0])))[0] == "values"
    assert np.array([np.inf, 0.9e-9, 1e3]) == close_to(np.array([np.inf, 0.0, 1e3]))


def test_tolerances_that_are_given_replace_the_defaults() -> None:
    assert np.array([1.09]) == close_to(np.array([1.0]), rtol=0.1)
    assert finding(np.array([1.09]), close_to(np.array([1.0]), rtol=0.01))[0] == "values"
    assert np.array([0.5]) == close_to(np.array([0.0]), atol=0.6)
    assert np.array([0.5]) == close_to(np.array([0.0]), atol=0.5)
    assert finding(np.array([0.5]), close_to(np.array([0.0]), atol=0.4))[0] == "values"


def test_equal_to_allows_no_rounding() -> None:
    assert finding(np.nextafter(1.0, 2.0), equal_to(np.float64(1)))[0] == "number"
    assert np.array([0.0]) == equal_to(np.array([-0.0]))


@pytest.mark.parametrize("value", [np.array([2**62, 5]), np.array([255, 0], np.uint8), np.array([True, False])])
def test_integers_and_bools_are_exact(value: Any) -> None:
    other = value.copy()
    other[1] = not other[1] if other.dtype == bool else other[1] + 1
    kind, facts = finding(other, close_to(value, rtol=1.0))
    assert (kind, facts["index"], facts["count"]) == ("values", "[1]", 1)
    assert finding(np.array([2**62 + 1]), close_to(np.array([2**62])))[0] == "values"


def test_float16_that_overflows_in_the_comparison_is_a_difference() -> None:
    assert finding(np.array([-60000], np.float16), close_to(np.array([60000], np.float16)))[0] == "values"


PAIRS = [(3.0, 1.5), (np.float64(3), np.float64(1.5)), (np.array(3), np.array(1))]


@pytest.mark.parametrize(("got", "expected"), PAIRS)
def test_a_difference_without_dimensions_has_neither_index_nor_count(got: Any, expected: Any) -> None:
    kind, facts = finding(got, close_to(expected))
    assert (kind, facts["got"], facts["index"]) == ("number", "3", "")


def test_a_matcher_is_never_compared_with_not_equal() -> None:
    with pytest.raises(TypeError, match="never !="):
        assert 1 != equal_to(2)
    with pytest.raises(TypeError, match="never !="):
        assert np.zeros(2) != equal_to(2)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (ValueError, ValueError),
        (UnicodeDecodeError, ValueError),
        (FileNotFoundError, OSError),
        (RecursionError, RecursionError),
        (RuntimeError, RuntimeError),
        (BrokenPipeError, ConnectionError),
    ],
)
def test_raised_takes_the_class_and_its_subclasses(got: type[Exception], expected: type[Exception]) -> None:
    assert error(got, "lr is -1") == raised(expected, mentions=["lr", "-1"])


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (TypeError, ValueError),
        (Exception, ValueError),
        (RecursionError, RuntimeError),
        (NotImplementedError, RuntimeError),
    ],
)
def test_raised_refuses_other_classes_and_what_is_a_runtime_error_by_accident(got: Any, expected: Any) -> None:
    kind, facts = finding(error(got, "lr"), raised(expected))
    assert (kind, facts["got"], facts["expected"]) == ("raised_other", got.__name__, expected.__name__)
    assert facts["line"] == 7


def test_raised_names_the_words_that_the_message_lacks() -> None:
    kind, facts = finding(error(ValueError, "lr"), raised(ValueError, mentions=["lr", "-1", "eps"]))
    assert (kind, facts["missing"]) == ("raised_without", "-1, eps")


@pytest.mark.parametrize("got", [None, 1.0, np.ones(2), Foreign("a.B")], ids=repr)
def test_a_value_is_not_an_error(got: Any) -> None:
    kind, facts = finding(got, raised(ValueError))
    assert (kind, facts["expected"]) == ("not_raised", "ValueError")
    assert facts["got"] == repr(got)


def test_the_trace_says_that_nothing_was_raised_but_not_what_came_instead() -> None:
    """So that every code which lacks the same refusal is recognised as one mistake."""
    seen = trace.start()
    finding(3.25, raised(ValueError))
    assert [kind for kind, _ in seen] == ["value"]
    assert "3.25" not in repr(seen)


def test_an_error_is_no_value() -> None:
    kind, facts = finding(error(ValueError), close_to(1.0))
    assert (kind, facts["got"], facts["expected"]) == ("type", "ValueError", "float")


def test_the_trace_of_raised_holds_what_the_message_lacks_and_no_text() -> None:
    seen = trace.start()
    assert error(ValueError, "lr is -1, said by this learner alone") == raised(ValueError, mentions=["lr"])
    assert seen == [("value", {"missing words": []})]


def test_texts_for_people_are_short() -> None:
    assert short("x" * 198) == repr("x" * 198)
    assert short("x" * 199) == "'" + "x" * 199 + " …"
    values = {1 / 3: "0.333333", np.float32(0.1): "0.1", 2: "2", True: "True", np.int8(3): "3", 1e-20: "1e-20"}
    assert [number(value) for value in values] == list(values.values())


def test_numbers_that_differ_late_are_shown_with_the_digits_that_differ() -> None:
    """`got 0.901961, expected 0.901961` would tell a learner that the grader is wrong."""
    got, expected = np.array([0.25, 0.90196078]), np.array([0.25, 0.90196081])
    _, facts = finding(got, close_to(expected, rtol=1e-12))
    assert (facts["got"], facts["expected"]) == ("0.90196078", "0.90196081")
    assert (facts["all_got"], facts["all_expected"]) == ("[0.25, 0.90196078]", "[0.25, 0.90196081]")
    _, facts = finding(0.1 + 0.2, equal_to(0.3))
    assert (facts["got"], facts["expected"]) == ("0.30000000000000004", "0.3")


def test_numbers_that_differ_stand_side_by_side() -> None:
    """All of a small array; of a large one those that differ most, in their order, and none that does not."""
    _, facts = finding(np.array([1.0, 2.5]), close_to(np.array([1.0, 2.0])))
    assert facts["numbers"] == [("[0]", "1", "1", False), ("[1]", "2.5", "2", True)]
    expected = np.zeros((3, 5))
    got = expected.copy()
    got[2, 1], got[0, 4] = 1.0, np.nan
    _, facts = finding(got, close_to(expected))
    assert facts["numbers"] == [("[0, 4]", "nan", "0", True), ("[2, 1]", "1", "0", True)]
    _, facts = finding(np.arange(100), close_to(np.zeros(100, int)))
    assert [row[0] for row in facts["numbers"]] == [f"[{i}]" for i in range(92, 100)]


@pytest.mark.parametrize(
    ("one", "other", "texts"),
    [
        (np.float64(1.0), np.float64(1.0 + 1e-8), ("1", "1.00000001")),
        (np.float64(0.1) + np.float64(0.2), np.float64(0.3), ("0.30000000000000004", "0.3")),
        (np.float32(2.5), np.float32(2.5), ("2.5", "2.5")),
        (np.int64(3), np.int64(4), ("3", "4")),
        (np.bool_(True), np.bool_(False), ("True", "False")),
        (np.complex128(1j), np.complex128(2j), ("0+1j", "0+2j")),
    ],
)  # fmt: skip
def test_two_numbers_have_as_many_digits_as_it_takes_to_tell_them_apart(
    one: Any, other: Any, texts: tuple[str, str]
) -> None:
    assert apart(one, other) == texts

import pytest

from grader.checks import catches, close_to, points


@points(8, id="90.1", about="double")
@catches("adds_two")
@pytest.mark.parametrize("x", [2.0, 3.0])
def test_a_small_number(submission, reference, x):
    """Twice a small number."""
    assert submission.run("doubled", x) == close_to(reference.run("twice", x), call=f"double({x})")

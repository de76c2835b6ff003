from grader.checks import catches, close_to, needs, points, raised


@points(8, id="90.2", about="double")
@catches("in_place")
def test_every_element(submission, reference, rng):
    """Twice every element, and the argument is as it was."""
    x = rng.normal(size=(3, 2))
    expected = {"result": reference.run("twice", x), "argument": x}
    assert submission.run("doubled_and_argument", x) == close_to(expected)


@points(4, id="90.3", about="double")
@needs("test_a_small_number")
@catches("accepts_text")
def test_text(submission):
    """A text is a TypeError that names it."""
    assert submission.error("doubled", "word") == raised(TypeError, mentions=["word"])

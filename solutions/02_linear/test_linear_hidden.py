"""Hidden checks of exercise 02: every sentence of the contract, against live torch."""

import math

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, needs, points, raised

# (in_features, out_features). A square layer comes first: there a mix-up of rows and columns gives
# numbers, which say more than an error about shapes.
SIZES = [(3, 3), (7, 4), (2, 9), (1, 5), (5, 1), (1, 1)]


def parameters(rng, in_features, out_features):
    """A weight and a bias, of another size than a new layer has."""
    return rng.normal(size=(out_features, in_features)), rng.normal(size=out_features)


def wide_range(rng, *shape):
    """Gradients of both signs between about 1e-3 and 1e3."""
    return rng.normal(size=shape) * 10 ** rng.uniform(-3, 3, size=shape)


# --- forward and backward ---------------------------------------------------------------------------


@points(1, id="02.1c", about="Linear.forward")
@needs("test_forward_equals_torch")
@catches("bias_forgotten", "weight_transposed")
def test_forward_of_many_sizes(submission, reference, rng):
    """forward equals torch's in many sizes, and after weight and bias change."""
    for in_features, out_features in SIZES:
        before, after = (parameters(rng, in_features, out_features) for _ in range(2))
        x, other_x = rng.normal(size=(4, in_features)), rng.normal(size=(6, in_features))
        script = [("forward", x), ("write", *after), ("forward", other_x)]
        got = submission.run("play", script, before)
        assert got == close_to(reference.run("play", script, before))


@points(2, id="02.2b", about="Linear.backward")
@needs("test_backward_equals_autograd")
@catches(
    "grad_bias_not_summed", "grad_bias_keeps_axis", "grads_divided_by_batch",
    "grad_x_not_transposed", "grad_y_forgotten",
)  # fmt: skip
def test_gradients_of_many_sizes(submission, reference, rng):
    """The gradients equal torch's and central differences in many sizes."""
    for in_features, out_features in SIZES:
        weight, bias = parameters(rng, in_features, out_features)
        x, grad_y = wide_range(rng, 4, in_features), wide_range(rng, 4, out_features)
        script = [("forward", x), ("backward", grad_y)]
        got = submission.run("play", script, (weight, bias))
        assert got == close_to(reference.run("play", script, (weight, bias)))
        slopes = reference.run("central_differences", weight, bias, x, grad_y)
        found = {name: got[f"2 backward: {name}"] for name in slopes}
        assert found == close_to(slopes, rtol=1e-6)
        views = submission.run("with_views", (weight, bias), x, grad_y)
        assert views == close_to(reference.run("play", script, (weight, bias)))


@points(1, id="02.2c", about="Linear.backward")
@needs("test_backward_equals_autograd")
@catches("first_forward_kept", "grad_overwritten", "forward_used_up")
def test_backward_is_for_the_newest_forward(submission, reference, rng):
    """backward belongs to its own layer's newest forward."""
    pair = [parameters(rng, 3, 3), parameters(rng, 3, 3)]
    xs, grads = rng.normal(size=(4, 5, 3)), wide_range(rng, 4, 5, 3)
    script = [("forward", xs[0]), ("forward", xs[1]), ("backward", grads[0])]
    script += [("forward", xs[2]), ("backward", grads[1])]
    for longer in (script, [*script, ("backward", grads[2])]):
        assert submission.run("play", longer, pair[0]) == close_to(reference.run("play", longer, pair[0]))

    scripts = [[("forward", x), ("backward", grad_y)] for x, grad_y in zip(xs[:2], grads[:2], strict=True)]
    alone = [reference.run("play", script, own) for script, own in zip(scripts, pair, strict=True)]
    assert submission.run("in_turn", scripts, pair) == close_to(alone)


# --- leading dimensions -----------------------------------------------------------------------------


@points(1, id="02.3a", about="Linear.backward")
@needs("test_backward_equals_autograd")
@catches("two_dims_only", "weight_grad_wrong_axes", "sums_first_axis_only")
def test_any_number_of_leading_dimensions(submission, reference, rng):
    """x may be (..., in): a sample, a batch, or more dimensions, also as transposed views."""
    for in_features, out_features in [(3, 3), (5, 2)]:
        own = parameters(rng, in_features, out_features)
        for leading in [(4,), (2, 4), (), (2, 1, 3), (1,), (2, 3, 1, 2)]:
            x, grad_y = rng.normal(size=(*leading, in_features)), wide_range(rng, *leading, out_features)
            for script in ([("forward", x)], [("forward", x), ("backward", grad_y)]):
                assert submission.run("play", script, own) == close_to(reference.run("play", script, own))
            transposed = submission.run("with_views", own, x, grad_y)
            assert transposed == close_to(reference.run("play", script, own))


@points(1, id="02.3b", about="Linear.backward")
@needs("test_backward_equals_autograd")
def test_an_empty_batch_adds_nothing(submission, reference, rng):
    """An empty batch gives empty arrays and adds nothing."""
    own = parameters(rng, 3, 4)
    some, some_grad = rng.normal(size=(2, 3)), rng.normal(size=(2, 4))
    for leading in [(0,), (2, 0), (0, 2)]:
        nothing = [("forward", np.zeros((*leading, 3))), ("backward", np.zeros((*leading, 4)))]
        script = [*nothing, ("forward", some), ("backward", some_grad), *nothing]
        assert submission.run("play", script, own) == close_to(reference.run("play", script, own))


# --- the first numbers ------------------------------------------------------------------------------


def known_laws(n_in, n_out):
    """Standard deviation of what layers are often started from: U uniform, N normal."""
    return {
        "U(±1/√in)": math.sqrt(1 / n_in / 3),
        "U(±1/in)": 1 / n_in / math.sqrt(3),
        "U(±1/√out)": math.sqrt(1 / n_out / 3),
        "U(±1/out)": 1 / n_out / math.sqrt(3),
        "U(±√(6/(in+out)))": math.sqrt(2 / (n_in + n_out)),
        "U(±√(6/in))": math.sqrt(2 / n_in),
        "U(±√(3/in))": math.sqrt(1 / n_in),
        "U(±1)": math.sqrt(1 / 3),
        "U(0, 1/√in)": math.sqrt(1 / n_in / 12),
        "N(0, 1)": 1.0,
        "N(0, 0.01²)": 0.01,
        "N(0, 1/in)": math.sqrt(1 / n_in),
        "N(0, 2/in)": math.sqrt(2 / n_in),
        "N(0, 1/(3·in))": math.sqrt(1 / n_in / 3),
        "N(0, 2/(in+out))": math.sqrt(2 / (n_in + n_out)),
    }


def law_of(values, n_in, n_out):
    """The known law whose standard deviation is within 3 % of that of `values`."""
    spread = values.std()
    if not spread > 0:
        return f"always {values[0]:g}"
    # The range of a uniform law is √12 standard deviations; normal numbers range over 7 and more.
    kind = "U" if abs(np.ptp(values) / spread - math.sqrt(12)) < 0.2 else "N"
    laws = known_laws(n_in, n_out).items()
    near = [name for name, known in laws if name[0] == kind and abs(spread / known - 1) < 0.03]
    if near == ["U(0, 1/√in)"] and values.min() < 0:
        return "U(±1/(2√in))"
    return near[0] if near else "another law"


def portrait(values, n_in, n_out):
    """What tells U(-1/√in, 1/√in) from all else; of 20,000 right draws all is true, whatever the seed."""
    if not isinstance(values, np.ndarray) or values.dtype != np.float64 or values.size < 100:
        return "not an array of float64 numbers of its size"
    if not np.isfinite(values).all():
        return "not finite"
    values, bound = np.sort(values.ravel()), 1 / math.sqrt(n_in)
    ranks = np.arange(values.size) / values.size
    distance = np.abs((values / bound + 1) / 2 - ranks).max()
    return {
        "law": law_of(values, n_in, n_out),  # 3 % are more than 9 standard errors
        "inside the bounds": bool(np.abs(values).max() <= bound * (1 + 1e-12)),
        "reaches both bounds": bool(min(-values[0], values[-1]) > 0.995 * bound),  # else: p < e^-50
        "evenly spread": bool(distance < 4 / math.sqrt(values.size)),  # Kolmogorov-Smirnov; else: p < 1e-13
        "every number drawn anew": bool(np.unique(values).size > 0.99 * values.size),
    }


RIGHT_PORTRAIT = {
    "law": "U(±1/√in)",
    "inside the bounds": True,
    "reaches both bounds": True,
    "evenly spread": True,
    "every number drawn anew": True,
}


@points(1, id="02.4a", about="Linear.__init__")
@needs("test_new_layer_has_torch_shapes")
@catches(
    "init_zeros", "init_unit_normal", "init_glorot", "init_divides_by_out", "init_without_root",
    "init_scaled_normal", "init_he_normal", "init_small_normal", "init_only_positive",
    "init_unscaled_uniform",
)  # fmt: skip
def test_weight_is_uniform(submission, rng):
    """A new layer's weight comes from U(-1/√in, 1/√in)."""
    found = {}
    for n_in, n_out in [(int(rng.integers(7, 12)), 24_000), (400, 300)]:
        got = submission.run("draws", n_in, n_out, int(rng.integers(2**31)))
        found[f"Linear({n_in}, {n_out})"] = portrait(got["weight"], n_in, n_out)
    assert found == equal_to(dict.fromkeys(found, RIGHT_PORTRAIT))


@points(1, id="02.4b", about="Linear.__init__")
@needs("test_new_layer_has_torch_shapes")
@catches("bias_starts_at_zero", "init_divides_by_out", "init_without_root")
def test_bias_is_uniform(submission, rng):
    """A new layer's bias comes from U(-1/√in, 1/√in), too."""
    n_in, n_out = int(rng.integers(7, 12)), 24_000
    got = submission.run("draws", n_in, n_out, int(rng.integers(2**31)))
    found = {"bias": portrait(got["bias"], n_in, n_out), "taken from weight": taken_from(**got)}
    assert found == equal_to({"bias": RIGHT_PORTRAIT, "taken from weight": False})


def taken_from(weight, bias):
    """Do most numbers of bias stand in weight too?"""
    arrays = isinstance(weight, np.ndarray) and isinstance(bias, np.ndarray)
    return arrays and bool(np.isin(bias, weight).sum() > bias.size / 2)


@points(1, id="02.4c", about="Linear.__init__")
@needs("test_new_layer_has_torch_shapes")
@catches("rng_ignored", "same_numbers_every_time")
def test_random_numbers_come_from_rng(submission, rng):
    """Equal generators give equal layers; else no two start alike."""
    got = submission.run("draws_of_several", 6, 5, int(rng.integers(2**31)))
    alone = []
    for _ in range(2):
        submission.restart()
        alone.append(submission.run("in_a_new_process", 6, 5))

    def alike(one, other, name):
        return np.array_equal(got[one][name], got[other][name])

    def apart(one, other):
        return not any(alike(one, other, name) and np.any(got[one][name]) for name in ("weight", "bias"))

    found = {
        "equal generators, equal weight": alike("first", "equal generator", "weight"),
        "equal generators, equal bias": alike("first", "equal generator", "bias"),
        "one generator, two layers that differ": apart("first", "same generator"),
        "another seed, another layer": apart("first", "other seed"),
        "rng left out, two layers that differ": apart("rng left out", "rng left out again"),
        "rng=None, two layers that differ": apart("rng is None", "rng is None again"),
        "rng left out, another layer in a new process": not np.array_equal(*alone),
        "the same np.random.seed, two layers that differ": apart("np.random.seed(0)", "np.random.seed(0) again"),
    }
    assert found == equal_to(dict.fromkeys(found, True))


# --- bias=False -------------------------------------------------------------------------------------


@points(1, id="02.5a", about="Linear.__init__")
@catches("bias_flag_ignored", "grad_bias_without_bias")
def test_without_bias_both_are_none(submission):
    """With bias=False, bias and grad_bias are None."""
    found = {}
    for call, got in (
        ("Linear(3, 2, bias=False)", submission.run("attributes", 3, 2, bias=False)),
        ("Linear(3, 2, False)", submission.run("attributes", 3, 2, False)),
    ):
        found |= {f"{call}.{name} is None": got[name] is None for name in ("bias", "grad_bias")}
    assert found == equal_to(dict.fromkeys(found, True))


@points(1, id="02.5b", about="Linear")
@catches("bias_flag_ignored", "grad_bias_without_bias")
@pytest.mark.parametrize("leading", [(5,), (2, 3)])
def test_without_bias_nothing_is_added(submission, reference, rng, leading):
    """With bias=False nothing is added, and grad_bias stays None."""
    for in_features, out_features in [(3, 3), (4, 2)]:
        weight, bias = parameters(rng, in_features, out_features)
        x, grad_y = rng.normal(size=(*leading, in_features)), wide_range(rng, *leading, out_features)
        script = [("forward", x), ("backward", grad_y), ("zero_grad",)]
        for part in ([("look",)], script):
            # `bias` reaches only a layer that has one although it should not.
            got = submission.run("play", part, (weight, bias), bias=False)
            assert got == close_to(reference.run("play", part, (weight, None)))


# --- gradients that add, dtypes, arguments, errors ----------------------------------------------------


@points(1, id="02.6b", about="Linear.zero_grad")
@needs("test_two_backward_calls_add")
@catches("grad_overwritten", "zero_grad_sets_none", "zero_grad_forgets_bias")
def test_gradients_add_until_zero_grad(submission, reference, rng):
    """Gradients add, also while the bias is zero, until zero_grad sets them back to zeros, from inf too."""
    own = parameters(rng, 4, 3)

    def batch(size):
        return [("forward", rng.normal(size=(size, 4))), ("backward", wide_range(rng, size, 3))]

    one, two, three, four, five = (batch(size) for size in (5, 1, 8, 2, 3))
    zeros = [("forward", np.zeros((4, 4))), ("backward", rng.normal(size=(4, 3)))]  # for grad_bias alone
    short = [("look",), ("zero_grad",), *one, ("zero_grad",)]
    long = [*one, *two, *three, *four, ("zero_grad",), ("zero_grad",), *zeros, *five, ("zero_grad",)]
    between = [*one, two[0], ("zero_grad",), two[1]]  # as in many training loops
    exploded = [("forward", np.ones((5, 4))), ("backward", np.full((5, 3), np.inf)), ("zero_grad",)]
    no_bias_yet = [("write", np.abs(own[0]), np.zeros(3)), *one, *exploded, *two]
    for script in (short, long, between, no_bias_yet):
        assert submission.run("play", script, own) == close_to(reference.run("play", script, own))


@points(1, id="02.7a", about="Linear.forward")
@catches("promotes_to_float64", "grad_x_promotes", "casts_to_integer", "parameters_change_dtype")
@pytest.mark.parametrize("bias", [True, False])
def test_floating_dtype_is_kept(submission, reference, rng, bias):
    """float32 stays float32, float16 float16; integers and booleans give float64; grad_x follows grad_y."""

    def quarters(*shape):  # so few bits that every way to add them up is exact, also in float16
        return rng.integers(-4, 5, size=shape) / 4

    own = quarters(2, 3), quarters(2)
    script, dtypes = [], {}
    floats, others = ("float32", "float64", "float16"), ("int64", "uint8", "bool")
    kinds = [(kind, kind) for kind in floats] + [(kind, "float64") for kind in others]
    for kind, wanted in kinds:
        x = quarters(3, 3) if kind in floats else rng.integers(0, 4, size=(3, 3))
        dtypes[f"{len(script) + 1} forward: y"] = dtypes[f"{len(script) + 2} backward: grad_x"] = wanted
        script += [("forward", x.astype(kind)), ("backward", quarters(3, 2).astype(wanted))]
    for came in ("float64", "float32"):  # for the last x, of booleans, and then for one of float32
        dtypes[f"{len(script) + 1} backward: grad_x"] = came
        script.append(("backward", quarters(3, 2).astype(came)))
    dtypes[f"{len(script) + 1} forward: y"], dtypes[f"{len(script) + 2} backward: grad_x"] = "float32", "float64"
    script += [("forward", quarters(3, 3).astype("float32")), ("backward", quarters(3, 2))]
    for leading in ((), (2, 3)):
        dtypes[f"{len(script) + 1} forward: y"] = dtypes[f"{len(script) + 2} backward: grad_x"] = "float32"
        x, grad_y = (quarters(*leading, size).astype("float32") for size in (3, 2))
        script += [("forward", x), ("backward", grad_y)]
    script.append(("look",))

    expected = reference.run("play", script, own if bias else (own[0], None))
    expected |= {name: expected[name].astype(dtype) for name, dtype in dtypes.items()}
    got = submission.run("play", script, own, bias=bias)
    assert {name: widened(name, value) for name, value in got.items()} == close_to(expected)


def widened(name, value):
    """grad_weight and grad_bias as float64: in which of the dtypes they collect is left open."""
    collected = name.endswith(("grad_weight", "grad_bias")) and isinstance(value, np.ndarray)
    return value.astype(np.float64) if collected and value.dtype.kind == "f" else value


@points(1, id="02.7b", about="Linear.backward")
@catches("trains_in_backward")
def test_arguments_are_left_alone(submission, rng):
    """x, grad_y, weight and bias stay as they are."""
    weight, bias = parameters(rng, 4, 3)
    for leading in [(5,), (), (2, 3)]:
        x, grad_y = rng.normal(size=(*leading, 4)), rng.normal(size=(*leading, 3))
        before = {"x": x, "grad_y": grad_y, "weight": weight, "bias": bias}
        after = submission.run("arguments_afterwards", (weight, bias), x, grad_y)
        found = {f"{name} as before": np.array_equal(after[name], before[name]) for name in before}
        assert found == equal_to(dict.fromkeys(found, True))


@points(1, id="02.8b", about="Linear.forward")
@needs("test_wrong_last_dimension_is_a_value_error")
@catches("size_one_is_broadcast")
def test_no_wrong_size_slips_through(submission):
    """No wrong size slips through: broadcast, reshaped or empty."""
    # 1 could be broadcast; (12, 4) and (37, 2) have as many numbers as some rows of the right size.
    for in_features, shape in [
        (37, (2, 1)), (37, (1,)), (1, (2, 41)), (6, (12, 4)), (37, (37, 2)),
        (37, (41,)), (37, (2, 3, 41)), (37, (0, 41)),
    ]:  # fmt: skip
        got = submission.error("forward", in_features, 5, np.ones(shape))
        assert got == raised(ValueError, mentions=[str(in_features), str(shape[-1])])

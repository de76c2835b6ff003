"""Hidden checks of 21: other depths, dtypes and transformations, compared with numpy and jax.grad in float64."""

import itertools

import numpy as np

from grader.checks import catches, close_to, equal_to, needs, points

NEAR = {"rtol": 1e-4, "atol": 2e-6}
SIZES, ROWS = [2, 3, 2], 3  # as in the visible checks: what is compiled for those need not be compiled again
EQUAL = [200, 200, 200, 200]
SEVEN_LAYERS = [2, 3, 4, 5, 6, 7, 8, 9]
TWELVE_LAYERS = [*range(2, 15)]
WIDE = [300, 200, 200]  # W1 of another shape and variance than W2
WIDENS = [40, 1500]
ONE_LAYER = [4, 3]
DEPTHS = {"one layer": ONE_LAYER, "two layers": SIZES, "four layers": [6, 6, 1, 8, 4]}  # one weight is square


def numbers(rng, sizes, scale=1.0):
    """A network's numbers by name; weights of variance scale²/in, and biases that are not 0."""
    arrays = {}
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes), start=1):
        weight = rng.normal(size=(fan_in, fan_out)) * scale / np.sqrt(fan_in)
        arrays[f"W{layer}"] = weight.astype(np.float32)
        arrays[f"b{layer}"] = rng.normal(size=fan_out).astype(np.float32)
    return arrays


def batch(rng, sizes, count):
    """(x, y) with `count` rows; every class comes up if there are rows enough."""
    labels = rng.permutation(np.arange(count) % sizes[-1])
    return rng.normal(size=(count, sizes[0])).astype(np.float32), labels.astype(np.int32)


@points(1, id="21.1e", about="init")
@catches("not_from_the_key", "legacy_keys_only", "key_ignored")
@needs("test_leaves")
def test_init_is_pure(submission, rng):
    """`init` draws from its key alone, a typed or a legacy one, and gives the same inside jit and vmap as outside."""
    seeds, facts = rng.choice(1 << 30, size=3, replace=False).tolist(), {}
    for kind in ("key", "PRNGKey"):
        seen, around = submission.run("init_again", kind, seeds, EQUAL)
        facts[f"{kind}: sizes left as they were"] = around["sizes"] == EQUAL
        facts[f"{kind}: draws from its key alone"] = not around["drawn elsewhere"]
        facts[f"{kind}: the same again"] = alike(seen["once"], seen["again, sizes in a tuple"])
        weights = [[leaf for leaf in leaves if leaf.ndim == 2] for leaves in (seen["once"], *seen["others"])]
        assert len(weights) == equal_to(4)  # each is compared with each below, however many there are
        pairs = [pair for two in itertools.combinations(weights, 2) for pair in zip(*two, strict=True)]
        facts[f"{kind}: other keys give others"] = not any(np.array_equal(*pair) for pair in pairs)
    at_once, rows = submission.run("init_of_many", seeds[1:], WIDE)
    stacked = [np.stack(leaves) for leaves in zip(*rows, strict=True)]
    equal = [4, 5, 5, 5, 5, 3]
    for name, sizes in [("the leaves of seven layers", SEVEN_LAYERS), ("the leaves of layers of one shape", equal)]:
        leaves = [str(shape) for pair in itertools.pairwise(sizes) for shape in (pair, pair[1:])]
        facts[name] = submission.run("shapes", sizes) == sorted(leaves)
    facts["a vmap over keys as a loop over keys"] = alike(stacked, at_once)
    assert facts == equal_to(dict.fromkeys(facts, True))


def alike(one, other):
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in zip(one, other, strict=True)
    )


@points(0.5, id="21.1f", about="loss")
@catches("log_of_softmax", "index_out_of_range", "python_if_on_traced_value")
@needs("test_leaves")
def test_hard_losses(submission, reference, rng):
    """The loss is right for logits of ±1000, units far from 0, one class and twelve layers, and nan for any label that is
    no class, inside a jit too. y stays as it was."""
    arrays, (x, y) = numbers(rng, SIZES), batch(rng, SIZES, ROWS)
    large = arrays | {"W2": arrays["W2"] * 1000}
    full = arrays | {"b1": np.array([300, -300, 400], np.float32)}
    seen, kept = submission.run("losses_with_and_without_jit", SIZES, arrays, labelled(x, y))
    got = {
        "logits of ±1000": submission.run("loss_and_grad", SIZES, large, x, y),
        "hidden units before tanh: ±300": submission.run("loss_and_grad", SIZES, full, x, y),
        "labels": seen,
        "y as it was": kept,
    }
    losses = reference.run("losses", arrays, labelled(x, y))
    expected = {
        "labels": {name: [value, value] for name, value in losses.items()},
        "y as it was": True,
    }
    for name, known in [("logits of ±1000", large), ("hidden units before tanh: ±300", full)]:
        expected[name] = {"loss": reference.run("loss", known, x, y), "grad": reference.run("grads", known, x, y)}
    for name, sizes in [("one class", [4, 1]), ("twelve layers", TWELVE_LAYERS)]:
        other, one_batch = numbers(rng, sizes), {name: batch(rng, sizes, ROWS)}
        got |= submission.run("losses", sizes, other, one_batch)
        expected |= reference.run("losses", other, one_batch)
    assert got == close_to(expected, **NEAR)


def labelled(x, y):
    """Batches in which one label is no class, and one in which all are."""
    batches = {"all are classes": (x, y)}
    for wrong in (-1, -2, 2, 2**16):  # 2**16 is 0 in a smaller dtype
        labels = y.copy()
        labels[2] = wrong
        batches[f"one label is {wrong}, of 2 classes"] = (x, labels)
    return batches


@points(0.5, id="21.1g", about="update")
@catches("params_donated", "mutates_params", "hidden_state")
@needs("test_leaves")
def test_calls_are_pure(submission, reference, rng):
    """A call leaves its arguments as they were and usable; repeated, with another one in between, it gives the same."""
    two, one = ((sizes, numbers(rng, sizes), *batch(rng, sizes, ROWS)) for sizes in (SIZES, ONE_LAYER))
    nets = {"apply": two, "loss": two, "update": one, "per_example_grads": one}
    results, arguments = submission.run("around_calls", nets, 0.25)
    expected = {
        "apply": reference.run("logits", *two[1:3]),
        "loss": reference.run("loss", *two[1:]),
        "update": reference.run("steps", one[1], [one[2:]], [0.25])[0],
        "per_example_grads": reference.run("example_grads", *one[1:]),
    }
    facts = {}
    for name, after in arguments.items():
        (_, arrays, x, y), params = nets[name], after["params"]
        facts |= {
            f"{name}: params usable": params != "deleted",
            f"{name}: params as they were": params == "deleted" or (unchanged(params, arrays) and after["form kept"]),
            f"{name}: x and y as they were": np.array_equal(after["x"], x) and np.array_equal(after["y"], y),
            f"{name}: x and y usable": not after["given away"],
        }
    got = {"results": results, "arguments": facts}
    repeated = {name: [value] * 2 for name, value in expected.items()}
    assert got == close_to({"results": repeated, "arguments": dict.fromkeys(facts, True)}, **NEAR)


def unchanged(params, arrays):
    return params.keys() == arrays.keys() and all(np.array_equal(params[name], arrays[name]) for name in arrays)


@points(1, id="21.2b", about="init")
@catches("key_reused", "key_used_twice")
@needs("test_leaves")
def test_keys_used_once(submission, rng):
    """No key is used twice: no two layers, rows or columns have related numbers, and jax.debug_key_reuse agrees."""
    seed = int(rng.integers(1 << 30))
    related = []
    for sizes in (EQUAL, WIDE):
        weights = wide_first(submission.run("weights_and_biases", seed, sizes)[0])
        # What follows takes the square of their number and of their rows, whoever made them.
        assert [weight.shape for weight in weights] == equal_to(list(itertools.pairwise(sizes)))
        pairs = itertools.combinations(enumerate(weights, start=1), 2)
        related += [f"layers {i} and {j} of {sizes}" for (i, one), (j, other) in pairs if are_related(one, other)]
        for layer, weight in enumerate(weights, start=1):
            facing = {"rows": weight, "columns": weight.T}
            related += [f"{what} of layer {layer} of {sizes}" for what, some in facing.items() if repeats(some)]
    got = {"related": related, "jax.debug_key_reuse": submission.run("key_reuse", SEVEN_LAYERS)}
    assert got == equal_to({"related": [], "jax.debug_key_reuse": None})


def wide_first(weights):
    """Weights in the order of their layers, for sizes that only fall: a tree's leaves may come in any other."""
    return sorted(weights, key=lambda weight: weight.shape, reverse=True)


def are_related(one, other):
    """Do two weights share their numbers, from the front or transposed, but for a factor?"""
    fronts = [(flat[: other.size], other.ravel()[: flat.size]) for flat in (one.ravel(), one.T.ravel())]
    return any(abs(np.corrcoef(*pair)[0, 1]) > 0.3 for pair in fronts)


def repeats(rows):
    """Is one of the rows like the first or like its neighbour?"""
    near = np.corrcoef(rows)
    return bool(np.any(np.abs(near[0, 1:]) > 0.9) or np.any(np.abs(np.diag(near, 1)) > 0.9))


@points(1, id="21.2c", about="init")
@catches("no_scale", "wrong_scale")
@needs("test_leaves")
def test_distribution(submission, rng):
    """The weights of each layer have mean 0 and variance 1/in, and the biases are 0."""
    facts = {"biases that are not 0": 0}
    for sizes, names in [(WIDE, ["W1", "W2"]), (WIDENS, ["W1 that widens"])]:
        weights, biases = submission.run("weights_and_biases", int(rng.integers(1 << 30)), sizes)
        weights = wide_first(weights)
        assert [weight.shape for weight in weights] == equal_to(list(itertools.pairwise(sizes)))
        facts["biases that are not 0"] += sum(bool(bias.any()) for bias in biases)
        for name, weight in zip(names, weights, strict=True):
            facts[f"variance of {name}"] = variance_in_words(weight.astype(np.float64))
            facts[f"mean of {name} is 0"] = bool(abs(weight.mean(dtype=np.float64)) < 0.05 * weight.std())
    expected = {name: "1/in" if name.startswith("variance") else True for name in facts}
    assert facts == equal_to(expected | {"biases that are not 0": 0})


def variance_in_words(weight):
    """The variance as a formula, if it is within 4 % of one that is common."""
    fan_in, fan_out = weight.shape
    common = {
        "1/in": 1 / fan_in, "1": 1.0, "2/in": 2 / fan_in, "1/in²": 1 / fan_in**2, "1/out": 1 / fan_out,
        "2/(in + out)": 2 / (fan_in + fan_out), "1/(3 in)": 1 / (3 * fan_in), "0.01": 0.01, "0.0001": 0.0001,
    }  # fmt: skip
    variance = float(weight.var())
    near = [name for name, value in common.items() if abs(variance - value) < 0.04 * value]
    return near[0] if near else f"{variance:.2g}"


@points(1.5, id="21.3b", about="update")
@catches("hidden_state", "lr_baked")
@needs("test_leaves")
def test_several_updates(submission, reference, rng):
    """Steps of networks of one to four layers, with other batches, batch sizes and kinds of lr, equal jax.grad's."""
    got, expected = {}, {}
    lrs = [0.5, 0.125, 0.25, 1.0, 0.0625]
    for name in ("two layers", "four layers"):
        sizes = DEPTHS[name]
        arrays = numbers(rng, sizes)
        batches = [batch(rng, sizes, ROWS) for _ in lrs]
        steps, forms = submission.run("several_updates", sizes, arrays, batches, lrs)
        got[name] = {f"step {number}": step for number, step in enumerate(steps, start=1)} | {"forms": forms}
        steps = reference.run("steps", arrays, batches, lrs)
        expected[name] = {f"step {number}": step for number, step in enumerate(steps, start=1)} | {"forms": 1}
    arrays, (x, y) = steep(reference, rng)
    one_row = {"one layer, one row, loss": (x, y)}
    got |= submission.run("losses", ONE_LAYER, arrays, one_row)
    expected |= reference.run("losses", arrays, one_row)
    lrs = {"int": -2, "numpy float64": 0.3, "JAX scalar": 0.3}
    got["one layer, one row, lr"] = submission.run("update_with_lrs", ONE_LAYER, arrays, x, y, lrs)
    expected["one layer, one row, lr"] = {kind: reference.run("steps", arrays, [(x, y)], [lr])[0] for kind, lr in lrs.items()}
    sure = arrays | {"b1": np.array([0, 400, -400], np.float32)}  # class 1, and softmax gives 1: every gradient is 0
    x, y = rng.uniform(-1, 1, size=x.shape).astype(np.float32), np.ones_like(y)
    got |= {"one layer, without a gradient": submission.run("update_with_lrs", ONE_LAYER, sure, x, y, {"int": 1000})["int"]}
    expected["one layer, without a gradient"] = sure
    assert got == close_to(expected, **NEAR)


def steep(reference, rng):
    """A network of one layer and a row whose gradients are large: x in tens, and the label with the least logit."""
    arrays, x = numbers(rng, ONE_LAYER), rng.integers(8, 32, size=(1, ONE_LAYER[0])).astype(np.float32)
    return arrays, (x, reference.run("logits", arrays, x).argmin(axis=1).astype(np.int32))


@points(1, id="21.3c", about="update")
@catches("tree_not_kept", "returns_loss_too")
@needs("test_leaves")
def test_forms(submission, rng):
    """Gradients and updated params have the form of params: the same containers with the same leaves."""
    got = {}
    for name in ("one layer", "four layers"):
        sizes = DEPTHS[name]
        arrays, (x, y) = numbers(rng, sizes), batch(rng, sizes, ROWS)
        forms = submission.run("forms_of", sizes, arrays, x, y)
        got |= {f"{name}, {tree}": form == forms["params"] for tree, form in forms.items()}
    assert got == equal_to(dict.fromkeys(got, True))


@points(1.5, id="21.4b", about="per_example_grads")
@catches("divided_by_batch", "batch_gradient_repeated", "gradients_summed")
@needs("test_leaves")
def test_vmap_equals_loop(submission, reference, rng):
    """`per_example_grads` equals a loop over the rows, for one to four layers and batches of one row and of many."""
    nets = {}
    for (name, sizes), count in zip(DEPTHS.items(), (1, ROWS, 5), strict=True):
        nets[f"{name}, {count} rows"] = (sizes, numbers(rng, sizes), *batch(rng, sizes, count))
    got = submission.run("example_grads_of", nets)
    expected = {name: reference.run("example_grads", *one[1:]) for name, one in nets.items()}
    assert got == close_to(expected, **NEAR)


@points(1, id="21.4c", about="per_example_grads")
@catches("python_loop")
@needs("test_leaves")
def test_no_python_loop(submission, rng):
    """What `per_example_grads` is traced to is as long for seventy rows as for three."""
    batches = [batch(rng, SIZES, 3), batch(rng, SIZES, 70)]
    few, many = submission.run("traced_lengths", SIZES, numbers(rng, SIZES), batches)
    got = {"as long for 70 rows as for 3": many == few, "is traced to something": few > 0}
    assert got == equal_to(dict.fromkeys(got, True))


@points(2, id="21.5b", about="update")
@catches("retraces")
@needs("test_leaves")
def test_one_trace_for_equal_shapes(submission, rng):
    """`update` is traced once for each batch size, whatever the values, the lr and the order of the calls."""
    counts = [6, 6, 9, 6, 9, 9]
    batches = [batch(rng, ONE_LAYER, count) for count in counts]
    lrs = [0.5, 0.25, 0.25, 0.125, 0.3, 0.01]
    seen = submission.run("traced_calls", ONE_LAYER, numbers(rng, ONE_LAYER), batches, lrs)
    rows = zip(counts, lrs, seen, strict=True)
    got = {f"call {i}, {count} rows, lr={lr}": traced for i, (count, lr, traced) in enumerate(rows, start=1)}
    assert got == equal_to(dict(zip(got, [True, False, True, False, False, False], strict=True)))


@points(0.5, id="21.6b", about="apply")
@catches("python_if_on_traced_value", "numpy_on_tracers")
@needs("test_leaves")
def test_inside_other_transformations(submission, reference, rng):
    """The functions give inside vmap, grad and scan of the caller what they give outside, and have second derivatives."""
    arrays, others = numbers(rng, SIZES), numbers(rng, SIZES)
    batches = [batch(rng, SIZES, ROWS) for _ in range(3)]
    xs, ys = (np.stack([one[i] for one in batches]) for i in (0, 1))
    lrs = [0.25, 0.5, 0.125]
    got = submission.run("inside_others", SIZES, arrays, others, xs, ys, lrs)
    steps = reference.run("steps", arrays, batches, lrs)
    before = [arrays, *steps[:-1]]
    losses = [reference.run("loss", params, *one) for params, one in zip(before, batches, strict=True)]
    expected = {
        "grad of -3 times the loss after a step": {
            name: np.asarray(-3 * grad) for name, grad in reference.run("grads_through_a_step", arrays, *batches[0], lrs[0]).items()
        },
        "scan": {"losses": np.stack(losses), "params": steps[-1]},
        "vmap of apply over two networks": np.stack([reference.run("logits", one, xs[0]) for one in (arrays, others)]),
    }
    assert got == close_to(expected, **NEAR)


@points(1, id="21.6c", about="update")
@catches("side_effect_in_jit")
@needs("test_leaves")
def test_no_tracer_left(submission, rng):
    """No tracer is alive after a call: nothing that was traced is kept outside."""
    kept = submission.run("tracers_kept", SIZES, numbers(rng, SIZES), *batch(rng, SIZES, ROWS))
    got = {f"a tracer is left by {name}": one for name, one in kept.items()}
    assert got == equal_to(dict.fromkeys(got, False))


@points(0.5, id="21.7b", about="init")
@catches("integer_grad")
@needs("test_leaves")
def test_own_params_have_gradients(submission, rng):
    """What `init` makes can be differentiated and updated; gradients and new params are float32."""
    got = submission.run("own_params", SIZES, *batch(rng, SIZES, ROWS))
    leaves = {"W1": "float32 (2, 3)", "W2": "float32 (3, 2)", "b1": "float32 (3,)", "b2": "float32 (2,)"}
    assert got == equal_to({"jax.grad(loss)": leaves, "update": leaves})


@points(1, id="21.7c", about="apply")
@catches("casts_to_input_dtype", "x64_enabled")
@needs("test_leaves")
def test_inputs_of_every_dtype(submission, reference, rng):
    """x may be float, integer or bool, and y of any integer dtype: all results are float32 and right. What others make
    with JAX has the dtype that it has without your file."""
    arrays, (_, y) = numbers(rng, SIZES), batch(rng, SIZES, ROWS)
    x = rng.integers(0, 4, size=(ROWS, SIZES[0])).astype(np.float32)
    dtypes, label_dtypes = ("uint8", "bool", "float16", "float64"), ("int64", "uint8")
    got = submission.run("inputs_of_every_dtype", SIZES, arrays, x, y, dtypes, label_dtypes)
    expected = {f"y: {dtype}": reference.run("loss", arrays, x, y) for dtype in label_dtypes}
    expected["jnp.zeros(1).dtype"] = "float32"
    for dtype in dtypes:
        cast = x.astype(dtype)
        losses = {"apply": reference.run("logits", arrays, cast), "loss": reference.run("loss", arrays, cast, y)}
        expected[f"x: {dtype}"] = losses
    arrays, (x, y) = steep(reference, rng)
    x = x.astype(np.uint8)
    got |= submission.run("gradients_of_integers", ONE_LAYER, arrays, x, y)
    expected["update"] = reference.run("steps", arrays, [(x, y)], [0.5])[0]
    expected["per_example_grads"] = reference.run("example_grads", arrays, x, y)
    assert got == close_to(expected, **NEAR)

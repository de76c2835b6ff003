"""Hidden checks of 03: drawn numbers, every setting away from its default, compared with torch.optim.Adam."""

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, points, raised

ODD = {"lr": 0.05, "betas": (0.8, 0.95), "eps": 0.01}
OPTIONS = {"weight_decay": 0.3, "amsgrad": True, "maximize": True}
ALL = ODD | OPTIONS
SHAPES = [(3, 2), (5,), (1,), (3, 2)]
# How large the gradients of each step are: far below eps, far above it, and back, so that amsgrad matters.
SIZES = [1.0, 0.001, 30.0, 1000.0, 0.01, 0.1, 5.0, 1.0, 0.02, 300.0, 1.0, 0.003]
GAPS = "-xxx xx-x --x- ---- x-xx xxxx -xx- xxx-"  # a word for each step, a `-` for each None


def draw(rng, shapes=SHAPES):
    """An array of each shape."""
    return [rng.normal(size=shape) for shape in shapes]


def draw_grads(rng, shapes=SHAPES, sizes=SIZES):
    """For each size a row of gradients, both signs among them."""
    return [[size * grad for grad in draw(rng, shapes)] for size in sizes]


def with_gaps(grads, gaps=GAPS):
    """The rows of gradients with None where the gaps are."""
    pairs = [zip(row, word, strict=True) for row, word in zip(grads, gaps.split(), strict=True)]
    return [[None if sign == "-" else grad for grad, sign in pair] for pair in pairs]


def same(one, other):
    """Are two dicts or lists of arrays equal to the last bit?"""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and same([*one.values()], [*other.values()])
    return len(one) == len(other) and all(map(np.array_equal, one, other))


@points(2, id="03.1b", about="Adam.step")
@catches(
    "no_bias_correction", "corrects_only_m", "corrects_only_v", "correction_multiplies", "starts_t_at_zero",
    "starts_t_at_one", "ema_inverted", "m_without_one_minus_beta", "v_without_one_minus_beta", "no_root",
    "plain_sgd", "ascends", "no_eps", "eps_hard_coded", "eps_inside_root", "eps_as_in_keras", "lr_hard_coded",
    "updates_local_name",
)  # fmt: skip
def test_first_step_odd(submission, reference, rng):
    """The first step with other lr, betas and eps, and with gradients below and above eps, equals torch's."""
    params = draw(rng)
    grads = [rng.choice([-1.0, 1.0], size=shape) * 10 ** rng.uniform(-4, 3, size=shape) for shape in SHAPES]
    got = submission.run("steps", params, [grads], **ODD)
    assert got == close_to(reference.run("torch_steps", params, [grads], **ODD))


@points(1, id="03.2b", about="Adam.step")
@catches(
    "beta_not_to_the_power", "step_count_frozen", "step_count_per_parameter", "betas_swapped",
    "state_reset_each_step", "moments_reset_each_step", "stores_corrected_moments", "no_eps",
)  # fmt: skip
def test_many_odd_steps(submission, reference, rng):
    """Twelve steps of four parameters with other lr, betas and eps and some zero gradients equal torch's."""
    params, grads = draw(rng), draw_grads(rng)
    for step, index in ((0, 2), (1, 2), (3, 1), (5, 2), (11, 2)):
        grads[step][index] = np.zeros(SHAPES[index])
    got = submission.run("steps", params, grads, **ODD)
    assert got == close_to(reference.run("torch_steps", params, grads, **ODD))


@points(0.5, id="03.2c", about="Adam.step")
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_dtype_kept(submission, reference, rng, dtype):
    """Parameters of another floating dtype, beside one of float64, keep it and take torch's steps."""
    # Numbers from 2 to 3: near 0 the rounding of float32 would be large beside them.
    params = [(2 + data % 1).astype(dtype) for data in draw(rng)]
    grads = draw_grads(rng, sizes=[1.0, 0.1, 20.0, 5.0, 0.3, 1.0])
    grads = [[grad.astype(dtype) for grad in row] for row in grads]
    for row in (params, *grads):
        row[3] = row[3].astype("float64")  # of the same shape as the first
    got = submission.run("steps", params, grads, **ODD)
    assert got == close_to(reference.run("torch_steps", params, grads, **ODD))


@points(0.5, id="03.2d", about="Adam.step")
def test_shapes_and_layouts(submission, reference, rng):
    """Empty, small and three-dimensional parameters, and views of other arrays, take torch's steps."""
    shapes = [(0, 3), (1, 1), (2, 1, 3), (7,)]
    params, grads = draw(rng, shapes), draw_grads(rng, shapes)
    [data], rows = draw(rng, [(4, 3)]), draw_grads(rng, [(4, 3)])
    got = {
        "shapes": submission.run("steps", params, grads, **ODD),
        "layouts": submission.run("layouts", data, [grad for [grad] in rows], **ODD),
    }
    last = reference.run("torch_steps", [data], rows, **ODD)[f"step {len(rows)}, parameter 0"]
    layouts = dict.fromkeys(("C order", "Fortran order", "transposed view", "every second row"), last)
    assert got == close_to({"shapes": reference.run("torch_steps", params, grads, **ODD), "layouts": layouts})


@points(0.5, id="03.2e", about="Adam")
@catches("state_shared_by_class")
def test_two_optimizers(submission, reference, rng):
    """Two optimizers that take turns over parameters of their own do not touch each other's state."""
    one = draw(rng), draw_grads(rng), ODD
    other = draw(rng), draw_grads(rng, sizes=SIZES[::-1]), {"lr": 0.3, "betas": (0.5, 0.7), "eps": 0.1}
    expected = {}
    for name, (params, grads, options) in {"one optimizer": one, "the other": other}.items():
        expected[name] = reference.run("torch_steps", params, grads, **options)
    assert submission.run("side_by_side", one, other) == close_to(expected)


@points(0.5, id="03.2f", about="Adam.__init__")
@catches("eps_as_in_keras", "eps_inside_root", "no_eps")
def test_defaults(submission, reference, rng):
    """With every setting at its default, and gradients as small as eps, six steps equal torch's."""
    params = [np.zeros(shape) for shape in SHAPES]
    grads = draw_grads(rng, sizes=[1e-8, 1e-7, 1e-9, 1e-8, 1e-6, 1e-8])
    assert submission.run("steps", params, grads) == close_to(reference.run("torch_steps", params, grads))


@points(2, id="03.3", about="Adam.step")
@catches("decay_ignored", "decay_wrong_sign", "decay_decoupled")
def test_weight_decay(submission, reference, rng):
    """`weight_decay` adds that share of the parameter to its gradient, as in torch.optim.Adam (not AdamW)."""
    params, grads = draw(rng), draw_grads(rng, sizes=[1.0, 0.1, 2.0, 0.5, 0.01, 1.0])
    grads[1][0][0] = grads[2][1][:] = 0.0  # the decay is there without a gradient's help too
    options = ODD | {"weight_decay": 0.4}
    got = submission.run("steps", params, grads, **options)
    assert got == close_to(reference.run("torch_steps", params, grads, **options))


@points(2, id="03.4", about="Adam.step")
@catches("amsgrad_ignored", "amsgrad_max_of_corrected", "amsgrad_max_in_v")
def test_amsgrad(submission, reference, rng):
    """`amsgrad` divides by the root of the largest average so far, corrected by the step count, as torch."""
    params, grads = draw(rng), draw_grads(rng, sizes=[0.1, 30.0, 1.0, 0.1, 8.0, 0.3])
    options = ODD | {"betas": (0.7, 0.8), "amsgrad": True}
    got = submission.run("steps", params, grads, **options)
    assert got == close_to(reference.run("torch_steps", params, grads, **options))


@points(0.5, id="03.5a", about="Adam.step")
@catches("maximize_ignored", "ascends")
def test_maximize(submission, reference, rng):
    """`maximize=True` climbs the gradient, and `maximize=False` descends it."""
    params, grads = draw(rng), draw_grads(rng)
    got, expected = {}, {}
    for flag in (True, False):
        options = ODD | {"maximize": flag}
        got[f"maximize={flag}"] = submission.run("steps", params, grads, **options)
        expected[f"maximize={flag}"] = reference.run("torch_steps", params, grads, **options)
    assert got == close_to(expected)


@points(1, id="03.5b", about="Adam.step")
@catches("maximize_ignored", "amsgrad_ignored", "decay_ignored", "decay_before_maximize", "state_shared_by_class")
def test_options_together(submission, reference, rng):
    """Any two of `weight_decay`, `amsgrad` and `maximize`, and all three, work together as in torch; two optimizers
    have each its own."""
    params, grads = draw(rng), draw_grads(rng, sizes=[1.0, 20.0, 0.5, 0.1, 3.0, 0.3])
    got, expected = {}, {}
    for left_out in (None, *OPTIONS):
        options = ODD | {name: value for name, value in OPTIONS.items() if name != left_out}
        got[f"without {left_out}"] = submission.run("steps", params, grads, **options)
        expected[f"without {left_out}"] = reference.run("torch_steps", params, grads, **options)
    alike = ODD | {"amsgrad": True}
    for name, options in {"in turns, one with options": (ALL, ODD), "in turns, both with amsgrad": (alike, alike)}.items():
        runs = [(draw(rng), draw_grads(rng, sizes=[1.0, 20.0, 0.5, 0.1])) for _ in range(2)]
        one, other = ((*run, its) for run, its in zip(runs, options, strict=True))
        got[name] = submission.run("side_by_side", one, other)
        expected[name] = {
            who: reference.run("torch_steps", params, grads, **its)
            for who, (params, grads, its) in (("one optimizer", one), ("the other", other))
        }
    assert got == close_to(expected)


@points(0.5, id="03.5c", about="Adam.__init__")
def test_by_position_and_by_name(submission, reference, rng):
    """Every argument can be passed by its position and by its name, `params` too."""
    params, grads = draw(rng), draw_grads(rng, sizes=SIZES[:6])
    got, expected = {}, {}
    for options in (ALL | {"amsgrad": False}, ALL | {"maximize": False}):
        key = "amsgrad" if options["amsgrad"] else "maximize"
        got[f"by position, {key}"] = submission.run("by_position", params, grads, *options.values())
        got[f"by name, {key}"] = submission.run("by_name", params, grads, **options)
        right = reference.run("torch_steps", params, grads, **options)
        expected |= {f"by position, {key}": right, f"by name, {key}": right}
    assert got == close_to(expected)


@points(0.5, id="03.6c", about="Adam.step")
@catches("none_grad_crashes", "global_step_count", "none_is_zero", "none_ends_the_step")
def test_none_gradients_with_options(submission, reference, rng):
    """Under every option a parameter without gradient is left alone, in the first step too."""
    params, grads = draw(rng), draw_grads(rng, sizes=SIZES[:8])
    got = submission.run("gaps", params, grads[0], with_gaps(grads), **ALL)
    assert {"None is no error": got != {}} == equal_to({"None is no error": True})
    assert got == close_to(reference.run("torch_steps", params, with_gaps(grads), **ALL))


@points(0.5, id="03.6d", about="Adam.__init__")
@catches("generator_exhausted")
def test_iterables(submission, reference, rng):
    """The parameters may come in any iterable, also in one that can be read only once."""
    params, grads = draw(rng), draw_grads(rng, sizes=SIZES[:6])
    length, runs = submission.run("iterables", params, grads, **ODD)
    facts = {f"a {kind} gives what a list gives": same(run, runs["list"]) for kind, run in runs.items()}
    facts["the list keeps its length"] = length == len(params)
    expected = dict.fromkeys(facts, True) | {"with a list": reference.run("torch_steps", params, grads, **ODD)}
    assert facts | {"with a list": runs["list"]} == close_to(expected)


@points(0.5, id="03.6e", about="Adam.step")
@catches("lr_read_once", "lr_hard_coded")
def test_caller_between_steps(submission, reference, rng):
    """Between steps a caller may change `lr` (also with `maximize`), replace p.data's array, and overwrite p.grad's."""
    params, grads = draw(rng), draw_grads(rng, sizes=SIZES[:6])
    lrs = [0.02, 0.2, 0.0, 0.01, 0.5, 0.5]
    plain = reference.run("torch_steps", params, grads, **ODD)
    expected = {
        "lr read": ODD["lr"],
        "lr changed": reference.run("torch_steps", params, grads, lrs=lrs, **ODD),
        "another array in p.data": plain,
        "the array in p.grad overwritten": plain,
        "with maximize, lr set to what it was": True,
    }
    got = submission.run("caller_at_work", params, grads, lrs, **ODD)
    climbing = submission.run("caller_at_work", params, grads, [ODD["lr"]] * 6, **ODD, maximize=True)
    unchanged = same(climbing["lr changed"], climbing["another array in p.data"])
    assert got | {"with maximize, lr set to what it was": unchanged} == close_to(expected)


@points(0.5, id="03.6f", about="Adam.step")
@catches("rebinds_data", "mutates_grad", "zero_grad_fills_zeros", "updates_local_name")
def test_whose_arrays_with_options(submission, rng):
    """Under every option `step` writes into p.data's array, not into p.grad's; `zero_grad` clears p.grad,
    before the first step too."""
    params, grads = draw(rng), draw_grads(rng, sizes=SIZES[:6])
    for row in (params, *grads):
        row[3] = row[3].astype("float32")
    grads = with_gaps(grads, "xxxx xx-x xxxx x-xx xxxx xxxx")
    steps, kept, there = [], [], []
    for options in (ODD, ALL, ALL | {"maximize": False}):
        run = submission.run("held_arrays", params, grads, **options)
        rows = list(zip(run, grads, strict=True))
        kept += [same(step[name], row) for step, row in rows for name in ("grads", "held grads")]
        there += [(now is None) == (was is None) for step, row in rows for now, was in zip(step["grads"], row, strict=True)]
        steps += run
    facts = {
        "p.data's array has moved": not any(same(step["held data"], params) for step in steps),
        "p.data and that array hold the same": all(same(step["held data"], step["data"]) for step in steps),
        "p.grad is there after step": all(there),
        "p.grad is as it was": all(kept),
        "p.grad is None after zero_grad": all(grad is None for step in steps for grad in step["cleared"]),
        "zero_grad writes into no array": all(
            same(step["data then"], step["data"]) and same(step["held grads then"], step["held grads"])
            for step in steps
        ),
    }
    assert facts == equal_to(dict.fromkeys(facts, True))


@points(0.5, id="03.7b", about="Adam.load_state_dict")
@catches("step_count_not_saved", "moments_not_saved", "moments_keyed_by_id", "amsgrad_max_not_saved")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_relay(submission, rng, dtype):
    """A new Adam of twelve parameters for each step, loading the last one's state, goes as one Adam, bit for bit."""
    shapes, gaps = [(3, 2)] * 12, " ".join(word * 3 for word in GAPS.split())
    params = [data.astype(dtype) for data in draw(rng, shapes)]
    grads = [[grad.astype(dtype) for grad in row] for row in draw_grads(rng, shapes, SIZES[:8])]
    got = submission.run("relay", params, with_gaps(grads, gaps), **ALL)
    assert got == equal_to(dict.fromkeys(got, got["one Adam"]))


@points(0.5, id="03.7c", about="Adam.state_dict")
@catches("state_dict_not_copied", "load_shares_state", "settings_not_restored", "load_merges_state")
@pytest.mark.parametrize("swapped", [False, True])
def test_handed_over(submission, rng, swapped):
    """The state is copied when given and when loaded, and loading replaces averages and settings."""
    params, grads, later = draw(rng), draw_grads(rng, sizes=SIZES[:6]), draw_grads(rng, sizes=SIZES[6:])
    options, others = ALL, {"lr": 0.3, "betas": (0.5, 0.6), "eps": 0.5}
    if swapped:
        options, others = others, options
    got = submission.run("handed_over", params, grads, later, 0.125, options, others)
    facts = {
        "state_dict() is a dict": got["is dict"],
        "p.data is not loaded": same(got["loaded"]["data"], got["saved"])
        and same(got["not rewound"], [*got["itself"].values()][-len(params) :]),
        "the state dict can be loaded twice": same(got["loaded again"], got["at once"]),
        "the state dict stays as it was while the first Adam goes on": same(got["kept"], got["at once"]),
        "the state dict can be cleared after loading": same(got["spent"], got["at once"]),
        "another lr is restored": got["loaded by another"]["lr"] == got["loaded"]["lr"] == 0.125,
        "other settings are restored": same(got["by another"], got["at once"]),
        "the first Adam can go back to the state dict": same(got["rewound"], got["at once"]),
        "a state dict from before the first step makes an Adam as new": same(got["as new"], got["early"]),
    }
    runs = {"the first Adam goes on": got["itself"], "a new Adam goes on": got["at once"]}
    assert facts | runs == equal_to(dict.fromkeys(facts, True) | dict.fromkeys(runs, got["itself"]))


OUTSIDE = {  # and what the message has to name
    "lr=-1e-12": ({"lr": -1e-12}, ["lr"]),
    "eps=-1e-12": ({"eps": -1e-12}, ["eps"]),
    "weight_decay=-1e-12": ({"weight_decay": -1e-12}, ["weight_decay"]),
    "betas=(1.0, 0.9)": ({"betas": (1.0, 0.9)}, ["beta", "1"]),
    "betas=(0.9, 1.0)": ({"betas": (0.9, 1.0)}, ["beta", "1"]),
    "betas=(1.25, 0.9)": ({"betas": (1.25, 0.9)}, ["beta", "1.25"]),
    "betas=(-1e-12, 0.9)": ({"betas": (-1e-12, 0.9)}, ["beta"]),
    "betas=(0.9, -1e-12)": ({"betas": (0.9, -1e-12)}, ["beta"]),
    "betas=(0.9, -0.25)": ({"betas": (0.9, -0.25)}, ["beta", "-0.25"]),
}


@points(0.5, id="03.8b", about="Adam.__init__")
@catches("arguments_not_checked", "beta_one_allowed")
@pytest.mark.parametrize("arguments", OUTSIDE)
def test_exact_bounds(submission, arguments):
    """An lr, eps or weight_decay below 0 and a beta outside [0, 1), by however little, are a ValueError."""
    options, words = OUTSIDE[arguments]
    assert submission.error("build", 2, **options) == raised(ValueError, mentions=words)


@points(0.5, id="03.8c", about="Adam.__init__")
@catches("arguments_not_checked")
@pytest.mark.parametrize("kind", ["tuple", "generator", "dict"])
def test_no_parameters(submission, kind):
    """No parameters are a ValueError, whatever iterable there is."""
    assert submission.error("build_from_nothing", kind) == raised(ValueError, mentions=["param"])


ALLOWED = {
    "lr=0.0": {"lr": 0.0},
    "eps=0.0": {"eps": 0.0},
    "betas=(0.0, 0.9)": {"betas": (0.0, 0.9)},
    "betas=(0.9, 0.0)": {"betas": (0.9, 0.0)},
    "betas=(0.0, 0.0)": {"betas": (0.0, 0.0)},
    "lr=3, eps=2.5, weight_decay=1.5": {"lr": 3, "eps": 2.5, "weight_decay": 1.5},
}


@points(0.5, id="03.8d", about="Adam.__init__")
@catches("zero_refused")
@pytest.mark.parametrize("arguments", ALLOWED)
def test_allowed_values(submission, reference, rng, arguments):
    """An lr, eps or beta of 0, and a large lr, eps or weight_decay, are accepted and work as in torch."""
    params, options = draw(rng), ALLOWED[arguments]
    # With a beta of 0, v + (g*g - v) is g*g only as exactly as v allows: no gradient may be tiny beside the one before.
    sizes = [[rng.uniform(0.5, 1.5, shape) for shape in SHAPES] for _ in range(6)]
    grads = [[rng.choice([-1.0, 1.0], size.shape) * size for size in row] for row in sizes]
    got = submission.run("steps", params, grads, **options)
    assert got == close_to(reference.run("torch_steps", params, grads, **options))

"""Hidden checks of 06_gpu_transfer, on the simulated accelerator "kata", and on CUDA where there is one."""

from itertools import pairwise

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, needs, points

SIMULATED = "kata"


def on(device, values):
    """A tensor there, as scenarios describe it."""
    return {"device": device, "values": values}


def saw(got):
    """What a scenario saw; where code asked for CUDA and torch has none, the check ends here, with torch's words."""
    if isinstance(got, dict) and "torch raises" in got:
        assert {"torch raises": got["torch raises"]} == equal_to({"torch raises": "nothing"})
    return got


def single(value):
    """A float that was computed in float32, to be compared as such; what is no float stays what it is."""
    return np.float32(value) if type(value) is float else value


def pair(start):
    return np.array([start, start + 0.5], dtype=np.float32)


# ---- 1 to_device -------------------------------------------------------------------------------------------


def expected_structure(structure, device):
    one, two, three = (on(device, pair(i)) for i in (1, 2, 3))
    nothing = np.zeros((0, 2), np.float32)
    inner_pair = {"namedtuple Pair": {"inputs": three, "targets": "x"}}
    inner_sample = {"dataclass Sample": {"image": two, "label": {"tuple": [three, 4]}, "name": ""}}
    return {
        "one tensor": one,
        "namedtuple": {"namedtuple Pair": {"inputs": one, "targets": [two, inner_pair]}},
        "dataclass": {"dataclass Sample": {"image": one, "label": {"a": two}, "name": "cat"}},
        "frozen dataclass": [{"dataclass FrozenSample": {"image": one, "extra": inner_sample}}],
        "dataclass with slots": {"dataclass SlottedSample": {"image": one, "extra": [two]}},
        "deeply nested": {
            0: [{"tuple": [{"a": [one]}, two]}],
            "b": {"tuple": [[three], {"tuple": []}, {}, [[]]]},
            None: [None],
        },
        "other dtypes": [on(device, values) for values in (np.array([True]), np.array(3), nothing, np.array([1.5]))],
    }[structure]


@points(1, id="06.1b", about="to_device")
@catches("namedtuple_becomes_tuple", "dataclass_not_entered", "to_result_dropped", "frozen_dataclass_refuses")
@pytest.mark.parametrize(
    "structure",
    "one tensor,namedtuple,dataclass,frozen dataclass,dataclass with slots,deeply nested,other dtypes".split(","),
)
def test_structures(submission, structure):
    """Namedtuples, dataclasses (frozen, with slots) and deep nestings keep their structure; each tensor moves."""
    for device in submission.run("accelerators"):
        got = saw(submission.run("moved", structure, device))
        assert {structure: got} == equal_to({structure: expected_structure(structure, device)})


@points(1, id="06.1c", about="to_device")
@catches("input_changed")
def test_the_rest_stays(submission):
    """Other objects pass through as they are, the argument is not changed, and keys and graphs are kept."""
    names = "None int bool float str bytes set array object function range dtype module".split() + ["dataclass's class"]
    passed = {"alone": dict.fromkeys(names, True), "in a dict in a list": dict.fromkeys(names, True)}
    one, two, three, four, five = (on("cpu", pair(i)) for i in (1, 2, 3, 4, 5))
    argument = {
        "z": [one, two],
        "a": {"y": four, "b": {"dataclass Sample": {"image": three, "label": 0, "name": ""}}},
        "k": {"tuple": [five]},
    }
    for device in submission.run("accelerators"):
        got = saw(submission.run("argument_afterwards", device))
        untouched = {"the same list": True, "the same dataclass": True, "keys": [["z", "a", "k"], ["y", "b"]]}
        assert got == equal_to({"argument": argument, **untouched, "moved with its graph": True})
        passed_through = saw(submission.run("passed_through", device))
        assert passed_through == equal_to({**passed, "object's tensor": one, "module's weight": on("cpu", pair(2))})


# ---- 2 pick_device -----------------------------------------------------------------------------------------


def how_refused(name, came):
    """An observed outcome of pick_device in words."""
    if not isinstance(came, tuple):
        return f"gave the device {came}"
    classes, text = came
    if "RuntimeError" in classes and name in text:
        return "RuntimeError that names it"
    return f"{classes[0]} without the name" if "RuntimeError" in classes else classes[0]


@points(1, id="06.2b", about="pick_device")
@catches("silent_fallback_to_cpu", "name_not_checked")
@pytest.mark.parametrize("name", ["cuda:7", "mps"])
def test_unavailable_names(submission, name):
    """A device that this machine does not have is a RuntimeError that names it, never another device."""
    submission.restart()  # a process that has not met the simulated accelerator
    if name == submission.alone("best_without_simulation"):
        name = "cuda:7"  # a Mac has mps, and no CUDA
    came = submission.run("what_came", [name])
    assert {name: how_refused(name, came[name])} == equal_to({name: "RuntimeError that names it"})


@points(0.5, id="06.2c", about="pick_device")
@catches("never_looks_for_cuda", "name_not_checked")
def test_beside_cuda(submission):
    """With a GPU, None and "cuda" are CUDA, "cuda:1" is an error; without one, None is the CPU. "kata" is accepted."""
    submission.restart()
    cases = {
        "with a GPU, pick_device(None)": (1, None, "cuda"),
        'with a GPU, pick_device("cuda")': (1, "cuda", "cuda"),
        'with a GPU, pick_device("cpu")': (1, "cpu", "cpu"),
        "torch with CUDA but no GPU, pick_device(None)": (0, None, "cpu"),
        'with two GPUs, pick_device("cuda:1")': (2, "cuda:1", "cuda:1"),
    }
    got = {case: submission.run("picked_beside_cuda", gpus, name) for case, (gpus, name, _) in cases.items()}
    assert got == equal_to({case: {"device": device} for case, (*_, device) in cases.items()})
    came = submission.run("what_came", ["cuda:7", "cuda:1"], gpus=1)
    refused = {f'with a GPU, pick_device("{name}")': how_refused(name, came[name]) for name in came}
    assert refused == equal_to(dict.fromkeys(refused, "RuntimeError that names it"))
    accepted = how_refused(SIMULATED, submission.run("what_came_where_it_is", SIMULATED))
    case = f'pick_device("{SIMULATED}")'
    assert {case: accepted} == equal_to({case: f"gave the device {SIMULATED}"})


# ---- 3 NormalizedMLP ---------------------------------------------------------------------------------------


def layer_shapes(features, hidden, outputs):
    sizes = [features, *hidden, outputs]
    return [shape for fan_in, out in pairwise(sizes) for shape in ((out, fan_in), (out,))]


def network_case(rng, hidden=(7, 4)):
    """Arguments for a network of 5 features and 3 outputs, and those for its reference.

    Parameters of one shape have the same values. Halves and powers of two: sums come out exactly, in whatever order
    they are taken, so that a mistake is recognised. The last feature hardly varies: (x - mean) / std, no more.
    """
    tiny = np.float32(2.0**-100)  # below every eps or bound that is put under a std
    shapes = layer_shapes(5, hidden, 3)
    values = [rng.integers(-4, 5, size=shape).astype(np.float32) / 2 for shape in shapes]
    mean, std = (
        rng.integers(-3, 4, size=5).astype(np.float32),
        (2.0 ** rng.integers(-1, 3, size=5)).astype(np.float32),
    )
    x = rng.integers(-8, 9, size=(6, 5)).astype(np.float32)
    mean[-1], std[-1], x[:, -1] = 0, tiny, x[:, -1] * tiny
    by_shape = {str(shape): value for shape, value in zip(shapes, values, strict=True)}
    values = [by_shape[str(shape)] for shape in shapes]
    options = {"hidden": hidden, "out_features": 3}
    return (mean, std, by_shape, x, options), (mean, std, values[::2], values[1::2], x)


def as_on_cpu(output, expected=None):
    """Within 1e-5 of the largest output, as sums may be taken in another order. `expected`: what it is in."""
    return close_to(output if expected is None else expected, atol=1e-5 * float(np.abs(output).max()))


@points(1, id="06.3b", about="NormalizedMLP")
@catches("python_list_of_layers", "relu_after_the_last_layer", "mean_and_std_trained", "eps_added_to_std")
@pytest.mark.parametrize("hidden", [(7, 4), (), (6, 6, 6), (2, 9, 8)])
def test_hidden_sizes(submission, reference, rng, hidden):
    """The layers have the sizes asked for: none, equal ones, the default; outputs equal torch's, for one sample too."""
    options = {"hidden": hidden, "out_features": 3}
    shapes = {
        "parameters": submission.run("shapes_of", 5, options),
        "by default": submission.run("shapes_of", 1, {}),
    }
    expected = {"parameters": layer_shapes(5, hidden, 3), "by default": layer_shapes(1, (32, 32), 10)}
    assert shapes == equal_to({name: sorted(value) for name, value in expected.items()})
    given, known = network_case(rng, hidden)
    output = reference.run("mlp", *known)
    outputs = {"output": output, "output of one sample": output[:1]}
    assert submission.run("outputs", *given) == as_on_cpu(output, outputs)


@points(0.5, id="06.3c", about="NormalizedMLP")
@catches("plain_attribute_not_buffer")
def test_everything_moves(submission, rng):
    """`mean` and `std` are buffers in `state_dict`; `.to(device)` takes them and all parameters there."""
    given, _ = network_case(rng)
    for device in submission.run("accelerators"):
        where = {"state_dict": {"mean": device, "std": device}, "parameters on": [device]}
        expected = {**where, "buffers": ["mean", "std"]}
        assert submission.run("moved_network", device, *given) == equal_to(expected)


@points(1, id="06.3d", about="NormalizedMLP.forward")
@needs("test_everything_moves", "test_small_network")
@catches("tensor_made_on_cpu_in_forward")
def test_output_there(submission, reference, rng):
    """On the device the output is the CPU's within 1e-5, also after loading another's `state_dict`."""
    given, known = network_case(rng)
    output = reference.run("mlp", *known)
    for device in submission.run("accelerators"):
        expected = on(device, output)
        assert submission.run("output_there", device, *given) == as_on_cpu(output, expected)
        assert submission.run("output_after_loading", device, *given) == as_on_cpu(output, expected)


@points(0.5, id="06.3e", about="NormalizedMLP")
@catches("dtype_of_the_statistics_given", "mean_and_std_trained")
def test_dtype_and_training(submission, rng):
    """All is in torch's default dtype, whatever `mean` and `std` come in; they, x and `hidden` stay as given."""
    options = {"hidden": [4], "out_features": 2}
    for default, given in (("float32", np.float64), ("float64", np.float32), ("float32", np.float32)):
        got = submission.run("dtypes", default, np.ones(3, given), np.ones(3, given), options)
        dtype = f"torch.{default}"
        assert got == equal_to({"mean": dtype, "std": dtype, "parameters": [dtype]})
    mean, std = rng.normal(size=5).astype(np.float32), rng.uniform(0.5, 2, size=5).astype(np.float32)
    x = rng.normal(size=(8, 5)).astype(np.float32)
    got = submission.run("statistics_after_training", mean, std, x, options)
    facts = {
        "mean is as given": np.array_equal(got["mean"], mean),
        "std is as given": np.array_equal(got["std"], std),
        "x is as given": np.array_equal(got["x"], x),
        "hidden is as given": got["hidden"] == [4],
        "each parameter has a gradient": got["graded"] == [True] * 4,
    }
    assert facts == equal_to(dict.fromkeys(facts, True))


# ---- 4 train_step ------------------------------------------------------------------------------------------


def state_of(rng, inputs, width, outputs, dtype):
    """A state_dict of Linear, BatchNorm, ReLU, Linear."""
    state = {
        "0.weight": rng.normal(size=(width, inputs)), "0.bias": rng.normal(size=width),
        "1.weight": rng.uniform(0.5, 2, size=width), "1.bias": rng.normal(size=width),
        "1.running_mean": rng.normal(size=width), "1.running_var": rng.uniform(0.5, 3, size=width),
        "3.weight": rng.normal(size=(outputs, width)), "3.bias": rng.normal(size=outputs),
    }  # fmt: skip
    return {name: value.astype(dtype) for name, value in state.items()} | {"1.num_batches_tracked": np.array(5)}


def batches_of(rng, sizes, dtype, outputs=2):
    return [(rng.normal(size=(n, 3)).astype(dtype), rng.normal(size=(n, outputs)).astype(dtype)) for n in sizes]


@points(2, id="06.4b", about="train_step")
@catches(
    "missing_zero_grad",
    "zero_grad_before_step",
    "targets_not_moved",
    "to_result_dropped",
    "loss_after_the_update",
)
@pytest.mark.parametrize("batches_on", ["cpu", "device"])
@pytest.mark.parametrize("on_cpu", [False, True])
@pytest.mark.parametrize(
    ("loss", "optimizer", "options"),
    [
        ("mse_loss", "SGD", {"lr": 0.05, "momentum": 0.7, "weight_decay": 0.02}),
        ("binary_cross_entropy_with_logits", "Adam", {"lr": 0.03, "betas": (0.8, 0.95), "eps": 1e-3}),
    ],
)
def test_steps_as_on_cpu(submission, reference, rng, batches_on, on_cpu, loss, optimizer, options):
    """Seven steps on batches from the CPU or the device give the losses and the model of the CPU's steps.

    They are steps in float64. The loss of one in float32, all on the CPU, is torch's within 1e-5.
    """
    state, batches = state_of(rng, 3, 4, 2, np.float64), batches_of(rng, (5, 3, 5, 2, 8, 4, 3), np.float64)
    expected = reference.run("training", state, batches, loss, optimizer, options)
    for accelerator in submission.run("accelerators"):
        device = "cpu" if on_cpu else accelerator
        source = accelerator if batches_on == "device" else "cpu"
        got = saw(submission.run("trained", device, source, state, batches, loss, optimizer, options))
        arrived = {"inputs arrive on": [device], "targets arrive on": [device], "type of what is returned": ["float"]}
        assert got == close_to({**arrived, **expected}, rtol=1e-6)
    if on_cpu and batches_on == "cpu":
        step = state_of(rng, 3, 4, 2, np.float32), batches_of(rng, (5,), np.float32), loss, optimizer, options
        got = saw(submission.run("trained", "cpu", "cpu", *step))["losses"]
        assert {"losses": got} == close_to({"losses": reference.run("training", *step)["losses"]}, rtol=1e-5)


@points(1, id="06.4c", about="train_step")
@catches("loss_is_a_tensor", "waits_too_often")
@pytest.mark.parametrize("batches_on", ["cpu", SIMULATED])
def test_step_waits_once(submission, rng, batches_on):
    """A step returns a Python float, waits for the device at most once, and leaves its batch as it was."""
    state, batches = state_of(rng, 3, 4, 2, np.float32), batches_of(rng, (4, 3, 4), np.float32)
    got = saw(submission.run("watched_steps", SIMULATED, batches_on, state, batches))
    waits = got.pop("waits")
    facts = {**got, "waits at most once": [len(operations) <= 1 for operations in waits]}
    yes, floats = [True] * len(batches), ["float"] * len(batches)
    assert facts == equal_to(
        {"type of what is returned": floats, "the batch is as it was": yes, "waits at most once": yes}
    )


# ---- 5 evaluate --------------------------------------------------------------------------------------------


@points(1, id="06.5b", about="evaluate")
@catches("mean_of_batch_means", "never_in_eval_mode", "targets_not_moved", "loss_is_a_tensor")
@pytest.mark.parametrize("loss", ["MSELoss", "CrossEntropyLoss"])
@pytest.mark.parametrize("training", [True, False])
def test_mean_over_samples(submission, reference, rng, loss, training):
    """The mean is over samples, the last batch short, for a loss module too; in eval mode, and nothing is learnt."""
    state, batches = state_of(rng, 3, 4, 3, np.float32), batches_of(rng, (5, 5, 5, 2), np.float32, outputs=3)
    if loss == "CrossEntropyLoss":
        batches = [(inputs, rng.integers(0, 3, size=len(inputs))) for inputs, _ in batches]
    value = reference.run("mean_loss", state, batches, loss)
    for device in ["cpu", *submission.run("accelerators")]:
        got = saw(submission.run("evaluated", device, training, loss, state, batches))
        got["returned"] = single(got["returned"])
        arrived = {"inputs arrive on": [device], "targets arrive on": [device]}
        came = {"type of what is returned": "float", "returned": single(value)}
        expected = {**arrived, "model.training in evaluate": [False], **came, "afterwards": state}
        assert got == close_to(expected)


@points(0.5, id="06.5c", about="evaluate")
@catches("left_in_eval_mode", "always_back_to_training", "mode_lost_after_an_error")
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("fails", [None, "loss_fn", "model", "loader", "iter(loader)"])
def test_mode_as_it_was(submission, rng, training, fails):
    """The mode is what it was, also where a part is in the other one, and after an error, which reaches the caller."""
    state, batches = state_of(rng, 3, 4, 2, np.float32), batches_of(rng, (3, 3, 2), np.float32)
    got = saw(submission.run("mode_afterwards", SIMULATED, training, fails, state, batches))
    came = "KeyError: 'the second batch'" if fails else "float"
    assert got == equal_to({"what evaluate ends in": came, "model.training afterwards": training})


@points(0.5, id="06.5d", about="evaluate")
@catches("graph_in_evaluate", "waits_too_often")
def test_no_graph_few_waits(submission, rng):
    """No graph is built, the device is waited for at most once per batch, and gradients stay as they are."""
    state, batches = state_of(rng, 3, 4, 2, np.float32), batches_of(rng, (3, 3, 2), np.float32)
    got = saw(submission.run("watched_evaluation", SIMULATED, state, batches))
    waits = got.pop("waits")
    facts = {**got, "waits at most once per batch": len(waits) <= len(batches)}
    kept = {"gradients": [1.0] * 6, "trainable": [True] * 6, "a graph later": True}
    assert facts == equal_to({"the outputs have a graph": [False], **kept, "waits at most once per batch": True})


# ---- 6 to_numpy --------------------------------------------------------------------------------------------

ARRAYS = {
    "no dimensions": np.array(2.5, np.float32), "integers": np.array([[1, -2], [3, 4]]),
    "booleans": np.array([True, False]), "no elements": np.zeros((0, 3), np.float32),
    "float64": np.array([0.1, 0.2]), "float16": np.array([0.5, 2], np.float16),
    "transposed": np.arange(6, dtype=np.float32).reshape(2, 3).T, "sizes of 1": np.ones((1, 2, 1), np.float32),
    "a parameter": np.array([1, 2], np.float32),
}  # fmt: skip


@points(1, id="06.6b", about="to_numpy")
@catches("numpy_without_cpu", "numpy_without_detach", "read_before_it_arrived")
@pytest.mark.parametrize("kind", list(ARRAYS))
def test_arrays_of_all_kinds(submission, kind):
    """The array has the tensor's shape and dtype, from any device; the tensor stays as it is."""
    for device in ["cpu", *submission.run("accelerators")]:
        for graph in (False, True) if kind == "a parameter" else (False,):
            got = submission.run("array_of", device, kind, graph)
            array = ARRAYS[kind] * 3 if graph else ARRAYS[kind]
            assert got == equal_to({"type": "ndarray", "array": array, "the tensor is as before": True})


# ---- 7 and 8 -----------------------------------------------------------------------------------------------


@points(0.5, id="06.7a", about="to_device")
@catches("copies_what_is_there")
def test_there_already(submission):
    """A tensor that is on the device already is not copied."""
    for device in ["cpu", *submission.run("accelerators")]:
        one, two, three = (on(device, pair(i) + 10) for i in (1, 2, 3))
        result = [one, {"a": two}, {"dataclass Sample": {"image": three, "label": 0, "name": ""}}]
        expected = {
            "copies": 0,
            "the result, after 10 was added to the originals": result,
            "a tensor alone, after 10 was added to it": one,
        }
        assert submission.run("there_already", device) == equal_to(expected)


@points(0.5, id="06.7b", about="to_device")
@catches("non_blocking_dropped")
@pytest.mark.parametrize("places", [("cpu", SIMULATED), (SIMULATED, "cpu")])
def test_non_blocking(submission, places):
    """`non_blocking` reaches the copy of every tensor; without it copies block."""
    asked = {
        "copies without non_blocking": {},
        "copies with non_blocking=False": {"non_blocking": False},
        "copies with non_blocking=True": {"non_blocking": True},
    }
    got = {name: submission.run("flags", *places, options) for name, options in asked.items()}
    assert got == equal_to(dict(zip(asked, ([False], [False], [True]), strict=True)))


@points(1, id="06.8", about="NormalizedMLP")
@needs("test_everything_moves", "test_small_network")
@catches("tensor_made_on_cpu_in_forward")
def test_back_on_cpu(submission, reference, rng):
    """Back on the CPU, and once more on the device, a network gives the same outputs as before."""
    given, known = network_case(rng)
    output = reference.run("mlp", *known)
    for device in submission.run("accelerators"):
        expected = [on(place, output) for place in ("cpu", device, "cpu", device)]
        assert submission.run("back_and_forth", device, *given) == as_on_cpu(output, expected)

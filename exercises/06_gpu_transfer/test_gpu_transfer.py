"""Visible checks of 06_gpu_transfer, on the simulated accelerator "kata", and on CUDA where there is one."""

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, points

MODEL = "model = nn.Linear(1, 1, bias=False).to(device); nn.init.constant_(model.weight, 2.0)"


def array(*values):
    return np.array(values, dtype=np.float32)


def on(device, values):
    """A tensor there, as scenarios describe it."""
    return {"device": device, "values": values}


def saw(got, call):
    """What a scenario saw; where code asked for CUDA and torch has none, the check ends here, with torch's words."""
    if isinstance(got, dict) and "torch raises" in got:
        assert {"torch raises": got["torch raises"]} == equal_to({"torch raises": "nothing"}, call=call)
    return got


def single(value):
    """A float that was computed in float32, to be compared as such; what is no float stays what it is."""
    return np.float32(value) if type(value) is float else value


@points(1, id="06.1a", about="to_device")
@catches("to_result_dropped", "cuda_hard_coded")
def test_batch_moves(submission):
    """Every tensor in a dict with a list and a tuple in it goes to the device; the structure stays."""
    batch = (
        '{"image": torch.tensor([1.0, 2.0]), "masks": [torch.tensor([3.0]), torch.tensor([4.0])], '
        '"size": (torch.tensor([5, 6]), 7), "name": "cat"}'
    )
    calls = {
        False: f"to_device({batch}, device)",
        True: f"to_device(obj={batch}, device=device, non_blocking=False)",
    }
    for device in submission.run("accelerators"):
        expected = {
            "image": on(device, array(1, 2)),
            "masks": [on(device, array(3)), on(device, array(4))],
            "size": {"tuple": [on(device, np.array([5, 6])), 7]},
            "name": "cat",
        }
        for by_name, call in calls.items():
            got = saw(submission.run("moved_batch", device, by_name), call)
            assert got == equal_to(expected, call=call)


@points(0.5, id="06.2a", about="pick_device")
@catches("cuda_hard_coded")
def test_available_devices(submission):
    """`pick_device("cpu")` is the CPU, and `pick_device()` the best device of this machine."""
    submission.restart()  # a process that has not met the simulated accelerator
    best = submission.alone("best_without_simulation")
    assert submission.run("picked", "cpu") == equal_to({"device": "cpu"}, call='pick_device("cpu")')
    assert submission.run("picked") == equal_to({"device": best}, call="pick_device()")
    named = submission.run("picked", preferred="cpu")
    assert named == equal_to({"device": "cpu"}, call='pick_device(preferred="cpu")')


@points(1, id="06.3a", about="NormalizedMLP")
@catches(
    "python_list_of_layers", "plain_attribute_not_buffer", "mean_and_std_trained", "relu_after_the_last_layer",
    "eps_added_to_std",
)  # fmt: skip
def test_small_network(submission, reference):
    """`NormalizedMLP` has all parameters, `mean` and `std` in `state_dict`, and gives torch's numbers."""
    mean, std, x = array(1, 2), array(2, 4), np.array([[3, 10], [-1, 2]], dtype=np.float32)
    weights = [np.array([[1, 0.5], [-1, 2]], dtype=np.float32), np.array([[3, -2]], dtype=np.float32)]
    biases = [array(0.5, -0.25), array(1)]
    by_shape = {str(value.shape): value for value in (*weights, *biases)}
    got = submission.run("small_network", mean, std, by_shape, x)
    call = "NormalizedMLP(mean=torch.tensor([1.0, 2.0]), std=torch.tensor([2.0, 4.0]), hidden=(2,), out_features=1)"
    shapes = got.pop("shapes of the parameters")
    assert {"shapes of the parameters": shapes} == equal_to(
        {"shapes of the parameters": [(1,), (1, 2), (2,), (2, 2)]}, call=call
    )
    output = reference.run("mlp", mean, std, weights, biases, x)
    expected = {
        "buffers": ["mean", "std"],
        "mean in state_dict": mean,
        "std in state_dict": std,
        "output": output,
    }
    assert got == close_to(expected, call=call)


@points(1, id="06.4a", about="train_step")
@catches("targets_not_moved", "to_result_dropped", "cuda_hard_coded", "loss_is_a_tensor", "loss_after_the_update")
def test_one_step(submission, reference):
    """A step moves the batch, returns the loss before the update as a float, and updates as on the CPU."""
    inputs, targets = np.array([[1], [2]], dtype=np.float32), np.array([[3], [5]], dtype=np.float32)
    loss, weight = reference.run("sgd_step", 2.0, inputs, targets, lr=0.1)
    batch = "(torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [5.0]]))"
    loss_fn, optimizer = "nn.functional.mse_loss", "torch.optim.SGD(model.parameters(), lr=0.1)"
    calls = {
        False: f"{MODEL}; train_step(model, {batch}, {loss_fn}, {optimizer}, device)",
        True: f"{MODEL}; train_step(model=model, batch={batch}, loss_fn={loss_fn}, optimizer={optimizer}, "
        "device=device)",
    }
    for device in submission.run("accelerators"):
        expected = {
            "inputs arrive on": [device],
            "targets arrive on": [device],
            "type of what is returned": "float",
            "returned": loss,
            "weight": weight,
        }
        expected = {name: single(value) for name, value in expected.items()}
        for by_name, call in calls.items():
            got = saw(submission.run("one_step", device, 2.0, inputs, targets, by_name), call)
            assert {name: single(value) for name, value in got.items()} == close_to(expected, call=call)


@points(1, id="06.5a", about="evaluate")
@catches("targets_not_moved", "to_result_dropped", "cuda_hard_coded", "mean_of_batch_means", "loss_is_a_tensor")
def test_mean_loss(submission, reference):
    """Two samples and then one weigh alike: `evaluate` gives the mean over all three, as a float."""
    inputs, targets = np.array([[1], [2], [3]], dtype=np.float32), np.array([[2], [2], [7]], dtype=np.float32)
    batches = [(inputs[:2], targets[:2]), (inputs[2:], targets[2:])]
    loader = (
        "[(torch.tensor([[1.0], [2.0]]), torch.tensor([[2.0], [2.0]])), (torch.tensor([[3.0]]), torch.tensor([[7.0]]))]"
    )
    calls = {
        False: f"{MODEL}; evaluate(model, {loader}, nn.functional.mse_loss, device)",
        True: f"{MODEL}; evaluate(model=model, loader={loader}, loss_fn=nn.functional.mse_loss, device=device)",
    }
    for device in submission.run("accelerators"):
        expected = {"inputs arrive on": [device], "targets arrive on": [device], "type of what is returned": "float"}
        expected["returned"] = single(reference.run("squared_error", 2.0, inputs, targets))
        for by_name, call in calls.items():
            got = saw(submission.run("mean_loss", device, 2.0, batches, by_name), call)
            assert {name: single(value) for name, value in got.items()} == close_to(expected, call=call)


@points(1, id="06.6a", about="to_numpy")
@catches("numpy_without_cpu", "numpy_without_detach", "read_before_it_arrived")
@pytest.mark.parametrize("graph", [False, True])
def test_array(submission, graph):
    """`to_numpy` gives the array of a tensor on the CPU or on the device, with or without a graph."""
    name = "tensor=" if graph else ""
    call = f"to_numpy({name}2 * torch.tensor([[1.0, 2.0], [3.0, 4.0]], device=device, requires_grad={graph}))"
    for device in ["cpu", *submission.run("accelerators")]:
        got = submission.run("as_array", device, graph, by_name=graph)
        expected = {"type": "ndarray", "values": np.array([[2, 4], [6, 8]], np.float32)}
        assert {f"on {device}": got} == equal_to({f"on {device}": expected}, call=call)

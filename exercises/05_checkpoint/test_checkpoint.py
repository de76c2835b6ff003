"""Visible checks of exercise 05."""

import numpy as np
import pytest

from grader.checks import catches, equal_to, points

SAVE = 'save_checkpoint("a.pt", model=model, optimizer=optimizer, epoch={})'


@points(1, id="05.1a", about="load_checkpoint")
@catches("buffers_not_saved", "whole_object_pickled")
def test_model_comes_back(submission):
    """Every parameter and buffer of a saved model comes back in another model of the same kind."""
    tensors = {
        "0.weight": np.array([[1.5, -2.0]], dtype=np.float32),
        "0.bias": np.array([0.5], dtype=np.float32),
        "1.weight": np.array([3.0], dtype=np.float32),
        "1.bias": np.array([-1.0], dtype=np.float32),
        "1.running_mean": np.array([0.25], dtype=np.float32),
        "1.running_var": np.array([4.0], dtype=np.float32),
        "1.num_batches_tracked": np.array(6),
    }
    call = SAVE.format(1) + '; load_checkpoint("a.pt", model=other); other.state_dict()'
    assert submission.run("model_comes_back", tensors) == equal_to(tensors, call=call)


@points(1, id="05.1b", about="load_checkpoint")
@catches("optimizer_not_saved", "parameters_replaced", "optimizer_settings_not_loaded")
def test_adam_goes_on(submission):
    """Adam goes on in a new optimizer: moments, step count and settings come back; its steps are equal."""
    weight = np.array([1.0, -2.0])
    gradients = [np.array(pair) for pair in ([0.5, -1.0], [0.25, 3.0], [-0.5, 0.125], [2.0, -0.75])]
    expected = submission.alone("adam_goes_on", weight, gradients, 2)
    call = (
        "optimizer = torch.optim.Adam(model.parameters(), lr=0.1, betas=(0.8, 0.9), eps=0.01); optimizer.step()  "
        "# twice; save, load with a new torch.optim.Adam(model.parameters()), two more steps"
    )
    assert submission.run("adam_goes_on", weight, gradients, 2) == equal_to(expected, call=call)


@points(1, id="05.3a", about="save_checkpoint")
@catches("not_atomic", "exception_swallowed")
@pytest.mark.parametrize("kind", ["RuntimeError", "KeyboardInterrupt"])
def test_old_file_outlives_an_exception(submission, kind):
    """An exception in the middle of a save, Ctrl-C too, reaches the caller, and the old file is as it was."""
    seen = submission.run("broken_off", kind)
    fate = "as it was" if seen["after"] == seen["before"] else "gone" if seen["after"] is None else "changed"
    facts = {"exception that reaches the caller": seen["reached"], "the old file is": fate}
    expected = {"exception that reaches the caller": kind, "the old file is": "as it was"}
    if not seen["broken off"]:  # a way of writing that no call of ours can break off
        expected = {"exception that reaches the caller": "nothing", "the old file is": "changed"}
    call = f"{SAVE.format(2)}  # {kind} half way, over the file of epoch 1"
    assert facts == equal_to(expected, call=call)


@points(1, id="05.7a", about="load_checkpoint")
@catches("left_in_eval_mode", "left_in_train_mode", "optional_parts_required")
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("training", [[True] * 4, [False] * 4, [True, False, True, True]])
def test_optional_parts_and_modes(submission, training, whole):
    """Optional parts may be absent from a save or a load; each layer stays in train or eval mode."""
    expected = {
        "the save raises": "nothing",
        "the load raises": "nothing",
        "the load returns": "dict",
        "extra": {"note": "whole"} if whole else None,
        "training of each layer, after saving": training,
        "training of each layer, after loading": training,
    }
    parts = ", scheduler=scheduler, generator=generator, extra=extra)" if whole else ")"
    call = (
        f'save_checkpoint(path="a.pt", model=model, optimizer=optimizer, epoch=3{parts}; '
        'load_checkpoint(path="a.pt", model=model, map_location="cpu", strict=True)'
    )
    assert submission.run("modes_after", training, whole) == equal_to(expected, call=call)


def tensor(dtype: str, values: object) -> list[object]:
    """How the scenario describes a tensor."""
    return ["Tensor", f"torch.{dtype}", values]


GIVEN = [
    (7, {"best": 0.75, "name": "run 3", "seen": [1, 2, (3, None)], "done": True}),
    (5, {"loss": np.array(0.1), "mean": np.array([0.1, 0.2]), "mask": np.array([True, False])}),
    (1, (np.array([1.5, -2.0]), {"ids": np.array([[3], [4]]), "none": None}, ["a", []])),
    (0, None),
    (2, {}),
    (3, []),
    (4, False),
    (6, {"epoch": 60, "model": "small", "optimizer": None}),
    (8, np.array([0.5, 2.0])),
    (9, {"best": {1: 0.5, 2: 0.25}}),
]
BACK = {
    5: {
        "loss": tensor("float64", 0.1),
        "mean": tensor("float64", [0.1, 0.2]),
        "mask": tensor("bool", [True, False]),
    },
    1: (tensor("float64", [1.5, -2.0]), {"ids": tensor("int64", [[3], [4]]), "none": None}, ["a", []]),
    8: tensor("float64", [0.5, 2.0]),
    9: {"best": {"int(1)": 0.5, "int(2)": 0.25}},
}


@points(1, id="05.8", about="load_checkpoint")
@catches("extra_not_saved", "empty_extra_lost", "epoch_off_by_one", "whole_object_pickled")
@pytest.mark.parametrize(("epoch", "extra"), GIVEN)
def test_epoch_and_extra_come_back(submission, epoch, extra):
    """A load returns a dict with `epoch`, the number of epochs completed, and `extra`, as they were given."""
    back = BACK.get(epoch, extra)
    expected = {
        "the load raises": "nothing",
        "the load returns": "dict",
        "epoch": epoch,
        "extra": back,
        "the extra given, afterwards": back,
    }
    call = f'save_checkpoint("a.pt", ..., epoch={epoch}, extra={extra!r}); load_checkpoint("a.pt", model=model)'
    assert submission.run("given_back", epoch, extra) == equal_to(expected, call=call)

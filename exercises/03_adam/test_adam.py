"""Visible checks of 03: small numbers that you can follow by hand, compared with torch.optim.Adam."""

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, points, raised

# Six gradients for a parameter of two elements and for one of a single element.
GRADS = [
    [np.array([0.5, -1.0]), np.array([2.0])],
    [np.array([0.5, 3.0]), np.array([-1.0])],
    [np.array([-2.0, 0.1]), np.array([0.2])],
    [np.array([0.01, 0.1]), np.array([0.2])],
    [np.array([1.0, -0.5]), np.array([-4.0])],
    [np.array([0.3, -0.5]), np.array([0.01])],
]
PARAMS = [np.array([1.0, -2.0]), np.array([0.5])]


@points(1, id="03.1a", about="Adam.step")
@catches(
    "no_bias_correction", "corrects_only_m", "corrects_only_v", "correction_multiplies", "starts_t_at_zero",
    "starts_t_at_one", "ema_inverted", "m_without_one_minus_beta", "v_without_one_minus_beta", "no_root",
    "plain_sgd", "ascends", "no_eps", "eps_hard_coded", "eps_inside_root", "eps_as_in_keras", "lr_hard_coded",
    "updates_local_name",
)  # fmt: skip
def test_first_step(submission, reference):
    """The first step equals torch.optim.Adam's."""
    params, grads = [np.array([1.0, -2.0])], [[np.array([0.25, -4.0])]]
    options = {"lr": 0.1, "eps": 0.25}
    got = submission.run("steps", params, grads, **options)
    call = "p.data, p.grad = np.array([1.0, -2.0]), np.array([0.25, -4.0]); Adam([p], 0.1, eps=0.25).step()"
    assert got == close_to(reference.run("torch_steps", params, grads, **options), call=call)


@points(1, id="03.2a", about="Adam.step")
@catches("beta_not_to_the_power", "step_count_per_parameter", "betas_swapped", "stores_corrected_moments")
def test_six_steps(submission, reference):
    """Six steps of two parameters, with gradients that change, equal torch.optim.Adam's."""
    options = {"lr": 0.1, "betas": (0.8, 0.9), "eps": 0.01}
    got = submission.run("steps", PARAMS, GRADS, **options)
    call = (
        "p.data, q.data = np.array([1.0, -2.0]), np.array([0.5]); "
        "optimizer = Adam([p, q], lr=0.1, betas=(0.8, 0.9), eps=0.01); "
        "p.grad, q.grad = np.array([0.5, -1.0]), np.array([2.0]); optimizer.step(); "
        "p.grad, q.grad = np.array([0.5, 3.0]), np.array([-1.0]); optimizer.step(); ..."
    )
    assert got == close_to(reference.run("torch_steps", PARAMS, GRADS, **options), call=call)


@points(0.5, id="03.6a", about="Adam.step")
@catches("none_grad_crashes", "global_step_count", "none_is_zero", "none_ends_the_step")
def test_none_gradient(submission, reference):
    """A parameter whose grad is None is skipped in that step, and its own step count stands still."""
    params = [np.array([0.0]), np.array([0.0])]
    numbers = [(1.0, None), (None, 2.0), (-3.0, 1.0), (None, -1.0), (2.0, None), (1.0, 4.0)]
    grads = [[None if number is None else np.array([number]) for number in row] for row in numbers]
    got = submission.run("steps", params, grads, lr=0.1, eps=0.5)
    call = (
        "p.data, q.data = np.array([0.0]), np.array([0.0]); optimizer = Adam([p, q], lr=0.1, eps=0.5); "
        "p.grad, q.grad = np.array([1.0]), None; optimizer.step(); "
        "p.grad, q.grad = None, np.array([2.0]); optimizer.step(); ..."
    )
    assert got == close_to(reference.run("torch_steps", params, grads, lr=0.1, eps=0.5), call=call)


@points(0.5, id="03.6b", about="Adam.step")
@catches("rebinds_data", "updates_local_name", "mutates_grad", "zero_grad_fills_zeros")
def test_whose_arrays(submission):
    """`step` writes into p.data's own array and leaves p.grad as it was; `zero_grad` sets p.grad to None."""
    data, grad = np.array([1.0, -2.0]), np.array([0.5, -4.0])
    after, cleared = submission.run("around_a_step", data, grad, lr=0.1, weight_decay=0.5)
    grads = [after["grad"], after["held grad"]]
    facts = {
        "the array that p.data was has moved": not np.array_equal(after["held data"], data),
        "p.data and that array hold the same": np.array_equal(after["held data"], after["data"]),
        "p.grad is there after step": after["grad"] is not None,
        "p.grad is as it was": all(np.array_equal(one, grad) for one in grads),
        "p.grad is None after zero_grad": cleared is None,
    }
    call = (
        "p.data, p.grad = np.array([1.0, -2.0]), np.array([0.5, -4.0]); "
        "optimizer = Adam([p], lr=0.1, weight_decay=0.5); optimizer.step(); optimizer.zero_grad()"
    )
    assert facts == equal_to(dict.fromkeys(facts, True), call=call)


@points(1, id="03.7a", about="Adam.load_state_dict")
@catches("step_count_not_saved", "moments_not_saved", "moments_keyed_by_id", "settings_not_restored")
def test_state_dict(submission, reference):
    """A new Adam over copies of the parameters that loads the state_dict goes on as the first would."""
    options = {"lr": 0.1, "betas": (0.8, 0.9), "eps": 0.01}
    got = submission.run("stopped", PARAMS, GRADS, 3, **options)
    call = (
        "p.data, q.data = np.array([1.0, -2.0]), np.array([0.5]); "
        "optimizer = Adam([p, q], lr=0.1, betas=(0.8, 0.9), eps=0.01); [three steps as in 03.2a]; "
        "other = Adam([copy_of_p, copy_of_q]); other.load_state_dict(state=optimizer.state_dict()); [three more]"
    )
    assert got == close_to(reference.run("torch_steps", PARAMS, GRADS, **options), call=call)


@points(0.5, id="03.8a", about="Adam.__init__")
@catches("arguments_not_checked")
@pytest.mark.parametrize(
    ("count", "options", "words", "call"),
    [
        (1, {"lr": -0.5}, ["lr", "-0.5"], "Adam(params=[p], lr=-0.5)"),
        (1, {"eps": -0.5}, ["eps", "-0.5"], "Adam(params=[p], eps=-0.5)"),
        (1, {"betas": (-0.5, 0.9)}, ["beta", "-0.5"], "Adam(params=[p], betas=(-0.5, 0.9))"),
        (1, {"betas": (0.9, 1.5)}, ["beta", "1.5"], "Adam(params=[p], betas=(0.9, 1.5))"),
        (1, {"weight_decay": -0.5}, ["weight_decay", "-0.5"], "Adam(params=[p], weight_decay=-0.5)"),
        (0, {"amsgrad": True, "maximize": True}, ["param"], "Adam(params=[], amsgrad=True, maximize=True)"),
    ],
)
def test_bad_argument(submission, count, options, words, call):
    """A bad argument raises ValueError, and the message names the argument and its value."""
    assert submission.error("build", count, **options) == raised(ValueError, mentions=words, call=call)

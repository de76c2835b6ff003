"""Hidden checks of exercise 22."""

import numpy as np
import pytest

from grader.checks import catches, close_to, equal_to, points

# A square `out`, and an image that is not: what is transposed and what is reordered shows in different places.
SIZES = {"height": 5, "width": 4, "channels": 2, "filters": 3, "hidden": 4, "classes": 4}
# Of the dense layers here the last is the largest on either side, so that a sort by size is no way to tell them apart.
OTHER = {"height": 4, "width": 7, "channels": 3, "filters": 2, "hidden": 22, "classes": 23}


def drawn(rng, sizes, variance=1.0):
    """Random weights in torch's layout."""
    filters, hidden, classes = sizes["filters"], sizes["hidden"], sizes["classes"]
    flat = filters * (sizes["height"] - 2) * (sizes["width"] - 2)
    shapes = {
        "conv.weight": (filters, sizes["channels"], 3, 3),
        "conv.bias": (filters,),
        "norm.weight": (filters,),
        "norm.bias": (filters,),
        "norm.running_mean": (filters,),
        "norm.running_var": (filters,),
        "hidden.weight": (hidden, flat),
        "hidden.bias": (hidden,),
        "out.weight": (classes, hidden),
        "out.bias": (classes,),
    }
    weights = {name: rng.normal(scale=0.4, size=shape).astype(np.float32) for name, shape in shapes.items()}
    weights["norm.weight"] += np.float32(1)
    weights["norm.running_var"] = rng.uniform(0.5 * variance, 2 * variance, filters).astype(np.float32)
    return weights


def in_keras(weights, sizes):
    """The same weights in Keras's layout."""
    rows, columns, filters = sizes["height"] - 2, sizes["width"] - 2, sizes["filters"]
    hidden = weights["hidden.weight"].reshape(-1, filters, rows, columns).transpose(2, 3, 1, 0)
    turned = {
        "conv.weight": weights["conv.weight"].transpose(2, 3, 1, 0),
        "hidden.weight": hidden.reshape(rows * columns * filters, -1),
        "out.weight": weights["out.weight"].T,
    }
    return {name: np.ascontiguousarray(turned.get(name, array)) for name, array in weights.items()}


def images(rng, sizes, count):
    shape = (count, sizes["channels"], sizes["height"], sizes["width"])
    return rng.normal(size=shape).astype(np.float32), rng.integers(0, sizes["classes"], count)


# 22.1 Outputs


@points(1, id="22.1c", about="port_weights")
@catches("channel_order", "kernel_not_transposed", "batchnorm_order", "kernel_rows_and_columns_swapped")
@pytest.mark.parametrize("sizes", [SIZES, OTHER])
def test_logits_in_evaluation(submission, reference, rng, sizes):
    """Ported in either direction, the models give torch's logits to 1e-5, whatever the sizes."""
    weights, (x, _) = drawn(rng, sizes), images(rng, sizes, 3)
    got = submission.run("both_ways", sizes, weights, in_keras(weights, sizes), x, False)
    expected = reference.run("torch_outputs", weights, x)
    assert got == close_to(dict.fromkeys(got, expected), rtol=1e-5, atol=1e-5)


@points(1, id="22.1d", about="build_keras")
@catches("channel_order", "keras_ends_in_softmax", "relu_before_batchnorm", "softmax_twice")
def test_logits_in_training(submission, reference, rng):
    """In training mode, with the statistics of the batch, the two models' logits are torch's too."""
    weights, (x, _) = drawn(rng, SIZES), images(rng, SIZES, 4)
    got = submission.run("both_ways", SIZES, weights, in_keras(weights, SIZES), x, True)
    expected = reference.run("torch_batch_outputs", weights, x)
    assert got == close_to(dict.fromkeys(got, expected), rtol=1e-5, atol=1e-5)


# 22.2 Weights


@points(1, id="22.2b", about="port_weights")
@catches("channel_order", "kernel_not_transposed", "batchnorm_order", "running_statistics_not_ported")
@pytest.mark.parametrize("sizes", [SIZES, OTHER])
def test_layouts(submission, rng, sizes):
    """Each weight arrives in the other framework's layout, and comes back the same, to the last bit."""
    weights = drawn(rng, sizes)
    kernels = in_keras(weights, sizes)
    expected = {
        "Keras, from torch": kernels,
        "torch, from Keras": weights,
        "Keras, there and back": kernels,
        "the source": kernels,
    }
    assert submission.run("layouts", sizes, weights, kernels) == equal_to(expected)


@points(1, id="22.2c", about="port_weights")
@catches("parameters_replaced")
@pytest.mark.parametrize("from_torch", [True, False])
def test_in_place_and_apart(submission, rng, from_torch):
    """Weights are written into the tensors that the target has, and the two models share no memory; all
    else that they hold stays as it was."""
    weights = drawn(rng, SIZES)
    kernels = in_keras(weights, SIZES)
    source, target = (weights, kernels) if from_torch else (kernels, weights)
    same = dict.fromkeys(("gradients of the source", "optimizer of the Keras model", "what is trained"), True)
    expected = {"in tensors held before": target, "as before": same, "the source, when the target changes": source}
    assert submission.run("in_place", SIZES, weights, kernels, from_torch) == equal_to(expected)


# 22.3 Batch norm

OPTIONS = {"eps": 0.02, "momentum": 0.35}


@points(1, id="22.3a", about="build_keras")
@catches("batchnorm_eps", "eps_ignored")
@pytest.mark.parametrize("options", [{}, OPTIONS, {"eps": 1e-6}])
def test_eps(submission, reference, rng, options):
    """Where the running variance is small, both models add `eps` to it: torch's default, or the one given."""
    weights, (x, _) = drawn(rng, SIZES, variance=2e-3), images(rng, SIZES, 3)
    got = submission.run("with_eps", SIZES, weights, in_keras(weights, SIZES), x, options)
    expected = reference.run("torch_outputs", weights, x, **{k: v for k, v in options.items() if k == "eps"})
    assert got == close_to({"torch": expected, "keras": expected}, rtol=1e-4, atol=1e-4)


@points(1, id="22.3b", about="build_keras")
@catches("momentum_not_mapped", "momentum_default")
@pytest.mark.parametrize("options", [{}, OPTIONS, OPTIONS | {"momentum": 0.0}])
def test_running_mean(submission, reference, rng, options):
    """After two batches in training mode the running means of both are torch's: `momentum` is the new share."""
    seen, expected = statistics(submission, reference, rng, options)
    means = {side: seen[side]["mean"] for side in seen}
    assert means == close_to(dict.fromkeys(seen, expected["norm.running_mean"]), rtol=1e-4, atol=1e-5)


@points(1, id="22.3c", about="build_keras")
@catches("momentum_not_mapped", "momentum_default")
def test_running_variance(submission, reference, rng):
    """After two batches each running variance is its own framework's: torch's unbiased, Keras's biased."""
    seen, expected = statistics(submission, reference, rng, OPTIONS)
    variances = {side: seen[side]["variance"] for side in seen}
    wanted = {"torch": expected["norm.running_var"], "keras": expected["keras"]["variance"]}
    assert variances == close_to(wanted, rtol=1e-4, atol=1e-5)


def statistics(submission, reference, rng, options):
    weights = drawn(rng, SIZES)
    kernels = in_keras(weights, SIZES)
    batches = [images(rng, SIZES, count)[0] + np.float32(1) for count in (2, 3)]
    seen = submission.run("statistics", SIZES, weights, kernels, batches, options)
    expected = reference.run("torch_statistics", weights, batches, **options)
    old = 1 - options.get("momentum", 0.1)
    expected["keras"] = submission.alone("keras_statistics", SIZES, kernels, batches, options.get("eps", 1e-5), old)
    return seen, expected


# 22.4 SGD


def trained(submission, rng, count, options, norm=None, evaluating=False, alike=True, large=1):
    """Run `trained`; `alike`: the Keras model begins with the torch model's weights. A `large` last layer has large
    gradients before it, which clipping would change."""
    weights, (x, y) = drawn(rng, SIZES), images(rng, SIZES, count)
    weights["out.weight"] *= np.float32(large)
    kernels = in_keras(weights if alike else drawn(rng, SIZES), SIZES)
    got = submission.run("trained", SIZES, weights, kernels, x, y, options, norm or {}, evaluating)
    return weights, kernels, x, y, got


def nothing_to_learn(submission, reference, rng, optimizer):
    """One step of lr 100 where every gradient is 0: what the models hold, and what is expected. Decay, a penalty on weights
    or smoothed labels would move them."""
    weights, (x, y) = drawn(rng, SIZES), images(rng, SIZES, 4)
    weights["out.bias"] = np.array([200.0, 0.0, 0.4, -0.3], dtype=np.float32)  # class 0, and softmax gives 1
    options = {"optimizer": optimizer, "lr": 100.0}
    got = submission.run("trained", SIZES, weights, in_keras(weights, SIZES), x, y * 0, options, {}, False)
    ours = reference.run("torch_training", weights, x, y * 0, **options)["weights"]
    return seen_in(got), both_of(ours, updates=1)


def apart(weights, *names):
    return {name: array for name, array in weights.items() if name not in names}


def both_of(weights, updates):
    """What both models hold when torch's ends with these weights; Keras's running variance is another matter."""
    sides = {"torch": weights, "keras": in_keras(weights, SIZES)}
    return {side: apart(arrays, "norm.running_var") for side, arrays in sides.items()} | {"Keras's updates": updates}


def seen_in(got):
    sides = {side: apart(got[side], "norm.running_var") for side in ("torch", "keras")}
    return sides | {"Keras's updates": got["updates by keras.optimizers"]}


@points(2, id="22.4b", about="train_both")
@catches(
    "softmax_twice", "from_logits_forgotten", "torch_optimizer_for_both", "reshaped_for_transposed",
    "torch_in_evaluation_mode", "not_the_models_given",
)  # fmt: skip
def test_one_sgd_step(submission, reference, rng):
    """One step of SGD takes both models' weights where torch's goes, in training mode however it comes;
    without a gradient nowhere. Losses may be large."""
    options = {"lr": 0.2, "batch_size": 6}
    weights, kernels, x, y, got = trained(submission, rng, 6, options, evaluating=True, large=20)
    ours = reference.run("torch_training", weights, x, y, **options)
    theirs = in_keras(ours["weights"], SIZES)
    keras = submission.alone("keras_training", SIZES, kernels, x, y, 0.2, 1, 6, 1e-5, 0.9)
    theirs["norm.running_var"] = keras["weights"]["norm.running_var"]
    expected = {
        "losses": {"torch": ours["losses"], "keras": ours["losses"]},
        "torch": ours["weights"],
        "keras": theirs,
        "updates by keras.optimizers": 1,
        "x and y as given": True,
    }
    got["without a gradient"], expected["without a gradient"] = nothing_to_learn(submission, reference, rng, "sgd")
    weights["out.bias"] += np.array([200, 0, 0, 0], dtype=np.float32)  # as good as sure of a class that none of them is
    sure = submission.run("trained", SIZES, weights, in_keras(weights, SIZES), x, y % 3 + 1, options, {}, False)
    loss = reference.run("torch_training", weights, x, y % 3 + 1, **options)["losses"]
    got["losses of about 200"], expected["losses of about 200"] = sure["losses"], {"torch": loss, "keras": loss}
    assert got == close_to(expected, rtol=1e-4, atol=1e-5)


@points(1, id="22.4c", about="train_both")
@catches("keras_shuffles", "batches_averaged", "last_batch_dropped", "gradients_add_up")
def test_batches_of_one_epoch(submission, reference, rng):
    """Batches go in order, the smaller last one too; the loss is the mean over samples; defaults are the README's."""
    weights, _, x, y, got = trained(submission, rng, 33, {})
    ours = reference.run("torch_training", weights, x, y)
    expected = {"losses": {"torch": ours["losses"], "keras": ours["losses"]}} | both_of(ours["weights"], updates=2)
    seen = {"losses": got["losses"]} | seen_in(got)
    assert seen == close_to(expected, rtol=1e-4, atol=3e-5)


# 22.5 Adam


@points(1, id="22.5a", about="train_both")
@catches("adam_eps", "adam_eps_default", "adam_eps_inverted", "adam_eps_without_root")
def test_one_adam_step(submission, reference, rng):
    """One step of Adam takes both where torch's goes: Keras's epsilon is mapped, with the betas given."""
    betas, eps = (float(rng.uniform(0.5, 0.8)), float(rng.uniform(0.9, 0.99))), float(rng.uniform(0.2, 2.0))
    options = {"optimizer": "adam", "lr": 0.1, "betas": betas, "eps": eps, "batch_size": 6}
    weights, _, x, y, got = trained(submission, rng, 6, options, large=20)
    ours = reference.run("torch_training", weights, x, y, **options)["weights"]
    assert seen_in(got) == close_to(both_of(ours, updates=1), rtol=1e-4, atol=3e-5)


@points(0.5, id="22.5c", about="train_both")
@catches("betas_ignored")
def test_four_adam_steps(submission, reference, rng):
    """With eps far below the gradients, four steps of Adam take both where torch's go, with the betas given and with
    torch's defaults."""
    options = {"optimizer": "adam", "lr": 0.03, "epochs": 2, "batch_size": 3}
    got, expected = {}, {}
    for name, more in (("given", {"betas": (0.5, 0.6), "eps": 1e-10}), ("defaults", {})):
        weights, _, x, y, seen = trained(submission, rng, 6, options | more)
        wanted = reference.run("torch_training", weights, x, y, **options, **more)
        got[name] = {
            side: {"losses": seen["losses"][side], "out.bias": seen[side]["out.bias"]} for side in ("torch", "keras")
        }
        expected[name] = dict.fromkeys(
            got[name], {"losses": wanted["losses"], "out.bias": wanted["weights"]["out.bias"]}
        )
    assert got == close_to(expected, rtol=1e-4, atol=1e-4)
    # A default of 0.99 for 0.999 moves little in four steps. torch's own side has next to no noise, and shows it.
    seen, wanted = ({"defaults": {"torch": side["defaults"]["torch"]}} for side in (got, expected))
    assert seen == close_to(wanted, rtol=3e-6, atol=1e-6)


@points(0.5, id="22.5b", about="train_both")
@catches("adam_eps", "adam_eps_default")
def test_adam_with_tiny_gradients(submission, reference, rng):
    """With Adam's defaults, gradients near 1e-8 take the last layer's bias where torch's goes, in both;
    without a gradient nothing moves."""
    weights, (x, y) = drawn(rng, SIZES), images(rng, SIZES, 4)
    weights["out.weight"] *= np.float32(0.1)
    weights["out.bias"] = np.array([16.5, 0.0, 0.4, -0.3], dtype=np.float32)  # class 0, and sure of it
    options = {"optimizer": "adam", "lr": 0.1}
    got = submission.run("trained", SIZES, weights, in_keras(weights, SIZES), x, y * 0, options, {}, False)
    wanted = reference.run("torch_training", weights, x, y * 0, **options)["weights"]["out.bias"][1:]
    seen = {side: got[side]["out.bias"][1:] for side in ("torch", "keras")}
    assert seen == close_to(dict.fromkeys(seen, wanted), rtol=0, atol=1e-3)
    still, as_given = nothing_to_learn(submission, reference, rng, "adam")
    assert {"without a gradient": still} == close_to({"without a gradient": as_given}, rtol=1e-4, atol=3e-5)


# 22.6 Five epochs


@points(2, id="22.6", about="train_both")
@catches("keras_shuffles", "batches_averaged", "only_last_batch_reported", "softmax_twice", "made_equal_first")
def test_five_epochs(submission, reference, rng):
    """Two models that begin with different weights are trained as they come: over five epochs each curve is its own
    framework's, to one in ten thousand, and so is the running mean."""
    options = {"lr": 0.05, "epochs": 5, "batch_size": 4}
    eps, momentum = OPTIONS["eps"], OPTIONS["momentum"]
    weights, kernels, x, y, got = trained(submission, rng, 6, options, OPTIONS, alike=False)
    ours = reference.run("torch_training", weights, x, y, **options, norm_eps=eps, momentum=momentum)
    theirs = submission.alone("keras_training", SIZES, kernels, x, y, 0.05, 5, 4, eps, 1 - momentum)
    expected = {
        "losses": {"torch": ours["losses"], "keras": theirs["losses"]},
        "running means": {
            "torch": ours["weights"]["norm.running_mean"],
            "keras": theirs["weights"]["norm.running_mean"],
        },
    }
    means = {side: got[side]["norm.running_mean"] for side in ("torch", "keras")}
    assert {"losses": got["losses"], "running means": means} == close_to(expected, rtol=1e-4, atol=1e-5)


# 22.7 Differences


def confirmed(given, facts):
    """Question by question, whether each answer is what the framework did: the answer itself is not shown."""

    def verdict(question, side):
        answer, fact = given.get(question, {}).get(side, "no answer"), facts[question][side]
        if answer == "no answer" or isinstance(answer, str) != isinstance(fact, str):
            return "no answer of the README's kind"
        right = answer == fact if isinstance(fact, str) else abs(answer - fact) <= 1e-6 * abs(fact)
        return "confirmed" if right else "not what it does"

    return {question: {side: verdict(question, side) for side in ("torch", "keras")} for question in facts}


def choice(measured, **places):
    """The answer whose number the measurement is; none (so nothing is confirmed) when it is no one's."""
    return next(
        (name for name, number in places.items() if abs(measured - number) < 1e-6 * max(1, abs(number))), "none"
    )


def layer_facts(seen):
    def facts(did):
        # The batch 0, 1, 5 has the mean 2 and the variance 14/3 (biased) or 7; statistics start at 0 and 1.
        new = {"new share": 0.1, "old share": 0.01}
        share = {name: number for name, number in new.items() if abs(did["running mean"] - 2 * number) < 1e-5}
        name, number = next(iter(share.items()))
        grown = (did["running variance"] - (1 - number)) / number
        return {
            "dense_weight_shape": {(2, 3): "(out, in)", (3, 2): "(in, out)"}[tuple(did["weight"])],
            "dense_bias_starts": "zero" if did["largest bias"] == 0 else "random",
            "batchnorm_eps": did["batch norm eps"],
            "batchnorm_momentum_is": name,
            "batchnorm_running_variance": "unbiased" if abs(grown - 7) < 1e-2 else "biased",
            "layernorm_eps": did["layer norm eps"],
            "lstm_bias_vectors": float(did["bias vectors"]),
            "gelu": "tanh" if abs(did["gelu"] - did["gelu by tanh"]) < 1e-9 else "exact",
        }

    return by_question({side: facts(did) for side, did in seen.items()})


def optimizer_facts(seen):
    def facts(did):
        root = 1e-4 * 0.001**0.5  # of the uncorrected second moment
        return {
            "adam_eps": did["eps"],
            "adam_eps_joins": choice(
                -did["small gradient"], corrected=1e-4 / (1e-4 + 1e-8), uncorrected=root / (root + 1e-8)
            ),
            "adam_weight_decay": choice(did["weight decay"], gradient=0.9, parameter=0.85),
            "adam_step_count": "own" if abs(did["a missing gradient"] + 0.2) < 1e-6 else "global",
            "sgd_new_lr_scales": {"-0.3171": "all gradients", "-0.4710": "newest gradient"}[f"{did['another lr']:.4f}"],
        }

    return by_question({side: facts(did) for side, did in seen.items()})


def by_question(facts):
    return {question: {side: facts[side][question] for side in facts} for question in facts["torch"]}


@points(1, id="22.7a", about="differences")
@catches(
    "same_batchnorm_assumed", "batchnorm_momentum_same", "running_variance_same", "gelu_by_tanh",
)  # fmt: skip
def test_differences_of_layers(submission):
    """The answers about layers are what torch and Keras do on this machine."""
    facts = layer_facts(submission.alone("layer_measurements"))
    expected = {question: dict.fromkeys(("torch", "keras"), "confirmed") for question in facts}
    assert confirmed(submission.run("answers"), facts) == equal_to(expected)


@points(1, id="22.7b", about="differences")
@catches("adam_eps_same", "adam_eps_place_same", "weight_decay_same", "step_count_same", "lr_same")
def test_differences_of_optimizers(submission):
    """The answers about optimizers are what torch and Keras do on this machine."""
    facts = optimizer_facts(submission.alone("optimizer_measurements"))
    expected = {question: dict.fromkeys(("torch", "keras"), "confirmed") for question in facts}
    assert confirmed(submission.run("answers"), facts) == equal_to(expected)

"""What each differences.md says, word for word, and the measurement that bears it out.

Number of the exercise -> words of the English text -> (name of the measurement, what it has to be). A text such as
"0.99990" stands for a number as the learner reads it, with as many digits.
"""

from __future__ import annotations

from typing import Any

BATCHES = [[0, 1], [2, 0], [1, 2]]
PAIRS = [[0, 1], [2, 3], [4, 5], [6, 7]]

FACTS: dict[str, dict[str, tuple[str, Any]]] = {
    "01": {
        "7 after one `backward`, 14 after a second one": ("torch adds", [7, 14]),
        "TensorFlow returns them from `tape.gradient(y, x)`": ("tape", 7),
        "asked again it raises RuntimeError": ("tape again", "RuntimeError"),
        "`jax.grad(f)(2.0)` is 7 as often as you ask": ("jax", [7, 7]),
        "relu'(0) is 0 in torch, Keras and JAX": ("relu", [[0], [0], [0]]),
        "abs'(0) is 0 in torch and Keras, and 1 in JAX": ("abs", [[0], [0], [1]]),
        "0.5 to each in torch and JAX. In Keras on TensorFlow a gets 1 and b gets 0":
            ("maximum", [[0.5, 0.5], [1, 0], [0.5, 0.5]]),
        "The largest of [1, 1] gives 0.5 to each in all three": ("max", [[[0.5, 0.5]]] * 3),
        "torch raises IndexError, and TensorFlow's `gather` an InvalidArgumentError":
            ("index", ["IndexError", "InvalidArgumentError"]),
        "JAX raises nothing and gives 4, the last element": ("index in jax", 4),
    },
    "02": {
        "(50, 100), a row for each output": ("shapes", [[50, 100], [100, 50]]),
        "(100, 50), a column for each output": ("shapes", [[50, 100], [100, 50]]),
        "`jax.grad` answers with the same dict and the same shapes": ("jax", {"W": [100, 50], "b": [50]}),
        "within ±0.1000, with a standard deviation of 0.0577": ("torch fills its bound", True),
        "torch draws weight and bias": ("biases", [True, False]),
        "within ±0.2000, standard deviation 0.1155": ("keras fills its bound", True),
        "Its bias is 0": ("biases", [True, False]),
        "`Dense(50)` has no weights until it sees its first input": ("weights before the first input", 0),
        "torch raises RuntimeError. Keras converts the input and answers in float32":
            ("float64", ["RuntimeError", "float32"]),
    },
    "03": {
        "torch 0.99990": ("eps", ["0.99990", "0.99684"]),
        "Keras 0.99684": ("eps", ["0.99990", "0.99684"]),
        "its own default eps of 1e-7 only 0.96934": ("eps of keras", "0.96934"),
        "torch.optim.Adam 0.9000: the decay": ("decay", ["0.9000", "0.8500"]),
        "Keras Adam 0.8500: the weight": ("decay", ["0.9000", "0.8500"]),
        "torch -0.2000: its own step count": ("none", ["-0.2000", "-0.1858"]),
        "Keras -0.1858: one count": ("none", ["-0.2000", "-0.1858"]),
        "from 0.9000 to 0.8330 with g = 0": ("zero", ["0.9000", "0.8330"]),
        "with None it stays": ("zero or none", ["0.9000", "0.9000"]),
        "one takes it with the gradients and returns the new one": ("jax", ["-0.00000", "0.99990"]),
    },
    "04": {
        "torch's DataLoader draws a permutation of all samples each epoch":
            ("torch: a new order, and the same again", [True, True]),
        "`shuffle(3)` always gives 0, 1 or 2 first": ("first of a buffer of 3", [0, 1, 2]),
        "A buffer as large as the dataset gives any order": ("first of a buffer of 10", [*range(10)]),
        "an order from `jax.random.permutation`": ("permutation", [*range(10)]),
        "start with the same seed give the same sequence of epochs":
            ("torch: a new order, and the same again", [True, True]),
        "`shuffle(n, seed=1)` gives a new order each epoch": ("tf: a new order, the same order", [True, True]),
        "`reshuffle_each_iteration=False` gives the same": ("tf: a new order, the same order", [True, True]),
        "torch draws from its global random state": ("torch moves the global state", True),
        "`batch` before `shuffle` shuffles whole batches": ("tf: batches stay whole", PAIRS),
        "torch gives the strings of a batch as a tuple": ("strings", "tuple"),
    },
    "05": {
        "torch: what you put into the dict": ("torch keeps", ["model"]),
        "After 3 steps the loaded optimizer is at 3": ("iterations", [3, 3, 0]),
        "the optimizer is at 0": ("iterations", [3, 3, 0]),
        "all you get is a warning": ("warned", True),
        "random key are ordinary arrays": ("masks go on", [False, True]),
        "torch: one global state, `torch.get_rng_state()`, and those of your generators":
            ("a generator apart", True),
        "a loaded `.keras` file starts it anew": ("masks go on", [False, True]),
        "Saved with the rest, it gives the same masks": ("masks go on", [False, True]),
        "refuses a whole pickled module with UnpicklingError": ("refused", ["UnpicklingError", "ValueError"]),
        "refuses a Lambda layer made of a Python function with ValueError":
            ("refused", ["UnpicklingError", "ValueError"]),
    },
    "06": {
        "torch raises RuntimeError. You write": ("torch", "RuntimeError"),
        "TensorFlow copies one of them without a word": ("tensorflow", ["0", "1", 3]),
        "JAX raises ValueError if you put both somewhere": ("jax", ["ValueError", "True"]),
        "An array that you put nowhere follows the other": ("jax", ["ValueError", "True"]),
        "torch's `tensor.to` returns a tensor": ("tensor.to returns another", True),
        "its `module.to` changes the module": ("module.to changes it", True),
        "A JAX array and a TensorFlow tensor never change": ("another one", [True, "0", "1"]),
        "torch keeps it: `torch.from_numpy(np.ones(2))` is float64": ("float64", ["torch.float64", "float32"]),
        "a float32 layer refuses it": ("float64 in torch's layer", "RuntimeError"),
        "JAX makes it float32": ("float64", ["torch.float64", "float32"]),
        "unless `jax_enable_x64` is on": ("with x64", "float64"),
        "Keras keeps it in `convert_to_tensor`, and its layers convert it":
            ("float64 in keras", ["float64", "float32"]),
        "In torch it is a state of the module": ("modes", [True, False]),
        "In Keras it is an argument of the call, `training=True`": ("training", [True, False]),
    },
    "18": {
        "`Linear(2, 3)` has its weight of shape (3, 2) at once": ("at once", [3, 2]),
        "`LazyLinear(3)` has an UninitializedParameter": ("lazy", ["UninitializedParameter", [3, 2], 0]),
        "`Dense(3)` has 0 weights": ("lazy", ["UninitializedParameter", [3, 2], 0]),
        "ones become 0 or 1.3333 in torch and in Keras": ("left", ["1.3333", "1.3333"]),
        "module is in training mode and drops without being asked": ("without being asked", [True, False]),
        "has `weight` and `bias` and no setting": ("state_dict", ["weight", "bias"]),
        "`from_config` makes the layer from them": ("made again", 3),
        "A class that it does not know is a TypeError": ("unknown class", "TypeError"),
        "0.8413 in torch and Keras, and 0.8412 in JAX": ("gelu", ["0.8413", "0.8413", "0.8412"]),
    },
    "19": {
        "its `.grad` is None, and the optimizer passes over it": ("missing", [True, "", 0]),
        "`apply_gradients` warns and goes on": ("keras warns", True),
        "its gradient is 0, like": ("missing", [True, "", 0]),
        "puts 0.01 into `model.losses` for one weight of 1": ("own losses", ["0.01", 0]),
        "0 if you do not ask Adam for it": ("own losses", ["0.01", 0]),
        "torch raises RuntimeError if an integer is to have a gradient": ("integers", ["RuntimeError", True, "TypeError"]),
        "A tape answers None": ("integers", ["RuntimeError", True, "TypeError"]),
        "torch, not compiled, runs it 3 times": ("eager", 3),
        "`tf.function` and `jax.jit` run it 2 times": ("traces", [2, 2]),
        "`tf.function` traces 3 times": ("traces of numbers", [3, 1]),
        "`jax.jit` traces 1 time": ("traces of numbers", [3, 1]),
    },
    "20": {
        "`shuffle(20).cache()` keeps the order": ("shuffle and cache", [True, False]),
        "With `cache().shuffle(20)` each has its own": ("shuffle and cache", [True, False]),
        "gives [0, 1], [2, 0], [1, 2]": ("across the end", BATCHES),
        "an epoch ends with its own batch: [0, 1], [2]": ("torch's batches", [[0, 1], [2]]),
        "calls the function in `map` 1 time": ("calls", {"tf": 1, "torch": 10}),
        "calls `__getitem__` 10 times": ("calls", {"tf": 1, "torch": 10}),
        "3 samples in batches of 2 are 2 batches": ("short batch", [2, 2]),
        "It goes with `drop_remainder=True` or `drop_last=True`": ("without the short batch", [1, 1]),
        "float64 in torch's batches, and float32 in `tf.data` and JAX":
            ("floats", ["torch.float64", "float32", "float32"]),
    },
    "21": {
        "Two calls of `torch.randn` give different numbers": ("draws", [False, True]),
        "Two calls with one key give the same numbers": ("draws", [False, True]),
        "torch does it": ("in place", ["", "TypeError", "TypeError"]),
        "TensorFlow and JAX raise TypeError": ("in place", ["", "TypeError", "TypeError"]),
        "is another array, [5, 1]": ("changed", [5, 1]),
        "torch raises IndexError, and Keras on TensorFlow an InvalidArgumentError":
            ("label 3 of 3", ["IndexError", "InvalidArgumentError", "1.0986"]),
        "the loss is an innocent 1.0986": ("label 3 of 3", ["IndexError", "InvalidArgumentError", "1.0986"]),
        "`tf.function` rewrites it": ("if", [2, "TracerBoolConversionError"]),
        "raises TracerBoolConversionError": ("if", [2, "TracerBoolConversionError"]),
        "torch, not compiled, runs it": ("if without jit", 2),
        "gives the same as `jax.vmap(jax.grad(f), (None, 0))`": ("per example", [[4, 16, 36]] * 2),
    },
    "22": {
        "torch: 0.2000 and 1.6000": ("batch norm", [["0.2000", "1.6000"], ["0.0200", "1.0367"]]),
        "Keras: 0.0200 and 1.0367": ("batch norm", [["0.2000", "1.6000"], ["0.0200", "1.0367"]]),
        "`momentum=0.1` is the share of the new": ("momentum", ["0.1", "0.99"]),
        "`momentum=0.99` is the share of the old": ("momentum", ["0.1", "0.99"]),
        "the unbiased 7.00": ("batch variance", ["7.00", "4.67"]),
        "the biased 4.67": ("batch variance", ["7.00", "4.67"]),
        "1e-5 in torch and 1e-3 in Keras, for layer norm too": ("eps", [1e-5, 1e-3, 1e-5, 1e-3]),
        "one sample is a ValueError in torch. Keras takes it": ("one sample", ["ValueError", ""]),
        "Both have their gates in the order i, f, c, o": ("gates", ["0.2911"] * 3),
        "torch has 2 bias vectors": ("bias vectors", 2),
        "begins at 1: [0, 1, 0, 0]": ("forget part", [0, 1, 0, 0]),
        "torch -0.3171: the lr": ("sgd", ["-0.3171", "-0.4710"]),
        "Keras -0.4710: what": ("sgd", ["-0.3171", "-0.4710"]),
        "0.8412 for 1, where torch and Keras give 0.8413": ("gelu", ["0.8413", "0.8413", "0.8412"]),
    },
    "24": {
        "points at 1, 2, 3 if you say so": ("points of torch", [1, 2, 3]),
        "makes the runs `train` and `validation`": ("runs of keras", ["train", "validation"]),
        "one chart `epoch_loss` for both": ("charts of keras", [True, True]),
        "0 and 1 after two of them": ("points of keras", [0, 1]),
        "√-1 is nan in all three, and nothing is raised": ("nothing raised", [True, True, True]),
        "the backward raises RuntimeError": ("found", ["RuntimeError", "InvalidArgumentError", "FloatingPointError"]),
        "`tf.debugging.check_numerics` raises InvalidArgumentError":
            ("found", ["RuntimeError", "InvalidArgumentError", "FloatingPointError"]),
        "the operation itself raises FloatingPointError":
            ("found", ["RuntimeError", "InvalidArgumentError", "FloatingPointError"]),
        "In torch its `.grad` is None": ("missing", [True, 0]),
        "In JAX its gradient is 0": ("missing", [True, 0]),
    },
}  # fmt: skip

# Numbers with a decimal point, or powers of ten, that belong to an example and are given, not found.
SETTINGS = {
    "01": {"2.0"}, "03": {"0.1", "0.5", "1e-4", "1e-8"}, "18": {"0.25", "0.75"}, "19": {"0.1", "0.2", "0.3"},
    "22": {"0.9", "0.1", "0.01"},
}  # fmt: skip

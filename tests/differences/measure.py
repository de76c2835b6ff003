"""Measures what solutions/NN/differences.md says, in a process of its own, and prints it as one line of JSON."""

from __future__ import annotations

import json

import core
import others

MARK = "MEASURED"

if __name__ == "__main__":
    by_number = {
        "01": core.autograd, "02": core.linear, "03": core.adam, "04": core.dataloader, "05": core.checkpoint,
        "06": core.gpu_transfer, "18": others.keras_layer, "19": others.gradient_tape, "20": others.tf_data,
        "21": others.jax_functional, "22": others.same_model_twice, "24": others.logging_and_debugging,
    }  # fmt: skip
    print(MARK + json.dumps({number: measure() for number, measure in by_number.items()}))

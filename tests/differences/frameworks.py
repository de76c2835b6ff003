"""The three frameworks, set up for measuring: on the CPU, which TensorFlow and JAX each see as two devices."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
os.environ |= {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}

import jax
import jax.numpy as jnp
import keras
import numpy as np
import tensorflow as tf
import torch

__all__ = ["jax", "jnp", "keras", "np", "raised", "tf", "torch", "warned"]

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)


def raised(run: Callable[[], Any]) -> str:
    """The name of the exception's class; "" if nothing is raised."""
    try:
        run()
    except Exception as problem:
        return type(problem).__name__
    return ""


def warned(run: Callable[[], Any], word: str) -> bool:
    """Was there a warning with this word?"""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        run()
    return any(word in str(warning.message) for warning in told)

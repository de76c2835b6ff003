"""What each runtime's workers hold: the frameworks a warm parent imports, the packages on its disk, nothing else."""

from __future__ import annotations

import glob
import importlib.metadata
import importlib.util
import os
import re
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.errors import BadExercise, FrameworkMissing
from grader.locale import say
from grader.model import Exercise


@dataclass(frozen=True)
class Runtime:
    """`packages` are imported by the warm parent, and of `preloads` what this version has: what a first step would
    import is then not paid by every child."""

    name: str
    packages: tuple[str, ...]  # distributions that are shown to workers, with what they require
    preloads: tuple[str, ...]
    address_space: int  # bytes
    environment: tuple[tuple[str, str], ...] = ()  # variables of the workers, besides those that all have


CUPTI = "torch.profiler._cupti_monitor"  # an optimizer's first step imports it
CUDA_LIBRARIES = 4 << 30  # bytes of address space that they take where they are installed, used or not

EXTRAS = {"keras": "tensorflow", "jaxlib": "jax"}  # which of gradkata's extras brings a package; others are called so

TORCH = ("torch._dynamo", "torch.optim", "torch.utils.data", "torch.utils.serialization.config", CUPTI)
KERAS_TORCH = (
    "keras.src.backend.torch.optimizers", "keras.src.backend.torch.optimizers.torch_adadelta",
    "keras.src.backend.torch.optimizers.torch_adagrad", "keras.src.backend.torch.optimizers.torch_adam",
    "keras.src.backend.torch.optimizers.torch_adamax", "keras.src.backend.torch.optimizers.torch_adamw",
    "keras.src.backend.torch.optimizers.torch_lion", "keras.src.backend.torch.optimizers.torch_nadam",
    "keras.src.backend.torch.optimizers.torch_rmsprop", "keras.src.backend.torch.optimizers.torch_sgd",
)  # fmt: skip
TENSORFLOW = tuple(
    f"tensorflow.python.data.ops.{name}_op"
    for name in (
        "batch", "cache", "concatenate", "filter", "flat_map", "from_generator", "from_tensor_slices", "from_tensors",
        "interleave", "map", "options", "prefetch", "range", "repeat", "shuffle", "skip", "take", "unbatch", "zip",
    )
)  # fmt: skip
KERAS_JAX = ("jax.experimental.multihost_utils", "concurrent.futures.thread")
JAX = ("jaxlib.mlir.dialects.builtin", "jaxlib.mlir.dialects.mhlo", "jaxlib.mlir.extras.meta")
ARCHIVES = ("encodings.cp437",)  # names in zip files: what Keras saves is one
TENSORBOARD = (
    "torch.utils.tensorboard", "tensorboard.compat.tensorflow_stub", "tensorboard.plugins.scalar.metadata",
    "tensorboard.backend.event_processing.event_accumulator",
    "tensorboard.backend.event_processing.plugin_event_multiplexer",
)  # fmt: skip

TENSORFLOW_SETTINGS = (
    ("TF_CPP_MIN_LOG_LEVEL", "3"),  # its own lines would stand among what the learner prints
    ("TF_ENABLE_ONEDNN_OPTS", "0"),  # the same sums on every processor
    ("TF_NUM_INTRAOP_THREADS", "1"), ("TF_NUM_INTEROP_THREADS", "1"), ("CUDA_VISIBLE_DEVICES", ""),
    ("KERAS_BACKEND", "tensorflow"),
)  # fmt: skip
XLA_FLAGS = (
    "--xla_cpu_multi_thread_eigen=false",
    # An exercise's programs are tiny: compiling them is all that they cost, and with these it takes a quarter of that.
    "--xla_backend_optimization_level=0", "--xla_llvm_disable_expensive_passes=true",
    "--xla_cpu_use_fusion_emitters=false",
)  # fmt: skip
JAX_SETTINGS = (("JAX_PLATFORMS", "cpu"), ("XLA_FLAGS", " ".join(XLA_FLAGS)))

RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        Runtime("numpy", ("numpy",), ("numpy.random", "numpy.linalg"), 2 << 30),
        Runtime("torch", ("torch", "numpy"), TORCH, 2 << 30),
        Runtime("tensorboard", ("torch", "tensorboard", "numpy"), (*TORCH, *TENSORBOARD), 2 << 30),
        Runtime("tensorflow", ("tensorflow", "keras", "numpy"), (*TENSORFLOW, *ARCHIVES), 4 << 30, TENSORFLOW_SETTINGS),
        Runtime("jax", ("jax", "numpy"), JAX, 3 << 30, JAX_SETTINGS),
        Runtime(
            "keras_torch", ("torch", "keras", "numpy"), (*TORCH, *KERAS_TORCH, *ARCHIVES), 3 << 30,
            (("KERAS_BACKEND", "torch"),),
        ),
        Runtime(
            "keras_jax", ("jax", "keras", "numpy"), (*JAX, *KERAS_JAX, *ARCHIVES), 3 << 30,
            (("KERAS_BACKEND", "jax"), *JAX_SETTINGS),
        ),
    )
}  # fmt: skip


def runtime(name: str) -> Runtime:
    """The runtime of that name. Raises FrameworkMissing, naming package and extra, if it is not installed."""
    if name not in RUNTIMES:
        raise BadExercise(f"exercise.toml: there is no runtime `{name}`; there are {', '.join(RUNTIMES)}")
    found = RUNTIMES[name]
    for package in found.packages:
        if importlib.util.find_spec(package) is None:
            raise missing(package)
    return found


def packages_of(exercises: Iterable[Exercise]) -> dict[str, list[str]]:
    """What the exercises' workers and references need: package -> numbers of the exercises."""
    needs: dict[str, list[str]] = {"numpy": [], "torch": []}
    for exercise in exercises:
        for name in (exercise.runtime, *exercise.other_runtimes):
            for package in RUNTIMES[name].packages if name in RUNTIMES else ():
                if exercise.number not in needs.setdefault(package, []):
                    needs[package].append(exercise.number)
    return needs


def missing(package: str, extra: str = "") -> FrameworkMissing:
    """The error for a package that is not installed, with the extra that brings it."""
    extra = extra or extra_of(package)
    return FrameworkMissing(say("extra_missing", package=package, extra=extra), package, extra)


def extra_of(package: str) -> str:
    """Which of gradkata's extras brings a package."""
    return EXTRAS.get(package, package)


def address_space(runtime: Runtime) -> int:
    """Bytes of address space that a worker may have."""
    with_cuda = "torch" in runtime.packages and importlib.util.find_spec("nvidia") is not None
    return runtime.address_space + (CUDA_LIBRARIES if with_cuda else 0)


@cache
def package_folders(*distributions: str) -> dict[str, str]:
    """Import name -> path, for distributions and all that they require (files beside them, such as numpy.libs, too)."""
    folders: dict[str, str] = {}
    waiting, seen = list(distributions), set()
    while waiting:
        name = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in seen:
            continue
        seen.add(key)
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # an optional requirement
        for file in found.files or []:
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not top.endswith((".dist-info", ".pth", ".egg-info")):
                folders[top] = str(Path(str(found.locate_file(top))).resolve())
        for requirement in found.requires or []:
            if "extra ==" not in requirement:
                waiting.append(re.split(r"[\s;<>=!~\[(]", requirement, maxsplit=1)[0])
    return folders


@cache
def interpreter_paths() -> tuple[str, list[str], list[str]]:
    """(the interpreter, what it must be able to read, folders in there that hold other people's packages)."""
    executable = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    standard = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    standard = {os.path.realpath(path) for path in standard if path.startswith(sys.base_prefix)} or standard
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    libraries = [f"/lib/{multiarch}", f"/usr/lib/{multiarch}", "/lib64", "/etc/ld.so.cache"]
    libraries += glob.glob(f"{sys.base_prefix}/lib/lib*.so*")
    machine = ["/proc/cpuinfo", "/sys/devices/system/cpu"]
    masked = [f"{path}/{name}" for path in standard for name in ("site-packages", "dist-packages")]
    read = [*sorted(standard), *libraries, *machine]
    return executable, [path for path in read if os.path.exists(path)], [path for path in masked if os.path.isdir(path)]

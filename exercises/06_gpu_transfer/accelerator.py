"""A torch device that is not the CPU, on a machine without one: "kata".

Tensors on it are ordinary torch.Tensors of torch's spare backend (PrivateUse1) whose storage happens to lie
in host memory, so every operation is done by the CPU kernel on the same bytes. What makes an accelerator
strict is kept:

- an operation refuses operands of two devices, in torch's own words; as on CUDA, a CPU tensor without
  dimensions may mix;
- `.numpy()` refuses, `Module.to` works in place, Parameters keep their identity;
- a copy to the CPU with `non_blocking=True` has not arrived before the next wait (see `late_copies`);
- copies and waits are counted (see `watch`).

Nothing is registered before `device()` is called, and nothing can be unregistered after it: use a process of
its own.
"""

import ctypes
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch.utils import backend_registration

NAME = "kata"
CPU = torch.device("cpu")

_CPU_KERNELS = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)

# DLPack's numbers for where memory is: https://dmlc.github.io/dlpack/latest/c_api.html
_ON_CPU, _ON_EXTENSION = 1, 12

# What has to know a value on the host before it can go on: the host waits for the device.
_WAITING_OPS = {
    "aten::_local_scalar_dense",
    "aten::equal",
    "aten::nonzero",
    "aten::masked_select",
    "aten::_unique2",
    "aten::unique_dim",
    "aten::unique_consecutive",
    "aten::bincount",
    "aten::repeat_interleave",
}


@dataclass
class Seen:
    """What crossed between host and device: copies as (direction, non_blocking), waits as their causes."""

    copies: list[tuple[str, bool]] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)


_watchers: list[Seen] = []
_late: bool = False
_under_way: list[tuple[torch.Tensor, torch.Tensor]] = []
_libraries: list[torch.library.Library] = []  # what they register lasts as long as they do


def device() -> torch.device:
    """The simulated device; registers the backend on the first call."""
    if not _libraries:
        _register()
    return torch.device(NAME)


@contextmanager
def watch() -> Iterator[Seen]:
    """Count what happens in the block."""
    seen = Seen()
    _watchers.append(seen)
    try:
        yield seen
    finally:
        _watchers.remove(seen)


@contextmanager
def late_copies() -> Iterator[None]:
    """In the block, a non-blocking copy to the CPU holds nan, or -1, until the host waits.

    On CUDA it holds anything at all until then.
    """
    global _late
    _late = True
    try:
        yield
    finally:
        _late = False
        synchronize()


def synchronize(device: Any = None) -> None:
    """Wait for the device: copies under way arrive."""
    _wait("synchronize")


def _wait(operation: str) -> None:
    for seen in _watchers:
        seen.waits.append(operation)
    while _under_way:
        target, source = _under_way.pop(0)
        target.copy_(source)


def _count_copy(direction: str, non_blocking: bool) -> None:
    for seen in _watchers:
        seen.copies.append((direction, bool(non_blocking)))


# ---- one memory, two labels --------------------------------------------------------------------------------


class _DLTensor(ctypes.Structure):
    """The head of DLPack's DLTensor: as far as the field that says where the memory is."""

    _fields_ = [("data", ctypes.c_void_p), ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32)]


_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype = ctypes.c_void_p
_capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


def _relabel(tensor: torch.Tensor, device_type: int) -> torch.Tensor:
    """The same memory as a tensor of the other device; it keeps the given tensor alive."""
    capsule = torch._C._to_dlpack(tensor)
    head = _DLTensor.from_address(_capsule_pointer(capsule, b"dltensor"))
    head.device_type, head.device_id = device_type, 0
    return torch._C._from_dlpack(capsule)


def _on_host(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.is_conj():  # a flag, which DLPack does not know
        return _on_host(tensor.conj()).conj()
    return _relabel(tensor, _ON_CPU)


def _on_device(tensor: torch.Tensor) -> torch.Tensor:
    return _relabel(tensor, _ON_EXTENSION)


def _is_here(tensor: torch.Tensor) -> bool:
    return tensor.device.type == NAME


# ---- the backend -------------------------------------------------------------------------------------------


def _fallback(op: torch._ops.OpOverload, *args: Any, **kwargs: Any) -> Any:
    """Any operation on a tensor of ours: refuse a mixture, run the CPU kernel, label the result."""
    if op.is_view or op._schema.name == "aten::set_":  # nothing is computed
        return op.redispatch(_CPU_KERNELS, *args, **kwargs)
    call = _Call(op)
    args, kwargs = call.to_host(args, kwargs)
    call.refuse_two_devices()
    if call.name in _WAITING_OPS:
        _wait(call.name)
    return call.to_device(op(*args, **kwargs))


class _Call:
    """One operation: its arguments on their way to the CPU kernel, its results on their way back."""

    def __init__(self, op: torch._ops.OpOverload) -> None:
        self.op = op
        self.name = op._schema.name
        self.devices: dict[str, None] = {}  # an ordered set
        self.originals: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}  # id of what the kernel sees: (it, ours)
        self.outputs: list[tuple[torch.Tensor, torch.Tensor]] = []  # (what the kernel may resize, ours)

    def to_host(self, args: tuple, kwargs: dict[str, Any]) -> tuple[list, dict[str, Any]]:
        declared = {argument.name: argument for argument in self.op._schema.arguments}
        positional = [self._value(value, argument) for value, argument in zip(args, declared.values(), strict=False)]
        return positional, {name: self._value(value, declared[name]) for name, value in kwargs.items()}

    def _value(self, value: Any, argument: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return self._tensor(value, argument)
        if isinstance(value, (list, tuple)):
            return [self._value(item, argument) for item in value]
        if isinstance(value, torch.device) and value.type == NAME:
            if value.index not in (None, 0):
                raise RuntimeError(f"{NAME} error: invalid device ordinal {value.index}")
            self.devices[f"{NAME}:0"] = None
            return CPU
        if isinstance(value, torch.Generator):
            raise RuntimeError(f"Expected a '{NAME}' device type for generator but found '{value.device.type}'")
        return value

    def _tensor(self, tensor: torch.Tensor, argument: Any) -> torch.Tensor:
        written = argument.alias_info is not None and argument.alias_info.is_write
        if not _is_here(tensor):
            # As on CUDA, one number in a CPU tensor may take part, and CPU indices may select.
            if written or (tensor.dim() > 0 and argument.name != "indices"):
                self.devices[str(tensor.device)] = None
            return tensor
        self.devices[f"{NAME}:0"] = None
        if written and argument.is_out:
            seen = torch.empty(0, dtype=tensor.dtype)
            self.outputs.append((seen, tensor))
        else:
            seen = _on_host(tensor)
        self.originals[id(seen)] = (seen, tensor)
        return seen

    def refuse_two_devices(self) -> None:
        if len(self.devices) > 1:
            first, second, *_ = self.devices
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices, "
                f"{first} and {second}! (when calling {self.name})"
            )

    def to_device(self, result: Any) -> Any:
        for seen, ours in self.outputs:
            if seen.shape == ours.shape:
                _on_host(ours).copy_(seen)
            else:
                _become(ours, _on_device(seen))
        self.outputs.clear()
        if isinstance(result, torch.Tensor):
            known = self.originals.get(id(result))
            return known[1] if known else _on_device(result)
        if isinstance(result, (list, tuple)):
            return type(result)(self.to_device(item) for item in result)
        return result


# What the fallback can't serve as it is: copies, new memory, and what torch asks a backend to override.


def _copy_from(source: torch.Tensor, target: torch.Tensor, non_blocking: bool = False) -> torch.Tensor:
    """Every copy with a tensor of ours at one end or both; dtypes may differ."""
    if not _is_here(source):
        _count_copy("to device", non_blocking)
        _on_host(target).copy_(source)
    elif _is_here(target):
        _count_copy("on device", non_blocking)
        _on_host(target).copy_(_on_host(source))
    elif non_blocking and _late:
        _count_copy("to host", non_blocking)
        _under_way.append((target, _on_host(source).clone()))
        target.fill_(float("nan") if target.is_floating_point() else -1)
    else:
        _count_copy("to host", non_blocking)
        if not non_blocking:
            _wait("copy to host")
        target.copy_(_on_host(source))
    return target


def _to_copy(
    source: torch.Tensor,
    *,
    dtype: torch.dtype | None = None,
    layout: torch.layout | None = None,
    device: torch.device | None = None,
    pin_memory: bool | None = None,
    non_blocking: bool = False,
    memory_format: torch.memory_format | None = None,
) -> torch.Tensor:
    """`source.to(...)`. Torch's own would ask for pinned memory, which nothing here can give."""
    target = torch.empty_like(source, dtype=dtype, device=device, memory_format=memory_format or torch.preserve_format)
    return target.copy_(source, non_blocking)


def _become(tensor: torch.Tensor, content: torch.Tensor) -> torch.Tensor:
    """Let `tensor` be `content`, memory and shape: what resizing comes to."""
    return tensor.set_(content.untyped_storage(), content.storage_offset(), content.shape, content.stride())


def _resize_(
    tensor: torch.Tensor, size: list[int], *, memory_format: torch.memory_format | None = None
) -> torch.Tensor:
    grown = torch.empty(size, dtype=tensor.dtype)
    kept = min(grown.numel(), tensor.numel())
    grown.view(-1)[:kept] = _on_host(tensor).reshape(-1)[:kept]
    return _become(tensor, _on_device(grown))


def _clone_storage(storage: torch.UntypedStorage) -> torch.UntypedStorage:
    """What copy.deepcopy of a tensor asks for; torch's own would need an allocator of ours."""
    if storage.device.type != NAME:
        return type(storage)(storage.nbytes(), device=storage.device).copy_(storage)
    content = torch.empty(0, dtype=torch.uint8, device=NAME)
    return content.set_(storage).clone().untyped_storage()


def _convolution_backward(grad: torch.Tensor, x: torch.Tensor, weight: torch.Tensor, *options: Any) -> Any:
    *geometry, output_mask = options
    bias_sizes = [weight.shape[1] * geometry[5] if geometry[3] else weight.shape[0]]
    return _fallback(torch.ops.aten.convolution_backward.default, grad, x, weight, bias_sizes, *geometry, output_mask)


class _Module(types.ModuleType):
    """torch.kata: what torch calls on an accelerator's module."""

    synchronize = staticmethod(synchronize)

    def is_available(self) -> bool:
        return True

    def is_initialized(self) -> bool:
        return True

    def device_count(self) -> int:
        return 1

    def current_device(self) -> int:
        return 0

    def set_device(self, device: Any) -> None: ...

    def manual_seed(self, seed: int) -> None: ...

    def manual_seed_all(self, seed: int) -> None: ...

    def get_rng_state(self, device: Any = None) -> torch.Tensor:
        return torch.empty(0, dtype=torch.uint8)  # random numbers are drawn from the CPU's generator

    def set_rng_state(self, state: torch.Tensor, device: Any = None) -> None: ...

    def _is_in_bad_fork(self) -> bool:
        return False

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.float16, torch.bfloat16]


def _register() -> None:
    aten = torch.ops.aten
    backend_registration._setup_privateuseone_for_python_backend(NAME, backend_module=_Module(f"torch.{NAME}"))
    everything, library = torch.library.Library("_", "IMPL"), torch.library.Library("aten", "IMPL")
    _libraries.extend((everything, library))
    everything.fallback(_fallback, "PrivateUse1")
    everything.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")  # autocast leaves dtypes alone
    for name, function in {
        "_copy_from": _copy_from,
        "_to_copy": _to_copy,
        "resize_": _resize_,
        "convolution_overrideable": partial(_fallback, aten.convolution.default),
        "convolution_backward_overrideable": _convolution_backward,
    }.items():
        library.impl(name, function, "PrivateUse1")
    library.impl("_copy_from", torch.library.fallthrough_kernel, "Conjugate")  # else it would copy to resolve a copy
    library.impl("_pin_memory", lambda tensor, device=None: tensor.clone(), "CPU")
    torch.__future__.set_swap_module_params_on_conversion(True)  # so that Module.to keeps its Parameters
    torch.UntypedStorage.clone = _clone_storage
    torch._C._accelerator_synchronizeDevice = synchronize

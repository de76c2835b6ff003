"""Devices that this machine may not have: files that come from one, tensors that seem to lie on one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils._pytree import tree_map


@contextmanager
def tensors_tagged(location: str) -> Iterator[None]:
    """Files written in here say that their tensors lay on that device."""
    location_tag = torch.serialization.location_tag
    torch.serialization.location_tag = lambda storage: location
    try:
        yield
    finally:
        torch.serialization.location_tag = location_tag


class ElsewhereTensor(torch.Tensor):
    """A tensor that says it is on a GPU; `.cpu()` or `.to("cpu")` brings a plain one."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> "ElsewhereTensor":
        shape, strides = held.shape, held.stride()
        tensor = torch.Tensor._make_wrapper_subclass(cls, shape, strides=strides, dtype=held.dtype, device="cuda")
        tensor.held = held
        return tensor

    def __repr__(self) -> str:
        return f"ElsewhereTensor({tuple(self.held.shape)})"

    def tolist(self) -> list[Any]:
        return self.held.tolist()

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        def bring(value: Any) -> Any:
            return value.held if isinstance(value, ElsewhereTensor) else value

        kwargs = kwargs or {}
        result = function(*tree_map(bring, args), **{**tree_map(bring, kwargs), **_on_the_cpu(kwargs)})
        if function is torch.ops.aten.copy_.default or torch.device(kwargs.get("device") or "cuda").type == "cpu":
            return result
        return tree_map(lambda value: cls(value) if isinstance(value, torch.Tensor) else value, result)


def _on_the_cpu(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {"device": torch.device("cpu")} if kwargs.get("device") is not None else {}


@contextmanager
def bytes_go_elsewhere(moved: set[int]) -> Iterator[None]:
    """Tensors of bytes whose storage (by address) a map_location has moved are loaded as if to a GPU."""
    rebuild, allowed = torch._utils._rebuild_tensor_v2, torch._weights_only_unpickler._get_allowed_globals

    def rebuild_elsewhere(storage: Any, *rest: Any) -> torch.Tensor:
        tensor = rebuild(storage, *rest)
        went = tensor.dtype == torch.uint8 and tensor.untyped_storage().data_ptr() in moved
        return ElsewhereTensor(tensor) if went else tensor

    rebuild_elsewhere.__module__, rebuild_elsewhere.__name__ = rebuild.__module__, rebuild.__name__
    torch._utils._rebuild_tensor_v2 = rebuild_elsewhere
    allowed.cache_clear()
    try:
        yield
    finally:
        torch._utils._rebuild_tensor_v2 = rebuild
        allowed.cache_clear()

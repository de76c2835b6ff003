"""What exercise 21 says about jax and about its example, looked up in jax itself (0.10)."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="jax is an extra: pip install gradkata[jax]")
jnp = jax.numpy
EXERCISE = Path(__file__).parent.parent / "exercises" / "21_jax_functional"


@pytest.fixture(scope="module")
def references() -> Any:
    """The exercise's references.py."""
    spec = importlib.util.spec_from_file_location("references_of_21", EXERCISE / "references.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_slopes_at_the_corner() -> None:
    """relu'(0) is 0, abs'(0) is 1 and a tie in maximum gives a half to each."""
    assert [float(jax.grad(f)(0.0)) for f in (jax.nn.relu, jnp.abs, lambda x: jnp.maximum(x, 0.0))] == [0.0, 1.0, 0.5]


def test_gelu_is_the_tanh_form_by_default() -> None:
    """jax.nn.gelu(1) is the approximation with tanh, which differs from the exact one in the fourth digit."""
    default, tanh, exact = (
        float(jax.nn.gelu(1.0, **how)) for how in ({}, {"approximate": True}, {"approximate": False})
    )
    assert default == tanh == pytest.approx(0.841192, abs=1e-6)
    assert exact == pytest.approx(0.841345, abs=1e-6)


def test_an_index_out_of_range_raises_nothing() -> None:
    """Reading beyond the end gives the last entry, a negative label counts from the end, writing beyond is dropped."""
    five = jnp.arange(5.0)
    assert float(five[10]) == float(jax.jit(lambda a, i: a[i])(five, 10)) == float(five[-1]) == 4.0
    assert float(five[-9]) == 0.0
    assert np.array_equal(five.at[10].set(1.0), five)
    assert not jax.nn.one_hot(10, 5).any() and not jax.nn.one_hot(-1, 5).any()


def test_one_key_gives_one_sequence_whatever_the_shape() -> None:
    """A key drawn with twice gives the same numbers in front, also for another shape; both kinds of key give the same."""
    key = jax.random.key(3)
    small, large = (np.ravel(jax.random.normal(key, shape)) for shape in ((2, 3), (3, 3)))
    assert np.array_equal(small, large[:6])
    assert np.array_equal(small, np.ravel(jax.random.normal(jax.random.PRNGKey(3), (2, 3))))


def test_a_step_of_integers_is_refused() -> None:
    """jax.grad wants floats, in the words that the explanation quotes."""
    with pytest.raises(TypeError, match="grad requires real- or complex-valued inputs"):
        jax.grad(lambda x: x * x)(jnp.zeros((), int))


def test_donated_params_are_deleted() -> None:
    """On the CPU too an argument in donate_argnums is gone after the call."""
    given = jnp.ones(3)
    jax.jit(lambda p: p - 1, donate_argnums=0)(given)
    with pytest.raises(RuntimeError, match="Array has been deleted"):
        np.asarray(given)


def test_numbers_in_the_explanations() -> None:
    """exp(-104) is 0 in float32; logits within ±1 give a class of two 88.08 % at most; 784 inputs, ±28."""
    assert float(jnp.exp(jnp.float32(-104))) == 0.0
    assert float(jax.nn.softmax(jnp.array([1.0, -1.0]))[0]) == pytest.approx(0.8808, abs=1e-4)
    assert 784**0.5 == 28


def test_the_example_of_the_readme(references: Any) -> None:
    """The four losses of the table, and that of three classes with label 3."""
    arrays = {"W1": np.array([[1, 0, -1], [0, 2, 0]], np.float32), "b1": np.array([0, 0, 0.5], np.float32)}
    x = np.eye(2, dtype=np.float32)
    found = [references.loss(arrays, *rows) for rows in ((x[:1], [0]), (x[1:], [1]), (x, [0, 1]), (x[1:], [3]))]
    shown = [0.4644, 0.3064, 0.3854, np.nan]
    assert np.allclose(found, shown, atol=5e-5, equal_nan=True)
    for readme in ("README.md", "README.es.md"):
        assert all(str(number) in (EXERCISE / readme).read_text("utf-8") for number in shown)


@pytest.mark.parametrize("sizes", [[4, 3], [2, 3, 2], [3, 6, 1, 8, 4]])
def test_gradients_of_the_reference_are_those_of_jax(references: Any, sizes: list[int]) -> None:
    """In float64, for one to four layers: the chain rule in references.py equals jax.grad to ten digits, and the differences
    through a step equal jax.grad through it to six."""
    rng = np.random.default_rng(0)
    arrays = {}
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes), start=1):
        arrays |= {f"W{layer}": rng.normal(size=(fan_in, fan_out)), f"b{layer}": rng.normal(size=fan_out)}
    x, y = rng.normal(size=(5, sizes[0])), rng.integers(0, sizes[-1], size=5)

    def loss(params: dict[str, Any], x: Any) -> Any:
        hidden = x
        for layer in range(1, len(sizes)):
            hidden = hidden @ params[f"W{layer}"] + params[f"b{layer}"]
            hidden = jnp.tanh(hidden) if layer < len(sizes) - 1 else hidden
        return -jax.nn.log_softmax(hidden)[jnp.arange(5), y].mean()

    def after_a_step(lr: Any, x: Any, params: dict[str, Any]) -> Any:
        grads = jax.grad(loss)(params, x)
        return loss({name: leaf - lr * grads[name] for name, leaf in params.items()}, x)

    with jax.enable_x64(True):
        params, given = {name: jnp.asarray(array) for name, array in arrays.items()}, jnp.asarray(x)
        expected = jax.jit(jax.grad(loss))(params, given)
        of_lr, of_x = jax.jit(jax.grad(after_a_step, argnums=(0, 1)))(0.25, given, params)
    found, through = references.grads_in_float64(arrays, x, y), references.grads_through_a_step(arrays, x, y, 0.25)
    assert np.allclose(through["lr"], of_lr, rtol=1e-6, atol=1e-8)
    assert np.allclose(through["x"], of_x, rtol=1e-6, atol=1e-8)
    assert found.keys() == expected.keys()
    assert all(np.allclose(found[name], expected[name], rtol=1e-10, atol=1e-13) for name in found)


@pytest.mark.parametrize("seed", [0, 7, (1 << 30) - 1])
def test_a_key_made_of_two_numbers_is_the_key_of_the_seed(seed: int) -> None:
    """The numbers 0 and seed, wrapped, are jax.random.key(seed), whose numbers are also those of the legacy key."""
    made = jax.random.wrap_key_data(np.array([0, seed], np.uint32), impl="threefry2x32")
    key = jax.random.key(seed)
    assert made.dtype == key.dtype
    assert np.array_equal(jax.random.key_data(made), jax.random.key_data(key))
    assert np.array_equal(jax.random.key_data(made), jax.random.PRNGKey(seed))

"""What only the hidden checks run. It knows no expected value and tells what it saw."""

from __future__ import annotations

import random

import jax
import jax.numpy as jnp
import numpy as np
from compiled import compiled
from trees import form, key_of, network, outline, parts, plain, read, stacked
from watching import forget_older_objects, fresh, tracers_left

KEYS = {"key": key_of, "PRNGKey": jax.random.PRNGKey}


def init_again(module, kind, seeds, sizes):
    """The leaves made of the first seed's key, twice, and those of the other seeds' keys; the last of them has the
    numbers (1, first seed), where the first one's are (0, first seed)."""
    key, *others = [KEYS[kind](seed) for seed in seeds]
    twin = np.array([1, seeds[0]], np.uint32)
    others.append(jax.device_put(twin) if kind == "PRNGKey" else jax.random.wrap_key_data(twin, impl="threefry2x32"))
    given = list(sizes)
    before = np.random.get_state()[1].copy(), random.getstate()
    seen = {"once": leaves_of(module.init(key, given))}
    drawn_elsewhere = not np.array_equal(np.random.get_state()[1], before[0]) or random.getstate() != before[1]
    seen["again, sizes in a tuple"] = leaves_of(module.init(key, tuple(sizes)))
    seen["others"] = [leaves_of(module.init(key, tuple(sizes))) for key in others]
    return seen, {"sizes": given, "drawn elsewhere": drawn_elsewhere}


def init_of_many(module, seeds, sizes):
    """The leaves made of each seed's key: in a jit and a vmap over the keys, and in a loop."""
    keys = jax.random.wrap_key_data(np.array([[0, seed] for seed in seeds], np.uint32), impl="threefry2x32")
    at_once = jax.jit(jax.vmap(lambda key: module.init(key, tuple(sizes))))(keys)
    return leaves_of(at_once), [leaves_of(module.init(key_of(seed), tuple(sizes))) for seed in seeds]


def leaves_of(tree):
    return [plain(leaf) for leaf in jax.tree_util.tree_leaves(tree)]


def weights_and_biases(module, seed, sizes):
    """The weights and the biases that `init` makes, in the order of the leaves, whatever their sizes are."""
    return parts(module.init(key_of(seed), sizes))


def key_reuse(module, sizes):
    """The class of the error that jax.debug_key_reuse makes of `init` when it is traced, or None."""
    with jax.debug_key_reuse(True):
        try:
            jax.eval_shape(lambda key: module.init(key, tuple(sizes)), key_of(7))
        except jax.errors.KeyReuseError:
            return "KeyReuseError"
        except jax.errors.JAXTypeError:  # it asks for the key's numbers, which another check is about
            return None
    return None


def loss_and_grad(module, sizes, arrays, x, y):
    """A batch's loss and jax.grad of it."""
    loss, grad = compiled(module, "loss and grad")(network(module, sizes, arrays), x, y)
    return {"loss": plain(loss), "grad": read(grad, sizes)}


def losses_with_and_without_jit(module, sizes, arrays, batches):
    """`loss` of each batch, called as it is and inside a jit; whether the labels are as before."""
    params, inside = network(module, sizes, arrays), compiled(module, "loss")
    labels = {name: y.copy() for name, (_, y) in batches.items()}
    losses = {name: [plain(module.loss(params, x, y)), plain(inside(params, x, y))] for name, (x, y) in batches.items()}
    return losses, all(np.array_equal(y, labels[name]) for name, (_, y) in batches.items())


def state_of(params, sizes):
    """The leaves of params by name; "deleted" if an array of it was given away."""
    try:
        return read(params, sizes)
    except RuntimeError:
        return "deleted"


def around_calls(module, nets, lr):
    """What the arguments hold after each call, and the results of equal calls with others in between.

    `nets`: (sizes, arrays, x, y) for each function, by name. Each is used after another network was made.
    """
    module = fresh(module)

    def made(sizes, arrays):
        params = network(module, sizes, arrays)
        outline(module, [3, 1])
        return params

    calls = {
        "apply": lambda x, y: plain(module.apply(params, x)),
        "loss": lambda x, y: plain(module.loss(params, x, y)),
        "update": lambda x, y: read(module.update(params, x, y, lr), sizes),
        "per_example_grads": lambda x, y: read(module.per_example_grads(params, x, y), sizes, rows=len(x)),
    }
    results, arguments = {}, {}
    for name, call in calls.items():
        sizes, arrays, x, y = nets[name]
        params = made(sizes, arrays)
        before = form(params)
        own_x, own_y = x.copy(), y.copy()
        device_x, device_y = jax.device_put(x), jax.device_put(y)
        results[name] = [call(own_x, own_y)]
        if name == "update":
            module.update(network(module, sizes, arrays), x[::-1] + 1, y, 3 * lr)
        arguments[name] = {"params": state_of(params, sizes), "form kept": form(params) == before}
        params = made(sizes, arrays)
        results[name].append(call(device_x, device_y))
        arguments[name] |= {"x": own_x.copy(), "y": own_y.copy()}
        arguments[name]["given away"] = device_x.is_deleted() or device_y.is_deleted()
    return results, arguments


def several_updates(module, sizes, arrays, batches, lrs):
    """The params after each `update`, by name, and the number of forms that they had."""
    params = network(module, sizes, arrays)
    forms, seen = {form(params)}, []
    for (x, y), lr in zip(batches, lrs, strict=True):
        params = module.update(params, x, y, lr)
        forms.add(form(params))
        seen.append(read(params, sizes))
    return seen, len(forms)


def update_with_lrs(module, sizes, arrays, x, y, lrs):
    """One step from the same params with each kind of lr."""
    params = network(module, sizes, arrays)
    kinds = {"int": int, "numpy float64": np.float64, "JAX scalar": jnp.float32}
    return {kind: read(module.update(params, x, y, kinds[kind](lr)), sizes) for kind, lr in lrs.items()}


def forms_of(module, sizes, arrays, x, y):
    """The form of params, of their gradients and of what comes of them; nothing is computed for it."""
    params = network(module, sizes, arrays)
    step = jax.eval_shape(lambda p: module.update(p, x, y, 0.5), params)
    made = {
        "update": step,
        "update, twice": jax.eval_shape(lambda p: module.update(p, x, y, 0.5), step),
        "jax.grad(loss)": jax.eval_shape(lambda p: jax.grad(module.loss)(p, x, y), params),
        "per_example_grads": jax.eval_shape(lambda p: module.per_example_grads(p, x, y), params),
    }
    return {"params": form(params)} | {name: form(tree) for name, tree in made.items()}


def example_grads_of(module, nets):
    """`per_example_grads` of several networks, each (sizes, arrays, x, y), inside a jit."""
    seen, inside = {}, compiled(module, "per_example_grads")
    for name, (sizes, arrays, x, y) in nets.items():
        seen[name] = read(inside(network(module, sizes, arrays), x, y), sizes, rows=len(x))
    return seen


def length(jaxpr):
    """The number of operations in a traced program, with those of the programs in it."""
    total = 0
    for equation in jaxpr.eqns:
        total += 1
        for value in equation.params.values():
            for inner in value if isinstance(value, (tuple, list)) else [value]:
                inner = getattr(inner, "jaxpr", inner)
                total += length(inner) if hasattr(inner, "eqns") else 0
    return total


def traced_lengths(module, sizes, arrays, batches):
    """How long the program is that `per_example_grads` is traced to, for each batch (x, y)."""
    params = network(module, sizes, arrays)
    return [
        length(jax.make_jaxpr(lambda p, x, y: module.per_example_grads(p, x, y))(params, x, y).jaxpr)
        for x, y in batches
    ]


def inside_others(module, sizes, arrays, others, xs, ys, lrs):
    """The functions inside vmap, scan, grad and jit of the caller. `others`: the params of a second network."""
    params = network(module, sizes, arrays)
    both = stacked(params, network(module, sizes, others))

    def step(params, batch):
        x, y, lr = batch
        return module.update(params, x, y, lr), module.loss(params, x, y)

    last, losses = jax.lax.scan(step, params, (xs, ys, np.asarray(lrs, np.float32)))
    def after_a_step(lr, x):
        return -3 * module.loss(module.update(params, x, ys[0], lr), x, ys[0])

    of_lr, of_x = jax.jit(jax.grad(after_a_step, argnums=(0, 1)))(lrs[0], xs[0])
    return {
        "grad of -3 times the loss after a step": {"lr": plain(of_lr), "x": plain(of_x)},
        "scan": {"losses": plain(losses), "params": read(last, sizes)},
        "vmap of apply over two networks": plain(jax.jit(jax.vmap(lambda p: module.apply(p, xs[0])))(both)),
    }


def tracers_kept(module, sizes, arrays, x, y):
    """For each function: is a tracer alive after it was traced? Nothing is computed for it."""
    module = fresh(module)
    params = network(module, sizes, arrays)
    calls = {
        "init": lambda: jax.eval_shape(lambda key: module.init(key, tuple(sizes)), key_of(0)),
        "apply": lambda: jax.eval_shape(lambda *a: module.apply(*a), params, x),
        "loss": lambda: jax.eval_shape(jax.grad(lambda *a: module.loss(*a)), params, x, y),
        "update": lambda: jax.eval_shape(lambda *a: module.update(*a), params, x, y, 0.5),
        "per_example_grads": lambda: jax.eval_shape(lambda *a: module.per_example_grads(*a), params, x, y),
    }
    forget_older_objects()
    kept, alive = {}, []
    for name, call in calls.items():
        call()
        now = tracers_left()
        kept[name] = any(all(one is not other for other in alive) for one in now)
        alive = now
    return kept


def own_params(module, sizes, x, y):
    """dtype and shape of the gradients and the step of params that `init` made, by name; nothing is computed for it."""

    def traced(key):
        params = module.init(key, sizes)
        return {"jax.grad(loss)": jax.grad(module.loss)(params, x, y), "update": module.update(params, x, y, 0.5)}

    return {
        name: {leaf: f"{value.dtype} {value.shape}" for leaf, value in read(tree, sizes).items()}
        for name, tree in jax.eval_shape(traced, key_of(3)).items()
    }


def inputs_of_every_dtype(module, sizes, arrays, x, y, dtypes, label_dtypes):
    """Logits and loss for x as each dtype, the loss for y as each dtype, and the dtype of an array that others make."""
    params = network(module, sizes, arrays)
    seen = {f"y: {dtype}": plain(module.loss(params, x, y.astype(dtype))) for dtype in label_dtypes}
    seen["jnp.zeros(1).dtype"] = jnp.zeros(1).dtype.name
    for dtype in dtypes:
        cast = x.astype(dtype)
        seen[f"x: {dtype}"] = {"apply": plain(module.apply(params, cast)), "loss": plain(module.loss(params, cast, y))}
    return seen


def gradients_of_integers(module, sizes, arrays, x, y):
    """The step and the gradients of each row for x of an integer dtype."""
    params = network(module, sizes, arrays)
    grads = compiled(module, "per_example_grads")(params, x, y)
    return {
        "update": read(module.update(params, x, y, 0.5), sizes),
        "per_example_grads": read(grads, sizes, rows=len(x)),
    }

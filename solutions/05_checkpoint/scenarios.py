"""What only the hidden checks run beside the learner's code. They know no expected value."""

import io
import math
import os
import resource
import zipfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from interruptions import Break, every_folder_is_a_disk, watch
from locations import bytes_go_elsewhere, tensors_tagged
from torch import nn
from training import begin, state_of, train
from workbench import content, filled, fresh_folder, names_in, own_random_state, problem_of, sgd


class Stop(BaseException):
    """An exception that is no Exception, as KeyboardInterrupt and asyncio's CancelledError are."""


EXCEPTIONS = {kind.__name__: kind for kind in (RuntimeError, KeyboardInterrupt, Stop)}


# 05.1 Everything is in the file


class Odd(nn.Module):
    """Parameters and buffers of every kind, in two levels, one of them under two names."""

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.inner = nn.Module()
        for name, tensor in tensors.items():
            owner = self.inner if name.startswith("inner_") else self
            if name.endswith("buffer"):
                owner.register_buffer(name, tensor)
            else:
                owner.register_parameter(name, nn.Parameter(tensor, requires_grad="frozen" not in name))
        self.register_parameter("wide_again", self.get_parameter("wide"))


def odd_tensors(module: Any, tensors: dict[str, Any], dtypes: dict[str, str]) -> dict[str, Any]:
    """A model of many dtypes and shapes, by key: the one saved, and the one loaded.

    Without `module`, the model as it was made.
    """
    given = {name: torch.from_numpy(value.copy()).to(getattr(torch, dtypes[name])) for name, value in tensors.items()}
    given["wide"] = given["wide"].T.contiguous().T
    saved, loaded = Odd(given), Odd({name: tensor.clone() for name, tensor in given.items()})
    for parameter in saved.parameters():
        parameter.grad = torch.ones_like(parameter)
    recording = {}
    for place, mode in {"in torch.no_grad()": torch.no_grad(), "outside": nullcontext()}.items():
        with mode:
            if module is not None:
                path = os.path.join(fresh_folder("odd"), "a.pt")
                loaded = Odd({name: torch.zeros_like(tensor) for name, tensor in given.items()})
                module.save_checkpoint(path, model=saved, optimizer=sgd(saved), epoch=1)
                module.load_checkpoint(path, model=loaded)
            recording[place] = torch.is_grad_enabled()

    def described(model: nn.Module) -> dict[str, Any]:
        parameters = dict(model.named_parameters(remove_duplicate=False))
        return {
            key: {
                "dtype": str(tensor.dtype),
                "trained": key in parameters and parameters[key].requires_grad,
                "has a gradient": key in parameters and parameters[key].grad is not None,
                "values": tensor.float() if tensor.dtype == torch.bfloat16 else tensor,
            }
            for key, tensor in model.state_dict().items()
        }

    return {"saved": described(saved), "loaded": described(loaded), "torch records gradients": recording}


class AnyPath:
    """An os.PathLike that is no pathlib.Path."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return self.path


def paths(module: Any, names: list[str]) -> dict[str, Any]:
    """A checkpoint for each name and kind of path in one folder, loaded in the end, and what lies there."""
    folder, before = fresh_folder("paths"), os.getcwd()
    forms: dict[str, Any] = {f"str {name}": name for name in names}
    forms["absolute"] = os.path.join(folder, "absolute.pt")
    forms["pathlib"], forms["os.PathLike"] = Path("pathlib.pt"), AnyPath(os.path.join("below", "like.pt"))
    os.mkdir(os.path.join(folder, "below"))
    problems, found = {}, {}
    os.chdir(folder)
    try:
        for number, (form, path) in enumerate(forms.items()):
            problems[form] = problem_of(lambda path=path, number=number: save_twice(module, path, number))["class"]
        for form, path in forms.items():
            if problems[form] == "nothing":
                model = filled(nn.Linear(1, 1), -1)
                found[form] = {"epoch": module.load_checkpoint(path, model=model)["epoch"], "bias": model.bias.item()}
        return {"saves that raise": problems, "loaded": found, "files": names_in(folder)}
    finally:
        os.chdir(before)


def save_twice(module: Any, path: Any, number: int) -> None:
    for epoch in (100, number):
        model = filled(nn.Linear(1, 1), epoch)
        with every_folder_is_a_disk(os.path.dirname(os.path.abspath(path))):
            module.save_checkpoint(path, model=model, optimizer=sgd(model), epoch=epoch)


# 05.2 A run goes on


def run_and_save(module: Any, x: Any, y: Any, seed: int, saved_after: int, epochs: int) -> dict[str, Any]:
    """A run that saves on its way and goes on; without `module`, one that does not save."""

    def save(epoch: int) -> None:
        if module is not None and epoch == saved_after:
            module.save_checkpoint("run.pt", epoch=epoch, **run.parts())

    with own_random_state():
        run = begin(x, y, seed)
        train(run, range(1, saved_after + 1), save)
        return {**train(run, range(saved_after + 1, epochs + 1)), "at the end": state_of(run)}


def resume(module: Any, x: Any, y: Any, seed: int, saved_after: int, epochs: int) -> dict[str, Any]:
    """The run goes on from the file, in objects that were begun with another seed."""
    with own_random_state():
        run = begin(x, y, seed)
        torch.randn(7)
        module.load_checkpoint("run.pt", **run.parts())
        return {**train(run, range(saved_after + 1, epochs + 1)), "at the end": state_of(run)}


def two_groups(
    module: Any,
    x: Any,
    y: Any,
    settings: list[dict[str, float]],
    first: int,
    last: int,
    resumed: bool,
    saved: bool,
) -> dict[str, Any]:
    """SGD with two groups under a cosine: steps `first` to `last`, from a file and into it as asked."""
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    with own_random_state():
        torch.manual_seed(first)  # every process begins with weights of its own
        body, head = nn.Linear(x.shape[1], 5).double(), nn.Linear(5, y.shape[1]).double()
    model = nn.Sequential(body, nn.Tanh(), head)
    groups = [{"params": layer.parameters(), **setting} for layer, setting in zip((body, head), settings, strict=True)]
    optimizer = torch.optim.SGD(groups, lr=0.1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: math.cos(step / 9))
    parts = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    if resumed:
        module.load_checkpoint("groups.pt", **parts)
    rates = []
    for _ in range(first, last + 1):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
        scheduler.step()
    if saved:
        module.save_checkpoint("groups.pt", epoch=last, **parts)
    moments = optimizer.state_dict()["state"]
    return {
        "learning rates": rates,
        "model": dict(model.state_dict()),
        "momentum": {index: state["momentum_buffer"] for index, state in moments.items()},
    }


def draw(module: Any, given: bool, seed: int, save: bool = False, load: bool = False) -> dict[str, Any]:
    """The next numbers of torch's generator, or of a given one, after a save or a load."""
    with own_random_state():
        model = filled(nn.Linear(2, 1), 0.5)
        generator = torch.Generator() if given else None
        parts = {"model": model, "optimizer": sgd(model), **({"generator": generator} if given else {})}
        (generator or torch.default_generator).manual_seed(seed)
        # randn draws two numbers and keeps one in reserve: that belongs to the state too.
        torch.randn(1, generator=generator, dtype=torch.float64)
        if save:
            module.save_checkpoint("draw.pt", epoch=1, **parts)
        if load:
            module.load_checkpoint("draw.pt", **parts)
        return {
            "normal": torch.randn(2, generator=generator, dtype=torch.float64),
            "uniform": torch.rand(3, generator=generator),
            "permutation": torch.randperm(9, generator=generator),
        }


# 05.3 Wholly or not at all


def save_numbered(module: Any, path: str, number: int) -> None:
    """A checkpoint of some 40 KB whose numbers are all `number`."""
    model = filled(nn.Sequential(*(nn.Linear(40, 40) for _ in range(3))), number)
    module.save_checkpoint(path, model=model, optimizer=sgd(model), epoch=number, extra={"number": number})


def load_numbered(module: Any, path: str) -> tuple[int, float]:
    model = filled(nn.Sequential(*(nn.Linear(40, 40) for _ in range(3))), -1)
    return module.load_checkpoint(path, model=model)["epoch"], model[2].bias[0].item()


def place_of(moment: str, old: bool, module: Any) -> dict[str, Any]:
    """Which of the calls that this style of saving makes, as arguments of Break."""
    if moment == "torch.save begins":
        return {"at": 0, "early": True}
    folder = fresh_folder("counting")
    if old:
        save_numbered(module, os.path.join(folder, "a.pt"), 1)
    with Break(folder, module.__file__) as interruption:
        save_numbered(module, os.path.join(folder, "a.pt"), 2)
    last = interruption.seen - 1
    return {"at": {"the first bytes": 0, "half way": interruption.seen // 2, "the last call": last}[moment]}


def broken_off(module: Any, moment: str, old: bool) -> dict[str, dict[str, Any]]:
    """Saves broken off by each exception, over an old file or none; {} where none could be broken off."""
    place, seen = place_of(moment, old, module), {}
    for problem in EXCEPTIONS:
        folder = fresh_folder("broken off")
        path = os.path.join(folder, "a.pt")
        for name in ("notes.txt", "other.tmp"):
            Path(folder, name).write_text("not a checkpoint")
        if old:
            save_numbered(module, path, 1)

        def come_out(problem: str = problem) -> None:
            raise EXCEPTIONS[problem]("broken off")

        before, names = content(path), names_in(folder)
        with (
            every_folder_is_a_disk(folder),
            Break(folder, module.__file__, act=come_out, **place) as interruption,
        ):
            reached = problem_of(lambda path=path: save_numbered(module, path, 2))
        if interruption.done:
            after = {"after": content(path), "names after": names_in(folder)}
            seen[problem] = {"reached": reached["class"], "before": before, "names before": names, **after}
    return seen


def full_disk(module: Any) -> dict[str, Any]:
    """A save when not one more byte can be written: a real failure, with nothing of ours between."""
    folder = fresh_folder("full disk")
    path = os.path.join(folder, "a.pt")
    save_numbered(module, path, 1)
    before, names = content(path), names_in(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        reached = problem_of(lambda: save_numbered(module, path, 2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    after = {"after": content(path), "names after": names_in(folder)}
    return {"reached": reached["class"], "before": before, "names before": names, **after}


def old_file(module: Any, folder: str, old: bool) -> bytes | None:
    """A folder with an old checkpoint in it, or with none."""
    os.mkdir(folder)
    path = os.path.join(folder, "a.pt")
    if old:
        save_numbered(module, path, 1)
    return content(path)


def killed_while_saving(module: Any, folder: str, moment: str) -> str:
    """The process ends in the middle of a save, as by `kill -9`."""
    path = os.path.join(folder, "a.pt")
    place = place_of(moment, os.path.exists(path), module)
    with every_folder_is_a_disk(folder), Break(folder, module.__file__, act=lambda: os._exit(9), **place):
        save_numbered(module, path, 2)
    return "lived"


def after_the_kill(module: Any, folder: str) -> dict[str, Any]:
    """What is there, and whether the next save and load work."""
    path = os.path.join(folder, "a.pt")
    there = content(path)
    save_numbered(module, path, 3)
    return {"content": there, "saved again": load_numbered(module, path)}


def replaced(module: Any, other_disk: bool) -> dict[str, Any]:
    """A save over an old file: what lay at the path, as (inode, size), and what the old file holds then."""
    folder = fresh_folder("watched")
    path = os.path.join(folder, "a.pt")
    save_numbered(module, path, 1)
    states: list[tuple[int, int]] = []
    with open(path, "rb") as old:
        before = old.read()
        with every_folder_is_a_disk(folder) if other_disk else nullcontext(), watch(path, states):
            save_numbered(module, path, 2)
        old.seek(0)
        return {
            "states": states[:99],
            "before": before,
            "old file": old.read(),
            "loaded": load_numbered(module, path),
        }


# 05.4 Booby-trapped files


def trap(module_name: str, function: str, *texts: str) -> bytes:
    """Pickle's instructions to call a function with these strings and to forget its result."""
    arguments = b"".join(b"X" + len(text.encode()).to_bytes(4, "little") + text.encode() for text in texts)
    return b"c" + f"{module_name}\n{function}\n".encode() + b"(" + arguments + b"tR0"


def with_trap(checkpoint: bytes, instructions: bytes) -> bytes:
    """The learner's own checkpoint, instructions first; a bare pickle if it is none of torch's files."""
    bare = b"\x80\x02" + instructions + b"}."
    if not zipfile.is_zipfile(io.BytesIO(checkpoint)):
        return bare
    changed, planted = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(checkpoint)) as source, zipfile.ZipFile(changed, "w") as target:
        for record in source.infolist():
            data = source.read(record)
            if record.filename.endswith(".pkl"):
                data, planted = data[:2] + instructions + data[2:], True
            target.writestr(record.filename, data)
    return changed.getvalue() if planted else bare


def booby_trapped(module: Any) -> dict[str, dict[str, Any]]:
    """Files that call a function when unpickled carelessly: what a load raises, and whether it called."""
    folder = fresh_folder("traps")
    canary, path = os.path.join(folder, "canary"), os.path.join(folder, "a.pt")
    save_numbered(module, path, 1)
    load_numbered(module, path)
    honest = content(path) or b""
    traps = {
        "os.mkdir": trap("os", "mkdir", canary),
        "exec": trap("builtins", "exec", f"open({canary!r}, 'w').close()"),
        "shutil.copyfile": trap("shutil", "copyfile", path, canary),
        "torch.save": trap("torch.serialization", "save", "x", canary),
    }
    files = {name: with_trap(honest, instructions) for name, instructions in traps.items()}
    files["a bare pickle"] = with_trap(b"", traps["os.mkdir"])
    seen = {}
    for name, data in files.items():
        Path(path).write_bytes(data)
        problem = problem_of(lambda: load_numbered(module, path))["class"]
        seen[name] = {"problem": problem, "canary": os.path.lexists(canary)}
        if os.path.isdir(canary):
            os.rmdir(canary)
        elif os.path.lexists(canary):
            os.unlink(canary)
    return seen


# 05.5 Keys


def other_keys(
    module: Any, saved: dict[str, list[int]], wanted: dict[str, list[int]], strict: bool | None
) -> dict[str, Any]:
    """Save these layers (all 1), load them into those (all 5): what comes out, what comes back.

    With each tensor's first number afterwards. A layer of one size is one that has buffers only.
    """

    def layers(shapes: dict[str, list[int]], value: float) -> nn.Module:
        made = {
            name: nn.Linear(*sizes) if len(sizes) == 2 else nn.BatchNorm1d(*sizes, affine=False)
            for name, sizes in shapes.items()
        }
        return filled(nn.ModuleDict(made), value)

    path = os.path.join(fresh_folder("keys"), "a.pt")
    model, other, loaded = layers(saved, 1.0), layers(wanted, 5.0), {}
    module.save_checkpoint(path, model=model, optimizer=sgd(model), epoch=4, extra="kept")
    options: dict[str, Any] = {} if strict is None else {"strict": strict}
    if len(list(model.parameters())) == len(list(other.parameters())):
        options["optimizer"] = sgd(other)
    problem = problem_of(lambda: loaded.update(module.load_checkpoint(path, model=other, **options)))
    keys = {name: sorted(loaded[name]) for name in ("missing_keys", "unexpected_keys") if name in loaded}
    first = {key: tensor.flatten()[0].item() for key, tensor in other.state_dict().items()}
    return {"problem": problem, "keys": keys, "epoch": loaded.get("epoch"), "first number of each tensor": first}


# 05.6 Devices


def from_a_gpu(module: Any, x: Any, y: Any, seed: int, epochs: int) -> dict[str, Any]:
    """A run saved as if its tensors lay on a GPU, and loaded here with nothing said about it."""
    path = os.path.join(fresh_folder("cuda"), "a.pt")
    with own_random_state():
        run = begin(x, y, seed)
        train(run, range(1, epochs + 1))
        with tensors_tagged("cuda:0"):
            best = torch.tensor([0.5], requires_grad=True) / 2  # computed, as a loss is
            module.save_checkpoint(path, epoch=epochs, extra={"best": best, "rate": 0.1}, **run.parts())
        other = begin(x, y, seed + 5)
        said = problem_of(lambda: module.load_checkpoint(path, map_location="cpu", **other.parts()))
        loaded: dict[str, Any] = {"extra": {"best": None, "rate": None}}
        unsaid = problem_of(lambda: loaded.update(module.load_checkpoint(path, **other.parts())))
        raises = {'with map_location="cpu"': said["class"], "without it": unsaid["class"]}
        return {"the load raises": raises, "extra": loaded["extra"], **state_of(other)}


def map_locations(module: Any, seed: int) -> dict[str, Any]:
    """Every form of map_location: the exception that comes out, and what a function was asked about."""
    folder = fresh_folder("locations")
    here, there = os.path.join(folder, "cpu.pt"), os.path.join(folder, "cuda.pt")
    model, generator = filled(nn.Linear(3, 2), 1.0), torch.Generator().manual_seed(seed)
    parts = {"model": model, "optimizer": sgd(model), "generator": generator}
    asked: set[str] = set()
    moved: set[int] = set()

    def note(storage: Any, location: str) -> Any:
        asked.add(location)
        return storage

    def move(storage: Any, location: str) -> Any:
        moved.add(storage.data_ptr())
        return storage

    def load(path: str, location: Any) -> str:
        return problem_of(lambda: module.load_checkpoint(path, map_location=location, **parts))["class"]

    with own_random_state():
        module.save_checkpoint(here, epoch=1, **parts)
        with tensors_tagged("cuda:0"):
            module.save_checkpoint(there, epoch=1, **parts)
        problems = {
            "a string": load(there, "cpu"),
            "a torch.device": load(there, torch.device("cpu")),
            "a dict": load(there, {"cuda:0": "cpu"}),
            "a function": load(there, note),
            "None": load(here, None),
        }
        # None is where the tensors lay: a GPU that this machine has, or none.
        refused = torch.cuda.is_available() or load(there, None) != "nothing"
        generator.manual_seed(seed + 1)
        with bytes_go_elsewhere(moved):
            problems["everything to a GPU"] = load(here, move)
    next_ = torch.rand(2, generator=generator)
    return {
        "the load raises, with map_location as": problems,
        "None leaves a file from a GPU to torch": refused,
        "a map_location function is asked about": sorted(asked),
        "the generator's next numbers": next_,
    }


def next_numbers(module: Any, seed: int) -> Any:
    return torch.rand(2, generator=torch.Generator().manual_seed(seed))


# 05.7 Parts


def lacking(module: Any, part: str, strict: bool = True) -> dict[str, Any]:
    """Ask for a part that the file does not have: what comes out. The part "file" is the file itself."""
    path = os.path.join(fresh_folder("lacking"), "a.pt")
    model = nn.Linear(2, 1)
    optimizer = sgd(model)
    scheduler, generator = torch.optim.lr_scheduler.StepLR(optimizer, 2), torch.Generator()
    parts = {"optimizer": optimizer, "scheduler": scheduler, "generator": generator}
    module.save_checkpoint(path=path, model=model, epoch=1, **parts)
    module.load_checkpoint(path=path, model=model, **parts)
    if part == "file":
        os.remove(path)
    else:
        problem = problem_of(lambda: module.save_checkpoint(path, model=model, epoch=1, **{**parts, part: None}))
        if problem["class"] != "nothing":
            return {"saving": problem}
    options = {} if strict else {"strict": False}
    return {"loading": problem_of(lambda: module.load_checkpoint(path, model=model, **parts, **options))}

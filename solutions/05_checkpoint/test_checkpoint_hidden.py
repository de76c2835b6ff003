"""Hidden checks of exercise 05."""

import itertools

import numpy as np

from grader.checks import catches, equal_to, points

# 05.1 Everything is in the file


@points(0.5, id="05.1c", about="save_checkpoint")
@catches("buffers_not_saved")
def test_tensors_of_every_kind(submission, rng):
    """Parameters and buffers of every dtype and shape come back; saving changes neither them nor the grad mode."""
    kinds = {
        "wide": ((3, 2), "float64"),
        "single": ((1,), "float32"),
        "number": ((), "float64"),
        "empty": ((0, 3), "float32"),
        "sixteen": ((4,), "float16"),
        "brain": ((2, 2), "bfloat16"),
        "frozen": ((2,), "float32"),
        "inner_weight": ((5, 1, 2), "float64"),
        "count_buffer": ((), "int64"),
        "mask_buffer": ((7,), "bool"),
        "byte_buffer": ((3,), "uint8"),
        "complex_buffer": ((2,), "complex128"),
        "inner_mean_buffer": ((4,), "float32"),
    }
    tensors = {name: rng.normal(size=shape, scale=50.0) for name, (shape, _) in kinds.items()}
    tensors["byte_buffer"] = np.abs(tensors["byte_buffer"])
    got = submission.run("odd_tensors", tensors, {name: dtype for name, (_, dtype) in kinds.items()})
    expected = submission.alone("odd_tensors", tensors, {name: dtype for name, (_, dtype) in kinds.items()})
    assert got == equal_to(expected)


@points(0.5, id="05.1d", about="save_checkpoint")
@catches("only_str_paths")
def test_every_kind_of_path(submission):
    """A path is a str or an os.PathLike, with a folder or without, of any name; each stands for itself."""
    names = ["latest", "epoch.3.pt", "epoch.4.pt", "my run.pt", "última época.pt"]
    forms = [*(f"str {name}" for name in names), "absolute", "pathlib", "os.PathLike"]
    expected = {
        "saves that raise": dict.fromkeys(forms, "nothing"),
        "loaded": {form: {"epoch": number, "bias": float(number)} for number, form in enumerate(forms)},
        "files": sorted([*names, "absolute.pt", "pathlib.pt", "below", "below/like.pt"]),
    }
    assert submission.run("paths", names) == equal_to(expected)


# 05.2 A run goes on


@points(2, id="05.2a", about="load_checkpoint")
@catches(
    "optimizer_not_saved", "scheduler_not_saved", "generator_not_saved", "global_rng_not_saved",
    "buffers_not_saved", "parameters_replaced",
)  # fmt: skip
def test_run_goes_on_in_a_new_process(submission, rng):
    """Three epochs, a save, a new process, a load and three epochs equal six epochs, bit for bit."""
    x, y, seed = rng.normal(size=(23, 4)), rng.normal(size=(23, 3)), int(rng.integers(1 << 30))
    whole = submission.alone("run_and_save", x, y, seed, 3, 6)
    went_on = submission.run("run_and_save", x, y, seed, 3, 6)
    submission.restart(keep_files=True)
    resumed = submission.run("resume", x, y, seed + 100, 3, 6)
    expected = {"resumed in a new process": whole, "gone on after the save": whole}
    assert {"resumed in a new process": resumed, "gone on after the save": went_on} == equal_to(expected)


@points(1, id="05.2b", about="load_checkpoint")
@catches("optimizer_not_saved", "scheduler_not_saved", "optimizer_settings_not_loaded")
def test_two_groups_and_two_breaks(submission, rng):
    """SGD with two groups under a cosine goes on through two breaks, in optimizers begun differently."""
    x, y = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
    settings = [
        {"lr": 0.3, "momentum": 0.9, "nesterov": True},
        {"lr": 0.05, "momentum": 0.5, "weight_decay": 0.1},
    ]
    whole = submission.alone("two_groups", x, y, settings, first=1, last=9, resumed=False, saved=False)
    submission.run("two_groups", x, y, settings, first=1, last=3, resumed=False, saved=True)
    submission.restart(keep_files=True)
    submission.run("two_groups", x, y, [{"lr": 0.2}, {"lr": 0.7}], first=4, last=6, resumed=True, saved=True)
    submission.restart(keep_files=True)
    last = submission.run("two_groups", x, y, [{}, {}], first=7, last=9, resumed=True, saved=False)
    assert last == equal_to({**whole, "learning rates": whole["learning rates"][6:]})


def draws_around(submission, seed, given):
    """The numbers that come after a save, and after a load in a new process."""
    saved = submission.run("draw", given, seed, save=True)
    submission.restart(keep_files=True)
    return {"after the save": saved, "after the load": submission.run("draw", given, seed + 1, load=True)}


@points(1, id="05.2c", about="load_checkpoint")
@catches("global_rng_not_saved", "global_seed_saved")
def test_global_generator_goes_on(submission, rng):
    """A load puts torch's global generator back to where it was at the save; a save draws no number."""
    seed = int(rng.integers(1 << 30))
    expected = submission.alone("draw", False, seed)
    assert draws_around(submission, seed, given=False) == equal_to(
        {"after the save": expected, "after the load": expected}
    )


@points(1, id="05.2d", about="load_checkpoint")
@catches("generator_not_saved")
def test_given_generator_goes_on(submission, rng):
    """A load puts the generator given back to where it was at the save; a save draws no number."""
    seed = int(rng.integers(1 << 30))
    expected = submission.alone("draw", True, seed)
    assert draws_around(submission, seed, given=True) == equal_to(
        {"after the save": expected, "after the load": expected}
    )


# 05.3 Wholly or not at all

MOMENTS = ("the first bytes", "half way", "the last call")


def fate(pairs):
    """What became of a file, from (before, after) of several saves: in one word, whatever the moment."""
    words = {"as it was" if after == before else "gone" if after is None else "changed" for before, after in pairs}
    return ", ".join(sorted(words - {"as it was"})) or "as it was"


@points(0.5, id="05.3b", about="save_checkpoint")
@catches("not_atomic", "old_file_removed_first", "temporary_on_another_disk")
def test_killed_in_the_middle(submission):
    """If the process is killed in the middle of a save, the old file is as it was, and the next save works."""
    facts, expected = {}, {}
    for old in (True, False):
        pairs, saved_again = [], []
        for moment in MOMENTS:
            folder = f"killed at {moment}, {old}"
            before = submission.run("old_file", folder, old)
            ended = submission.killed("killed_while_saving", folder, moment)
            after = submission.run("after_the_kill", folder)
            pairs.append((before, after["content"] if ended == "killed" else before))
            saved_again.append(after["saved again"])
        name = "killed, " + ("an old file" if old else "no old file")
        facts[name] = {"the file is": fate(pairs), "the next saves work": saved_again == [(3, 3.0)] * 3}
        expected[name] = {"the file is": "as it was", "the next saves work": True}
    assert facts == equal_to(expected)


def watched(seen):
    """Facts about a save that went well, seen call by call."""
    _, *later = seen["states"]
    sizes = {}
    for inode, size in later:
        sizes.setdefault(inode, set()).add(size)
    return {
        "there is a file at every moment": (0, 0) not in later,
        "the old file is never written to": seen["old file"] == seen["before"],
        "the new file is complete when it takes its place": all(len(each) == 1 for each in sizes.values()),
        "the new file loads": seen["loaded"] == (2, 2.0),
    }


@points(0.5, id="05.3c", about="save_checkpoint")
@catches("not_atomic", "old_file_removed_first", "temporary_on_another_disk")
def test_new_file_comes_in_one_move(submission):
    """A save never writes to the old file: the new one takes its place in one move, when it is complete."""
    facts = {
        name: watched(submission.run("replaced", other_disk))
        for name, other_disk in {"a save": False, "a save beside another disk": True}.items()
    }
    assert facts == equal_to({name: dict.fromkeys(each, True) for name, each in facts.items()})


def folder(seen):
    """What became of a folder, in one word."""
    before, after = set(seen["names before"]), set(seen["names after"])
    return "holds more" if after - before else "lost something" if before - after else "as it was"


def left_of(saves, kind=None):
    """What several broken saves left; `kind` is the exception that came, None if it may be any."""
    reached = {seen["reached"] for seen in saves}
    return {
        "an exception reaches the caller": reached <= {kind} if kind else "nothing" not in reached,
        "the file is": fate([(seen["before"], seen["after"]) for seen in saves]),
        "the folder": ", ".join(sorted({folder(seen) for seen in saves} - {"as it was"})) or "as it was",
    }


@points(1, id="05.3d", about="save_checkpoint")
@catches(
    "not_atomic",
    "temporary_left_behind",
    "only_exception_caught",
    "exception_swallowed",
    "old_file_removed_first",
)
def test_nothing_is_left_of_a_broken_save(submission):
    """Whatever exception breaks a save off, it reaches the caller, and the folder is as it was."""
    facts = {"a full disk": left_of([submission.run("full_disk")])}
    # A file object that cannot write what it holds fails again when it is closed: not asked for.
    del facts["a full disk"]["the folder"]
    for old in (True, False):
        seen = [submission.run("broken_off", moment, old) for moment in ("torch.save begins", *MOMENTS)]
        for kind in ("RuntimeError", "KeyboardInterrupt", "Stop"):
            name = f"{kind}, " + ("an old file" if old else "no old file")
            facts[name] = left_of([each[kind] for each in seen if kind in each], kind)
    fine = {
        "an exception reaches the caller": True,
        "the file is": "as it was",
        "the folder": "as it was",
    }
    assert facts == equal_to({name: {fact: fine[fact] for fact in each} for name, each in facts.items()})


# 05.4 Booby-trapped files


@points(2, id="05.4", about="load_checkpoint")
@catches("unsafe_load")
def test_booby_trapped_files_are_refused(submission):
    """A file that would call a function when unpickled is refused, and the function is not called."""
    seen = submission.run("booby_trapped")
    facts = {
        name: {"refused": trap["problem"] != "nothing", "the function was called": trap["canary"]}
        for name, trap in seen.items()
    }
    assert facts == equal_to({name: {"refused": True, "the function was called": False} for name in facts})


# 05.5 Keys


def is_runtime_error(problem):
    """RuntimeErrors of the language itself do not count."""
    return "RuntimeError" in problem["bases"] and problem["class"] not in (
        "NotImplementedError",
        "RecursionError",
    )


def refusal(seen, keys):
    """Facts about a load that should list these keys."""
    problem = seen["problem"]
    return {
        "raises": "RuntimeError" if is_runtime_error(problem) else problem["class"],
        "keys it does not list": [key for key in keys if key not in problem["text"]],
        "loads": seen["first number of each tensor"] if problem["class"] == "nothing" else {},
    }


TRUNK = {"module": [4, 3]}  # a name like any other, also where DataParallel would have put it in front
MANY = {age: [f"{age}_{number}" for number in range(12)] for age in ("old", "new")}
UNLIKE = {  # saved, wanted, the keys in question
    "keys that are missing": (
        TRUNK,
        {**TRUNK, "neck": [3, 3], "head": [3, 2]},
        ["neck.weight", "neck.bias", "head.weight", "head.bias"],
    ),
    "keys that are unexpected": (
        {**TRUNK, "old": [3, 5], "aux": [2, 2]},
        TRUNK,
        ["old.weight", "old.bias", "aux.weight", "aux.bias"],
    ),
    # The other two kinds would not fit the optimizer either; this one does, and it goes along.
    "a missing buffer": (TRUNK, {**TRUNK, "norm": [3]}, ["norm.running_mean", "norm.running_var"]),
    # One number would fill the place of three, if it were broadcast.
    "keys of another shape": ({**TRUNK, "head": [3, 1]}, {**TRUNK, "head": [3, 6]}, ["head.weight", "head.bias"]),
    "many keys of every kind": (
        {**dict.fromkeys(MANY["old"], [2, 2]), "head": [3, 1]},
        {**dict.fromkeys(MANY["new"], [2, 2]), "head": [3, 6]},
        [f"{layer}.{name}" for layer in (*MANY["old"], *MANY["new"], "head") for name in ("weight", "bias")],
    ),
}


@points(1, id="05.5a", about="load_checkpoint")
@catches("mismatch_skipped", "misshapen_broadcast")
def test_strict_lists_the_keys(submission):
    """By default and with strict, missing, unexpected or misshapen keys are a RuntimeError listing all of them."""
    facts, expected = {}, {}
    for kind, (saved, wanted, keys) in UNLIKE.items():
        for strict in (None, True):
            name = kind + ("" if strict is None else ", strict=True")
            facts[name] = refusal(submission.run("other_keys", saved, wanted, strict), keys)
            expected[name] = {"raises": "RuntimeError", "keys it does not list": [], "loads": {}}
    assert facts == equal_to(expected)


@points(1, id="05.5b", about="load_checkpoint")
@catches("misshapen_skipped", "misshapen_broadcast", "strict_always", "keys_not_returned")
def test_not_strict_returns_the_keys(submission):
    """With `strict=False` the rest is loaded, the keys are returned, a misshapen one is a RuntimeError."""
    saved, wanted = {**TRUNK, "old": [3, 5]}, {**TRUNK, "head": [3, 2]}
    loaded = submission.run("other_keys", saved, wanted, False)
    same = submission.run("other_keys", TRUNK, TRUNK, False)
    facts = {
        "a load with strict=False raises": loaded["problem"]["class"],
        "of the keys it returns": loaded["keys"],
        "first number of each tensor": loaded["first number of each tensor"],
        "epoch": loaded["epoch"],
        "the same keys in both: returns": same["keys"],
        "keys of another shape": refusal(
            submission.run("other_keys", *UNLIKE["keys of another shape"][:2], False),
            UNLIKE["keys of another shape"][2],
        ),
    }
    assert facts == equal_to({
        "a load with strict=False raises": "nothing",
        "of the keys it returns": {
            "missing_keys": ["head.bias", "head.weight"],
            "unexpected_keys": ["old.bias", "old.weight"],
        },
        "first number of each tensor": {"module.weight": 1.0, "module.bias": 1.0, "head.weight": 5.0, "head.bias": 5.0},
        "epoch": 4,
        "the same keys in both: returns": {"missing_keys": [], "unexpected_keys": []},
        "keys of another shape": {"raises": "RuntimeError", "keys it does not list": [], "loads": {}},
    })  # fmt: skip


# 05.6 Devices


@points(1, id="05.6a", about="load_checkpoint")
@catches("map_location_ignored", "map_location_default_none")
def test_file_from_a_gpu_loads_here(submission, rng):
    """A file with tensors from a GPU loads on a machine without one, with all that is in it, computed tensors too."""
    x, y, seed = rng.normal(size=(12, 4)), rng.normal(size=(12, 2)), int(rng.integers(1 << 30))
    trained = submission.alone("run_and_save", x, y, seed, 2, 2)["at the end"]
    raises = {'with map_location="cpu"': "nothing", "without it": "nothing"}
    extra = {"best": np.array([0.25], dtype=np.float32), "rate": 0.1}
    expected = {"the load raises": raises, "extra": extra, **trained}
    assert submission.run("from_a_gpu", x, y, seed, 2) == equal_to(expected)


@points(1, id="05.6b", about="load_checkpoint")
@catches("map_location_ignored", "map_location_fixed", "generator_state_moved")
def test_map_location_is_that_of_torch(submission, rng):
    """`map_location` is torch.load's in every form; generator states go to the CPU wherever it points."""
    seed = int(rng.integers(1 << 30))
    forms = ["a string", "a torch.device", "a dict", "a function", "None", "everything to a GPU"]
    expected = {
        "the load raises, with map_location as": dict.fromkeys(forms, "nothing"),
        "None leaves a file from a GPU to torch": True,
        "a map_location function is asked about": ["cuda:0"],
        "the generator's next numbers": submission.alone("next_numbers", seed),
    }
    assert submission.run("map_locations", seed) == equal_to(expected)


# 05.7 Parts


@points(1, id="05.7b", about="load_checkpoint")
@catches("missing_part_is_a_key_error", "missing_part_ignored", "missing_file_ignored")
def test_what_is_not_there_is_named(submission):
    """A missing file is a FileNotFoundError; a part asked for and not there is a RuntimeError naming it."""
    missing = submission.run("lacking", "file")["loading"]
    facts = {"no file: raises": "FileNotFoundError" if "FileNotFoundError" in missing["bases"] else missing["class"]}
    expected = {"no file: raises": "FileNotFoundError"}
    for part, strict in itertools.product(("optimizer", "scheduler", "generator"), (True, False)):
        seen = submission.run("lacking", part, strict)
        case = f"a file without {part}" + ("" if strict else ", strict=False")
        expected[case] = {"raises": "RuntimeError", "names it": True}
        if part == "optimizer" and "saving" in seen:
            facts[case] = expected[case]  # a save may insist on an optimizer: then no file lacks it
            continue
        problem = seen.get("saving") or seen["loading"]
        kind = "RuntimeError" if "loading" in seen and is_runtime_error(problem) else problem["class"]
        facts[case] = {"raises": kind, "names it": part in problem["text"].lower()}
    assert facts == equal_to(expected)

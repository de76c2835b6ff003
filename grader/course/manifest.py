"""What a release says of itself: .gradkata/release.json, the list of its files and what they hold."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from grader import __version__
from grader.errors import KataError
from grader.locale import say
from grader.staged import digest, is_safe

FILE = ".gradkata/release.json"
SEALED = "solutions.sealed"
FORMAT = 1
LARGEST = 64 << 20

# Where a release may write. A release is not trusted to put files elsewhere, such as into a repository's .git.
ALLOWED = re.compile(
    r"README(\.es)?\.md|requirements\.txt|pytest\.ini|\.gitignore|\.gitattributes|solutions\.sealed"
    r"|\.devcontainer/devcontainer\.json|\.vscode/settings\.json|\.github/workflows/kata\.yml"
    r"|engine/gradkata-[\w.]+-py3-none-any\.whl"
    r"|exercises/\d\d_[a-z][a-z0-9_]*/(\.original/)?[\w.-]+"
)


class NoRelease(KataError):
    """It is none, or none of ours."""


@dataclass(frozen=True)
class Manifest:
    """`release` is a digest of the files; `made` (UTC) tells which of two is newer."""

    release: str
    made: str
    engine: str
    exercises: list[str]
    files: dict[str, str]
    format: int = FORMAT

    def text(self) -> bytes:
        return (json.dumps(asdict(self), indent=1) + "\n").encode()

    def facts(self) -> dict[str, object]:
        """What a sealed file is bound to."""
        return {"release": self.release, "made": self.made, "engine": self.engine, "exercises": self.exercises}


def manifest_of(files: dict[str, bytes], made: str) -> Manifest:
    listed = {path: digest(files[path]) for path in sorted(files)}
    identity = hashlib.sha256("".join(f"{path} {hash}\n" for path, hash in listed.items()).encode()).hexdigest()[:16]
    exercises = sorted({path.split("/")[1] for path in files if path.startswith("exercises/")})
    return Manifest(identity, made, __version__, exercises, listed)


def parsed(text: bytes) -> Manifest:
    """Raises ValueError for anything but a list of files in places where a release may write."""
    facts = json.loads(text)
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ValueError("format")
    found = Manifest(**facts)
    if type(found.exercises) is not list or type(found.files) is not dict:
        raise ValueError("kinds")
    texts = [found.release, found.made, found.engine, *found.exercises, *found.files.values()]
    if not all(type(text) is str for text in texts):
        raise ValueError("kinds")
    if bad := [path for path in found.files if not (is_safe(path) and ALLOWED.fullmatch(path))]:
        raise ValueError(bad[0])
    return found


def of_folder(root: Path) -> Manifest | None:
    """That of the release in a folder, or None. Raises NoRelease if it is damaged."""
    try:
        return parsed((root / FILE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, RecursionError):
        raise NoRelease(say("bad_manifest", file=root / FILE)) from None

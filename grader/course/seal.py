"""Hidden checks in a learners' repository, readable by nobody but who has the key.

One symmetric key both opens and makes a sealed file (ChaCha20-Poly1305, of the library `cryptography`). A public key
would not do: everybody could then seal checks of their own and have the trusted job grade by them.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader import __version__
from grader.course import manifest
from grader.course.stub import cut
from grader.course.wheel import zipped
from grader.errors import KataError
from grader.locale import say
from grader.model import Exercise
from grader.staged import is_safe

VARIABLE = "KATA_SEAL_KEY"
MAGIC = b"kata-sealed-1\n"
PREFIX = "kata-seal-1-"
KEY_BYTES, NONCE_BYTES, LENGTH_BYTES, MOST_FACTS = 32, 12, 4, 1 << 20
NEVER_NEEDED = ("alternatives", "__pycache__")  # for grading


class BadSeal(KataError):
    """A key or a sealed file that does not do."""


def new_key() -> str:
    """As text, to be kept in a secret of the trusted job."""
    return PREFIX + base64.urlsafe_b64encode(_cipher().generate_key()).decode()


def key_of(text: str) -> bytes:
    """The key that a text stands for."""
    try:
        raw = base64.b64decode(text.strip().removeprefix(PREFIX), b"-_", validate=True)
    except ValueError:
        raw = b""
    if not text.strip().startswith(PREFIX) or len(raw) != KEY_BYTES:
        raise BadSeal(say("seal_no_key", variable=VARIABLE))
    return raw


def find_key(file: Path | None) -> bytes | None:
    """From the file, else from the environment, from which it is taken so that no process started later inherits it."""
    given = os.environ.pop(VARIABLE, "")
    if file is None:
        return key_of(given) if given else None
    try:
        return key_of(file.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as problem:
        raise BadSeal(say("seal_key_file", file=file, problem=getattr(problem, "strerror", None) or "?")) from None


def course_files(exercises: list[Exercise]) -> dict[str, bytes]:
    """All that the trusted job grades with: it takes nothing from the repository but the sealed file."""
    files: dict[str, bytes] = {}
    for exercise in exercises:
        assert exercise.solutions is not None
        here = [*(exercise.folder / name for name in exercise.given), exercise.solutions / "words.toml"]
        hidden = [file for file in sorted(exercise.solutions.rglob("*.py")) if not set(NEVER_NEEDED) & set(file.parts)]
        root = exercise.folder.parent.parent
        files |= {file.relative_to(root).as_posix(): file.read_bytes() for file in [*here, *hidden] if file.is_file()}
        files[exercise.stub.relative_to(root).as_posix()] = cut(exercise).encode()
    return files


def seal(files: dict[str, bytes], facts: Mapping[str, object], key: bytes) -> bytes:
    """The facts stay readable, and are part of what the key vouches for."""
    nonce = os.urandom(NONCE_BYTES)
    head = _head(facts)
    sealed: bytes = _cipher()(key).encrypt(nonce, zipped(files), head)
    return head + nonce + sealed


def unseal(content: bytes, facts: Mapping[str, object], key: bytes) -> dict[str, bytes]:
    """The files. Raises BadSeal if it belongs to another release, is damaged, or was sealed with another key."""
    from cryptography.exceptions import InvalidTag

    begin = len(MAGIC) + LENGTH_BYTES
    length = int.from_bytes(content[len(MAGIC) : begin], "little")
    if not content.startswith(MAGIC) or length > MOST_FACTS or len(content) < begin + length + NONCE_BYTES:
        raise BadSeal(say("seal_damaged"))
    head = content[: begin + length]
    nonce, sealed = content[len(head) : len(head) + NONCE_BYTES], content[len(head) + NONCE_BYTES :]
    try:
        packed = _cipher()(key).decrypt(nonce, sealed, head)
    except InvalidTag:
        raise BadSeal(say("seal_wrong")) from None
    if head != _head(facts):
        raise BadSeal(say("seal_other_release"))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if is_safe(name)}


def _head(facts: Mapping[str, object]) -> bytes:
    text = json.dumps(facts, sort_keys=True).encode()
    return MAGIC + len(text).to_bytes(LENGTH_BYTES, "little") + text


@contextmanager
def opened(root: Path, key: bytes) -> Iterator[Path]:
    """The course that is sealed in a release, in a folder that only this user can enter, as long as it is needed."""
    known = manifest.of_folder(root)
    if known is None:
        raise BadSeal(say("bad_manifest", file=root / manifest.FILE))
    files = unseal((root / manifest.SEALED).read_bytes(), known.facts(), key)
    if known.engine != __version__:
        raise BadSeal(say("seal_engine", sealed=known.engine, here=__version__))
    with tempfile.TemporaryDirectory(prefix="gradkata-") as folder:
        for name, content in files.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        yield Path(folder)


def is_sealed(root: Path) -> bool:
    return (root / manifest.SEALED).is_file() and not (root / "solutions").exists()


def _cipher() -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    except ModuleNotFoundError:
        raise KataError(say("extra_missing", package="cryptography", extra="sealed")) from None
    return ChaCha20Poly1305

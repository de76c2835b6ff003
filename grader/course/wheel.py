"""The engine as a wheel, packed from the files that run here: no network, no build tool, the same bytes each time.

What it needs and which commands it has is what its project file says, or else the installed distribution.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import grader
from grader.errors import KataError
from grader.locale import say

WHEEL = "Wheel-Version: 1.0\nGenerator: gradkata\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
EPOCH = (1980, 1, 1, 0, 0, 0)


def file_name() -> str:
    return f"gradkata-{grader.__version__}-py3-none-any.whl"


def build() -> bytes:
    """The wheel's content."""
    info = f"gradkata-{grader.__version__}.dist-info"
    files = _package() | {f"{info}/{name}": content for name, content in _metadata().items()}
    rows = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    record = "\n".join([*rows, f"{info}/RECORD,,", ""])
    return zipped(files | {f"{info}/RECORD": record.encode()})


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip that depends on names and contents alone."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, data)
    return content.getvalue()


def _package() -> dict[str, bytes]:
    folder = Path(grader.__file__).parent
    files = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix not in (".pyc", ".half"))
    return {f"grader/{file.relative_to(folder).as_posix()}": file.read_bytes() for file in files}


def _metadata() -> dict[str, bytes]:
    """Name, requirements and commands; the version is that of the files."""
    source = Path(grader.__file__).parent.parent / "pyproject.toml"
    needs, commands = _of_source(source) if source.is_file() else _of_installed()
    facts = ["Metadata-Version: 2.1", "Name: gradkata", f"Version: {grader.__version__}", "Requires-Python: >=3.11"]
    facts += [f"Requires-Dist: {need}" for need in needs]
    files = {"METADATA": "\n".join([*facts, ""]), "WHEEL": WHEEL, "entry_points.txt": commands}
    return {name: text.encode() for name, text in files.items()}


def _of_source(file: Path) -> tuple[list[str], str]:
    """From a checkout: an editable installation may be older than its files."""
    project = tomllib.loads(file.read_text("utf-8"))["project"]
    groups = {"console_scripts": project["scripts"], **project["entry-points"]}
    lines = [line for group, names in groups.items() for line in (f"[{group}]", *map(" = ".join, names.items()))]
    return project["dependencies"], "\n".join([*lines, ""])


def _of_installed() -> tuple[list[str], str]:
    try:
        known = distribution("gradkata")
    except PackageNotFoundError:
        raise KataError(say("release_not_installed")) from None
    needs = [need for need in known.requires or [] if "extra ==" not in need]
    return needs, known.read_text("entry_points.txt") or ""


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

"""Scratch folders in which hostile code has been: how full they are, and removing them whatever lies in them."""

from __future__ import annotations

import os
import secrets
import shutil
import time

FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


def too_full(folder: str, most_files: int, most_bytes: int) -> bool:
    """Has a living worker's folder more in it than that? A folder that cannot be looked into counts as full."""
    files = size = 0
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    files += 1
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    if files > most_files or size > most_bytes:
                        return True
        except FileNotFoundError:
            continue  # it went while we looked
        except OSError:
            return True
    return False


def remove(folder: str, seconds: float = 1e9) -> bool:
    """Delete a tree, however deep and with whatever modes. False if some of it is left after `seconds`.

    Nobody may be at work in it. No recursion and no long paths: a folder in a folder is moved to the top and emptied.
    """
    try:
        if os.path.islink(folder):
            os.unlink(folder)
            return True
        os.chmod(folder, 0o700)
        if os.open not in os.supports_dir_fd:  # Windows, where only a learner's own code runs
            return _remove_by_names(folder)
        top = os.open(folder, FOLDER)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        if _empty(top, time.monotonic() + seconds):
            os.rmdir(folder)
            return True
    except OSError:
        pass
    finally:
        os.close(top)
    return False


def _remove_by_names(folder: str) -> bool:
    for place, _, names in os.walk(folder):
        for name in names:
            os.chmod(os.path.join(place, name), 0o700)  # else it could not be removed there
    shutil.rmtree(folder, ignore_errors=True)
    return not os.path.exists(folder)


def _empty(top: int, until: float) -> bool:
    unique, moved = secrets.token_hex(8), 0
    waiting = ["."]
    while waiting:
        name = waiting.pop()
        os.chmod(name, 0o700, dir_fd=top)
        here = os.open(name, FOLDER, dir_fd=top)
        try:
            for entry in list(os.scandir(here)):
                if time.monotonic() > until:
                    return False
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.name, dir_fd=here)
                elif name == ".":
                    waiting.append(entry.name)
                else:
                    os.chmod(entry.name, 0o700, dir_fd=here)  # else it could not be moved
                    waiting.append(f"{unique}-{moved}")
                    os.rename(entry.name, waiting[-1], src_dir_fd=here, dst_dir_fd=top)
                    moved += 1
        finally:
            os.close(here)
        if name != ".":
            os.rmdir(name, dir_fd=top)
    return True

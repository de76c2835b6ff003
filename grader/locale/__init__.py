"""The engine's texts in Spanish and English: one catalogue per language, the same keys and placeholders in both."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from grader.model import LANGUAGES


def language() -> str:
    """KATA_LANG, else the locale's language (Windows's own where no variable names one), else English."""
    for variable in ("KATA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")[:2].lower()
        if value in LANGUAGES:
            return value
        if value and variable != "KATA_LANG":
            return "en"
    found = _language_of_windows()
    return found if found in LANGUAGES else "en"


def _language_of_windows() -> str:
    """Of its menus; empty elsewhere."""
    import ctypes
    import locale

    windows = getattr(ctypes, "windll", None)
    return locale.windows_locale.get(windows.kernel32.GetUserDefaultUILanguage(), "")[:2] if windows else ""


@cache
def catalogue(name: str) -> dict[str, str]:
    texts: dict[str, str] = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))
    return texts


def say(key: str, in_language: str | None = None, **facts: Any) -> str:
    """The text of that key, filled in."""
    return text_of(key, in_language or language(), facts.get("count")).format(**facts)


def text_of(key: str, in_language: str, count: int | None) -> str:
    """The text of that key; of `key_one`, if there is one, where `count` is one."""
    texts = catalogue(in_language)
    return texts.get(f"{key}_one", texts[key]) if count == 1 else texts[key]

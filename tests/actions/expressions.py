"""The part of GitHub's expressions that our workflows use: names, texts, ! == != && ||, cancelled()."""

from __future__ import annotations

import re
from typing import Any

Contexts = dict[str, Any]
HOLE = re.compile(r"\$\{\{(.*?)\}\}")


def filled(text: str, contexts: Contexts) -> str:
    return HOLE.sub(lambda found: str(value(found[1].strip(), contexts) or ""), text)


def holds(condition: str, contexts: Contexts) -> bool:
    found = HOLE.fullmatch(condition.strip())
    return bool(value((found[1] if found else condition).strip(), contexts))


def value(text: str, contexts: Contexts) -> Any:
    for sign in ("||", "&&"):
        if sign in text:
            left, right = (part.strip() for part in text.split(sign, 1))
            first = value(left, contexts)
            decided = bool(first) is (sign == "||")
            return first if decided else value(right, contexts)
    for sign in ("==", "!="):
        if sign in text:
            left, right = (part.strip() for part in text.split(sign, 1))
            return ((value(left, contexts) or "") == (value(right, contexts) or "")) is (sign == "==")
    if text.startswith("!"):
        return not value(text[1:], contexts)
    if text == "cancelled()":
        return False
    if text.startswith("'"):
        return text.strip("'")
    found: Any = contexts
    for name in text.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found

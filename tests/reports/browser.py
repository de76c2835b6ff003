"""Headless Chromium as the tests use it: Debian's, without a download and without a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-dev-shm-usage", "--lang=en",
]  # fmt: skip


def chromium() -> str | None:
    """The installed browser, if there is one."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


@contextmanager
def opened() -> Iterator[Browser]:
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def watched(page: Page) -> list[str]:
    """Everything that a page complains of, and each request that is not for a file: grows while the page is used."""
    told: list[str] = []
    page.on(
        "console",
        lambda message: (
            told.append(f"{message.type}: {message.text}") if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda problem: told.append(f"pageerror: {problem}"))
    page.on(
        "request", lambda request: None if request.url.startswith("file:") else told.append(f"request: {request.url}")
    )
    page.on("requestfailed", lambda request: told.append(f"failed: {request.url}"))
    page.on("dialog", lambda dialog: (told.append("dialog"), dialog.dismiss()))
    return told

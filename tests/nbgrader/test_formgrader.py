"""Formgrader as an instructor uses it, in a browser: its button grades with our judge, its page shows our feedback."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.nbgrader.classroom import WRONG, Classroom, environment
from tests.nbgrader.hostile import script
from tests.reports.browser import chromium

pytest.importorskip("playwright", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium here")
TOKEN = "loopback-only"
SECONDS = 60_000.0  # milliseconds, that a busy machine may take


@pytest.fixture(scope="module")
def room(generated: Classroom, tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    room = generated.copy_to(tmp_path_factory.mktemp("formgrader") / "dl101")
    notebook = room.answered(WRONG)
    script(notebook)
    room.hand_in("ana", notebook)
    return room


@pytest.fixture(scope="module")
def address(room: Classroom) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    extensions = ("formgrader", "validate_assignment")
    enabled = ", ".join(f"'nbgrader.server_extensions.{name}': True" for name in extensions)
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
            f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={room.folder}",
            f"--ServerApp.jpserver_extensions={{{enabled}}}",
        ],
        cwd=room.folder, env=environment(room.home), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stderr is not None
    said = []
    for line in server.stderr:
        said.append(line)
        if "is running at" in line:
            break
    else:
        pytest.fail("".join(said))
    drain = subprocess.Popen(
        ["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL
    )  # it may write as much as it likes
    yield f"http://127.0.0.1:{port}"
    server.send_signal(signal.SIGKILL)
    server.wait(30)
    drain.wait(30)


def test_its_button_grades_and_its_page_shows_our_feedback(room: Classroom, address: str) -> None:
    from playwright.sync_api import expect

    from tests.reports.browser import opened

    with opened() as browser:
        page = browser.new_page()
        page.route(re.compile(rf"^(?!{re.escape(address)})"), lambda route: route.abort())  # nothing from elsewhere
        page.set_default_timeout(SECONDS)
        page.goto(f"{address}/login?token={TOKEN}")
        page.goto(f"{address}/formgrader/manage_submissions/ps1")

        page.locator("td.autograde a").click()
        expect(page.locator("td.status")).to_contain_text("graded", timeout=SECONDS)
        assert room.totals() == {"ana": 4.0}

        page.goto(f"{address}/formgrader/gradebook/ps1/90_double")
        page.get_by_text("Submission #1").click()
        page.wait_for_url("**/formgrader/submissions/**")
        for words in (
            "90.1 Twice a small number.", "4 of 8 points", "got 5, expected 6", "Recognised: adds_two - adds two",
            "90.2 Twice every element", "return x + 2",
        ):  # fmt: skip
            expect(page.locator("body")).to_contain_text(words)
        for number, (score, points) in enumerate((("4", "8"), ("0", "8"), ("0", "4"))):
            box = page.locator("input.score").nth(number)
            expect(box).to_have_attribute("placeholder", score, timeout=SECONDS)
            expect(box.locator("xpath=..")).to_contain_text(f"/ {points}")
        assert page.locator("script", has_text="owned()").count() == 0

"""How a run is told while it goes on: one line on a terminal, lines elsewhere."""

from __future__ import annotations

import sys

import pytest

from wizard import trouble
from wizard.client.rsync import Entries, Progress
from wizard.commands import progress_line
from wizard.commands.progress_line import ProgressLine
from wizard.failure import Failure, Kind
from wizard.running import backing_up
from wizard.running.compression import CompressionChoice

CUT = backing_up.Retry(trouble.explain(Failure(Kind.CONNECTION_CUT)), 5.0, 2)
EVENTS = (
    backing_up.Begun(CompressionChoice(False, "Not compressed: the connection is fast enough."), is_fresh=True),
    Entries(b"<f+++++++++|1|letters/\x9b31m\\#033[2J.txt\n"),
    Progress(1_000_000, 12, 2e6, 4, to_check=3, found=9),
    CUT,
    backing_up.Looking(),
)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_line, "_ON_TERMINAL_SECONDS", 0.0)
    monkeypatch.setattr(progress_line, "_ELSEWHERE_SECONDS", 0.0)
    monkeypatch.setenv("COLUMNS", "60")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_what_is_told(is_terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    line = ProgressLine()
    for event in EVENTS:
        line.take(event)
    line.clear()
    printed = capsys.readouterr().out
    erase = "\r\x1b[K" if is_terminal else ""
    far = "12% · 1.0 MB sent · 2.0 MB/s · 4 s left · 3 files to go · letters/\\x9b31m␛[2J.txt"
    shown = far[:59] if is_terminal else f"{far}\n"
    assert printed == (
        f"{erase}Not compressed: the connection is fast enough.\n"
        f"{erase}{shown}"
        f"{erase}{CUT.trouble.what}. Trying again in 5 s (try 2).\n"
        f"{erase}Checking the backup on the server …\n"
        f"{erase}"
    )


def test_a_run_that_sends_nothing_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine()
    line.take(EVENTS[0])
    line.clear()
    assert capsys.readouterr().out == ""

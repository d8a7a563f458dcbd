"""The script that schedulers start finds backup-wizard after an update or a move, and says where it is gone."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.schedule.stand_in import ODD
from wizard.schedule.schedulers import starting_line

if TYPE_CHECKING:
    from pathlib import Path


def program(folder: Path, text: str, *, mode: int = 0o755) -> Path:
    folder.mkdir(parents=True)
    made = folder / "backup-wizard"
    made.write_text(text)
    made.chmod(mode)
    return made


def started(environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    argv = ["sh", "-c", starting_line.script()]
    return subprocess.run(argv, env=environment or {}, capture_output=True, text=True)


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ODD / "backup-wizard"
    monkeypatch.setattr(starting_line, "program", lambda: path)
    monkeypatch.setattr(starting_line, "_USUAL_PLACES", ('"$HOME"/.local/bin', str(tmp_path / "usual")))
    return path


@pytest.mark.parametrize("code", [0, 1, 69, 75])
def test_this_installation_s_program_comes_first_and_its_end_counts(ours: Path, home: Path, code: int) -> None:
    program(ours.parent, f'#!/bin/sh\necho "ours $*"\nexit {code}\n')
    program(home / ".local/bin", "#!/bin/sh\necho other\n")
    ended = started()
    assert (ended.returncode, ended.stdout) == (code, "ours run --if-due\n")


@pytest.mark.parametrize("trouble", ["moved", "its Python is gone", "not ours to start"])
def test_another_one_is_found_where_this_one_is_gone(ours: Path, home: Path, trouble: str) -> None:
    if trouble != "moved":
        first = "#!/no/python\n" if trouble == "its Python is gone" else "#!/bin/sh\n"
        program(ours.parent, first, mode=0o755 if "Python" in trouble else 0o644)
    program(home / ".local/bin", '#!/bin/sh\necho "other $*"\n')
    assert started().stdout == "other run --if-due\n"


def test_where_there_is_none_a_line_says_so(ours: Path) -> None:
    ended = started()
    assert (ended.returncode, ended.stdout) == (69, "")
    assert (
        ended.stderr
        == "backup-wizard is no longer installed where it was. Install it again, or turn off its schedule.\n"
    )


def test_what_a_terminal_has_is_carried_over(ours: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(ours.parent, "#!/bin/sh\nenv\n")
    brew = program(home / "brew's $bin", "")
    for name in ("rsync", "ssh"):
        brew.with_name(name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", f"{brew.parent}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_STATE_HOME", f"{home}/a state")
    told = started({"PATH": "/bin"}).stdout.splitlines()
    assert f"PATH={brew.parent}:/usr/local/bin:/usr/bin:/bin" in told
    assert f"HOME={home}" in told
    assert f"XDG_STATE_HOME={home}/a state" in told
    assert f"XDG_CONFIG_HOME={home}/.config" in told


def test_the_line_is_the_same_from_every_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    before = starting_line.script()
    monkeypatch.setenv("PATH", "/nowhere:/usr/bin:/bin")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert starting_line.script() == before


def test_the_installed_program_is_the_one_beside_this_python() -> None:
    assert starting_line.program().exists()

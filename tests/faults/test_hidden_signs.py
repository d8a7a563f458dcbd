"""No sign that a terminal obeys, and none that can't be seen, comes out of a command, whatever it reads."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.attacks.orders import HIDDEN, orders
from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from tests.support.data.requests import a_request, public_key, saved
from tests.support.plain import decided
from wizard import cli, rules
from wizard.commands import kept, terminal
from wizard.profile import Key, Server
from wizard.storage import paths, profiles
from wizard.walk.description import Alternative, Hidden, OneOf
from wizard.walk.plain import asker
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import Ran

# In a TOML text these can stand as they are; the others only as \\u…
_PLAIN = "\u202e\u202d\u2066\u2069\u061c\u200b\u200d\u2060\ufeff\u00ad\u2028\x85\x9b"
_IN_NAMES = HIDDEN.replace("\udc9b", "")


def _said(ran: Ran) -> str:
    said = ran.stdout + ran.stderr
    assert said
    assert orders(said) == []
    return said


def _odd_profile() -> None:
    folder = f"/home/amanda/odd{_IN_NAMES}folder"
    profiles.save(a_profile(folders=(folder,), exclude=(f"odd{_PLAIN.replace(chr(0x2028), '')[:-2]}pattern",)))


def test_a_profile_is_listed_and_shown_without_them(home: Path) -> None:
    _odd_profile()
    assert "odd" in _said(backup_wizard("show", "amamac"))
    _said(backup_wizard("list"))
    _said(backup_wizard("dry-run", "amamac"))
    _said(backup_wizard("run", "amamac"))
    _said(backup_wizard("export", "amamac", "--format", "text"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('root = "backup"', f'root = "a{_PLAIN}b"'),
        ('user = "amanda"', f'user = "a{_PLAIN}b"'),
        ('name = "amamac"', f'name = "a{_PLAIN}b"'),
        ('host = "files', f'host = "{_PLAIN}files'),
        ("backup-wizard-amamac", f"a{_PLAIN}b"),
        ("[server]", f'["odd{_PLAIN}"]\n[server]'),
        ("[server]", f"odd{_PLAIN} = 1\n[server]"),
        ('kind = "rrsync"', f'kind = "{_PLAIN}"'),
        ("format = 1", f'format = "{_PLAIN}"'),
    ],
)
def test_a_request_is_refused_without_them(old: str, new: str, tmp_path: Path) -> None:
    path = saved(a_request(), tmp_path)
    whole = path.read_text()
    assert old in whole
    for written in (new, new.replace(_PLAIN, json.dumps(HIDDEN.replace("\udc9b", ""))[1:-1])):
        path.write_text(whole.replace(old, written, 1))
        refused = backup_wizard("admin", path, "--format", "text")
        assert refused.exit_code == 2
        _said(refused)


def test_names_of_files_and_words_on_the_command_line_are_told_without_them(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / f"odd{_IN_NAMES}"
    folder.mkdir()
    empty = backup_wizard("admin", folder)
    assert empty.exit_code == 2
    _said(empty)
    bad = folder / f"{_IN_NAMES}.toml"
    bad.write_text("format = 2")
    _said(backup_wizard("admin", folder))
    _said(backup_wizard("--answers", bad))
    profiles.save(a_profile())
    _said(backup_wizard("receipt", "amamac", bad))
    _said(backup_wizard("receipt", "amamac", folder))
    with pytest.raises(SystemExit):
        cli.main([f"--odd{HIDDEN}"])


def test_what_argparse_refuses_is_told_without_them(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        [f"--odd{HIDDEN}"],
        ["export", "amamac", "--format", HIDDEN],
        ["show", "a", HIDDEN],
        [HIDDEN, "b"],
    ):
        with pytest.raises(SystemExit):
            cli.main(arguments)
        assert orders(capsys.readouterr().err) == []


def test_a_receipt_is_refused_without_them(tmp_path: Path, home: Path) -> None:
    profiles.save(a_profile())
    mail = tmp_path / "mail.txt"
    for odd in HIDDEN.replace("\udc9b", ""):
        mail.write_text(
            f"=== backup-wizard receipt for amamac ===\n{odd}x{odd}: {odd}\nwarning: {odd}{odd}\n"
            "=== end of receipt for amamac ===\n"
        )
        refused = backup_wizard("receipt", "amamac", mail)
        assert refused.exit_code == 2
        _said(refused)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person was asked, each time answering with Enter."""
    prompts: list[str] = []

    def answer(prompt: str = "") -> str:
        prompts.append(prompt)
        return ""

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("getpass.getpass", answer)
    return prompts


_ODD_KEY = f"~/.ssh/odd{_PLAIN.replace(chr(0x2028), '').replace(chr(0x85), '').replace(chr(0x9B), '')}"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: asker.line(f"q{HIDDEN}", f"d{HIDDEN}"),
        lambda: asker.agrees(f"q{HIDDEN}", default=True),
        lambda: asker.ask(
            OneOf(id="a", label=f"q{HIDDEN}", alternatives=(Alternative("a", f"w{HIDDEN}"),), default="a")
        ),
        lambda: asker.ask(Hidden(id="a", label=f"q{HIDDEN}")),
    ],
    ids=["line", "yes or no", "choice", "passphrase"],
)
def test_no_question_passes_them_on(
    ask: Callable[[], object], asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ask()
    assert asked
    assert orders("".join(asked) + "".join(capsys.readouterr())) == []


def test_a_folder_s_name_stays_on_its_line(asked: list[str], capsys: pytest.CaptureFixture[str], home: Path) -> None:
    odd = home / "letters\n✓ all is well"
    odd.mkdir()
    profile = a_profile(folders=(os.fspath(odd),))
    for step in (Step.FOLDERS, Step.FINISH):
        decided(profile, step)
        said = capsys.readouterr().out
        assert "letters␊✓ all is well" in said
        assert "\n✓ all is well" not in said


async def test_no_question_about_a_key_passes_them_on(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert rules.key_file(_ODD_KEY) is None
    await terminal._ask(a_profile(key=Key(file=_ODD_KEY)))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    kept._ask_about([a_profile(key=Key(file=_ODD_KEY)).key_path])
    assert len(asked) == 2
    assert orders("".join(asked)) == []


def test_the_walk_on_lines_passes_none_on(
    asked: list[str], capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = home / f"odd{_IN_NAMES}end"
    odd.mkdir()
    profile = a_profile(folders=(os.fspath(odd),), server=Server(host="files.example.lan", user="amanda"))
    profiles.save(profile)
    decided(profile, Step.FOLDERS)
    decided(profile, Step.FINISH)
    typed = iter(["n", str(home / f"no{_IN_NAMES}"), f"relative{HIDDEN}", str(odd)])

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return next(typed, "")

    monkeypatch.setattr("builtins.input", answer)
    decided(profile, Step.FOLDERS)
    said = "".join(capsys.readouterr())
    assert "odd" in said
    assert orders(said + "".join(asked)) == []


def test_what_a_thief_could_do_is_told_for_each_request(tmp_path: Path) -> None:
    for number, kind in enumerate(("rrsync", "rrsync", "login")):
        saved(a_request(kind, name=f"pc{number}", public_key=public_key(number)), tmp_path)  # type: ignore[arg-type]
    told = backup_wizard("admin", tmp_path, "--format", "authorized-keys")
    assert told.exit_code == 0
    assert "pc0 (amanda), pc1 (amanda): Anyone who steals the key can" in told.stderr
    assert "pc2 (amanda): Anyone who steals the key can read, change and delete everything" in told.stderr
    assert paths.shown(tmp_path) not in told.stdout

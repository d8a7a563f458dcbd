"""The playbook's script that puts lines into a file of keys and takes them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.ansible.scripts.running import (
    BEGIN,
    BLOCK,
    END,
    FOREIGN,
    KEYS,
    KEYS_FILE,
    LINES,
    edited,
    everything,
    said,
)
from tests.support.quick import sampled

if TYPE_CHECKING:
    from tests.support.servers.office import Office


def test_lines_are_put_and_taken_and_nothing_else_is_touched(office: Office) -> None:
    assert edited(office, FOREIGN)[2].decode() == f"{FOREIGN}\n{BLOCK}"
    assert edited(office, f"{FOREIGN}\n{BLOCK}# below\n", "take")[2].decode() == f"{FOREIGN}\n# below\n"
    assert edited(office, f"{BLOCK}# below\n")[:2] == (0, "")
    assert edited(office, FOREIGN, "take") == (0, "", FOREIGN.encode())
    code, printed, text = edited(office, f"{FOREIGN}\n", dry=True)
    assert (code, text.decode()) == (0, f"{FOREIGN}\n")
    assert "put the lines of amamac" in printed


def test_lines_that_were_changed_by_hand_are_shown(office: Office) -> None:
    shut = BLOCK.replace("restrict", "# shut by Omar: restrict")
    for order, left in (("put", BLOCK), ("take", "")):
        code, printed, text = edited(office, shut, order)
        assert (code, text.decode()) == (0, left)
        assert "| - # shut by Omar: restrict ssh-ed25519 AAAA one\n" in printed
        assert "\n| - #   why" not in printed


def test_another_key_is_replaced_only_if_that_was_agreed_to(office: Office) -> None:
    other = BLOCK.replace("AAAA one", "AAAAB3 two")
    code, printed, text = edited(office, other)
    assert (code, text.decode()) == (1, other)
    assert "has another key for amamac. Ask its owner" in printed
    code, printed, text = edited(office, other, "replace")
    assert (code, text.decode()) == (0, BLOCK)
    assert "replace the key of amamac, so the one in place no longer works" in printed


def test_a_key_that_would_be_taken_away_is_asked_about(office: Office) -> None:
    for asked, words in (("", "has a key for amamac, and this would remove it"), (LINES, "has another key for amamac")):
        for here in (BLOCK.replace("AAAA one", "AAAAB3 two"), f"{FOREIGN}\n", BLOCK.replace("restrict", "# restrict")):
            code, printed, text = edited(office, here, "drop", lines=asked)
            assert (code, text.decode()) == ("AAAAB3" in here, here)
            assert (f"{words}. Ask its owner" in printed) is bool(code)
    assert edited(office, BLOCK, "drop")[:2] == (0, "")


@pytest.mark.parametrize(
    ("option", "words"),
    sampled.first(
        1,
        [
            ('command="/bin/rrsync -wo \\"/srv\\"",', "amamac can only start its backup (command=)"),
            ('from="192.0.2.7",', "amamac is limited by addresses (from=)"),
        ],
    ),
)
def test_a_lock_is_taken_off_a_key_only_if_that_was_agreed_to(option: str, words: str, office: Office) -> None:
    locked = BLOCK.replace("restrict", f"{option}restrict")
    for order in ("put", "drop"):
        code, printed, text = edited(office, locked, order)
        assert (code, text.decode()) == (1, locked)
        assert words in printed
        assert "Ask its owner whether they sent this. Only if so: -e new_keys=amamac" in printed
    code, printed, text = edited(office, locked, "replace")
    assert (code, text.decode()) == (0, BLOCK)
    assert words in printed
    tighter = locked.replace(f"{BEGIN}\n", "").replace(f"\n{END}\n", "")
    for here in (BLOCK, locked):
        assert edited(office, here, lines=tighter)[::2] == (0, locked.encode())
    assert edited(office, locked, "take")[::2] == (0, b"")


def test_the_line_ends_of_windows_hide_nothing(office: Office) -> None:
    windows = f"{FOREIGN}\n{BLOCK}# below\n".replace("\n", "\r\n")
    assert edited(office, windows) == (0, "", windows.encode())
    assert edited(office, windows, "take")[2].decode() == f"{FOREIGN}\r\n# below\r\n"


@pytest.mark.parametrize("order", ["put", "take"])
@pytest.mark.parametrize(
    "text",
    [
        f"{BEGIN}\n{LINES}\n{FOREIGN}\n",
        f"{LINES}\n{END}\n{FOREIGN}\n",
        f"{BEGIN}\n{BEGIN}\n{END}\n{FOREIGN}\n",
        f"{BLOCK}{END}\n{FOREIGN}\n",
        f"{BLOCK}\0{FOREIGN}\n",
    ],
)
def test_a_mark_alone_says_nothing_of_which_lines_are_ours(office: Office, text: str, order: str) -> None:
    code, printed, left = edited(office, text, order)
    assert (code, left) == (1, text.encode())
    assert KEYS_FILE in printed


def test_what_is_no_file_of_the_account_s_is_refused(office: Office) -> None:
    office.authorize(FOREIGN)
    keys = f"cd /home/amanda && rm -r {KEYS} &&"
    for make, why in (
        (f"ln -s /etc/passwd {KEYS}", "symbolic link"),
        (f"ln -s /nowhere {KEYS}", "symbolic link"),
        (f"mkfifo {KEYS}", "not a regular file"),
        (f"mkdir {KEYS}", "not a regular file"),
        (f"touch {KEYS}", "chown 'amanda'"),
        (f"touch {KEYS} && chown amanda {KEYS} && chmod 0 {KEYS}", "can't read"),
    ):
        office.run("sh", "-c", f"{keys} {make}")
        before = everything(office)
        for dry in (True, False):
            code, printed = said(office, "edit", "amanda", KEYS, "put", "amamac", *LINES.split("\n"), dry=dry)
            assert code == 1
            assert why in printed
        assert everything(office) == before


def test_a_folder_for_keys_that_is_root_s_stays_so(office: Office) -> None:
    asked = ("amanda", "/etc/ssh/keys/amanda", "put", "amamac", *LINES.split("\n"))
    assert "missing /etc/ssh/keys\nmissing /etc/ssh/keys/amanda\n" in said(office, "edit", *asked)[1]
    for path, mode in (("/etc/ssh/keys", 0o755), ("/etc/ssh/keys/amanda", 0o644)):
        status = office.path(path).stat()
        assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (0, 0, mode)
    assert office.path("/etc/ssh/keys/amanda").read_text() == BLOCK
    # As it was given away by what did this before.
    office.run("chown", "amanda:", "/etc/ssh/keys/amanda")
    code, printed = said(office, "edit", *asked, "other")
    assert code == 1
    assert "chown 'root' '/etc/ssh/keys/amanda'" in printed


def test_an_account_with_much_in_its_file_is_not_waited_for(office: Office) -> None:
    text = "".join(f"ssh-ed25519 AAAA{number} a laptop\n" for number in range(200_000))
    assert edited(office, text)[2].decode() == text + BLOCK


def test_root_works_nowhere_where_others_can_write(office: Office) -> None:
    office.run("install", "-d", "-m", "777", "/srv/open")
    code, printed = said(office, "edit", "root", "/srv/open/x", "put", "amamac", *LINES.split("\n"))
    assert code == 1
    assert "others than root can write" in printed
    assert list(office.path("/srv/open").iterdir()) == []


def test_a_file_that_is_locked_against_changes_is_foretold(office: Office) -> None:
    assert edited(office, FOREIGN, dry=True)[0] == 0
    office.put("/usr/local/bin/lsattr", '#!/bin/sh\necho "----i---------e------- $3"\n', mode=0o755)
    code, printed, _ = edited(office, FOREIGN, dry=True)
    assert code == 1
    assert "locked against changes" in printed

"""A key is what sshd reads as the key of a line, and never what its comment looks like."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.ansible.scripts.running import BEGIN, END, edited
from tests.support import programs
from tests.support.quick import sampled
from tests.support.servers.playbook import script

if TYPE_CHECKING:
    from tests.support.servers.office import Office

VICTIMS, THIEFS = "AAAAC3victims", "AAAAC3thiefs"
AWKS = {"awk": ("awk",), "busybox": ("busybox", "awk")}
_KEY_OF = re.compile(r"\n    function starts.*?\n    function key_of.*?\n    }(?=['\n])", re.DOTALL)


def block(line: str) -> str:
    return f"{BEGIN}\n{line}\n{END}\n"


@pytest.mark.parametrize("awk", sampled.first(2, AWKS))
@pytest.mark.parametrize("name", ["edit", "find_locked_out"])
def test_each_script_reads_the_key_as_sshd_does(name: str, awk: str) -> None:
    found = _KEY_OF.search(script(name))
    assert found
    lines = {
        f"ssh-ed25519 {VICTIMS}": VICTIMS,
        f"ssh-ed25519 {THIEFS} {VICTIMS}": THIEFS,
        f" \tssh-rsa \t{THIEFS} x {VICTIMS}\r": THIEFS,
        f"ssh-rsa {THIEFS}\r": THIEFS,
        f"restrict sk-ssh-ed25519@openssh.com {THIEFS} {VICTIMS} {VICTIMS}": THIEFS,
        f'command="a \\" ssh-rsa {VICTIMS} \\"",restrict ecdsa-sha2-nistp256 {THIEFS} {VICTIMS}': THIEFS,
        f'command="a",from="b c" ssh-ed25519 {THIEFS} "{VICTIMS}': THIEFS,
        "ssh-ed25519 AAAA+/= AAAA": "AAAA+/=",
        f"# restrict ssh-ed25519 {VICTIMS}": "",
        f"  # ssh-ed25519 {VICTIMS}": "",
        f"ssh-rsa {THIEFS[:6]}\f{THIEFS[6:]}\v {VICTIMS}": THIEFS,  # sshd skips these
        f"ED25519 {THIEFS} {VICTIMS}": THIEFS,  # which sshd takes as well
        f"restrict ED25519 {THIEFS} {VICTIMS}": THIEFS,
        f"restrict {VICTIMS}": VICTIMS,  # sshd takes no key from these two, but to find one too many hides none
        f"ssh-ed25519 x {VICTIMS}": VICTIMS,
        "": "",
    }
    program, *rest = AWKS[awk]
    argv = [programs.require(program), *rest, f"{found[0]} {{ print key_of($0) }}"]
    text = "".join(f"{line}\n" for line in lines)
    said = subprocess.run(argv, input=text, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
    assert (said.stdout.split("\n")[:-1], said.stderr) == ([*lines.values()], "")


def test_the_scripts_read_it_by_the_same_program() -> None:
    texts = [_KEY_OF.search(script(name)) for name in ("edit", "find_locked_out")]
    assert len({found[0] for found in texts if found}) == 1


def test_another_key_with_the_one_in_place_as_its_comment_is_another(office: Office) -> None:
    here = block(f'command="x",restrict ssh-ed25519 {VICTIMS} amanda')
    for comment in (VICTIMS, f"amanda {VICTIMS}", f"{VICTIMS} {VICTIMS}"):
        asked = f'command="x",restrict ssh-ed25519 {THIEFS} {comment}'
        code, printed, text = edited(office, here, lines=asked)
        assert (code, text.decode()) == (1, here)
        assert "has another key for amamac. Ask its owner" in printed
        assert edited(office, here, "replace", lines=asked)[2].decode() == block(asked)
    # Nor is the same key another, whatever is said about it.
    renamed = f'command="y",restrict ssh-ed25519 {VICTIMS} {THIEFS}'
    assert edited(office, here, lines=renamed)[2].decode() == block(renamed)


def test_a_comment_takes_no_place_of_another_key(office: Office) -> None:
    others = f'from="10.0.0.0/8" ssh-ed25519 {THIEFS} {VICTIMS}\n'
    asked = f'from="10.0.0.5" ssh-ed25519 {VICTIMS} amanda'
    assert edited(office, others, lines=asked)[2].decode() == others + block(asked)
    same = f'from="10.0.0.0/8" ssh-ed25519 {VICTIMS} {THIEFS}\n'
    code, printed, text = edited(office, same, lines=f'from="10.0.0.5" ssh-ed25519 {VICTIMS} {THIEFS}')
    assert (code, text.decode()) == (1, same)
    assert "which would no longer work" in printed

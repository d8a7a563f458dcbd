"""Two lines of one key, each for some places, set up one after the other by requests that don't know of each other."""

from __future__ import annotations

import os
import random
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.ansible.scripts import running
from tests.servers.places.test_one_key import (
    EACH_ITS_OWN,
    FROM_A_NETWORK,
    KEYS,
    OTHER_ADDRESS,
    apply,
    commands_met,
    contexts_for,
)
from tests.support import programs
from tests.support.quick import sampled
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.servers.setting_up import SetUpOffice
from wizard import allowed_from
from wizard.allowed_from import Relation
from wizard.server.exports import authorized_keys
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.server.exports.context import ExportContext

_PLACE = re.compile(r"\nreading_keys='\n(.*?)'.*\nkey_place=\$reading_keys'\n(.*?)'", re.DOTALL)
_AWKS = {"awk": ("awk",), "busybox": ("busybox", "awk")}
UNCLEAR = {"office": ("127.0.0.2", "127.0.1.*"), "laptop": ("127.0.0.0/8",)}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as started:
        started.start_sshd("PidFile none")
        started.live_in()
        yield started


@pytest.mark.parametrize(("first", "shell"), sampled.first(1, [("laptop", "dash"), ("office", "busybox")]))
def test_the_line_for_fewer_places_stands_first_in_either_order(
    first: str, shell: str, office: SetUpOffice, sample_folder: Path
) -> None:
    contexts = contexts_for(office, sample_folder, FROM_A_NETWORK, knows_other=False)
    narrow, wide = contexts["office"], contexts["laptop"]
    before = office.path(KEYS).read_text()
    if first == "laptop":
        assert apply(office, wide, shell=shell).exit_code == 0
        refused = apply(office, narrow, shell=shell)
        assert refused.exit_code == 1
        assert "for laptop, which would no longer work from the places (from=) of office" in refused.stderr
        assert office.script("--new-key", shell=shell).exit_code == 0
    else:
        assert apply(office, narrow, shell=shell).exit_code == 0
        assert apply(office, wide, shell=shell).exit_code == 0
    assert commands_met(office, narrow) == EACH_ITS_OWN
    for one in contexts.values():
        again = apply(office, one, shell=shell)
        assert (again.exit_code, again.changes) == (0, []), again.stderr
        assert "sshd takes the line" not in again.stdout
    for one in contexts.values():
        assert apply(office, one, "--undo", shell).exit_code == 0
    assert office.path(KEYS).read_text() == before


@pytest.mark.parametrize("first", ["laptop", "office"])
def test_the_playbook_s_script_does_so_too(first: str, office: SetUpOffice, sample_folder: Path) -> None:
    contexts = contexts_for(office, sample_folder, FROM_A_NETWORK, knows_other=False)
    for context in [contexts[first], *(one for name, one in contexts.items() if name != first)]:
        placing.make_root(office, context.profile)
        if first == "laptop" and context.name == "office":
            assert edit(office, context, "put") == (1, "which would no longer work")
            assert edit(office, context, "replace")[0] == 0
        assert edit(office, context, "put")[0] == 0
        assert edit(office, context, "put") == (0, "")
    assert commands_met(office, contexts["office"]) == EACH_ITS_OWN


def edit(office: SetUpOffice, context: ExportContext, order: str) -> tuple[int, str]:
    """How the playbook's script for keys ended, and the words of interest among those that it said."""
    lines = (order, context.name, *authorized_keys.body(context).split("\n"))
    code, said = running.said(office, "edit", ACCOUNT, KEYS, *lines)
    found = re.search(r"which would no longer work|sshd takes the line of \w+", said)
    return code, found[0] if found else said


@pytest.mark.every_case
@pytest.mark.parametrize("first", ["laptop", "office"])
def test_where_places_can_t_be_compared_it_is_said_which_line_is_met(
    first: str, office: SetUpOffice, sample_folder: Path
) -> None:
    contexts = contexts_for(office, sample_folder, UNCLEAR, knows_other=False)
    one, two = contexts[first], contexts[{"laptop": "office", "office": "laptop"}[first]]
    assert "sshd takes" not in apply(office, one).stdout
    told = f"the key of {two.name} is also in {KEYS} for {first}, from places that can't be compared or overlap."
    met = f"Where both are for an address, sshd takes the line of {first}, which stands first"
    foretold = apply(office, two, "--check").stdout
    done = office.script()
    assert done.exit_code == 0
    for said in (foretold, done.stdout, office.script().stdout):
        assert f"{told} {met}" in " ".join(said.split())
    told = told.replace(f"of {two.name}", f"of {first}").replace(f"for {first}", f"for {two.name}")
    assert f"{told} {met}" in " ".join(apply(office, one).stdout.split())
    assert commands_met(office, one)[OTHER_ADDRESS] == first
    assert (commands_met(office, one)[HOST] == "laptop") is True
    assert edit(office, two, "take")[0] == 0
    assert edit(office, two, "put") == (0, f"sshd takes the line of {first}")


@pytest.mark.parametrize("awk", sampled.first(1, _AWKS))
def test_places_are_compared_as_the_wizard_does(awk: str, tmp_path: Path) -> None:
    """By the text that the server's script has for it, and the playbook as well."""
    found = _PLACE.search((paths.assets() / "templates/setup.sh").read_text("utf-8"))
    assert found
    rng = random.Random(7)
    seen = dict.fromkeys(Relation, 0)
    keys, blob = tmp_path / "keys", "AAAAB3"
    for one, other in [*_PAIRS, *((some_places(rng), some_places(rng)) for _ in range(150))]:
        theirs = f"# backup-wizard begin other\n{line(other, blob)}\n# backup-wizard end other\n"
        environment = os.environ | {"ours": line(one, blob), "blob": blob, "name": "ours", "later": ""}
        relation = allowed_from.relation(one, other)
        seen[relation] += 1
        is_told = relation is Relation.UNCLEAR and other != ()
        for before in ("", f"# backup-wizard begin ours\n{line(one, blob)}\n# backup-wizard end ours\n"):
            keys.write_text(before + theirs)
            program, *rest = _AWKS[awk]
            argv = [programs.require(program), *rest, "".join(found.groups()), str(keys)]
            said = subprocess.run(argv, env=environment, capture_output=True, text=True)
            assert said.stderr == ""
            place = "end" if before and relation is Relation.AROUND else ""
            expected = [place, "", *([""] if before else []), "other" if is_told else ""]
            if relation is Relation.INSIDE:
                expected = ["" if before else "1", "other"]
            assert said.stdout.rstrip("\n") == "\n".join(expected).rstrip("\n"), (one, other, relation)
    assert min(seen.values()) > 5, seen


_PAIRS = [
    ((), ()),
    (("10.0.0.5",), ()),
    (("10.0.0.5",), ("10.0.0.0/8",)),
    (("10.0.0.0/8",), ("10.0.0.5/8",)),  # which sshd takes for no network
    (("10.0.0.0/8", "2001:db8::/32"), ("0.0.0.0/0", "::/0")),
    (("::ffff:10.0.0.5",), ("::/0",)),
    (("::ffff:a00:5",), ("::/0",)),
    (("fe80::1%eth0",), ("fe80::/10",)),
    (("2001:DB8::1",), ("2001:db8:0:0:0:0:0:1",)),
    (("2001:db8::1",), ("2001:db8::/127",)),
    (("1:2:3:4:5:6:7::",), ("1:2:3:4:5:6:7:0/112",)),
    (("010.0.0.1",), ("10.0.0.0/8",)),
    (("10.0.0.256",), ("10.0.0.0/8",)),
    (("10.0.0.0/33",), ("10.0.0.0/8",)),
    (("10.0.0.*",), ("10.0.0.0/8",)),
    (("!10.0.0.1", "10.0.0.0/24"), ("10.0.0.0/8",)),
    (("host.example",), ("10.0.0.0/8",)),
]


def some_places(rng: random.Random) -> tuple[str, ...]:
    """Networks of few bits, so that many of them overlap."""
    found = []
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        size = rng.randrange(4)
        top = rng.randrange(2**size) << (3 - size)
        if rng.random() < 0.3:
            found.append(f"2001:db{top:x}::/{29 + size}")
        elif rng.random() < 0.3:
            found.append(f"{96 + rng.randrange(8)}.0.0.0/8")
        else:
            found.append(f"{96 + top}.0.0.0/{5 + size}")
    return tuple(found)


def line(places: tuple[str, ...], blob: str) -> str:
    from_ = f'from="{",".join(places)}",' if places else ""
    return f'command="a, from=\\"1.2.3.4\\" b",{from_}restrict ssh-ed25519 {blob} of nobody'

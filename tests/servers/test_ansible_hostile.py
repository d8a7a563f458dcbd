"""Hostile values through Ansible's own parsers: each comes out as it went in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import hostile
from tests.support.playbook import play
from tests.support.profiles import a_profile
from wizard.failure import Failure, Kind
from wizard.profile import Scheme, Server
from wizard.schemes.facts import ClientFacts, ServerFacts
from wizard.server import exports
from wizard.server.exports import ansible, authorized_keys, rsyncd

if TYPE_CHECKING:
    from tests.support.hostile import Hostile
    from wizard.server.exports.order import Order

HOST = "127.0.0.1"
TASKS = """
    values:
{values}
  tasks:
    - ansible.builtin.copy:
        dest: {dest}
        content: "{{{{ {{'computers': computers, 'values': values}} | to_json }}}}"
"""


def order_of(found: Hostile, kind: str) -> Order:
    client = ClientFacts(known_hosts=Path("/nowhere"), public_key=f"ssh-ed25519 AAAA {found.comment}")
    return exports.order(hostile.profile(found, kind), client, ServerFacts())


@pytest.mark.long
def test_at_least_2000_values_come_out_as_they_went_in(tmp_path: Path) -> None:
    drawn = hostile.batch(hostile.one_spoilt(host=HOST), 800)
    orders = [order_of(one, kind) for one in drawn if hostile.passes(one) for kind in ("rrsync", "daemon-over-ssh")]
    orders = [order for order in orders if not is_refused(order)]
    raw = [text for one in hostile.batch(hostile.values(), 350) for text in texts(one) if "\udcff" not in text]
    assert len({order.profile.server.root for order in orders}) > 50
    assert len(raw) + len(orders) > 2000

    head = ansible.render_many(orders).partition("\n    here: ")[0].replace("become: true", "become: false")
    listed = "\n".join(f"      - {ansible.quoted(text)}" for text in raw)
    playbook, out = tmp_path / "hostile.yml", tmp_path / "out.json"
    playbook.write_text(head + TASKS.format(values=listed, dest=json.dumps(str(out))))
    play(local, playbook)

    found = json.loads(out.read_text())
    assert found["values"] == raw
    for order, computer in zip(orders, found["computers"], strict=True):
        profile = order.profile
        assert (computer["name"], computer["account"]) == (profile.name, profile.server.user)
        assert computer["folders"][0]["path"].endswith(profile.server.root)
        assert computer["authorized_keys"]["lines"] == authorized_keys.body(order)
        if "private" in computer:
            assert computer["private"]["text"] == rsyncd.render(order)


@pytest.mark.parametrize("root", ["/srv/$HOME", "${HOME}", "not-utf8-\udcff"])
def test_a_folder_that_ansible_would_take_for_another_is_refused(root: str) -> None:
    profile = a_profile(server=Server(host=HOST, user="amanda", root=root), scheme=Scheme(kind="rrsync"))
    client = ClientFacts(known_hosts=Path("/nowhere"), public_key="ssh-ed25519 AAAA")
    with pytest.raises(Failure) as refused:
        ansible.render(exports.order(profile, client, ServerFacts()))
    assert refused.value.kind is Kind.BAD_VALUE


def is_refused(order: Order) -> bool:
    try:
        ansible.render(order)
    except Failure:
        assert {"$", "\udcff"} & set(order.profile.server.root + order.setup.key_lines[0].key)
        return True
    return False


def texts(one: Hostile) -> tuple[str, ...]:
    return (one.name, one.host, one.user, one.root, one.module, one.comment, *one.from_, *one.exclude)


def local(*argv: str) -> str:
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout

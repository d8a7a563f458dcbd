"""A message that a stranger asked for changes and opens nothing of anybody else's, and neither does taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.message.test_message import DONE
from tests.support.data.message import block
from tests.support.data.requests import a_request
from tests.support.quick import sampled
from tests.support.servers import root_shell, setting_up
from tests.support.servers.setting_up import SetUpOffice
from wizard.client.keys.secrets import Secret
from wizard.profile import SchemeSettings, Server
from wizard.server import exports
from wizard.server.exports import covering_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wizard.client.request import Request

MODULES = "/etc/rsyncd.conf"
HERS = a_request(
    "daemon",
    server=Server(host="files.example.lan", user="amanda", root="/srv/backup"),
    scheme=SchemeSettings(kind="daemon", auth=True),
)
EVES_SERVER = Server(host="files.example.lan", user="eve", root="/srv/eve")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as running:
        running.start_sshd()
        running.live_in()
        running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", "eve")
        yield running


def text_of(request: Request) -> str:
    return covering_message.render(exports.context_of_request(request, secret=Secret("secret")))


def by_eve(name: str, *, purpose: str = "", module: str = "", auth: bool = True) -> str:
    scheme = SchemeSettings(kind="daemon", auth=auth, module=module)
    asked = msgspec.structs.replace(HERS, name=name, server=EVES_SERVER, scheme=scheme)
    return text_of(msgspec.convert(msgspec.to_builtins(asked) | {"purpose": purpose}, type(asked)))


@pytest.mark.parametrize("shell", sampled.first(1, root_shell.SHELLS))
@pytest.mark.parametrize(
    ("there", "module"),
    [("hers", "amanda"), ("hers", "AmanDa"), ("included", "other"), ("merged", "other"), ("named", "other")],
)
def test_no_second_module_gets_the_name_of_one_that_is_there(
    there: str, module: str, shell: str, office: SetUpOffice
) -> None:
    assert DONE.search(root_shell.paste(office, block(text_of(HERS)), shell))
    office.run("mkdir", "-p", "/etc/rsync files")
    including = {
        "included": "&include /etc/rsync files",
        "merged": " &merge  /etc/rsync files",
        "named": "&include /etc/rsync files/a.conf",
    }
    office.put(MODULES, f"{including.get(there, '')}\n{office.path(MODULES).read_text()}", mode=0o644)
    office.put("/etc/rsync files/a.conf", "[first]\n  path = /srv", mode=0o644)
    office.put("/etc/rsync files/b.inc", "[first]\n  path = /srv", mode=0o644)
    file = "/etc/rsync files/b.inc" if there == "merged" else "/etc/rsync files/a.conf"
    office.put(file, "[first]\n  path = /srv\n\t[ Other\t] ; x\n  path = /srv", mode=0o644)
    before = office.standing()
    said = root_shell.paste(office, block(by_eve("evepc", module=module, auth=False)), shell)
    taken = f"backup-wizard: /etc/rsyncd.conf already has another module named {module.lower()}: choose another name"
    assert taken in " ".join(said.split()), said
    assert not DONE.search(said)
    assert office.standing() == before
    assert DONE.search(root_shell.paste(office, block(by_eve("evepc", module="third", auth=False)), shell))

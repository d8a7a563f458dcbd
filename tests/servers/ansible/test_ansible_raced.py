"""A program of the account's that plants links in its home while the playbook runs: at each command and between."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import processes, programs
from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from tests.support.servers import setting_up
from tests.support.servers.office import ACCOUNT, HOST, Office
from tests.support.servers.playbook import play
from wizard.profile import SchemeSettings, Server
from wizard.schemes.facts import ClientFacts, ServerFacts
from wizard.server import exports
from wizard.server.exports import ansible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.data.trees import Entry

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2xvQmn1JQ6kqS3w3mzvCq0Q9wZbV5Y1kNJxJ0m9nTt"
NAMES = ("one", "two", "three", "four")
# Where each link leads: a coworker's folders, root's, and files of both.
LINKS = {
    "backup": "/srv/victim",
    "backup/one": "/home/nadia/empty",
    ".ssh": "/home/nadia/.ssh",
    ".ssh/authorized_keys": "/etc/victim",
    ".ssh/authorized_keys.backup-wizard": "/home/nadia/letter.txt",
    "backup/two": "/etc/cron.d",
    "backup/three": "/home/nadia/to-be-made",
}
# Plants one link after the other, each at a word from a command that then runs, and takes the one before away. Once it
# is told to be tireless, it plants and takes away all of them every two milliseconds, and rests after ten of those for
# as long as a step takes on a busy machine, so that some steps do their work.
PLANTER = """
import itertools, os, select, sys
links, home, user, group = eval(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])
os.setgroups([])
os.setgid(group)
os.setuid(user)
asked, told = os.open("/srv/plant/asked", os.O_RDWR), os.open("/srv/plant/told", os.O_RDWR)
def plant(name):
    try:
        if os.path.lexists(name):
            os.rename(name, name + ".kept")
        os.symlink(links[name], name)
        return True
    except OSError:
        return False
def take(name):
    try:
        if os.path.islink(name):
            os.unlink(name)
        os.rename(name + ".kept", name)
    except OSError:
        pass
os.chdir(home)
names, at, planted, tireless = list(links), 0, 0, False
rests = itertools.cycle([0.002] * 10 + [0.2])
print("ready", flush=True)
while True:
    while tireless and not select.select([asked], [], [], next(rests))[0]:
        for name in names:
            planted += plant(name)
            take(name)
    word = os.read(asked, 1)
    take(names[at % len(names)])
    if word == b".":
        for _ in names:
            at += 1
            if plant(names[at % len(names)]):
                planted += 1
                break
        os.write(told, b"\\n")
    else:
        print(planted, flush=True)
        tireless, planted = not tireless, 0
"""
OWN = {"/etc/backup-wizard-ansible.json", "/etc/ssh/sshd_config"}
COMMANDS = (
    *("awk", "cat", "chmod", "chown", "cmp", "cp", "find", "getent", "grep", "id", "mkdir", "mv", "rm", "rmdir", "sed"),
    *("setsid", "stat", "su", "tr"),
)
ASK = "printf . >/srv/plant/asked; read -r _ </srv/plant/told"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(setting_up.place(tmp_path)) as running:
        running.run("useradd", "--create-home", "--no-log-init", "-p", "*", "-s", "/bin/sh", "nadia")
        running.put("/etc/ssh/sshd_config", "HostKey /etc/backup-wizard-test-host-key\n", mode=0o644)
        running.put("/home/nadia/.ssh/authorized_keys", KEY, owner="nadia")
        running.put("/home/nadia/letter.txt", "mine", owner="nadia")
        running.put("/etc/victim", "root's own")
        running.authorize(KEY)
        running.run("mkdir", "/srv/plant", "/srv/shims", "/srv/victim", "/home/nadia/empty")
        for path in ("/home/nadia/letter.txt", "/etc/victim"):
            running.path(path).chmod(0o600)
        running.run("mkfifo", "-m", "666", "/srv/plant/asked", "/srv/plant/told")
        for name in COMMANDS:
            shim = running.path(f"/srv/shims/{name}")
            shim.write_text(f'#!/bin/sh\n{ASK}\nexec {programs.require(name)} "$@"\n')
            shim.chmod(0o755)
        running.run("chmod", "755", "/srv/plant", "/srv/shims")
        yield running


def not_the_accounts(office: Office) -> dict[str, Entry]:
    """All that the account could gain: each file and folder that is not its own, but for folders' times."""
    own = office.home.stat().st_uid
    found: dict[str, Entry] = {}
    for top in ("/etc", "/home", "/srv/victim"):
        for name, entry in tree(office.path(top)).items():
            if entry.owner[0] != own:
                found[f"{top}/{name}"] = replace(entry, modified_ns=0)
    return found


@pytest.mark.long
@pytest.mark.every_case
@pytest.mark.timeout(400)
def test_links_that_are_planted_meanwhile_gain_nothing(office: Office, tmp_path: Path) -> None:
    profiles = (
        a_profile(name=name, server=Server(host=HOST, user=ACCOUNT), scheme=SchemeSettings(kind="rrsync"))
        for name in NAMES
    )
    client = ClientFacts(known_hosts=Path("/nowhere"), public_key=KEY)
    playbook = tmp_path / "raced.yml"
    text = ansible.render_many([exports.context_of(profile, client, ServerFacts()) for profile in profiles])
    # Whatever fails, all that comes after it is done all the same.
    playbook.write_text(text.replace("  become: true\n", "  become: true\n  ignore_errors: true\n", 1))
    office.home.chmod(0o755)
    before = not_the_accounts(office)
    owner = office.home.stat()
    told = (repr(LINKS), f"/home/{ACCOUNT}", str(owner.st_uid), str(owner.st_gid))
    argv = office.inside(sys.executable, "-c", PLANTER, *told)
    planter = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def how_many() -> int:
        office.run("sh", "-c", "printf '?' >/srv/plant/asked")
        assert planter.stdout
        return int(planter.stdout.readline())

    try:
        assert planter.stdout
        assert planter.stdout.readline() == "ready\n"
        raced = play(office.run, playbook, first=ASK, path="/srv/shims")
        assert {path for path, entry in not_the_accounts(office).items() if before.get(path) != entry} == OWN
        at_commands = how_many()
        raced_again = play(office.run, playbook)
        play(office.run, playbook, "--tags=remove")
        tirelessly = how_many()
    finally:
        processes.end(planter)
    assert not_the_accounts(office) == before
    print(f"{at_commands} links were planted at commands, and {tirelessly} between them")
    assert min(at_commands, tirelessly) >= 200
    done = {task for task, _ in raced.changed + raced_again.changed}
    assert {"Create the folders", "Add the keys"} <= done

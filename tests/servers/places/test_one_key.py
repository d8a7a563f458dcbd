"""One key with a line for each place: each gets its own command, whichever was set up first, and however."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.ansible.scripts import running
from tests.support import programs
from tests.support.data.message import block, line_after
from tests.support.quick import sampled
from tests.support.servers import placing, root_shell, setting_up
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.servers.playbook import play
from tests.support.servers.setting_up import FOREIGN_KEYS, SetUpOffice
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import protected_key
from wizard.profile import Key
from wizard.server import exports, handed_over
from wizard.server.exports import ansible, authorized_keys, script
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.data.trees import Entry
    from wizard.server.exports.context import ExportContext

KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"
OTHER_ADDRESS = "127.0.0.2"
# By name, from where each of two backups may be used: the second is for more places.
FROM_ANYWHERE = {"office": (OTHER_ADDRESS,), "laptop": ()}
FROM_A_NETWORK = {"office": (OTHER_ADDRESS,), "laptop": ("127.0.0.0/8",)}
EACH_ITS_OWN = {OTHER_ADDRESS: "office", HOST: "laptop"}
_SAYS = re.compile(r"this key is for backups alone( and from here adds files only)?, in .*/(\w+)")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SetUpOffice]:
    with SetUpOffice(setting_up.place(tmp_path), None) as started:
        started.start_sshd()
        started.live_in()
        yield started


def contexts_for(
    office: SetUpOffice, folder: Path, places: Mapping[str, tuple[str, ...]], *, knows_other: bool = True
) -> dict[str, ExportContext]:
    """What each asks for; where it knows no other, as a request does."""
    contexts = {}
    for name, from_ in reversed(list(places.items())):
        profile = placing.profile_for(office, "rrsync", folder, scheme={"from": from_})
        profile = msgspec.structs.replace(
            profile, name=name, key=Key(protection="none", file=str(folder.parent / "key"))
        )
        profiles.save(profile)
        known_hosts.trust(profile, [HostKey(*office.host_key)])
        protected_key.ensure(profile)
        context = exports.context_of(profile, access.prepare(profile).facts)
        contexts[name] = context if knows_other else replace(context, later=())
    return contexts


def commands_met(office: SetUpOffice, context: ExportContext) -> dict[str, str]:
    """By the address that the key is used from, whose backup its line is for."""
    client, met = context.client, {}
    assert client
    for address in (OTHER_ADDRESS, HOST):
        options = ["-F", "none", "-i", str(context.profile.key_path), "-b", address, "-p", str(office.port)]
        trusted = ["-o", f"UserKnownHostsFile={client.known_hosts}", "-o", f"HostKeyAlias={context.name}"]
        argv = [programs.require("ssh"), *options, *trusted, "-o", "BatchMode=yes", f"{ACCOUNT}@{HOST}", "true"]
        ran = subprocess.run(argv, capture_output=True, text=True)
        found = _SAYS.search(ran.stderr)
        met[address] = f"{'only adds to ' if found[1] else ''}{found[2]}" if found else ran.stderr
    return met


def standing(office: SetUpOffice) -> dict[str, Entry]:
    """All but the script itself."""
    return {path: entry for path, entry in office.standing().items() if path != setting_up.SCRIPT}


def apply(office: SetUpOffice, context: ExportContext, option: str = "", shell: str = "dash") -> setting_up.Ended:
    setting_up.install(office, script.render(context))
    return office.script(option, shell=shell)


@pytest.mark.every_case
def test_one_script_for_both_has_them_in_the_order_in_which_both_work(office: SetUpOffice, sample_folder: Path) -> None:
    before = standing(office)
    contexts = contexts_for(office, sample_folder, FROM_A_NETWORK, knows_other=False)
    assert list(contexts) == ["laptop", "office"]
    setting_up.install(office, exports.FORMATS["script"].render_all(list(contexts.values())))
    done = office.script()
    assert done.exit_code == 0, done.stderr
    assert commands_met(office, contexts["office"]) == EACH_ITS_OWN
    assert office.script().changes == []
    assert office.script("--undo").exit_code == 0
    assert standing(office) == before


@pytest.mark.parametrize("shell", sampled.first(1, ["dash", "busybox"]))
def test_a_line_for_fewer_places_is_put_before_the_other_once_its_owner_was_asked(
    shell: str, office: SetUpOffice, sample_folder: Path
) -> None:
    before = standing(office)
    contexts = contexts_for(office, sample_folder, FROM_ANYWHERE, knows_other=False)
    wide, narrow = contexts["laptop"], contexts["office"]
    assert apply(office, wide, shell=shell).exit_code == 0
    only_wide, with_wide = office.path(KEYS).read_text(), standing(office)
    assert commands_met(office, wide) == {OTHER_ADDRESS: "laptop", HOST: "laptop"}

    # Whoever knows the public key could ask for this.
    refused = apply(office, narrow, shell=shell)
    assert refused.exit_code == 1
    assert "for laptop, which would no longer work from the places (from=) of office" in refused.stderr
    assert "Ask its owner" in refused.stderr
    assert standing(office) == with_wide
    foretold = office.script("--check", shell=shell)
    assert "for laptop, which would no longer work" in foretold.stdout
    assert standing(office) == with_wide

    done = office.script("--new-key", shell=shell)
    assert (done.exit_code, done.changes) == (0, foretold.changes), done.stderr
    assert commands_met(office, narrow) == EACH_ITS_OWN
    assert (again := office.script(shell=shell)).changes == [], again.stderr  # and nobody is asked again
    assert office.script("--undo", shell=shell).exit_code == 0
    assert office.path(KEYS).read_text() == only_wide
    assert standing(office) == with_wide
    assert apply(office, wide, "--undo", shell).exit_code == 0
    assert standing(office) == before


@pytest.mark.every_case
def test_a_line_for_more_places_comes_after_the_other_and_nobody_has_to_be_asked(
    office: SetUpOffice, sample_folder: Path
) -> None:
    contexts = contexts_for(office, sample_folder, FROM_ANYWHERE, knows_other=False)
    for name in ("office", "laptop"):
        done = apply(office, contexts[name])
        assert done.exit_code == 0, done.stderr
    assert commands_met(office, contexts["office"]) == EACH_ITS_OWN
    # Their places are changed about, each by a new script.
    swapped = contexts_for(office, sample_folder, {"laptop": (HOST,), "office": ()}, knows_other=False)
    assert apply(office, swapped["office"]).exit_code == 0
    assert apply(office, swapped["laptop"], "--new-key").exit_code == 0
    assert commands_met(office, contexts["office"]) == EACH_ITS_OWN
    assert office.path(KEYS).read_text().startswith(FOREIGN_KEYS)


@pytest.mark.parametrize(
    ("first", "shell"), [("laptop", "bash"), pytest.param("office", "dash", marks=pytest.mark.every_case)]
)
def test_messages_are_pasted_in_either_order(first: str, shell: str, office: SetUpOffice, sample_folder: Path) -> None:
    office.authorize(f"{FOREIGN_KEYS}\n")
    before = standing(office)
    contexts = contexts_for(office, sample_folder, FROM_A_NETWORK)
    order = [contexts[first], *(one for name, one in contexts.items() if name != first)]
    texts = [exports.rendered(one, "text") for one in order]
    for text in texts:
        assert "Done." in (said := root_shell.paste(office, block(text), shell)).replace('"Done.', ""), said
    assert commands_met(office, contexts["office"]) == EACH_ITS_OWN
    assert "My backup “laptop” has the same key" in " ".join(texts[first == "laptop"].split())
    assert "the same key" not in texts[first == "office"]
    for text in texts:
        root_shell.paste(office, line_after(text, "To take it back"), shell)
    assert standing(office) == before


@pytest.mark.parametrize("way", ["script", "message", "playbook"])
def test_both_lines_of_one_backup_come_and_go_together(way: str, office: SetUpOffice, sample_folder: Path) -> None:
    """One that is for its places alone, then one that adds from elsewhere, and that again."""
    office.authorize(f"{FOREIGN_KEYS}\n")
    before = office.path(KEYS).read_text()
    text, apart = "", {HOST: "amamac", OTHER_ADDRESS: "only adds to amamac"}
    for elsewhere in ("", "add"):
        scheme = {"from": [HOST], "elsewhere": elsewhere, "allow_delete": True}
        profile = placing.profile_for(office, "rrsync", sample_folder, scheme=scheme)
        profiles.save(profile)
        known_hosts.trust(profile, [HostKey(*office.host_key)])
        protected_key.ensure(profile)
        facts = access.prepare(profile).facts
        context = exports.context_of(profile, facts)
        handed_over.keep(profile, facts)
        placing.make_root(office, profile)
        for again in (False, True)[: 2 if elsewhere else 1]:
            if way == "script":
                assert (done := apply(office, context)).exit_code == 0, done.stderr
            elif way == "message":
                text = exports.rendered(context, "text")
                assert "Done." in (said := root_shell.paste(office, block(text))).replace('"Done.', ""), said
            else:
                _edit(office, context, "put", changes=not again)
        met = commands_met(office, context)
        assert met == apart if elsewhere else (met[HOST] == "amamac" and "Permission denied" in met[OTHER_ADDRESS]), met
    if way == "script":
        assert office.script("--undo").exit_code == 0
    elif way == "message":
        root_shell.paste(office, line_after(text, "To take it back"))
    else:
        _edit(office, context, "take")
    assert office.path(KEYS).read_text() == before


def test_what_a_stranger_asks_for_with_somebody_s_key_takes_nothing_over(
    office: SetUpOffice, sample_folder: Path
) -> None:
    contexts = contexts_for(office, sample_folder, FROM_ANYWHERE, knows_other=False)
    wide, narrow = contexts["laptop"], contexts["office"]
    assert apply(office, wide).exit_code == 0
    was = office.path(KEYS).read_text()
    root_shell.paste(office, block(exports.rendered(narrow, "text")))
    assert commands_met(office, wide) == {OTHER_ADDRESS: "laptop", HOST: "laptop"}
    root_shell.paste(office, line_after(exports.rendered(narrow, "text"), "To take it back"))
    # Nor does what somebody has called a line there become an order to the terminal.
    key = wide.setup.key_lines[0].key
    office.path(KEYS).write_text(f"# backup-wizard begin \x1b[2Jit\n{key}\n# backup-wizard end \x1b[2Jit\n{was}\n")
    refused = apply(office, narrow)
    assert "for ?[2Jit, which would no longer work" in refused.stderr
    assert "\x1b" not in refused.stderr + refused.stdout


@pytest.mark.parametrize("first", ["laptop", "office"])
def test_the_playbook_s_script_keeps_the_order(first: str, office: SetUpOffice, sample_folder: Path) -> None:
    contexts = contexts_for(office, sample_folder, FROM_A_NETWORK)
    order = [contexts[first], *(one for name, one in contexts.items() if name != first)]
    before = office.path(KEYS).read_text()
    for context in order:
        placing.make_root(office, context.profile)
        takes_places = first == "laptop" and context.name == "office"
        _edit(office, context, "put", refused=takes_places)
        if takes_places:
            _edit(office, context, "replace")
        _edit(office, context, "put", changes=False)
    assert commands_met(office, contexts["office"]) == EACH_ITS_OWN
    for context in order:
        _edit(office, context, "take")
    assert office.path(KEYS).read_text() == f"{before}\n"


def _edit(
    office: SetUpOffice, context: ExportContext, order: str, *, refused: bool = False, changes: bool = True
) -> None:
    """Run the script for the keys as the playbook does."""
    later = " ".join(context.later)
    assert (f'later: "{later}"' in ansible.render(context)) is bool(later)
    lines = (f"{order} {later}", context.name, *authorized_keys.body(context).split("\n"))
    ended, said = running.said(office, "edit", ACCOUNT, KEYS, *lines)
    assert (ended != 0) is refused, said
    if refused:
        assert "is also in /home/amanda/.ssh/authorized_keys for laptop, which would no longer work" in said
    else:
        assert bool(said) is changes


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)  # Ansible starts a Python for each thing that it looks at
@pytest.mark.parametrize("first", ["laptop", "office", "both"])
def test_playbooks_are_played_in_either_order(
    first: str, office: SetUpOffice, sample_folder: Path, tmp_path: Path
) -> None:
    contexts, playbook = (
        contexts_for(office, sample_folder, FROM_A_NETWORK, knows_other=False),
        tmp_path / "backups.yml",
    )
    texts = [exports.FORMATS["ansible"].render_all([contexts[first]] if first != "both" else [*contexts.values()])]
    texts += [ansible.render(one) for name, one in contexts.items() if name != first != "both"]
    for text in texts:
        playbook.write_text(text)
        play(office.run, playbook, "--extra-vars=new_keys=office")
        assert play(office.run, playbook).changed == []
    assert commands_met(office, contexts["office"]) == EACH_ITS_OWN

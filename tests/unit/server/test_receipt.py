"""The server's receipt: read out of mails, refused where it is not one, and never taken where it contradicts."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.attacks import hostile
from tests.support.commands import backup_wizard
from tests.support.data.profiles import FINGERPRINT, a_profile, towards
from wizard import profile as profile_rules
from wizard import trouble
from wizard.client.host_keys import known_hosts
from wizard.failure import Failure, Kind
from wizard.server import kept_facts
from wizard.server.reaching import host_trust
from wizard.server.receipts import receipt, receipt_text, vouched
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.real_sshd import RealSshd
    from tests.support.table import Tried
    from wizard.profile import Profile

OTHER = "SHA256:" + "B" * 43
TEXT = """\
=== backup-wizard receipt for amamac ===
host-key: ED25519 {fingerprint}
account: {account}
home: /home/amanda
folder: {folder}
shell: /bin/sh
rsync: 3.2.7
openssh: 9.2
rrsync: /usr/lib/rsync/rrsync
ssh-port: 22
ssh-port: {port}
rsync-port: 873
warning: the home is open
warning: and that is a long line which a mail program may well break in two, as it likes
=== end of receipt for amamac ===
"""


def text(profile: Profile | None = None, **changes: object) -> str:
    server = (profile or a_profile()).server
    values = {"fingerprint": FINGERPRINT, "account": server.user, "port": server.port}
    values["folder"] = receipt_text.plain_folder(server.root)
    return TEXT.format_map(values | changes)


def unmet(**changes: object) -> Profile:
    """A profile whose server can't be asked, with nothing confirmed."""
    profile = a_profile()
    server = msgspec.structs.replace(profile.server, host="192.0.2.1.invalid", host_keys=(), **changes)
    return msgspec.structs.replace(profile, server=server)


WRAPPED = text().replace("which a mail", "which\na mail")
MAILS = {
    "as it is": text(),
    "in a mail": f"Dear Amanda,\nhere it is.\n\n{text()}\nRegards",
    "quoted": "".join(f"> {line}\n" for line in text().splitlines()),
    "quoted twice": "".join(f"> >  {line}\n" for line in text().splitlines()),
    "from Windows": text().replace("\n", "\r\n"),
    "other spaces": text().replace(" ", "\u00a0"),
    "indented": text().replace("\n", "  \n\t"),
    "doubled lines": text().replace("\n", "\n\n"),
    "broken": WRAPPED,
    "quoted and broken": "".join(f"> {line}\n" for line in WRAPPED.splitlines()),
    "with an answer below": f"{text()}\n" + "".join(f"> {line}\n" for line in text().splitlines()),
    "among others": text().replace("amamac", "other") + text() + text().replace("amamac", "third"),
}


@pytest.mark.parametrize("mail", MAILS)
def test_a_receipt_is_read_out_of_any_mail(mail: str) -> None:
    assert receipt_text.holds_one(MAILS[mail])
    assert receipt_text.parse(MAILS[mail], "amamac") == receipt_text.parse(text(), "amamac")


def test_a_receipt_is_read_to_typed_data() -> None:
    read = receipt_text.parse(text(folder="b%20%C3%A9x"), "amamac")
    assert (read.account, read.folder, read.home) == ("amanda", "b éx", "/home/amanda")
    assert read.host_keys == (receipt_text.HostPrint("ED25519", FINGERPRINT),)
    assert (read.rsync, read.openssh, read.rrsync) == ((3, 2, 7), (9, 2), "/usr/lib/rsync/rrsync")
    assert (read.ssh_ports, read.daemon_port, len(read.warnings)) == ((22, 22), 873, 2)


def test_what_a_newer_script_tells_as_well_is_passed_over() -> None:
    newer = text().replace("rsync-port: 873", "rsync-port: 873\nselinux: enforcing")
    assert receipt_text.parse(newer, "amamac") == receipt_text.parse(text(), "amamac")


def test_what_an_older_script_does_not_tell_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    older = receipt_text.parse(text().replace("home: /home/amanda\n", ""), "amamac")
    assert older == replace(receipt_text.parse(text(), "amamac"), home="")
    monkeypatch.setattr(
        receipt_text, "_MAY_BE_MISSING", {"rrsync", "openssh", "rsync-port", "revoked", "room", "versions-in"}
    )
    lines = [line for line in text().splitlines() if not line.startswith(("rrsync:", "openssh:", "rsync-port:"))]
    older = receipt_text.parse("\n".join(lines), "amamac")
    assert (older.rrsync, older.openssh, older.daemon_port) == ("", None, 0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("=== backup-wizard receipt for amamac", "=== backup-wizard receipt for another", "the line"),
        ("=== end of receipt for amamac ===", "", "its last line is missing"),
        ("=== end of receipt for amamac", "=== end of receipt for another", "line 15: this is the end of another"),
        (FINGERPRINT, FINGERPRINT[:-1], "line 2: that isn't a complete fingerprint"),
        ("account: amanda", "account: -rf", "line 3: account: "),
        ("account: amanda", "", "“account” is missing"),
        ("account: amanda", "account: amanda\naccount: bob", "line 4: “account” appears twice"),
        ("folder: backup", "folder: ../x", "line 5: folder: "),
        ("folder: backup", "folder: b%0Ax", "line 5: folder: "),
        ("folder: backup", "folder: b%20%E2%80%AEx", "line 5: folder: "),
        ("folder: backup", "folder: .ssh", "line 5: folder: "),
        ("shell: /bin/sh", "shell: /bin/sh; id", "line 6: shell: "),
        ("rsync: 3.2.7", "rsync: 3.2.7$(id)", "line 7: rsync: "),
        ("rrsync: /usr", "rrsync: usr", "line 9: rrsync: "),
        ("ssh-port: 22", "ssh-port: 99999", "line 10: "),
        ("rsync-port: 873", "rsync-port: x", "line 12: rsync-port: "),
        ("shell: /bin/sh", "colour: blue", "“shell” is missing"),
        ("shell: /bin/sh", "shell: /bin/sh\nblue sky", "line 7: “blue sky” doesn't belong"),
        ("shell: /bin/sh", "shell: /bin/sh\ncolour: blue\nsky", "line 8: “sky” doesn't belong"),
        ("warning: the home", "warning: \x1b[31mthe home", "line 13: it is too long"),
        ("warning: the home", "warning: \u202ethe home", "line 13: it is too long"),
        (
            "warning: the home",
            f"warning: {'x' * 2000}",
            "line 13: it is too long, or has characters that no receipt has",
        ),
    ],
)
async def test_what_is_no_receipt_is_refused_naming_the_line(old: str, new: str, said: str) -> None:
    profile = unmet()
    assert old in text()
    with pytest.raises(Failure) as refused:
        await receipt.take(profile, text().replace(old, new, 1))
    assert refused.value.kind is Kind.BAD_RECEIPT
    assert said in refused.value.about
    assert trouble.explain(refused.value, profile).sentence.isprintable()
    assert kept_facts.known(profile) == type(kept_facts.known(profile))()


def test_no_text_breaks_the_reading_of_a_receipt_or_the_terminal(tried: Tried) -> None:
    lines = text().splitlines()
    for number, junk in enumerate(hostile.batch(hostile.texts(), 1_000)):
        at = number % len(lines)
        spoilt = "\n".join([*lines[:at], lines[at][: number % 40] + junk, *lines[at + 1 :]])
        tried.inputs += 1
        try:
            read = receipt_text.parse(spoilt, "amamac")
        except Failure as failure:
            assert failure.kind is Kind.BAD_RECEIPT
            assert trouble.explain(failure, a_profile()).sentence.isprintable()
        else:
            tried.read += 1
            assert all(warning.isprintable() for warning in read.warnings)
            profile_rules.check(with_receipt(read))
    tried.tell()


def with_receipt(read: receipt_text.Receipt) -> Profile:
    profile = a_profile()
    server = msgspec.structs.replace(profile.server, user=read.account, root=read.folder)
    return msgspec.structs.replace(profile, server=server)


async def test_a_receipt_verifies_the_fingerprint_and_feeds_the_facts(sshd: RealSshd) -> None:
    profile = towards(sshd)
    unconfirmed = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host_keys=()))
    with pytest.raises(Failure) as unknown:
        await host_trust.establish(unconfirmed)
    assert unknown.value.kind is Kind.HOST_KEY_UNKNOWN
    taken = await receipt.take(unconfirmed, text(unconfirmed, fingerprint=sshd.fingerprint))
    assert taken.met
    assert taken.changes == ()
    assert taken.profile.server.host_keys == sshd.fingerprints
    assert known_hosts.trusts(taken.profile)
    known = kept_facts.known(profile)
    assert (known.rrsync, known.rsync_version, known.openssh_version) == ("/usr/lib/rsync/rrsync", (3, 2, 7), (9, 2))
    assert (known.shell, known.ssh_port, known.daemon_port) == ("/bin/sh", sshd.port, 873)


async def test_a_receipt_for_another_server_stops_the_walk(sshd: RealSshd) -> None:
    profile = towards(sshd)
    unconfirmed = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host_keys=()))
    with pytest.raises(Failure) as stopped:
        await receipt.take(unconfirmed, text(unconfirmed, fingerprint=OTHER))
    told = trouble.explain(stopped.value, unconfirmed)
    assert told.kind is Kind.RECEIPT_DIFFERS
    assert OTHER in told.forward
    assert sshd.fingerprint in told.forward
    assert not known_hosts.trusts(unconfirmed)
    assert not vouched.by_receipt(unconfirmed)
    assert kept_facts.known(profile) == type(kept_facts.known(profile))()


async def test_a_receipt_that_contradicts_what_was_confirmed_is_not_taken(sshd: RealSshd) -> None:
    profile = towards(sshd)
    for confirmed in ((OTHER,), (OTHER, sshd.fingerprint)):
        changed = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host_keys=confirmed))
        with pytest.raises(Failure) as stopped:
            await receipt.take(changed, text(changed, fingerprint=sshd.fingerprint))
        assert stopped.value.kind is Kind.RECEIPT_DIFFERS


async def test_a_server_that_could_not_be_asked_is_compared_later(sshd: RealSshd) -> None:
    taken = await receipt.take(unmet(), text(unmet(), fingerprint=OTHER))
    assert not taken.met
    assert taken.profile.server.host_keys == (OTHER,)
    server = msgspec.structs.replace(taken.profile.server, host=sshd.host, port=sshd.port)
    with pytest.raises(Failure) as stopped:
        await host_trust.establish(msgspec.structs.replace(taken.profile, server=server))
    assert stopped.value.kind is Kind.RECEIPT_DIFFERS
    assert sshd.fingerprint in stopped.value.raw


async def test_what_the_admin_decided_is_taken_and_told() -> None:
    taken = await receipt.take(unmet(), text(unmet(), account="backup-amanda", folder="/srv/amanda"))
    assert (taken.profile.server.user, taken.profile.server.root) == ("backup-amanda", "/srv/amanda")
    assert len(taken.changes) == 2


async def test_the_receipt_of_a_setup_for_reading_moves_no_backup() -> None:
    profile = unmet()
    asked = text(profile, account="somebody", folder="/srv/else")
    taken = await receipt.take(profile, asked.replace(f"for {profile.name} ===", f"for {profile.name}+restore ==="))
    assert taken.profile == profile
    assert kept_facts.known(profile).openssh_version


def test_the_command_takes_a_file_or_standard_input(sshd: RealSshd, tmp_path: Path) -> None:
    profile = towards(sshd)
    profiles.save(msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, host_keys=())))
    mail = tmp_path / "mail.txt"
    mail.write_text(text(profile, fingerprint=OTHER))
    refused = backup_wizard("receipt", profile.name, mail)
    assert refused.exit_code == 69
    assert "names another fingerprint" in refused.stderr
    assert profiles.load(profile.name).server.host_keys == ()
    assert backup_wizard("receipt", profile.name, tmp_path / "none").exit_code != 0
    assert backup_wizard("receipt", profile.name).exit_code == 2

    argv = [sys.executable, "-m", "wizard.cli", "receipt", profile.name]
    right = text(profile, fingerprint=sshd.fingerprint)
    ran = subprocess.run(argv, input=right, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "The server shows the same fingerprint" in ran.stdout
    assert "The server warns: the home is open" in ran.stdout
    assert profiles.load(profile.name).server.host_keys == sshd.fingerprints

"""Who has no fingerprint yet goes on to the message; until the admin answers, nothing goes to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from textual.events import Paste

from screens.dialogs.receipt import ReceiptScreen
from tests.screens.at_the_server import Place, clients
from tests.support.commands import backup_wizard
from tests.support.data.profiles import towards
from tests.support.data.receipts import a_receipt
from tests.support.pilot import at, said, until, walk, wizard_at
from tests.support.quick import sampled
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.keys import protected_key
from wizard.profile import Key
from wizard.schemes.facts import ServerFacts
from wizard.server import exports
from wizard.server.reaching import shown_keys
from wizard.storage import paths, profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd
    from wizard.profile import Profile

STRANGER = "SHA256:" + "B" * 43


@pytest.fixture
def profile(sshd: RealSshd, sample_folder: Path) -> Profile:
    """All is decided but which server it is."""
    decided = towards(sshd, folders=(str(sample_folder),), key=Key(protection="none"))
    return msgspec.structs.replace(decided, server=msgspec.structs.replace(decided.server, host_keys=()))


@pytest.fixture
def asked(sshd: RealSshd, profile: Profile) -> Place:
    """The walk has come to the hand-over, and the admin has done their part already."""
    shown_keys.keep(profile, known_hosts.parse(f"host {sshd.public_host_keys[0]}"))
    protected_key.ensure(profile)
    steps.record(Walk(profile, Step.HAND_OVER, Step.HAND_OVER))
    place = Place(profile, sshd, ServerFacts())
    (place.backup).mkdir(parents=True)
    place.let_in()
    return place


def _signed_in(sshd: RealSshd) -> bool:
    return "userauth" in sshd.log() or "Accepted" in sshd.log()


async def _at_the_hand_over(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: at(pilot) == Step.HAND_OVER and "Paste your admin's answer here" in said(pilot))


async def test_enter_alone_leads_to_the_message_and_nothing_is_trusted(sshd: RealSshd, profile: Profile) -> None:
    async with wizard_at(profile, Step.FINGERPRINT) as pilot:
        await until(pilot, lambda: pilot.app.screen.query("#answer"))
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.SCHEME)
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.VERSIONS)
        await pilot.press("enter")
        await until(pilot, lambda: at(pilot) == Step.KEY)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: at(pilot) != Step.KEY)
    kept = profiles.load("amamac")
    assert kept.server.host_keys == ()
    assert not paths.known_hosts().exists()
    assert shown_keys.of(kept) == (sshd.fingerprint,)
    text = exports.export(_with_key(kept), access.facts(_with_key(kept)), "text")
    assert f"shown to me: {sshd.fingerprint}" in text
    assert "ssh_host_*_key.pub" in text
    assert not _signed_in(sshd)


def _with_key(profile: Profile) -> Profile:
    protected_key.ensure(profile)
    return profile


async def test_the_server_is_left_alone_until_it_is_verified(asked: Place) -> None:
    async with wizard_at(asked.profile, Step.HAND_OVER) as pilot:
        await _at_the_hand_over(pilot)
        await pilot.press("l", "i", "ctrl+s")
        await pilot.pause(0.5)
        assert at(pilot) == Step.HAND_OVER
        assert not clients()
    assert not _signed_in(asked.sshd)
    for command in ("check", "dry-run", "run"):
        refused = backup_wizard(command, "amamac")
        assert refused.exit_code == 75
        assert "hasn't confirmed the fingerprint" in refused.stderr
    assert not _signed_in(asked.sshd)
    assert not steps.can_jump(steps.begin(asked.profile), Step.SECURITY_CHECK)


ANSWERS = ["quoted receipt", "in a reply", "receipt", "ssh-keygen", "fingerprint"]
IN_THE_MIDDLE = ["another", "both", "only ours, quoted", "only ours", "a receipt", "no"]


@pytest.mark.parametrize("form", sampled.first(2, ANSWERS))
async def test_what_the_admin_answers_verifies_the_server_wherever_it_is_pasted(asked: Place, form: str) -> None:
    fingerprint, receipt = asked.sshd.fingerprint, a_receipt(asked.profile, asked.sshd.fingerprints)
    message = exports.export(asked.profile, access.facts(asked.profile), "text")
    mail = {
        "fingerprint": f"\n\n\n{fingerprint}\n",
        "ssh-keygen": f"Hello,\n\n256 {fingerprint} root@files (ED25519)\n3072 {STRANGER} root@files (RSA)\n",
        "receipt": f"\n\nHello\n{receipt}\nBye",
        "quoted receipt": "> " + receipt.replace("\n", "\r\n> "),
        "in a reply": f"Yes: {fingerprint}\n\n> " + message.replace("\n", "\n> "),
    }[form]
    async with wizard_at(asked.profile, Step.HAND_OVER) as pilot:
        await _at_the_hand_over(pilot)
        pilot.app.post_message(Paste(mail))
        await until(pilot, lambda: "The server accepts this computer." in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: walk(pilot).step == Step.SECURITY_CHECK)
    assert profiles.load("amamac").server.host_keys == (fingerprint,)


@pytest.mark.parametrize("form", sampled.first(3, IN_THE_MIDDLE))
async def test_a_man_in_the_middle_at_the_first_look_gains_nothing(asked: Place, form: str) -> None:
    # What the server shows is his; the admin's own is another.
    his, message = asked.sshd.fingerprint, exports.export(asked.profile, access.facts(asked.profile), "text")
    mail, told = {
        "another": (f"Ours is {STRANGER}.", "Stop: this isn't the server"),
        "both": (f"Not {his}!\nOurs is {STRANGER}.", "Stop: this isn't the server"),
        "a receipt": (
            f"{a_receipt(asked.profile, [STRANGER])}\n> shown to me: ED25519 {his}",
            "receipt names another fingerprint",
        ),
        "only ours": (f"No, stop!\n\n-----Original Message-----\n{message}", "from your own message"),
        "only ours, quoted": (f"> Is it the same?\n> shown to me:\n> ED25519\n> {his}\n\nNO!", "from your own message"),
        "no": ("No.", "fingerprint"),
    }[form]
    async with wizard_at(asked.profile, Step.HAND_OVER) as pilot:
        await _at_the_hand_over(pilot)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen))
        pilot.app.post_message(Paste(mail))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: told in said(pilot))
    assert profiles.load("amamac").server.host_keys == ()
    assert not paths.known_hosts().exists()
    assert not _signed_in(asked.sshd)


def test_unattended_it_waits_for_the_admin_and_goes_on_with_the_answer(
    sshd: RealSshd, profile: Profile, tmp_path: Path
) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(profile))
    waiting = backup_wizard("--answers", answers)
    assert waiting.exit_code == 75
    assert "backup-wizard receipt amamac" in waiting.stderr
    assert profile.key_path.exists()
    assert not paths.known_hosts().exists()
    assert not _signed_in(sshd)
    assert sshd.fingerprint in backup_wizard("export", "amamac", "--format", "text").stdout
    reply = tmp_path / "reply.txt"
    reply.write_text(f"Stop, ours is {STRANGER}")
    refused = backup_wizard("receipt", "amamac", reply)
    assert refused.exit_code == 69
    assert "this isn't the server your admin means" in refused.stderr
    assert backup_wizard("--answers", answers).exit_code == 75
    reply.write_text(f"\n\n> 256 {sshd.fingerprint} root@files (ED25519)\n")
    assert backup_wizard("receipt", "amamac", reply).exit_code == 0
    sshd.install(backup_wizard("export", "amamac", "--format", "authorized-keys").stdout)
    (sshd.folder / "backup/amamac").mkdir(parents=True)
    done = backup_wizard("--answers", answers)
    assert done.exit_code == 0, done.stderr

"""The demo: a practice server, sample files and a home of their own, all gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard.client import access
from wizard.client.keys import secrets
from wizard.client.session import Session
from wizard.console import ToPaste, say
from wizard.failure import Failure, Kind
from wizard.profile import Key, Profile, Server
from wizard.schemes.facts import ServerFacts
from wizard.schemes.parts import layout
from wizard.server import exports, handed_over
from wizard.server.practice import PracticeServer
from wizard.text.language import _
from wizard.walk import unattended

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = "practice"
_SAMPLES = {
    "Documents/letter to the bank.txt": 2_100,
    "Documents/Minutes/2026-10.txt": 8_400,
    "Documents/Minutes/2026-11.txt": 9_300,
    "Documents/Accounts/2026.csv": 184_000,
    "Documents/Accounts/draft.tmp": 51_000,
    "Documents/Website/index.html": 6_200,
    "Documents/Website/node_modules/menu/menu.js": 730_000,
    "Documents/Website/node_modules/fonts/fonts.js": 512_000,
    "Pictures/Summer fête/lake.jpg": 2_400_000,
    "Pictures/Summer fête/boat.jpg": 1_900_000,
    "Pictures/cat.jpg": 640_000,
    ".cache/thumbnails/lake.png": 310_000,
}


@dataclass(frozen=True)
class Demo:
    """A running demo: the profile to begin with, the server and its admin."""

    profile: Profile
    server: PracticeServer
    server_facts: ServerFacts

    def apply_as_admin(self, profile: Profile, authorized_keys_text: str) -> None:
        """Do what the message asks of the admin; nothing is made on this machine outside the practice server's home."""
        folder = layout.locked_folder(profile)
        if not folder.startswith("/"):
            (self.server.home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.server.home / folder / layout.place_marker(profile)).touch()
        self.server.apply(authorized_keys_text)


@contextlib.contextmanager
def stage() -> Iterator[Demo]:
    """Set the stage in a temporary folder, and point this program's HOME and settings at it until the end."""
    facts = ServerFacts(rrsync=shutil.which("rrsync") or "")
    with tempfile.TemporaryDirectory(prefix="backup-wizard-demo-") as folder, _home_in(Path(folder) / "amanda"):
        _write_samples(Path.home())
        with PracticeServer(Path(folder) / "server") as server:
            reached = Server(host=server.host, port=server.port, user=server.user)
            try:
                yield Demo(Profile(name=_NAME, server=reached), server, facts)
            finally:
                # The person may have chosen to keep the practice key's passphrase in the real keyring.
                with contextlib.suppress(Failure):
                    secrets.remove(_NAME, "passphrase")


async def by_itself(stage: Demo) -> int:
    """Play both parts, the person's and the admin's, and print each step; the exit code is the walk's."""
    home = Path.home()
    profile = msgspec.structs.replace(
        stage.profile,
        folders=(str(home / "Documents"), str(home / "Pictures")),
        exclude=("*.tmp",),
        server=msgspec.structs.replace(stage.profile.server, host_keys=(stage.server.fingerprint,)),
        # Nobody is there to unlock a keyring, and this key is thrown away with the demo.
        key=Key(protection="none"),
    )
    say(_("A demo on this computer: a practice server and sample files. You don't have to press any key.\n"))
    say(_("Amanda's computer"))
    with Session() as session:
        await unattended.prepare(profile, session)
        await _see_it_refused(profile, session)
        client = access.facts(profile)
        text = exports.export(profile, client, "authorized-keys", stage.server_facts)
        handed_over.keep(profile, client)
        say(_("\nThe admin adds this to authorized_keys on the server\n"))
        say(ToPaste(text))
        stage.apply_as_admin(profile, text)
        say(_("Amanda's computer"))
        await unattended.require_let_in(profile, session)
        exit_code = await unattended.prove(profile, session)
    say(_("\nThat was real ssh, a real lock and “rsync --dry-run”. The demo has deleted everything again."))
    return exit_code


async def _see_it_refused(profile: Profile, session: Session) -> None:
    try:
        await unattended.require_let_in(profile, session)
    except Failure as failure:
        if failure.kind is not Kind.WAITING_FOR_ADMIN:
            raise
        say(_("  … the server doesn't accept this computer yet: the admin needs to act first"))


def _write_samples(home: Path) -> None:
    for name, size in _SAMPLES.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))  # zeros would shrink to nothing on the way


@contextlib.contextmanager
def _home_in(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700)
    changed = {"HOME": folder, "XDG_CONFIG_HOME": folder / ".config", "XDG_STATE_HOME": folder / ".local/state"}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update({name: str(value) for name, value in changed.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

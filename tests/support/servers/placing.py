"""The admin's hand: the exported text, unchanged, at the places it names on a server of the test's own."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from tests.support.commands import backup_wizard
from tests.support.servers.office import ACCOUNT, HOST
from wizard import schemes
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import daemon_password, protected_key
from wizard.profile import Key, Profile, SchemeSettings, Server
from wizard.schemes.parts import layout, request_filter
from wizard.server import exports, handed_over
from wizard.storage import profiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from tests.support.commands import Ran
    from tests.support.servers.office import Office
    from wizard.client.access import Access
    from wizard.schemes.facts import ServerFacts

ROOT = f"/home/{ACCOUNT}/backup"
OWN = f"{ROOT}/amamac"


def profile_for(
    office: Office, kind: str, folder: Path, *, scheme: dict[str, Any] | None = None, **changes: Any
) -> Profile:
    """A profile of that scheme towards the office's server, with all decided."""
    return Profile(
        name="amamac",
        folders=(str(folder),),
        server=Server(
            host=HOST,
            port=(office.daemon_port or 873) if kind == "daemon" else office.port,
            user=ACCOUNT,
            root=ROOT,
            host_keys=(office.fingerprint,),
        ),
        scheme=msgspec.convert({"kind": kind} | (scheme or {}), SchemeSettings),
        key=Key(protection="none"),
        **changes,
    )


def begin(profile: Profile, tmp_path: Path, command: Callable[..., Ran] = backup_wizard) -> None:
    """Walk unattended up to the hand-over."""
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(profile))
    waiting = command("--answers", answers)
    assert waiting.exit_code == 75, waiting.stderr


def apply(office: Office, profile: Profile) -> None:
    """Do all that the message asks of the admin."""
    make_root(office, profile)
    place(office, profile, lambda name: exported(profile, name))


def settle(office: Office, profile: Profile, server: ServerFacts | None = None) -> Access:
    """Both, in this process, for tests of what comes after."""
    profiles.save(profile)
    if schemes.of(profile).uses_ssh:
        known_hosts.trust(profile, [HostKey(*office.host_key)])
        protected_key.ensure(profile)
    daemon_password.ensure(profile)
    make_root(office, profile)
    return hand_over(office, profile, server)


def hand_over(office: Office, profile: Profile, server: ServerFacts | None = None) -> Access:
    """Export, and put the text in place."""
    admitted = access.prepare(profile)
    handed_over.keep(profile, admitted.facts)
    place(office, profile, lambda name: exports.export(profile, admitted.facts, name, server, admitted.password))
    return admitted


def make_root(office: Office, profile: Profile) -> None:
    """Make the folder that the lock is on, and the one around it."""
    root = root_of(profile)
    own = [] if profile.scheme.kind == "daemon" else [f"{root}/{profile.name}"]
    office.run("install", "-d", "-m", "700", "-o", ACCOUNT, "-g", ACCOUNT, "--", root, *own)
    if own:
        office.put(f"{root}/{profile.name}/{layout.place_marker(profile)}", "", owner=ACCOUNT)


def place(office: Office, profile: Profile, text: Callable[[str], str]) -> None:
    """Put the text of each format in its place."""
    if profile.scheme.kind != "daemon":
        office.authorize(text("authorized-keys"))
    if profile.scheme.kind == "daemon-over-ssh":
        office.run("mkdir", "-p", "/etc/backup-wizard")
        office.put(f"/etc/backup-wizard/{profile.name}@{ACCOUNT}.conf", text("rsyncd"), mode=0o644)
    if profile.scheme.kind == "daemon":
        office.put("/etc/rsyncd.conf", text("rsyncd"), mode=0o644)
        if profile.scheme.auth:
            office.put(f"/etc/rsyncd-{profile.name}.secrets", text("secrets"))


def stored(profile: Profile) -> list[str]:
    """The options by which rsync takes a folder here and what a backup has made of it there for the same.

    Whoever the files belong to here, there they are the account's. Where a key is locked, folders are shut to others
    there, and links are kept in a form that leads nowhere, such as the one in the samples.
    """
    locked = profile.scheme.kind != "login"
    links = ["--exclude=link"] if locked and (profile.scheme.munge or profile.scheme.kind.startswith("daemon")) else []
    modes = [f"--chmod={request_filter.FOLDER_MODES}"] if locked else []
    return ["--no-owner", "--no-group", *links, *modes]


def root_of(profile: Profile) -> str:
    """The folder around the backup's own, from the first / on."""
    return str(PurePosixPath("/home", ACCOUNT, profile.server.root))


def exported(profile: Profile, format: str) -> str:
    """The text of one format."""
    ran = backup_wizard("export", profile.name, "--format", format)
    assert ran.exit_code == 0, ran.stderr
    return ran.stdout


def at_port(profile: Profile, port: int) -> Profile:
    """The same backup at another port of the server."""
    return msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, port=port))

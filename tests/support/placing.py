"""The admin's hand: the exported text, unchanged, at the places it names on a server of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.support.commands import backup_wizard
from tests.support.office import ACCOUNT, HOST
from wizard import profiles
from wizard.profile import Key, Profile, Scheme, Server

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.support.office import Office

ROOT = f"/home/{ACCOUNT}/backup"


def profile_for(
    office: Office, kind: str, folder: Path, *, scheme: dict[str, Any] | None = None, **changes: Any
) -> Profile:
    """A profile of that scheme towards the office's server, with all decided."""
    return Profile(
        name="amamac",
        folders=(str(folder),),
        server=Server(
            host=HOST,
            port=office.daemon_port if kind == "daemon" else office.port,
            user=ACCOUNT,
            root=ROOT,
            host_keys=(office.fingerprint,),
        ),
        scheme=msgspec.convert({"kind": kind} | (scheme or {}), Scheme),
        key=Key(protection="none"),
        **changes,
    )


def begin(profile: Profile, tmp_path: Path) -> None:
    """Walk unattended up to the hand-over."""
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(profile))
    waiting = backup_wizard("--answers", answers)
    assert waiting.exit_code == 75, waiting.stderr


def apply(office: Office, profile: Profile) -> None:
    """Do all that the message asks of the admin."""
    office.run("install", "-d", "-m", "700", "-o", ACCOUNT, "-g", ACCOUNT, profile.server.root)
    if profile.scheme.kind != "daemon":
        office.authorize(exported(profile, "authorized-keys"))
    if profile.scheme.kind == "daemon-over-ssh":
        office.put(f"/home/{ACCOUNT}/.backup-wizard-{profile.name}.conf", exported(profile, "rsyncd"), mode=0o644)
    if profile.scheme.kind == "daemon":
        office.put("/etc/rsyncd.conf", exported(profile, "rsyncd"), mode=0o644)
        if profile.scheme.auth:
            office.put(f"/etc/rsyncd-{profile.name}.secrets", exported(profile, "secrets"))


def exported(profile: Profile, format: str) -> str:
    """The text of one format."""
    ran = backup_wizard("export", profile.name, "--format", format)
    assert ran.exit_code == 0, ran.stderr
    return ran.stdout

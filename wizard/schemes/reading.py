"""A second key, or a second password, that reads one backup and does nothing else: what the server needs for it.

It is for a backup whose own key may not read. sshd lets the key in up to a time that stands in its line, where it is
new enough for that; an rsync daemon knows no such time.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard import schemes
from wizard.profile import Key
from wizard.schemes import daemon, security_checks
from wizard.schemes.daemon_over_ssh import DaemonOverSsh
from wizard.schemes.parts import daemon_modules, key_line, layout, reading_line
from wizard.schemes.setup import DaemonConfig, Directory, Option, ServerSetup
from wizard.text.language import _

if TYPE_CHECKING:
    from datetime import datetime

    from wizard.profile import Profile
    from wizard.schemes.base import SecurityCheck
    from wizard.schemes.facts import ClientFacts, ServerFacts

LASTS = timedelta(days=2)

_EXPIRES_SINCE = (7, 7)
_KNOWS_UTC_SINCE = (9, 1)


def label(name: str) -> str:
    """What the server's text is marked by, so that it can be taken back without the backup's own: no backup's name."""
    return f"{name}{daemon_modules.FOR_READING}"


def is_needed(profile: Profile, *, versions: bool = False) -> bool:
    """Whether the backup's own key or password may not read it, or not its older `versions`."""
    scheme = schemes.of(profile)
    opens_all = scheme.uses_ssh and not scheme.locks_key
    return not (opens_all if versions else scheme.may_read(profile))


def if_stolen(profile: Profile) -> str:
    """What a thief of the second key or password could do, in plain words."""
    if profile.versions.are_kept:
        if schemes.of(profile).uses_ssh:
            return _("Anyone who steals the key before that can read this backup and its older versions.")
        return _("Anyone who steals the password before that can read this backup and its older versions.")
    if schemes.of(profile).uses_ssh:
        return _("Anyone who steals the key before that can read this backup.")
    return _("Anyone who steals the password before that can read this backup.")


def risk(profile: Profile) -> str:
    """What an admin has to think of who is asked for it, maybe by somebody else."""
    return " ".join([_("Make sure that it is really the owner of this backup who asks."), if_stolen(profile)])


def expires_by_itself(profile: Profile, server: ServerFacts) -> bool:
    """Whether the server shuts the door again at its time, as far as is known; if not, the admin has to."""
    if not schemes.of(profile).uses_ssh or server.dropbear_version is not None:
        return False
    return server.openssh_version is None or server.openssh_version >= _EXPIRES_SINCE


def reader(profile: Profile, key_file: str) -> Profile:
    """The profile by which the backup is read once the server has that setup. It is never saved."""
    key = Key(protection="keyring", file=key_file)
    by = replace(profile.scheme, write_only=False, auth=True)
    if schemes.of(profile).uses_ssh:
        return replace(profile, key=key, scheme=replace(by, kind=DaemonOverSsh.kind, module=reading_line.MODULE))
    return replace(profile, scheme=replace(by, module=label(profile.name)))


def of_versions(reader: Profile) -> Profile:
    """The same for the module of the older versions."""
    module = reading_line.VERSIONS
    if not schemes.of(reader).uses_ssh:
        module = f"{reader.name}{daemon_modules.OF_VERSIONS}"
    return replace(reader, scheme=replace(reader.scheme, module=module))


def is_reader(profile: Profile) -> bool:
    """Whether it is a profile that reads through a module of its own."""
    return profile.scheme.module == label(profile.name)


def setup(profile: Profile, client: ClientFacts, server: ServerFacts, expires: datetime) -> ServerSetup:
    """What lets the second key in, which is `client.public_key`, or the second password."""
    if not schemes.of(profile).uses_ssh:
        return _module(profile)
    folder = layout.locked_folder(profile)
    what = f"“{folder}” and its older versions" if profile.versions.are_kept else f"“{folder}”"
    reason = f"only reads {what}: rsync can't write, delete or read anything else with it"
    versions = layout.versions_folder(profile) if profile.versions.are_kept else ""
    command = key_line.forced(reading_line.command(folder, versions), reason)
    until = [_until(server, expires)] if expires_by_itself(profile, server) else []
    return ServerSetup(
        account=profile.server.user,
        directories=(_read_folder(profile),),
        key_lines=(key_line.locked(profile, client, server, command, *until),),
    )


def checks(profile: Profile) -> tuple[SecurityCheck, ...]:
    """What is tried with the second key or password, in order: reading itself first, then what must be refused."""
    if schemes.of(profile).uses_ssh:
        return security_checks.reading_over_ssh(profile)
    return security_checks.reading_over_network(profile)


def line_says(profile: Profile) -> str:
    """What the key line says to a request that is none of rsync's."""
    return reading_line.says(layout.locked_folder(profile))


def _until(server: ServerFacts, expires: datetime) -> Option:
    knows_utc = server.openssh_version is not None and server.openssh_version >= _KNOWS_UTC_SINCE
    when = f"{expires.astimezone(UTC):%Y%m%d%H%M}Z" if knows_utc else f"{expires:%Y%m%d%H%M}"
    clock = "UTC" if knows_utc else "the server's time"
    return Option("expiry-time", f"from then on, the key is refused ({clock}; OpenSSH 7.7 or later)", when)


def _module(profile: Profile) -> ServerSetup:
    secrets = daemon.secrets_file(profile, label(profile.name))
    own = daemon.own_settings(profile, secrets)
    modules = [daemon_modules.reading_module(profile, *own)]
    if profile.versions.are_kept:
        modules.append(daemon_modules.versions_module(profile, *own))
    return ServerSetup(
        account=profile.server.user,
        directories=(_read_folder(profile),),
        daemon=DaemonConfig(daemon.CONFIG, tuple(modules)),
        secrets=secrets,
    )


def _read_folder(profile: Profile) -> Directory:
    return Directory(layout.locked_folder(profile), 0o700, "the backup to read")

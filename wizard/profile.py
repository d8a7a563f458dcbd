"""Profile: all that is decided about one backup, frozen and without any secret."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

import msgspec

from wizard import backup_layout, rules, server_address
from wizard.failure import BadProfile
from wizard.storage import used_places
from wizard.text import display
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wizard.server_address import JumpHost

FORMAT = 1
_MOST_DAYS = 365
_MOST_VERSIONS = 100

SchemeKind = Literal["rrsync", "forced-command", "daemon-over-ssh", "daemon", "login"]
Every = Literal["hourly", "daily", "weekly", "off"]
Protection = Literal["keyring", "ask", "none"]
KeyType = Literal["", "ed25519", "ecdsa", "rsa"]
Adopting = Literal["", "yes"]
KeptBy = Literal["none", "server"]
Elsewhere = Literal["", "add"]

Found = tuple[str, str | None]


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The server, the account on it and the folder that the lock is on.

    An empty host or user is not decided yet; no host key is trusted that is not in `host_keys`. `jump` is
    `user@host[:port]` of a jump host, or empty.
    """

    host: str = ""
    port: int = 22
    user: str = ""
    root: str = "backup"
    host_keys: tuple[str, ...] = ()
    jump: str = ""

    @property
    def jump_host(self) -> JumpHost | None:
        """The jump host, if there is one."""
        return server_address.jump_host(self.jump) if self.jump else None

    @property
    def machine(self) -> str:
        """What tells this server from any other: whoever asks whether it is still the same compares this.

        The port is left out, as a server may have several: host keys are compared with it, because one of its ports may
        lead to another machine. Behind another jump host, the same name may be another machine's, and at another port
        of it there may be another jump host; the account there changes nothing.
        """
        return f"{self.host} through {jump.host}:{jump.port}" if (jump := self.jump_host) else self.host

    @property
    def account(self) -> str:
        """What tells the account from any other, on this server or another."""
        return f"{self.user}@{self.machine}"


class SchemeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the server lets the backup in, and what it refuses.

    From other addresses than those of `from_`, it may be let in to add files (`elsewhere`), or not at all.
    """

    kind: SchemeKind = "rrsync"
    write_only: bool = True
    allow_delete: bool = False
    from_: tuple[str, ...] = msgspec.field(default=(), name="from")
    module: str = ""
    auth: bool = True
    append_only: bool = False
    munge: bool = True
    elsewhere: Elsewhere = ""


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The ssh key: its file, and where its passphrase comes from.

    A `file` that ends in `.pub` stands for a private key that stays in the person's ssh agent. `type` is what a key is
    made as that is not there yet; where nothing is said, as ed25519.
    """

    protection: Protection = "keyring"
    file: str = ""
    type: KeyType = ""


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often the backup is made by itself; `at` is HH:MM on the person's clock, or empty for when it suits.

    It is made on battery power, or over a metered connection, only if that is allowed. The person is warned once there
    was no good backup for `warn_after_days`, by a message as well if there is an `alarm`; each good backup is reported
    if there is a `ping`. The addresses of both are in the keyring.
    """

    every: Every = "off"
    at: str = ""
    on_battery: bool = False
    on_metered: bool = False
    warn_after_days: int = 7
    alarm: bool = False
    ping: bool = False


class VersionsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who keeps older versions of the backup, and of how many days, weeks and months one is kept."""

    keep: KeptBy = "none"
    daily: int = 7
    weekly: int = 4
    monthly: int = 12

    @property
    def are_kept(self) -> bool:
        """Whether there are any."""
        return self.keep != "none"

    @property
    def periods(self) -> str:
        """Of how many days, weeks and months, in words."""
        return display.periods(self.daily, self.weekly, self.monthly)


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that is decided about one backup.

    `adopting` is "yes" where another computer made the backup and this one is to take it over, until it has. `old_home`
    is the home folder that the other computer had, if this one has another: what is in the home keeps its place in the
    backup.
    """

    format: int = FORMAT
    name: str
    folders: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    delete: bool = False
    compress: bool = False
    one_file_system: bool = False
    adopting: Adopting = ""
    old_home: str = ""
    server: Server = Server()
    scheme: SchemeSettings = SchemeSettings()
    key: Key = Key()
    schedule: Schedule = Schedule()
    versions: VersionsSettings = VersionsSettings()

    @property
    def places(self) -> dict[str, str]:
        """Where each folder is inside the backup, which no change of the other folders changes once it was there."""
        return backup_layout.labels(self.folders, self.old_home, used_places.of(self.name, self.old_home))

    @property
    def excluded(self) -> list[str]:
        """What is excluded, as rsync takes it."""
        return backup_layout.excluded(self.places, self.exclude)

    @property
    def key_path(self) -> Path:
        """The key's file, with ~ put in full."""
        return Path(self.key.file or f"~/.ssh/backup-wizard-{self.name}").expanduser()

    @property
    def key_is_agents(self) -> bool:
        """Whether the private key stays in the person's ssh agent."""
        return self.key.file.endswith(".pub")

    @property
    def destination(self) -> str:
        """Where the backup lands, as the admin sees it."""
        return f"{self.server.root.rstrip('/')}/{self.name}/"


def check(profile: Profile) -> Profile:
    """Return the profile if every value in it can be taken.

    Raises:
        BadProfile: names the first value that can't.
    """
    for key, complaint in _complaints(profile):
        if complaint:
            raise BadProfile(complaint, key=key)
    return profile


def with_delete(profile: Profile, delete: bool) -> Profile:
    """The profile whose backup follows removals, or does not; the server has to be willing, or it refuses all of it."""
    if delete == profile.delete:
        return profile
    scheme = msgspec.structs.replace(profile.scheme, allow_delete=delete)
    return msgspec.structs.replace(profile, delete=delete, scheme=scheme)


def _complaints(profile: Profile) -> Iterator[Found]:
    server, scheme = profile.server, profile.scheme
    if profile.format != FORMAT:
        yield "format", _("This version of backup-wizard reads only files of format {number}.").format(number=FORMAT)
    yield "name", rules.name(profile.name)
    yield from (("folders", rules.folder(folder)) for folder in profile.folders)
    yield "folders", _nested(profile.folders)
    if profile.old_home:
        yield "old_home", rules.folder(profile.old_home)
        before = tuple(backup_layout.in_old_home(folder, profile.old_home) for folder in profile.folders)
        yield "old_home", _nested(before)
    places = profile.places if profile.exclude else {}
    yield from (("exclude", _exclude(pattern, places)) for pattern in profile.exclude)
    if server.host:
        yield "server.host", server_address.complaint_in_file(server.host)
    yield "server.port", None if 1 <= server.port <= 65535 else rules.port("")
    if server.user:
        yield "server.user", rules.user(server.user)
    yield "server.root", rules.root(server.root) or rules.root(profile.destination)
    yield from (("server.host_keys", rules.fingerprint(key)) for key in server.host_keys)
    if server.jump:
        yield "server.jump", server_address.jump_complaint(server.jump)
        yield "server.jump", server_address.needs_ssh() if scheme.kind == "daemon" else None
    yield "scheme.from", rules.allowed_from(scheme.from_)
    if scheme.module:
        yield "scheme.module", rules.module(scheme.module)
    if profile.key.file:
        yield "key.file", rules.key_file(profile.key.file)
    yield from _of_schedule(profile.schedule)
    yield from of_versions(profile.versions, "versions")
    yield from _of_restrictions(scheme)
    if profile.delete and not scheme.allow_delete:
        yield "delete", _("The server would refuse to delete. Also set allow_delete = true under [scheme].")


def _of_restrictions(scheme: SchemeSettings) -> Iterator[Found]:
    if scheme.append_only and scheme.allow_delete:
        yield "scheme.append_only", _("append_only and allow_delete can't both be true. Choose one.")
    if scheme.elsewhere and scheme.append_only:
        yield "scheme.elsewhere", _("append_only holds everywhere, so elsewhere would change nothing. Choose one.")
    if scheme.elsewhere and not scheme.write_only:
        yield "scheme.elsewhere", _("From other addresses the backup can't be read. Also set write_only = true.")
    if scheme.elsewhere and not scheme.from_:
        yield "scheme.elsewhere", _("Other addresses than which? Also set from under [scheme].")


def _of_schedule(schedule: Schedule) -> Iterator[Found]:
    if schedule.at:
        yield "schedule.at", rules.time_of_day(schedule.at)
        if schedule.every not in {"daily", "weekly"}:
            yield "schedule.at", _("A time can be set only for daily and weekly backups.")
    if not 1 <= schedule.warn_after_days <= _MOST_DAYS:
        yield "schedule.warn_after_days", _("Use a number of days from 1 to 365.")


def of_versions(versions: VersionsSettings, table: str) -> Iterator[Found]:
    """What can't be taken of them, in the table of that name."""
    for period, fewest in (("daily", 1), ("weekly", 0), ("monthly", 0)):
        if not fewest <= getattr(versions, period) <= _MOST_VERSIONS:
            complaint = _("Use a number from {fewest} to {most}.").format(fewest=fewest, most=_MOST_VERSIONS)
            yield f"{table}.{period}", complaint
    if versions.monthly and not versions.weekly:
        yield f"{table}.monthly", _("Monthly versions are made from weekly ones. Also keep weekly = 1 or more.")


def _exclude(pattern: str, places: Mapping[str, str]) -> str | None:
    if complaint := rules.exclude(pattern):
        return complaint
    if places and backup_layout.exclude_pattern(places, pattern) is None:
        return _("“{pattern}” is in none of your folders, so it would exclude nothing.").format(pattern=pattern)
    return None


def _nested(folders: tuple[str, ...]) -> str | None:
    for one, other in combinations(map(PurePosixPath, folders), 2):
        if one == other:
            return _("{folder} is listed twice.").format(folder=one)
        for inner, outer in ((one, other), (other, one)):
            if inner.is_relative_to(outer):
                return _("{inner} is already inside {outer}. List only one of them.").format(inner=inner, outer=outer)
    return None

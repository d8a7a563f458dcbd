"""An ssh key that is locked to rrsync on one folder."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar

import msgspec

from wizard.schemes import doors, key_line, over_ssh
from wizard.schemes.base import Description
from wizard.schemes.fit import Fit, needs_of_ssh
from wizard.schemes.setup import Directory, ServerSetup

if TYPE_CHECKING:
    from wizard.profile import Profile, SchemeKind
    from wizard.schemes.base import Refusal, Transfer
    from wizard.schemes.facts import ClientFacts, ServerFacts, Version
    from wizard.schemes.fit import Restriction
    from wizard.schemes.setup import Option

_NO_DELETE_SINCE = (3, 2, 4)
_NO_OVERWRITE_SINCE = (3, 3, 0)

# rrsync's -no-del lets rsync's --force through, which deletes the whole folder that a file is put in the place of.
_BUT = "Only “append only” keeps a whole folder from being replaced."
_IF_STOLEN = {  # by write_only and allow_delete
    (True, False): "Whoever steals the key can add to that one folder and spoil files in it, but read or delete none."
    f" {_BUT}",
    (True, True): "Whoever steals the key can spoil and delete files in that one folder, but read none.",
    (False, False): f"Whoever steals the key can read and spoil the files in that one folder, but delete none. {_BUT}",
    (False, True): "Whoever steals the key can read, spoil and delete the files in that one folder.",
}
_NO_DELETES = "it can't delete, but for putting a file in the place of a whole folder (rsync's --force)"


class Rrsync:
    """An ssh key that can do nothing but run rsync inside one folder."""

    kind: ClassVar[SchemeKind] = "rrsync"
    uses_ssh: ClassVar[bool] = True
    records_command: ClassVar[bool] = False
    restrictions: ClassVar[frozenset[Restriction]] = frozenset({"write_only", "allow_delete", "append_only", "munge"})
    locks_key: ClassVar[bool] = True
    full_root: ClassVar[bool] = False
    description: ClassVar[Description] = Description(
        title="A key for one folder only",
        summary="The server takes this computer's key for one folder, for backups and nothing else.",
        traffic="Nobody on the way can read it (encrypted).",
        admin_does="Adds one line of text, easily taken back.",
    )

    def if_stolen(self, profile: Profile) -> str:
        """Whatever rrsync's -wo, -no-del and -no-overwrite leave open in the one folder."""
        if profile.scheme.append_only and not profile.scheme.allow_delete:
            reading = "but read, change or delete none" if profile.scheme.write_only else "and read, but change none"
            return f"Whoever steals the key can add files to that one folder, {reading}."
        return _IF_STOLEN[profile.scheme.write_only, profile.scheme.allow_delete]

    def fits(self, client: ClientFacts, server: ServerFacts, profile: Profile) -> Fit:
        """Needs rrsync there, in a version that knows what the profile asks of it."""
        if not server.rrsync:
            return Fit.no("The server has no rrsync (it comes with rsync: the admin can look for it).")
        if server.shell_is("rssh"):
            return Fit.no("The account's shell (rssh) refuses rrsync: the admin would have to give it /bin/sh.")
        needed = needs_of_ssh(client, server)
        lacking = [flag.name for flag in _flags(profile) if not flag.known_to(server)]
        if needed.possible and lacking:
            return Fit.no(f"The server's rsync is too old for {', '.join(lacking)} (More choices).")
        return needed

    def can_preview(self, server: ServerFacts) -> bool:
        """The server runs what the client asks for inside the folder, so a dry run is dry."""
        return True

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """Rsync to a path relative to the locked folder, which is the only form that every rrsync takes."""
        # rrsync 3.5.0 makes a --partial-dir by itself, in a dry run too, and then loses what is in it. Without one,
        # what was cut off stands under the file's own name: only a first backup has nothing better to lose there, and
        # where nothing may be overwritten it would stay so for ever.
        keeps_parts = transfer.is_first and not profile.scheme.append_only
        partial = ["--partial"] if keeps_parts else []
        return over_ssh.rsync_command(profile, facts, transfer, f"{profile.name}/", over_ssh.NO_LONG_SILENCE, *partial)

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """One folder and one key line."""
        return ServerSetup(
            account=profile.server.user,
            directories=(Directory(profile.server.root, 0o700, "the key is locked to it; rrsync fails without it"),),
            key_lines=(key_line.locked(profile, client, server, _command(profile, server)),),
            sshd=doors.KEYS_ALONE,
        )

    def watchword(self, profile: Profile, client: ClientFacts) -> str:
        """None is needed."""
        return ""

    def must_refuse(self, profile: Profile) -> tuple[Refusal, ...]:
        """The doors that the key line shuts, rrsync's own among them."""
        scheme = profile.scheme
        return doors.over_ssh(
            profile,
            *doors.OUTSIDE,
            *doors.ABOVE,
            *([doors.READ_BACK] if scheme.write_only else []),
            *([] if scheme.allow_delete else [doors.DELETE]),
            *([doors.OVERWRITE] if scheme.append_only else []),
        )


class _Flag(msgspec.Struct, frozen=True):
    text: str
    name: str
    effect: str
    since: Version = ()

    def known_to(self, server: ServerFacts) -> bool:
        return server.rsync_version is None or server.rsync_version >= self.since


def _flags(profile: Profile) -> list[_Flag]:
    scheme = profile.scheme
    return [
        *([_Flag("-wo", "write only", "this key can write and can't read back")] if scheme.write_only else []),
        *([] if scheme.allow_delete else [_Flag("-no-del", "“no deletes”", _NO_DELETES, _NO_DELETE_SINCE)]),
        *(
            [_Flag("-no-overwrite", "“append only”", "it can't change files that are there", _NO_OVERWRITE_SINCE)]
            if scheme.append_only
            else []
        ),
        *(
            [
                _Flag(
                    "-munge", "“disarm links”", "symbolic links are kept in a form that leads nowhere", _NO_DELETE_SINCE
                )
            ]
            if scheme.munge
            else []
        ),
    ]


def _command(profile: Profile, server: ServerFacts) -> Option:
    flags = _flags(profile)
    effects = [
        f"whatever is asked for, rrsync answers, inside “{profile.server.root}”",
        *(f"{flag.text}: {flag.effect}" for flag in flags),
    ]
    command = shlex.join([server.rrsync, *(flag.text for flag in flags), profile.server.root])
    return key_line.forced(command, "; ".join(effects))

"""An ssh key that is locked to rrsync on one folder."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar

from wizard.schemes import over_ssh
from wizard.schemes.base import Description, Directory, KeyLine, Option, Refusal, ServerSetup

if TYPE_CHECKING:
    from wizard.profile import Profile, SchemeKind
    from wizard.schemes.base import ClientFacts, ServerFacts, Transfer


class Rrsync:
    """An ssh key that can do nothing but run rsync inside one folder."""

    kind: ClassVar[SchemeKind] = "rrsync"
    description: ClassVar[Description] = Description(
        title="A key for one folder only",
        summary="The server gives this computer a key that opens one folder, for backups and nothing else.",
        traffic="Nobody on the way can read your files: the connection is encrypted.",
        stolen_key="Whoever steals the key can put files into that one folder, and can't read or delete what is there.",
        admin_does="The server's admin adds one line of text. It takes a minute and can be taken back.",
    )

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """Rsync to a path relative to the locked folder, which is the only form that every rrsync takes."""
        return over_ssh.rsync_command(profile, facts, transfer, f"{profile.name}/")

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """One folder and one key line."""
        return ServerSetup(
            account=profile.server.user,
            directories=(
                Directory(profile.server.root, 0o700, "the folder the key is locked to; rrsync fails without it"),
            ),
            key_lines=(KeyLine(tuple(_options(profile, server)), client.public_key),),
        )

    def must_refuse(self, profile: Profile) -> tuple[Refusal, ...]:
        """The doors that the key line shuts."""
        return (
            Refusal("shell", "A shell on the server"),
            Refusal("command", "Any other command"),
        )


def _options(profile: Profile, server: ServerFacts) -> list[Option]:
    scheme = profile.scheme
    flags = [
        *(["-wo"] if scheme.write_only else []),
        *([] if scheme.allow_delete else ["-no-del"]),
    ]
    command = shlex.join([server.rrsync, *flags, profile.server.root])
    effects = [
        f"whatever is asked for, rrsync answers, inside “{profile.server.root}”",
        *(["-wo: this key can write and can't read back"] if scheme.write_only else []),
        *([] if scheme.allow_delete else ["-no-del: it can't delete"]),
    ]
    options = [
        Option("restrict", "no terminal, no tunnels, no agent, no X11, no start-up file (OpenSSH 7.2 or later)"),
        Option("command", "; ".join(effects), command),
    ]
    if scheme.from_:
        options.append(Option("from", "the key works from these addresses only", ",".join(scheme.from_)))
    return options

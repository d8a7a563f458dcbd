"""An ssh key that is locked to the exact rsync command this computer sends."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar

from wizard.failure import Failure, Kind
from wizard.schemes import key_line, over_ssh
from wizard.schemes.base import SSH_REFUSALS, Description, Directory, Fit, ServerSetup, needs_of_ssh

if TYPE_CHECKING:
    from wizard.profile import Profile, SchemeKind
    from wizard.schemes.base import ClientFacts, Refusal, ServerFacts, Transfer


class ForcedCommand:
    """An ssh key that runs one recorded rsync command, whatever it asks for.

    sshd ignores what the client asks, so a client's --dry-run alone would be a real run. The line therefore holds two
    fixed commands, and the server picks the dry one when the client asks for a dry run; no text of the client's gets
    through. An account whose shell is rssh takes one plain command only, so there nothing is ever started dry.
    """

    kind: ClassVar[SchemeKind] = "forced-command"
    uses_ssh: ClassVar[bool] = True
    records_command: ClassVar[bool] = True
    description: ClassVar[Description] = Description(
        title="A key for one command only",
        summary="The server runs one fixed backup command for this computer's key, and nothing else.",
        traffic="Nobody on the way can read your files: the connection is encrypted.",
        admin_does="The server's admin adds one line of text, and a new one whenever you change what is backed up how.",
    )

    def if_stolen(self, profile: Profile) -> str:
        """The command is the same for a thief."""
        can = "add, spoil and delete files" if profile.delete else "add and spoil files"
        return f"Whoever steals the key can {can} in this one backup, and read nothing."

    def fits(self, client: ClientFacts, server: ServerFacts, profile: Profile) -> Fit:
        """Works with any shell; with rssh there is no practice run."""
        if server.shell_is("rssh"):
            if shlex.quote(_path(profile)) != _path(profile):
                return Fit.no("The account's shell (rssh) takes no folder with spaces or special signs in its name.")
            return Fit.warn("The account's shell (rssh) makes a practice run impossible; you would see an estimate.")
        return needs_of_ssh(client, server)

    def can_preview(self, server: ServerFacts) -> bool:
        """Where the shell takes one command only, a dry run would not be dry."""
        return not server.shell_is("rssh")

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """Rsync to the very path that stands in the key line."""
        return over_ssh.rsync_command(profile, facts, transfer, _path(profile))

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """The backup's parent folder, and the line with the recorded command."""
        if client.recorded is None:
            raise Failure(Kind.NOT_RECORDED, profile.name)
        live, dry = (_command(recorded, _path(profile)) for recorded in (client.recorded.live, client.recorded.dry))
        if self.can_preview(server):
            option = key_line.forced(_two_commands(live, dry), "one of two fixed commands: the backup, or its dry run")
        else:
            option = key_line.forced(live, "this command and no other; a dry run can't be asked for")
        reason = "the folder that the backup's own folder is made in"
        return ServerSetup(
            account=profile.server.user,
            directories=(Directory(profile.server.root, 0o700, reason),),
            key_lines=(key_line.locked(profile, client, server, option),),
        )

    def must_refuse(self, profile: Profile) -> tuple[Refusal, ...]:
        """The doors that the key line shuts."""
        return SSH_REFUSALS


def _path(profile: Profile) -> str:
    return f"{profile.server.root.rstrip('/')}/{profile.name}/"


def _command(recorded: tuple[str, ...], path: str) -> str:
    # rsync has escaped the path for the server's shell in its own way, which can't be told from the path itself.
    return shlex.join([*recorded[:-1], path])


def _two_commands(live: str, dry: str) -> str:
    # Through /bin/sh, because the account's own shell may be fish or csh, which know no `case … esac`.
    script = f'case "$SSH_ORIGINAL_COMMAND" in *" --server -n"*) exec {dry};; *) exec {live};; esac'
    return shlex.join(["/bin/sh", "-c", script])

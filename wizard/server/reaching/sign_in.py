"""Signing in for real, to see whether the server lets us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client.ssh import program
from wizard.failure import Failure, Kind, ProgramFailed
from wizard.schemes.parts import request_filter
from wizard.server import destination, kept_facts
from wizard.server.reaching import shells

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.profile import Profile

HARMLESS = ("true",)
_SAID = "backup-wizard-was-here"

# OpenSSH 9.8 and later shut out an address that fails to sign in more often than every 5 seconds
# (sshd_config, PerSourcePenalties), so asking whether the admin is done keeps well clear of that, and an impatient
# person is kept from it too.
LEAST_PAUSE_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 7.0
LONGEST_PAUSE_SECONDS = 30.0


async def attempt(profile: Profile, access: Access) -> None:
    """Sign in and ask for nothing of consequence.

    Raises:
        ProgramFailed: we were not let in, and ssh or rsync says why on its standard error; or our line says that the
            folder is missing, in place of all else.
        Failure: `SERVER_SHELL_BLOCKS` if the account's shell is one that does, `SERVER_SHELL_RSSH` if it is one that
            takes another line, `COMMAND_DRIFTED` if the line is an older one or for something else,
            `SERVER_SHELL_TALKS` or `SERVER_SILENT` if something else answers than the line, or ssh could not be run to
            its end.
    """
    scheme = schemes.of(profile)
    if not scheme.uses_ssh:
        await destination.holder(profile, access)
        kept_facts.note_let_in(profile)
        return
    finished = await program.run(profile, access, HARMLESS)
    if not program.is_let_in(finished):
        raise ProgramFailed("ssh", finished.exit_code, finished.stderr)
    kept_facts.note_let_in(profile)
    printed = finished.stdout + finished.stderr
    if shell := shells.blocking(finished):
        _require_line_for(shell, profile, access, printed)
        return
    if request_filter.NO_FOLDER in printed:
        raise ProgramFailed("ssh", finished.exit_code, printed)
    server, said = kept_facts.known(profile), [line.strip() for line in printed.splitlines()]
    is_ours = any(words in said for words in scheme.line_says(profile, access.facts))
    if not is_ours and request_filter.REFUSED in printed:
        raise Failure(Kind.COMMAND_DRIFTED, profile.server.host, _lines(profile, access))
    if is_ours or not scheme.command_digest(profile, access.facts):
        if server.shell_is(*shells.ANSWERS):
            kept_facts.learn(profile, shell="")
    elif scheme.can_preview(server):
        is_plain = "\0" in printed  # rsync's own, of a line with one command
        if is_plain or (not printed.strip() and await _is_without_command(profile, access)):
            raise Failure(Kind.COMMAND_DRIFTED, profile.server.host, _lines(profile, access))
        raise Failure(Kind.SERVER_SHELL_TALKS if printed.strip() else Kind.SERVER_SILENT, profile.server.host, printed)


async def _is_without_command(profile: Profile, access: Access) -> bool:
    """Whether the line leaves it to us what runs."""
    return _SAID in (await program.run(profile, access, ("echo", _SAID))).stdout


def _require_line_for(shell: str, profile: Profile, access: Access, printed: str) -> None:
    scheme, server = schemes.of(profile), kept_facts.learn(profile, shell=shell)
    if not scheme.fits(access.facts, server, profile).possible:
        raise Failure(Kind.SERVER_SHELL_BLOCKS, shell, printed)
    if scheme.command_digest(profile, access.facts):
        raise Failure(Kind.SERVER_SHELL_RSSH, shell, _lines(profile, access))


def _lines(profile: Profile, access: Access) -> str:
    from wizard.server import exports  # what every run would wait for, and only a refusal needs

    return exports.export(profile, access.facts, "authorized-keys")

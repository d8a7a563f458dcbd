"""An ssh key that is locked to a private rsync daemon with a configuration of its own."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, ClassVar

from wizard.schemes import security_checks
from wizard.schemes.base import SchemeDescription
from wizard.schemes.fit import Fit, needs_of_ssh
from wizard.schemes.if_stolen import Ability, in_folder, sentence
from wizard.schemes.parts import daemon_modules, from_server, key_line, layout, over_ssh, reading_line, request_filter
from wizard.schemes.setup import DaemonConfig, ServerSetup, Setting, in_paths
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.profile import Profile, SchemeKind
    from wizard.schemes.base import Reading, SecurityCheck, Transfer
    from wizard.schemes.facts import ClientFacts, ServerFacts
    from wizard.schemes.restrictions import Restriction


class DaemonOverSsh:
    """An ssh key that starts an rsync daemon for this backup, which opens one module."""

    kind: ClassVar[SchemeKind] = "daemon-over-ssh"
    uses_ssh: ClassVar[bool] = True
    records_command: ClassVar[bool] = False
    restrictions: ClassVar[frozenset[Restriction]] = frozenset({"write_only", "allow_delete", "module"})
    locks_key: ClassVar[bool] = True
    full_root: ClassVar[bool] = False
    needs_root: ClassVar[bool] = True
    uses_module: ClassVar[bool] = True
    shares_folder: ClassVar[bool] = False

    @property
    def description(self) -> SchemeDescription:
        """How the person who chooses reads of it."""
        return SchemeDescription(
            title=_("A key for a private backup service"),
            summary=_(
                "The server starts a separate backup service for this computer's key, with access to one folder."
            ),
            traffic=_("Encrypted in transit."),
            admin_does=_("Adds one line of text and one small file."),
        )

    def thief_can(self, profile: Profile) -> frozenset[Ability]:
        """What the module's settings leave open."""
        return in_folder(profile, *daemon_modules.LEFT_OPEN)

    def if_stolen(self, profile: Profile) -> str:
        """The same in words."""
        return sentence(_("Anyone who steals the key"), self.thief_can(profile))

    def fits(self, client: ClientFacts, server: ServerFacts, profile: Profile) -> Fit:
        """Needs a shell that starts what the line says."""
        return daemon_modules.unfit(profile) or needs_of_ssh(client, server, profile)

    def needs_rrsync(self, profile: Profile) -> bool:
        """It is never asked for."""
        return False

    def can_preview(self, server: ServerFacts) -> bool:
        """The daemon runs what the client asks for, so a dry run is dry."""
        return True

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """Rsync to the module, through ssh."""
        destination = f":{daemon_modules.name(profile)}/"
        return over_ssh.rsync_command(profile, facts, transfer, destination, *over_ssh.LASTING)

    def may_read(self, profile: Profile) -> bool:
        """Where the module is not for writing alone."""
        return not profile.scheme.write_only

    def read_command(self, profile: Profile, facts: ClientFacts, reading: Reading) -> list[str]:
        """Rsync from the module, through ssh."""
        if reading.version is not None:
            return from_server.over_ssh(profile, facts, reading, f":{reading_line.VERSIONS}/{reading.version}/")
        return from_server.over_ssh(profile, facts, reading, f":{daemon_modules.name(profile)}/")

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """The folder, the daemon's configuration, and the key line that starts the daemon with it."""
        path = _config_path(profile)
        folder = layout.locked_folder(profile)
        own = Setting("use chroot", "false", "only root can use chroot; rsync stays inside the folder anyway")
        return ServerSetup(
            account=profile.server.user,
            directories=(layout.own_directory(profile, "the module's folder"),),
            key_lines=(
                key_line.locked(
                    profile,
                    client,
                    server,
                    key_line.forced(_command(path, folder), "always starts a daemon with this configuration"),
                ),
            ),
            daemon=DaemonConfig(path, (daemon_modules.module(profile, folder, own),), private=True),
            sshd=security_checks.KEYS_ALONE,
        )

    def command_digest(self, profile: Profile, client: ClientFacts) -> str:
        """None: no line makes a dry run real."""
        return ""

    def line_says(self, profile: Profile, client: ClientFacts) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def security_checks(self, profile: Profile) -> tuple[SecurityCheck, ...]:
        """What the key line refuses, and what the module does."""
        return security_checks.over_ssh(profile, *security_checks.in_module(profile))


def _command(config: str, folder: str) -> str:
    daemon = shlex.join(["rsync", "--server", "--daemon", f"--config={config}", "."])
    no_folder = f"echo {request_filter.REFUSED} {request_filter.NO_FOLDER} >&2; exit {request_filter.EXIT_CODE}"
    script = f"IFS=; test -w $0 || {{ {no_folder}; }}; exec {daemon}"
    return shlex.join(["/bin/sh", "-c", script, folder])


def _config_path(profile: Profile) -> str:
    """In a folder of root's: the account may have several daemons, and must not change what they open."""
    return f"/etc/backup-wizard/{profile.name}@{in_paths(profile.server.user)}.conf"

"""An rsync daemon on its own port: no encryption, and a password at best."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from wizard import allowed_from, server_address
from wizard.schemes import security_checks
from wizard.schemes.base import SchemeDescription
from wizard.schemes.fit import Fit, needs_rsync
from wizard.schemes.if_stolen import Ability, in_folder, sentence
from wizard.schemes.parts import daemon_modules, from_server, over_network
from wizard.schemes.setup import DaemonConfig, Directory, SecretsFile, ServerSetup, Setting, domain_of
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.profile import Profile, SchemeKind
    from wizard.schemes.base import Reading, SecurityCheck, Transfer
    from wizard.schemes.facts import ClientFacts, ServerFacts
    from wizard.schemes.restrictions import Restriction
CONFIG = "/etc/rsyncd.conf"


class Daemon:
    """A module of the server's rsync daemon, with a secrets file or open."""

    kind: ClassVar[SchemeKind] = "daemon"
    uses_ssh: ClassVar[bool] = False
    records_command: ClassVar[bool] = False
    restrictions: ClassVar[frozenset[Restriction]] = frozenset({"write_only", "allow_delete", "auth", "module"})
    locks_key: ClassVar[bool] = False
    full_root: ClassVar[bool] = True
    needs_root: ClassVar[bool] = True
    uses_module: ClassVar[bool] = True
    shares_folder: ClassVar[bool] = True

    @property
    def description(self) -> SchemeDescription:
        """How the person who chooses reads of it."""
        return SchemeDescription(
            title=_("The server's plain backup service (not encrypted)"),
            summary=_("This computer connects directly to the server's rsync service, without ssh."),
            traffic=_("Not encrypted: anyone on the network in between can read your files."),
            admin_does=_("Adds a section to that service's settings and, if there is a password, one small file."),
            warning=_("Your files are sent unencrypted: anyone on the network in between can read them."),
        )

    def thief_can(self, profile: Profile) -> frozenset[Ability]:
        """What the module's settings leave open."""
        return in_folder(profile, *daemon_modules.LEFT_OPEN, Ability.OTHER_BACKUPS)

    def if_stolen(self, profile: Profile) -> str:
        """What the module's settings leave open; to everybody, where there is no password."""
        who = _("Anyone who steals the password") if profile.scheme.auth else _("Anyone on the network")
        return sentence(who, self.thief_can(profile))

    def fits(self, client: ClientFacts, server: ServerFacts, profile: Profile) -> Fit:
        """Needs a folder in full; whatever else, it is warned of."""
        if client.openrsync:
            return needs_rsync()
        if unfit := daemon_modules.unfit(profile):
            return unfit
        if profile.server.jump:
            return Fit.no(server_address.needs_ssh())
        if domain_of(profile.server.user):
            return Fit.no(_("The rsync daemon can't use an account of a Windows domain (DOMAIN\\user)."))
        if not profile.server.root.startswith("/"):
            return Fit.no(_("It needs the full path of its folder on the server, starting with / (More choices)."))
        if any(map(allowed_from.is_exception, profile.scheme.from_)):
            return Fit.no(_("The rsync daemon can't exclude single addresses (with “!”)."))
        if server.daemon_open is False:
            return Fit.no(_("Nothing answers on the server's port for it (873)."))
        return Fit.warn(_("Your files are sent unencrypted. Choose this only on a network you trust."))

    def needs_rrsync(self, profile: Profile) -> bool:
        """It is never asked for."""
        return False

    def can_preview(self, server: ServerFacts) -> bool:
        """The daemon runs what the client asks for, so a dry run is dry."""
        return True

    def client_command(self, profile: Profile, facts: ClientFacts, transfer: Transfer) -> list[str]:
        """Rsync to the module."""
        return over_network.rsync_command(profile, facts, transfer, daemon_modules.name(profile))

    def may_read(self, profile: Profile) -> bool:
        """Where the module is not for writing alone."""
        return not profile.scheme.write_only

    def read_command(self, profile: Profile, facts: ClientFacts, reading: Reading) -> list[str]:
        """Rsync from the module: the one that takes backups, or the one that was made for reading this backup alone."""
        return from_server.over_network(profile, facts, reading, daemon_modules.place_in(profile, reading.version))

    def server_setup(self, profile: Profile, client: ClientFacts, server: ServerFacts) -> ServerSetup:
        """The folder, the module, and the secrets file where there is a password."""
        secrets = secrets_file(profile, profile.name) if profile.scheme.auth else None
        module = daemon_modules.module(profile, profile.server.root, *own_settings(profile, secrets))
        return ServerSetup(
            account=profile.server.user,
            directories=(Directory(profile.server.root, 0o700, "the module's folder"),),
            daemon=DaemonConfig(CONFIG, (module,)),
            secrets=secrets,
        )

    def command_digest(self, profile: Profile, client: ClientFacts) -> str:
        """None: no line makes a dry run real."""
        return ""

    def line_says(self, profile: Profile, client: ClientFacts) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def security_checks(self, profile: Profile) -> tuple[SecurityCheck, ...]:
        """What the module shuts; that files cross the network in clear can't be shut."""
        return security_checks.over_network(profile)


def secrets_file(profile: Profile, name: str) -> SecretsFile:
    """The file with the password of what has that name."""
    return SecretsFile(f"/etc/rsyncd-{name}.secrets", profile.server.user)


def own_settings(profile: Profile, secrets: SecretsFile | None) -> list[Setting]:
    """What only the server's own daemon needs of a module."""
    settings = [
        Setting("uid", profile.server.user, "the daemon runs as this account, not as root"),
        Setting("gid", "*", "and with this account's groups"),
        Setting("use chroot", "true", "nothing outside the folder can be reached, not even through a symbolic link"),
    ]
    if secrets:
        settings += [
            Setting("auth users", secrets.user, "only with this name and its password"),
            Setting("secrets file", secrets.path, "the file with the password"),
            Setting("strict modes", "true", "the daemon refuses that file if others could read it"),
        ]
    if profile.scheme.from_:
        settings.append(Setting("hosts allow", allowed_from.text(profile.scheme.from_), "accepts only these addresses"))
    return settings

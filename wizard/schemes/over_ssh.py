"""What the schemes over ssh have in common: the ssh command, and rsync's command around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes import layout

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.base import ClientFacts, Transfer

LISTING_FORMAT = "%i|%l|%n"
MARKER_NAME = ".backup-wizard"


def ssh_command(profile: Profile, facts: ClientFacts) -> list[str]:
    """The ssh command without the host: our key, our known hosts and nothing of the person's own settings."""
    options = {
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": f'"{_literal(str(facts.known_hosts))}"',
        "GlobalKnownHostsFile": "none",
        "HostKeyAlias": profile.name,
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "PreferredAuthentications": "publickey",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "NumberOfPasswordPrompts": "1",
        "ClearAllForwardings": "yes",
        "LogLevel": "ERROR",
        "ConnectTimeout": "15",
        "ServerAliveInterval": "20",
        "ServerAliveCountMax": "3",
    }
    return [
        *(facts.ssh, "-F", "none", "-T", "-a", "-x"),
        *(part for name, value in options.items() for part in ("-o", f"{name}={value}")),
        *("-i", _literal(str(profile.key_path))),
        *("-p", str(profile.server.port)),
        *("-l", profile.server.user),
    ]


def rsync_command(profile: Profile, facts: ClientFacts, transfer: Transfer, destination: str) -> list[str]:
    """The rsync command to a destination path on the ssh server."""
    remote_shell = " ".join(_quoted_for_rsync(part) for part in ssh_command(profile, facts))
    host = f"[{profile.server.host}]" if ":" in profile.server.host else profile.server.host
    return [
        *(facts.rsync, "-aHR", "--8-bit-output", "--no-human-readable", "--stats"),
        *(["--dry-run"] if transfer.dry_run else []),
        f"--out-format={LISTING_FORMAT}",
        *([] if transfer.marker_alone else _choice_of_files(profile)),
        f"--rsh={remote_shell}",
        "--",
        *([f"{transfer.marker.parent}/./{transfer.marker.name}"] if transfer.marker else []),
        *([] if transfer.marker_alone else layout.sources(profile.folders)),
        f"{host}:{destination}",
    ]


def _choice_of_files(profile: Profile) -> list[str]:
    return [
        *(["--delete"] if profile.delete else []),
        # First, so that no pattern of the person's (.*, say) leaves the marker out.
        f"--include=/{MARKER_NAME}",
        *(f"--exclude={pattern}" for pattern in profile.exclude),
    ]


def _literal(path: str) -> str:
    return path.replace("%", "%%")  # ssh expands %-tokens in file names


def _quoted_for_rsync(part: str) -> str:
    return "'" + part.replace("'", "''") + "'"  # rsync's own rule for --rsh: a doubled quote stands for one

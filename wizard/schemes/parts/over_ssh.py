"""What the schemes over ssh have in common: the ssh command, and rsync's command around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import backup_layout
from wizard.schemes.parts import through_jump_host
from wizard.schemes.parts.quoting import literal
from wizard.storage import paths

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.base import Transfer
    from wizard.schemes.facts import ClientFacts

LISTING_FORMAT = "%i|%l|%n"
MARKER_NAME = ".backup-wizard"
OWN_MARKER_PREFIX = ".backup-by-"
COMPLETE_MARK = ".backup-complete"
PARTIAL_FOLDER = ".backup-wizard-partial"
RESTORE_FOLDER = ".backup-wizard-restore"

# ssh notices a server that is gone; this notices one that is there and silent. A line with one recorded command was
# recorded without it, so it is not added there.
NO_LONG_SILENCE = "--timeout=120"

# Who reads whole files to tell their checksums says nothing meanwhile.
LONG_SILENCE = "--timeout=900"

# rsync keeps a file that was cut off in a folder of its own and resumes from it, so none stands half under its name.
LASTING = (NO_LONG_SILENCE, f"--partial-dir={PARTIAL_FOLDER}")


def ssh_command(profile: Profile, facts: ClientFacts) -> list[str]:
    """The ssh command without the host: our key, our known hosts and nothing of the person's own settings."""
    options = {
        "IdentitiesOnly": "yes",
        "IdentityFile": literal(profile.key_path),
        "UserKnownHostsFile": literal(facts.known_hosts),
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
        # Through a jump host, this begins before the sign-in there has.
        "ConnectTimeout": str(facts.timeout * (2 if profile.server.jump else 1)),
        "ServerAliveInterval": str(facts.timeout),
        "ServerAliveCountMax": "3",
    }
    if jump := profile.server.jump_host:
        log = ["-o", "LogLevel=ERROR", *(["-E", str(facts.jump_log)] if facts.jump_log else [])]
        through = through_jump_host.command(jump, profile.server.host, profile.server.port, facts.timeout, *log)
        options["ProxyCommand"] = through_jump_host.proxy_command(through)
    if facts.connection:
        options |= {"ControlPath": literal(facts.connection), "ControlMaster": "no"}
    return [
        *(facts.ssh, "-F", "none", "-T", "-a", "-x"),
        *(part for name, value in options.items() for part in ("-o", f"{name}={value}")),
        *("-p", str(profile.server.port)),
        *("-l", profile.server.user),
    ]


def rsync_command(profile: Profile, facts: ClientFacts, transfer: Transfer, destination: str, *more: str) -> list[str]:
    """The rsync command to a destination on the ssh server: a path, or `:module/path` for a daemon behind it.

    `more` are options of the scheme's own.
    """
    return [
        *rsync_options(profile, facts, transfer, *more),
        f"--rsh={remote_shell(profile, facts)}",
        "--",
        *rsync_sources(profile, transfer),
        f"{rsync_host(profile)}:{destination}",
    ]


def remote_shell(profile: Profile, facts: ClientFacts) -> str:
    """The ssh command as rsync takes it, or what stands in for it."""
    return facts.remote_shell or " ".join(quoted_for_rsync(part) for part in ssh_command(profile, facts))


def rsync_options(profile: Profile, facts: ClientFacts, transfer: Transfer, *more: str) -> list[str]:
    """What every scheme asks of rsync; what of it the server is told is the same for every transfer of a kind."""
    return [
        *(facts.rsync, "-aHRS", "--8-bit-output", "--no-human-readable", "--stats", f"--out-format={LISTING_FORMAT}"),
        *(["--one-file-system"] if profile.one_file_system else []),
        *(["--compress"] if profile.compress or transfer.compress else []),
        *(["--dry-run"] if transfer.dry_run else ["--info=progress2"]),
        *(["--delete"] if profile.delete and not transfer.sample else []),
        *(["--checksum"] if transfer.sample else []),
        # What is compared is listed, too; under append only, the server compares for such a list alone.
        *(["-ii"] if transfer.dry_run and (transfer.sample or profile.scheme.append_only) else []),
        *more,
        *([LONG_SILENCE] if transfer.sample and not transfer.dry_run else []),
        # First, so that no pattern of the person's (.*, say) leaves a marker out.
        *(f"--include=/{name}" for name in (MARKER_NAME, f"{OWN_MARKER_PREFIX}*", f"{COMPLETE_MARK}*")),
        f"--exclude={RESTORE_FOLDER}-*/",
        *(f"--exclude={pattern}" for pattern in backup_layout.excluded(_places(profile, transfer), profile.exclude)),
        *(["--from0", f"--include-from={transfer.sample}", "--exclude=*"] if transfer.sample else []),
    ]


def rsync_host(profile: Profile) -> str:
    """The server's name as rsync takes it before a colon: an IPv6 address needs brackets."""
    host = profile.server.host
    return f"[{host}]" if ":" in host else host


def rsync_sources(profile: Profile, transfer: Transfer) -> list[str]:
    """What is sent: the markers, if they go along, and the folders."""
    places = _places(profile, transfer)
    return [
        *(f"{marker.parent}/./{marker.name}" for marker in transfer.markers),
        *([] if transfer.markers_alone else backup_layout.sources(places, str(paths.links(profile.name)))),
    ]


def _places(profile: Profile, transfer: Transfer) -> dict[str, str]:
    return backup_layout.labels(profile.folders, profile.old_home, transfer.used_places)


def quoted_for_rsync(part: str) -> str:
    """A word of --rsh, by rsync's own rule: in single quotes, of which a doubled one stands for one."""
    return "'" + part.replace("'", "''") + "'"

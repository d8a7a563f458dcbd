"""rsync's command the other way round: what it takes to read a backup, whatever the scheme.

Nothing in a backup is trusted, since whoever has the key could have put it there. So links arrive here in a form that
leads nowhere (`--munge-links`, which is this side's alone), and nothing arrives as a device or a program that runs as
somebody else. Owners are not restored: on the server, all files are the account's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.parts import over_network as network
from wizard.schemes.parts import over_ssh as ssh

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.base import Reading
    from wizard.schemes.facts import ClientFacts

_OPTIONS = (
    *("-aHS", "--no-owner", "--no-group", "--no-devices", "--munge-links", "--chmod=Fug-s"),
    *("--8-bit-output", "--no-human-readable", "--stats", f"--out-format={ssh.LISTING_FORMAT}"),
)
# What is at the top of a backup and is none of the person's; and what was cut off on the way to the server.
_OURS = (
    *(f"/{ssh.MARKER_NAME}", f"/{ssh.OWN_MARKER_PREFIX}*", f"/{ssh.COMPLETE_MARK}*", "/.backup-folder-*"),
    f"{ssh.PARTIAL_FOLDER}/",
)


def over_ssh(profile: Profile, facts: ClientFacts, reading: Reading, source: str) -> list[str]:
    """The rsync command from a folder on the ssh server: a path, or `:module/path` for a daemon behind it."""
    return [
        *_options(facts, reading, compress=profile.compress),
        ssh.LONG_SILENCE if reading.by_content else ssh.NO_LONG_SILENCE,
        f"--rsh={ssh.remote_shell(profile, facts)}",
        "--",
        f"{ssh.rsync_host(profile)}:{source}",
        f"{reading.to}/",
    ]


def over_network(profile: Profile, facts: ClientFacts, reading: Reading, path: str) -> list[str]:
    """The rsync command from a folder of a daemon on its own port, given from its module on."""
    return [
        *_options(facts, reading, compress=profile.compress),
        ssh.LONG_SILENCE if reading.by_content else network.long_silence(facts),
        *network.connecting(profile, facts),
        "--",
        network.place(profile, path),
        f"{reading.to}/",
    ]


def _options(facts: ClientFacts, reading: Reading, *, compress: bool) -> list[str]:
    return [
        *(facts.rsync, *_OPTIONS),
        *([] if reading.hard_links else ["--no-hard-links"]),
        # A version's files have modes by which the server lets them be read: they say nothing of those that are here.
        *([] if reading.version is None else ["--no-perms"]),
        *(["--compress"] if compress else []),
        *(["--dry-run"] if reading.dry_run else ["--info=progress2"]),
        *(["--checksum"] if reading.by_content else []),
        *reading.here,
        *(f"--exclude={pattern}" for pattern in _OURS),
        *(["--from0", f"--include-from={reading.chosen}", "--exclude=*"] if reading.chosen else []),
    ]

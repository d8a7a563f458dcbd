"""The key line that shuts every door but one command's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.parts import elsewhere
from wizard.schemes.setup import KeyLine, Option

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.facts import ClientFacts, ServerFacts

_RESTRICT_SINCE = (7, 2)
_DROPBEAR_RESTRICTS_SINCE = (2022, 83)
_NOT_IN_DROPBEAR = "no-user-rc"  # it has no such file, and takes no line with an option that it doesn't know

# What `restrict` stands for, spelt out for servers that are older than it.
_SPELT_OUT = (
    Option("no-pty", "no terminal"),
    Option("no-port-forwarding", "no tunnels, in or out"),
    Option("no-agent-forwarding", "no ssh agent, so no access to other servers"),
    Option("no-X11-forwarding", "no remote windows"),
    Option("no-user-rc", "no start-up file from the account"),
)


def locked(profile: Profile, client: ClientFacts, server: ServerFacts, command: Option, *limits: Option) -> KeyLine:
    """The client's key, able to start that command and nothing else; `limits` say up to when, say."""
    return KeyLine((*_shut(server), *limits, command, *allowed_from(profile)), client.public_key)


def unlocked(profile: Profile, client: ClientFacts) -> KeyLine:
    """The client's key with all that the account may do."""
    return KeyLine(allowed_from(profile), client.public_key)


def forced(command: str, reason: str) -> Option:
    """The option that runs this command, whatever is asked for."""
    return Option("command", reason, command)


def allowed_from(profile: Profile) -> tuple[Option, ...]:
    """The option that names the places the key may be used from, if any are named."""
    if not profile.scheme.from_:
        return ()
    reason = "the key works only from these addresses; host names need “UseDNS yes” in sshd_config"
    return (Option("from", reason, ",".join(profile.scheme.from_)),)


def places(profile: Profile) -> tuple[tuple[str, ...], ...]:
    """The places of each line that the key gets, in their order; one without places is for any address."""
    return (profile.scheme.from_, ()) if elsewhere.is_wanted(profile) else (profile.scheme.from_,)


def _shut(server: ServerFacts) -> tuple[Option, ...]:
    if server.dropbear_version is not None and server.dropbear_version < _DROPBEAR_RESTRICTS_SINCE:
        return tuple(option for option in _SPELT_OUT if option.name != _NOT_IN_DROPBEAR)
    if server.openssh_version and server.openssh_version < _RESTRICT_SINCE:
        return _SPELT_OUT
    return (Option("restrict", "no terminal, no tunnels, no agent, no X11, no start-up file (OpenSSH 7.2 or later)"),)

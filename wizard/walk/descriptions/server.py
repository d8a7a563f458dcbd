"""Server: where the backup goes, and whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wizard import rules, schemes, server_address
from wizard.client.ssh import dial, ssh_settings
from wizard.profile import SchemeSettings
from wizard.server.reaching import reachability
from wizard.server_address import ServerAddress
from wizard.text.language import _
from wizard.walk.description import Description, MayIfConfirmed, Text, YesNo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.client.ssh.ssh_settings import Known
    from wizard.profile import Profile
    from wizard.server.reaching.reachability import OpenPorts
    from wizard.walk.context import WalkContext
    from wizard.walk.description import Answers, Question


_FROM_SSH = "from-ssh-settings"


def host(profile: Profile) -> Text:
    """The server's name or address."""
    return Text(
        id="host",
        label=_("Server name"),
        default=profile.server.host,
        hint=_("such as files.example.lan"),
        rule=server_address.complaint,
    )


def port(profile: Profile, typed: ServerAddress | None = None) -> Text:
    """The port for ssh, or for rsync's own service; one that was typed with the name is offered."""
    default = (typed and typed.port) or str(profile.server.port)
    return Text(id="port", label=_("Port"), default=default, rule=rules.port)


def user(profile: Profile, typed: ServerAddress | None = None) -> Text:
    """The account; one that was typed with the name is offered."""
    return Text(
        id="user",
        label=_("Your username on the server"),
        default=(typed and typed.user) or profile.server.user,
        hint=_("for example amanda"),
        rule=rules.user,
    )


def jump(profile: Profile, known: Known | None = None) -> Text:
    """The jump host, which few people have: it is asked for only where there is one already."""
    return Text(
        id="jump",
        label=_("Through another computer (jump host)"),
        default=known.jump if known else profile.server.jump,
        hint=_("empty: directly"),
        nothing=_("directly"),
        rule=lambda typed: server_address.jump_complaint(typed) if typed else None,
    )


def questions(profile: Profile, found: None, answers: Answers) -> Iterator[Question]:
    """Which server, and who one is there."""
    yield host(profile)
    if "host" in answers:
        typed = server_address.understood(answers["host"])
        if known := known_to_ssh(profile, typed):
            offered = offer(typed.host, known)
            ask = _("{words} {answer}?").format(words=offered.words, answer=offered.yes)
            yield YesNo(id=_FROM_SSH, label=offered.title, ask=ask)
        known = _taken(profile, answers)
        meant = _meant(profile, answers)
        yield port(profile, meant)
        yield user(profile, meant)
        if jump(profile, known).default:
            yield jump(profile, known)


def known_to_ssh(profile: Profile, typed: ServerAddress) -> Known | None:
    """What the person's ssh settings know a new name as, if that differs; what was typed with it comes first."""
    if typed.host == host(profile).default or not (known := ssh_settings.known(typed.host)):
        return None
    known = msgspec.structs.replace(known, port=typed.port or known.port, user=typed.user or known.user)
    without = (typed.host, typed.port or str(profile.server.port), typed.user or profile.server.user)
    has_way = known.jump or known.cant
    return known if has_way or (known.host, known.port, known.user) != without else None


def offer(name: str, known: Known) -> MayIfConfirmed:
    """Asks whether what ssh's settings say of a name is meant; nothing of it is used unasked."""
    words = known.words(name) + " " + _("Nothing else of these settings is used.")
    return MayIfConfirmed(_("Use your ssh settings?"), words, yes=_("Use that"), no=_("Keep what I typed"))


def _taken(profile: Profile, answers: Answers) -> Known | None:
    """What the person's ssh settings know, if the person wants to use that."""
    return known_to_ssh(profile, server_address.understood(answers["host"])) if answers.get(_FROM_SSH) else None


def _meant(profile: Profile, answers: Answers) -> ServerAddress:
    known = _taken(profile, answers)
    return ServerAddress(known.host, known.port, known.user) if known else server_address.understood(answers["host"])


def moved(typed: ServerAddress) -> str:
    """What was typed with the name, and is shown where it belongs now."""
    if typed.port and typed.user:
        both = _("The port {port} and the username {user} are now in their own fields.")
        return both.format(port=typed.port, user=typed.user)
    if typed.port:
        return _("The port {port} is now in its own field.").format(port=typed.port)
    return _("The username {user} is now in its own field.").format(user=typed.user) if typed.user else ""


def at(profile: Profile, host: str, port: int, user: str, jump: str = "") -> Profile:
    """The profile with that server; another one's fingerprint is not confirmed yet. Through a jump host, it is ssh."""
    before = profile.server
    server = msgspec.structs.replace(before, host=host, port=port, user=user, jump=jump)
    if (server.machine, server.port) != (before.machine, before.port):
        server = msgspec.structs.replace(server, host_keys=())
    changed = msgspec.structs.replace(profile, server=server)
    if jump and not schemes.of(profile).uses_ssh:
        scheme = msgspec.structs.replace(profile.scheme, kind=SchemeSettings().kind)
        changed = msgspec.structs.replace(changed, scheme=scheme)
    return changed


def looking(host: str) -> str:
    """What is being done."""
    return _("Looking for {host}").format(host=host)


def answers_how(host: str, found: OpenPorts) -> str:
    """How a server answers that does."""
    if found.failure:
        return reachability.ONLY_DAEMON.format(host=host)
    return _("{host} answers.").format(host=host)


async def reach(profile: Profile) -> OpenPorts:
    """How the profile's server answers.

    Raises:
        Failure: it does not.
    """
    found = await reachability.look(dial.ssh(profile))
    if found.failure and not found.daemon_port:
        raise found.failure
    return found


def decided(profile: Profile, host: str, user: str, jump: str, found: OpenPorts) -> Profile:
    """The profile with a server that answers, of which that is kept; without ssh, rsync's own service is left.

    Raises:
        Failure: our folder can't be written to.
    """
    changed = reachability.with_what_is_left(at(profile, host, found.port, user, jump), found)
    reachability.remember(changed, profile, found)
    return changed


async def settle(profile: Profile, found: None, answers: Answers, context: WalkContext) -> Profile:
    """The profile with that server, provided that it answers.

    A profile that nobody changes is taken at its word: the steps after this one meet its server.

    Raises:
        Failure: it doesn't answer, or our folder can't be written to.
    """
    if not answers:
        return profile
    host, jump = _meant(profile, answers).host, answers.get("jump", "")
    context.tell(f"{looking(host)} …")
    reached = await reach(at(profile, host, int(answers["port"]), answers["user"], jump))
    context.tell(answers_how(host, reached))
    return decided(profile, host, answers["user"], jump, reached)


DESCRIPTION = Description(question=_("Which server will keep your backup?"), questions=questions, settle=settle)

"""A server that does not let this computer's key in, or lets it in to a shell that talks or is silent."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

import msgspec

from wizard import allowed_from
from wizard.client.keys import key_types
from wizard.client.ssh import dial, program, tunnel
from wizard.failure import Failure, Kind
from wizard.server import kept_facts
from wizard.server.reaching import shells, sign_in
from wizard.storage import profiles
from wizard.text.language import N_, _
from wizard.trouble import key_checks, patterns
from wizard.trouble.diagnosis import Diagnosis, Sure
from wizard.trouble.words import Who
from wizard.trouble.words.form import SEND

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.profile import Profile

_ACCEPTED = re.compile(r"server-sig-algs=<(?P<types>[^<>\s]+)>")
_METHODS = re.compile(r"Permission denied \((?P<methods>[a-z,-]*)\)")
_CHATTER = ("debug1:", "OpenSSH_")
_OTHER_TYPE = N_(
    "Send your admin this message. Or create a new key in the “Key” step: it gets a type that the server accepts."
    ' (In a file for --answers, that is type = "{type}" under [key].)'
)
_OTHER_KEY = N_("Send your admin this message. Or create a new key in the “Key” step.")
_ACCEPTS_ALL = "remote software version tinyssh"  # it takes any key at first, and then refuses the signature
_LONGEST_LINE = 120
_SFTP_ONLY = "This service allows sftp connections only"
_SFTP_HELLO, _SFTP_ANSWER = b"\0\0\0\5\1\0\0\0\3", b"\2\0\0\0\3"  # version 3, and that it is taken
_SECONDS = 10.0
_WAIT = N_(
    "Send your admin the output of “backup-wizard export {name} --format text”, then run this again. If they say it's"
    " done, send them the message below. Its commands find the cause, and change nothing."
)
_IF_DONE = N_(
    "If your admin hasn't added the key yet, please wait. If they have, send this message. Its commands find the cause,"
    " and change nothing."
)
_NO_TELLING = N_("The key's line or the account may be wrong. Servers never say which.")


async def ask(failure: Failure, profile: Profile, access: Access) -> Diagnosis:
    """Why the key may be refused, by one more try and by what is known here."""
    others = _other_names(profile)
    if others and (found := await _by_other_name(profile, access, others[0])):
        return found
    said = failure.raw if others else await _in_detail(profile, access)
    return (
        _by_what_ssh_tells(said, profile)
        or _by_accepted_types(said, access.facts.public_key, profile)
        or await asyncio.to_thread(by_address, profile)
        or _cant_tell(failure, said, access.facts.public_key, profile)
    )


def _cant_tell(failure: Failure, said: str, public_key: str, profile: Profile) -> Diagnosis:
    """Only the admin can find out, with commands that look at each likely cause."""
    text = _(_NO_TELLING) + _also_offered(said)
    is_awaited = failure.kind is Kind.WAITING_FOR_ADMIN
    is_refused = is_awaited or patterns.read(failure.exit_code, failure.raw) is Kind.KEY_REFUSED
    if not public_key or not is_refused or kept_facts.was_let_in(profile):
        return Diagnosis(text=text)
    to_do = _(_WAIT).format(name=profile.name) if is_awaited else _(_IF_DONE)
    # While nobody has acted yet, that it can't be told goes without saying.
    return Diagnosis(text="" if is_awaited else text, to_do=to_do, forward=key_checks.letter(profile, public_key))


async def _in_detail(profile: Profile, access: Access) -> str:
    return (await program.run(profile, access, sign_in.HARMLESS, _SECONDS, verbose=True)).stderr


async def of_connection(profile: Profile, access: Access) -> Diagnosis | None:
    """Why ssh gets no connection; it says so only when it tells each thing that it does."""
    tried = await program.run(profile, access, sign_in.HARMLESS, _SECONDS, verbose=True)
    if program.is_let_in(tried):
        if sftp := await of_sftp(profile, access):
            return sftp
        return Diagnosis(Sure.PROBABLY, _("That was only temporary: the server lets this computer sign in now."))
    said = "\n".join(line for line in tried.stderr.splitlines() if not line.startswith(_CHATTER))
    kind = tunnel.cause(said) if profile.server.jump else None
    kind = kind or patterns.read(tried.exit_code, said)
    if kind in {Kind.HUNG_UP, Kind.UNKNOWN}:
        return None
    return Diagnosis(Sure.SURELY, _said_by_ssh(said), kind=kind, raw=said)


async def of_shell(profile: Profile, access: Access) -> Diagnosis | None:
    """What the account's shell says when it is asked for nothing of consequence."""
    answer = await program.run(profile, access, sign_in.HARMLESS, _SECONDS)
    if not program.is_let_in(answer):
        return await of_connection(profile, access)
    if answer.stdout[1:4] == "\0\0\0":
        text = _("Its key line starts an rsync with an incompatible protocol.")
        return Diagnosis(Sure.SURELY, text, kind=Kind.PROTOCOL_MISMATCH)
    first = next((line.strip() for line in answer.stdout.splitlines() if line.strip()), "")
    if _SFTP_ONLY in first:
        return Diagnosis(Sure.SURELY, _printed(first), kind=Kind.SERVER_SFTP_ONLY)
    if shell := shells.blocking(answer):
        return Diagnosis(Sure.SURELY, _is_blocked_by(shell), kind=Kind.SERVER_SHELL_BLOCKS)
    if first:
        return Diagnosis(Sure.SURELY, _printed(first))
    return await of_sftp(profile, access)


async def of_sftp(profile: Profile, access: Access) -> Diagnosis | None:
    """Whether it is sftp that answers, whatever is asked for: the program says nothing before it is greeted."""
    answer = await program.first_answer(profile, access, sign_in.HARMLESS, _SFTP_HELLO, _SECONDS)
    if answer[4 : 4 + len(_SFTP_ANSWER)] != _SFTP_ANSWER:  # behind its length
        return None
    text = _("Whatever is asked for, an sftp service answers.")
    return Diagnosis(Sure.SURELY, text, kind=Kind.SERVER_SFTP_ONLY)


def _is_blocked_by(shell: str) -> str:
    if shell == "false":  # other shells are as silent
        return _("The account's login shell ends at once and says nothing, as /bin/false does.")
    return _("The account's login shell is {shell}.").format(shell=shell)


def _by_what_ssh_tells(said: str, profile: Profile) -> Diagnosis | None:
    user = profile.server.user
    if "Authenticated to " in said:
        return Diagnosis(
            Sure.SURELY, _("The server lets this computer sign in now."), who=Who.YOU, to_do=_("Try again.")
        )
    if "with partial success" in said:
        return Diagnosis(
            Sure.SURELY,
            _("The server accepts the key, but also asks for a second factor. A backup can't provide one."),
            forward=_(
                "Your sshd accepts my key for {user}, then asks for more (AuthenticationMethods). Please let the key"
                " alone be enough for this account: it is locked to the backup."
            ).format(user=user),
        )
    if "no mutual signature" in said:
        return Diagnosis(
            Sure.SURELY,
            _("The server doesn't accept this type of key."),
            to_do=_(_OTHER_KEY),
            forward=_(
                "Your sshd doesn't accept my key type for {user} (PubkeyAcceptedAlgorithms). Please allow it, or tell"
                " me which types you accept."
            ).format(user=user),
        )
    if "agent refused operation" in said:
        return Diagnosis(Sure.SURELY, kind=Kind.AGENT_REFUSES)
    if "Server accepts key:" in said and _ACCEPTS_ALL not in said:
        return Diagnosis(
            Sure.SURELY,
            _("The server knows the key, but this computer couldn't use it."),
            kind=Kind.KEY_UNUSABLE,
        )
    methods = _methods(said)
    if methods and "publickey" not in methods:
        return Diagnosis(
            Sure.SURELY,
            _("The server accepts no keys for “{user}”, only: {methods}.").format(
                user=user, methods=", ".join(methods)
            ),
            forward=_(
                "Your sshd accepts no keys for {user} (PubkeyAuthentication is off). Please turn it on for this"
                " account."
            ).format(user=user),
        )
    return None


def _by_accepted_types(said: str, public_key: str, profile: Profile) -> Diagnosis | None:
    """Whether the server says, as OpenSSH does since 9.6, that it takes no signature of this type."""
    told = _ACCEPTED.search(said)
    ours = public_key.partition(" ")[0]
    ours = {"ssh-rsa": "rsa-sha2-256"}.get(ours, ours)
    if not told or not ours:
        return _by_age(ours, profile)
    accepted = told["types"].split(",")
    with contextlib.suppress(Failure):  # the “Key” step offers one of them, as soon as it is known
        kept_facts.learn(profile, key_types=key_types.known(accepted))
    if ours in accepted:
        return None
    return Diagnosis(
        Sure.SURELY,
        _("The server accepts no key of type {ours}, only: {types}.").format(ours=ours, types=", ".join(accepted)),
        to_do=_instead(profile),
        forward=_(
            "Your sshd doesn't accept my key's type for {user}: {ours} (PubkeyAcceptedAlgorithms). Please allow it, or"
            " tell me which types you accept."
        ).format(user=profile.server.user, ours=ours),
    )


def _by_age(ours: str, profile: Profile) -> Diagnosis | None:
    """Whether the server's ssh is from before there were keys of this type."""
    if ours != "ssh-ed25519" or not key_types.instead(kept_facts.known(profile)):
        return None
    return Diagnosis(
        Sure.PROBABLY,
        _("The server's ssh is too old for this type of key (ed25519)."),
        to_do=_instead(profile),
        forward=_(
            "My key is of type ed25519, which your server's ssh is too old for. I'll send you one of another type,"
            " unless you update it."
        ),
    )


def _instead(profile: Profile) -> str:
    types = key_types.instead(kept_facts.known(profile))
    return _(_OTHER_TYPE).format(type=types[0]) if types else _(SEND)


def by_address(profile: Profile) -> Diagnosis | None:
    """Whether the line can hold for this computer, as far as addresses tell; a name may be any address."""
    places = () if profile.scheme.elsewhere else profile.scheme.from_
    ours = dial.own_address(dial.ssh(profile))
    if not ours or not places or allowed_from.may_let_in(places, ours):
        return None
    named = allowed_from.text(places)
    return Diagnosis(
        Sure.PROBABLY,
        _("The key line allows only {allowed}, and this computer's address is {address}.").format(
            allowed=named, address=ours
        ),
        forward=_(
            "My key line allows only {allowed} (from=). My address is {address}, unless something between us changes"
            " it. Please use the address that your sshd's log shows."
        ).format(allowed=named, address=ours),
    )


async def _by_other_name(profile: Profile, access: Access, user: str) -> Diagnosis | None:
    other = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, user=user))
    if not program.is_let_in(await program.run(other, access, sign_in.HARMLESS, _SECONDS)):
        return None
    return Diagnosis(
        Sure.SURELY,
        _("The server accepts this key for “{user}”.").format(user=user),
        who=Who.YOU,
        to_do=_("Change the username to “{user}” in the “Server” step.").format(user=user),
    )


def _other_names(profile: Profile) -> list[str]:
    """What else the user may be called: as other backups here have it, or in small letters."""
    names = [profile.server.user.lower()]
    for name in profiles.names():
        with contextlib.suppress(Failure):
            kept = profiles.load(name)
            names += [kept.server.user] if kept.server.machine == profile.server.machine else []
    return [name for name in dict.fromkeys(names) if name and name != profile.server.user]


def _methods(said: str) -> list[str]:
    found = _METHODS.search(said)
    return [method for method in found["methods"].split(",") if method] if found else []


def _also_offered(said: str) -> str:
    others = [method for method in _methods(said) if method != "publickey"]
    return " " + _("It also accepts: {methods}.").format(methods=", ".join(others)) if others else ""


def _said_by_ssh(said: str) -> str:
    return _("ssh says “{line}”.").format(line=said.strip().splitlines()[-1][:_LONGEST_LINE])


def _printed(line: str) -> str:
    return _("It prints “{line}”.").format(line=line[:_LONGEST_LINE])

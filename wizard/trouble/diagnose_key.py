"""A server that does not let this computer's key in, or lets it in to a shell that talks or is silent."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

import msgspec

from wizard import allowed_from, profiles
from wizard.client.ssh import dial, program
from wizard.failure import Failure, Kind
from wizard.server.reaching import shells, sign_in
from wizard.trouble import patterns
from wizard.trouble.diagnosis import Diagnosis, Sure
from wizard.trouble.words import Who

if TYPE_CHECKING:
    from wizard.client.access import Access
    from wizard.profile import Profile

_METHODS = re.compile(r"Permission denied \((?P<methods>[a-z,-]*)\)")
_CHATTER = ("debug1:", "OpenSSH_")
_LONGEST_LINE = 120
_SECONDS = 10.0
_NO_TELLING = "whether it is the key's line or the account: no server tells that."


async def ask(failure: Failure, profile: Profile, access: Access) -> Diagnosis:
    """Why the key may be refused, by one more try and by what is known here."""
    others = _other_names(profile)
    if others and (found := await _by_other_name(profile, access, others[0])):
        return found
    said = failure.raw if others else await _in_detail(profile, access)
    return (
        _by_what_ssh_tells(said, profile)
        or await asyncio.to_thread(by_address, profile)
        or Diagnosis(text=_NO_TELLING + _also_offered(said))
    )


async def _in_detail(profile: Profile, access: Access) -> str:
    return (await program.run(profile, access, sign_in.HARMLESS, _SECONDS, verbose=True)).stderr


async def of_connection(profile: Profile, access: Access) -> Diagnosis | None:
    """Why ssh gets no connection; it says so only when it tells each thing that it does."""
    tried = await program.run(profile, access, sign_in.HARMLESS, _SECONDS, verbose=True)
    if program.is_let_in(tried):
        return Diagnosis(Sure.PROBABLY, "It was for a moment only: the server lets this computer in now.")
    said = "\n".join(line for line in tried.stderr.splitlines() if not line.startswith(_CHATTER))
    kind = patterns.read(tried.exit_code, said)
    if kind in {Kind.HUNG_UP, Kind.UNKNOWN}:
        return None
    return Diagnosis(Sure.SURELY, f"ssh says “{said.strip().splitlines()[-1][:_LONGEST_LINE]}”.", kind=kind, raw=said)


async def of_shell(profile: Profile, access: Access) -> Diagnosis | None:
    """What the account's shell says when it is asked for nothing of consequence."""
    answer = await program.run(profile, access, sign_in.HARMLESS, _SECONDS)
    if not program.is_let_in(answer):
        return await of_connection(profile, access)
    if "\0" in answer.stdout:
        text = "What its line starts is an rsync that speaks another protocol."
        return Diagnosis(Sure.SURELY, text, kind=Kind.PROTOCOL_MISMATCH)
    if shell := shells.blocking(answer):
        return Diagnosis(Sure.SURELY, f"Its login shell is {shell}.", kind=Kind.SERVER_SHELL_BLOCKS)
    first = next((line.strip() for line in answer.stdout.splitlines() if line.strip()), "")
    return Diagnosis(Sure.SURELY, f"It prints “{first[:_LONGEST_LINE]}”.") if first else None


def _by_what_ssh_tells(said: str, profile: Profile) -> Diagnosis | None:
    user = profile.server.user
    if "Authenticated to " in said:
        return Diagnosis(Sure.SURELY, "The server lets this computer in now.", who=Who.YOU, to_do="Try again.")
    if "with partial success" in said:
        return Diagnosis(
            Sure.SURELY,
            "The key itself is taken; the server wants a second proof after it, which a backup can't give.",
            forward=f"Your sshd takes my key for {user} and then wants more (AuthenticationMethods). Please let the key"
            " alone do for this account: it is locked to the backup.",
        )
    if "no mutual signature" in said:
        return Diagnosis(
            Sure.SURELY,
            "The server takes no keys of this type.",
            forward=f"Your sshd takes no keys of the type of mine for {user} (PubkeyAcceptedAlgorithms). Please allow"
            " the type, or tell me which ones are.",
        )
    if "Server accepts key:" in said:
        return Diagnosis(
            Sure.SURELY, "The server knows the key, but it could not be used here.", kind=Kind.KEY_UNUSABLE
        )
    methods = _methods(said)
    if methods and "publickey" not in methods:
        return Diagnosis(
            Sure.SURELY,
            f"The server takes no keys at all for “{user}”, but only: {', '.join(methods)}.",
            forward=f"Your sshd takes no keys for {user} (PubkeyAuthentication is off). Please turn it on for this"
            " account.",
        )
    return None


def by_address(profile: Profile) -> Diagnosis | None:
    """Whether the line can hold for this computer, as far as addresses tell; a name may be any address."""
    places = profile.scheme.from_
    ours = dial.own_address(dial.ssh(profile))
    if not ours or not places or allowed_from.may_let_in(places, ours):
        return None
    named = allowed_from.text(places)
    return Diagnosis(
        Sure.PROBABLY,
        f"The line lets in {named}, and this computer's address is {ours}.",
        forward=f"My key's line lets in {named} (from=), and my address is {ours}, unless something between"
        " us changes it. The one that your sshd's log names is what has to stand there.",
    )


async def _by_other_name(profile: Profile, access: Access, user: str) -> Diagnosis | None:
    other = msgspec.structs.replace(profile, server=msgspec.structs.replace(profile.server, user=user))
    if not program.is_let_in(await program.run(other, access, sign_in.HARMLESS, _SECONDS)):
        return None
    return Diagnosis(
        Sure.SURELY,
        f"The server takes this key for “{user}”.",
        who=Who.YOU,
        to_do=f"Change the user's name to “{user}” at the step “Server”.",
    )


def _other_names(profile: Profile) -> list[str]:
    """What else the user may be called: as other backups here have it, or in small letters."""
    names = [profile.server.user.lower()]
    for name in profiles.names():
        with contextlib.suppress(Failure):
            kept = profiles.load(name)
            names += [kept.server.user] if kept.server.host == profile.server.host else []
    return [name for name in dict.fromkeys(names) if name and name != profile.server.user]


def _methods(said: str) -> list[str]:
    found = _METHODS.search(said)
    return [method for method in found["methods"].split(",") if method] if found else []


def _also_offered(said: str) -> str:
    others = [method for method in _methods(said) if method != "publickey"]
    return f" It would also take: {', '.join(others)}." if others else ""

"""What the admin answered: the script's receipt or the server's fingerprint, found in any text that was pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client.host_keys import host_identity
from wizard.client.ssh import dial
from wizard.failure import Failure, Kind
from wizard.server.reaching import host_trust, probe
from wizard.server.receipts import as_asked, receipt, receipt_text
from wizard.server.receipts.receipt import Taken
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.profile import Profile


async def take(profile: Profile, text: str) -> Taken:
    """Compare what is in the text with what the server shows now; the profile is not saved.

    Raises:
        Failure: `BAD_RECEIPT` if there is nothing in it to compare; `HOST_KEY_DIFFERS` if the server shows none of the
            fingerprints, or the text names others as well; or as for `receipt.take` and `probe.host_keys`.
    """
    taken = await _take(profile, text)
    if taken.profile != profile:
        as_asked.keep(profile)
    return taken


async def _take(profile: Profile, text: str) -> Taken:
    if receipt_text.holds_one(text) or not schemes.of(profile).uses_ssh:
        return await receipt.take(profile, text)
    if not is_there(text):
        raise Failure(Kind.BAD_RECEIPT, host_identity.only_ours(text) or _("it has no receipt and no fingerprint"))
    offered = await probe.host_keys(dial.ssh(profile))
    named = host_identity.matching(text, offered)
    if not named:
        sent = ", ".join(host_identity.fingerprints(text))
        raise Failure(Kind.HOST_KEY_DIFFERS, sent, ", ".join(key.fingerprint for key in offered))
    before = [key for key in offered if key.fingerprint in profile.server.host_keys]
    return Taken(host_trust.confirm(profile, list(dict.fromkeys([*before, *named]))), met=True)


def is_there(text: str) -> bool:
    """Whether a text has something to compare: a receipt's beginning, or a fingerprint that isn't our own words."""
    return receipt_text.holds_one(text) or bool(host_identity.fingerprints(text))

"""What is known of the keys that a server shows, and what a pasted fingerprint says of them."""

from __future__ import annotations

import base64

import msgspec
import pytest

from tests.support.data.profiles import a_profile
from tests.support.data.requests import a_request
from wizard.client.host_keys import host_identity
from wizard.client.host_keys.host_identity import HostKeyStatus
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.request import dumps

ED25519, ECDSA, RSA = (
    HostKey(type, base64.b64encode(f"\0\0\0{type} {'x' * 40}".encode()).decode())
    for type in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")
)
OFFERED = [ED25519, ECDSA, RSA]
STRANGER = HostKey("ssh-ed25519", base64.b64encode(b"a stranger's key").decode())
BARE = ECDSA.fingerprint.removeprefix("SHA256:")


@pytest.mark.parametrize(
    ("confirmed", "known", "standing", "as_expected"),
    [
        ([], [], HostKeyStatus.NEW, ()),
        ([], [RSA], HostKeyStatus.KNOWN, (RSA,)),
        ([], [STRANGER, RSA], HostKeyStatus.KNOWN, (RSA,)),
        ([], [STRANGER], HostKeyStatus.CONTRADICTED, ()),
        ([ECDSA], [], HostKeyStatus.CONFIRMED, (ECDSA,)),
        ([STRANGER, ECDSA], [STRANGER], HostKeyStatus.CONFIRMED, (ECDSA,)),
        ([STRANGER], [], HostKeyStatus.CHANGED, ()),
        ([STRANGER], OFFERED, HostKeyStatus.CHANGED, ()),
    ],
)
def test_what_was_confirmed_counts_for_more_than_what_ssh_knows(
    confirmed: list[HostKey], known: list[HostKey], standing: HostKeyStatus, as_expected: tuple[HostKey, ...]
) -> None:
    server = msgspec.structs.replace(a_profile().server, host_keys=tuple(key.fingerprint for key in confirmed))
    identity = host_identity.judge(a_profile(server=server), OFFERED, known)
    assert identity.status is standing
    assert identity.as_expected == as_expected
    assert identity.offered == tuple(OFFERED)


@pytest.mark.parametrize(
    "pasted",
    [
        f"SHA256:{BARE}",
        f"  256 SHA256:{BARE} root@files.example.lan (ECDSA)\n",
        f"ECDSA key fingerprint is SHA256:{BARE}.",
        f"The fingerprint is “SHA256:{BARE}”, Amanda.",
        f"SHA256: {BARE}",
        f"sha256:{BARE}",
        f"SHA256:{BARE}=",
        BARE,
        f"{BARE[:4]} {BARE[4:20]}  {BARE[20:]}",
        f"{ECDSA.type} {ECDSA.blob} root@files",
        f"files.example.lan {ECDSA.type} {ECDSA.blob}",
    ],
)
def test_a_fingerprint_is_found_in_any_usual_form(pasted: str) -> None:
    assert host_identity.complaint(pasted) is None
    assert host_identity.matching(pasted, OFFERED) == (ECDSA,)


def test_several_fingerprints_match_each_its_own_key() -> None:
    pasted = f"256 {ED25519.fingerprint} (ED25519) 256 {STRANGER.fingerprint} (ECDSA) 3072 {RSA.fingerprint} (RSA)"
    assert host_identity.matching(pasted, OFFERED) == (ED25519, RSA)


@pytest.mark.parametrize(
    "pasted",
    [
        STRANGER.fingerprint,
        f"SHA256:{BARE.swapcase()}",
        f"SHA256:{BARE[1:]}A",
        f"SHA256:{BARE}A",
        f"SHA256:{BARE[:-1]}",
        f"A{BARE}",
    ],
)
def test_nothing_but_the_whole_fingerprint_matches(pasted: str) -> None:
    assert host_identity.matching(pasted, OFFERED) == ()


@pytest.mark.parametrize(
    ("pasted", "complaint"),
    [
        ("", "Paste or type"),
        (" \t", "Paste or type"),
        ("MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", "MD5"),
        ("2048 16:27:AC:A5:76:28:2D:36:63:1B:56:4D:EB:DF:A6:48 root@files (RSA)", "MD5"),
        ("yes", "n't a complete"),
        (f"SHA256:{BARE[:-1]}", "n't a complete"),
        (f"SHA256:{BARE}A", "n't a complete"),
        ("ssh-ed25519 AAAA", "n't a complete"),
        ("ssh-ed25519 AAAA" + "x" * 41, "n't a complete"),
    ],
)
def test_what_can_t_be_compared_is_told(pasted: str, complaint: str) -> None:
    assert complaint in (host_identity.complaint(pasted) or "")


@pytest.mark.parametrize("quoted", ["", "> ", "> > ", "| "])
@pytest.mark.parametrize("is_cut", [False, True])
def test_a_request_that_a_reply_quotes_is_no_answer(quoted: str, is_cut: bool) -> None:
    request = dumps(a_request(seen_host_keys=tuple(key.fingerprint for key in OFFERED)))
    if is_cut:
        request = request[: request.index(RSA.fingerprint)]
    reply = "Done, it should work now.\n\n" + "".join(f"{quoted}{line}\n" for line in request.splitlines())
    assert host_identity.fingerprints(reply) == ()
    assert host_identity.matching(reply, OFFERED) == ()
    assert "from your own message" in (host_identity.complaint(reply) or "")
    # What the admin adds is an answer, whatever they quote.
    assert host_identity.matching(f"It has {RSA.fingerprint}.\n{reply}", OFFERED) == (RSA,)
    assert host_identity.matching(f"It has {STRANGER.fingerprint}.\n{reply}", OFFERED) == ()


def test_who_names_another_fingerprint_than_what_they_quote_says_no() -> None:
    quoted = f"> ssh-keyscan says 256 {ED25519.fingerprint} files.example.lan (ED25519)\n"
    assert host_identity.matching(f"{quoted}No, ours is {STRANGER.fingerprint}.", OFFERED) == ()
    assert host_identity.matching(f"{quoted}Yes, that and {RSA.fingerprint}.", OFFERED) == (ED25519,)

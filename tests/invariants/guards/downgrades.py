"""What keeps a weaker way from being taken silently."""

from __future__ import annotations

from tests.invariants.guard import Guard

GUARDS = (
    Guard(
        5,
        "a keyring in plain text is none",
        "wizard/client/keys/secrets.py",
        ', "keyrings.alt")',
        ")",
        (
            "tests/unit/keys/test_secrets.py::test_a_backend_that_keeps_nothing_safe_is_no_keyring",
            "tests/faults/test_keyring.py",
        ),
    ),
    Guard(
        5,
        "a key to be asked for is not made without a passphrase",
        "wizard/client/keys/protected_key.py",
        "        if not typed:\n            raise Failure(Kind.PASSPHRASE_UNASKED, str(profile.key_path))\n",
        "",
        ("tests/unit/keys/test_protected_key.py::test_a_key_to_be_asked_for_is_never_made_unprotected",),
    ),
    Guard(
        5,
        "one open door is enough for a lock to be open",
        "wizard/server/locks/finding.py",
        'return "open"',
        'return "locked"',
        ("tests/servers/walks/test_answers.py::test_a_key_line_without_a_lock_is_open_and_ends_with_1",),
    ),
    Guard(
        5,
        "no RSA key that can be broken is taken",
        "wizard/client/keys/public_keys.py",
        "_LEAST_RSA_BITS = 3072",
        "_LEAST_RSA_BITS = 1024",
        (
            "tests/unit/keys/test_protected_key.py::test_a_weak_key_of_the_person_s_is_refused_in_a_sentence",
            "tests/unit/server/test_requests.py::test_what_can_t_be_taken_is_told_with_its_key_and_line",
        ),
    ),
)

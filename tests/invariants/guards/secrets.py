"""What keeps secrets where they belong."""

from __future__ import annotations

from tests.invariants.guard import Guard

GUARDS = (
    Guard(
        1,
        "a secret's text is not its repr",
        "wizard/client/keys/secrets.py",
        'return "Secret()"',
        "return self._text",
        (
            "tests/unit/keys/test_secrets.py::test_a_secret_shows_itself_only_when_it_is_asked_to",
            "tests/screens/test_whole_walk.py::test_the_passphrase_is_in_the_keyring_and_nowhere_else",
        ),
    ),
    Guard(
        1,
        "a keyring's own error is not chained",
        "wizard/client/keys/secrets.py",
        "raise Failure(Kind.KEYRING_LOCKED if is_locked else Kind.KEYRING_REFUSED, name, str(error)) from None",
        "raise Failure(Kind.KEYRING_LOCKED if is_locked else Kind.KEYRING_REFUSED, name, str(error)) from error",
        ("tests/unit/keys/test_secrets.py::test_no_failure_of_a_keyring_shows_the_secret",),
    ),
    Guard(
        1,
        "a daemon's password is read from standard input",
        "wizard/schemes/parts/over_network.py",
        '["--password-file=-"] if profile.scheme.auth else []',
        '["--password-file=-", "--exclude="'
        " + __import__('keyring').get_password('backup-wizard', profile.name + '/daemon-password')]"
        " if profile.scheme.auth else []",
        ("tests/faults/test_secrets_nowhere.py::test_a_secret_is_in_the_keyring_and_nowhere_else",),
    ),
    Guard(
        1,
        "a crash is kept without the values of variables",
        "wizard/trouble/crash.py",
        "''.join(traceback.format_exception(error))",
        "''.join(traceback.TracebackException.from_exception(error, capture_locals=True).format())",
        ("tests/screens/test_crash.py::test_a_crash_is_told_in_a_sentence_and_without_the_values_of_variables",),
    ),
    Guard(
        1,
        "what apprise logs of an address is seen by nobody",
        "wizard/schedule/alarms/messages.py",
        "logging.getLogger(name).propagate = False",
        "pass",
        ("tests/unit/alarms/test_messages.py::test_what_can_t_be_sent_is_told_without_its_address",),
    ),
    Guard(
        1,
        "a monitoring service leads the report to nobody else",
        "wizard/schedule/alarms/pings.py",
        "request.HTTPDefaultErrorHandler(),",
        "request.HTTPDefaultErrorHandler(), request.HTTPRedirectHandler(),",
        ("tests/unit/alarms/test_pings.py::test_nobody_is_led_elsewhere",),
    ),
)

"""What keeps a server from being taken for another."""

from __future__ import annotations

from tests.invariants.guard import Guard

GUARDS = (
    Guard(
        3,
        "a jump host that the person's own ssh doesn't know is not signed in to",
        "wizard/schemes/parts/through_jump_host.py",
        '"StrictHostKeyChecking=yes"',
        '"StrictHostKeyChecking=no"',
        ("tests/servers/test_troubles.py",),
    ),
    Guard(
        3,
        "only confirmed keys get into our known hosts",
        "wizard/client/host_keys/known_hosts.py",
        "for key in offered if key.fingerprint in profile.server.host_keys]",
        "for key in offered]",
        ("tests/unit/client/test_known_hosts.py::test_only_confirmed_keys_are_kept_under_the_backup_s_own_name",),
    ),
    Guard(
        3,
        "Enter alone vouches for no server",
        "wizard/walk/descriptions/fingerprint.py",
        "default = SAME if context.is_demo or identity.status is HostKeyStatus.KNOWN else LATER",
        "default = SAME",
        ("tests/screens/steps/test_fingerprint.py::test_what_is_shown_is_confirmed_on_purpose_alone",),
    ),
    Guard(
        3,
        "ssh speaks to no server that shows another key",
        "wizard/schemes/parts/over_ssh.py",
        '"StrictHostKeyChecking": "yes"',
        '"StrictHostKeyChecking": "no"',
        ("tests/faults/test_hostile_servers.py::test_a_host_key_that_changes_between_two_connections",),
    ),
    Guard(
        3,
        "no password and no key goes to a server that shows another key",
        "wizard/client/ssh/transport.py",
        "if not any((key.type, key.blob) == (shown.get_name(), shown.get_base64()) for key in confirmed):",
        "if not confirmed:",
        ("tests/unit/client/test_transport.py::test_a_server_that_shows_another_key_is_not_signed_in_to",),
    ),
    Guard(
        3,
        "a second backup has no name that ssh takes for the first one's",
        "wizard/storage/profiles.py",
        "    profile.check(decided)\n    require_distinct(decided.name)\n",
        "    profile.check(decided)\n",
        ("tests/faults/test_alike_names.py::test_it_is_not_saved",),
    ),
)

"""What counts as a lock's own refusal, and that nothing else does."""

from __future__ import annotations

import re

import pytest

from wizard.client.ssh.connection import Reply
from wizard.schemes.parts import request_filter
from wizard.server.locks import evidence
from wizard.server.locks.evidence import PATTERNS, recognised, refused
from wizard.server.locks.finding import Finding, opens_by_password_alone, verdict
from wizard.server.locks.requests import judged

# Each as it was really printed.
REFUSALS = {
    evidence.KEY_LINE: [
        "backup-wizard: this key is for backups alone\n",
        "backup-wizard: this key can not read\n",
        "backup-wizard: this key takes no such option or path\n",
        "backup-wizard: this key finds no rrsync to read with\n",
        "backup-wizard: this key is for restoring alone, in backup/amamac\n",
    ],
    evidence.EXACT_LINE: ["backup-wizard: this key is for amamac-5877888d0ac4 alone\n"],
    evidence.RRSYNC: [
        "/usr/bin/rrsync error: SSH_ORIGINAL_COMMAND does not run rsync\n",
        "/usr/bin/rrsync error: option --delete has been disabled on this server.\n",
        "/usr/bin/rrsync error: reading from write-only server is not allowed\n",
        "/usr/bin/rrsync error: do not use .. in arg (anchor the path at the root of your restricted dir)\n",
        "/usr/bin/rrsync: SSH_ORIGINAL_COMMAND='id' is not rsync\n",
        "/usr/bin/rrsync: option --delete has been disabled on this server.\n",
    ],
    evidence.WRITE_ONLY: ["ERROR: module is write only\n"],
    evidence.READ_ONLY: ["ERROR: module is read only\n"],
    evidence.REFUSED_OPTION: ["rsync: The server is configured to refuse --delete\n"],
    evidence.AUTH_FAILED: [
        "@ERROR: auth failed on module amanda\n",
        "Password: @ERROR: auth failed on module amanda\nrsync error: error starting client-server protocol\n",
    ],
    evidence.HOST_DENIED: ["@ERROR: access denied to amanda from localhost (127.0.0.1)\n"],
    evidence.NOT_THERE: [
        'rsync: [sender] link_stat "/home/amanda/backup/etc/passwd" failed: No such file or directory (2)\n',
        "/usr/bin/rrsync error: post-realpath open failed (race detected): /etc/passwd No such file or directory.\n",
    ],
}
NO_REFUSALS = [
    "",
    "sh: 1: rsync: not found\n",
    "sh: 1: exec: rsync: Permission denied\n",
    "sh: 1: Cannot fork: Resource temporarily unavailable\n",
    'Traceback (most recent call last):\n  File "/usr/bin/rrsync", line 1, in <module>\nKeyError: 1\n',
    "rrsync error: Another instance of rrsync is already accessing this directory.\n",
    "/usr/bin/rrsync error: Restricted directory does not exist!\n",
    "backup-wizard: this key finds no folder that it can write to\n",
    "backup-wizard: this key finds no folder that it can read\n",
    "rsync: write failed: No space left on device (28)\n",
    "rsync error: error in rsync protocol data stream (code 12) at io.c(285) [sender=3.5.0]\n",
    "WARNING: Your password has expired.\n",
    "Welcome to this server\n",
    "@ERROR: max connections (1) reached -- try again later\n",
    "@ERROR: chdir failed\n",
    "This account is currently not available.\n",
    "echo backup-wizard: this key is for backups alone\n",
]


@pytest.mark.parametrize("kind", PATTERNS)
def test_each_refusal_is_known_by_its_own_words_and_no_failure_is_taken_for_one(kind: str) -> None:
    for said in REFUSALS[kind]:
        assert recognised(said, kind) == kind, said
        assert refused("Asked", said, kind).held is True
    others = [said for other, sayings in REFUSALS.items() if other != kind for said in sayings]
    for said in (*NO_REFUSALS, *others):
        answer = refused("Asked", said, kind)
        assert answer.held is None, said
        assert answer.testable
        assert "isn't the expected refusal" in answer.detail


@pytest.mark.parametrize("kind", PATTERNS)
def test_a_sign_that_took_any_failure_would_be_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PATTERNS, kind, re.compile(""))
    with pytest.raises(AssertionError):
        test_each_refusal_is_known_by_its_own_words_and_no_failure_is_taken_for_one(kind)


@pytest.mark.parametrize(
    ("reply", "held"),
    [
        (Reply(b"585987\n"), False),
        (Reply(granted=False), True),
        (Reply(b" \0\0\0"), True),
        (Reply(b"@RSYNCD: 32.0 md5\n"), True),
        (Reply(b"", b"backup-wizard: this key is for backups alone\n", exit_code=request_filter.EXIT_CODE), True),
        (Reply(exit_code=request_filter.EXIT_CODE), True),
        (Reply(exit_code=1), None),
        (Reply(b"", b"sh: 1: Cannot fork\n", exit_code=request_filter.EXIT_CODE), None),
        (Reply(), None),
        (Reply(b"hello\n"), None),
    ],
)
def test_a_request_for_something_else_is_judged_by_what_came_back(reply: Reply, held: bool | None) -> None:
    assert judged("a sum", reply, "585987", "it was worked out").held is held


def _finding(id: str, held: bool | None, *, testable: bool = True) -> Finding:
    return Finding(id, id, held, testable, "")


@pytest.mark.parametrize(
    ("findings", "word"),
    [
        ([], "unknown"),
        ([_finding("shell", True)], "locked"),
        ([_finding("shell", True), _finding("x11", None, testable=False)], "locked"),
        ([_finding("x11", None, testable=False)], "unknown"),
        ([_finding("shell", True), _finding("sftp", None)], "unknown"),
        ([_finding("shell", True), _finding("sftp", None), _finding("scp", False)], "open"),
        ([_finding("shell", True), _finding("x11", False, testable=False)], "open"),
    ],
)
def test_one_word_stands_for_all_findings(findings: list[Finding], word: str) -> None:
    assert verdict(findings) == word


def test_only_the_password_is_open_where_all_else_was_seen_to_be_shut() -> None:
    password = _finding("password", False)
    assert opens_by_password_alone([_finding("shell", True), password])
    assert not opens_by_password_alone([_finding("shell", None), password])
    assert not opens_by_password_alone([_finding("shell", False), password])

"""The signs in what ssh and rsync print."""

from __future__ import annotations

import pytest

from wizard.failure import Kind
from wizard.trouble import signs

_UNREADABLE = 'rsync: [sender] opendir "/home/a/x" failed: Permission denied (13)\n'


@pytest.mark.parametrize(
    ("exit_code", "printed", "kind"),
    [
        (255, "amanda@files.example.lan: Permission denied (publickey).", Kind.KEY_REFUSED),
        (255, "amanda@files.example.lan: Permission denied (publickey,password).", Kind.KEY_REFUSED),
        (23, f"{_UNREADABLE}rsync error: some files/attrs were not transferred (code 23)", Kind.FILES_UNREADABLE),
        (12, f"{_UNREADABLE}rsync: connection unexpectedly closed (5 bytes received so far)", Kind.CONNECTION_CUT),
    ],
)
def test_a_file_that_can_t_be_read_is_no_key_that_is_refused(exit_code: int, printed: str, kind: Kind) -> None:
    assert signs.read(exit_code, printed) is kind

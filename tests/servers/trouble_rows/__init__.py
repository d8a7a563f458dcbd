"""Every trouble that is made for real, a row each."""

from __future__ import annotations

from tests.servers.trouble_rows import backup, daemon, files, here, jump, shell, sign_in, way

ROWS = [row for subject in (here, way, jump, sign_in, shell, backup, daemon, files) for row in subject.ROWS]

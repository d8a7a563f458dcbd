"""This computer: its programs, its key and its keyring."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.servers.trouble_rows.row import YOU, Row
from tests.support.attacks import mishaps, sign_in_faults
from wizard.client import access
from wizard.client.keys import secrets
from wizard.client.keys.secrets import Secret
from wizard.client.ssh.connection import Connection
from wizard.failure import Kind

if TYPE_CHECKING:
    from tests.support.attacks.case import Case


async def preparing(case: Case) -> None:
    access.prepare(case.profile)


async def keeping_a_secret(case: Case) -> None:
    secrets.store(case.profile.name, "passphrase", Secret("a secret"))


async def connecting(case: Case) -> None:
    connection = await asyncio.to_thread(Connection.open, case.profile, case.access)
    connection.close()


ROWS = [
    Row("a folder that is gone", mishaps.no_folder, Kind.FOLDER_MISSING, YOU),
    Row("a file in a folder's place", mishaps.file_for_folder, Kind.FOLDER_IS_FILE, YOU),
    Row("no ssh here", mishaps.programs_without_ssh, Kind.NO_SSH, YOU, act=preparing),
    Row("a key that is gone", mishaps.no_key, Kind.KEY_MISSING, YOU, act=preparing),
    Row(
        "a server that only ssh itself can speak to",
        sign_in_faults.sshd("Ciphers chacha20-poly1305@openssh.com"),
        Kind.SSH_UNSUPPORTED,
        YOU,
        "Backups work",
        act=connecting,
    ),
    Row("no rsync here", mishaps.programs_without_rsync, Kind.NO_RSYNC, YOU, "Install it", act=preparing),
    Row("Apple's openrsync here", mishaps.openrsync, Kind.OPENRSYNC, YOU, "brew install rsync", act=preparing),
    Row("an old rsync here", mishaps.old_rsync, Kind.OLD_RSYNC, YOU, "3.0.9", act=preparing),
    Row("a key file that others can read", mishaps.other_mode_of_key, Kind.KEY_OPEN_TO_OTHERS, YOU, "chmod 600"),
    Row("an agent that refuses", mishaps.refusing_agent, Kind.AGENT_REFUSES, YOU, "confirm each use"),
    Row("no keyring", mishaps.no_secret_service, Kind.KEYRING_MISSING, YOU, act=keeping_a_secret),
    Row("a keyring out of reach", mishaps.no_session_bus, Kind.KEYRING_UNREACHABLE, YOU, "cron", act=keeping_a_secret),
    Row("a locked keyring", mishaps.locked_keyring, Kind.KEYRING_LOCKED, YOU, "Unlock it", act=keeping_a_secret),
    Row(
        "a keyring that refuses", mishaps.refusing_keyring, Kind.KEYRING_REFUSED, YOU, "Allow it", act=keeping_a_secret
    ),
]

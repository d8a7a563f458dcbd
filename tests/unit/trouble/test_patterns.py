"""The patterns of what ssh, rsync and their servers print: for each an example that was really printed."""

from __future__ import annotations

import pytest

from wizard.client.ssh import tunnel
from wizard.failure import Kind
from wizard.trouble import patterns

_CLOSED = "rsync: connection unexpectedly closed (0 bytes received so far) [sender]\n"
_BROKEN = f"{_CLOSED}rsync error: error in rsync protocol data stream (code 12) at io.c(285) [sender=3.5.0]\n"
_SSH = f"{_CLOSED}rsync error: unexplained error (code 255) at io.c(285) [sender=3.5.0]\n"
_SOCKET = "rsync error: error in socket IO (code 10) at clientserver.c(165) [sender=3.5.0]\n"
_DAEMON = "rsync error: error starting client-server protocol (code 5) at main.c(1954) [sender=3.5.0]\n"
_PARTLY = "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1394)\n"
_CHANGED = """\
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
The fingerprint for the ED25519 key sent by the remote host is
SHA256:PNYrPWDHd4Wo4n6RdjmdblkWDUIsWW+KBMRNar0uBO4.
Offending {} key in /home/a/.config/backup-wizard/known_hosts:1
Host key verification failed.
"""
_TRACEBACK = """\
Traceback (most recent call last):
  File "/usr/bin/rrsync", line 363, in main
    os.chdir(args.dir)
"""
_UNREADABLE = 'rsync: [sender] opendir "/home/a/x" failed: Permission denied (13)\n'
_MISMATCH = "protocol version mismatch -- is your shell clean?\n(see the rsync manpage for an explanation)\n"

EXAMPLES: list[tuple[int, str, Kind]] = [
    (255, _CHANGED.format("RSA"), Kind.HOST_KEY_TYPE),
    (255, _CHANGED.format("ED25519"), Kind.HOST_KEY_CHANGED),
    (
        12,
        f"No ED25519 host key is known for amamac and you have requested strict checking.\n{_BROKEN}",
        Kind.HOST_KEY_CHANGED,
    ),
    (255, f"ssh: Could not resolve hostname nowhere.invalid: Name or service not known\n{_SSH}", Kind.NAME_UNKNOWN),
    (10, f"rsync: getaddrinfo: nowhere.invalid 873: Name or service not known\n{_SOCKET}", Kind.NAME_UNKNOWN),
    (255, f"ssh: connect to host 127.0.0.1 port 1: Connection refused\n{_SSH}", Kind.PORT_CLOSED),
    (255, f"ssh: connect to host 192.0.2.1 port 22: Connection timed out\n{_SSH}", Kind.TIMED_OUT),
    (255, "Connection timed out during banner exchange\n", Kind.TIMED_OUT),
    (255, f"ssh: connect to host 192.0.2.1 port 22: Network is unreachable\n{_SSH}", Kind.HOST_UNREACHABLE),
    (
        10,
        f"rsync: [sender] failed to connect to 192.0.2.1 (192.0.2.1): No route to host (113)\n{_SOCKET}",
        Kind.HOST_UNREACHABLE,
    ),
    (255, "kex_exchange_identification: banner line contains invalid characters\n", Kind.NOT_SSH),
    (12, f"kex_exchange_identification: Connection closed by remote host\n{_BROKEN}", Kind.HUNG_UP),
    (255, "banner exchange: Connection to 192.0.2.1 port 22: Broken pipe\n", Kind.HUNG_UP),
    (255, _SSH, Kind.HUNG_UP),
    (255, "", Kind.HUNG_UP),
    (
        255,
        "Unable to negotiate with 127.0.0.1 port 22: no matching key exchange method found. Their offer: x\n",
        Kind.OLD_SSHD,
    ),
    (
        255,
        'sign_and_send_pubkey: signing failed for ED25519 "/home/a/.ssh/k.pub" from agent: agent refused operation\n'
        "@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\n",
        Kind.AGENT_REFUSES,
    ),
    (255, 'Load key "/home/a/.ssh/k": incorrect passphrase supplied to decrypt private key\n', Kind.PASSPHRASE_WRONG),
    (255, "backup-wizard-askpass: secret_missing: amamac\n", Kind.SECRET_MISSING),
    (255, "backup-wizard-askpass: keyring_unreachable: keyring.backends.fail\n", Kind.KEYRING_UNREACHABLE),
    (255, "backup-wizard-askpass: keyring_locked: x\n", Kind.KEYRING_LOCKED),
    (255, "backup-wizard-askpass: keyring_missing: x\n", Kind.KEYRING_MISSING),
    (255, "backup-wizard-askpass: keyring_refused: x\n", Kind.KEYRING_REFUSED),
    (255, "backup-wizard-askpass: passphrase_unasked: x\n", Kind.PASSPHRASE_UNASKED),
    (255, 'Load key "/home/a/.ssh/k": invalid format\n', Kind.KEY_UNUSABLE),
    (255, "@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\n", Kind.KEY_OPEN_TO_OTHERS),
    (255, "Received disconnect from 127.0.0.1 port 46049:2: Too many authentication failures\n", Kind.TOO_MANY_KEYS),
    (255, "amanda@files.example.lan: Permission denied (publickey).", Kind.KEY_REFUSED),
    (255, "amanda@files.example.lan: Permission denied (publickey,password).", Kind.KEY_REFUSED),
    (5, f"@ERROR: auth failed on module amanda\n{_DAEMON}", Kind.DAEMON_REFUSED),
    (5, f"@ERROR: Unknown module 'amanda'\n{_DAEMON}", Kind.DAEMON_MODULE_UNKNOWN),
    (5, f"@ERROR: access denied to amanda from localhost (127.0.0.1)\n{_DAEMON}", Kind.DAEMON_HOST_DENIED),
    (5, f"@ERROR: max connections (1) reached -- try again later\n{_DAEMON}", Kind.DAEMON_BUSY),
    (5, f"@ERROR: chroot failed\n{_DAEMON}", Kind.DAEMON_CHROOT),
    (5, f"@ERROR: chdir failed\n{_DAEMON}", Kind.SERVER_NO_FOLDER),
    (1, "ERROR: module is read only\n", Kind.DAEMON_READ_ONLY),
    (5, f"@ERROR: invalid uid ananda\n{_DAEMON}", Kind.DAEMON_SAYS_NO),
    (
        10,
        f"rsync: [sender] failed to connect to 127.0.0.1 (127.0.0.1): Connection refused (111)\n{_SOCKET}",
        Kind.DAEMON_CLOSED,
    ),
    (5, 'rsync: server sent "SSH-2.0-OpenSSH_9.2p1 Debian-2" rather than greeting\n', Kind.NOT_RSYNCD),
    *(
        (12, f"backup-wizard: this key {said}\n{_BROKEN}", kind)
        for said, kind in (
            ("finds no folder that it can write to", Kind.SERVER_NO_FOLDER),
            ("finds no rrsync to read with", Kind.NO_RRSYNC),
            ("takes no such option or path", Kind.SERVER_REFUSED_OPTION),
            ("can not read", Kind.SERVER_REFUSED_OPTION),
            ("is for backups alone", Kind.SERVER_REFUSED_OPTION),
        )
    ),
    (
        12,
        f"/usr/bin/rrsync error: Another instance of rrsync is already accessing this directory.\n{_BROKEN}",
        Kind.SERVER_BUSY,
    ),
    (12, f"sh: 1: /usr/local/bin/rrsync: not found\n{_BROKEN}", Kind.NO_RRSYNC),
    (12, f"/usr/bin/rrsync: Restricted directory does not exist!\n{_BROKEN}", Kind.OLD_RRSYNC),
    (12, f"/usr/bin/rrsync error: Restricted directory does not exist!\n{_BROKEN}", Kind.OLD_RRSYNC),
    (
        12,
        f"{_TRACEBACK}FileNotFoundError: [Errno 2] No such file or directory: 'backup'\n{_BROKEN}",
        Kind.SERVER_NO_FOLDER,
    ),
    (12, f"{_TRACEBACK}PermissionError: [Errno 13] Permission denied: 'backup'\n{_BROKEN}", Kind.SERVER_FOLDER_CLOSED),
    (
        23,
        f'rsync: [receiver] mkstemp "/m/a/.b:c.txt.Xa1" (in m) failed: Invalid argument (22)\n{_PARTLY}',
        Kind.SERVER_NAMES_REFUSED,
    ),
    (
        23,
        f'rsync: [generator] symlink "/m/l" -> "x" failed: Operation not supported (95)\n{_PARTLY}',
        Kind.SERVER_CANT_HOLD,
    ),
    (
        23,
        f'rsync: [receiver] mkstemp "/m/.f.MvxrsP" failed: Input/output error (5)\n{_PARTLY}',
        Kind.SERVER_FILES_REFUSED,
    ),
    (23, f"filename overflows max-path len by 9: {'d' * 240}/f\n{_PARTLY}", Kind.PATH_TOO_LONG),
    (23, f"could not make way for new regular file: Documents/old\n{_PARTLY}", Kind.FOLDERS_IN_THE_WAY),
    (
        3,
        'rsync: [Receiver] change_dir#1 "/home/a/backup" failed: No such file or directory (2)\n',
        Kind.SERVER_NO_FOLDER,
    ),
    (
        3,
        'rsync: [Receiver] change_dir#1 "/home/a/backup/amamac/" failed: Permission denied (13)\n',
        Kind.SERVER_FOLDER_CLOSED,
    ),
    (
        11,
        'rsync: [Receiver] mkdir "/home/a/backup/amamac" failed: No such file or directory (2)\n',
        Kind.SERVER_NO_FOLDER,
    ),
    (11, 'rsync: [Receiver] mkdir "/home/a/backup/amamac" failed: Permission denied (13)\n', Kind.SERVER_FOLDER_CLOSED),
    (127, f"sh: 1: rsync: not found\n{_BROKEN}", Kind.SERVER_NO_RSYNC),
    (
        12,
        f"/usr/bin/rrsync error: option --delete has been disabled on this server.\n{_BROKEN}",
        Kind.SERVER_REFUSED_OPTION,
    ),
    (4, "rsync: The server is configured to refuse --delete\n", Kind.SERVER_REFUSED_OPTION),
    (1, "\nThis account is restricted by rssh.\nAllowed commands: rsync \n", Kind.SERVER_SHELL_BLOCKS),
    (
        22,
        "rsync error: error allocating core memory buffers (code 22) at util2.c(129) [Receiver=3.5.0]\n",
        Kind.PROTOCOL_MISMATCH,
    ),
    (
        12,
        "unexpected tag 115 [sender/inc]\nrsync error: error in rsync protocol data stream (code 12)\n",
        Kind.PROTOCOL_MISMATCH,
    ),
    (12, f"rsync: on remote machine: --no-such: unknown option\n{_BROKEN}", Kind.PROTOCOL_MISMATCH),
    (
        2,
        f"{_MISMATCH}rsync error: protocol incompatibility (code 2) at compat.c(625) [sender=3.5.0]\n",
        Kind.SERVER_SHELL_TALKS,
    ),
    (
        12,
        f"{_MISMATCH}rsync error: protocol incompatibility (code 2) at compat.c(625) [Receiver=3.5.0]\n{_BROKEN}",
        Kind.PROTOCOL_MISMATCH,
    ),
    (
        5,
        "rsync error: syntax or usage error (code 1) at clientserver.c(1435) [Receiver=3.5.0]\n"
        "rsync: did not see server greeting\n",
        Kind.SERVER_NO_CONFIG,
    ),
    (
        11,
        'rsync: [receiver] write failed on "/home/a/backup/big": No space left on device (28)\n',
        Kind.SERVER_DISK_FULL,
    ),
    (
        23,
        f'rsync: [receiver] mkstemp "/home/a/.big.SEpKTa" failed: Disk quota exceeded (122)\n{_PARTLY}',
        Kind.SERVER_QUOTA,
    ),
    (
        23,
        f'rsync: [receiver] mkstemp "/.big.7wS42i" (in m) failed: Read-only file system (30)\n{_PARTLY}',
        Kind.SERVER_READ_ONLY,
    ),
    (
        23,
        f'rsync: [receiver] mkstemp "/sub/.f.MvxrsP" (in m) failed: Permission denied (13)\n{_PARTLY}',
        Kind.SERVER_FILES_CLOSED,
    ),
    (
        23,
        f'rsync: [generator] recv_generator: failed to stat "/backup/d/f" (in m): Permission denied (13)\n{_PARTLY}',
        Kind.SERVER_FOLDERS_SHUT,
    ),
    (
        3,
        'rsync: [Receiver] change_dir#1 "/home/a/backup/amamac/" failed: Permission denied (13)\n',
        Kind.SERVER_FOLDER_CLOSED,
    ),
    (
        20,
        "rsync error: received SIGINT, SIGTERM, or SIGHUP (code 20) at rsync.c(716) [sender=3.5.0]\n",
        Kind.INTERRUPTED,
    ),
    (30, "[sender] io timeout after 1 seconds -- exiting\n", Kind.CONNECTION_CUT),
    (12, f"client_loop: send disconnect: Broken pipe\n{_BROKEN}", Kind.CONNECTION_CUT),
    (12, _BROKEN, Kind.SERVER_SILENT),
    (12, f"{_UNREADABLE}rsync: connection unexpectedly closed (5 bytes received so far)\n", Kind.CONNECTION_CUT),
    (5, f"rsync: did not see server greeting\n{_DAEMON}", Kind.HUNG_UP),
    (5, f"rsync: didn't get server startup line\n{_DAEMON}", Kind.SERVER_SHELL_TALKS),
    (12, f"what nobody has seen yet\n{_BROKEN}", Kind.UNKNOWN),
    (11, "", Kind.SERVER_CANT_WRITE),
    (23, f"{_UNREADABLE}{_PARTLY}", Kind.FILES_UNREADABLE),
    (24, 'file has vanished: "/home/a/x"\n', Kind.FILES_VANISHED),
    (35, "", Kind.TIMED_OUT),
    (3, "what nobody has seen yet\n", Kind.UNKNOWN),
]
_NAMES = ["REMOTE HOST IDENTIFICATION HAS CHANGED", "rsync: not found", "No space left on device", '" @ERROR: "x']


@pytest.mark.parametrize(("exit_code", "printed", "kind"), EXAMPLES)
def test_each_is_read_for_what_it_is(exit_code: int, printed: str, kind: Kind) -> None:
    assert patterns.read(exit_code, printed) is kind


def test_each_sign_decides_for_an_example() -> None:
    deciding = {patterns.deciding(printed) for _, printed, _ in EXAMPLES}
    assert [pattern for pattern, _ in patterns.PATTERNS if pattern not in deciding] == []


@pytest.mark.parametrize("name", _NAMES)
def test_a_file_s_name_is_no_sign(name: str) -> None:
    printed = f'rsync: [sender] send_files failed to open "/home/a/{name}": Permission denied (13)\n{_PARTLY}'
    assert patterns.read(23, printed) is Kind.FILES_UNREADABLE
    assert patterns.read(24, f'file has vanished: "/home/a/{name}"\n') is Kind.FILES_VANISHED


@pytest.mark.parametrize(
    "last",
    [
        "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535\n",
        "ssh_exchange_identification: Connection closed by remote host\n",
        # What ssh says where the ssh to the jump host had ended before it could greet.
        "banner exchange: Connection to UNKNOWN port 65535: Broken pipe\n",
    ],
)
def test_what_was_said_before_any_server_was_there_is_the_jump_host_s(last: str) -> None:
    off = "ssh: connect to host 192.0.2.1 port 22: Connection refused\n"
    assert tunnel.cause(off + last) is Kind.JUMP_UNREACHABLE
    assert tunnel.cause(last) is None
    assert tunnel.cause(off) is None

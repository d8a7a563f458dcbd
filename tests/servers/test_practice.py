"""The practice server, asked by the real ssh and rsync, and answering as OpenSSH does."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
import pytest

from tests.support import processes
from tests.support.trees import tree
from wizard.failure import Failure, Kind
from wizard.server.practice import PracticeServer, authorized_keys
from wizard.server.practice.session import Session
from wizard.server.rrsync_place import find_rrsync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

ASK_FOR_SUM = "expr 271828 + 314159"
SUM = "585987"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHKZFRwMUUVFSrrkYYQFw2zqOS6OdZgqvjo1/YZJT9Vk"
ALL = {"pty", "port-forwarding", "agent-forwarding", "x11-forwarding", "user-rc"}
GARBAGE = (
    b"",
    b"\0" * 300,
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"SSH-1.5-old\r\n",
    b"SSH-2.0-scan\r\n",
    b"SSH-2.0-scan\r\n" + b"\xff" * 300,
    b"SSH-2.0-scan\r\n\0\0\0\x0c\x0a\x15" + b"\0" * 40,
    b"SSH-2.0-scan\r\n\0\0\0\x0c\x0a\x14" + b"\0" * 40,
)


@dataclass(frozen=True)
class Client:
    """The person's computer: a key, and the real programs with nothing of this machine's settings."""

    server: PracticeServer
    key: Path

    @property
    def public_key(self) -> str:
        return self.key.with_suffix(".pub").read_text().strip()

    @property
    def destination(self) -> str:
        return f"{self.server.user}@{self.server.host}:computer/"

    def options(self) -> list[str]:
        known_hosts = self.key.with_name("known_hosts")
        if not known_hosts.exists():
            known_hosts.write_text(f"practice {self._scanned()}\n")
        settings = {
            "BatchMode": "yes",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "HostKeyAlias": "practice",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(known_hosts),
            "LogLevel": "VERBOSE",
        }
        return ["-F", "none", "-i", str(self.key), *(f"-o{name}={value}" for name, value in settings.items())]

    def ssh_argv(self, *request: str, more: tuple[str, ...] = (), user: str = "amanda") -> list[str]:
        return ["ssh", *self.options(), "-p", str(self.server.port), "-l", user, *more, self.server.host, *request]

    def ssh(
        self, *request: str, more: tuple[str, ...] = (), user: str = "amanda", stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        argv = self.ssh_argv(*request, more=more, user=user)
        return subprocess.run(argv, input=stdin, capture_output=True, text=True)

    def rsync_argv(self, *arguments: str) -> list[str]:
        shell = " ".join(["ssh", *self.options(), "-q", "-p", str(self.server.port)])
        return ["rsync", f"--rsh={shell}", *arguments]

    def rsync(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = self.rsync_argv(*arguments)
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def _scanned(self) -> str:
        argv = ["ssh-keyscan", "-t", "ed25519", "-p", str(self.server.port), self.server.host]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split(" ", 1)[1].strip()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    before = _held()
    with PracticeServer(tmp_path / "practice") as running:
        yield running
    assert _held() == before


@pytest.fixture
def client(server: PracticeServer, tmp_path: Path) -> Client:
    return Client(server, _new_key(tmp_path / "key"))


@pytest.fixture
def locked(client: Client) -> Client:
    """A client whose key is locked to rrsync, write-only, on an empty folder."""
    (client.server.home / "backup").mkdir()
    client.server.apply(f'restrict,command="{find_rrsync()} -wo backup" {client.public_key}\n')
    return client


@pytest.fixture
def unlocked(client: Client) -> Client:
    client.server.apply(client.public_key)
    return client


def test_the_host_keys_fingerprint_is_the_one_that_openssh_prints(server: PracticeServer) -> None:
    scanned = subprocess.run(["ssh-keyscan", "-p", str(server.port), server.host], capture_output=True, check=True)
    listed = subprocess.run(["ssh-keygen", "-lf", "-"], input=scanned.stdout, capture_output=True, check=True)
    assert [line.split()[1] for line in listed.stdout.decode().splitlines()] == [server.fingerprint]


def test_a_dry_run_through_rrsync_works_and_changes_nothing(locked: Client, sample_folder: Path) -> None:
    before = tree(locked.server.home)
    told = locked.rsync("-aHn", "--stats", f"{sample_folder}/", locked.destination)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"Number of created files: {len(tree(sample_folder))}" in told.stdout
    assert tree(locked.server.home) == before


def test_a_backup_of_many_files_and_20_mb_arrives_and_cannot_be_read_back(locked: Client, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for number in range(1500):
        path = source / f"folder {number % 15}" / f"file {number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n" * 5)
    (source / "large").write_bytes(os.urandom(20_000_000))

    sent = locked.rsync("-a", f"{source}/", locked.destination)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert _contents(locked.server.home / "backup" / "computer") == _contents(source)

    back = locked.rsync("-a", locked.destination, str(tmp_path / "back"))
    assert back.returncode != 0
    assert "write-only" in back.stderr
    assert not list(tmp_path.glob("back/*"))


def test_what_is_sent_both_ways_at_once_arrives_whole_also_while_keys_are_renewed(unlocked: Client) -> None:
    sent = "0123456789abcde\n" * 400_000
    assert unlocked.ssh("cat", more=("-oRekeyLimit=1M",), stdin=sent).stdout == sent


def test_a_locked_key_opens_no_shell(locked: Client) -> None:
    answer = locked.ssh(stdin=f"{ASK_FOR_SUM}\n")
    assert answer.returncode not in (0, 255)
    assert SUM not in answer.stdout
    assert "Not invoked via sshd" in answer.stderr


def test_a_locked_key_runs_no_other_command(locked: Client) -> None:
    answer = locked.ssh(ASK_FOR_SUM)
    assert answer.returncode not in (0, 255)
    assert SUM not in answer.stdout
    assert "rrsync error" in answer.stderr


def test_a_locked_key_gets_no_terminal(locked: Client) -> None:
    assert "PTY allocation request failed" in locked.ssh("true", more=("-tt",)).stderr


def test_a_locked_key_opens_no_sftp(locked: Client) -> None:
    argv = ["sftp", *locked.options(), "-P", str(locked.server.port), f"{locked.server.user}@{locked.server.host}"]
    answer = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert answer.returncode != 0
    assert "rrsync error" in answer.stderr


@pytest.mark.parametrize("target", ["127.0.0.1:1", "/run/no-such-socket"])
def test_a_locked_key_opens_no_tunnel_and_an_unlocked_one_is_told_that_its_end_is_down(
    locked: Client, target: str
) -> None:
    with _paramiko(locked) as transport, pytest.raises(paramiko.ChannelException) as refused:
        _open_tunnel(transport, target)
    assert refused.value.code == 1

    locked.server.apply(locked.public_key)
    with _paramiko(locked) as transport, pytest.raises(paramiko.ChannelException) as refused:
        _open_tunnel(transport, target)
    assert refused.value.code == 2


def test_no_tunnel_is_opened_through_ssh_itself(locked: Client) -> None:
    answer = locked.ssh(more=("-W", f"127.0.0.1:{locked.server.port}"))
    assert answer.returncode == 255
    assert "administratively prohibited" in answer.stderr
    assert "SSH-2.0" not in answer.stdout
    inward = locked.ssh("true", more=("-oExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"))
    assert inward.returncode == 255


@pytest.mark.parametrize(
    ("method", "user", "key", "wanted"),
    [
        ("publickey", "amanda", "the right one", True),
        ("publickey", "amanda", "another", False),
        ("publickey", "root", "the right one", False),
        ("password,keyboard-interactive", "amanda", "the right one", False),
    ],
)
def test_only_the_right_key_of_the_right_user_signs_in(
    unlocked: Client, tmp_path: Path, method: str, user: str, key: str, wanted: bool
) -> None:
    client = unlocked if key == "the right one" else Client(unlocked.server, _new_key(tmp_path / "other"))
    answer = client.ssh("echo in", user=user, more=(f"-oPreferredAuthentications={method}",))
    assert answer.stdout == ("in\n" if wanted else "")
    assert ("Permission denied (publickey)" in answer.stderr) is not wanted


def test_authorized_keys_is_read_at_every_sign_in(unlocked: Client) -> None:
    assert unlocked.ssh("true").returncode == 0
    unlocked.server.authorized_keys.write_text("")
    assert unlocked.ssh("true").returncode == 255
    unlocked.server.authorized_keys.unlink()
    assert unlocked.ssh("true").returncode == 255


def test_the_first_line_that_fits_key_and_address_wins(client: Client) -> None:
    client.server.authorized_keys.write_text(
        f'from="192.0.2.7",command="echo elsewhere" {client.public_key}\n'
        f'from="127.0.0.0/8",command="echo here" {client.public_key}\n'
        f'command="echo anywhere" {client.public_key}\n'
    )
    assert client.ssh("true").stdout == "here\n"
    client.server.authorized_keys.write_text(f'from="192.0.2.7" {client.public_key}\n')
    assert "Permission denied (publickey)" in client.ssh("true").stderr


def test_a_full_login_runs_commands_with_separate_outputs_and_their_exit_code(unlocked: Client) -> None:
    answer = unlocked.ssh("read word; echo out $word; echo complaint >&2; exit 7", stdin="in\n")
    assert (answer.stdout, answer.returncode) == ("out in\n", 7)
    assert answer.stderr.splitlines().count("complaint") == 1
    assert unlocked.ssh(stdin=f"{ASK_FOR_SUM}\nexit 3\n").stdout == f"{SUM}\n"
    assert unlocked.ssh("kill -9 $$").returncode == 255


def test_a_full_login_gets_a_real_terminal(unlocked: Client) -> None:
    answer = unlocked.ssh("test -t 0 && test -t 2 && tty && : > /dev/tty && exit 5", more=("-tt",))
    assert answer.stdout.startswith(("/dev/pts/", "/dev/tty"))
    assert answer.returncode == 5


def test_a_terminal_has_the_size_that_the_client_says(unlocked: Client) -> None:
    with _paramiko(unlocked) as transport:
        channel = transport.open_session()
        channel.get_pty(width=91, height=33)
        channel.exec_command("stty size; read _; stty size")
        output = channel.makefile("rb")
        assert output.readline() == b"33 91\r\n"
        channel.resize_pty(width=120, height=40)
        channel.sendall(b"\n")
        assert output.read() == b"\r\n40 120\r\n"


def test_the_environment_is_the_accounts_and_nothing_of_the_clients_or_ours(
    unlocked: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "1")
    answer = unlocked.ssh("env -u PWD -u OLDPWD -u _ -u SHLVL env; pwd", more=("-oSetEnv=THEIRS=1",))
    *lines, folder = answer.stdout.splitlines()
    told = dict(line.split("=", 1) for line in lines)
    assert set(told) == {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "SSH_CONNECTION"}
    assert (told["USER"], told["HOME"], folder) == ("amanda", *[str(unlocked.server.home)] * 2)
    assert told["SSH_CONNECTION"].endswith(f" 127.0.0.1 {unlocked.server.port}")


def test_a_forced_command_is_told_of_the_clients_byte_for_byte(client: Client) -> None:
    client.server.apply(f'restrict,command="printf %s \\"$SSH_ORIGINAL_COMMAND\\"" {client.public_key}')
    asked = b'it\'s "this" $(id)\n\\ \xff\t\xe2\x80\xae'
    answer = subprocess.run([*client.ssh_argv(), asked], stdin=subprocess.DEVNULL, capture_output=True)
    assert answer.stdout == asked


def test_a_command_starts_when_the_client_knows_that_it_is_granted(
    unlocked: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Session.start

    def start_and_wait(session: Session) -> None:
        start(session)
        session.join()

    monkeypatch.setattr(Session, "start", start_and_wait)
    with _paramiko(unlocked) as transport:
        channel = transport.open_session()
        channel.exec_command("exit 7")
        assert channel.recv_exit_status() == 7


def test_one_channel_runs_one_command(unlocked: Client) -> None:
    with _paramiko(unlocked) as transport:
        channel = transport.open_session()
        channel.exec_command("cat")
        with pytest.raises(paramiko.SSHException):
            channel.exec_command("cat")


def test_applying_takes_care_of_what_is_there(client: Client, tmp_path: Path) -> None:
    file, other = client.server.authorized_keys, _new_key(tmp_path / "other").with_suffix(".pub").read_text().strip()
    file.write_text(f"# the office's\n{other}")
    text = f'# backup-wizard\nrestrict,command="one" {client.public_key}\n'
    client.server.apply(text)
    client.server.apply(text)
    assert file.read_text() == f"# the office's\n{other}\n{text}"
    assert file.stat().st_mode & 0o777 == 0o600

    changed = text.replace("one", "two").removesuffix("\n")
    client.server.apply(changed)
    assert file.read_text() == f"# the office's\n{other}\n{changed}\n"


def test_a_client_killed_midway_leaves_no_process_and_no_half_file(locked: Client, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "large").write_bytes(os.urandom(20_000_000))
    argv = locked.rsync_argv("-a", "--bwlimit=500", f"{tmp_path}/source/", locked.destination)
    ours = set(processes.descendants(os.getpid()))
    with _started(argv) as rsync:
        _until(lambda: list(locked.server.home.glob("backup/computer/.large.*")))
        theirs = set(processes.descendants(rsync.pid)) | {rsync.pid}
        on_server = set(processes.descendants(os.getpid())) - ours - theirs
        assert on_server
    _until(lambda: not any(map(processes.is_running, on_server)))
    assert not list(locked.server.home.glob("backup/computer/.large.*"))
    assert locked.rsync("-a", f"{tmp_path}/source/", locked.destination).returncode == 0


@pytest.mark.parametrize(("habit", "grace"), [("", 600), ("trap '' HUP;", 0.3)])
def test_a_command_that_waits_for_nothing_from_its_client_ends_with_it(
    unlocked: Client, monkeypatch: pytest.MonkeyPatch, habit: str, grace: float
) -> None:
    monkeypatch.setattr("wizard.server.practice.session._GRACE_SECONDS", grace)
    with _started(unlocked.ssh_argv(f"{habit} echo $$; sleep 600; sleep 600")) as ssh:
        pid = _first_number(ssh)
        children = processes.descendants(pid)
        assert processes.is_running(pid)
    _until(lambda: not any(map(processes.is_running, [pid, *children])))


def test_stopping_ends_all_that_is_still_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.server.practice.session._GRACE_SECONDS", 0.3)
    before = _held()
    with contextlib.ExitStack() as clients:
        with PracticeServer(tmp_path / "practice") as server:
            client = Client(server, _new_key(tmp_path / "key"))
            server.apply(client.public_key)
            silent = clients.enter_context(socket.create_connection((server.host, server.port)))
            greeted = clients.enter_context(socket.create_connection((server.host, server.port)))
            greeted.sendall(b"SSH-2.0-scan\r\n")
            for command in ("echo 1; sleep 600", "echo 1; yes", "echo 1; exec sleep 600"):
                _first_number(clients.enter_context(_started(client.ssh_argv(command))))
            # As with OpenSSH, what has left its session lives on, here with hold of all its pipes.
            leaver = client.ssh_argv("setsid sh -c 'echo $$; exec sleep 600' & wait")
            survivor = _first_number(clients.enter_context(_started(leaver)))
        assert processes.is_running(survivor)
        os.kill(survivor, signal.SIGKILL)
        assert threading.active_count() == before[0]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((server.host, server.port))
        assert silent
    assert _held() == before


def test_garbage_neither_stops_the_server_nor_is_spoken_of(
    unlocked: Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for garbage in GARBAGE:
        for reset in (False, True):
            with socket.create_connection((unlocked.server.host, unlocked.server.port)) as scanner:
                scanner.sendall(garbage)
                if reset:
                    scanner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert unlocked.ssh("echo serving").stdout == "serving\n"
    assert capfd.readouterr().err == ""
    assert not caplog.records


@pytest.mark.parametrize(
    ("line", "command", "allowed"),
    [
        (KEY, None, ALL),
        (f" \t{KEY} amanda's key\r", None, ALL),
        (f'Restrict,Command="x" {KEY}', "x", set()),
        (f'command="x",restrict\t{KEY}', "x", set()),
        (f"restrict,pty,no-port-forwarding {KEY}", None, {"pty"}),
        (f"pty,restrict {KEY}", None, set()),
        (f"no-pty,no-X11-forwarding {KEY}", None, ALL - {"pty", "x11-forwarding"}),
        (f'command="say \\"a, b\\" \\\\n # =" {KEY}', 'say "a, b" \\\\n # =', ALL),
        (f"restrict, {KEY}", None, set()),
    ],
)
def test_a_line_of_authorized_keys_means_what_it_means_to_sshd(
    line: str, command: str | None, allowed: set[str]
) -> None:
    parsed = authorized_keys.parse(line.encode())
    assert parsed
    assert parsed.command == (command.encode() if command is not None else None)
    assert {name.decode() for name in parsed.allowed} == allowed


@pytest.mark.parametrize(
    "line",
    [
        "",
        f"# {KEY}",
        f"nonsense {KEY}",
        f"restrict,nonsense {KEY}",
        f"restrictive {KEY}",
        f"no-restrict {KEY}",
        f'pty="yes" {KEY}',
        f"command=x {KEY}",
        f'command="x {KEY}',
        f'command="x\\" {KEY}',
        f'command="x",command="y" {KEY}',
        f'command = "x" {KEY}',
        f"restrict {KEY[:-3]}",
        f"ssh-rsa {KEY.split()[1]}",
        f'command="x\0y" {KEY}',
        "restrict",
    ],
)
def test_a_line_that_sshd_passes_over_is_passed_over(line: str) -> None:
    assert authorized_keys.parse(line.encode()) is None


@pytest.mark.parametrize(
    ("patterns", "admitted"),
    [
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("192.0.2.0/24", True),
        ("198.51.100.0/24,192.0.2.*", True),
        ("192.0.2.7,198.51.100.7", True),
        ("192.0.2.?", True),
        ("*", True),
        ("2001:db8::/32", False),
        ("!192.0.2.7,192.0.2.0/24", False),
        ("192.0.2.0/24,!192.0.2.7", False),
        ("!192.0.2.8,192.0.2.0/24", True),
        ("!192.0.2.8", False),
        ("192.0.2.7,192.0.2.9/24", False),
        ("files.example.lan", False),
        ("", False),
    ],
)
def test_from_admits_the_addresses_that_sshd_admits(patterns: str, admitted: bool) -> None:
    parsed = authorized_keys.parse(KEY.encode())
    assert parsed
    found = authorized_keys.admitting(f'from="{patterns}" {KEY}\n'.encode(), parsed.key, "192.0.2.7")
    assert bool(found) is admitted


def test_rrsync_is_found_where_it_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, right = tmp_path / "broken" / "rrsync", tmp_path / "right" / "rrsync"
    for path, interpreter in ((broken, "/no/such/python"), (right, "/usr/bin/env -S sh -u")):
        path.parent.mkdir()
        path.write_text(f"#!{interpreter}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:{right.parent}:{os.environ['PATH']}")
    assert find_rrsync() == right


def test_an_rrsync_that_cannot_be_run_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "rrsync"
    place.write_text("#!/bin/sh\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("wizard.server.rrsync_place.USUAL_FOLDERS", ())
    with pytest.raises(Failure) as failed:
        find_rrsync()
    assert failed.value.kind is Kind.NO_RRSYNC
    assert str(place) in failed.value.raw


def _held() -> tuple[int, int, list[int]]:
    """How many threads and open files this process has, and which children."""
    return threading.active_count(), len(list(Path("/dev/fd").iterdir())), processes.descendants(os.getpid())


def _contents(folder: Path) -> dict[str, tuple[str, str]]:
    return {name: (entry.kind, entry.content) for name, entry in tree(folder).items()}


def _new_key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a client", "-f", str(path)], check=True)
    return path


@contextlib.contextmanager
def _started(argv: list[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        with process:
            yield process
            os.killpg(process.pid, signal.SIGKILL)
    finally:
        processes.end(process)


@contextlib.contextmanager
def _paramiko(client: Client) -> Iterator[paramiko.Transport]:
    with socket.create_connection((client.server.host, client.server.port)) as connected:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(connected)
        try:
            transport.connect(
                username=client.server.user, pkey=paramiko.Ed25519Key.from_private_key_file(str(client.key))
            )
            yield transport
        finally:
            transport.close()
            transport.join()


def _first_number(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    return int(process.stdout.readline())


def _open_tunnel(transport: paramiko.Transport, target: str) -> None:
    if target.startswith("/"):
        transport.open_channel("direct-streamlocal@openssh.com")
    else:
        host, port = target.split(":")
        transport.open_channel("direct-tcpip", (host, int(port)), ("127.0.0.1", 1))


def _until(holds: Callable[[], object]) -> None:
    """Look again until it holds; the test's own time limit ends a wait in vain."""
    while not holds():
        threading.Event().wait(0.01)

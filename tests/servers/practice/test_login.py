"""What an unlocked key may do on the practice server, as with OpenSSH."""

from __future__ import annotations

import subprocess

import paramiko
import pytest

from tests.support.servers.practice_client import Client, signed_in
from wizard.server.practice.session import PracticeSession

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

ASK_FOR_SUM = "expr 271828 + 314159"
SUM = "585987"


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
    with signed_in(unlocked) as transport:
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
    start = PracticeSession.start

    def start_and_wait(session: PracticeSession) -> None:
        start(session)
        session.join()

    monkeypatch.setattr(PracticeSession, "start", start_and_wait)
    with signed_in(unlocked) as transport:
        channel = transport.open_session()
        channel.exec_command("exit 7")
        assert channel.recv_exit_status() == 7


def test_one_channel_runs_one_command(unlocked: Client) -> None:
    with signed_in(unlocked) as transport:
        channel = transport.open_session()
        channel.exec_command("cat")
        with pytest.raises(paramiko.SSHException):
            channel.exec_command("cat")

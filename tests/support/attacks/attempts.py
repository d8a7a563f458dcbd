"""What a thief tries: each attack says whether it got through."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator

from tests.support import processes
from tests.support.attacks.thief import EVIL, LETTER, NEIGHBOUR, NOTES, Thief
from tests.support.servers.office import ACCOUNT, HOST

_BANNER = b"an inner service\n"


def a_shell(thief: Thief) -> bool:
    return "585987" in thief.ssh("-T", stdin="expr 271828 + 314159\n").stdout


def a_command(thief: Thief) -> bool:
    return "uid=" in thief.ssh(request="id").stdout


def a_terminal(thief: Thief) -> bool:
    thief.ssh("-tt", request="true", stdin="\x04", seconds=3)
    return thief.noted("terminal=/dev/")


def the_agent(thief: Thief) -> bool:
    thief.ssh("-A", "-S", "none", request="true")
    return thief.noted("agent=/")


def a_start_up_file(thief: Thief) -> bool:
    thief.ssh(request="true")
    return thief.office.path(f"{NOTES}/rc-ran").exists()


def a_tunnel_out(thief: Thief) -> bool:
    with _inner_service() as port:
        return _BANNER.decode() in thief.ssh(f"-W{HOST}:{port}").stdout


def a_tunnel_in(thief: Thief) -> bool:
    with _inner_service() as port, _way_in(thief, f"0:{HOST}:{port}", "Allocated port") as said:
        allocated = re.search(r"Allocated port (\d+)", said)
        if not allocated:
            return False
        with socket.create_connection((HOST, int(allocated[1]))) as opened:
            return opened.makefile("rb").readline() == _BANNER


def a_tunnel_to_a_socket(thief: Thief) -> bool:
    place = f"{NOTES}/socket"
    with _inner_service() as port, _way_in(thief, f"{place}:{HOST}:{port}", "remote forward success"):
        return thief.office.path(place).exists()


def sftp(thief: Thief) -> bool:
    batch = f"get /etc/passwd {thief.bag('passwd')}\nput {thief.tool('evil.txt')} {EVIL}\n"
    thief.copy("sftp", "-b", "-", f"{ACCOUNT}@{HOST}", stdin=batch)
    return thief.carried_off("root:") or thief.has_put_outside()


def scp(thief: Thief) -> bool:
    bag = thief.bag("passwd")
    for protocol in ("-s", "-O"):
        thief.copy("scp", protocol, f"{ACCOUNT}@{HOST}:/etc/passwd", f"{bag}{protocol}")
        thief.copy("scp", protocol, thief.tool("evil.txt"), f"{ACCOUNT}@{HOST}:{EVIL}")
    return thief.carried_off("root:") or thief.has_put_outside()


def reading_back(thief: Thief) -> bool:
    thief.rsync("--timeout=2", f"{thief.backup}{thief.source}/", thief.bag("back/"))
    return thief.carried_off(LETTER)


def reading_elsewhere(thief: Thief) -> bool:
    bag = thief.bag("elsewhere")
    for number, source in enumerate(thief.elsewhere("/etc/passwd")):
        thief.rsync("--timeout=2", source, f"{bag}{number}/")
    return thief.carried_off("root:")


def writing_elsewhere(thief: Thief) -> bool:
    evil = thief.tool("./evil.txt")
    for target in thief.elsewhere(f"/home/{NEIGHBOUR}/"):
        thief.rsync(evil, target)
    return thief.has_put_outside()


def writing_through_a_link(thief: Thief) -> bool:
    (thief.folder / "door").symlink_to(f"/home/{NEIGHBOUR}")
    thief.rsync(f"{thief.folder}/./door", thief.backup)
    thief.rsync(thief.tool("./evil.txt"), f"{thief.backup}door/")
    inner = thief.tool("inner/./door/evil.txt")
    thief.rsync("--no-implied-dirs", inner, thief.backup)
    thief.rsync("--keep-dirlinks", inner, thief.backup)
    return thief.has_put_outside()


def options_that_name_files(thief: Thief) -> bool:
    for number, options in enumerate(
        (
            [],
            ["--backup", f"--backup-dir=/home/{NEIGHBOUR}"],
            [f"-M--log-file={EVIL}"],
            ["--rsync-path=/bin/sh"],
            [f"--rsync-path=touch {EVIL}; rsync"],
            [f"--rsync-path=rsync --log-file={EVIL}"],
        )
    ):
        thief.rsync(*options, thief.tool("./evil.txt", f"{number}" * number), thief.backup)
    return thief.has_put_outside()


def words_that_a_shell_reads(thief: Thief) -> bool:
    own = f"rsync --server {thief.flags}"
    for request in (
        f"{own} . ; touch {EVIL}",
        f"{own} $(touch {EVIL}) --log-file={EVIL} --sender . /",
        f"rsync --server -n; touch {EVIL}",
        f"rsync --server -e.x --log-file={EVIL} . .",
        f'rsync --server -n" ; touch {EVIL} ; "',
        f"rsync --server -n$(touch {EVIL})`touch {EVIL}` . $(touch {EVIL})",
        f"rsync --server -n\ntouch {EVIL}\n",
        f"rsync --server --daemon --config=/dev/null --log-file={EVIL} .",
    ):
        thief.ssh(request=request)
    return thief.has_put_outside()


def deleting(thief: Thief) -> bool:
    nothing = thief.folder / "nothing"
    (nothing / thief.source).mkdir(parents=True)
    for options in (["--delete"], ["--delete-after", "--delete-excluded"], ["-M--delete-before"]):
        thief.rsync(*options, f"{nothing}/./{thief.source}/", thief.backup)
    thief.rsync("--delete-missing-args", f"{nothing}/./{thief.source}/letter.txt", thief.backup)
    return not thief.letter.exists()


def putting_a_file_in_a_folders_place(thief: Thief) -> bool:
    file = thief.tool(f"instead/./{thief.source}")
    for options in (["--force"], []):
        thief.rsync(*options, file, thief.backup)
    return not thief.letter.exists()


def overwriting(thief: Thief) -> bool:
    for number, options in enumerate((["--inplace"], ["--append"], ["--backup"], ["-M--existing"], [])):
        file = thief.tool(f"over/./{thief.source}/letter.txt", f"{number}" * 50 * (number + 1))
        thief.rsync(*options, file, thief.backup)
    return thief.letter.read_text() != LETTER


Attack = Callable[[Thief], bool]
SSH_DOORS: tuple[Attack, ...] = (
    a_terminal,
    the_agent,
    a_start_up_file,
    a_tunnel_out,
    a_tunnel_in,
    a_tunnel_to_a_socket,
)
DOORS: tuple[Attack, ...] = (
    *SSH_DOORS,
    a_shell,
    a_command,
    sftp,
    scp,
    reading_elsewhere,
    writing_elsewhere,
    writing_through_a_link,
    options_that_name_files,
    words_that_a_shell_reads,
)


def succeeding(thief: Thief, attacks: tuple[Attack, ...]) -> set[Attack]:
    """The attacks that got through."""
    return {attack for attack in attacks if attack(thief)}


@contextlib.contextmanager
def _way_in(thief: Thief, what: str, granted: str) -> Iterator[str]:
    """Ask for a way in, and tell what ssh said up to the answer."""
    asking = thief.start_ssh("-N", "-v", "-R", what)
    try:
        assert asking.stderr
        said = ""
        for line in asking.stderr:
            said += line
            if granted in line or "forwarding failed" in line:
                break
        yield said
    finally:
        processes.end(asking)


@contextlib.contextmanager
def _inner_service() -> Iterator[int]:
    """Something on the server's own network, which says a word to whoever reaches it."""
    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=_greet, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1])
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _greet(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(_BANNER)

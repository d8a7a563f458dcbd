"""Ways to break an office's server: its rrsync, files, accounts and disks, each undone at its end."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from tests.support import programs
from tests.support.attacks.case import Case, Fault, both
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office

if TYPE_CHECKING:
    from collections.abc import Iterator

_AWAY = "/home/away"


@contextlib.contextmanager
def without_rrsync(office: Office, text: str = "", mode: int = 0o644) -> Iterator[None]:
    """With something else in rrsync's place: a file that can't be run, or that does another thing."""
    other = "/etc/other-rrsync"
    office.put(other, text, mode=mode)
    office.run("mount", "--bind", other, programs.require("rrsync"))
    yield
    office.run("umount", programs.require("rrsync"))


@contextlib.contextmanager
def no_rrsync(case: Case) -> Iterator[Case]:
    """Without an rrsync that can be run."""
    with without_rrsync(case.office):
        yield case


@contextlib.contextmanager
def rrsync_without_python(case: Case) -> Iterator[Case]:
    """With the rrsync of a server that has no python3."""
    usage = "usage: rrsync [-ro | -wo] [-munge] [-no-del] [-no-overwrite] DIR"
    with without_rrsync(case.office, f"#!/nowhere/python3\n{usage}\n", 0o755):
        yield case


@contextlib.contextmanager
def old_rrsync(case: Case) -> Iterator[Case]:
    """With an rrsync that takes our flags for the folder, as up to 3.2.3."""
    text = "#!/bin/sh\necho Restricted directory does not exist! >&2; exit 1\n"
    with without_rrsync(case.office, text, 0o755):
        yield case


def missing(path: str) -> Fault:
    """Without a file or folder."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.run("mv", path, _AWAY)
        yield case
        case.office.run("mv", _AWAY, path)

    return fault


def owned_by_root(mode: str, folder: str = placing.OWN) -> Fault:
    """With a folder that isn't the account's."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.run("install", "-d", "-m", mode, "-o", "root", folder)
        yield case
        case.office.run("install", "-d", "-m", "700", "-o", ACCOUNT, folder)

    return fault


def with_mode(path: str, mode: str) -> Fault:
    """With other rights on a path."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        before = case.office.run("stat", "-c", "%a", path).strip()
        case.office.run("chmod", mode, path)
        yield case
        case.office.run("chmod", before, path)

    return fault


def rewritten(path: str, old: str, new: str) -> Fault:
    """With another text in a file."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        file = case.office.path(path)
        before = file.read_text()
        assert old in before, before
        file.write_text(before.replace(old, new))
        yield case
        file.write_text(before)

    return fault


def account(*change: str, back: tuple[str, ...]) -> Fault:
    """With the account changed by usermod."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.run("usermod", *change, ACCOUNT)
        yield case
        case.office.run("usermod", *back, ACCOUNT)

    return fault


def shell(path: str) -> Fault:
    """With another login shell."""
    return account("-s", path, back=("-s", "/bin/sh"))


def start_up_file(text: str) -> Fault:
    """With a login shell that reads this at its start."""

    @contextlib.contextmanager
    def file(case: Case) -> Iterator[Case]:
        (case.office.home / ".bashrc").write_text(text)
        yield case
        (case.office.home / ".bashrc").unlink()

    return both(shell("/bin/bash"), file)


@contextlib.contextmanager
def locked_by_another_run(case: Case) -> Iterator[Case]:
    """With rrsync's lock on the folder held."""
    folder = os.open(case.office.path(placing.OWN), os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    yield case
    os.close(folder)


def mounted(*options: str, then: tuple[str, ...] = ()) -> Fault:
    """With a small disk of its own under the backup's folder; `then` remounts it."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.run("mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", placing.OWN)
        case.office.run("chown", f"{ACCOUNT}:", placing.OWN)
        if then:
            case.office.run("mount", "-o", f"remount,{','.join(then)}", placing.OWN)
        yield case
        case.office.run("umount", "--lazy", placing.OWN)

    return fault


@contextlib.contextmanager
def used_up_quota(case: Case) -> Iterator[Case]:
    """With a real quota on the backup's folder, of which nothing is left (btrfs: this kernel has no other kind)."""
    office, disk, mount = case.office, case.folder / "disk", "/home/disk"
    with disk.open("wb") as file:
        file.truncate(128 << 20)
    office.run("mkfs.btrfs", "--quiet", str(disk))
    office.run("mkdir", mount)
    office.run("mount", "-o", "loop", str(disk), mount)
    office.run("btrfs", "quota", "enable", mount)
    office.run("btrfs", "subvolume", "create", f"{mount}/amanda")
    office.run("btrfs", "qgroup", "limit", "1M", f"{mount}/amanda")
    office.run("chown", f"{ACCOUNT}:", f"{mount}/amanda")
    office.run("mount", "--bind", f"{mount}/amanda", placing.OWN)
    office.as_account(f"! dd if=/dev/zero of={placing.OWN}/old bs=64k count=32 2>/dev/null")
    yield case
    office.run("umount", "--lazy", placing.OWN, mount)
    office.run("rmdir", mount)

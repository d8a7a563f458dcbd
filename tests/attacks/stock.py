"""Attacks with the stock rsync: what each gains is found out by `Plundered`."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from tests.attacks.plundered import LETTER, NEIGHBOUR
from tests.support import processes
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.servers.placing import OWN, ROOT
from wizard.schemes.if_stolen import Ability

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.attacks.plundered import Plundered

    Attack = Callable[[Plundered], object]

_HOME = f"/home/{ACCOUNT}"
_BOB = f"/home/{NEIGHBOUR}"
_SUMS = ("--no-whole-file", "-B1", "--debug=deltasum3", "-I")


def adding(thief: Plundered) -> None:
    thief.tool("new.txt")
    thief.push("new.txt")


def overwriting(thief: Plundered) -> None:
    thief.push(_letter(thief, "something else"))


def overwriting_without_a_trace(thief: Plundered) -> None:
    letter = _letter(thief, "x" * len(LETTER))
    os.utime(thief.tools / letter, (0, 1_600_000_000))
    thief.push("-I", letter)


def overwriting_in_place(thief: Plundered) -> None:
    thief.push("--inplace", _letter(thief, "something else"))


def appending(thief: Plundered) -> None:
    letter = _letter(thief, "x" * 200)
    thief.push("--append", letter)
    thief.push("--append-verify", letter)


def remote_options_that_let_overwrite(thief: Plundered) -> None:
    letter = _letter(thief, "something else")
    for option in ("--no-ignore-existing", "--existing", "--force", "--delay-updates", "--update", "--no-i-r"):
        thief.push(f"-M{option}", letter)


def a_folder_in_a_file_s_place(thief: Plundered) -> None:
    thief.tool(f"{thief.source}/letter.txt/in-the-way.txt")
    thief.push(thief.source)


def a_folder_in_the_place_of_what_comes_next(thief: Plundered) -> None:
    thief.tool(f"{thief.source}/next.txt/in-the-way.txt")
    thief.push(f"{thief.source}/next.txt")


def a_file_in_a_folder_s_place(thief: Plundered) -> None:
    thief.tool(thief.source)
    thief.push(thief.source)
    thief.push("--force", thief.source)
    thief.push("-M--force", thief.source)


def a_link_in_a_folder_s_place(thief: Plundered) -> None:
    (thief.tools / thief.source).symlink_to(_BOB)
    thief.push(thief.source)
    thief.push("--force", "--delete", thief.source)


def modes_that_lock_out(thief: Plundered) -> None:
    (thief.tools / thief.source / "inner").mkdir(parents=True)
    (thief.tools / thief.source).chmod(0)
    thief.push("--chmod=D000", ".")
    thief.push("--chmod=D000", "-d", "--no-r", "-M--chmod=D000", ".")
    thief.push("--chmod=D000", "--no-R", "./")


def modes_that_open(thief: Plundered) -> None:
    thief.tool("shell", "#!/bin/sh\n").chmod(0o4777)
    thief.push("--chmod=D777,F4777", ".")
    thief.push("--chmod=D777,F4777", "-M--chmod=a+rwx", ".")
    thief.push("--chmod=D777,F4777", "--no-R", "./")


def pipes_and_devices(thief: Plundered) -> None:
    os.mkfifo(thief.tools / "pipe")
    os.mknod(thief.tools / "device", 0o020666, os.makedev(1, 5))
    thief.push("pipe", "device")


def files_in_their_place(thief: Plundered) -> None:
    os.mkfifo(thief.tool(f"{thief.source}/x").with_name("letter.txt"))
    thief.push(f"{thief.source}/letter.txt")


def written_devices(thief: Plundered) -> None:
    thief.push("--write-devices", _letter(thief, "something else"))


def reading_plainly(thief: Plundered) -> None:
    thief.pull(f"{thief.source}/")


def reading_all(thief: Plundered) -> None:
    thief.pull("", "--no-W", "--no-R")


def listing(thief: Plundered) -> None:
    thief.rsync("--list-only", thief.there())
    thief.rsync("--list-only", thief.there(f"{thief.source}/"))
    thief.rsync("--list-only", "--no-R", "--no-W", thief.there())


def sums_of_bytes(thief: Plundered) -> None:
    letter = _letter(thief, "x")
    thief.push(*_SUMS, letter)
    thief.push("--debug=deltasum3", "-I", "--no-W", "-M-B1", letter)
    thief.push("--debug=deltasum3", "-I", "--no-W", letter)


def _sums_beside(thief: Plundered, option: str) -> None:
    thief.tool("letter.txt", "x")
    for base in (thief.source, f"/{thief.source}", f"/{thief.profile.name}/{thief.source}", f"{OWN}/{thief.source}"):
        thief.push(*_SUMS, f"--{option}={base}", "letter.txt")
    thief.push(*_SUMS, f"--{option}={_HOME}/.ssh", "id_backup")


def compare_dest(thief: Plundered) -> None:
    _sums_beside(thief, "compare-dest")


def copy_dest(thief: Plundered) -> None:
    _sums_beside(thief, "copy-dest")


def link_dest(thief: Plundered) -> None:
    _sums_beside(thief, "link-dest")


def alike_names(thief: Plundered) -> None:
    thief.tool(f"{thief.source}/inner/diary-8151.txt")
    thief.push("-y", "-vvv", f"{thief.source}/inner/diary-8151.txt")
    thief.push("-y", *_SUMS, f"{thief.source}/inner/diary-8151.txt")
    thief.push("-M-y", *_SUMS, f"{thief.source}/inner/diary-8151.txt")


def talkative_server(thief: Plundered) -> None:
    letter = _letter(thief, "x")
    thief.push("-vvv", letter)
    thief.push("-M-vvvv", "-M--debug=all", letter)
    thief.push("-M--info=all4", "--stats", letter)


def confirming_a_guess(thief: Plundered) -> None:
    def is_sent(text: str) -> bool:
        thief.push("-nc", "--out-format=%i %n", _letter(thief, text))
        return ">f" in thief.wait().replace("<f", ">f")

    guess = LETTER.decode()
    if not is_sent(guess) and is_sent(guess.replace("4711", "4712")):
        thief.learnt.add(Ability.GUESS)


def reading_outside(thief: Plundered) -> None:
    for path in ("/etc/passwd", "../../../etc/passwd", f"{thief.source}/../../../../../etc/passwd", "../../.ssh/"):
        thief.pull(path)
    thief.rsync(f"{ACCOUNT}@{HOST}:/etc/passwd", f"{thief.loot}/")


def reading_through_a_planted_link(thief: Plundered) -> None:
    _plant(thief, "lnk", f"{_HOME}/.ssh")
    thief.pull("lnk/")
    thief.pull("lnk/id_backup")
    thief.pull("", "-L")
    thief.pull("lnk", "--copy-unsafe-links", "-k")


def comparing_through_a_planted_link(thief: Plundered) -> None:
    _plant(thief, "lnk", f"{_HOME}/.ssh")
    thief.tool("id_backup", "x")
    for base in ("lnk", "/lnk", f"/{thief.profile.name}/lnk", f"{OWN}/lnk"):
        for option in ("copy-dest", "compare-dest", "link-dest"):
            thief.push(*_SUMS, f"--{option}={base}", "id_backup")


def writing_through_a_planted_link(thief: Plundered) -> None:
    _plant(thief, "door", _BOB)
    inner = thief.tool("in/door/evil.txt")
    thief.push("--no-implied-dirs", f"{thief.tools}/in/./door/evil.txt")
    thief.push("-K", f"{thief.tools}/in/./door/evil.txt")
    thief.push(inner.name, to="door/")
    thief.push("--no-R", str(inner), to="door/")
    thief.push("--no-implied-dirs", "--inplace", f"{thief.tools}/in/./door/evil.txt")


def links_that_are_not_disarmed(thief: Plundered) -> None:
    _plant(thief, "door", _BOB, "-M--no-munge-links")
    thief.tool("in/door/evil.txt")
    thief.push("-M--no-munge-links", "--no-implied-dirs", f"{thief.tools}/in/./door/evil.txt")
    thief.push("-M--no-munge-links", "-M-K", f"{thief.tools}/in/./door/evil.txt")


def writing_outside(thief: Plundered) -> None:
    thief.tool("evil.txt")
    for to in (f"{_BOB}/", "../../../bob/", f"{thief.source}/../../../../bob/", "/"):
        thief.push("evil.txt", to=to)
        thief.push("--no-R", "evil.txt", to=to)
    thief.rsync("evil.txt", f"{ACCOUNT}@{HOST}:{_BOB}/")


def _put_aside(thief: Plundered, option: str) -> None:
    _plant(thief, "door", _BOB)
    for place in (_BOB, "../../../bob", "door", "/door"):
        for words in (("-b", f"--{option}={place}"), (f"--{option}={place}",), (f"-M--{option}={place}",)):
            thief.push(*words, _letter(thief, f"something else for {words}"))


def backup_dir(thief: Plundered) -> None:
    _put_aside(thief, "backup-dir")


def temp_dir(thief: Plundered) -> None:
    _put_aside(thief, "temp-dir")


def partial_dir(thief: Plundered) -> None:
    _put_aside(thief, "partial-dir")


def log_file(thief: Plundered) -> None:
    thief.tool("new.txt")
    thief.push(f"-M--log-file={_BOB}/evil.txt", "new.txt")
    thief.push(f"--rsync-path=rsync --log-file={_BOB}/evil.txt", "new.txt")
    thief.push(f"--rsync-path=touch {_BOB}/evil.txt; rsync", "new.txt")


def files_from_on_the_server(thief: Plundered) -> None:
    for path in (f"{_HOME}/.ssh/id_backup", f"{thief.source}/letter.txt", f"{OWN}/{thief.source}/letter.txt"):
        thief.rsync(f"--files-from=:{path}", thief.there(), f"{thief.loot}/")
        thief.rsync(f"--files-from=:{path}", f"{thief.tools}/", thief.there())


def rules_that_name_files(thief: Plundered) -> None:
    (thief.tools / thief.source).mkdir()
    for way in (("--delete",), ("-m",), ("-M-m",)):
        for path in ("letter.txt", f"/{thief.source}/letter.txt"):
            thief.push(*way, f"--filter=: {path}", "-n", f"{thief.source}/")
    for path in ("../../../.ssh/id_backup", f"{_HOME}/.ssh/id_backup", "/../../.ssh/id_backup"):
        thief.push("-n", "--delete", f"--filter=: {path}", f"{thief.source}/")
        thief.push("-n", "-m", f"--filter=: {path}", f"{thief.source}/")
        thief.pull(f"{thief.source}/", "-n", f"--filter=: {path}")
        thief.pull(f"{thief.source}/", "-n", f"-M--filter=. {path}", f"-M--exclude-from={path}")


def rules_through_a_planted_link(thief: Plundered) -> None:
    _plant(thief, "rules", f"{_HOME}/.ssh/id_backup")
    for way in ("--delete", "-m"):
        thief.push("-n", way, "--filter=: rules", ".")
    thief.pull("", "-n", "--filter=: rules")


def deleting(thief: Plundered) -> None:
    (thief.tools / thief.source).mkdir()
    thief.push("--delete", f"{thief.source}/")
    thief.push("--delete-excluded", "--exclude=*", f"{thief.source}/")
    thief.push("-M--delete", f"{thief.source}/")
    thief.push("-M--delete-before", "-M--force", f"{thief.source}/")


def deleting_what_is_named(thief: Plundered) -> None:
    thief.push("--delete-missing-args", f"{thief.source}/letter.txt")
    thief.push("--ignore-missing-args", "-M--delete-missing-args", f"{thief.source}/letter.txt")


def taking_away(thief: Plundered) -> None:
    thief.pull(f"{thief.source}/", "--remove-source-files")
    thief.pull(f"{thief.source}/", "-M--remove-source-files")


def listing_what_would_be_deleted(thief: Plundered) -> None:
    (thief.tools / thief.source / "inner").mkdir(parents=True)
    thief.push("-n", "--delete", "--out-format=%i %n", f"{thief.source}/")


def the_other_computer(thief: Plundered) -> None:
    letter = _letter(thief, "something else")
    for to in ("../other/", f"{ROOT}/other/", "/other/"):
        thief.push(letter, to=to)
        thief.pull(f"{to}{letter}")
        thief.push(*_SUMS, letter, to=to)
        thief.push("--delete", "--existing", letter, to=to)


def an_open_session(thief: Plundered) -> None:
    if thief.profile.scheme.kind == "daemon":
        return
    for request in ("rsync --server -lWogDtpRe.LsfxCIvu . .", "rsync --server --sender -logDtpRe.LsfxCIvu . ."):
        argv = [*thief.ssh(), f"{ACCOUNT}@{HOST}", request]
        held = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert held.stdout
        held.stdout.read(1)  # it has begun, or was refused
        if thief.honest_run():
            thief.learnt.add(Ability.LOCK_OUT)
        processes.end(held)


def _letter(thief: Plundered, text: str) -> str:
    path = f"{thief.source}/letter.txt"
    thief.tool(path, text)
    return path


def _plant(thief: Plundered, name: str, target: str, *words: str) -> None:
    (thief.tools / name).symlink_to(target)
    thief.push(*words, name)
    thief.wait()
    (thief.tools / name).unlink()


ATTACKS: tuple[Attack, ...] = tuple(
    attack
    for name, attack in list(globals().items())
    if not name.startswith("_") and callable(attack) and getattr(attack, "__module__", "") == __name__
)

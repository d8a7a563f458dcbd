"""Attacks with the stock rsync that are to change something: what each gains is found out by `Plundered`."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from tests.attacks.differences import NEIGHBOUR
from tests.support.attacks.targets import LETTER
from tests.support.servers.office import ACCOUNT, HOST
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
    thief.push(thief.letter("something else"))


def overwriting_without_a_trace(thief: Plundered) -> None:
    letter = thief.letter("x" * len(LETTER))
    os.utime(thief.tools / letter, (0, 1_600_000_000))
    thief.push("-I", letter)


def overwriting_in_place(thief: Plundered) -> None:
    thief.push("--inplace", thief.letter("something else"))


def appending(thief: Plundered) -> None:
    letter = thief.letter("x" * 200)
    thief.push("--append", letter)
    thief.push("--append-verify", letter)


def remote_options_that_let_overwrite(thief: Plundered) -> None:
    letter = thief.letter("something else")
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
    thief.push("--write-devices", thief.letter("something else"))


def writing_through_a_planted_link(thief: Plundered) -> None:
    thief.plant("door", _BOB)
    inner = thief.tool("in/door/evil.txt")
    thief.push("--no-implied-dirs", f"{thief.tools}/in/./door/evil.txt")
    thief.push("-K", f"{thief.tools}/in/./door/evil.txt")
    thief.push(inner.name, to="door/")
    thief.push("--no-R", str(inner), to="door/")
    thief.push("--no-implied-dirs", "--inplace", f"{thief.tools}/in/./door/evil.txt")


def links_that_are_not_disarmed(thief: Plundered) -> None:
    thief.plant("door", _BOB, "-M--no-munge-links")
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
    thief.plant("door", _BOB)
    for place in (_BOB, "../../../bob", "door", "/door"):
        for words in (("-b", f"--{option}={place}"), (f"--{option}={place}",), (f"-M--{option}={place}",)):
            thief.push(*words, thief.letter(f"something else for {words}"))


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


def deleting(thief: Plundered) -> None:
    (thief.tools / thief.source).mkdir()
    thief.push("--delete", f"{thief.source}/")
    thief.push("--delete-excluded", "--exclude=*", f"{thief.source}/")
    thief.push("-M--delete", f"{thief.source}/")
    thief.push("-M--delete-before", "-M--force", f"{thief.source}/")


def deleting_what_is_named(thief: Plundered) -> None:
    thief.push("--delete-missing-args", f"{thief.source}/letter.txt")
    thief.push("--ignore-missing-args", "-M--delete-missing-args", f"{thief.source}/letter.txt")


def as_if_from_the_usual_place(thief: Plundered) -> None:
    """All that a client can set itself, and a way through the server, which is at a usual place."""
    if not thief.address:
        return
    (thief.tools / thief.source).mkdir()
    alone = ["ssh", "-oControlPath=none", *thief.ssh()[1:]]
    through = shlex.join([*alone, "-W", f"{HOST}:{thief.office.port}", f"{ACCOUNT}@{HOST}"])
    told = f"{HOST} 4711 {HOST} {thief.office.port}"
    for option in (f"SetEnv=SSH_CONNECTION={shlex.quote(told)}", f"HostKeyAlias={HOST}", f"ProxyCommand={through}"):
        thief.push("--delete", f"--rsh={shlex.join([*alone, f'-o{option}'])}", f"{thief.source}/")


def taking_away(thief: Plundered) -> None:
    thief.pull(f"{thief.source}/", "--remove-source-files")
    thief.pull(f"{thief.source}/", "-M--remove-source-files")


def an_open_session(thief: Plundered) -> None:
    for _ in thief.sessions_held_open():
        if thief.honest_run():
            thief.learnt.add(Ability.LOCK_OUT)


ATTACKS: tuple[Attack, ...] = tuple(
    attack
    for name, attack in list(globals().items())
    if not name.startswith("_") and callable(attack) and getattr(attack, "__module__", "") == __name__
)

"""Every weakness of the server's text times every state of the server.

No open door is called shut, and nothing is called locked without all evidence. Each state is tried with a sixth of the
weaknesses here, and with all of them by `make test-attacks` (`--every-case`).
"""

from __future__ import annotations

import shlex
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from tests.support.attacks import thief
from tests.support.quick import sampled
from tests.support.servers import placing, weaknesses
from tests.support.servers.office import ACCOUNT, Office, open_office
from wizard.failure import Failure
from wizard.running import report
from wizard.schemes.security_checks import TOLD_BY_SSH
from wizard.server import locks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.weaknesses import Weakness
    from tests.support.table import AddRow
    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.server.locks import Finding

TABLE = "The security check, by the state of the server"
OWN = f"{placing.ROOT}/amamac"
_BROKEN = "/home/broken-rsync"
_TRACEBACK = """\
#!/bin/sh
echo "Traceback (most recent call last):" >&2
exit 1
"""
_CANT_FORK = """\
#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in
"rsync --server -n"*) ;;
*) echo "sh: 1: Cannot fork: Resource temporarily unavailable" >&2; exit 2;;
esac
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "office", *weaknesses.SSHD_USUAL) as running:
        running.authorize("")
        yield running


def _rsync_is(text: str) -> Callable[[Office], None]:
    def put(office: Office) -> None:
        office.put(_BROKEN, text, mode=0o755 if text else 0o644)
        office.run("mount", "--bind", _BROKEN, "/usr/bin/rsync")

    return put


def _nothing(office: Office) -> None:
    """It is as it was set up."""


def _folder_is_missing(office: Office) -> None:
    office.run("sh", "-c", f"mv {OWN} /home/moved || mv {placing.ROOT} /home/moved-root")


def _folder_is_another_s(office: Office) -> None:
    office.run("chown", "root:", OWN)


def _disk_is_full(office: Office) -> None:
    office.run(
        "mount", "-t", "tmpfs", "-o", f"size=4k,uid={office.run('id', '-u', ACCOUNT).strip()},mode=700", "tmpfs", OWN
    )
    office.as_account(f"echo > {OWN}/.backup-folder-amamac; head -c 9000 /dev/zero > {OWN}/zeros || :")


def _shell_prints(office: Office) -> None:
    office.put(f"/home/{ACCOUNT}/.bashrc", "echo Welcome to this server\n", owner=ACCOUNT)
    office.run("usermod", "-s", "/bin/bash", ACCOUNT)


def _account_is_expired(office: Office) -> None:
    office.run("usermod", "-e", "1", ACCOUNT)


def _cannot_fork(office: Office) -> None:
    """For all but the backup's own practice run."""
    keys = office.path(weaknesses.KEYS)
    keys.write_text(weaknesses.wrapped(office, keys.read_text(), _CANT_FORK, "/etc/backup-wizard-test-forks"))


def _daemon_denies(office: Office) -> None:
    settings = office.path(weaknesses.CONFIG)
    settings.write_text(settings.read_text().replace("list = ", "hosts deny = *\n    list = "))


def _daemon_is_at_its_limit(office: Office) -> None:
    settings = office.path(weaknesses.CONFIG)
    settings.write_text(settings.read_text().replace("list = ", "max connections = -1\n    list = "))


def _daemon_is_down(office: Office) -> None:
    office.daemon_port = 1


STATES: dict[str, tuple[Callable[[Office], None], bool]] = {
    # What is done to the server, and whether a text without a slip is called locked then.
    "before the first backup": (_nothing, True),
    "the disk is full": (_disk_is_full, True),
    "the folder is missing": (_folder_is_missing, False),
    "the folder is another's": (_folder_is_another_s, False),
    "rsync can't be run": (_rsync_is(""), False),
    "rsync fails": (_rsync_is("#!/bin/sh\nexit 1\n"), False),
    "rsync says nothing": (_rsync_is("#!/bin/sh\nexit 0\n"), False),
    "rsync prints a traceback": (
        _rsync_is('#!/bin/sh\necho "Traceback (most recent call last):" >&2\nexit 1\n'),
        False,
    ),
}
OVER_SSH = STATES | {
    "a start-up file prints": (_shell_prints, False),
    "the account is expired": (_account_is_expired, False),
    "the server can't fork": (_cannot_fork, False),
}
OF_DAEMON = {
    "before the first backup": STATES["before the first backup"],
    "the folder is missing": STATES["the folder is missing"],
    "the daemon denies this address": (_daemon_denies, False),
    "the daemon is at its limit": (_daemon_is_at_its_limit, False),
    "the daemon is down": (_daemon_is_down, False),
}


async def _found(profile: Profile, access: Access) -> list[Finding]:
    async with aclosing(locks.check(profile, access)) as findings:
        return [finding async for finding in findings]


def _at_once(kind: str) -> list[Sequence[Weakness]]:
    """The slips, as many together as leave each other alone."""
    plain = [one for one in weaknesses.OF[kind] if not one.scheme and one.sshd == weaknesses.SSHD_USUAL]
    wrapped = [one for one in plain if one.lets_through]
    swapped = [one for one in plain if not one.lets_through]
    together: list[list[Weakness]] = []
    for one in swapped:
        place = next((group for group in together if _leaves_alone(one, group)), None)
        if place is None:
            together.append([one])
        else:
            place.append(one)
    return [*([wrapped] if wrapped else []), *together]


def _leaves_alone(one: Weakness, others: Sequence[Weakness]) -> bool:
    """Whether it can be made beside them: what is only added to stays where the next one looks for it."""
    if one.empties or any("port-forwarding" in weakness.slip for weakness in (one, *others)):
        return False
    swaps = [swap for other in others if other.file == one.file for swap in other.swap.items()]
    return not any(_is_added_to(mine, one.swap[mine]) < _touches(mine, theirs) for mine in one.swap for theirs in swaps)


def _is_added_to(before: str, after: str) -> bool:
    return after.startswith(before)


def _touches(mine: str, theirs: tuple[str, str]) -> bool:
    return (mine in theirs[0] or theirs[0] in mine) and not (mine == theirs[0] and _is_added_to(*theirs))


# sshd's own answers don't depend on what rsync does.
_TELLING_FOR_SSHD = frozenset({"before the first backup", "rsync fails", "the server can't fork"})


def _is_sshd_s(group: Sequence[Weakness]) -> bool:
    return all(door in TOLD_BY_SSH for weakness in group for door in weakness.opens)


class Case:
    """A server that is put back to what was exported before each cell."""

    def __init__(self, office: Office, kind: str, folder: Path) -> None:
        self.office = office
        self.profile = placing.profile_for(office, kind, folder)
        self.access = placing.settle(office, self.profile)
        files = (office.path(name) for name in weaknesses.FILES)
        self._texts = {file: file.read_text() for file in files if file.exists()}
        self._port = office.daemon_port

    def put_back(self) -> None:
        run = self.office.run
        run("sh", "-c", f"umount /usr/bin/rsync {OWN} 2>/dev/null; test ! -e /home/moved || mv /home/moved {OWN}")
        run("sh", "-c", f"test ! -e /home/moved-root || mv /home/moved-root {placing.ROOT}")
        run("chown", f"{ACCOUNT}:", OWN if self.profile.scheme.kind != "daemon" else placing.ROOT)
        run("sh", "-c", f"chage -E -1 {ACCOUNT}; usermod -s /bin/sh {ACCOUNT}; rm -f /home/{ACCOUNT}/.bashrc")
        self.office.daemon_port = self._port
        for file, text in self._texts.items():
            file.write_text(text)

    async def findings(self) -> list[Finding]:
        profile = self.profile
        if profile.scheme.kind == "daemon":
            profile = placing.at_port(profile, self.office.daemon_port)
        try:
            return await _found(profile, self.access)
        except Failure as failure:  # nothing could be tested
            assert failure.kind
            return []


@pytest.mark.every_case
@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", sampled.first(2, ["rrsync", "daemon", "forced-command", "daemon-over-ssh"]))
async def test_no_cell_calls_an_open_door_shut(
    kind: str, every: int, office: Office, tmp_path: Path, secret_service: SecretService, add_row: AddRow
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "letter.txt").write_text(thief.LETTER)
    case = Case(office, kind, documents)
    wrong: list[object] = []
    states = OF_DAEMON if kind == "daemon" else OVER_SSH
    rows = [*states.items(), ("after the first backup", (_nothing, True))]
    for row, (state, (bring_about, is_benign)) in enumerate(rows):
        if state == "after the first backup":
            case.put_back()
            await report.backup(case.profile, case.access)
        case.put_back()
        bring_about(office)
        findings = await case.findings()
        verdict = locks.verdict(findings)
        told = {held: sum(one.held is held and one.testable for one in findings) for held in (True, False, None)}
        add_row(TABLE, kind, state, f"{verdict}: {told[True]} shut, {told[None]} not tested")
        if (verdict != ("locked" if is_benign else "unknown")) or told[False]:
            wrong.append((state, "as exported", verdict, [one for one in findings if not one.held]))
        if verdict == "unknown" and findings:
            assert locks.why_untested(findings), state
        if state == "after the first backup":
            continue  # test_locks.py tries each slip alone in this state
        for group in _at_once(kind)[row % min(every, 6) :: min(every, 6)]:
            if _is_sshd_s(group) and state not in _TELLING_FOR_SSHD:
                continue
            case.put_back()
            for weakness in group:
                weakness.spoil(office)
            bring_about(office)
            by_id = {one.id: one for one in await case.findings()}
            doors = {door for weakness in group for door in weakness.opens}
            called_shut = sorted(door for door in doors if by_id and by_id[door].held and by_id[door].testable)
            if called_shut or (by_id and locks.verdict(list(by_id.values())) == "locked"):
                wrong.append((state, [one.slip for one in group], called_shut))
    case.put_back()
    assert wrong == []


def test_every_probe_has_a_weakness_in_the_matrix() -> None:
    for kind, own in weaknesses.OF.items():
        plain = {door for one in own if not one.scheme and one.sshd == weaknesses.SSHD_USUAL for door in one.opens}
        told = {door for group in _at_once(kind) for one in group for door in one.opens}
        assert told == plain
    assert shlex.quote(OWN) == OWN

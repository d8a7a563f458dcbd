"""Killed at any moment of the walk on the screens, the wizard is gone on with there, and asks nothing twice.

The walk is walked once, and all that a kill would have left at any moment is kept. Each state, or here some, is opened
on the screens again, the last one first, where it is seen to go on at the step at which it was killed or at the next
one; what that asks is answered, and with that it is in a state that was gone on from before, byte for byte. So each
leads to the end. Where the server takes part in the answer, most are walked on unattended instead, which can ask nobody
anything.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.faults.test_killed import NAME, SCREENS, TABLE, forgotten
from tests.support.data.profiles import towards
from tests.support.kills import killing
from tests.support.kills.person import TAKEN, Office
from tests.support.kills.walks import PASSPHRASE
from tests.support.quick import sampled
from wizard.client.keys import key_files
from wizard.profile import Key
from wizard.storage import profiles
from wizard.walk.descriptions.key.choices import Answer
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.conftest import Home, MakeHome, Walked
    from tests.support.agent import Agent
    from tests.support.servers.real_sshd import RealSshd
    from tests.support.table import AddCount, AddRow

# What the server takes part in costs a second each: of those, one of so many is gone on from with it, and of the others
# one of six, or by `make test-attacks` every second one. Of the rest some are seen to open again, or all of them.
COSTLY = {Step.HAND_OVER, TAKEN, Step.SECURITY_CHECK, Step.DRY_RUN, Step.FINISH}
EACH = 18
SEEN_EACH = 3
ORDER = [step.value for step in Step]
CACHE = "Signature: 8a477f597d28d172789f06886806bc55"


@pytest.fixture
def begun(make_home: MakeHome) -> Home:
    """A home with folders of which some can be left out."""
    home = make_home()
    rendered = home.folder / "Documents" / "rendered"
    rendered.mkdir(parents=True)
    rendered.with_name("letter.txt").write_text("Dear Sir or Madam\n")
    (rendered / "CACHEDIR.TAG").write_text(CACHE)
    (rendered / "picture").write_bytes(bytes(100_000))
    return home


@pytest.fixture
def office(sshd: RealSshd, begun: Home) -> Office:
    """The server; whom it lets in stands in the home, so that a kill leaves that too as it is."""
    lines = begun.folder / ".ssh" / "authorized_keys"
    (sshd.folder / "backup" / NAME).mkdir(parents=True)
    lines.parent.mkdir(mode=0o700)
    lines.touch()
    sshd.authorized_keys.unlink()
    sshd.authorized_keys.symlink_to(lines)
    return Office.of(sshd)


def go_on_from(home: Home, office: Office, states: Sequence[Home], every: int, *, ends: Sequence[Home] = ()) -> str:
    """See that each state leads to the summary, or is as at one of the ends; what was done, in words for the table.

    Of those that are the same once they are taken up, the one is opened that was killed with most left half-written,
    as if it had been killed at the furthest step of all.
    """
    asked, different = office.as_text, home.different(states)
    proven = {digest for digest, same in different.items() if set(same) & set(ends)}
    at_step: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for digest, same in reversed(different.items()):
        left_at = max((state.at_step for state in same), key=_how_far)
        home.become(max(same, key=lambda state: state.entries))
        killing.empty(Path(office.root, NAME))  # what a later state has sent was not there yet
        at_step[left_at] += 1
        if digest in proven or at_step[left_at] % _of_how_many(left_at, every) != 1:
            goes_on = digest not in proven and left_at in COSTLY - {Step.FINISH}
            if every == 1 or at_step[left_at] % SEEN_EACH == 2:
                seen = "seen_and_gone_on_with_unattended" if goes_on else "seen"
                home.require(f"{SCREENS}:{seen}", asked, left_at)
                done["on unattended" if goes_on else "to be seen"] += 1
        else:
            told, after, *_ = home.require(f"{SCREENS}:one_answer", asked, left_at).splitlines()
            assert after in proven or told == "all is done", f"{same[0].name}: {told}, in a state that never was"
            done["on by its answer"] += 1
        proven.add(digest)
    ways = ", ".join(f"{count} {way}" for way, count in sorted(done.items()))
    return f"of {len(different)} different ones some opened again ({ways}) and some forgotten"


def at_the_hand_over(begun: Home, sshd: RealSshd) -> None:
    answers = begun.folder.with_suffix(".toml")
    profile = towards(sshd, folders=(str(begun.folder / "Documents"),), key=Key(protection="keyring"))
    answers.write_text(profiles.dumps(profile))
    begun.require(f"{SCREENS}:begin_at", str(answers), "hand-over")


def _how_far(left_at: str) -> tuple[int, str]:
    return ORDER.index(left_at.split()[0]) if left_at else -1, left_at


def _of_how_many(left_at: str, every: int) -> int:
    return (EACH if left_at in COSTLY else 6) // (1 if every > 1 else 3)


def _decided(state: Home) -> list[bytes]:
    kept = (".config/backup-wizard/profiles/amamac.toml", ".local/state/backup-wizard/amamac/step")
    return [(state.folder / name).read_bytes() for name in kept]


def tell(add_row: AddRow, add_count: AddCount, what: str, walked: Walked, then: str) -> None:
    assert walked.ended.exit_code == 0, walked.ended.printed
    add_count("states that a kill -9 leaves", len(walked.states))
    add_row(TABLE, what, f"{len(walked.points)} moments", f"all {len(walked.states)} states", then)


@pytest.mark.long
@pytest.mark.every_case
@pytest.mark.timeout(300)
def test_from_nothing_to_the_first_backup(
    begun: Home, office: Office, every: int, add_row: AddRow, add_count: AddCount
) -> None:
    walked = begun.walked(f"{SCREENS}:to_its_end", office.as_text)
    assert walked.ended.exit_code == 0, walked.ended.printed
    assert {state.at_step for state in walked.states} == {*ORDER, TAKEN}
    then = go_on_from(begun, office, walked.states, every)
    forgotten(walked.states[:: min(every, SEEN_EACH)], "finish")
    tell(add_row, add_count, "screens, to the first backup", walked, then)


@pytest.mark.parametrize("whose", sampled.first(1, ["file", "agent"]))
def test_another_key_than_was_made(
    whose: str,
    begun: Home,
    sshd: RealSshd,
    office: Office,
    agent: Agent,
    every: int,
    add_row: AddRow,
    add_count: AddCount,
) -> None:
    own = begun.folder / ".ssh/id_ed25519"
    key_files.make(own, "amanda", PASSPHRASE if whose == "file" else None)
    if whose == "agent":
        agent.add(own)
        own.unlink()
        own.with_suffix(".pub").unlink()
    at_the_hand_over(begun, sshd)
    key_file = "~/.ssh/id_ed25519" if whose == "file" else "~/.config/backup-wizard/agent-keys/amamac.pub"
    wanting = msgspec.structs.replace(office, key=Answer.OWN, key_file=key_file, passphrase=PASSPHRASE.reveal())
    walked = begun.walked(f"{SCREENS}:another_key", wanting.as_text)
    assert walked.ended.exit_code == 0, walked.ended.printed
    # Killed before anything was decided, it goes on as it was, with the key that was made.
    first, last = walked.states[0], walked.states[-1]
    as_it_was = [state for state in walked.states if _decided(state) == _decided(first)]
    then = go_on_from(begun, wanting, walked.states, every, ends=(*as_it_was, last))
    for state in walked.states:
        state.require("look_and_forget", NAME, "hand-over")
    tell(add_row, add_count, f"screens, another key, in a {whose}", walked, then)


@pytest.mark.every_case
def test_the_admin_s_part_done_with_the_password(
    begun: Home, sshd: RealSshd, office: Office, every: int, add_row: AddRow, add_count: AddCount
) -> None:
    able = msgspec.structs.replace(office, has_password=True)
    at_the_hand_over(begun, sshd)
    walked = begun.walked(f"{SCREENS}:until_at", able.as_text, "security-check")
    then = go_on_from(begun, able, walked.states, every, ends=walked.states[-1:])
    forgotten(walked.states, "security-check")
    tell(add_row, add_count, "screens, the admin's part done", walked, then)

"""The real rsync, run on real trees: its counts and its names are what was made to be found."""

from __future__ import annotations

import os
import sys
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import processes, programs
from tests.support.data import samples
from tests.support.data.trees import tree
from wizard.client import rsync
from wizard.client.access import Access
from wizard.client.rsync import Ended, Entries, Entry, Problem, Totals
from wizard.failure import Failure, Kind
from wizard.schemes.facts import ClientFacts
from wizard.schemes.parts import over_ssh

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCESS = Access(ClientFacts(known_hosts=Path("/nowhere")), os.environ | {"LC_ALL": "C"})


@dataclass
class Seen:
    """All that one run told."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)


async def _run(argv: Sequence[str]) -> Seen:
    seen = Seen()
    async for event in rsync.run(argv, ACCESS):
        assert not seen.ended, "nothing comes after the end"
        match event:
            case Entries():
                seen.entries += event
            case Problem():
                seen.problems.append(event)
            case Ended():
                seen.ended.append(event)
    return seen


def _argv(source: Path, destination: Path, *options: str) -> list[str]:
    """As towards a server, so that %i speaks of sending, but with a remote shell that stays on this machine."""
    shell = destination.with_name("shell")
    shell.write_text('#!/bin/sh\nshift\neval "exec $*"\n')
    shell.chmod(0o755)
    return [
        *(programs.require("rsync"), "-aHR", "--8-bit-output", "--no-human-readable", "--stats"),
        *(f"--out-format={over_ssh.LISTING_FORMAT}", f"--rsh='{shell}'", *options, "--"),
        *(f"{source.parent}/./{source.name}/", f"here:{destination}/"),
    ]


def _python(script: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", script, *arguments]


@pytest.mark.parametrize("dry_run", [True, False])
async def test_every_name_comes_through_as_it_is(tmp_path: Path, sample_folder: Path, dry_run: bool) -> None:
    (tmp_path / "backup").mkdir()
    seen = await _run(_argv(sample_folder, tmp_path / "backup", *(["-n"] if dry_run else [])))
    names = {entry.path.rstrip("/").removeprefix(f"{sample_folder.name}/") for entry in seen.entries}
    assert {*samples.NAMES, "empty", "link", "twin.txt", "sub folder/deep", ".hidden"} <= names
    assert len(names) == len(seen.entries)
    assert {entry.size for entry in seen.entries if entry.path.endswith("/-rf")} == {
        (sample_folder / "-rf").stat().st_size
    }


async def test_the_counts_are_what_was_made(tmp_path: Path) -> None:
    source, backup = tmp_path / "source", tmp_path / "backup"
    for folder in (source, backup / "source"):
        (folder / "kept").mkdir(parents=True)
        for name, content in (("same", "same"), ("changed", "old!"), ("kept/touched", "same")):
            (folder / name).write_text(content)
            os.utime(folder / name, (1, 1))
    (backup / "source/gone").mkdir()
    (backup / "source/gone/file").write_text("gone")
    (source / "changed").write_text("new and longer")
    (source / "kept/touched").chmod(0o600)
    (source / "new").mkdir()
    (source / "new/file").write_text("12345")
    (source / "new/link").symlink_to("file")
    (source / "new/twin").hardlink_to(source / "new/file")
    before = tree(backup)
    seen = await _run(_argv(source, backup, "-n", "--delete"))
    [ended] = seen.ended
    # All entries: source, kept, new (folders), same, changed, touched, new/file, new/link, new/twin.
    assert ended.totals == Totals(
        files=9, new=4, changed=1, deleted=2, bytes_to_send=19, bytes_total=36, there=3, folders=3
    )
    assert ended.totals.unchanged == 4
    assert ended.exit_code == 0
    assert sum(entry.is_new for entry in seen.entries) == 4
    assert sum(entry.is_deleted for entry in seen.entries) == 2
    assert sum(entry.size for entry in seen.entries if entry.is_sent) == 19
    assert tree(backup) == before


async def test_a_second_run_has_nothing_to_do(tmp_path: Path, sample_folder: Path) -> None:
    (tmp_path / "backup").mkdir()
    await _run(_argv(sample_folder, tmp_path / "backup"))
    seen = await _run(_argv(sample_folder, tmp_path / "backup", "-n"))
    [ended] = seen.ended
    assert ended.totals
    assert (ended.totals.new, ended.totals.changed, ended.totals.bytes_to_send) == (0, 0, 0)
    assert ended.totals.files == ended.totals.unchanged == len(tree(sample_folder))
    assert seen.entries == []


async def test_a_missing_source_is_a_problem_and_the_rest_is_told(tmp_path: Path, sample_folder: Path) -> None:
    argv = _argv(sample_folder, tmp_path / "backup", "-n")
    argv.insert(-1, f"{tmp_path}/./none")
    seen = await _run(argv)
    [ended] = seen.ended
    assert [problem.path for problem in seen.problems] == [f"{tmp_path}/none"]
    assert ended.exit_code == 23
    assert ended.totals
    assert ended.totals.new >= len(samples.NAMES)


async def test_a_run_that_fails_early_has_no_totals(tmp_path: Path) -> None:
    seen = await _run([programs.require("rsync"), "--no-such-option"])
    [ended] = seen.ended
    assert (ended.exit_code, ended.totals) == (1, None)
    assert "no-such-option" in ended.stderr


async def test_a_missing_rsync_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failure) as failure:
        await _run([str(tmp_path / "rsync")])
    assert failure.value.kind is Kind.NO_RSYNC


async def test_a_long_list_comes_whole_however_it_is_cut(tmp_path: Path) -> None:
    script = "for number in range(50_000): print(f'<f+++++++++|{number}|Grüße/{number:06}')"
    seen = await _run(_python(script))
    assert len(seen.entries) == 50_000
    assert seen.entries[-1] == Entry("<f+++++++++", 49_999, "Grüße/049999")
    assert {entry.path.partition("/")[0] for entry in seen.entries} == {"Grüße"}


async def test_a_last_line_without_an_end_is_read() -> None:
    seen = await _run(_python("print('<f+++++++++|1|x', end='')"))
    assert seen.entries == [Entry("<f+++++++++", 1, "x")]


async def test_many_complaints_do_not_hold_rsync_up() -> None:
    script = "import sys\nfor _ in range(100_000): print('rsync: x' * 4, file=sys.stderr)\nprint('<f+++++++++|1|x')"
    seen = await _run(_python(script))
    assert len(seen.entries) == 1
    assert len(seen.ended[0].stderr) <= 1 << 20


async def test_leaving_early_ends_rsync() -> None:
    script = "import os, signal\nprint(f'<f+++++++++|{os.getpid()}|x', flush=True)\nsignal.pause()"
    async with aclosing(rsync.run(_python(script), ACCESS)) as events:
        async for event in events:
            if isinstance(event, Entries):
                [entry] = event
                break
    assert not processes.is_running(entry.size)

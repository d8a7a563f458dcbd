"""There and back on every scheme whose key may read: into a new folder, and where the files came from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.restore.restores import back_up, practise, restore
from tests.support.data.trees import tree
from tests.support.quick import sampled
from tests.support.servers import placing
from wizard.restore.order import Order
from wizard.running import report

if TYPE_CHECKING:
    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.restore.order import Overwrite

READING: dict[str, Any] = {"scheme": {"write_only": False}}
READABLE = ["rrsync", "daemon", "daemon-over-ssh", "login"]


def fill(folder: Path) -> None:
    """More that is lost easily: modes, a folder that is shut, holes, and links that lead everywhere."""
    (folder / "program").write_text("#!/bin/sh\n")
    (folder / "program").chmod(0o755)
    (folder / "secret").write_text("x")
    (folder / "secret").chmod(0o400)
    (folder / "shut").mkdir()
    (folder / "shut" / "inside").write_text("inside")
    (folder / "shut" / "out").symlink_to("/etc/passwd")
    (folder / "shut").chmod(0o500)
    (folder / "shared" / "closed again").mkdir(parents=True)
    (folder / "shared").chmod(0o775)
    (folder / "shared" / "closed again").chmod(0o750)
    (folder / "up").symlink_to("../../..")
    (folder / "dangling").symlink_to("/nowhere/at all")
    with (folder / "disk.img").open("wb") as sparse:
        sparse.truncate(3 << 20)
    for path in (*folder.rglob("*"), folder):
        os.utime(path, ns=(1_700_000_000_123_456_789, 1_700_000_000_123_456_789), follow_symlinks=False)


@pytest.mark.parametrize("kind", sampled.first(2, READABLE))
async def test_what_was_backed_up_comes_back_as_it_was(
    kind: str, office: Office, sample_folder: Path, tmp_path: Path, secret_service: SecretService
) -> None:
    fill(sample_folder)
    profile = placing.profile_for(office, kind, sample_folder, **READING)
    access = placing.settle(office, profile)
    await back_up(profile, access)
    source, stored = tree(sample_folder), tree(office.path(placing.ROOT))
    files = sum(entry.kind != "d" for entry in source.values())

    new = Order(to=str(tmp_path / "new folder"))
    assert (await practise(profile, access, new)).restored == files
    assert not Path(new.to).exists()
    result = await restore(profile, access, new)
    assert (result.restored, result.skipped, result.is_whole) == (files, 0, True), result
    assert tree(Path(new.to, sample_folder.name)) == source
    assert (Path(new.to, sample_folder.name, "disk.img")).stat().st_blocks == 0
    assert Path(new.to, sample_folder.name, "plain.txt").samefile(Path(new.to, sample_folder.name, "twin.txt"))

    shutil.rmtree(sample_folder)
    in_place = await restore(profile, access, Order())
    assert (in_place.restored, in_place.skipped, in_place.is_whole) == (files, 0, True), in_place
    assert tree(sample_folder) == source
    again = await restore(profile, access, Order(overwrite="always"))
    assert (again.restored, again.skipped, again.is_whole) == (0, files, True), again
    assert tree(sample_folder) == source
    assert [path.name for path in tmp_path.iterdir() if "restore" in path.name] == []
    assert tree(office.path(placing.ROOT)) == stored
    await try_each_word(profile, access, sample_folder)


async def try_each_word(profile: Profile, access: Access, source: Path) -> None:
    """Into a source that has changed, with each of the four words: exactly what the word says."""
    before = 1_600_000_000
    words: tuple[tuple[Overwrite, set[str]], ...] = (
        ("never", {"gone"}),
        ("if-newer", {"gone", "older"}),
        ("if-changed", {"gone", "older", "newer", "longer"}),
        ("always", {"gone", "older", "newer", "longer", "alike"}),
    )
    for overwrite, written in words:
        names = {
            "gone": "plain.txt",
            "older": "-rf",
            "newer": "tab\there.txt",
            "longer": "two words.txt",
            "alike": "a|b|c.txt",
        }
        saved = {name: (source / name).read_bytes() for name in names.values()}
        for what, name in names.items():
            path = source / name
            status = path.stat()
            content = saved[name].upper() if what == "alike" else b"changed " + what.encode()
            path.unlink()
            if what != "gone":
                path.write_bytes(content)
                shift = {"older": before, "newer": 2_000_000_000}.get(what)
                os.utime(path, ns=(status.st_atime_ns, shift * 10**9 if shift else status.st_mtime_ns))
        (source / "mine alone").write_text("mine")
        order = Order(overwrite=overwrite)
        planned = await practise(profile, access, order)
        result = await restore(profile, access, order)
        got = {
            what
            for what, name in names.items()
            if (source / name).exists() and (source / name).read_bytes() == saved[name]
        }
        assert got == written, (profile.scheme.kind, overwrite)
        assert result.restored == planned.restored == len(written), (overwrite, result, planned)
        assert result.skipped == planned.skipped, (overwrite, result, planned)
        assert (source / "mine alone").read_text() == "mine"
        for name, content in saved.items():
            (source / name).write_bytes(content)
            os.utime(source / name, ns=(0, 1_700_000_000_123_456_789))


async def test_hard_links_are_kept_where_some_of_the_names_are_here_already(office: Office, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    groups = {"here": ("h1", "deep/h2"), "gone": ("g1", "deep/g2", "g3 // => x"), "changed": ("c1", "deep/c2")}
    for group, (first, *others) in groups.items():
        (source / first).write_text(f"the file that is {group}")
        for name in others:
            (source / name.replace("//", "")).hardlink_to(source / first)
    (source / "alone").write_text("the file that is here")
    for path in source.rglob("*"):
        os.utime(path, ns=(0, 1_700_000_000_000_000_000))
    profile = placing.profile_for(office, "rrsync", source, **READING)
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    before = tree(source)
    one_file = {group: (source / first).stat().st_nlink for group, (first, *_) in groups.items()}
    for name in ("deep/h2", "g1", "deep/g2", "g3  => x", "c1"):
        (source / name).unlink()
    (source / "c1").write_text("mine")

    await restore(profile, access, Order(overwrite="never"))
    assert (source / "deep/h2").samefile(source / "h1")
    assert (source / "deep/g2").samefile(source / "g1")
    assert (source / "c1").read_text() == "mine"
    assert not (source / "deep/c2").samefile(source / "c1")
    await restore(profile, access, Order(overwrite="always"))
    now = tree(source)
    assert {path: (one.content, one.modified_ns) for path, one in now.items() if one.kind == "-"} == {
        path: (one.content, one.modified_ns) for path, one in before.items() if one.kind == "-"
    }
    assert {group: (source / first).stat().st_nlink for group, (first, *_) in groups.items()} == one_file
    assert (source / "alone").stat().st_nlink == 1

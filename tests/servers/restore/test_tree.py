"""The tree of a real backup: folder by folder, and all names at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.data.samples import NAMES
from tests.support.servers import placing
from wizard.restore.tree import Tree
from wizard.running import report

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office


@pytest.mark.parametrize("kind", ["rrsync", "daemon"])
async def test_a_backup_is_listed_as_one_opens_it(
    kind: str, office: Office, sample_folder: Path, secret_service: SecretService
) -> None:
    odd = sample_folder / "odd \\#012\n[x]\x7f\t"
    odd.mkdir()
    (odd / "inside").write_text("x" * 1000)
    (odd / "\\#010").write_text("x" * 10)
    profile = placing.profile_for(office, kind, sample_folder, scheme={"write_only": False})
    access = placing.settle(office, profile)
    await report.backup(profile, access)
    tree = Tree(profile, access)

    top = await tree.inside("")
    assert [(one.path, one.is_folder) for one in top] == [(sample_folder.name, True)]
    level = list(await tree.inside(sample_folder.name))
    assert {one.name for one in level} == {path.name for path in sample_folder.iterdir()}
    folders = [one.is_folder for one in level]
    assert folders == sorted(folders, reverse=True)
    assert folders.count(True) == 4
    by_name = {one.name: one for one in level}
    assert by_name["link"].is_link
    plain = sample_folder / "plain.txt"
    assert by_name["plain.txt"].size == plain.stat().st_size
    assert by_name["plain.txt"].modified
    assert by_name["plain.txt"].modified.timestamp() == int(plain.stat().st_mtime)
    inside = await tree.inside(f"{sample_folder.name}/{odd.name}")
    assert {(one.name, one.size) for one in inside} == {("inside", 1000), ("\\#010", 10)}
    assert list(await tree.inside("no such folder")) == []

    counts = [count async for count in tree.read_all()]
    assert counts[-1] == tree.count
    assert tree.is_complete
    assert tree.sums(f"{sample_folder.name}/{odd.name}") == (2, 1010)
    assert tree.sums("").files == tree.sums(sample_folder.name).files == len(NAMES) + 4
    for text, paths in {
        "INSIDE": {f"{sample_folder.name}/{odd.name}/inside"},
        "deep/file": {f"{sample_folder.name}/sub folder/deep/file.txt"},
        "nowhere": set(),
        "./": set(),
    }.items():
        search = tree.search(text)
        while not search.advance(0.01):
            pass
        assert {tree.item(number).path for number in search.matches} == paths

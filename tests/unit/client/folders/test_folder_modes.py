"""The modes of folders, from what a backup's mark says: given to the folders of a tree and to nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.client.folders import folder_modes

if TYPE_CHECKING:
    from pathlib import Path


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o7777 for path in folder.rglob("*") if path.is_dir()}


def test_a_folder_has_its_own_mode_or_that_of_the_folder_around_it(tmp_path: Path) -> None:
    for name in ("Documents/shared/inner", "Documents/two words/line\nfeed", "Pictures"):
        (tmp_path / name).mkdir(mode=0o700, parents=True)
    folder_modes.restore(b"755 Documents\n775 Documents/shared\n500 Documents/two words/line\\#012feed\n", tmp_path)
    usual = (tmp_path / "Pictures").stat().st_mode & 0o7777
    assert modes(tmp_path) == {
        "Documents": 0o755,
        "Documents/shared": 0o775,
        "Documents/shared/inner": 0o775,
        "Documents/two words": 0o755,
        "Documents/two words/line\nfeed": 0o500,
        "Pictures": usual,
    }


def test_nothing_but_the_folders_of_the_tree_is_changed(tmp_path: Path) -> None:
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    for folder in (tree / "inside", outside / "deeper"):
        folder.mkdir(parents=True)
        folder.chmod(0o711)
    outside.chmod(0o711)
    (tree / "file").touch(mode=0o600)
    (tree / "link").symlink_to(outside)
    (tree / "inside" / "link").symlink_to("../../outside")
    told = b"777 ..\n777 ../outside\n777 link\n777 link/deeper\n777 inside/link\n777 inside/../../outside\n777 file\n"
    folder_modes.restore(told + b"777 " + bytes(outside) + b"\n7777 inside\n4777 inside\n888 inside\n", tree)
    assert modes(outside) == {"deeper": 0o711}
    assert outside.stat().st_mode & 0o7777 == 0o711
    assert (tree / "inside").stat().st_mode & 0o7777 == 0o711
    assert (tree / "file").stat().st_mode & 0o7777 == 0o600


def test_a_folder_stays_open_to_its_owner(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir()
    folder_modes.restore(b"000 shut\n", tmp_path)
    assert modes(tmp_path) == {"shut": 0o500}

"""The rsyncs and rrsyncs that other systems have, for servers under test.

`python -m tests.support.servers.old_rsync` gets them: apt fetches them, checks their signatures, and keeps its lists
and packages in a folder of their own, so that the machine's packages stay as they are. Each comes with all the
libraries it was built for, and runs with those. Where the packages come from is not said here: this machine's own apt
knows one of the two distributions, and debootstrap both.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.support.servers.office import Office

FETCHED = Path(__file__).parents[3] / ".make" / "old-rsync"
MACHINE = "3.5.0"  # what a Debian 12 with all updates has

# Each with what it is the current version of: with its security updates, which an office's server has.
SUITES = {
    "3.1.3": ("ubuntu", "focal", ("focal", "focal-updates")),
    "3.2.3": ("debian", "bullseye", ("bullseye", "bullseye-security")),
    "3.2.7": ("debian", "bookworm", ("bookworm",)),
    "3.4.1": ("ubuntu", "resolute", ("resolute", "resolute-updates")),
}
THERE = "/usr/local/lib/old-rsync"  # where a server under test sees it

_PROGRAM = "/usr/local/lib/run-old-rsync"
_DEBOOTSTRAP = Path("/usr/share/debootstrap/scripts")
_UBUNTU_KEY = Path(__file__).parents[1] / "ubuntu-archive.asc"
_RUN = """\
#!/bin/sh
unset LD_PRELOAD # what is for this machine's C library
exec {there}/{loader} --library-path {libraries} {there}/{program} "$@"
"""


def require(version: str) -> Path:
    """The folder with that version's `rsync` and `rrsync`, to be seen at `THERE`."""
    folder = FETCHED / version
    if not (folder / "rsync").exists():
        pytest.fail(f"rsync {version} is missing: `make .make/old-rsync/fetched` fetches it.", pytrace=False)
    return folder


def put(office: Office, version: str) -> None:
    """Have that version, with its rrsync, in the place of the server's own."""
    office.run("mkdir", "-p", THERE)
    office.run("mount", "--bind", str(require(version)), THERE)
    office.put(_PROGRAM, "")
    _put(office.path(_PROGRAM), Path(THERE))
    for program, place in ((_PROGRAM, "rsync"), (f"{THERE}/rrsync", "rrsync")):
        office.run("mount", "--bind", program, f"/usr/bin/{place}")


def put_client(version: str, program: Path) -> Path:
    """Have a program run that version on this computer."""
    _put(program, require(version))
    return program


def fetch() -> None:
    """Get all that are not there yet."""
    for version in SUITES:
        if not (FETCHED / version / "rsync").exists():
            print(f"Fetching rsync {version}")
            _fetch(version)


def _fetch(version: str) -> None:
    distribution, suite, pockets = SUITES[version]
    place = FETCHED / f"{version}.new"
    shutil.rmtree(place, ignore_errors=True)
    (place / "files").mkdir(parents=True)
    # A list of sources can't name a key in a folder with a space in its name.
    with tempfile.TemporaryDirectory(prefix="old-rsync-") as folder:
        for package in _packages(Path(folder), distribution, pockets):
            subprocess.run([programs.require("dpkg-deb"), "-x", package, place / "files"], check=True)
    _keep_what_runs(place)
    found = subprocess.run([place / "try", "--version"], capture_output=True, text=True)
    assert f"version {version} " in found.stdout, f"{suite}: {found.stdout}{found.stderr}"
    (place / "try").unlink()
    place.rename(FETCHED / version)


def _packages(folder: Path, distribution: str, pockets: Sequence[str]) -> Iterator[Path]:
    """The packages of rsync and of all that it needs, fetched into that folder."""
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    (folder / "status").touch()
    key = Path(shutil.copy(_UBUNTU_KEY, folder))
    sources = folder / "sources.list"
    sources.write_text("".join(_source(distribution, pocket, key) for pocket in pockets))
    settings = (f"-o={name}={value}" for name, value in _settings(folder, sources).items())
    apt = [programs.require("apt-get"), "--quiet=2", *settings]
    subprocess.run([*apt, "update"], check=True)
    # Nothing counts as installed, so all that it needs comes with it, the C library included.
    subprocess.run([*apt, "install", "--download-only", "--no-install-recommends", "--yes", "rsync"], check=True)
    return (folder / "cache/archives").glob("*.deb")


def _settings(apt: Path, sources: Path) -> dict[str, str]:
    return {
        "Dir::Etc::SourceList": str(sources),
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": str(apt / "lists"),
        "Dir::State::Status": str(apt / "status"),
        "Dir::Cache": str(apt / "cache"),
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
        "APT::Get::List-Cleanup": "false",
        "Debug::NoLocking": "true",
    }


def _source(distribution: str, pocket: str, key: Path) -> str:
    mirror = _mirror(distribution)
    if pocket.endswith("-security") and distribution == "debian":
        mirror = f"{mirror.removesuffix('/')}-security"
    option = f"[signed-by={key}] " if distribution == "ubuntu" else ""
    return f"deb {option}{mirror} {pocket} main\n"


def _mirror(distribution: str) -> str:
    """Where this machine gets the packages of a distribution from, or where debootstrap would."""
    listed = subprocess.run(
        [programs.require("apt-get"), "indextargets", "--format", "$(REPO_URI)"], capture_output=True, text=True
    )
    for mirror in listed.stdout.split():
        if mirror.rstrip("/").endswith(f"/{distribution}"):
            return mirror
    if distribution == "ubuntu":
        # Its script for the suite begins with naming the mirror.
        asking = f'default_mirror() {{ echo "$1"; exit; }}; . {_DEBOOTSTRAP}/$SUITE'
        environment = {"SUITE": "focal", "ARCH": _said_by("dpkg", "--print-architecture")}
        return subprocess.run(["sh", "-c", asking], env=environment, capture_output=True, text=True).stdout.strip()
    program = Path(programs.require("debootstrap")).read_text()
    return str(re.findall(r'DEF_MIRROR="(\S+)"', program)[0])


def _said_by(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def _keep_what_runs(place: Path) -> None:
    files = place / "files"
    loaders = [*files.rglob("ld-linux*.so*"), *files.rglob("ld-[0-9]*.so")]
    loader = next(path for path in loaders if path.is_file() and not path.is_symlink())
    (place / "lib").mkdir()
    for library in files.rglob("*.so.*"):
        if library.is_file() and "/gconv/" not in str(library):
            shutil.copy(library, place / "lib" / library.name)
    shutil.copy(loader, place / "lib/loader")
    shutil.copy(files / "usr/bin/rsync", place / "program")
    rrsync = next(path for path in sorted(files.rglob("rrsync*")) if path.name in {"rrsync", "rrsync.gz"})
    text = _unpacked(rrsync)
    (place / "rrsync").write_text(text)
    (place / "rrsync").chmod(0o755)
    for name, there in (("rsync", Path(THERE)), ("try", place)):
        _put(place / name, there)
    shutil.rmtree(files)


def _put(program: Path, there: Path) -> None:
    words = {"there": there, "loader": "lib/loader", "libraries": f"{there}/lib", "program": "program"}
    program.write_text(_RUN.format(**{word: shlex.quote(str(value)) for word, value in words.items()}))
    program.chmod(0o755)


def _unpacked(file: Path) -> str:
    command = ["zcat" if file.suffix == ".gz" else "cat", file]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    fetch()

"""The systems to try the whole way on, built once by debootstrap and kept in .make/systems.

`python -m tests.systems.building` builds those that are not there yet. Nothing here names a mirror: a distribution
comes from where this computer gets its own packages if it is the same, and else from where debootstrap gets it.
"""

from __future__ import annotations

import base64
import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

SYSTEMS = {
    "debian-11": "bullseye",
    "debian-12": "bookworm",
    "debian-13": "trixie",
    "ubuntu-16.04": "xenial",
    "ubuntu-18.04": "bionic",
    "ubuntu-20.04": "focal",
    "ubuntu-22.04": "jammy",
    "ubuntu-24.04": "noble",
    "ubuntu-26.04": "resolute",
}
_KEPT = Path(__file__).parents[2] / ".make/systems"
_SCRIPTS = Path("/usr/share/debootstrap/scripts")
_PACKAGES = "rsync,openssh-server,python3"
# What it mounts and starts goes with it, if it is killed too.
_ALONE = ("nice", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
# Those of 2012 and 2018: 790BC7277767219C42C86F933B4FE6ACC0B21F32 and F6ECB3762474EDA9D21B7022871920D1991BC93C.
_UBUNTU_KEYS = Path(__file__).parents[1] / "support/ubuntu-archive.asc"


def folder(system: str) -> Path:
    """Where a system is kept."""
    return _KEPT / system


def main() -> None:
    """Build what is missing."""
    if os.getuid() != 0:
        sys.exit("Only root can build other systems and start their servers.")
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for system, suite in SYSTEMS.items():
            if not folder(system).exists():
                print(f"Building {system}: this takes a few minutes, once.", flush=True)
                _build(suite, folder(system))


def _build(suite: str, place: Path) -> None:
    """Have it built beside its place, and put there when it is whole."""
    distribution = "Ubuntu" if place.name.startswith("ubuntu") else "Debian"
    options = ["--variant=minbase", f"--include={_PACKAGES}", "--force-check-gpg"]
    if distribution == "Ubuntu":
        options += ["--components=main,universe", f"--keyring={_ubuntu_keys()}"]
    script = _SCRIPTS / suite
    if not script.exists():  # it is newer than this debootstrap
        script = _SCRIPTS / {"Ubuntu": "gutsy", "Debian": "sid"}[distribution]
    part = place.with_name(f"{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    argv: list[str | Path] = [*_ALONE, "debootstrap", *options, suite, part, _own_mirror(distribution), script]
    built = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode != 0:
        sys.exit(f"{place.name} can't be built:\n{built.stdout[-2000:]}")
    shutil.rmtree(part / "var/cache/apt/archives")
    part.rename(place)


def _ubuntu_keys() -> Path:
    """The keys that Ubuntu's packages are signed with, without their armour."""
    kept = _KEPT / "ubuntu-keys.gpg"
    _, _, armoured = _UBUNTU_KEYS.read_text().partition("\n\n")
    kept.write_bytes(base64.b64decode(armoured.partition("\n=")[0]))
    return kept


def _own_mirror(distribution: str) -> str:
    """Where this computer gets that distribution from, or nothing."""
    argv = ["apt-get", "indextargets", "--format", "$(LABEL) $(COMPONENT) $(REPO_URI)"]
    for line in subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
        label, component, uri = line.rsplit(" ", 2)
        if (label, component) == (distribution, "main"):
            return uri
    return ""


if __name__ == "__main__":
    main()

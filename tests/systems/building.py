"""The systems to try the whole way on, built once by debootstrap and kept in .make/systems.

`python -m tests.systems.building` builds those that are not there yet. Nothing here names a mirror: a distribution
comes from where this computer gets its own packages if it is the same, and else from where debootstrap gets it.
"""

from __future__ import annotations

import fcntl
import hashlib
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
}
_KEPT = Path(__file__).parents[2] / ".make/systems"
_SCRIPTS = Path("/usr/share/debootstrap/scripts")
_PACKAGES = "rsync,openssh-server,python3"
# What it mounts and starts goes with it, if it is killed too.
_ALONE = ("nice", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
# Where no package has brought Ubuntu's keys, they come from Ubuntu's own package, and are known by this hash: those of
# 2012 and 2018, 790BC7277767219C42C86F933B4FE6ACC0B21F32 and F6ECB3762474EDA9D21B7022871920D1991BC93C.
_UBUNTU_KEYS = Path("/usr/share/keyrings/ubuntu-archive-keyring.gpg")
_UBUNTU_KEYS_SHA256 = "80a36b0a6de2f69f49d2df75ef473ccde121e9e190b9ea01d20a4f63778d5c31"


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
    options = [f"--include={_PACKAGES}", "--force-check-gpg"]
    if place.name.startswith("ubuntu"):
        options += ["--components=main,universe", f"--keyring={_ubuntu_keys()}"]
    part = _debootstrap(suite, place, *options)
    shutil.rmtree(part / "var/cache/apt/archives")
    part.rename(place)


def _ubuntu_keys() -> Path:
    """The keys, known by their hash where they have not been installed here."""
    kept = _KEPT / "ubuntu-keys.gpg"
    if _UBUNTU_KEYS.exists():
        return _UBUNTU_KEYS
    if not kept.exists():
        part = _debootstrap(SYSTEMS["ubuntu-24.04"], kept, "--download-only", "--no-check-gpg")
        (package,) = part.glob("var/cache/apt/archives/ubuntu-keyring_*.deb")
        unpacked = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE, check=True).stdout
        keys = subprocess.run(
            ["tar", "-xO", f".{_UBUNTU_KEYS}"], input=unpacked, stdout=subprocess.PIPE, check=True
        ).stdout
        shutil.rmtree(part)
        if hashlib.sha256(keys).hexdigest() != _UBUNTU_KEYS_SHA256:
            sys.exit(
                "The keys that were found for Ubuntu are not those that are known here. Nothing was built with them."
            )
        kept.write_bytes(keys)
    return kept


def _debootstrap(suite: str, place: Path, *options: str) -> Path:
    """Have it built beside its place."""
    part = place.with_name(f"{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    distribution = "Ubuntu" if place.name.startswith("ubuntu") else "Debian"
    script = _SCRIPTS / suite
    if not script.exists():  # it is newer than this debootstrap
        script = _SCRIPTS / {"Ubuntu": "gutsy", "Debian": "sid"}[distribution]
    argv: list[str | Path] = [
        *_ALONE,
        "debootstrap",
        "--variant=minbase",
        *options,
        suite,
        part,
        _own_mirror(distribution),
        script,
    ]
    built = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode != 0:
        sys.exit(f"{place.name} can't be built:\n{built.stdout[-2000:]}")
    return part


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

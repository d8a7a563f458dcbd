"""The profiles kept on this computer: read, checked, written in one step, listed and forgotten."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from wizard import profile, rules
from wizard.failure import BadProfile, Failure, Kind
from wizard.profile import Profile
from wizard.storage import files, paths, strict_toml
from wizard.storage.strict_toml import Form
from wizard.text.language import _

if TYPE_CHECKING:
    from pathlib import Path

_FORM = Form(
    type=Profile,
    check=profile.check,
    is_ours=lambda topmost: "format" in topmost or "name" in topmost,
    missing=Kind.NO_SUCH_FILE,
    foreign=Kind.FOREIGN_PROFILE,
    most_bytes=1 << 20,
)


def read(path: Path) -> Profile:
    """Read a profile file that may still lack decisions.

    Raises:
        Failure: it can't be read (`NO_SUCH_FILE`, `FOREIGN_PROFILE`).
        BadProfile: it is not a profile; the key and the line are named.
    """
    return strict_toml.read(path, _FORM)


def load(name: str) -> Profile:
    """Read the profile of that name from its usual place.

    Raises:
        Failure: `NO_SUCH_PROFILE`, or as for `read`; also if the file's name is not the profile's.
    """
    _refuse_strange(name)
    path = paths.profile(name)
    try:
        path.lstat()
    except FileNotFoundError:
        raise Failure(Kind.NO_SUCH_PROFILE, name) from None
    except OSError as error:
        raise files.failure(path, error) from None
    if path.exists() and not path.is_file():
        raise Failure(Kind.FOREIGN_PROFILE, str(path))  # a pipe would never end
    found = read(path)
    if found.name != name:
        message = _("The file is called {name}.toml, so the name in it must be {name}.").format(name=name)
        raise BadProfile(message, key="name", file=str(paths.profile(name)))
    return found


def save(decided: Profile) -> None:
    """Write the profile to its usual place in one step, for its owner alone.

    Raises:
        BadProfile: a value can't be taken.
        Failure: the folder can't be written to; what was there is untouched.
    """
    profile.check(decided)
    require_distinct(decided.name)
    files.private_folder(paths.profiles())
    files.replace(paths.profile(decided.name), dumps(decided).encode())


def require_distinct(name: str) -> None:
    """See that a new backup's name differs from all others in more than capital letters.

    Raises:
        BadProfile: it does not.
    """
    if complaint := taken(name):
        raise BadProfile(complaint, key="name")


def taken(name: str) -> str | None:
    """Why no new backup can have that name, if another's differs in capital letters alone; its own is no reason.

    ssh keeps the server's key by the backup's name, and some file systems its folder, and both ignore capitals.
    """
    begun = names()
    other = next((one for one in begun if one.lower() == name.lower()), None)
    if other is None or name in begun:
        return None
    return _(
        "There is already a backup “{name}”. Names can't differ only in capital letters. Choose another one."
    ).format(name=other)


def dumps(decided: Profile) -> str:
    """The profile as TOML; what is not decided yet is left out."""
    return strict_toml.dumps(decided)


def exists(name: str) -> bool:
    """Whether there is a profile of that name.

    Raises:
        Failure: `SETTINGS_ANOTHERS`, as for `names`.
    """
    if rules.name(name) is not None:
        return False
    try:
        return paths.profile(name).exists()
    except PermissionError as error:
        raise files.failure(paths.profile(name), error) from None


def names() -> list[str]:
    """The names of all profiles, in order; files that could not be one are passed over.

    Raises:
        Failure: the folder can't be looked into (`SETTINGS_ANOTHERS` after a run with sudo).
    """
    try:
        found = list(paths.profiles().iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise files.failure(paths.profiles(), error) from None
    return sorted(path.stem for path in found if path.suffix == ".toml" and rules.name(path.stem) is None)


def remove(name: str) -> None:
    """Remove the profile and what its walk has left behind.

    Raises:
        Failure: `NO_SUCH_PROFILE`, or the folder can't be written to.
    """
    _refuse_strange(name)
    if not exists(name):
        raise Failure(Kind.NO_SUCH_PROFILE, name)
    state = paths.walk_state(name)
    # The profile goes after all that it is needed to find again, and its lock after that.
    with contextlib.suppress(OSError):
        for left in state.iterdir() if not state.is_symlink() else ():
            if left != paths.lock(name):
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    files.remove(paths.profile(name))
    shutil.rmtree(state, ignore_errors=True)


def _refuse_strange(name: str) -> None:
    if complaint := rules.name(name):
        raise BadProfile(complaint, key="name")

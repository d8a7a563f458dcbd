"""The part of an rsyncd.conf that lets one backup in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.fit import Fit, lacks
from wizard.schemes.setup import Module, Setting

if TYPE_CHECKING:
    from wizard.profile import Profile

_CAN = {  # by write_only and allow_delete
    (True, False): "can add to that one folder and spoil files in it, but read or delete none.",
    (True, True): "can spoil and delete files in that one folder, but read none.",
    (False, False): "can read and spoil the files in that one folder, but delete none.",
    (False, True): "can read, spoil and delete the files in that one folder.",
}

# With --force, a file put in a folder's place would delete all that is in the folder.
_NO_DELETES = Setting("refuse options", "delete force", "nothing can be deleted")


def name(profile: Profile) -> str:
    """The module's name; the account's, where none was chosen."""
    return profile.scheme.module or profile.server.user


def module(profile: Profile, *own: Setting) -> Module:
    """A module on the root folder: what every daemon needs, what the profile restricts, and the scheme's own."""
    scheme = profile.scheme
    settings = (
        Setting("path", profile.server.root, "the one folder that this module opens"),
        Setting("read only", "false", "backups have to be written"),
        *([Setting("write only", "true", "nothing can be read back")] if scheme.write_only else []),
        *([] if scheme.allow_delete else [_NO_DELETES]),
        Setting("list", "false", "the module is not shown to those who ask for a list"),
        *own,
    )
    return Module(name(profile), settings)


def thief(profile: Profile, who: str) -> str:
    """What somebody who gets in can do, given what the module's settings leave open."""
    return f"{who} {_CAN[profile.scheme.write_only, profile.scheme.allow_delete]}"


def unfit(profile: Profile) -> Fit | None:
    """Why a module can't be made for this profile, if it can't."""
    if "%" in profile.server.root:
        return Fit.no("rsync's daemon can't have a folder with % in its name.")
    if name(profile).lower() == "global":
        return Fit.no("rsync's daemon takes the name “global” for something else: choose another (More choices).")
    return lacks(profile, "append_only")

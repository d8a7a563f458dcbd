"""The part of an rsyncd.conf that lets one backup in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes.fit import Fit, lacks
from wizard.schemes.if_stolen import Ability
from wizard.schemes.parts import layout, request_filter
from wizard.schemes.setup import Module, Setting
from wizard.text.language import _

if TYPE_CHECKING:
    from wizard.profile import Profile

# With --force, a file put in a folder's place would delete all that is in the folder.
_DELETING = ("delete", "force")
# The sums of small blocks give a file away byte by byte; the others compare with files whose names are not known, or
# that could not be overwritten.
_COMPARING = ("block-size", "compare-dest", "copy-dest", "link-dest", "fuzzy")
# With the one, a client may name files to be read as rules, and what is no rule is printed. With the other, it may name
# a list of what it is to send: the server hands over whatever file that is.
_PRINTING = ("prune-empty-dirs", "files-from")


FOR_READING = "+restore"
"""What a module is called by, after the backup's name, that reads one backup: no name that can be chosen ends so."""

OF_VERSIONS = "+versions"
"""The same for the module that reads its older versions."""

READING = (
    Setting("read only", "true", "nothing can be written or deleted"),
    Setting("munge symlinks", "true", "links are sent as they were before the backup"),
    Setting("refuse options", "copy-links copy-unsafe-links copy-dirlinks", "rsync can't be asked to follow links"),
    Setting("list", "false", "the module doesn't appear in lists"),
)
"""What a module has that reads a backup."""

# A module can't ask for whole files.
LEFT_OPEN = (Ability.READ_WITH_TOOLS,)


def name(profile: Profile) -> str:
    """The module's name, where none was chosen the usual one."""
    return profile.scheme.module or usual_name(profile)


def usual_name(profile: Profile) -> str:
    """The account's name, without its domain."""
    return profile.server.user.rpartition("\\")[2]


def module(profile: Profile, folder: str, *own: Setting) -> Module:
    """A module on that folder: what every daemon needs, what the profile restricts, and the scheme's own."""
    scheme = profile.scheme
    settings = (
        Setting("path", folder, "the only folder this module opens"),
        Setting("read only", "false", "backups have to be written"),
        *([Setting("write only", "true", "rsync can't read files back")] if scheme.write_only else []),
        *_refused_options(profile),
        Setting("incoming chmod", request_filter.FOLDER_MODES, "folders stay open to their owner and closed to others"),
        Setting("munge symlinks", "true", "links are saved in an inactive form"),
        Setting("list", "false", "the module doesn't appear in lists"),
        *own,
    )
    return Module(name(profile), settings)


def reading_module(profile: Profile, *own: Setting) -> Module:
    """A module that reads this one backup, whatever else is in the folder of the backup's own module."""
    path = Setting("path", layout.locked_folder(profile), "the only folder this module opens")
    return Module(f"{profile.name}{FOR_READING}", (path, *READING, *own))


def versions_module(profile: Profile, *own: Setting) -> Module:
    """A module that reads the older versions of this one backup, each of which is a folder in it."""
    path = Setting("path", layout.versions_folder(profile), "where the server keeps older versions of the backup")
    return Module(f"{profile.name}{OF_VERSIONS}", (path, *READING, *own))


def place_in(profile: Profile, version: str | None) -> str:
    """Where the backup is, from the module on: such as `amanda/amamac/`, or all of a module for reading."""
    module = name(profile)
    if version is not None:
        return f"{profile.name}{OF_VERSIONS}/{version}/"
    return f"{module}/" if module.endswith(FOR_READING) else f"{module}/{profile.name}/"


def unfit(profile: Profile) -> Fit | None:
    """Why a module can't be made for this profile, if it can't."""
    if "%" in profile.server.root:
        return Fit.no(_("The rsync daemon can't use a folder with % in its name."))
    if name(profile).lower() == "global":
        return Fit.no(_("The rsync daemon reserves the name “global”. Choose another one (More choices)."))
    return lacks(profile, "append_only", "elsewhere")


def _refused_options(profile: Profile) -> list[Setting]:
    scheme = profile.scheme
    refused = (*([] if scheme.allow_delete else _DELETING), *((*_COMPARING, *_PRINTING) if scheme.write_only else []))
    effects = [
        *([] if scheme.allow_delete else ["nothing can be deleted"]),
        *(["rsync reveals nothing by comparing files"] if scheme.write_only else []),
    ]
    return [Setting("refuse options", " ".join(refused), ", ".join(effects))] if refused else []

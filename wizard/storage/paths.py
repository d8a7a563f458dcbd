"""Where backup-wizard keeps its files on this computer."""

import os
from pathlib import Path

from wizard.failure import Failure, Kind

_APP = "backup-wizard"


def ignore_unusable_variables() -> None:
    """Drop HOME and XDG variables that are empty or relative, which count as unset (XDG Base Directory Specification).

    Raises:
        Failure: `NO_HOME` if nothing else tells the home folder either.
    """
    for name in [*(one for one in os.environ if one.startswith("XDG_") and one.endswith("_HOME")), "HOME"]:
        if not os.environ.get(name, "/").startswith("/"):
            del os.environ[name]
    try:
        Path.home()
    except RuntimeError as error:
        raise Failure(Kind.NO_HOME, "", str(error)) from None


def assets() -> Path:
    """The folder of styles, templates and translations: in the package, or beside it in a checkout."""
    from importlib import resources

    package = Path(str(resources.files("wizard")))
    return next(folder for folder in (package / "assets", package.parent / "assets") if folder.is_dir())


def config() -> Path:
    """The folder of profiles and known hosts."""
    return _base("XDG_CONFIG_HOME", "user_config_path")


def state() -> Path:
    """The folder of transcripts and of the step each walk has reached."""
    return _base("XDG_STATE_HOME", "user_state_path")


def profiles() -> Path:
    """The folder that holds NAME.toml for each backup."""
    return config() / "profiles"


def profile(name: str) -> Path:
    """The profile file of one backup."""
    return profiles() / f"{name}.toml"


def known_hosts() -> Path:
    """Our own known_hosts, in which each backup has an entry under its own name."""
    return config() / "known_hosts"


def agent_keys() -> Path:
    """The folder of public keys whose private half stays in the person's ssh agent."""
    return config() / "agent-keys"


def walk_state(name: str) -> Path:
    """The folder of what one walk leaves behind: the step reached, transcripts."""
    return state() / name


def lock(name: str) -> Path:
    """What a program holds while it works on one backup."""
    return walk_state(name) / "lock"


def links(name: str) -> Path:
    """The folder in which a backup's folders have the names that they have in the backup, where those are others."""
    return walk_state(name) / "links"


def shown(path: Path) -> str:
    """A path as people write it, with ~ for the home folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else str(path)


def _base(variable: str, platform_folder: str) -> Path:
    # XDG variables are honoured on every platform, so that demo and tests can be shut in a folder of their own.
    if chosen := os.environ.get(variable):
        return Path(chosen) / _APP
    import platformdirs

    return Path(getattr(platformdirs, platform_folder)(_APP, appauthor=False))

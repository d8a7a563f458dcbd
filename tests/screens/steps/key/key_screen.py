"""The key's screen, as its tests see it, and where a passphrase might be left."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from textual.events import Paste
from textual.widgets import Button, Input

from screens.app import WizardApp
from screens.widgets.choice import Choice
from tests.support.data.profiles import a_profile
from tests.support.pilot import at, said, text, until, walk
from wizard.client.keys import passphrase_socket
from wizard.profile import Key
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


NEW = a_profile(key=Key())
FILE = "~/.ssh/backup-wizard-amamac"
CANARY = "canary in a coal mine"


async def until_ready(pilot: Pilot[int]) -> None:
    def is_ready() -> bool:
        if at(pilot) != Step.KEY or not isinstance(pilot.app.focused, Choice):
            return False
        # What has the cursor may not be laid out yet.
        return not pilot.app.screen.query_one("#forward", Button).disabled and "●" in text(pilot)

    await until(pilot, is_ready)


async def choose_own(pilot: Pilot[int]) -> None:
    await until_ready(pilot)
    await pilot.press("end", "up", "enter")
    await until(pilot, lambda: "Which key do you want to use?" in said(pilot))
    await pilot.press("enter")


async def type_in(pilot: Pilot[int], passphrase: str) -> None:
    line = pilot.app.focused
    assert isinstance(line, Input)
    line.clear()
    pilot.app.post_message(Paste(passphrase))
    await until(pilot, lambda: line.value == passphrase)
    await pilot.press("enter")


def inputs(pilot: Pilot[int]) -> list[Input]:
    return list(pilot.app.screen.query(Input))


def held(pilot: Pilot[int]) -> str:
    """The passphrase that ssh would be given."""
    assert isinstance(pilot.app, WizardApp)
    socket = pilot.app.context.session._sockets[walk(pilot).profile.key_path]
    return passphrase_socket.ask(socket).reveal()


def screenshot(pilot: Pilot[int]) -> str:
    return pilot.app.export_screenshot().replace("&#160;", " ")


def keys_made(home: Path) -> list[Path]:
    return list(home.glob(".ssh/*"))


def all_that_is_kept(pilot: Pilot[int], home: Path) -> list[str]:
    """Where the canary is found that should be nowhere."""
    assert isinstance(pilot.app, WizardApp)
    app = pilot.app
    places = {
        "drafts": repr(vars(app.context.drafts)),
        "context": repr(app.context) + repr(vars(app.context.session)),
        "walk": repr(app.walk),
        "app": repr([value for value in vars(app).values() if value is not app.workers]),  # it can't always tell itself
        "screens": "".join(repr(vars(screen)) for screen in app.screen_stack),
        "screenshot": screenshot(pilot),
        "text": text(pilot),
        **{str(path): path.read_text(errors="replace") for path in home.rglob("*") if path.is_file()},
    }
    gc.collect()
    places |= {f"input {line!r}": line.value for line in gc.get_objects() if isinstance(line, Input)}
    return [place for place, content in places.items() if CANARY in content]

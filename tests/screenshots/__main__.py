"""Takes the picture of every screen at both reference sizes, from a walk against the practice server."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from screens.admin.app import AdminApp
from tests.support.data.requests import a_request, public_key, saved
from tests.support.pilot import SIZES, at, said, text, until, wizard_at
from wizard import demo
from wizard.client import computer
from wizard.client.request import Versions
from wizard.profile import Server
from wizard.storage import paths
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.pilot import Pilot

_PIXELS_A_COLUMN = 10
_SHOWN_ONCE = {
    Step.FOLDERS: "will be backed up",
    Step.SERVER: "127.0.0.1 answers",
    Step.HAND_OVER: "yet",
    Step.SECURITY_CHECK: "Locked: the server passed all",
    Step.DRY_RUN: "Nothing was copied",
}
_GONE_ON_FROM_LATER = {Step.HAND_OVER, Step.SECURITY_CHECK}
_SETTLED_SECONDS = 0.5
# What the walk doesn't come by, as `make snapshots` has taken it.
_AS_COMPARED = ("restore-files",)
_COMPARED = Path(__file__).parents[1] / "screens/pictures/__snapshots__/test_pictures"


def main() -> None:
    """Take all pictures anew."""
    computer.sender = lambda: computer.Sender("Amanda Example", "amanda", "amamac.example.lan")  # and not this one's
    for size in SIZES:
        with demo.stage() as stage:
            asyncio.run(_walk(stage, size))
        asyncio.run(_admin(size))
        for name in _AS_COMPARED:
            _draw(
                (_COMPARED / f"test_a_screen_looks_as_it_did[{name}-{size[0]}x{size[1]}].svg").read_text(), name, size
            )


async def _walk(stage: demo.Demo, size: tuple[int, int]) -> None:
    async with wizard_at(
        stage.profile, Step.WELCOME, size=size, apply_as_admin=stage.apply_as_admin, server_facts=stage.server_facts
    ) as pilot:
        for step in Step:
            await until(pilot, lambda step=step: at(pilot) == step)  # type: ignore[misc]
            await until(pilot, lambda step=step: _SHOWN_ONCE.get(step, "") in said(pilot))  # type: ignore[misc]
            await pilot.pause(_SETTLED_SECONDS)
            _take(pilot, step)
            if step is Step.DRY_RUN:
                await pilot.press("f3", "f3", "f3", "f3")
                await until(pilot, lambda: "node_modules/" in text(pilot))
                await pilot.pause(_SETTLED_SECONDS)
                _take(pilot, "leave-out")
            await _go_on(pilot, step)


async def _admin(size: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(("amamac", "bobs-laptop", "carols-mac")):
            server = Server(host="files.example.lan", user=("amanda", "bob", "carol")[number])
            versions = Versions(rsync="3.2.7", openssh="9.2p1")
            saved(a_request(name=name, public_key=public_key(number), server=server, versions=versions), Path(folder))
        async with AdminApp([Path(folder)]).run_test(size=size) as pilot:
            await until(pilot, lambda: "Export all 3" in text(pilot))
            await pilot.press("enter")
            await until(pilot, lambda: "Access for" in text(pilot))
            await pilot.press("end", *"-backup", "tab", "tab", *"192.0.2.0/24")
            await pilot.pause(_SETTLED_SECONDS)
            _take(pilot, "admin-change")
            await pilot.press("enter")
            await until(pilot, lambda: "Export all 3" in text(pilot))
            await pilot.pause(_SETTLED_SECONDS)
            _take(pilot, "admin")
            await pilot.press("e")
            await until(pilot, lambda: "Setup for your server" in text(pilot))
            await pilot.press("right")
            await pilot.pause(_SETTLED_SECONDS)
            _take(pilot, "admin-export")


async def _go_on(pilot: Pilot[int], step: Step) -> None:
    if step is Step.FINISH:
        return
    if step is Step.KEY:
        # Without a keyring on this machine the key is one that is asked for; the demo's may go unprotected.
        await pilot.press(*_KEYS_FOR_A_PASSPHRASE)
        return
    if step is Step.HAND_OVER:
        await pilot.press("a")
    if step in _GONE_ON_FROM_LATER:
        await until(pilot, lambda: pilot.app.screen.query_one("#forward").has_focus)
    await pilot.press("enter")


_KEYS_FOR_A_PASSPHRASE = ("enter", *"practice only", "tab", *"practice only", "enter")


def _take(pilot: Pilot[int], step: str) -> None:
    _draw(pilot.app.export_screenshot(title="backup-wizard"), step, pilot.app.size)


def _draw(svg: str, name: str, size: tuple[int, int]) -> None:
    picture = paths.assets() / "pictures" / f"{name}-{size[0]}x{size[1]}.png"
    with tempfile.NamedTemporaryFile("w", suffix=".svg") as drawn:
        # rsvg-convert would drop the blanks that text begins with, and so shift it.
        drawn.write(svg.replace("<text ", '<text xml:space="preserve" '))
        drawn.flush()
        width = str(size[0] * _PIXELS_A_COLUMN)
        subprocess.run(["rsvg-convert", "-w", width, "-o", picture, drawn.name], check=True)
    print(Path("assets") / "pictures" / picture.name)


if __name__ == "__main__":
    main()

"""Shows every screen in a language that is 35 % longer than English, and prints what is cut off or still English there.

A program of its own: many texts are made when their module is imported, so the language comes first.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.data.pseudo_language import PseudoLanguage
from wizard.text import language

language.use(PseudoLanguage())

_SIZE = (80, 24)
_FOLDERS = {"XDG_CONFIG_HOME": ".config", "XDG_STATE_HOME": ".local/state", "XDG_RUNTIME_DIR": "run"}


def main() -> None:
    """Print the names of the screens, each with what is cut off or English on it, and the classes of all."""
    import pytest

    from tests.screens.pictures.cut_off import cut_off
    from tests.screens.pictures.shown import SCREENS, arrange
    from tests.screens.pictures.untranslated import untranslated
    from tests.support.quick import quick_textual

    quick_textual.hasten()
    found: dict[str, list[str]] = {}
    classes: set[str] = set()
    for shown in SCREENS:
        with TemporaryDirectory() as folder, ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
            home = Path(folder)
            patch.setenv("HOME", folder)
            patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
            for variable, name in _FOLDERS.items():
                patch.setenv(variable, str(home / name))
            (home / "run").mkdir(mode=0o700)
            arrange(patch, home)

            async def look(shown=shown, stack=stack, home=home) -> None:  # type: ignore[no-untyped-def]
                async with shown.app(stack, home).run_test(size=_SIZE) as pilot:
                    await shown.reach(pilot)
                    found[shown.name] = sorted({*cut_off(pilot), *untranslated(pilot)})
                    classes.add(type(pilot.app.screen).__name__)

            asyncio.run(look())
    print(json.dumps([found, sorted(classes)]))


if __name__ == "__main__":
    main()

"""The built wheel, installed where nothing of the checkout is in reach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).parents[3]
_BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", "wizard", "screens", "assets")

_SHOW_A_SCREEN = """
import asyncio, wizard, screens
from screens.app import WizardApp
from screens.context import Context
from wizard.walk import steps
from wizard.client.session import Session

async def main():
    with Session() as session:
        app = WizardApp(steps.new(), Context(session))
        async with app.run_test() as pilot:
            while not app.screen.query("#question"):
                await pilot.pause()
            print(wizard.__file__, app.screen.query_one("#rail").outer_size.width)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that holds the wheel; what the wheel needs is lent by this one."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    source.mkdir()
    for name in _BUILT_FROM:
        original = _CHECKOUT / name
        if original.is_dir():
            shutil.copytree(original, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(original, source)
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place / "dist"), str(source)])
    shutil.rmtree(source)
    (wheel,) = (place / "dist").glob("*.whl")
    environment = place / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    run([sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)])
    (site_packages,) = environment.glob("lib/python*/site-packages")
    (site_packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin"


def run(argv: list[str], cwd: Path | None = None) -> str:
    ended = subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_its_screens_find_their_style(installed: Path, tmp_path: Path) -> None:
    shown = run([str(installed / "python"), "-c", _SHOW_A_SCREEN], tmp_path)
    place, width = shown.split()
    assert place.startswith(str(installed.parent))
    assert width == "19"  # the rail's, said in the style sheet


def test_its_demo_walks_to_a_dry_run(installed: Path, tmp_path: Path) -> None:
    shown = run([str(installed / "backup-wizard"), "demo"], tmp_path)
    assert "19 new, " in shown
    assert os.listdir(tmp_path) == []


def test_it_holds_no_pictures_and_no_tests(installed: Path) -> None:
    (site_packages,) = installed.parent.glob("lib/python*/site-packages")
    names = {path.name for path in site_packages.iterdir()}
    assert {"wizard", "screens"} <= names
    assert names.isdisjoint({"tests", "assets"})
    assert {path.name for path in (site_packages / "wizard/assets").iterdir()} == {
        "wizard.tcss",
        "screens.tcss",
        "templates",
    }


def test_it_tells_type_checkers_of_its_types(installed: Path) -> None:
    (site_packages,) = installed.parent.glob("lib/python*/site-packages")
    assert all((site_packages / package / "py.typed").exists() for package in ("wizard", "screens"))

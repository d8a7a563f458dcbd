"""The rules by which launchd takes an agent's file (launchd.plist(5), plutil), and a launchctl that keeps them."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.dom import minidom

_ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}  # what launchd gives, beside the person's home
_TYPES: dict[str, type] = {
    "Label": str,
    "ProgramArguments": list,
    "StartInterval": int,
    "RunAtLoad": bool,
    "ProcessType": str,
    "LowPriorityIO": bool,
    "Nice": int,
}
_PROCESS_TYPES = {"Background", "Standard", "Adaptive", "Interactive"}
_ELEMENTS = {"plist", "dict", "key", "string", "array", "integer", "true", "false"}


def checked(path: Path) -> dict[str, Any]:
    """What is in an agent's file, once it has kept every rule."""
    found = path.lstat()
    assert stat.S_ISREG(found.st_mode), "launchd follows no link"
    assert found.st_uid == os.getuid()
    assert not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH), "launchd refuses what others can write"
    _check_markup(path)
    agent = plistlib.loads(path.read_bytes(), fmt=plistlib.FMT_XML)
    assert isinstance(agent, dict)
    for name, value in agent.items():
        assert type(value) is _TYPES[name], name
    assert re.fullmatch(r"[A-Za-z0-9._-]+", agent["Label"])
    argv = agent["ProgramArguments"]
    assert argv
    assert all(type(word) is str and "\0" not in word for word in argv)
    assert Path(argv[0]).is_absolute(), "launchd looks through no PATH of the person's"
    assert agent.get("StartInterval", 1) > 0
    assert agent.get("ProcessType", "Standard") in _PROCESS_TYPES
    assert -20 <= agent.get("Nice", 0) <= 20
    return agent


def _check_markup(path: Path) -> None:
    """It is a property list of Apple's type alone, with each key of a dictionary before its value, and none twice."""
    document = minidom.parse(str(path))
    assert document.doctype
    assert document.doctype.systemId == "http://www.apple.com/DTDs/PropertyList-1.0.dtd"
    root = document.documentElement
    assert root
    assert (root.tagName, root.getAttribute("version")) == ("plist", "1.0")
    for element in [root, *root.getElementsByTagName("*")]:
        assert element.tagName in _ELEMENTS, element.tagName
    [dictionary] = [node for node in root.childNodes if node.nodeType == node.ELEMENT_NODE]
    tags = [node for node in dictionary.childNodes if node.nodeType == node.ELEMENT_NODE]
    assert all(node.tagName == "key" for node in tags[::2])
    keys = [node.firstChild.data for node in tags[::2]]  # type: ignore[union-attr]
    assert len(keys) == len({*keys}) == len(tags) / 2


def bootstrap(path: str) -> None:
    """Load an agent as launchd would, and start it if it is to be started then."""
    agent = checked(Path(path))
    if agent.get("RunAtLoad"):
        environment = _ENVIRONMENT | {"HOME": os.environ["HOME"]}
        subprocess.run(agent["ProgramArguments"], env=environment, stdin=subprocess.DEVNULL)


def put_launchctl(folder: Path) -> None:
    """Have that as a program in a folder."""
    folder.mkdir()
    program, root = folder / "launchctl", str(Path(__file__).parents[3])
    code = f"import sys; sys.path.insert(0, {root!r}); from {__name__} import bootstrap; bootstrap(sys.argv[1])"
    started = shlex.join([sys.executable, "-c", code])
    program.write_text(f'#!/bin/sh\n[ "$1" != bootstrap ] || exec {started} "$3"\n')
    program.chmod(0o755)

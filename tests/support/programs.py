"""The programs that tests use; one that is missing fails the test and is never a reason to skip it."""

import os
import shutil

import pytest

_SEARCHED = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def require(name: str) -> str:
    """The program's full path."""
    found = shutil.which(name, path=_SEARCHED)
    if found is None:
        pytest.fail(f"The program {name} is missing: `.ci/system-packages test` installs it.", pytrace=False)
    return found

"""What is installed is known by its hash: for the product, for its tests and for what builds it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_CHECKOUT = Path(__file__).parents[3]
_ALL, _RUN = "constraints.txt", "constraints-run.txt"


def locked(file: str) -> dict[Requirement, set[str]]:
    """Each package with its hashes."""
    found = {}
    for entry in (_CHECKOUT / file).read_text().replace("\\\n", "").splitlines():
        if entry and not entry.startswith("#"):
            requirement, *hashes = entry.split("--hash=")
            found[Requirement(requirement)] = {hash.strip() for hash in hashes}
    return found


@pytest.mark.parametrize("file", [_ALL, _RUN])
def test_every_package_has_one_version_and_hashes_and_no_address(file: str) -> None:
    for requirement, hashes in locked(file).items():
        assert [one.operator for one in requirement.specifier] == ["=="]
        assert hashes
        assert all(hash.startswith("sha256:") for hash in hashes)
    text = (_CHECKOUT / file).read_text()
    assert not [word for word in text.split() if "://" in word or word.startswith(("-i", "-f", "--index", "--find"))]


def test_what_is_declared_is_locked() -> None:
    declared = tomllib.loads((_CHECKOUT / "pyproject.toml").read_text())
    runs = (
        declared["project"]["dependencies"]
        + declared["build-system"]["requires"]
        + declared["dependency-groups"]["build"]
    )
    tests = declared["project"]["optional-dependencies"]["dev"]
    for file, needed in ((_ALL, runs + tests), (_RUN, runs)):
        versions = {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in locked(file)}
        for requirement in map(Requirement, needed):
            assert versions[canonicalize_name(requirement.name)] in requirement.specifier, f"make constraints: {file}"


def test_a_person_runs_what_was_tested() -> None:
    def of_any_python(file: str) -> dict[str, set[str]]:
        return {f"{one.name}{one.specifier}": hashes for one, hashes in locked(file).items()}

    assert of_any_python(_RUN).items() <= of_any_python(_ALL).items()

"""Whatever stands in a profile, it is refused in words that name key and line, or read right; nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.hostile_files.damage import ODD, damaged, fuzz
from tests.support.data.profiles import a_profile
from wizard.failure import BadProfile, Failure, Kind
from wizard.profile import Key
from wizard.storage import profiles
from wizard.trouble import explain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.table import Tried


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), ODD, st.dates(), st.datetimes()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ODD, inner, max_size=3)),
    max_leaves=5,
)
SETTINGS = st.dictionaries(
    st.sampled_from(["format", "name", "folders", "exclude", "delete", "compress", "server", "scheme", "key", "odd"]),
    st.one_of(
        VALUES,
        st.dictionaries(st.sampled_from(["host", "port", "user", "root", "kind", "from", "file", "auth"]), VALUES),
    ),
)


def read_or_refused(file: Path, content: bytes, tried: Tried) -> None:
    file.write_bytes(content)
    tried.inputs += 1
    try:
        profile = profiles.read(file)
    except BadProfile as failure:
        assert failure.message
        assert failure.line is None or 1 <= failure.line <= content.decode().count("\n") + 1
        assert failure.key or failure.line or "number" in failure.message or "TOML" in failure.message
    except Failure as failure:
        assert failure.kind is Kind.FOREIGN_PROFILE
    else:
        tried.read += 1
        file.write_text(profiles.dumps(profile))
        assert profiles.read(file) == profile
        return
    assert file.read_bytes() == content
    with pytest.raises(Failure) as told:
        profiles.read(file)
    assert explain(told.value).sentence.isprintable()


def test_damaged_profiles(tmp_path: Path, tried: Tried) -> None:
    @fuzz
    @given(damaged(profiles.dumps(a_profile(folders=("/a", "/b c"), key=Key(file="~/k"))).encode()))
    def check(content: bytes) -> None:
        read_or_refused(tmp_path / "file", content, tried)

    check()
    tried.tell()


def test_profiles_of_odd_values(tmp_path: Path, tried: Tried) -> None:
    @fuzz
    @given(SETTINGS)
    def check(values: dict[str, Any]) -> None:
        read_or_refused(tmp_path / "file", tomli_w.dumps({"name": "amamac"} | values).encode(), tried)

    check()
    tried.tell()


def test_profiles_of_any_bytes(tmp_path: Path, tried: Tried) -> None:
    @fuzz
    @given(st.binary())
    def check(content: bytes) -> None:
        read_or_refused(tmp_path / "file", content, tried)

    check()
    read_or_refused(tmp_path / "file", profiles.dumps(a_profile()).encode(), tried)
    tried.tell()

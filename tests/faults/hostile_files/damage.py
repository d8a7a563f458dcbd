"""What Hypothesis puts into our files, and how much of it is read."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.table import Tried


ODD = st.text(st.sampled_from(string.ascii_letters + string.digits + "\"'\\#=[]{},.\n\r\t $%`é\u202e\x1b\x85\u2028"))
TRICKY = st.sampled_from(
    [
        b"\0",
        b"\xff\xfe",
        b"\n",
        b"\r",
        b'"""',
        b"[[",
        b"[" * 3000,
        b"9" * 5000,
        b"=",
        b"1e999",
        b"\x1b[2J",
        b"nan",
        b"-0",
    ]
)
fuzz = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file of which some is cut out, and something else put in."""
    content = whole
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 40)))
        put_in = draw(st.one_of(TRICKY, st.binary(max_size=12), ODD.map(lambda text: text.encode())))
        content = content[:start] + put_in + content[end:]
    return content


def planted(path: Path, tried: Tried, reading: Callable[[bytes], bool], whole: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    @fuzz
    @given(st.one_of(damaged(whole), st.binary(), st.just(whole)))
    def check(content: bytes) -> None:
        path.write_bytes(content)
        tried.inputs += 1
        tried.read += reading(content)

    check()
    tried.tell()

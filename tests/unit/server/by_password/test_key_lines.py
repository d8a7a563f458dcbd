"""Lines for one key from several places stand in the order in which sshd lets each of them work."""

from __future__ import annotations

import pytest

from wizard.server import line_order
from wizard.server.by_password import key_lines

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHXBl9N0VE4Zo2JPoLjiBN6LXvIQ7eyBzN64Bq0WZk9t"
ANOTHER = f"{KEY[:-4]}mine"


def _block(name: str, *places: str, key: str = KEY) -> bytes:
    from_ = f',from="{",".join(places)}"' if places else ""
    return (
        f'# backup-wizard begin {name}\n#   command: why\nrestrict,command="x \\",from=\\""{from_} {key} {name}\n'
        f"# backup-wizard end {name}\n"
    ).encode()


WIDE, NARROW, NETWORK = (
    _block("wide"),
    _block("narrow", "192.0.2.7"),
    _block("network", "192.0.2.0/24", "2001:db8::/32"),
)
OTHER_KEY = _block("narrow", "192.0.2.7", key=ANOTHER)
APART, FOREIGN = _block("apart", "198.51.100.7"), f"# mine\n{ANOTHER} amanda\n".encode()
BARE = f"  {KEY}\n".encode()


@pytest.mark.parametrize(
    ("before", "name", "block", "after"),
    [
        (FOREIGN + WIDE, "narrow", NARROW, FOREIGN + NARROW + WIDE),
        (FOREIGN + NARROW, "wide", WIDE, FOREIGN + NARROW + WIDE),
        (NETWORK + WIDE, "narrow", NARROW, NARROW + NETWORK + WIDE),
        (NARROW + WIDE, "network", NETWORK, NARROW + NETWORK + WIDE),
        (NARROW + WIDE[:-1], "network", NETWORK, NARROW + NETWORK + WIDE[:-1]),
        (NARROW[:-1], "wide", WIDE, NARROW + WIDE),
        (APART + WIDE, "narrow", NARROW, APART + NARROW + WIDE),
        (APART + NARROW, "network", NETWORK, APART + NARROW + NETWORK),
        (NARROW + FOREIGN + WIDE, "narrow", NARROW, NARROW + FOREIGN + WIDE),
        (FOREIGN + WIDE + NARROW, "narrow", NARROW, FOREIGN + NARROW + WIDE),
        (FOREIGN + BARE + APART, "narrow", NARROW, FOREIGN + NARROW + BARE + APART),
        (NETWORK + OTHER_KEY, "wide", WIDE, NETWORK + OTHER_KEY + WIDE),
        # Its places have become more than another's that stands after it.
        (_block("wide", "192.0.2.9") + NARROW + FOREIGN, "wide", WIDE, NARROW + FOREIGN + WIDE),
    ],
)
def test_a_line_for_fewer_places_stands_before_one_for_more(
    before: bytes, name: str, block: bytes, after: bytes
) -> None:
    assert key_lines.put(before, name, block) == after
    assert key_lines.put(after, name, block) == after


@pytest.mark.parametrize(
    ("line", "places"),
    [
        (f"{KEY} x", ()),
        (f'from="192.0.2.7,!192.0.2.8" {KEY}', ("192.0.2.7", "!192.0.2.8")),
        (f'no-pty,FROM="192.0.2.7",command="a \\" b" {KEY} c d', ("192.0.2.7",)),
        (f'command="echo \\",from=\\"192.0.2.7" {KEY}', ()),
        (f'command="a, b,from=",from="192.0.2.7" \t{KEY}', ("192.0.2.7",)),
    ],
)
def test_a_line_s_places_are_read_as_sshd_reads_them(line: str, places: tuple[str, ...]) -> None:
    assert line_order.read(line) == (KEY, places)


def test_no_line_is_taken_for_one_that_is_none() -> None:
    for line in (f"#{KEY}", "", " ", f'from="192.0.2.7 {KEY}'):
        found = line_order.read(line)
        assert found is None or found[0] != KEY

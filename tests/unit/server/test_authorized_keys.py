"""Lines of authorized_keys, read as sshd reads them."""

from __future__ import annotations

import pytest

from wizard.server.practice import authorized_keys

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHKZFRwMUUVFSrrkYYQFw2zqOS6OdZgqvjo1/YZJT9Vk"
ALL = {"pty", "port-forwarding", "agent-forwarding", "x11-forwarding", "user-rc"}


@pytest.mark.parametrize(
    ("line", "command", "allowed"),
    [
        (KEY, None, ALL),
        (f" \t{KEY} amanda's key\r", None, ALL),
        (f'Restrict,Command="x" {KEY}', "x", set()),
        (f'command="x",restrict\t{KEY}', "x", set()),
        (f"restrict,pty,no-port-forwarding {KEY}", None, {"pty"}),
        (f"pty,restrict {KEY}", None, set()),
        (f"no-pty,no-X11-forwarding {KEY}", None, ALL - {"pty", "x11-forwarding"}),
        (f'command="say \\"a, b\\" \\\\n # =" {KEY}', 'say "a, b" \\\\n # =', ALL),
        (f"restrict, {KEY}", None, set()),
    ],
)
def test_a_line_of_authorized_keys_means_what_it_means_to_sshd(
    line: str, command: str | None, allowed: set[str]
) -> None:
    parsed = authorized_keys.parse(line.encode())
    assert parsed
    assert parsed.command == (command.encode() if command is not None else None)
    assert {name.decode() for name in parsed.allowed} == allowed


@pytest.mark.parametrize(
    "line",
    [
        "",
        f"# {KEY}",
        f"nonsense {KEY}",
        f"restrict,nonsense {KEY}",
        f"restrictive {KEY}",
        f"no-restrict {KEY}",
        f'pty="yes" {KEY}',
        f"command=x {KEY}",
        f'command="x {KEY}',
        f'command="x\\" {KEY}',
        f'command="x",command="y" {KEY}',
        f'command = "x" {KEY}',
        f"restrict {KEY[:-3]}",
        f"ssh-rsa {KEY.split()[1]}",
        f'command="x\0y" {KEY}',
        "restrict",
    ],
)
def test_a_line_that_sshd_passes_over_is_passed_over(line: str) -> None:
    assert authorized_keys.parse(line.encode()) is None


@pytest.mark.parametrize(
    ("patterns", "admitted"),
    [
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("192.0.2.0/24", True),
        ("198.51.100.0/24,192.0.2.*", True),
        ("192.0.2.7,198.51.100.7", True),
        ("192.0.2.?", True),
        ("*", True),
        ("2001:db8::/32", False),
        ("!192.0.2.7,192.0.2.0/24", False),
        ("192.0.2.0/24,!192.0.2.7", False),
        ("!192.0.2.8,192.0.2.0/24", True),
        ("!192.0.2.8", False),
        ("192.0.2.7,192.0.2.9/24", False),
        ("files.example.lan", False),
        ("", False),
    ],
)
def test_from_admits_the_addresses_that_sshd_admits(patterns: str, admitted: bool) -> None:
    parsed = authorized_keys.parse(KEY.encode())
    assert parsed
    found = authorized_keys.admitting(f'from="{patterns}" {KEY}\n'.encode(), parsed.key, "192.0.2.7")
    assert bool(found) is admitted

"""Each rule takes what is fine and refuses, in a sentence, what would be misread further on."""

import pytest

from wizard import rules

Table = list[tuple[rules.Rule, list[str]]]

FINGERPRINT = "SHA256:uNiVztksCsDhcc0u9e8BrqS0rNYbcwTfOHqDvGkVq3Y"

TAKEN: Table = [
    (rules.name, ["amamac", "a", "0", "a.b_c-d", "A" * 64]),
    (
        rules.host,
        ["files", "files.example.lan", "files.example.lan.", "192.0.2.7", "2001:db8::7", "a_b", "fe80::1%eth0"],
    ),
    (rules.port, ["1", "22", "65535"]),
    (rules.user, ["amanda", "a.b", "_backup", "amanda@example.lan", "x" * 64]),
    (rules.root, ["backup", "/srv/backup", "my backup", "50% $off", "it's", '"', "a/b", "a-b~c"]),
    (rules.folder, ["/home/amanda", "/home/a b/", "/it's", "/$(x)", "/line\nbreak", "/-rf"]),
    (rules.exclude, ["*.tmp", ".cache/", "/top only", "-x", "+x", "!x", "$HOME", "'"]),
    (rules.fingerprint, [FINGERPRINT]),
    (
        rules.allowed_from,
        ["192.0.2.7", "192.0.2.0/24", "2001:db8::/32", "*.example.lan", "!192.0.2.9", "host", "192.0.2.*"],
    ),
    (rules.module, ["amanda", "a.b", "globals"]),
    (rules.key_file, ["~/.ssh/id", "/home/a b/key", "/50%/key", "~/.ssh/id.pub"]),
]

CONTROL = ["\n", "\r", "\x00", "\x1b[31m", "\x7f", "\x9b", "\u2028"]

REFUSED: Table = [
    (rules.module, ["", "global", "Global", "a]b", "a b", "#", "-a"]),
    (rules.name, ["", ".a", "-a", "a/b", "a..b", "..", "a b", "ä", "a" * 65, "a$", *(f"a{sign}" for sign in CONTROL)]),
    (
        rules.host,
        [
            "",
            "-oProxyCommand=x",
            "a b",
            "a..b",
            ".",
            "a;b",
            "$(x)",
            "ssh://a",
            "a/b",
            "me@a",
            "a" * 64,
            "a." * 127 + "ab",
        ],
    ),
    (rules.host, [f"files{sign}" for sign in CONTROL]),
    (rules.host, [f"fe80::1%{scope}" for scope in ("a b", "$(x)", "a;b", "a/b", '"', *CONTROL)]),
    (rules.port, ["", "0", "65536", "-1", "+22", " 22", "22 ", "2_2", "٢٢", "²", "ssh", "22\n", "9" * 5000]),
    (rules.user, ["", "-l", "a b", "a;b", "$(x)", "a:b", "ä", "@a", "a" * 65, *(f"a{sign}" for sign in CONTROL)]),
    (
        rules.root,
        ["", "/", ".", "~", "~/backup", "-rf", "..", "../up", "a/../b", " a", "a ", *(f"a{s}b" for s in CONTROL)],
    ),
    (
        rules.root,
        ["a\\b", "a\\", "\\a", "a!b", "!!"],
    ),
    (rules.folder, ["", "/", "//", "/.", "Documents", "~/Documents", "/a/../b", "/..", "/a\0b"]),
    (rules.exclude, ["", "!", "+ a", "- a", *(f"a{sign}b" for sign in CONTROL)]),
    (rules.fingerprint, ["", "SHA256:", FINGERPRINT[:-1], FINGERPRINT + "=", FINGERPRINT + "\n", "MD5:00:11"]),
    (rules.fingerprint, [FINGERPRINT.lower(), FINGERPRINT.replace("u", " ", 1)]),
    (rules.allowed_from, ["", "!", "a b", "a,b", 'a"', "192.0.2.7/24", "192.0.2.0/33", "host/24", "a\nb", "$(x)"]),
    (rules.allowed_from, ["192.0.2.0/255.255.255.0"]),  # sshd takes lengths only, and shuts everybody out
    (
        rules.key_file,
        ["", "id", ".ssh/id", "~", "~/", "~other/id", "/key/", "/${HOME}/id", *(f"/a{s}" for s in CONTROL)],
    ),
]


def _cases(table: Table) -> list[tuple[rules.Rule, str]]:
    return [(rule, value) for rule, values in table for value in values]


def _name(argument: object) -> str:
    return getattr(argument, "__name__", ascii(argument)[:40])


@pytest.mark.parametrize(("rule", "value"), _cases(TAKEN), ids=_name)
def test_takes(rule: rules.Rule, value: str) -> None:
    assert rule(value) is None


@pytest.mark.parametrize(("rule", "value"), _cases(REFUSED), ids=_name)
def test_refuses_in_a_sentence(rule: rules.Rule, value: str) -> None:
    complaint = rule(value)
    assert complaint
    assert complaint[0].isupper() or complaint.startswith("rsync ")
    assert complaint.endswith(".")


def test_places_that_let_nobody_in_are_refused() -> None:
    assert rules.places([]) is None
    assert rules.places(["!192.0.2.9", "192.0.2.0/24"]) is None
    for nobody in (["!192.0.2.9"], ["192.0.2.256"], ["192.0.2"], ["!300.1.1.1", "pc"], ["2001:db8::g", "fe80:::1"]):
        assert rules.places(nobody)

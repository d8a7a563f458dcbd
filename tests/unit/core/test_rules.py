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
    (rules.user, ["amanda", "a.b", "_backup", "amanda@example.lan", "x" * 64, "CORP\\amanda", "corp.example.lan\\a.b"]),
    (rules.root, ["backup", "/srv/backup", "my backup", "50% $off", "it's", '"', "a/b", "a-b~c"]),
    (
        rules.root,
        ["home", "homes/x", "a" * 1024, "été", "/srv", "/srv//x/", "/mnt", "/mnt/disk/x", "/media/x", "/data"],
    ),
    (
        rules.root,
        ["/volume1", "/volume1/backup", "/share/CACHEDEV1_DATA/b", "/backup", "/tank/b", "/opt/b", "/srv/home/x"],
    ),
    (
        rules.root,
        ["/var/backups", "/var/backups/x", "/var/backup", "/var/home/x/b", "/usr/home/x/b", "/export/home/x/b"],
    ),
    (rules.root, ["/home/amanda/backup", "/Users/a/b", "/volume1/homes/a/b", "/var/services/homes/a/b"]),
    (rules.server_path, ["/home/amanda", "/root", "/var/lib/amanda"]),
    (rules.account_asked_for, ["amanda", "roots", "r00t", "3com", "1000a"]),
    (rules.folder, ["/home/amanda", "/home/a b/", "/it's", "/$(x)", "/line\nbreak", "/-rf"]),
    (rules.exclude, ["*.tmp", ".cache/", "/top only", "-x", "+x", "!x", "$HOME", "'"]),
    (rules.fingerprint, [FINGERPRINT]),
    (
        rules.allowed_from_one,
        ["192.0.2.7", "192.0.2.0/24", "2001:db8::/32", "*.example.lan", "!192.0.2.9", "host", "192.0.2.*"],
    ),
    (rules.module, ["amanda", "a.b", "globals", "run"]),
    (rules.key_file, ["~/.ssh/id", "/home/a b/key", "/50%/key", "~/.ssh/id.pub"]),
]

# Turned around, of no width, a soft hyphen, a space that is none.
INVISIBLE = ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u00a0", "\x85", "\u061c"]
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
    (rules.account_asked_for, ["root", "Root", "0", ""]),
    (
        rules.user,
        [
            "0",
            "1000",
            "1000.1000",
            "",
            "-l",
            "a b",
            "a;b",
            "$(x)",
            "a:b",
            "ä",
            "@a",
            "\\a",
            "A\\",
            "A\\\\b",
            "A\\B\\c",
            "-A\\b",
            "A B\\c",
            "A\\-l",
            "a" * 65,
            *(f"a{sign}" for sign in CONTROL),
        ],
    ),
    (
        rules.root,
        ["", "/", ".", "~", "~/backup", "-rf", "..", "../up", "a/../b", " a", "a ", *(f"a{s}b" for s in CONTROL)],
    ),
    (
        rules.root,
        ["a\\b", "a\\", "\\a", "a!b", "!!", "a" * 1025, "é" * 513],
    ),
    (rules.root, [f"a{sign}b" for sign in INVISIBLE]),
    (rules.root, [".ssh", ".config/x", "a/.ssh", "./x", "a/./b", "/.", "/srv/.x", "bin", "/home/x/bin", "/srv/bin/b"]),
    (rules.root, ["//", "/home", "/home/", "/home/x", "//home//x/", "/homes/x", "/Users/x", "/export/home", "/HOME/x"]),
    (rules.root, ["/volume1/homes", "/volume1/homes/x", "/share/homes/x", "/var/services/homes/x", "/usr/home/x"]),
    (rules.root, ["/root", "/root/b", "/etc", "/ETC", "/etc/x", "/usr", "/usr/local/b", "/lib64", "/sbin", "/boot/b"]),
    (rules.root, ["/var", "/var/lib/x", "/var/www/b", "/var/spool/cron", "/run/b", "/dev/shm/b", "/proc/self", "/sys"]),
    (rules.folder, ["", "/", "//", "/.", "Documents", "~/Documents", "/a/../b", "/..", "/a\0b"]),
    (rules.exclude, ["", "!", "+ a", "- a", *(f"a{sign}b" for sign in CONTROL)]),
    (rules.fingerprint, ["", "SHA256:", FINGERPRINT[:-1], FINGERPRINT + "=", FINGERPRINT + "\n", "MD5:00:11"]),
    (rules.fingerprint, [FINGERPRINT.lower(), FINGERPRINT.replace("u", " ", 1)]),
    (rules.allowed_from_one, ["", "!", "a b", "a,b", 'a"', "192.0.2.7/24", "192.0.2.0/33", "host/24", "a\nb", "$(x)"]),
    (rules.allowed_from_one, ["192.0.2.0/255.255.255.0"]),  # sshd takes lengths only, and shuts everybody out
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
    assert rules.allowed_from([]) is None
    assert rules.allowed_from(["!192.0.2.9", "192.0.2.0/24"]) is None
    for nobody in (["!192.0.2.9"], ["192.0.2.256"], ["192.0.2"], ["!300.1.1.1", "pc"], ["2001:db8::g", "fe80:::1"]):
        assert rules.allowed_from(nobody)

"""Values that try to get past a quote: what a person could type and what a request file could hold.

`batch` draws many at once, so that one start of a shell, of sshd or of rsync can judge hundreds. Those that
`wizard.profile.check` takes have to come out as plain data everywhere; the others have to be refused by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from wizard import profile as profile_rules
from wizard.failure import BadProfile
from wizard.profile import Key, Profile, SchemeSettings, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

_Value = TypeVar("_Value")

FRAGMENTS = (
    "'", '"', "`", "\\", "\\\\", "$", "%", "#", "!", "&", "|", ";", "<", ">", "(", ")", "{", "}", "[", "]", "*", "?",
    "~", "^", "=", ":", ",", "@", "/", "-", "--", " ", "  ", "\t", "\n", "\r", "\0", "\x1b[31m", "\x7f", "\x85",
    "\u2028", "\u202e", "\u200b", "\u00a0", "\ufeff", "é", "e\u0301", "日本", "😀", "“", "’", "\udcff",
    "$(touch /tmp/hostile)", "`touch /tmp/hostile`", "${IFS}", "$HOME", "$'\\n'", "'; touch x; '", "'\\''", "'\"'\"'",
    '" ssh-ed25519 AAAA', '",command="/bin/sh', "\nEOF\n", "%h", "%u", "%%", "%RSYNC_USER_NAME%", "{{ x }}", "{% x %}",
    "!vault", "!unsafe", "{{ lookup('pipe','id') }}", "@RRSYNC@", "&include /etc", "[global]", "# backup-wizard end x",
    "-rf", "--delete", "-oProxyCommand=x", "..", "../", ".", "a", "B", "7", "_", "backup", "amanda", "null", "yes",
)  # fmt: skip


@dataclass(frozen=True)
class Hostile:
    """One backup's worth of hostile values; `comment` is the public key's."""

    name: str = "amamac"
    host: str = "files.example.lan"
    user: str = "amanda"
    root: str = "backup"
    module: str = ""
    from_: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    comment: str = ""
    scheme: dict[str, Any] = field(default_factory=dict)


def texts(longest: int = 6) -> SearchStrategy[str]:
    """Any text of hostile parts, long or short."""
    return st.lists(st.sampled_from(FRAGMENTS), max_size=longest).map("".join)


def spoilt(plain: str) -> SearchStrategy[str]:
    """A plain value with something hostile at any place in it, or in its stead."""
    found = st.tuples(st.integers(0, len(plain) + 1), texts(4))
    return found.map(lambda at: at[1] if at[0] > len(plain) else plain[: at[0]] + at[1] + plain[at[0] :])


def from_values() -> SearchStrategy[str]:
    """A value of `from=`: addresses, networks and names, many of them spoilt."""
    plain = ("192.0.2.7", "192.0.2.0/24", "2001:db8::/32", "*.example.lan", "!192.0.2.9", "fe80::1%eth0", "laptop")
    return st.one_of([spoilt(value) for value in plain])


def values(**fixed: Any) -> SearchStrategy[Hostile]:
    """A backup of hostile values; those that are named stay as they are."""
    drawn: SearchStrategy[Hostile] = st.builds(
        Hostile,
        name=spoilt("amamac"),
        host=spoilt("files.example.lan"),
        user=spoilt("amanda"),
        root=spoilt("backup") | spoilt("/srv/back up"),
        module=spoilt("") | spoilt("mine"),
        from_=st.lists(from_values(), max_size=3).map(tuple),
        exclude=st.lists(spoilt("*.tmp"), max_size=2).map(tuple),
        comment=spoilt("amanda@laptop"),
    )
    return drawn.map(lambda found: replace(found, **fixed))


def one_spoilt(**fixed: Any) -> SearchStrategy[Hostile]:
    """A backup in which one value is hostile and all others are plain, so that many pass the rules."""
    parts: dict[str, SearchStrategy[Any]] = {
        "name": spoilt("amamac"),
        "host": spoilt("files.example.lan"),
        "user": spoilt("amanda"),
        "root": spoilt("backup") | spoilt("/srv/back up"),
        "module": spoilt("mine"),
        "from_": from_values().map(lambda value: ("192.0.2.7", value)),
        "exclude": spoilt("*.tmp").map(lambda value: (value,)),
        "comment": spoilt("amanda@laptop"),
    }
    changes = [values.map(lambda value, key=key: {key: value}) for key, values in parts.items()]  # type: ignore[misc]
    return st.one_of(changes).map(lambda change: replace(Hostile(**change), **fixed))


def profile(hostile: Hostile, kind: str = "rrsync", **changes: Any) -> Profile:
    """The profile of those values, as it stands in a file.

    Raises:
        BadProfile: a rule refuses one of them.
    """
    scheme = {"kind": kind, "module": hostile.module, "from": hostile.from_} | hostile.scheme
    return profile_rules.check(
        Profile(
            name=hostile.name,
            exclude=hostile.exclude,
            server=Server(host=hostile.host, user=hostile.user, root=hostile.root),
            scheme=msgspec.convert(scheme, SchemeSettings),
            key=Key(protection="none"),
            **changes,
        )
    )


def passes(hostile: Hostile) -> bool:
    """Whether the rules take all of it."""
    try:
        profile(hostile)
    except BadProfile:
        return False
    return True


def batch(strategy: SearchStrategy[_Value], count: int, start: int = 0) -> Sequence[_Value]:
    """So many values of a strategy, the same ones at each run."""
    found: list[_Value] = []

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(value: _Value) -> None:
        found.append(value)

    draw()
    return found

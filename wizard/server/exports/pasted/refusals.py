"""What the pasted commands refuse before they change anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.server.exports.pasted.marks import EARLIER, HAS_ANOTHERS, OF_ACCOUNT, RANGE, marked
from wizard.server.exports.shell_lines import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.schemes.setup import DaemonConfig
    from wizard.server.exports.context import ExportContext

_LIST = "/var/lib/backup-wizard/made"
# All of the daemon's settings but our own: $f, and the files that it includes.
_SETTINGS = (
    'all() { { sed "{range}d" $f; sed -n "s/[[:space:]]*$//;s/^[[:space:]]*&[A-Za-z]*[[:space:]]*//p" $f |'
    ' while read -r d; do find -L "$d" -maxdepth 1 -type f -exec sed "" {} + || :; done; } 2>/dev/null; };'
)
# The first of our modules' names that another module already has. It is compared as rsync does: in lower case and
# without blanks.
_LIKE_MODULE = (
    '$(all | tr -d " \\t\\r" | tr "[:upper:]" "[:lower:]" | cut -d"]" -f1 | grep -xF {names} | head -n 1 || :)'
)
# Prints the folder of each module that needs no password, or of all of them.
_FOLDERS = (
    r'function told() { if (p != "" && {which}) print p; p = a = "" }'
    r' { k = tolower($0); sub(/=.*/, "", k); gsub(/[ \t]/, "", k); v = $0; sub(/^[^=]*=[ \t]*/, "", v) }'
    r' { sub(/[ \t\r]+$/, "", v) } k ~ /^\[/ { told() } k == "authusers" { a = v } END { told() }'
    r' k == "path" { gsub(/\/+/, "/", v); if (v != "/") sub(/\/$/, "", v); p = v }'
)
_IS_OURS = 'while read -r p; do if [ "$p" = "$q" ] || [ "$p" -ef "$q" ]; then echo yes; fi; done'


def locked_out(context: ExportContext) -> Iterator[str]:
    """By the setup script's list of who was locked out, if there is one: by its name, or another with this key.

    With another key it stays out as well, and so does what reads its backup: nobody can be asked here whose that is.
    """
    setup, name = context.setup, context.profile.name
    patterns = [f"^{setup.account} {one} revoked ".replace("\\", r"\\") for one in dict.fromkeys((name, context.name))]
    patterns = [pattern.replace(".", "[.]") for pattern in patterns]
    patterns += [f" revoked .*{line.key.split()[1]}" for line in setup.key_lines[:1]]
    yield "if grep -qs"
    yield from (f"-e {quoted(pattern)}" for pattern in patterns)
    yield f"{_LIST}; then no {name} or its key was locked out here:"
    yield "take that back by --readmit of the setup script; fi;"


def like_another(context: ExportContext, daemon: DaemonConfig) -> Iterator[str]:
    """What another backup has in the daemon's settings: rsync mixes modules of the same name.

    Nor does a module open to all what another opens by a password. Only a replacing text may replace its own.
    """
    name, account = context.name, context.setup.account
    begin = quoted(f"# backup-wizard begin {name}")
    whose = f'if grep -qsFx {begin} $f; then r=$(sed -n "{RANGE}p" $f); {OF_ACCOUNT.format(account=account)} ||'
    yield f"f={daemon.path}; r=; {marked(whose, name)}"
    yield f"no $f already has a backup {name} of another account: choose another name;"
    ours = f'{EARLIER} && [ "$(printf "%s\\n" "$r" | grep -c "^[[:space:]]*\\[")" = 1 ] ||'
    yield marked(ours, name) if context.replaces else ""
    yield f"no $f already has lines of {name}: take them back first, with the line below; fi;"
    if secrets := context.setup.secrets:
        yield f"if {HAS_ANOTHERS.format(user=secrets.user.replace('.', '[.]'), path=secrets.path)};"
        yield f"then no {secrets.path} has a password of another account: choose another name; fi;"
    names = " ".join("-e " + quoted(f"[{module.name.lower()}") for module in daemon.modules)
    yield marked(_SETTINGS.replace("{range}", RANGE), name)
    yield f"m={_LIKE_MODULE.replace('{names}', names)};"
    yield '[ -z "$m" ] || no "$f already has another module named ${m#?}: choose another name";'
    folders = _FOLDERS.replace("{which}", 'a == ""' if context.setup.secrets else "1")
    yield from ("for q in", *(quoted(path) for path in _paths(daemon)), "; do")
    yield f'm=$(all | awk {quoted(folders)} | {_IS_OURS}); [ -z "$m" ] ||'
    yield 'no "$f has another module for $q, and one of the two has no password: choose another folder"; done;'


def _paths(daemon: DaemonConfig) -> Iterator[str]:
    return (one.value for module in daemon.modules for one in module.settings if one.name == "path")

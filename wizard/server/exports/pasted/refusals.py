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
# The first of our modules' names that another module already has, in $f or in files that $f includes. It is compared as
# rsync does: in lower case and without blanks.
_LIKE_MODULE = (
    '$({ sed "{range}d" $f; sed -n "s/^[[:space:]]*&\\(include\\|merge\\)[[:space:]]*//p" $f | while read -r d;'
    ' do find -L "$d" -maxdepth 1 -type f -exec sed "" {} + || :; done; } 2>/dev/null | tr -d " \\t\\r" |'
    ' tr "[:upper:]" "[:lower:]" | cut -d"]" -f1 | grep -xF {names} | head -n 1 || :)'
)


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

    Only a replacing text may replace its own.
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
    yield marked(f"m={_LIKE_MODULE.replace('{range}', RANGE).replace('{names}', names)};", name)
    yield '[ -z "$m" ] || no "$f already has another module named ${m#?}: choose another name"'

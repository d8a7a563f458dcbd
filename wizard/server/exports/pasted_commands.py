"""What an admin pastes into a root shell: the block that sets a backup up, and how to take it back.

Each is one subshell, so a failure ends that and not the admin's shell, and nothing runs before all of it is there. It
has no comments, which zsh doesn't know at a prompt. Where an account can write, the account itself acts, by a fixed
text that gets its values as arguments: a link planted there gains nobody anything, and root neither reads nor runs
anything of the account's, which has no way to the admin's terminal either.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wizard.schemes import reading
from wizard.schemes.setup import in_paths
from wizard.server.exports import authorized_keys, rsyncd
from wizard.server.exports.pasted import refusals
from wizard.server.exports.pasted.marks import EARLIER, HAS_ANOTHERS, OF_ACCOUNT, RANGE, marked
from wizard.server.exports.shell_lines import command, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.schemes.setup import DaemonConfig, Directory
    from wizard.server.exports.context import ExportContext

SSHD_FILE = "/etc/ssh/sshd_config.d/backup-wizard-{account}.conf"
RELOAD_SSHD = "systemctl reload ssh || systemctl reload sshd"

_BEGIN = '(set -eu; umask 022; no() { printf "backup-wizard: %s\\n" "$*" >&2; exit 1; }'
# "*" is a password that nothing matches; unlike "!" it doesn't lock the account for keys.
_MAKE_ACCOUNT = (
    "id -u {account} >/dev/null 2>&1 || useradd -l -m -k /dev/null -s /bin/sh -p '*' -c backup-wizard {account}"
)
_REQUIRE_ACCOUNT = "id -u {account} >/dev/null 2>&1 || no there is no account {account}"
_REFUSE_ROOT = '[ "$(id -u {account})" != 0 ] || no {account} is root'
_END = 'echo "Done.")'
_END_WITH_FINGERPRINTS = (
    'echo "Done. Please send these lines back:"; for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$f"; done)'
)

# Root makes a folder only below folders that nobody else can write to, or somebody could have it lead elsewhere; all
# others are made by the account, which can gain nothing by that.
_IF_NOT_ROOTS_ALONE = 'case $(stat -c %u%A "$d") in 0d????-??-?*) ;; *)'
_MAKE_ABOVE = f'd=$d/$p; [ -e "$d" ] || mkdir -m 755 "$d"; {_IF_NOT_ROOTS_ALONE} d=no; break;; esac; done'
_MAKE_LAST = '[ "$d" = no ] || [ -e "$d"/{name} ] || {{ mkdir -m 700 "$d"/{name}; chown {account}: "$d"/{name}; }}'
_STAY_AT = f"do d=$d/$p; {_IF_NOT_ROOTS_ALONE} exit;; esac; done;"

_AS = "setsid su -s /bin/sh"  # busybox's su would leave it the terminal, by which it could type as root
_QUIETLY = "</dev/null >/dev/null 2>&1"
# $1 is the folder, $2 the marker in it, and $3 the first of the key's lines. It ends with 3 if that is there already,
# and not as something that this text replaces.
_LET_IN = (
    'cd || exit; umask 077; r=; k=.ssh/authorized_keys; [ -f $k ] || [ ! -e $k ] || exit; if grep -qsFx "$3" $k; then'
    ' {replace_or}exit 3; fi; {folder} && mkdir -p .ssh && { [ -e "$1/$2" ] || : >"$1/$2"; } && shift 2'
    "{remove} && {put}"
)
_PUT_LAST = '{ [ -z "$(tail -c 1 $k)" ] || echo; printf "%s\\n" "$@"; } >>$k'
# Before the first of some marks, if one of them is there.
_PUT_BEFORE = (
    '{ n=$(grep -snxF {marks} $k | head -n 1 | cut -d: -f1); if [ "$n" ]; then cp -p $k $k.new && { sed "$n,\\$d" $k;'
    ' printf "%s\\n" "$@"; sed -n "$n,\\$p" $k; } >$k.new && mv -f $k.new "$(readlink -f $k)"; else {last}; fi; }'
)
_HAS_ONE_KEY = '[ "$(printf "%s\\n" "$r" | grep -v "^#" | sed "s/.* AAAA/AAAA/" | sort -u | grep -c .)" = 1 ]'
_REMOVE_LINES = f'if grep -qsFx "# backup-wizard end {{name}}" "$k"; then sed -i "{RANGE}d" "$k"; fi;'
_MAKE_FOLDER = 'mkdir -p "$1" && [ -O "$1" ]'
# What is read has a mark of this backup's setup, first run or complete run: a folder without any may hold others.
_FIND_BACKUP = '{ ls -a "$1" | grep -qxE "[.]backup-(folder-{pattern}|wizard|complete.*)" || exit 5; } && [ -O "$1" ]'
_REMOVE_FOLDER = 'cd "$2" && { rmdir -p "$3" || rmdir -p "${3%/*}"; }'  # the last folder may be gone already
# $1 is the marker, $2 a folder that stays, and $3 the path below it of what is removed if it is empty. It ends with 3
# if the lines are still there, and with 4 if those of other backups are.
_TAKE_BACK = (
    'cd || exit; k=$(readlink -f .ssh/authorized_keys); [ -f "$k" ] || k=;'
    f' {_REMOVE_LINES} [ -s "$k" ] || rm -f "$k"; rm -f "$1" .cache/motd.legal-displayed;'
    ' {removing}; rmdir .ssh .cache; if grep -qsFx "# backup-wizard begin {name}" "$k"; then exit 3; fi;'
    ' if grep -qs "^# backup-wizard begin " "$k"; then exit 4; fi'
)
_TAKE_LINES_BACK = (
    f'cd || exit; k=$(readlink -f .ssh/authorized_keys); [ -f "$k" ] || exit 0; {_REMOVE_LINES}'
    ' ! grep -qsFx "# backup-wizard begin {name}" "$k"'
)
# How many of a path's first folders were there before any backup, though they may be empty.
_STANDING = {"srv": 1, "mnt": 1, "media": 1, "opt": 1, "home": 2, "homes": 2, "users": 2, "var": 2, "usr": 2}


def block(context: ExportContext) -> str:
    """The commands that set the backup up; of what is there, they change at most an earlier text of this backup."""
    return "\n".join(_block(context))


def take_back(context: ExportContext) -> str:
    """One line that takes everything back but the backed-up files; the account too, if the block has made it."""
    return f"({command(*(_take_back_reading(context) if context.for_reading else _take_back(context)))})"


def _block(context: ExportContext) -> Iterator[str]:
    setup, account, name = context.setup, quoted(context.setup.account), context.name
    (directory,) = setup.directories
    yield _BEGIN
    refused = list(refusals.like_another(context, setup.daemon)) if setup.daemon and not setup.daemon.private else []
    is_there = setup.domain or context.for_reading
    make_account = f"{_REQUIRE_ACCOUNT if is_there else _MAKE_ACCOUNT}; {_REFUSE_ROOT}".format(account=account)
    yield command(*refused, *refusals.locked_out(context), make_account)
    if directory.path.startswith("/") and not context.for_reading:
        *above, last = PurePosixPath(directory.path).parts[1:]
        yield command("d=; for p in", *map(quoted, above), f"; do {_MAKE_ABOVE}")
        yield _MAKE_LAST.format(name=quoted(last), account=account)
    if setup.daemon and setup.daemon.private:
        yield from _own_daemon(context, setup.daemon)
    lines = without_reasons(authorized_keys.marked(context)) if setup.key_lines else []
    folder = marked(_FIND_BACKUP, context.profile.name) if context.for_reading else _MAKE_FOLDER
    script = (_let_in(context) if lines else "cd || exit; umask 077; {folder}").replace("{folder}", folder)
    yield command(
        *(f"{_AS} {account} -c", quoted(script), "sh"),
        *(quoted(directory.path), quoted(directory.marker), *lines, _QUIETLY, "|| case $? in"),
        *("5) no there is no backup", context.profile.name, "in", quoted(directory.path), ";;"),
        f"3) no {account} already has a key for {name}: ask whose it is, and take it back first, with the line below;;",
        *("*)", f"no {account} can not use", quoted(directory.path), "or .ssh;;" if lines else ";;", "esac"),
    )
    if setup.secrets:
        yield f"[ -e {setup.secrets.path} ] || (umask 077; : >{setup.secrets.path})"
    if setup.daemon and setup.daemon.private and context.replaces:
        lines_there = without_reasons(rsyncd.render(context))
        yield command("[ ! -e $f ] || cp -p $f $f.new; printf '%s\\n'", *lines_there, ">$f.new; mv -f $f.new $f")
    if setup.daemon and not setup.daemon.private:
        start = marked(f'[ -z "$r" ] || sed -i "{RANGE}d" $f;', name) if context.replaces else ""
        start += "{ [ -z \"$(tail -c 1 $f)\" ] || echo; printf '%s\\n'"
        yield command(start, *without_reasons(rsyncd.render(context)), "; } >>$f")
    if context.adopts:
        yield from _shut_reading(context, reading.label(name))
    yield _END_WITH_FINGERPRINTS if lines and not context.for_reading else _END


def _let_in(context: ExportContext) -> str:
    keys = " ".join(f'-e "{key}"' for key in context.replaced.keys) if context.replaced else ""
    if context.adopts:  # nobody here knows the other computer's key
        ours = f"{EARLIER} && {_HAS_ONE_KEY} ||"
    elif keys:
        ours = f'{EARLIER} && ! printf "%s\\n" "$r" | grep -v "^#" | grep -qvF {keys} ||'
    else:  # without a pattern, grep would find all lines ours
        return _LET_IN.replace("{replace_or}", "").replace("{remove}", "").replace("{put}", _put(context))
    replace_or = marked(f'r=$(sed -n "{RANGE}p" $k); {ours} ', context.name)
    remove = marked(f' && {{ [ -z "$r" ] || sed -i "{RANGE}d" "$(readlink -f $k)"; }}', context.name)
    return _LET_IN.replace("{replace_or}", replace_or).replace("{remove}", remove).replace("{put}", _put(context))


def _put(context: ExportContext) -> str:
    """What puts the lines at the file's end, or before those of other backups that have to stand after them."""
    if not context.later:
        return _PUT_LAST
    marks = " ".join(f'-e "# backup-wizard begin {name}"' for name in context.later)
    return _PUT_BEFORE.replace("{marks}", marks).replace("{last}", _PUT_LAST)


def _shut_reading(context: ExportContext, label: str) -> Iterator[str]:
    """What the other computer may have been let read by, for a restore, is taken away from it as well."""
    setup = context.setup
    if setup.key_lines:
        take_away = f"{_AS} {quoted(setup.account)} -c {quoted(marked(_TAKE_LINES_BACK, label))} sh {_QUIETLY}"
        yield f"{take_away} || no the lines of {label} are still there"
    elif setup.daemon:
        yield command(*_take_module_back(context, setup.daemon, label))


def _own_daemon(context: ExportContext, daemon: DaemonConfig) -> Iterator[str]:
    """The file of a daemon that one key starts; an earlier one stays until the key's lines are known to be ours."""
    file, name = daemon.path, context.name
    refuse = f"no {file} already exists: take it back first, with the line below"
    if not context.replaces:
        yield f"[ ! -e {file} ] || {refuse}"
        start = f"mkdir -p {PurePosixPath(file).parent}; (set -C; printf '%s\\n'"
        yield command(start, *without_reasons(rsyncd.render(context)), f">{file})")
        return
    is_ours = quoted(f'cd && grep -qsFx "# backup-wizard begin {name}" .ssh/authorized_keys')
    yield f"f={file}; [ ! -e $f ] || {_AS} {quoted(context.setup.account)} -c {is_ours} {_QUIETLY} || {refuse}"
    yield f"mkdir -p {PurePosixPath(file).parent}"


def _take_back(context: ExportContext) -> Iterator[str]:
    setup, account, name = context.setup, quoted(context.setup.account), context.name
    (directory,) = setup.directories
    stays, below = _standing(directory)
    keys = marked(_TAKE_BACK.replace("{removing}", f"({_REMOVE_FOLDER})"), name)
    yield f"{_AS} {account} -c"
    yield quoted(keys if setup.key_lines else f"cd; {_REMOVE_FOLDER}")
    yield from ("sh", quoted(f"{directory.path}/{directory.marker}"), quoted(stays), quoted(below), f"{_QUIETLY};")
    if setup.key_lines:
        yield f"case $? in 3) echo The lines of {name} are still there >&2;; 4) ;; *)"
        file = SSHD_FILE.format(account=in_paths(setup.account))
        yield f"f={file}; [ ! -e $f ] || {{ rm $f; {RELOAD_SSHD}; }};; esac;"
    if setup.daemon and setup.daemon.private:
        yield f"rm -f {setup.daemon.path}; rmdir {PurePosixPath(setup.daemon.path).parent} 2>/dev/null;"
    elif setup.daemon:
        yield from _take_module_back(context, setup.daemon, name)
    yield from _remove_folder(directory, stays, below)
    if setup.daemon and not setup.daemon.private:
        yield f"grep -qsx ' *uid = {account}' {setup.daemon.path} ||"
    if setup.domain:  # it was there before
        yield ":"
        return
    yield f"case $(getent passwd {account}) in {account}:*:backup-wizard:/*)"
    yield f"{{ [ ! -e ~{account} ] || rmdir ~{account}; }} && userdel {account};; esac"


def _take_back_reading(context: ExportContext) -> Iterator[str]:
    """The lines, or the module and its password: account, folder and all of the backup's own were there before."""
    setup, name = context.setup, context.name
    if setup.key_lines:
        yield f"{_AS} {quoted(setup.account)} -c"
        yield quoted(marked(_TAKE_LINES_BACK, name))
        yield f"sh {_QUIETLY} || echo The lines of {name} are still there >&2;"
    if setup.daemon:
        yield from _take_module_back(context, setup.daemon, name)


def _take_module_back(context: ExportContext, daemon: DaemonConfig, name: str) -> Iterator[str]:
    """If it is this account's: other accounts may have a backup of that name."""
    begin = f"# backup-wizard begin {name}"
    of_account = OF_ACCOUNT.format(account=context.setup.account)
    script = f'r=$(sed -n "{RANGE}p" $f); if {EARLIER} && {of_account}; then sed -i "{RANGE}d" $f;'
    yield f"f={daemon.path}; if grep -qsFx {quoted(begin)} $f; then {marked(script, name)}"
    yield f"[ -s $f ] || rm $f; else echo The lines of {name} are still there >&2; fi; fi;"
    if (secrets := context.setup.secrets) and name == context.name:
        has_anothers = HAS_ANOTHERS.format(user=secrets.user.replace(".", "[.]"), path=secrets.path)
        yield f"grep -qsFx {quoted(begin)} $f || {has_anothers} || rm -f {secrets.path};"


def _remove_folder(directory: Directory, stays: str, below: str) -> Iterator[str]:
    """What the account could not remove, because root alone can; while it is there, the account stays as well."""
    if not directory.path.startswith("/"):
        return
    folder = quoted(directory.path)
    above = PurePosixPath(directory.path).parts[1:-1]
    if below:
        yield command("(d=; for p in", *map(quoted, above), f"; {_STAY_AT}")
        yield command("set --", folder, quoted(stays), quoted(below), f"; {_REMOVE_FOLDER}) 2>/dev/null;")
    yield f"[ -e {folder} ] ||"


def _standing(directory: Directory) -> tuple[str, str]:
    """The folder that stays, and the path below it of what the block may have made."""
    parts = PurePosixPath(directory.path).parts
    if not directory.path.startswith("/"):
        return ".", directory.path
    count = 1 + _STANDING.get(parts[1].lower(), 0)
    return str(PurePosixPath(*parts[:count])), "/".join(parts[count:])


def without_reasons(block: str) -> list[str]:
    """The block's lines as words for the shell, without the comments in it."""
    first, *lines, last = block.rstrip("\n").split("\n")
    return [quoted(line) for line in (first, *(line for line in lines if line and line.lstrip()[0] != "#"), last)]

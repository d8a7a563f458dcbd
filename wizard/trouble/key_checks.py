"""What the admin is asked to look at when they say that all is done, and the server still refuses the key."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from wizard.client.ssh import dial
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.profile import Profile

_LETTER = N_(
    "The server {host} still refuses my key for {user}. Could you paste this into a root shell there, and send me what"
    " it prints? It changes nothing."
)

# What lies in the account's home is looked at by the account: nothing of it is opened by root. What the account runs
# has no way to the terminal (busybox's su would leave it that), and what it says has nothing by which to order it.
_COMMANDS = """\
(
PATH=$PATH:/usr/sbin:/sbin
if ! id {account} >/dev/null 2>&1; then echo "There is no account called" {account}.; exit; fi
entry() {{ getent "$1" {account} 2>/dev/null || grep "^"{account}: "/etc/$1"; }}
entry shadow | (IFS=: read -r name password a b c d e expires rest
case $password in !*) echo "The account is locked (usermod -p '*' unlocks it).";; esac
[ "${{expires:-99999}}" -gt $(($(date +%s) / 86400)) ] || echo "The account has expired (chage -E -1 ends that).")
shell=$(entry passwd | cut -d: -f7)
if [ ! -x "${{shell:-/bin/sh}}" ]; then echo "Its login shell is missing: $shell"; fi
sshd=$(sshd -T -C user={account},host={address},addr={address} 2>/dev/null)
told() {{ printf '%s\\n' "$sshd" | grep -E "$1"; }}
if told '^pubkeyauthentication no' >/dev/null; then echo "sshd accepts no keys (PubkeyAuthentication)."; fi
if told '^pubkeyaccepted' >/dev/null && ! told '^pubkeyaccepted.*[ ,]{type}(,|$)' >/dev/null; then
echo "sshd accepts no keys of type {type} (PubkeyAcceptedAlgorithms)."; fi
told '^(allow|deny)(users|groups) ' | sed 's/^/sshd accepts some accounts only: /'
told '^authorizedkeysfile ' | grep -vE '[ /][.]ssh/authorized_keys( |$)' |
sed 's/^[a-z]*/sshd looks for keys elsewhere:/'
setsid su -s /bin/sh {account} -c {as_account} </dev/null 2>/dev/null | tr -c '\\n -~' '?'
{{ getent passwd || cat /etc/passwd; }} 2>/dev/null | while IFS=: read -r name password a b c home rest; do
if [ "$name" != {account} ] && [ -f "$home/.ssh/authorized_keys" ] &&
setsid su -s /bin/sh "$name" -c {as_another} </dev/null >/dev/null 2>&1; then
echo "The account $name has my key. It belongs to the account" {account}.; fi; done
echo "That is all. sshd's log may say more (journalctl -t sshd)."
)"""
_AS_ACCOUNT = """\
if ! cd; then echo "The account has no home folder."; exit; fi
k=.ssh/authorized_keys
if [ ! -f $k ] || ! grep -qsF {key} $k; then echo "My key is not in $k."; fi
find . .ssh $k -prune \\( -perm -020 -o -perm -002 \\) -exec echo "Others may write to" {{}} \\;
find . .ssh $k -prune ! -user root ! -user "$(id -u)" -exec echo "Another account owns" {{}} \\;"""
_AS_ANOTHER = "cd && [ -f .ssh/authorized_keys ] && grep -qsF {key} .ssh/authorized_keys"

_SIGNED_AS = {"ssh-rsa": "rsa-sha2-(256|512)"}


def letter(profile: Profile, public_line: str) -> str:
    """The message, whose commands print why sshd may refuse the key: the account, sshd's settings, or permissions."""
    key_type, key = public_line.split()[:2]
    told = _(_LETTER).format(host=profile.server.host, user=profile.server.user)
    commands = _COMMANDS.format(
        account=shlex.quote(profile.server.user),
        address=dial.own_address(dial.ssh(profile)) or "127.0.0.1",
        type=_SIGNED_AS.get(key_type, key_type),
        as_another=shlex.quote(_AS_ANOTHER.format(key=key)),
        as_account=shlex.quote(_AS_ACCOUNT.format(key=key)),
    )
    return f"{told}\n\n{commands}"

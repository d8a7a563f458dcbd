"""What the admin is asked to look at when they say that all is done, and the server still refuses the key."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from wizard.text.language import N_, _

if TYPE_CHECKING:
    from wizard.profile import Profile

_LETTER = N_(
    "The server {host} still refuses my key for {user}. Could you paste this into a root shell there, and send me what"
    " it prints? It changes nothing."
)

# What lies in the account's home is looked at by the account: nothing of it is opened by root.
_COMMANDS = """\
if ! id {account} >/dev/null 2>&1; then echo "There is no account called" {account}.
else
getent shadow {account} | grep -q '^[^:]*:!' && echo "The account is locked (usermod -p '*' unlocks it)."
su -s /bin/sh {account} -c {as_account} </dev/null
fi"""
_AS_ACCOUNT = """\
cd || exit
k=.ssh/authorized_keys
if [ ! -f $k ] || ! grep -qsF {key} $k; then echo "My key is not in $k."; fi
find . .ssh $k -prune \\( -perm -020 -o -perm -002 \\) -exec echo "Others may write to" {{}} \\;
echo "That is all.\""""


def letter(profile: Profile, public_line: str) -> str:
    """The message, whose commands print the cause: another key, another account, no such account, or permissions."""
    key = public_line.split()[1]
    as_account = shlex.quote(_AS_ACCOUNT.format(key=key))
    account = shlex.quote(profile.server.user)
    told = _(_LETTER).format(host=profile.server.host, user=profile.server.user)
    return f"{told}\n\n{_COMMANDS.format(account=account, as_account=as_account)}"

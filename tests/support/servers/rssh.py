"""A stand-in for rssh, the restricted login shell, which distributions have dropped."""

# As rssh does: it splits the command at blanks, takes nothing but what it allows, and says no on standard error.
RSSH = r"""#!/bin/sh
case "$1 $2" in
    *" --daemon"* | *" --config"*) ;;
    "-c rsync --server "*) set -f; exec $2 ;;
esac
printf '\nThis account is restricted by rssh.\nAllowed commands: rsync \n\nIf you believe this is in error, ' >&2
printf 'please contact your system administrator.\n\n' >&2
exit 1
"""

"""Our lines in a server's files, as the pasted commands find them there by the marks around them."""

from __future__ import annotations

RANGE = "/^# backup-wizard begin {pattern}$/,/^# backup-wizard end {pattern}$/"
"""What stands between this backup's marks."""

EARLIER = (
    '[ "$(printf "%s\\n" "$r" | grep -c "^# backup-wizard ")" = 2 ]'
    ' && [ "$(printf "%s\\n" "$r" | tail -n 1)" = "# backup-wizard end {name}" ]'
)
"""Whether that is just one whole text of ours: nobody else's mark is in it."""

OF_ACCOUNT = 'printf "%s\\n" "$r" | grep -qxF "    uid = {account}"'
HAS_ANOTHERS = "grep -qsv -e '^{user}:' -e '^#' -e '^$' {path}"  # a password of another account


def marked(script: str, name: str) -> str:
    """The script for the backup of that name."""
    return script.replace("{name}", name).replace("{pattern}", name.replace(".", "[.]"))

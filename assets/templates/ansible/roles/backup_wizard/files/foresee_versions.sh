# Asks the program whose text is the first argument whether it could keep versions of the backups that standard input
# names: an account, a name, a folder, and how many days, weeks and months, a line each. It changes nothing.
set -fu
umask 077
tmp=$(mktemp -d /tmp/backup-wizard.XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT
printf '%s\n' "$1" >"$tmp/program"
while IFS= read -r account && IFS= read -r name && IFS= read -r folder && IFS= read -r keep; do
  printf '%s\n' "account=$account" "name=$name" "folder=$folder" "keep=$keep" >"$tmp/settings"
  sh "$tmp/program" --foresee "$tmp/settings" >/dev/null 2>"$tmp/error" </dev/null ||
    printf 'no versions can be kept of %s: %s\n' "$name" "$(head -c 2000 "$tmp/error" | tr -c '\n -~' '?')" >&2
done

# Asks the program whose text is the first argument whether it could keep versions of the backups that standard input
# names: an account, a name, a folder, how many days, weeks and months, and the settings in place, which may keep no more
# than that unasked, a line each; - is for fewer that were agreed to. It changes nothing.
set -fu
umask 077
tmp=$(mktemp -d /tmp/backup-wizard.XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT
printf '%s\n' "$1" >"$tmp/program"
while IFS= read -r account && IFS= read -r name && IFS= read -r folder && IFS= read -r keep && IFS= read -r settings; do
  printf '%s\n' "account=$account" "name=$name" "folder=$folder" "keep=$keep" >"$tmp/settings"
  sh "$tmp/program" --foresee "$tmp/settings" >/dev/null 2>"$tmp/error" </dev/null ||
    printf 'no versions can be kept of %s: %s\n' "$name" "$(head -c 2000 "$tmp/error" | tr -c '\n -~' '?')" >&2
  if test ! -f "$settings"; then continue; fi
  ! wanted=$keep awk -F= '
    $1 == "keep" { split($2, now, " "); split(ENVIRON["wanted"], to, " "); for (at in now) if (to[at] + 0 < now[at] + 0) fewer = 1 }
    END { exit !fewer }' "$settings" ||
    printf 'fewer older versions of %s would be kept than now. Ask its owner whether they sent this. Only if so: -e new_keys=%s\n' \
      "$name" "$name" >&2
done

# Writes a whole file. Standard input has its mode, and then its text. Only lines of settings that
# everybody may read are shown.
set -fu
dry_or_do=$1 file=$2 new=$2.backup-wizard old=/dev/null
fail() { printf '%s\n' "$*"; exit 1; }
IFS= read -r mode
text=$(cat)
umask 077
if test -L "$file"; then fail "$file is a symbolic link. Replace it with the file itself."; fi
if test -e "$file"; then
  test -f "$file" || fail "$file is not a regular file."
  old=$file
  if printf '%s\n' "$text" | cmp -s - "$file" && test "$(stat -c %a "$file")" = "$mode"; then exit 0; fi
fi
printf 'write %s\n' "$file"
if test "$mode" = 644; then printf '%s\n' "$text" | diff "$old" - | sed -n 's/^< /- /p; s/^> /+ /p'; fi
test "$dry_or_do" != dry || exit 0
(umask 022 && mkdir -p "${file%/*}") && rm -f "$new" && printf '%s\n' "$text" >"$new" &&
  chmod "$mode" "$new" && mv -f "$new" "$file" || fail "Can't write $file."
! command -v restorecon >/dev/null || restorecon "$file" || :

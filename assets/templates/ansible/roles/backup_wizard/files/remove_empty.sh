# Removes a file or a folder if it is empty. What marks a folder stays with what else is in there.
case ${2##*/} in .backup-folder-*) test "$(ls -A "${2%/*}" 2>/dev/null)" = "${2##*/}" || exit 0 ;; esac
test -n "$(find "$2" -maxdepth 0 -empty 2>/dev/null)" || exit 0
printf 'remove %s\n' "$2"
test "$1" = dry || if test -d "$2"; then rmdir "$2"; else rm -f "$2"; fi

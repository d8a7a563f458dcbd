# Removes a file.
test -e "$2" || test -L "$2" || exit 0
printf 'remove %s\n' "$2"
test "$1" = dry || rm -f "$2" || { printf "Can't remove %s.\n" "$2" && exit 1; }

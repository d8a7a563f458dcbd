# Makes an empty file. What is there already stays as it is.
test "$1" = dry || test -e "$2" || test -L "$2" || { umask 077 && set -C && : >"$2"; }

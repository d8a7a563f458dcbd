# Makes a folder for the account alone, and those above it. What is there already keeps its owner and mode.
set -fu
dry_or_do=$1 path=$2 account=$3 at='' missing=''
fail() { printf '%s\n' "$*"; exit 1; }
uid=$(id -u "$account" 2>/dev/null)
if test "$(id -u)" = 0; then umask 022; else umask 077; fi
IFS=/
for part in $path; do
  test -n "$part" || continue
  at=$at/$part
  if test -z "$missing" && { test -e "$part" || test -L "$part"; }; then
    cd -P "./$part" 2>/dev/null || fail "$at exists, but is not a folder that $(id -un) can enter."
    case $(pwd -P)/ in */.*) fail "$at leads to a hidden folder, $(pwd -P). Choose another folder for the backup." ;; esac
    case $(stat -c %u .) in 0 | "$uid") continue ;; esac
    fail "$at belongs to $(stat -c %U .), so $account can't back up there."
  fi
  test -n "$missing" || test -w . || fail "$(id -un) can't create $at. Create it as root if you want it there."
  test "$dry_or_do" = dry || { mkdir "./$part" && cd -P "./$part"; } || fail "Can't create $at."
  if test "$dry_or_do" = dry; then missing=$at; fi
  made=$at
done
if test "${made-}" = "$at"; then
  printf 'make %s\n' "$path"
  test "$dry_or_do" = dry || { chmod 700 . && chown "$account:" .; }
elif test "$(stat -c %u .)" != "$uid"; then
  fail "$path already exists and belongs to $(stat -c %U .), not to $account. Choose another folder."
fi

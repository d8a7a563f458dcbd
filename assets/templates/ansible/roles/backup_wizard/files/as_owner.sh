# Runs a script (the first argument) on one path after the other: as root, where root alone can write in every folder on
# the way, so that nobody else can have put a link there; else as the account. With "dry" (the second argument), nothing
# is changed. Standard input names for each path, a line each: a number to know it by, the account, the path, how many
# lines the script is to read, and those lines. It prints, after the number, what is "missing" on the way, and after "|"
# what the script says. Problems go to standard error.
set -fu
test ! -t 0 || exec </dev/null # given nothing, Ansible leaves a terminal of ssh's there, which never ends
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
cd /
work=$1 dry_or_do=$2 failed=0
newline='
'
while IFS= read -r number && IFS= read -r account && IFS= read -r path && IFS= read -r count; do
  lines=''
  while test "$count" -gt 0; do
    IFS= read -r line || exit 1
    lines=$lines$line$newline count=$((count - 1))
  done
  IFS=: read -r name _ uid _ _ home _ <<END
$(getent passwd "$account")
END
  test "$name" = "$account" || { uid='' home=/home/$account; }
  case $path in /*) ;; *) path=${home%/}/$path ;; esac

  who=root at=''
  IFS=/
  for part in $path; do
    test -n "$part" || continue
    if test -e "$at/" && test -z "$(find "$at/" -prune -user 0 ! -perm -020 ! -perm -002)"; then who=account; fi
    at=$at/$part
    if test -L "$at"; then who=account; elif ! test -e "$at"; then printf '%s missing %s\n' "$number" "$at"; fi
  done
  unset IFS

  case $who:$dry_or_do:$uid in
  root:*) said=$(printf '%s' "$lines" | sh -c "$work" sh "$dry_or_do" "$path" "$account" 2>&1) ;;
  account:dry:) continue ;;
  account:do:) said="there is no account $account" && false ;;
  account:*:0) said="$path: others than root can write on the way to it, so root does nothing there" && false ;;
  *) said=$(printf '%s' "$lines" | setsid su -s /bin/sh -c "$work" "$account" sh "$dry_or_do" "$path" "$account" 2>&1) ;;
  esac || {
    failed=1
    printf '%s\n' "$said" | tr -c '\n -~' '?' >&2
    continue
  }
  printf '%s\n' "$said" | tr -c '\n -~' '?' | sed -n "s/^./$number | &/p"
done
exit "$failed"

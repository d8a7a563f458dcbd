# Puts lines between our two marks into a file, or takes them out ("put" or "take"), and says which it changes. Only
# "replace" puts them in place of lines with another key, or takes places (from=) from others with the same key. After
# the order there may be the names of such others that have to stand after these lines.
set -fu
dry_or_do=$1 file=$2 folder=${2%/*} new=$2.backup-wizard old=/dev/null
fail() { printf '%s\n' "$*"; exit 1; }
read -r order later
IFS= read -r name
agreed='' at=''
if test "$order" = replace; then order=put agreed=yes; fi
lines=$(cat) first="# backup-wizard begin $name" last="# backup-wizard end $name"
block=$(printf '%s\n' "$first" "$lines" "$last")
export order first last block at
if test "$(id -u)" = 0; then umask 022; else umask 077; fi

if test -L "$file"; then fail "$file is a symbolic link. Replace it with the file itself."; fi
if test -e "$file"; then
  old=$file
  test -f "$file" || fail "$file is not a regular file."
  test -r "$file" || fail "$(id -un) can't read $file."
  tr -d '\000' <"$file" | cmp -s - "$file" || fail "$file is not a text file."
fi
# Prints what is "ours" or the whole "new" text, also if the file was saved with the line ends of Windows. One mark
# without the other says nothing about which lines are ours.
part() {
  awk -v part="$1" '
    { line = $0; sub(/\r$/, "", line) }
    part == "new" && NR == ENVIRON["at"] + 0 && !put++ { print ENVIRON["block"] }
    line == ENVIRON["first"] {
      if (inside) exit 1
      inside = 1
      if (part == "new" && ENVIRON["order"] == "put" && ENVIRON["at"] == "" && !put++) print ENVIRON["block"]
    }
    line == ENVIRON["last"] && !inside { exit 1 }
    inside && part == "ours" { print line }
    !inside && part == "new" { print }
    line == ENVIRON["last"] { inside = 0 }
    END {
      if (inside) exit 1
      if (part == "new" && ENVIRON["order"] == "put" && !put) print ENVIRON["block"]
    }' "$old"
}
ours=$(part ours) ||
  fail "$file has only one of the two marks of $name (# backup-wizard begin, end). Fix that by hand first."
# sshd takes the first line whose key and place (from=) match, so this says where ours belong: before which line, or
# at the "end", and whose that line is; nothing if they can stay, or be added.
key_place() { ours=$lines blob=$(keys_in "$block") name=$name later=$later awk '
    function starts(line) { gsub(/"(\\"|[^"])*"/, "\"\"", line); sub(/^[ \t]+/, "", line); return line }
    function is_for_any(line) { sub(/[ \t].*/, "", line); return tolower(line) !~ /(^|,)from=""/ }
    BEGIN {
        blob = ENVIRON["blob"]
        count = split(ENVIRON["ours"], our, "\n")
        for (at = 1; at <= count; at++) if (our[at] !~ /^#/ && is_for_any(starts(our[at]))) open = 1
        count = split(ENVIRON["later"], named, " ")
        for (at = 1; at <= count; at++) later[named[at]] = 1
    }
    { sub(/\r$/, "") }
    /^# backup-wizard begin / { block = substr($0, 23); first = NR }
    /^# backup-wizard begin / && block == ENVIRON["name"] && !ours { ours = NR }
    /^# backup-wizard end / { block = ""; next }
    /^#/ || index($0, blob) == 0 || block == ENVIRON["name"] { next }
    {
        line = starts($0)
        if (index(" " line " ", " " blob " ") == 0) next
        if ((block in later) || (!open && is_for_any(line))) {
            if (!before) { before = block == "" ? NR : first; whose = block }
        } else if (open && !is_for_any(line)) after = NR
    }
    END {
        if (before && (!ours || ours > before)) print before "\n" whose
        else if (ours && ours < after) print "end"
    }
' "$old"; }
keys_in() { printf '%s\n' "$1" | sed -n 's/^[^#].* \(AAAA[A-Za-z0-9+/]*=*\).*$/\1/p' | sort -u; }
if test "$order" = put && test -n "$(keys_in "$block")"; then
  set -- $(key_place)
  at=${1-} whose=${2-another line}
fi
case $order:$at:$ours in put::"$block" | take::) exit 0 ;; esac
if test -n "$at" && test "$at" != end; then
  taken="The key of $name is also in $file for $whose, which would no longer work from the places (from=) of $name."
  test -n "$agreed" || fail "$taken Ask its owner whether they sent this. Only if so: -e new_keys=$name"
  printf '%s\n' "$taken"
fi
# Another key shuts out the computer that has the one in place now, and it may be a thief who asks for that.
if test "$order" = put && test -n "$(keys_in "$ours")" && test "$(keys_in "$ours")" != "$(keys_in "$block")"; then
  test -n "$agreed" ||
    fail "$file has another key for $name. Ask its owner whether they sent this. Only if so: -e new_keys=$name"
  printf 'replace the key of %s, so the one in place no longer works\n' "$name"
fi
test "$old" != "$file" || test -O "$file" ||
  fail "$file belongs to $(stat -c %U "$file"), so $(id -un) can't change it: chown '$(id -un)' '$file'"
if test -d "$folder"; then test -w "$folder" || fail "$(id -un) can't write in $folder."; fi
case $(lsattr -d "$folder" "$old" 2>/dev/null | sed 's/ .*//') in
  *[ia]*) fail "$file or its folder is locked against changes (chattr)." ;;
esac

printf '%s the lines of %s: %s\n' "$order" "$name" "$file"
printf '%s\n' "$ours" | grep -vxF -e "$block" | sed 's/^./- &/'
if test "$order" = put; then printf '%s\n' "$block" | grep -vxF -e "$ours" | sed 's/^./+ &/'; fi
test "$dry_or_do" != dry || exit 0
mkdir -p "$folder" && rm -f "$new" && { test "$old" != "$file" || cp -p "$file" "$new"; } && part new >"$new" ||
  fail "Can't write $new."
case $file in */sshd_config) "$(command -v sshd)" -t -f "$new" || fail "sshd reports an error in the new settings." ;; esac
mv -f "$new" "$file" || fail "Can't replace $file."
! command -v restorecon >/dev/null || restorecon "$folder" "$file" || :

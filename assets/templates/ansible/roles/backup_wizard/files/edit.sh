# Puts lines between our two marks into a file, or takes them out ("put" or "take"), and says which it changes. Only
# "replace" puts them in place of lines with another key or with more locks, or takes places (from=) from others with
# the same key. After the order there may be the names of such others that have to stand after these lines. "drop"
# changes nothing: it fails where taking our lines out would leave a computer without the key that it has now, or take a
# lock off it.
set -fu
dry_or_do=$1 file=$2 folder=${2%/*} new=$2.backup-wizard old=/dev/null
fail() { printf '%s\n' "$*"; exit 1; }
read -r order later
IFS= read -r name
agreed='' at='' met='' behind=''
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
# The key in a line as sshd reads it: after its type, which options may precede. A comment may look like a key.
reading_keys='
    function starts(line) { gsub(/"(\\"|[^"])*"/, "\"\"", line); sub(/^[ \t]+/, "", line); return line }
    function key_of(line,  word, count, at) {
        gsub(/[\r\f\v]/, "", line)
        if (line ~ /^[ \t]*(#|$)/) return ""
        count = split(starts(line), word, /[ \t]+/)
        at = word[2] ~ /^AAAA/ ? 2 : 3
        return at <= count && word[at] ~ /^AAAA[A-Za-z0-9+\/]*=*$/ ? word[at] : ""
    }
'
# sshd takes the first line whose key and place (from=) match, so this says where ours belong: before which line, or
# at the "end", and whose that line is; nothing if they can stay, or be added. Then whose lines are met first, and after
# ours, where their places can't be told apart.
key_place=$reading_keys'
    function places(line,  option) {
        sub(/^[ \t]+/, "", line)
        while (match(line, /^[^ \t,="]+(="(\\"|[^"])*")?/)) {
            option = substr(line, 1, RLENGTH)
            if (tolower(option) ~ /^from="/) return substr(option, 7, length(option) - 7)
            line = substr(line, RLENGTH + 1)
            if (!sub(/^,/, "", line)) return ""
        }
        return ""
    }
    function digits(number) { return substr(hex, int(number / 16) + 1, 1) substr(hex, number % 16 + 1, 1) }
    # The bits of an IPv4 or IPv6 address, or of a network as far as it goes; nothing for what sshd may read otherwise.
    function bits(place,  size, count, half, part, at, text, found) {
        size = -1
        if (place ~ /^[^\/]+\/[0-9]+$/) { size = place; sub(/.*\//, "", size); sub(/\/.*/, "", place); size += 0 }
        if (place ~ /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$/) {
            split(place, part, ".")
            for (at = 1; at < 5; at++) {
                if (part[at] ~ /^0[0-9]/ || length(part[at]) > 3 || part[at] + 0 > 255) return ""
                text = text digits(part[at])
            }
        } else {
            place = tolower(place)
            count = split(place, half, "::")
            if (place !~ /^[0-9a-f:]*:[0-9a-f:]*$/ || place ~ /:::|^:[^:]|[^:]:$/ || count > 2) return ""
            for (at = split(half[1], part, ":"); at > 0; at--) {
                if (length(part[at]) > 4 || part[at] == "") return ""
                text = substr("000" part[at], length(part[at])) text
            }
            for (at = count < 2 ? 0 : split(half[2], part, ":"); at > 0; at--) {
                if (length(part[at]) > 4 || part[at] == "") return ""
                found = substr("000" part[at], length(part[at])) found
            }
            at = length(text found)
            if (count < 2 ? at != 32 : at > 28) return ""
            while (length(text found) < 32) text = text "0000"
            text = text found
            if (text ~ /^00000000000000000000ffff/) return "" # an IPv4 address within IPv6
        }
        found = ""
        for (at = 1; at <= length(text); at++) found = found substr(nibbles, index(hex, substr(text, at, 1)) * 4 - 3, 4)
        if (size > length(found) || (size >= 0 && substr(found, size + 1) ~ /1/)) return ""
        return length(text) ":" (size < 0 ? found : substr(found, 1, size))
    }
    function known_bits(place) {
        if (!(place in known)) known[place] = bits(place)
        return known[place]
    }
    # How the places of one line lie to those of another, or "" if they have none in common.
    function relation(one, other,  a, b, i, j, n, m, in_b, in_a, meets, inside, around) {
        if (one == "" || other == "") return one == other ? "unclear" : one == "" ? "around" : "inside"
        n = split(one, a, ",")
        m = split(other, b, ",")
        if (n > 64 || m > 64 || ++compared > 1000) return "unclear" # an account may have anything in its file
        for (i = 1; i <= n; i++) if ((a[i] = known_bits(a[i])) == "") return "unclear"
        for (j = 1; j <= m; j++) if ((b[j] = known_bits(b[j])) == "") return "unclear"
        for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) {
            if (index(a[i], b[j]) == 1) in_b[i] = meets = 1
            if (index(b[j], a[i]) == 1) in_a[j] = meets = 1
        }
        if (!meets) return ""
        inside = around = 1
        for (i = 1; i <= n; i++) if (!(i in in_b)) inside = 0
        for (j = 1; j <= m; j++) if (!(j in in_a)) around = 0
        return inside == around ? "unclear" : inside ? "inside" : "around"
    }
    function relation_to(other,  at, one, found) {
        for (at = 1; at <= lines; at++) {
            one = relation(of_ours[at], other)
            if (one != "") found = found == "" || found == one ? one : "unclear"
        }
        return found
    }
    BEGIN {
        hex = "0123456789abcdef"
        nibbles = "0000000100100011010001010110011110001001101010111100110111101111"
        blob = ENVIRON["blob"]
        count = split(ENVIRON["ours"], our, "\n")
        for (at = 1; at <= count; at++) if (key_of(our[at]) == blob) {
            of_ours[++lines] = places(our[at])
            if (of_ours[lines] == "") open = 1
        }
        count = split(ENVIRON["later"], named, " ")
        for (at = 1; at <= count; at++) later[named[at]] = 1
    }
    { sub(/\r$/, "") }
    /^# backup-wizard begin / { block = substr($0, 23); first = NR }
    /^# backup-wizard begin / && block == ENVIRON["name"] && !ours { ours = NR }
    /^# backup-wizard end / { block = ""; next }
    index($0, blob) == 0 || block == ENVIRON["name"] || key_of($0) != blob { next }
    {
        from = places($0)
        is = relation_to(from)
        if ((block in later) || is == "inside") {
            if (!before) { before = block == "" ? NR : first; whose = block }
        } else if (is == "around" || (open && from != "" && is != "")) after = NR
        else if (is == "unclear" && from != "") { unclear[++many] = NR; of[many] = block == "" ? "another line" : block }
    }
    END {
        if (before && (!ours || ours > before)) { print before; ours = before }
        else if (ours && ours < after) { print "end"; ours = 0 }
        else print ""
        print whose
        for (at = 1; at <= many; at++)
            if (!ours || unclear[at] < ours) { if (met == "") met = of[at] }
            else if (behind == "") behind = of[at]
        print met "\n" behind
    }'
note_places() {
  printf "the key of %s is also there for %s, from places that can't be compared or overlap: where both are for an address, " "$name" "$1"
  printf 'sshd takes the line of %s, which stands first\n' "$2"
}
keys_in() { printf '%s\n' "$1" | awk "$reading_keys"'key_of($0) != "" { print key_of($0) }' | sort -u; }
if test "$order" = put && test -n "$(keys_in "$block")"; then
  { IFS= read -r at; IFS= read -r whose; IFS= read -r met; IFS= read -r behind; } <<END
$(ours=$lines blob=$(keys_in "$block") name=$name later=$later awk "$key_place" "$old")
END
fi
case $order:$at:$ours in put::"$block" | take::) exit 0 ;; esac
if test -n "$at" && test "$at" != end; then
  taken="The key of $name is also in $file for ${whose:-another line}, which would no longer work from the places (from=) of $name."
  test -n "$agreed" || fail "$taken Ask its owner whether they sent this. Only if so: -e new_keys=$name"
  printf '%s\n' "$taken"
fi
# Another key shuts out the computer that has the one in place now, and it may be a thief who asks for that.
if test "$order" != take && test -n "$(keys_in "$ours")" && test "$(keys_in "$ours")" != "$(keys_in "$block")"; then
  has="another key for $name"
  if test -z "$(keys_in "$block")"; then has="a key for $name, and this would remove it"; fi
  test -n "$agreed" ||
    fail "$file has $has. Ask its owner whether they sent this. Only if so: -e new_keys=$name"
  printf 'replace the key of %s, so the one in place no longer works\n' "$name"
fi
# Nor is a lock taken off a key unasked.
lines_have() { # all|any OPTION LINES: whether all lines with a key, or any of them, have it
  printf '%s\n' "$3" | how=$1 option=",$2=\"\"" awk "$reading_keys"'
    key_of($0) == "" { next }
    { split(starts($0), word, /[ \t]+/); if (index("," tolower(word[1]), ENVIRON["option"])) have = 1; else lack = 1 }
    END { exit !(have && (ENVIRON["how"] == "any" || !lack)) }'
}
ask_if_looser() { # all|any OPTION WORDS
  if test "$order" = take || ! lines_have "$1" "$2" "$ours" || lines_have "$1" "$2" "$block"; then return 0; fi
  test -n "$agreed" || fail "$file: $3. Ask its owner whether they sent this. Only if so: -e new_keys=$name"
  printf '%s\n' "$3"
}
ask_if_looser all command "the key of $name can only start its backup (command=), and could then run anything"
ask_if_looser any from "the key of $name is limited by addresses (from=), and would no longer be"
test "$order" != drop || exit 0
test "$old" != "$file" || test -O "$file" ||
  fail "$file belongs to $(stat -c %U "$file"), so $(id -un) can't change it: chown '$(id -un)' '$file'"
if test -d "$folder"; then test -w "$folder" || fail "$(id -un) can't write in $folder."; fi
case $(lsattr -d "$folder" "$old" 2>/dev/null | sed 's/ .*//') in
  *[ia]*) fail "$file or its folder is locked against changes (chattr)." ;;
esac

printf '%s the lines of %s: %s\n' "$order" "$name" "$file"
test -z "$met" || note_places "$met" "$met"
test -z "$behind" || note_places "$behind" "$name"
printf '%s\n' "$ours" | grep -vxF -e "$block" | sed 's/^./- &/'
if test "$order" = put; then printf '%s\n' "$block" | grep -vxF -e "$ours" | sed 's/^./+ &/'; fi
test "$dry_or_do" != dry || exit 0
mkdir -p "$folder" && rm -f "$new" && { test "$old" != "$file" || cp -p "$file" "$new"; } && part new >"$new" ||
  fail "Can't write $new."
case $file in */sshd_config) "$(command -v sshd)" -t -f "$new" || fail "sshd reports an error in the new settings." ;; esac
mv -f "$new" "$file" || fail "Can't replace $file."
! command -v restorecon >/dev/null || restorecon "$folder" "$file" || :

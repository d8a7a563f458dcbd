# Says which computers the setup script has locked out (--revoke), by its list: under this name, or another with the same
# key. Standard input names, a line each: a number to know it by, the account, the name, "replace" if the computer may have
# another key by now, how many lines of keys there are, and those lines. It prints "out" and why after the number, or
# "anew" if it was locked out with another key; with "note" as the argument, that is put into the list, and no more asked.
set -fu
test ! -t 0 || exec </dev/null # given nothing, Ansible leaves a terminal of ssh's there, which never ends
list=/var/lib/backup-wizard/made
test -f "$list" || { cat >/dev/null && exit 0; } # all of it is read, or Ansible would fail to write it
note=${1-}
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
test -z "$note" || ! command -v flock >/dev/null || { exec 9>>"${list%/*}/lock" && flock -w 60 9; } || exit 1
while IFS= read -r number && IFS= read -r account && IFS= read -r name && IFS= read -r order && IFS= read -r count; do
  lines=''
  while test "$count" -gt 0; do
    IFS= read -r line || exit 1
    lines="$lines$line
" count=$((count - 1))
  done
  blob=$(printf '%s' "$lines" | awk "$reading_keys"'key_of($0) != "" && !found++ { print key_of($0) }')
  found=$(own="$account $name" base="$account ${name%+restore}" blob=$blob awk '
    $3 == "anew" && $1 " " $2 == ENVIRON["own"] { is_anew = $4 == ENVIRON["blob"] }
    $3 != "revoked" { next }
    {
        has_key = 0
        for (at = 5; at <= NF; at++) if ($at == ENVIRON["blob"]) has_key = 1
        found = $4 " " $1 " " $2
    }
    $1 " " $2 == ENVIRON["own"] && (has_key || ENVIRON["blob"] == "") { by_name = found }
    $1 " " $2 == ENVIRON["base"] && ENVIRON["blob"] == "" && by_name == "" { by_key = found }
    has_key { by_key = found }
    $1 " " $2 == ENVIRON["own"] || $1 " " $2 == ENVIRON["base"] { other = found }
    END {
        if (by_name != "") print "name " by_name
        else if (by_key != "") print "key " by_key
        else if (other != "" && !is_anew) print "another " other
    }' "$list")
  whose=${found##* }
  how="To take that back, run its setup script with --readmit $whose"
  case $found:$order in
  name*) printf '%s out %s is not let in: it was locked out. %s\n' "$number" "$name" "$how" ;;
  key*) printf '%s out %s is not let in: it has a key of %s, which was locked out. %s\n' "$number" "$name" "$whose" "$how" ;;
  another*:replace)
    test -z "$note" || printf '%s %s anew %s\n' "$account" "$name" "$blob" >>"$list"
    printf '%s anew\n' "$number"
    ;;
  another*)
    printf '%s was locked out with another key. Ask its owner whether they sent this. Only if so: -e new_keys=%s\n' \
      "$whose" "$name" >&2
    ;;
  esac
done

# Looks for modules of rsync's daemon that are not ours to change: one of the same backup name, but of another account, or
# one of the same module name, which rsync would mix with ours. Standard input has for each computer, a line each:
# "present", or "absent" if its module goes; the account; the name; the names of its modules. Problems go to standard error.
# It prints the names of absent computers whose module is another account's.
set -fu
test ! -t 0 || exec </dev/null # given nothing, Ansible leaves a terminal of ssh's there, which never ends
export LC_ALL=C
IFS='
'
# Root's own among what rsync reads for an "&include PATH" or "&merge PATH": a file of any name, or of a folder's files
# those with the suffix.
included() { # SUFFIX PATH
  if test -d "$2"; then
    find -L "$2" -maxdepth 1 -type f -user 0 -name "*.$1" 2>/dev/null
  else
    find -L "$2" -maxdepth 0 -type f -user 0 2>/dev/null
  fi
}
next=$(included conf /etc/rsyncd.conf) files=''
while test -n "$next"; do
  found=$next next=''
  for file in $found; do
    case $IFS$files in *"$IFS$file$IFS"*) continue ;; esac
    files=$files$file$IFS
    for line in $(sed -n 's/[[:space:]]*$//; s|^[[:space:]]*&\([A-Za-z]*\)[[:space:]]*\(/.*\)|\1 \2|p' "$file"); do
      case $line in [Mm]*) suffix=inc ;; *) suffix=conf ;; esac
      more=$(included "$suffix" "${line#* }")
      test -z "$more" || next=$next$more$IFS
    done
  done
done
awk '
  function say(text) { if (!said[text]++) print text | "cat >&2" }
  function look(  whose) { # at the module that ends here
    whose = block != "" ? block : place
    if (module == "" || (whose, uid) in leaving) return
    if (whose in account) {
      if (uid != "" && uid != account[whose]) say(file " already has a backup " whose " of another account. Choose another name.")
    } else if (module in named) {
      say(file " already has another module named " named[module] ". Choose another name.")
    } else if (whose in absent && uid != "" && !printed[whose]++) print whose
  }
  part == "list" && NR % 4 == 1 { state = $0 }
  part == "list" && NR % 4 == 2 { who = $0 }
  part == "list" && NR % 4 == 3 { name = $0 }
  part == "list" && NR % 4 == 0 && state == "absent" { absent[name] = leaving[name, who] = 1 }
  part == "list" && NR % 4 == 0 && state == "present" {
    if (name in account && account[name] != who) say("Two computers in the list have the name " name ". Choose another one for one of them.")
    account[name] = who
    for (at = split($0, modules, " "); at; at--) {
      module = tolower(modules[at])
      if (module in of && of[module] != name)
        say("Two computers in the list have the module " modules[at] ". Choose another one for one of them.")
      of[module] = name
      named[module] = modules[at]
    }
    module = ""
  }
  part == "list" { next }
  { sub(/\r$/, "") }
  FNR == 1 || /^# backup-wizard (begin|end) / || /^[ \t]*\[/ { look(); module = uid = "" }
  FNR == 1 {
    file = place = FILENAME
    block = ""
    if (!sub(/.*\/backup-wizard-/, "", place) || !sub(/[.](conf|inc)$/, "", place)) place = ""
  }
  /^# backup-wizard begin / { block = substr($0, 23) }
  /^# backup-wizard end / { block = "" }
  /^[ \t]*\[/ { module = tolower($0); sub(/].*/, "", module); gsub(/[ \t[]/, "", module) }
  tolower($0) ~ /^[ \t]*uid[ \t]*=/ { uid = $0; sub(/[^=]*=[ \t]*/, "", uid); sub(/[ \t]+$/, "", uid) }
  END { look() }' part=list - part=files $files

# Says which backups can't have their folders, as one is the folder of another backup, or in one, or around one: whoever
# may write to it could change the other. Only modules of rsync's daemon may have one folder, if each has a password and
# none is a reader's (NAME+restore), which opens one backup and not all that is in a module. One more password for a
# folder is asked about, as its owner may know nothing of it. Standard input has for each backup four lines: the account,
# the name, "key", "module" ("open-module" without a password, "new-module" if it wasn't here with that folder, and nobody
# has agreed to it), and the folder; those after a line with just - are here already. So are those that the setup script
# has in its list. Problems go to standard error.
set -fu
test ! -t 0 || exec </dev/null # given nothing, Ansible leaves a terminal of ssh's there, which never ends
export LC_ALL=C
list=/var/lib/backup-wizard/made state=new
real() { readlink -m -- "$1" 2>/dev/null || readlink -f -- "$1" 2>/dev/null || printf '%s\n' "$1"; } # PATH
{
  while IFS= read -r account; do
    if test "$account" = -; then state=here && continue; fi
    IFS= read -r name && IFS= read -r kind && IFS= read -r folder || exit 1
    home=$(getent passwd "$account" | cut -d: -f6)
    case $folder in /*) ;; *) folder=${home:-/home/$account}/$folder ;; esac
    # An account may have any link on the way, to a folder of any name: more lines than one would be read as more backups.
    path=$(real "$folder" && printf .) path=${path%??}
    case $state:$path in
    here:*[[:cntrl:]]*) path=$folder ;;
    *[[:cntrl:]]*)
      printf 'The folder of %s has a control character in its name, or leads to one that has. Choose another folder for %s.\n' \
        "${name%+restore}" "${name%+restore}" | tr -c '\n -~' '?' >&2
      continue
      ;;
    esac
    printf '%s %s %s %s %s\n' "$state" "$account" "$name" "$kind" "$path"
  done
  test ! -f "$list" || awk '
    $3 == "file" && ($5 == "/etc/rsyncd.conf" || $5 ~ /\/backup-wizard-[^\/]*[.](conf|inc)$/) { module[$1, $2] = 1 }
    $3 == "file" && $5 == "/etc/rsyncd-" $2 ".secrets" { password[$1, $2] = 1 }
    $3 == "root" { folder = $0; sub(/^[^ ]* [^ ]* root /, "", folder); at[$1 " " $2] = folder }
    END {
      for (one in at) {
        split(one, is, " ")
        kind = !((is[1], is[2]) in module) ? "key" : (is[1], is[2]) in password ? "module" : "open-module"
        print "here", one, kind, at[one]
      }
    }
  ' "$list"
} | awk '
  {
    count++
    state[count] = $1
    name[count] = $3
    shares[count] = $4 ~ /^(new-)?module$/ && $3 !~ /[+]restore$/
    is_new[count] = $4 == "new-module"
    sub(/[+]restore$/, "", name[count])
    id[count] = $2 " " name[count]
    folder[count] = $0
    sub(/^[^ ]* [^ ]* [^ ]* [^ ]* /, "", folder[count])
  }
  END {
    for (one = 1; one <= count; one++) for (two = 1; two <= count; two++) {
      if (state[one] != "new" || id[one] == id[two]) continue
      mine = folder[one]
      if (mine == folder[two]) {
        if (shares[one] && shares[two] && !is_new[one]) continue
        if (shares[one] && shares[two]) {
          told = name[one] " would open the folder of the backup " name[two] " with another password."
          told = told " Ask its owner whether they sent this. Only if so: -e new_keys=" name[one]
          if (!said[told]++) print told | "tr -c \"\\n -~\" \"?\" >&2"
          continue
        }
        how = " is the folder of the backup "
      } else if (index(folder[two] "/", mine "/") == 1) how = " contains the folder of the backup "
      else if (index(mine "/", folder[two] "/") == 1) how = " is inside the folder of the backup "
      else continue
      told = mine how name[two] ". Choose another folder for " name[one] "."
      if (!said[told]++) print told | "tr -c \"\\n -~\" \"?\" >&2"
    }
  }'

# Looks at the server and prints what is there as JSON; it changes nothing. Standard input names accounts and the roots
# of their backups in turn, a line each. A root that is no place for backups is a problem, and so are settings with which
# sshd would not start.
set -u
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

# ---- JSON ----
text() { printf '%s\n' "$1" | tr '\001-\011\013-\037\177' '?' | sed 's/[\\"]/\\&/g; s/.*/"&"/'; }
list() { tr '\001-\011\013-\037\177' '?' | awk '{ gsub(/[\\"]/, "\\\\&"); printf "%s\"%s\"", (NR > 1 ? ", " : ""), $0 }'; }

# ---- The server ----

# Prints a folder if root alone can write there.
roots_own() { test -z "$1" || find "$1" -prune -type d -user 0 ! -perm -020 ! -perm -002 2>/dev/null; }

# The first folder that the settings of rsync's daemon include.
daemon_folder() {
  sed -n 's|^[[:blank:]]*&include[[:blank:]]\{1,\}\(/.*[^[:blank:]]\)[[:blank:]]*$|\1|p' /etc/rsyncd.conf 2>/dev/null |
    head -n 1
}

# The first that sshd's settings include before any Match.
sshd_folder() {
  sed -n '
    /^[[:blank:]]*[Mm][Aa][Tt][Cc][Hh][[:blank:]]/q
    s|^[[:blank:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:blank:]]\{1,\}\(/[^[:blank:]]*\)/[*][.]conf[[:blank:]]*$|\1|p
    ' /etc/ssh/sshd_config 2>/dev/null | head -n 1
}

# Before OpenSSH 8.4, a Match in an included file has no effect.
sshd_is_old() {
  case $({ sshd -V || ssh -V; } 2>&1 | sed -n 's/.*OpenSSH_\([0-9][0-9.]*\).*/\1/p' | head -n 1) in
  [1-7].* | 8.[0-3] | 8.[0-3].*) echo true ;;
  *) echo false ;;
  esac
}

# ---- An account ----

find_account() { # ACCOUNT
  account=$1
  IFS=: read -r name _ uid _ _ home _ <<END
$(getent passwd "$account")
END
  test "$name" = "$account" || { uid='' home=/home/$account; }
  home=${home%/}
}

# Settings may differ by where one comes from, so that sshd is asked for each address that they name.
ask_sshd() {
  test -n "$sshd" || return 0
  for address in 127.0.0.1 $addresses; do
    said=$("$sshd" -T -C "user=$account,host=localhost,addr=$address" 2>&1 </dev/null) ||
      if test "$address" = 127.0.0.1; then printf '%s\n' "$said" >&2; return 1; else continue; fi
    printf 'address %s\n%s\n' "$address" "$said"
  done
}

# The files of keys that sshd reads.
key_files() {
  test -n "$sshd" || printf '%s/.ssh/authorized_keys\n' "$home"
  for file in $(printf '%s\n' "$answers" | sed -n 's/^authorizedkeysfile //p'); do
    case $file in none) continue ;; *%h*) file=${file%%%h*}$home${file#*%h} ;; esac
    case $file in *%u*) file=${file%%%u*}$account${file#*%u} ;; esac
    case $file in *%*) continue ;; /*) ;; *) file=$home/$file ;; esac
    printf '%s\n' "$file"
  done | awk '!seen[$0]++'
}

# The addresses from which sshd takes a password.
open_from() {
  printf '%s\n' "$answers" | awk '
    $1 == "address" { address = $2 }
    /^(passwordauthentication|kbdinteractiveauthentication) yes/ && !seen[address]++ { print address }'
}

# A root may hold no way in, nor what the system or others keep there.
refuse_root() { # ROOT
  root=$1
  case $account in *[!0-9]*) ;; *) echo "$account is a number, not an account's name." && return ;; esac
  test "$uid" != 0 || { echo "$account is root. A backup needs an account with fewer rights." && return; }
  case $root in /*) ;; *) root=$home/$root ;; esac
  root=${root%/}
  case $root/ in
  */.*) echo "$root is in a hidden folder. Hidden folders are for settings and keys, not for backups." && return ;;
  / | /var/ | /bin/* | /boot/* | /dev/* | /etc/* | /lib*/* | /proc/* | /root/* | /run/* | /sbin/* | /sys/* | \
    /tmp/* | /usr/* | /var/cache/* | /var/lib/* | /var/log/* | /var/mail/* | /var/run/* | /var/spool/* | /var/tmp/*)
    echo "${root:-/} is a system folder. Choose another one for backups." && return ;;
  esac
  { printf '%s\n' "$homes" && printf '%s:%s\n' "$account" "$home"; } | root=$root awk -F: '
    index($2 "/", ENVIRON["root"] "/") == 1 {
      print ENVIRON["root"] " is the home of " $1 ", or contains it. Choose a separate folder."
      exit
    }'
}

# ---- All of it ----

sshd=$(command -v sshd)
# Without the accounts of the system, whose homes hold the files of others.
homes=$(getent passwd | awk -F: '$3 >= 1000 { sub(/\/$/, "", $6); print $1 ":" $6 }')
addresses=$(cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null | awk '
  tolower($1) == "match" { for (at = 2; at < NF; at++) if (tolower($at) == "address") print $(at + 1) }' |
  tr ',' '\n' | sed '/^!/d; s|/.*||; s/[*?]/1/g' | sort -u)
set -f
without_password=$(awk -F: '$2 ~ /^[*!]/ { print $1 }' /etc/shadow)
record=$(cat /etc/backup-wizard-ansible.json 2>/dev/null) || record='{}'
problems='' seen='' separator=''
newline='
'
printf '{"record": %s,\n' "$record"
printf '"daemon_folder": %s,\n' "$(text "$(roots_own "$(daemon_folder)")")"
printf '"sshd_folder": %s,\n' "$(text "$(roots_own "$(sshd_folder)")")"
printf '"secrets": [%s],\n' "$(find /etc -maxdepth 1 -name 'rsyncd-*.secrets' | list)"
printf '"has_sshd": %s, "sshd_is_old": %s,\n' "$(test -f /etc/ssh/sshd_config && echo true || echo false)" "$(sshd_is_old)"
printf '"accounts": {'
while IFS= read -r account && IFS= read -r root; do
  find_account "$account"
  problems=$problems$(refuse_root "$root")$newline
  case $seen in *"$newline$account$newline"*) continue ;; esac
  seen=$seen$newline$account$newline
  answers=$(ask_sshd 2>&1) || { problems=$problems$answers$newline answers=''; }
  printf '%s\n%s: {"exists": %s, ' "$separator" "$(text "$account")" "$(test -n "$uid" && echo true || echo false)"
  printf '"without_password": %s, ' "$(
    if test -z "$uid" || printf '%s\n' "$without_password" | grep -qxF -e "$account"; then echo true; else echo false; fi
  )"
  printf '"key_files": [%s], "open_from": [%s]}' "$(key_files | list)" "$(open_from | list)"
  separator=','
done
printf '},\n"problems": [%s]}\n' "$(printf '%s' "$problems" | sed '/^$/d' | awk '!seen[$0]++' | list)"

# Has the program at that path set versions of a backup up, or end them; the versions themselves stay. Standard input:
# "--set-up" or "--take-down", the account, the backup's name.
set -fu
IFS= read -r option
IFS= read -r account
IFS= read -r name
key=$(printf '%s' "$account" | tr '\134' =)/$name # of DOMAIN\user
if test "$1" = dry; then
  if test -L "/var/lib/backup-wizard/versions/$key"; then kept=yes; else kept=''; fi
  case $option:$kept in
  --set-up:) printf 'keep versions of %s\n' "$name" ;;
  --take-down:yes) printf 'keep no more versions of %s; those that are there stay\n' "$name" ;;
  esac
  exit 0
fi
test -f "/etc/backup-wizard/versions/$key/settings" || exit 0
said=$(sh "$2" "$option" "$account" "$name" 2>&1 </dev/null) || {
  printf 'no versions can be kept of %s: %s\n' "$name" "$said"
  exit 1
}
printf '%s\n' "$said" | sed 's/^  [+.] //'

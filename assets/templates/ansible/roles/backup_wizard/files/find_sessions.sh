# Prints the processes of sshd's that work for an account, after its name: who is signed in stays so without the key.
# Standard input names an account, and what is to be said with it, a line each.
test ! -t 0 || exec </dev/null # given nothing, Ansible leaves a terminal of ssh's there, which never ends
while IFS= read -r account && IFS= read -r more; do
  pids=''
  for process in $(find /proc -maxdepth 1 -user "$account" -name '[1-9]*' 2>/dev/null); do
    read -r name <"$process/comm" 2>/dev/null || continue
    case $name in sshd*) pids="$pids ${process#/proc/}" ;; esac
  done
  test -z "$pids" || printf '%s stays signed in. To end that, run: kill%s%s\n' "$account" "$pids" "${more:+ ($more)}"
done

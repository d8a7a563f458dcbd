# Says whether an account that was made holds nothing of its own: its home is as it was made, no folder is there.
cd "$2" && more=$(diff -rq /etc/skel .) || test "$?:${more:+more}" = 1:more || exit 0
# On Ubuntu, PAM writes that into each home at a sign-in.
if test "$(ls -A .cache 2>/dev/null)" = motd.legal-displayed; then
  more=$(printf '%s\n' "$more" | grep -vxF 'Only in .: .cache')
fi
test -z "$more" || exit 0
while IFS= read -r folder; do test ! -e "$folder" || exit 0; done
echo nothing

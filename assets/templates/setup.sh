# ---- How it works: everything below this line is the same for all backups ----
# Root writes only where nobody but root can write. Where an account can write (a home, a shared folder), the account
# itself reads, creates and writes the files. So planting a link there gains nobody anything: see survey, as_owner.

set -u
umask 077
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

state=/var/lib/backup-wizard # a list of the changes, for --undo; nothing secret
newline='
'

main() {
    new_key='' wanted='' wanted_of=''
    case $#:${1-} in
    0:) mode=apply ;;
    1:--new-key) mode=apply new_key=agreed ;;
    1:--check | 1:--undo | 1:--receipt) mode=${1#--} new_key=warned ;;
    [23]:--revoke | [23]:--readmit) mode=${1#--} wanted=$2 wanted_of=${3-} ;;
    1:--help | 1:-h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    [ "$(id -u)" = 0 ] || { complain 'only root can do this: run it with sudo, or as root' && exit 77; }
    cd / && begin
    case $mode in
    check)
        printf 'Nothing is changed. Without --check, this would happen:\n'
        strictly apply
        [ "$code" = 0 ] || fail "this can't work yet; nothing was changed"
        ;;
    apply) change ;;
    undo)
        printf 'On this server:\n'
        strictly undo
        end
        [ "$code" = 0 ] || fail 'not everything was undone: fix the problems above, then run this with --undo again'
        ;;
    receipt) each_backup receipt ;;
    revoke | readmit)
        made=$state/made
        strictly "$mode"
        end
        exit "$code"
        ;;
    esac
}

usage() {
    cat <<END
Usage: sh ${0##*/} [--check | --new-key | --undo | --receipt | --revoke NAME | --readmit NAME | --help]
  (nothing)   sets up the backups named at the top of this file, and prints a receipt for each
  --new-key   the same, and lets a request replace or remove the key or password that a backup has now, take a lock off
              its key, give it other lines for some places, share a folder, or keep fewer older versions: ask its owner
              first
  --check     shows what it would change, and changes nothing
  --undo      undoes only its own changes; it never deletes backups
  --receipt   prints only the receipts: send each to the person whose backup it is
  --revoke NAME [ACCOUNT]
              locks a computer out at once, such as a stolen one: removes its lines (also those for a restore), ends its
              sessions, and prints what was verified in a receipt. Its backup stays. Later runs don't let it in either,
              nor any other backup with its key
  --readmit NAME [ACCOUNT]
              takes that back: the next run lets it in again. Any setup script can do this
Later on:
  A computer gets a new key    Its owner sends a new request. Compare the fingerprints, then run its script with
              --new-key.
  Another folder    Move the backups' folders there (mv). Change the folder in the requests (backup-wizard admin), run
              their new script, and send its receipts: each computer goes on in the new folder.
  Another server    Lock all computers out here (--revoke). There, create the accounts, copy the folders (rsync -aH, as
              root) and give them to the accounts (chown -hR). Then run the script of the same requests there. Send its
              receipts to the users, who enter the new server's name.
Exit codes: 0 done; 1 failed, and all changes were undone, but those of --revoke and the lines of keys that were locked
out; 2 wrong option; 77 not run as root.
END
}

complain() { printf 'backup-wizard: %s\n' "$*" >&2; }
fail() { complain "$*" && exit 1; }
note() { printf '  . %s\n' "$*"; }

# A value as a word of a command that somebody may paste.
word() {
    case $1 in
    *[!A-Za-z0-9_@%+=:,./-]*) printf "'%s'" "$(printf '%s\n' "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf '%s' "$1" ;;
    esac
}

# Prints a change; returns whether to make it too.
does() {
    printf '  + %s\n' "$1"
    changes=$((changes + 1))
    [ "$mode" != check ]
}

# Makes control characters visible in text from an account's file or program.
visible() { head -c 2000 | tr -c '\n -~' '?'; }

each() { # FUNCTION LINES: calls it with each of the lines
    while [ -n "$2" ]; do
        "$1" "${2%%"$newline"*}"
        case $2 in *"$newline"*) set -- "$1" "${2#*"$newline"}" ;; *) return 0 ;; esac
    done
}

each_backup() { # FUNCTION
    number=1
    while [ "$number" -le "$backups" ]; do
        take_backup "$number"
        "$1"
        number=$((number + 1))
    done
}

take_backup() { # NUMBER
    takes_over='' former_keys='' later_keys='' marker='' key_block='' sshd_block='' module='' daemon_block='' daemon_private='' secrets_file='' secrets_user='' secret='' blob='' versions=''
    "backup_$1"
    mine="$account $name" mark=$name in_paths=$(printf '%s' "$account" | tr '\134' =) # of DOMAIN\user
    versions_file=/etc/backup-wizard/versions/$in_paths/$name/settings
    if [ -n "$key_block" ]; then blob=$(printf '%s\n' "$key_block" | keys_in | head -n 1); fi
    locate
}

is_planned() { # WHAT
    case $planned in *"$newline$1$newline"*) return 0 ;; esac
    planned=$planned$1$newline && return 1
}

# ---- One run at a time; it begins with --check ----

begin() {
    planned=$newline changes=0 left='' refused='' lockout='' sshd_was_asked_for='' spared=/dev/null reading='' made=$state/made
    case $mode in
    check | receipt)
        tmp=$(mktemp -d) || fail 'no space left for a temporary folder'
        trap 'rm -rf "$tmp"' EXIT
        trap 'exit 1' HUP INT TERM
        ;;
    *)
        { mkdir -p "$state" && chmod 711 "$state"; } || fail "nothing was changed: can't create $state"
        exec 9>>"$state/lock"
        ! command -v flock >/dev/null || flock -n 9 || fail 'nothing was changed: another run of this script is active'
        tmp=$state/run
        trap : HUP INT TERM # an interrupted run undoes its own changes
        { rm -rf "$tmp" && mkdir "$tmp" && : >>"$made"; } || fail "nothing was changed: can't write to $state"
        ;;
    esac
    if [ "$mode" = undo ]; then return 0; fi
    made=$tmp/made # --check only changes a copy
    cp "$state/made" "$made" 2>/dev/null || : >"$made"
}

end() {
    rm -rf "$tmp"
    # What else is there is for versions of other backups.
    grep -q . "$state/made" || { rm -f "$state/made" "$state/made.new" "$state/lock" && rmdir "$state" 2>/dev/null; } || :
}

# Ends a function at its first failing step, which a shell doesn't do inside an "if" or "||".
strictly() { # FUNCTION
    (
        set -e
        trap 'exit 1' HUP INT TERM
        "$1"
    )
    code=$?
}

change() {
    mode=check
    strictly apply >"$tmp/foretold" # whatever is known to fail fails here
    [ "$code" = 0 ] || { end && fail 'nothing was changed'; }
    mode=apply made=$state/made spared=$tmp/before
    cp "$made" "$spared"
    printf 'On this server:\n'
    strictly apply
    if [ "$code" != 0 ]; then
        complain 'that failed: undoing the changes'
        mode=undo
        strictly undo
        stays=''
        each_backup note_what_stays
        end
        [ "$code" = 0 ] || fail 'not everything could be undone: run this with --undo once the cause is fixed'
        [ -z "$stays" ] || fail "the changes are undone, but not those to$stays, set up before this run"
        fail 'the changes are undone'
    fi
    each_backup receipt
    if [ -e "$tmp/left" ]; then left=yes; fi
    end
    [ -z "$left" ] || fail 'a key that was locked out may still be let in: see above. All the rest is done'
}

# A backup that was there before a run is not removed where that fails, so what it got by then stays.
note_what_stays() {
    before=$(lines_of_it "$spared")
    if [ -n "$before" ] && [ "$before" != "$(lines_of_it "$made")" ]; then stays="$stays $name"; fi
}

lines_of_it() { from="$mine " awk 'index($0, ENVIRON["from"]) == 1' "$1"; } # LIST

# ---- The list of what was made: ACCOUNT NAME WHAT VALUE, with * for what several backups share ----

noted() { # ACCOUNT NAME WHAT: the values
    from="$1 " awk '{ from = ENVIRON["from"] } index($0, from) == 1 { print substr($0, length(from) + 1) }' "$made"
}

is_noted() { [ -n "$(noted "$1")" ]; }
is_listed() { noted "$1" | grep -qxF -e "$2"; } # ACCOUNT NAME WHAT, VALUE
keep() { grep -qxF -e "$1" "$made" || printf '%s\n' "$1" >>"$made"; } # LINE

keep_one() { if [ "$(noted "$1")" != "$2" ]; then forget "$1" && keep "$1 $2"; fi; } # ACCOUNT NAME WHAT, VALUE

forget() { # LINE, or the beginning of lines
    from="$1 " awk 'index($0 " ", ENVIRON["from"]) != 1' "$made" >"$made.new"
    mv "$made.new" "$made"
}

backwards() { awk '{ line[NR] = $0 } END { for (at = NR; at; at--) print line[at] }'; }

# ---- What is done, in this order ----

apply() {
    command -v rsync >/dev/null || fail 'rsync is not installed: install it (apt install rsync), then run this again'
    sshd_was_well=yes wants_daemon=
    sshd_is_well || sshd_was_well=
    each_backup let_in
    if [ -n "$wants_daemon" ]; then serve; fi
    if [ "$mode" = apply ]; then
        if [ -n "$sshd_was_well" ]; then sshd_is_well || fail "sshd -t reports an error that wasn't there before"; fi
        each_backup ask_daemon
    fi
    if is_noted '* * reload'; then reload_sshd; fi
    if [ "$changes$refused" = 0 ]; then note 'nothing to do: all of it is in place'; fi
    if [ -n "$left" ]; then : >"$tmp/left"; fi
}

let_in() {
    used=$newline
    if is_locked_out; then
        shut_out
        return 0
    fi
    case $lockout in another*) ask_about "${lockout##* } was locked out with another key" ;; esac
    case $account in *[!0-9]*) ;; *) fail "$account is a number, not an account's name" ;; esac
    [ "$uid" != 0 ] || fail "$account is root: a backup needs an account with fewer rights"
    [ "$login" = "$account" ] || fail "the account $account is now named $login: run this with --undo, and ask for a new script"
    make_account
    keep "$mine backup yes"
    keep_one "$account * uid" "${uid:--}"
    case ${key_block:+$home/}$(in_home "$folder") in
    "$home"/*) if [ ! -d "$home" ] || is_listed "$account * folder" "$home"; then make_folder "$home" home; fi ;;
    esac
    case $name in *+restore) require_backup "$(in_home "$folder")" ;; esac
    make_folder "$(in_home "$folder")" backup
    if [ -n "$marker" ]; then mark_folder; fi
    if [ -n "$versions" ]; then
        keep_versions
    elif [ -n "$takes_over" ]; then
        used=$used$versions_file$newline # the other computer's versions may be what is needed most now
    elif are_versions_kept; then
        ask_owner "no older versions of $name would be kept any more"
        drop_versions
    fi
    each require_agreed "$(places)"
    if [ -n "$secrets_file" ]; then put_secret; fi
    if [ -n "$daemon_private" ]; then
        make_folder "${daemon_private%/*}"
        put_block "$daemon_block" "$daemon_private" "give the key of $name an rsync daemon of its own"
    elif [ -n "$daemon_block" ]; then
        wants_daemon=yes
        each require_unlike_module "$(settings_files /etc/rsyncd.conf 0)"
        put_block "$daemon_block" "$module_file" "open the module $module"
    fi
    if [ -n "$key_block" ]; then
        [ -z "$no_keys" ] || fail "no key file works for $account: $no_keys"
        printf '%s\n' "$key_block" >"$tmp/block"
        ssh-keygen -l -f "$tmp/block" >/dev/null 2>&1 || fail "ssh-keygen can't read the key of $name"
        make_folder "${keys%/*}"
        place_key
        put_block "$key_block" "$keys" "let in the key of $name"
        put_at=
    fi
    each drop_block "$(places)" # what a former choice has opened
    if [ -n "$takes_over" ]; then shut_reading; fi
    if [ -n "$sshd_block" ]; then shut_passwords; fi
    case $lockout in another*) keep_one "$mine anew" "$blob" ;; esac
}

# sshd takes the first line whose key and place (from=) match, so ours must not stand behind one for more places. Being
# put before another, it takes those places away from that.
place_key() {
    read_file "$keys"
    { IFS= read -r put_at; IFS= read -r whose; IFS= read -r met; IFS= read -r behind; } <<END || :
$(ours=$key_block blob=$blob name=$name later=$later_keys awk "$key_place" "$tmp/now" | visible)
END
    if [ -n "$met" ]; then note_places "$met" "$met"; fi
    if [ -n "$behind" ]; then note_places "$behind" "$name"; fi
    case $put_at in '' | end) return 0 ;; esac
    ask_owner "the key of $name is also in $keys for ${whose:-another line}, which would no longer work from the places (from=) of $name"
}

note_places() { # WHOSE other line, WHOSE line is met
    note "the key of $name is also in $keys for $1, from places that can't be compared or overlap. Where both are for an
    address, sshd takes the line of $2, which stands first"
}

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
keys_in() { awk "$reading_keys"'{ key = key_of($0); if (key != "" && !seen[key]++) print key }'; }

# By the backup's mark, whose lines have a key; or just - where they are between no marks.
lines_with() { # KEY
    key=$1 awk "$reading_keys"'
        { sub(/\r$/, "") }
        /^# backup-wizard end / { block = "" }
        key_of($0) == ENVIRON["key"] && !seen[block]++ { print block == "" ? "-" : block }
        /^# backup-wizard begin / { block = substr($0, 23) }'
}

# Whether one of the lines lets a key run whatever it likes.
open_all() {
    awk "$reading_keys"'
        key_of($0) != "" { split(starts($0), word, /[ \t]+/); if (("," tolower(word[1])) !~ /,command=""/) found = 1 }
        END { exit !found }'
}

# Whether all lines with a key, or any of them, have an option.
lines_have() { # all|any OPTION
    how=$1 option=",$2=\"\"" awk "$reading_keys"'
        key_of($0) == "" { next }
        { split(starts($0), word, /[ \t]+/); if (index("," tolower(word[1]), ENVIRON["option"])) have = 1; else lack = 1 }
        END { exit !(have && (ENVIRON["how"] == "any" || !lack)) }'
}

# Where a block belongs in a file of keys, by lines: before which line, or at the "end", if it can't stay or be added; whose
# that line is; and whose lines are met first, and after ours, where their places can't be told apart. The others with its
# key are those in blocks named in "later", which have to stand after it, and those for more places, or for fewer.
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

# Without the key or the password that is in place now, the computer that has it is shut out. It may be a thief who asks
# for that, with another key or with none.
require_agreed() { # FILE
    read_file "$1"
    if [ ! -s "$tmp/old" ] || is_anothers "$1"; then return 0; fi
    case $1 in *.secrets) [ -n "$secrets_file" ] || ask_about "$login has a password for $name" ;; esac
    each require_known_key "$(keys_in <"$tmp/old")"
    if loosens all command; then ask_owner "the key of $name can only start its backup (command=), and could then run anything as $login"; fi
    if loosens any from; then ask_owner "the key of $name is limited by addresses (from=), and would no longer be"; fi
}

require_known_key() { # of those that are in place now
    case " $blob $former_keys " in *" $1 "*) return 0 ;; esac
    as_owner 'ssh-keygen -l -f -' <"$tmp/old" || :
    ask_about "$login has another key for $name: $(visible <"$tmp/said" | cut -d' ' -f2)"
}

ask_about() { ask_owner "$1" 'This replaces it, so it no longer works. '; } # WHAT is in place now

ask_owner() { # WHAT [WORDS]
    [ -n "$new_key" ] || fail "$1. Ask its owner whether they sent this. Only if so: sh ${0##*/} --new-key"
    printf '  ! %s\n    %sMake sure that its owner asked for that.\n' "$1" "${2-}"
}

# Whether the lines with a key that are in place now have an option, and those that replace them don't. Addresses that
# one of them is for leave what another allows from elsewhere, such as only adding files.
loosens() { lines_have "$@" <"$tmp/old" && [ -n "$key_block" ] && ! printf '%s\n' "$key_block" | lines_have "$@"; } # all|any OPTION

# What the other computer may have been let read by, for a restore, is taken away from it as well.
shut_reading() {
    own=$name
    name=$takes_over mark=$takes_over mine="$account $takes_over" used=$newline
    find_module_file
    each drop_block "$(places)"
    forget_backup
    name=$own mark=$own mine="$account $own"
    find_module_file
}

# Where this backup's lines can be: where any scheme puts them now, and where an earlier run has put them.
places() {
    {
        printf '%s\n' "$key_files"
        for file in "/etc/backup-wizard/$name@$in_paths.conf" "$module_file" "/etc/rsyncd-$name.secrets"; do
            if [ -e "$file" ]; then printf '%s\n' "$file"; fi
        done
        settings_files /etc/rsyncd.conf 0 | while IFS= read -r file; do
            if is_for_modules "$file"; then printf '%s\n' "$file"; fi
        done
        noted "$mine file" | sed 's/^[^ ]* //'
    } | awk 'NF && !seen[$0]++'
}

# The password reaches the file through this shell alone: it is in no program's arguments and in no environment.
put_secret() {
    read_file "$secrets_file"
    case $(cat "$tmp/old") in
    '') ;;
    *"$newline$secrets_user:$secret$newline"*) ;;
    *)
        if [ -n "$takes_over" ]; then
            ask_about "$secrets_user has another password for $name"
        elif [ -z "$secret" ]; then
            used=$used$secrets_file$newline && return 0
        fi
        ;;
    esac
    if [ -z "$secret" ]; then
        if [ "$mode" = check ]; then secret=unknown; else ask_secret; fi
    fi
    put_block "# backup-wizard begin $name$newline$secrets_user:$secret$newline# backup-wizard end $name" \
        "$secrets_file" "set the password of $secrets_user"
}

ask_secret() {
    if [ -t 0 ]; then
        printf 'Password of %s for the backup %s: ' "$secrets_user" "$name" >&2
        trap 'stty echo; exit 1' HUP INT TERM
        stty -echo
    fi
    IFS= read -r secret || [ -n "$secret" ] || :
    if [ -t 0 ]; then
        stty echo && printf '\n' >&2
        trap 'exit 1' HUP INT TERM
    fi
    [ -n "$secret" ] || fail "standard input had no password for the backup $name"
}

# rsync's daemon reads its settings for each connection, so there is nothing to reload.
serve() {
    if daemon_listens; then
        note "the rsync daemon is running and reads its settings for each connection: nothing to reload"
        return 0
    fi
    if [ ! -d /run/systemd/system ]; then return 0; fi
    for service in rsync rsyncd; do
        if ! systemctl cat "$service.service" >/dev/null 2>&1; then continue; fi
        does "enable and start the service $service" || return 0
        keep "* * service $service"
        systemctl enable --now "$service"
        return 0
    done
}

# ---- Undoing ----

undo() {
    number=$backups
    while [ "$number" -ge 1 ]; do
        take_backup "$number"
        if ! grep -qxF "$mine backup yes" "$spared"; then undo_backup; fi
        number=$((number - 1))
    done
    if ! grep -q ' versions yes$' "$made" && is_noted '* * program'; then
        does "remove the program that keeps versions, $program"
        rm -f "$program" "$program.new"
        forget '* * program'
    fi
    if ! grep -q ' backup yes$' "$made" && is_noted '* * service'; then
        does "stop and disable the service $(noted '* * service')"
        systemctl disable --now "$(noted '* * service')"
    fi
    each remove_folder "$(noted '* * folder' | backwards)"
    if is_noted '* * reload'; then reload_sshd; fi
    if ! grep -q ' backup yes$' "$made"; then
        awk '$3 == "revoked" || $3 == "anew"' "$made" >"$made.new"
        mv "$made.new" "$made"
    fi
    if [ "$changes" = 0 ]; then note 'nothing is here that this script made'; fi
    [ -z "$left" ]
}

# It goes by the files' content, not just by the list: a home may have moved, and the list may be lost.
undo_backup() {
    used=$newline kept=
    if are_versions_kept; then drop_versions; fi
    each drop_block "$(places)"
    if [ -n "$key_block" ]; then each look_for_key "$key_files"; fi
    each unmark_folder "$(noted "$mine marker")"
    each remove_folder "$(noted "$mine folder" | backwards)"
    if ! grep ' backup yes$' "$made" | grep -vxF "$mine backup yes" | cut -d' ' -f1 | grep -qxF "$account"; then undo_account; fi
    if [ -n "$key_block" ] && [ -n "$entry" ]; then each name_session "$(sessions)"; fi
    if [ "$spared" != /dev/null ]; then forget_backup && return 0; fi # it is not --undo, but a run that failed
    if is_noted "$mine revoked"; then note "forgotten: that $name was locked out, so another run of its script lets it in"; fi
    forget "$mine"
}

# All but that it was locked out.
forget_backup() {
    remembered=$(noted "$mine revoked") allowed=$(noted "$mine anew")
    forget "$mine"
    if [ -n "$remembered" ]; then keep "$mine revoked $remembered"; fi
    if [ -n "$allowed" ]; then keep "$mine anew $allowed"; fi
}

# What all backups of an account share is removed with the last one.
undo_account() {
    mine="$account *" mark="account $account"
    if is_noted "$mine file"; then
        keep '* * reload yes'
        each drop_block "$(noted "$mine file" | sed 's/^[^ ]* //')"
    fi
    if is_noted "$mine account"; then
        survey "$home"
        if [ "$by" = account ]; then as_owner "$take_motd" "$at" "$rest" </dev/null || :; fi
    fi
    each remove_folder "$(noted "$mine folder" | backwards)"
    if is_noted "$mine account"; then remove_account; fi
    forget "$mine"
    mine="$account $name" mark=$name
}

remove_folder() { # PATH
    survey "${1%/*}"
    if [ "$by" != later ] && as_owner "$rmdir" "$at" "$rest" "${1##*/}" </dev/null; then
        does "remove the folder $1"
    elif [ -d "$1" ]; then
        note "kept: $1 is not empty"
        kept=$kept$1$newline
    fi
}

# What another line lets in is still open, whoever has put that there.
look_for_key() { # FILE
    read_file "$1"
    each note_other_use "$(lines_with "$blob" <"$tmp/now")"
}

note_other_use() { # NAME: if it is in our list, that its lines are there is no surprise
    if is_listed "$account $1 backup" yes; then
        note "the key of $name still works for the backup $1, which has lines of its own"
    else
        left=yes
        complain "another line of $reading still allows the key of $name: remove that line by hand"
    fi
}

# What runs as the account on this very system, and not in a container that knows another account by its number.
sessions() {
    grep -ls "^Uid:[[:space:]]*${uid}[[:space:]]" /proc/[0-9]*/status | cut -d/ -f3 | while read -r pid; do
        if is_here "$pid"; then printf '%s\n' "$pid"; fi
    done
}

is_here() { [ "$(stat -L -c %d:%i "/proc/$1/root" 2>/dev/null)" = "$(stat -L -c %d:%i /)" ]; } # PROCESS

name_session() { # PROCESS
    case $(cat "/proc/$1/comm" 2>/dev/null) in
    sshd*) note "still connected, perhaps with the key of $name: process $1 (to end it: kill $1)" ;;
    esac
}

# ---- Locking a computer out, and letting it in again ----

# The list says who is locked out: ACCOUNT NAME revoked TIME KEYS. An older script of the same computer is on some disk,
# and another backup may have the same key. ACCOUNT NAME anew KEY: it has got another key since.
is_locked_out() {
    lockout=$(own=$mine base=${mine%+restore} blob=$blob awk "$find_lockout" "$made")
    case $lockout in name* | key*) return 0 ;; esac
    return 1
}

# Prints "name" or "key", by which a backup is locked out, or "another" if it was with other keys than it has now; and
# when, and the account and the name of what was locked out.
# shellcheck disable=SC2016
find_lockout='
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
    }'

# Nor do lines stay in which somebody has put there again, or which another backup with the same key has.
shut_out() {
    refused=yes cut='' whose=${lockout##* } of=${lockout#* * } used=$newline
    of=${of%% *} why="$name was locked out"
    case $lockout in key*) why="$name has a key of $whose, which was locked out" ;; esac
    if [ "$of" = "$account" ]; then of=''; fi
    note "not let in: $why (to take that back: sh ${0##*/} --readmit $whose${of:+ $(word "$of")})"
    each cut_if_there "$(places)"
    if [ -n "$cut" ]; then note "To end what it may have open: sh ${0##*/} --revoke $name"; fi
}

cut_if_there() { # FILE
    attempt read_file "$1"
    if [ "$code" != 0 ] || [ ! -s "$tmp/old" ] || is_anothers "$1"; then return 0; fi
    cut=yes
    cut_block "$1"
}

revoke() {
    take_wanted
    lock_out
    receipt
    [ -z "$left" ] || fail "$name may still get in: see above. Fix it, then run this again"
}

# It goes by the list alone, as a script of another backup may be the one at hand.
readmit() {
    found=$(wanted=$wanted of=$wanted_of awk '
        $3 == "revoked" && $2 "" == ENVIRON["wanted"] && (ENVIRON["of"] == "" || $1 "" == ENVIRON["of"]) { print $1 " " $2 }' "$made")
    case $found in
    *"$newline"*) fail "nothing was changed: several accounts have a backup $wanted. Name the account, too: --readmit $wanted ACCOUNT" ;;
    '')
        take_wanted
        if ! is_locked_out; then note "$name is not locked out" && return 0; fi
        note "$name itself is not locked out, but has a key of ${lockout##* }, which is: --readmit ${lockout##* }"
        return 0
        ;;
    esac
    keys_then=$(noted "$found revoked" | cut -d' ' -f2- | tr ' ' '\n')
    forget "$found revoked"
    forget "$found anew"
    note "$wanted is not locked out any more. To let it in, run its setup script"
    mine='- -'
    each note_other_lockout "$keys_then"
}

note_other_lockout() { # KEY
    blob=$1
    if [ -n "$1" ] && is_locked_out; then note "its key still is, as a key of ${lockout##* }: --readmit ${lockout##* }"; fi
}

take_wanted() {
    number=1 found=''
    while [ "$number" -le "$backups" ]; do
        if ("backup_$number" && [ "$name" = "$wanted" ] && [ "${wanted_of:-$account}" = "$account" ]); then
            found="$found $number"
        fi
        number=$((number + 1))
    done
    case $found in
    '') fail "nothing was changed: no backup at the top of this file is named $(printf %s "$wanted $wanted_of" | visible)" ;;
    ' '*' '*) fail "nothing was changed: several accounts have a backup $wanted. Name the account, too: --revoke $wanted ACCOUNT" ;;
    esac
    take_backup "${found# }"
}

# First it is noted, then the lines go, and then whoever is connected: nobody can come back. Where one of these steps
# fails, the others are done all the same, and running it again does the rest.
lock_out() {
    ended=0 unlocked='' own=$name was=$mine own_blob=$blob
    own_folder=$(noted "$mine root")
    own_folder=${own_folder:-$(in_home "$folder")}
    case $name in *+restore) labels=$name ;; *) labels="$name $name+restore" ;; esac
    cut_keys="$blob $former_keys $(noted "$mine revoked" | cut -d' ' -f2- | tr '\n' ' ')"
    printf 'Locking out %s:\n' "$name"
    for_labels each collect_keys
    cut_keys=$(printf '%s' "$cut_keys" | tr ' ' '\n' | awk 'NF && !seen[$0]++' | tr '\n' ' ')
    keep_one "$was revoked" "$(date +%s) ${cut_keys% }"
    forget "$was anew"
    for_labels each cut_block
    for_labels cut_unmarked -
    if [ -n "$no_keys" ] && [ -n "$key_block" ]; then left=yes && complain "sshd may know the key in another way: $no_keys"; fi
    end_connections
    for_labels each look_for_keys
    for_labels look_for_modules -
    if [ -z "$left" ]; then
        note "verified: no line of $own is left in $(printf '%s' "$key_files" | tr '\n' ' ')or in the settings of rsync's daemon"
        note "verified: no session of it is left ($ended processes were ended)"
        note "not tested: that its key is refused, which only its owner could try"
    fi
}

# Calls something for each file that may have lines of the backup, and of what was let read it. The key in the script
# must not matter: whatever is between the marks goes.
for_labels() { # each FUNCTION
    for label in $labels; do
        name=$label mark=$label mine="$account $label" used=$newline blob=''
        find_module_file
        "$1" "$2" "$(places)"
    done
    name=$own mark=$own mine=$was blob=$own_blob
    find_module_file
}

attempt() { # FUNCTION FILE: does it by itself, as a file that can't be changed must not keep the others
    set +e
    (
        set -e
        "$@"
    )
    code=$?
    set -e
    [ "$code" = 0 ] || left=yes
}

collect_keys() { # FILE
    attempt read_file "$1"
    if open_all <"$tmp/old"; then unlocked=yes; fi
    # An account may have put anybody's key there, who would be locked out as well.
    if is_listed "$mine file" "$(sum_of "$tmp/old" "$1") $1"; then
        cut_keys="$cut_keys $(keys_in <"$tmp/old" | tr '\n' ' ')"
    else
        for key in $(keys_in <"$tmp/old"); do
            case " $cut_keys " in *" $key "*) ;; *) note "the lines of $mark in $1 also have a key that is not known to be its own: $(start_of "$key")" ;; esac
        done
    fi
}

start_of() { printf '%.48s…' "$1"; } # KEY

cut_block() { attempt drop_block "$1"; } # FILE

look_for_keys() { # FILE
    attempt read_file "$1"
    if [ -s "$tmp/old" ] && ! is_anothers "$1"; then left=yes && complain "the lines of $name are still in $1"; fi
    for key in $cut_keys; do
        other=$(lines_with "$key" <"$tmp/now" | head -n 1 | visible)
        if [ -z "$other" ]; then continue; fi
        left=yes
        if [ "$other" != - ]; then
            complain "the key of $own is also let in as the backup $other: to end that, --revoke $other, or run its setup script again"
        else
            complain "another line of $1 still allows a key of $own: remove that line by hand (it has $(start_of "$key"))"
        fi
    done
}

# Playbooks of before put a module and its password into files of their own, without marks.
cut_unmarked() { # - FILES
    all_modules >"$tmp/modules"
    if grep -q '^ours named ' "$tmp/modules"; then attempt remove_unmarked "/etc/rsyncd-$name.secrets"; fi
    each cut_module "$2"
}

cut_module() { # FILE
    case $1 in /etc/rsyncd.conf | *.secrets) return 0 ;; esac
    if is_for_modules "$1" && modules_in "$1" | grep -q '^ours ' && ! modules_in "$1" | grep -q '^other '; then
        attempt remove_unmarked "$1"
    fi
}

remove_unmarked() { # FILE
    read_file "$1"
    if [ -z "$is_there" ] || [ "$by $(stat -c %u "$1")" != 'root 0' ] || grep -q '^# backup-wizard ' "$tmp/now"; then return 0; fi
    case $1 in *.secrets) ! accounts_with_password "$tmp/now" | grep -qvxF -e "$account" || return 0 ;; esac
    does "remove the file $1 of $name, which has no marks" || return 0
    as_owner "$remove" "$at" "$rest" "${1##*/}" </dev/null || fail "can't remove $1: $(visible <"$tmp/error")"
}

accounts_with_password() { sed '/^[[:space:]]*\(#\|$\)/d' "$1" 2>/dev/null | cut -d: -f1; } # FILE

look_for_modules() { # - FILES
    all_modules >"$tmp/modules"
    each tell_module "$(sed -n 's/^[a-z]* [a-z-]* open //p' "$tmp/modules")"
}

tell_module() { # MODULE] FILE
    left=yes
    complain "the module [$(printf '%s' "$1" | visible | sed 's/] /] in /') may still let $own in: remove it by hand"
}

all_modules() { settings_files /etc/rsyncd.conf 0 | while IFS= read -r file; do modules_in "$file"; done; }

# Of each module: whether it is this account's ("ours" or "other"), whether it has the passwords of $name ("named"), and
# whether it can be what lets that in ("open"); then its name and file.
modules_in() { # FILE
    wanted=
    if [ -z "$daemon_private" ]; then wanted=$module; fi
    if [ "$name" != "$own" ]; then wanted=$name; fi
    theirs=yes
    if accounts_with_password "/etc/rsyncd-$name.secrets" | grep -qxF -e "$account"; then theirs=; fi
    wanted=$wanted theirs=$theirs account=$account login=$login uid=$uid secrets=/etc/rsyncd-$name.secrets awk '
        function plain(text) { gsub(/[ \t\r]/, "", text); return tolower(text) }
        function value_of(line) { sub(/^[^=]*=[ \t]*/, "", line); sub(/[ \t\r]+$/, "", line); return line }
        function tell(  ours, named, open) {
            if (!is_inside) { of_all = owner; secrets_of_all = secrets; return }
            ours = owner != "" && (owner == ENVIRON["account"] "" || owner == ENVIRON["login"] "" || owner == ENVIRON["uid"] "")
            named = secrets == ENVIRON["secrets"]
            open = named && (ours || owner == "" || ENVIRON["theirs"] == "")
            if (ours && ENVIRON["wanted"] != "" && plain(name) == plain(ENVIRON["wanted"])) open = 1
            print (ours ? "ours" : "other"), (named ? "named" : "-"), (open ? "open" : "-"), name "] " FILENAME
        }
        /^[ \t]*([#;]|\r?$)/ { next }
        /^[ \t]*\[/ {
            tell()
            is_inside = 1
            name = $0
            sub(/^[ \t]*\[[ \t]*/, "", name)
            sub(/[ \t]*\].*/, "", name)
            owner = of_all
            secrets = secrets_of_all
            next
        }
        plain($0) ~ /^uid=/ { owner = value_of($0) }
        plain($0) ~ /^secretsfile=/ { secrets = value_of($0) }
        END { tell() }' "$1"
}

# Whoever was let in stays connected when the line is gone, and may begin anew over that connection.
end_connections() {
    if [ -z "$uid" ]; then return 0; fi
    others=$(other_folders)
    tries=1 quiet=0 all=''
    if is_unlocked; then all=yes; fi
    while [ "$quiet" -lt 2 ]; do
        list_processes
        doomed=$(awk -v uid="$uid" -v all="$all" -v ours="$(ancestors)" "$choosing" "$tmp/processes")
        if [ -z "$doomed" ]; then
            quiet=$((quiet + 1))
        elif [ "$tries" -gt 5 ]; then
            left=yes quiet=2
            complain "could not end all sessions of $name: $(printf '%s' "$doomed" | tr '\n' ' ')(kill -9)"
        else
            quiet=0 tries=$((tries + 1)) by=account
            ended=$((ended + $(printf '%s\n' "$doomed" | grep -c .)))
            # shellcheck disable=SC2016,SC2046 # each is a number
            as_owner 'kill -9 "$@"' $(printf '%s\n' "$doomed" | sed -n 's/ root$//;t;p') </dev/null || :
            # shellcheck disable=SC2046
            kill -9 $(printf '%s\n' "$doomed" | sed -n 's/ root$//p') 2>/dev/null || :
        fi
        if [ "$quiet" -lt 2 ]; then sleep 1; fi # one that was just being let in shows by then
    done
    if [ "$ended" -gt 0 ]; then
        does "end the sessions of $name" || :
        if [ -n "$all" ]; then
            note "its key could start anything, so all that ran as $login was ended. Look at its other keys, and at crontab -l -u $login"
        else
            note "connections of $login that nothing showed to be another computer's were ended too: such a computer connects again"
        fi
    fi
}

# Whether its key can run whatever it likes.
is_unlocked() { [ -n "$unlocked" ] || printf '%s\n' "$key_block" | open_all; }

other_folders() {
    {
        noted "$account" | awk -v own="$own" '$2 == "root" && $1 "" != own && $1 != own "+restore" { sub(/^[^ ]* root /, ""); print }'
        number=1
        while [ "$number" -le "$backups" ]; do
            (
                mine_is=$account
                "backup_$number"
                if [ "$account" = "$mine_is" ] && [ "$name" != "$own" ] && [ "$name" != "$own+restore" ]; then
                    printf '%s\n' "$(in_home "$folder")"
                fi
            )
            number=$((number + 1))
        done
    } | awk -v own="$own_folder" '$0 != own && !seen[$0]++'
}

# PROCESS PARENT UID PROGRAM own|other|terminal|starting|-, of the account's and of the rsync daemon's.
list_processes() {
    cat /proc/[0-9]*/status 2>/dev/null |
        awk -v uid="$uid" '
            $1 == "Name:" { name = $2 }
            $1 == "Pid:" { pid = $2 }
            $1 == "PPid:" { parent = $2 }
            $1 == "Uid:" && ($2 == uid || ($2 == 0 && name == "rsync")) { print pid, parent, $2, name }' |
        while read -r pid parent owner program; do
            is=-
            if ! works_in=$(readlink "/proc/$pid/cwd") || ! top=$(readlink "/proc/$pid/root"); then continue; fi # it has ended
            if [ "$top" = / ] && ! is_here "$pid"; then continue; fi # it is a container's
            words=$({ tr '\000\n' '  ' <"/proc/$pid/cmdline" | head -c 400; } 2>/dev/null)
            if is_elsewhere "$pid" && ! is_inside "$top" "$own_folder"; then
                continue
            elif [ "$owner" = 0 ]; then
                case "$top $works_in $words" in '/ / '*--daemon*) if [ -n "$module" ] && [ -z "$daemon_private" ]; then is=starting; fi ;; esac
            elif is_inside "$works_in" "$own_folder" || is_inside "$top" "$own_folder"; then
                is=own
            else
                case $words in
                *" --config=/etc/backup-wizard/$own@$in_paths.conf "*) is=own ;;
                esac
                case $program$words in sshd*@pts/*) is=terminal ;; esac
                if lies_in_others "$works_in"; then is=other; fi
            fi
            printf '%s %s %s %s %s\n' "$pid" "$parent" "$owner" "$program" "$is"
        done >"$tmp/processes"
}

# In a container, which may know another account by the number, or have an rsync daemon of its own.
is_elsewhere() { # PROCESS
    [ "$(readlink "/proc/$1/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ] &&
        [ "$(stat -L -c %d:%i "/proc/$1/root" 2>/dev/null)" != "$(stat -L -c %d:%i /)" ]
}

is_inside() { case $1/ in "$2"/* | "$2 (deleted)"/*) return 0 ;; esac && return 1; } # PATH FOLDER
lies_in_others() { printf '%s\n' "$others" | path=$1 awk '$0 != "" && index(ENVIRON["path"] "/", $0 "/") == 1 { found = 1 } END { exit !found }'; } # PATH

# This script's own session, which may be the account's.
ancestors() {
    at_process=$$
    while [ "${at_process:-0}" -gt 1 ]; do
        printf '%s ' "$at_process"
        at_process=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$at_process/status" 2>/dev/null) || :
    done
}

# All of a connection ends, but for one that shows itself to be another computer's, or to have a terminal, which no key
# of ours has.
# shellcheck disable=SC2016
choosing='
BEGIN { count = split(ours, part, " "); for (at = 1; at <= count; at++) spared[part[at]] = 1 }
{ order[NR] = $1; parent[$1] = $2; owner[$1] = $3; program[$1] = $4; is[$1] = $5 }
function top(pid,  at) {
    while (parent[pid] in owner && owner[parent[pid]] == uid && at++ < 1000) pid = parent[pid]
    return pid
}
END {
    for (at = 1; at <= NR; at++) if (owner[order[at]] == uid) found[top(order[at]), is[order[at]]] = 1
    for (at = 1; at <= NR; at++) {
        pid = order[at]
        if (pid in spared) continue
        if (owner[pid] != uid) { if (is[pid] == "starting" && parent[pid] in owner && owner[parent[pid]] == 0) print pid " root"; continue }
        over = top(pid)
        if (all == "yes") print pid
        else if ((over, "own") in found) { if (program[over] ~ /^sshd/ || program[pid] == "rsync") print pid }
        else if (program[over] ~ /^sshd/ && !((over, "other") in found) && !((over, "terminal") in found)) print pid
    }
}'

# For the receipt.
tell_locked_out() {
    if ! is_locked_out && [ -z "$lockout" ]; then return 0; fi
    printf 'revoked: %s\n' "$(printf '%s\n' "$lockout" | cut -d' ' -f2)"
    if [ "$mode" = revoke ]; then printf 'revoked-verified: %s\n' "$(if [ -z "$left" ]; then echo yes; else echo no; fi)"; fi
}

# ---- The account ----

accounts() { # [ACCOUNT]
    if command -v getent >/dev/null; then getent passwd "$@"; else cat /etc/passwd; fi
}

lookup() { # FIELD VALUE
    accounts "$2" |
        field=$1 value=$2 awk -F: '$ENVIRON["field"] "" == ENVIRON["value"] && !seen++'
}

# $login is what the account is named today; in the list it stays $account.
locate() {
    login=$account entry=$(lookup 1 "$account") uid=$(noted "$account * uid") gid='' comment='' home='' shell=''
    if [ -z "$entry" ] && [ -n "$uid" ]; then entry=$(lookup 3 "$uid"); fi
    if [ -n "$entry" ]; then
        IFS=: read -r login _ uid gid comment home shell <<END
$entry
END
        case $home in /?*) ;; *) fail "the account $login has no home folder: usermod -d $(word "/home/$login") $(word "$login")" ;; esac
    else
        home=$(useradd -D 2>/dev/null | sed -n 's|^HOME=/|/|p')
        home=${home:-/home}/$account shell=/bin/sh
    fi
    survey "$home"
    home=${at%/}${rest:+/$rest}
    ask_sshd
    find_keys
    find_module_file
}

in_home() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s' "$home/$1" ;; esac } # PATH

make_account() {
    if [ -n "$entry" ] || is_planned "account $account"; then return 0; fi
    case $account in *\\*) fail "there is no account $account: this server has to know the domain, and the account in it" ;; esac
    command -v useradd >/dev/null || fail "useradd is not installed: create the account $account yourself, then run this"
    [ ! -e "$home" ] || fail "$home exists, but the account $account does not: create it yourself, or rename that folder"
    if { getent group "$account" || grep "^$account:" /etc/group; } >/dev/null 2>&1; then
        fail "the group $account exists, but no such account: create the account yourself, then run this again"
    fi
    does "create the account $account (shell /bin/sh, no password: only a key can sign in)" || return 0
    keep "$account * account yes"
    # "*" is a password that nothing matches, and unlike "!" does not lock the account for keys.
    useradd --no-log-init --no-create-home --shell /bin/sh --password '*' --comment backup-wizard "$account" ||
        fail "useradd can't create the account $account: create it yourself, then run this again"
    locate
}

remove_account() {
    if [ -n "$entry" ] && [ "$login $comment" != "$account backup-wizard" ]; then
        note "kept: the account $login, because it was changed after this script created it"
        return 0
    fi
    if [ -n "$entry" ]; then
        does "remove the account $account, and end its running processes"
        by=account tries=1
        until end_sessions && userdel "$account"; do
            [ "$tries" -lt 5 ] || fail "userdel can't remove the account $account"
            tries=$((tries + 1))
            sleep 1
        done
        entry=
    fi
    each give_to_root "$kept"
}

# The account itself ends them: a number that is another's by then is none that it could end.
end_sessions() {
    # shellcheck disable=SC2016,SC2046 # each is a number
    as_owner '[ $# = 0 ] || kill -9 "$@"' $(sessions) </dev/null || :
}

# Whoever gets the removed account's number next must not get its backups as well.
give_to_root() { # FOLDER
    (cd -P "$1" && [ "$(pwd -P) $(stat -c %u .)" = "$1 $uid" ] && chown 0:0 . && chmod 700 .) 2>/dev/null ||
        note "careful: the account $account is gone, but $1 still belongs to its number"
}

# ---- Who acts where ----

# Finds who may act at a path: root ($by), while root alone can change each folder on the way, or else the account, from
# the first other folder on. That folder, or the last that is there, is $at; what follows it is $rest.
survey() { # PATH
    by=root rest=${1#/} links=0
    cd -P /
    while :; do
        case $(stat -c '%u %A' .) in 0\ d????-??-?*) ;; *) by=account && break ;; esac
        step=${rest%%/*}
        if [ -z "$rest" ] || [ ! -d "./$step" ]; then break; fi
        case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
        if [ ! -L "./$step" ]; then cd -P "./$step" && continue; fi
        links=$((links + 1)) step=$(readlink "./$step") # root's own, followed step by step
        [ "$links" -lt 20 ] || fail "$1 goes through too many symbolic links"
        case $step in /*) cd / ;; esac
        rest=${step#/}${rest:+/$rest}
    done
    at=$(pwd -P)
    cd /
    case $1/ in "$home"/?*) [ -d "$home" ] || by=later ;; esac
    if [ "$by" = account ] && [ -z "$entry" ]; then by=later; fi
}

# Runs a text as root, or as the account: without a terminal, root's environment or its open files. What it says is in
# $tmp/said, a new file each time, which no program of before can change.
as_owner() { # TEXT ARGUMENTS…
    text=$1 && shift
    rm -f "$tmp/said" "$tmp/error"
    if [ "$by" = root ]; then
        sh -c "$text" sh "$@"
    else
        env -i PATH="$PATH" LC_ALL=C timeout -s KILL 60 setsid su -s /bin/sh -c "$text" -- "$login" sh "$@" 9>&-
    fi >"$tmp/said" 2>"$tmp/error"
}

# FOLDER REST look|make UMASK: goes down and makes what is missing; says where it got to, and what is missing then.
down='umask "$4"; cd -P "$1" || exit 1; rest=$2
while [ -n "$rest" ]; do
    step=${rest%%/*}
    if [ ! -d "./$step" ]; then
        if [ "$3" = look ]; then [ -w . ] && [ ! -e "./$step" ] && [ ! -L "./$step" ] && break; exit 1; fi
        mkdir "./$step" || exit 1
    fi
    cd -P "./$step" || exit 1
    case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
done
pwd -P; printf "%s\n" "$rest"'
# FOLDER REST FILE: shows it. 3: it is not there, 4: no plain file, 5: of another owner; 10 more: it can't be changed.
show='cd -P "$1" || exit 1; cd -P "./$2" 2>/dev/null || exit 3
case $([ -w . ] || echo i; lsattr -d . "./$3" 2>/dev/null | cut -d" " -f1) in *[ia]*) locked=10 ;; *) locked=0 ;; esac
[ -e "./$3" ] || [ -L "./$3" ] || exit $((locked + 3))
[ -f "./$3" ] && [ ! -L "./$3" ] || exit 4
[ "$(id -u)" = 0 ] || [ "$(stat -c %u "./$3")" = "$(id -u)" ] || exit 5
head -c 1000001 "./$3" && exit "$locked"'
# FOLDER REST FILE UMASK: puts what is on standard input there, in one step.
write='umask "$4"; cd -P "$1" && cd -P "./$2" && rm -f .backup-wizard.new && cat >.backup-wizard.new || exit 1
if [ -e "./$3" ]; then
    chown "$(stat -c %u:%g "./$3")" .backup-wizard.new 2>/dev/null || [ "$(id -u)" != 0 ] || exit 1
    chmod "$(stat -c %a "./$3")" .backup-wizard.new || exit 1
fi
{ sync .backup-wizard.new 2>/dev/null || sync; } && mv -f .backup-wizard.new "./$3" || exit 1
! command -v restorecon >/dev/null || restorecon "./$3"'
# FOLDER REST FILE…: removes the files, or the one empty folder.
remove='cd -P "$1" && cd -P "./$2" || exit 1; shift 2; rm -f -- "$@"'
rmdir='cd -P "$1" && cd -P "./$2" && rmdir "./$3"'
# HOME REST: removes what PAM writes into each home at a sign-in, on Ubuntu.
take_motd='cd -P "$1" && cd -P "./$2" && rm -f .cache/motd.legal-displayed && rmdir .cache'
# FOLDER REST FILE look|make UMASK: makes an empty file unless something of that name is there; 3: it is not there.
put_marker='umask "$5"; cd -P "$1" && cd -P "./$2" || exit 1
[ ! -e "./$3" ] && [ ! -L "./$3" ] || exit 0
[ "$4" = make ] || exit 3
set -C; : >"./$3"'
# FOLDER REST NAME: whether a backup of that name has left a mark there, or one that names none.
find_backup='cd -P "$1" && cd -P "./$2" || exit 1
for mark in ".backup-folder-$3" .backup-wizard .backup-complete*; do [ ! -e "$mark" ] || exit 0; done; exit 1'
# FOLDER REST FILE: removes it if it is empty and all that is there.
take_marker='cd -P "$1" && cd -P "./$2" && [ "$(ls -A)" = "$3" ] && [ -f "./$3" ] && [ ! -s "./$3" ] && rm -f "./$3"'

# ---- Folders ----

make_folder() { # PATH ["home" or "backup": it is to be the account's]
    survey "$1"
    real=$at missing=$rest list="$account *"
    if [ "$by" = account ]; then
        if ! as_owner "$down" "$at" "$rest" look 077 </dev/null; then
            [ ! -d "$1" ] || at=$1
            fail "$login can't create or use the folder $1: $at belongs to $(stat -c '%U:%G, mode %a' "$at")"
        fi
        ! has_controls <"$tmp/said" ||
            fail "the folder $1 has control characters in its name, or leads where one has: $(sed '$d' "$tmp/said" | visible)"
        { IFS= read -r real && IFS= read -r missing; } <"$tmp/said" || :
    fi
    path=${real%/} whole=${real%/}${missing:+/$missing}
    if [ "${2-}" = backup ]; then
        require_good_place
        list=$mine
    fi
    if [ -z "$missing" ] && [ -n "${2-}" ] && [ "$(stat -c %u "$real")" != "$uid" ]; then
        # A run that was killed may not have come to give it to the account.
        if [ "$by" != root ] || ! is_listed "$list folder" "$whole"; then
            fail "the folder $real belongs to $(stat -c %U "$real"), not to $account: choose another, or chown it yourself"
        fi
    elif [ -z "$missing" ]; then
        return 0
    fi
    while [ -n "$missing" ]; do
        path=$path/${missing%%/*} whose="$account, mode 700"
        if [ "$by" = root ] && [ "$path ${2-}" != "$whole backup" ] && [ "$path ${2-}" != "$whole home" ]; then
            whose='root, mode 755'
        fi
        case $missing in */*) missing=${missing#*/} ;; *) missing= ;; esac
        if is_planned "folder $path"; then continue; fi
        does "create the folder $path (for $whose)" || :
        case "$whose ${missing:+above}" in
        root*) keep "* * folder $path" ;;
        *above) keep "$account * folder $path" ;;
        *) keep "$list folder $path" ;;
        esac
    done
    if [ "$mode" = check ]; then return 0; fi
    if [ "$by" = root ]; then mask=022; else mask=077; fi
    as_owner "$down" "$at" "$rest" make "$mask" </dev/null || fail "can't create the folder $1: $(visible <"$tmp/error")"
    if [ "$by" = root ] && [ -n "${2-}" ]; then chmod 700 "$whole" && chown -h "$uid:$gid" "$whole"; fi
}

# A request to read opens nothing but what a backup of that name has marked as its own.
require_backup() { # FOLDER
    survey "$1"
    if [ "$by" = later ] || ! as_owner "$find_backup" "$at" "$rest" "${name%+restore}" </dev/null; then
        fail "there is no backup ${name%+restore} in $1"
    fi
}

# Whether what the account says of a path, in two lines, could order a terminal about, or turn the text around on it.
has_controls() {
    awk '
        NR > 2 || /[\001-\037\177]|\302[\200-\237]|\342\200[\216\217\250-\256]|\342\201[\246-\251]|\330\234/ { found = 1 }
        {
            gsub(/[\302-\337][\200-\277]|[\340-\357][\200-\277][\200-\277]|[\360-\364][\200-\277][\200-\277][\200-\277]/, "")
            if (/[\200-\237]/) found = 1
        }
        END { exit !found }'
}

# By this file, a security check knows the folder before the first backup. What is there already stays as it is.
mark_folder() { # $whole, which make_folder has looked at
    survey "$whole"
    if [ -d "$whole" ] && [ "$by" != later ]; then
        answer=0
        as_owner "$put_marker" "$at" "$rest" "$marker" look 077 </dev/null || answer=$?
        if [ "$answer" != 3 ]; then return 0; fi
    fi
    does "mark the folder $whole as this backup's: an empty file in it" || return 0
    keep "$mine marker $whole/$marker"
    as_owner "$put_marker" "$at" "$rest" "$marker" make 077 </dev/null ||
        fail "can't create the file $whole/$marker: $(visible <"$tmp/error")"
}

unmark_folder() { # FILE
    survey "${1%/*}"
    if [ "$by" != later ] && as_owner "$take_marker" "$at" "$rest" "${1##*/}" </dev/null; then does "remove the empty file $1"; fi
}

# A key that can write where a way in lies, or where the system's own files are, opens more than a backup.
require_good_place() { # of $whole, which has no links
    around=$whole
    if [ -n "$key_block" ]; then around=${whole%/*}; fi
    for place in "$whole" "$around"; do
        case $place/ in
        / | /bin/* | /boot/* | /dev/* | /etc/* | /lib/* | /lib32/* | /lib64/* | /libx32/* | /proc/* | /root/* | /run/* | \
            /sbin/* | /sys/* | /tmp/* | /usr/* | /var/ | /var/cache/* | /var/lib/* | /var/log/* | /var/mail/* | \
            /var/spool/* | /var/tmp/* | /home/) fail "${place:-/} is a system folder: choose another one for backups" ;;
        "$home"/.*) fail "$place is a hidden folder in a home, where keys are kept: choose another" ;;
        esac
    done
    case $keys in "$whole"/*) fail "$whole contains the keys for $account: choose another folder" ;; esac
    each require_no_home "$home$newline$(accounts | awk -F: '$3 >= 1000 && $3 != 65534 && $6 ~ /^\/./ { print $6 }')"
    each require_apart "$(sed -n 's/^\([^ ]* [^ ]*\) root /\1 /p' "$made")"
    keep_one "$mine root" "$whole"
}

require_no_home() { # HOME
    case $1/ in
    "$whole"/*) fail "$whole is a home or contains one ($1): choose another folder" ;;
    "$around"/) fail "$around is a home: choose a folder inside it" ;;
    esac
}

require_apart() { # ACCOUNT NAME FOLDER, of another backup
    # What reads a backup is called as it is and “+restore”.
    case $1 in "${mine%+restore} "* | "${mine%+restore}+restore "*) return 0 ;; esac
    other=${1#* } of=${1%% *}
    set -- "${other#* }" "${other%% *}"
    if [ "$1" = "$whole" ]; then
        if [ -z "$key_block" ] && is_module "$of" "$2"; then # a module may hold several computers
            require_like_door "$of" "$2"
            return 0
        fi
        fail "$whole is the folder of the backup $2: choose another"
    fi
    case $1/ in "$whole"/*) fail "$whole contains the folder of the backup $2 ($1): choose another" ;; esac
    case $whole/ in "$1"/*) fail "$whole is inside the folder of the backup $2 ($1): choose another" ;; esac
}

# Nobody comes in beside a password without one, nor with another that its owner knows nothing of.
require_like_door() { # ACCOUNT NAME
    theirs=$(noted "$1 $2 file" | sed -n 's,.* \(/etc/rsyncd-[^/]*\.secrets\)$,\1,p')
    [ "${theirs:+password}" = "${secrets_file:+password}" ] ||
        fail "$whole is the folder of the backup $2, and only one of both has a password: choose another"
    if [ -z "$theirs" ] || is_listed "$mine root" "$whole"; then return 0; fi
    ask_owner "the module $module opens the folder of the backup $2 with another password"
}

is_module() { # ACCOUNT NAME: whether rsync's own daemon lets that backup in, by our list
    noted "$1 $2 file" | sed 's/^[^ ]* //' | other=$2 awk '
        { name = $0; sub(/.*\//, "", name) }
        $0 == "/etc/rsyncd.conf" || name == "backup-wizard-" ENVIRON["other"] ".conf" { found = 1 }
        name == "backup-wizard-" ENVIRON["other"] ".inc" { found = 1 }
        END { exit !found }'
}

# ---- A marked block in a file: replaced, never repeated; all other lines stay as they are ----

# The file comes to $tmp/now, and the lines of $mark in it to $tmp/old.
read_file() { # FILE
    survey "${1%/*}"
    reading=$1 is_there='' answer=3 locked=''
    rm -f "$tmp/now"
    : >"$tmp/now"
    if [ "$by" != later ]; then
        answer=0
        as_owner "$show" "$at" "$rest" "${1##*/}" </dev/null || answer=$?
    fi
    if [ "$answer" -ge 10 ] && [ "$answer" -lt 20 ]; then locked=yes answer=$((answer - 10)); fi
    case $answer in
    0) is_there=yes && mv "$tmp/said" "$tmp/now" ;;
    3) ;;
    4) fail "$1 is a symbolic link or not a regular file: make it a regular file, or add the lines by hand" ;;
    5) fail "$1 belongs to neither root nor $login: chown it, or add the lines by hand" ;;
    *) fail "can't read $1: $(visible <"$tmp/error")" ;;
    esac
    [ "$(head -c 1000001 "$tmp/now" | wc -c)" -le 1000000 ] || fail "$1 is too large for this kind of file"
    # shellcheck disable=SC2094 # both only read it
    tr -d '\000' <"$tmp/now" | cmp -s - "$tmp/now" || fail "$1 is not a text file"
    begin="# backup-wizard begin $mark" end="# backup-wizard end $mark" awk '
        { sub(/\r$/, "") }
        $0 == ENVIRON["begin"] { bad += inside; inside = 1 }
        inside { print }
        $0 == ENVIRON["end"] { bad += !inside; inside = 0 }
        END { exit(bad + inside > 0) }' "$tmp/now" >"$tmp/old" ||
        fail "$1 has only one of the two marks of $mark (begin, end): add the other, or remove the lines by hand"
}

# Prints a file with the lines of this mark replaced, or added at the end, or before the line $put_at; without any, they
# are taken out. The last line ends as it did before they came, if it is noted that it had no end.
edit() { # FILE BLOCK-FILE
    if [ -n "$(tail -c 1 "$1")" ]; then whole=; else whole=1; fi
    if is_listed '* * open' "$reading"; then open=1; else open=; fi
    begin="# backup-wizard begin $mark" end="# backup-wizard end $mark" at=${put_at-} awk -v whole="$whole" -v open="$open" -v file="$2" '
        BEGIN { at = ENVIRON["at"]; while ((getline line < file) > 0) block = block line "\n" }
        { plain = $0; sub(/\r$/, "", plain) }
        NR == at + 0 && block != "" { printf "%s%s", after, block; after = ""; done = 1 }
        plain == ENVIRON["begin"] {
            inside = last = 1
            if (at == "" && !done++ && block != "") { printf "%s%s", after, block; after = "" }
            next
        }
        inside { if (plain == ENVIRON["end"]) inside = 0; next }
        { printf "%s%s", after, $0; after = "\n"; last = 0; ends_ours = plain ~ /^# backup-wizard end / }
        END {
            if (after != "" && (last ? !open || ends_ours : whole || (block != "" && !done))) printf "\n"
            if (!done) printf "%s", block
        }' "$1"
}

require_open() { # FILE
    [ -z "$locked" ] || fail "can't change $1: check if it, its folder or the disk is read-only (ls -ld, lsattr)"
}

put_block() { # BLOCK FILE WORDS
    used=$used$2$newline
    read_file "$2"
    printf '%s\n' "$1" >"$tmp/block"
    sum=$(sum_of "$tmp/block" "$2")
    edit "$tmp/now" "$tmp/block" >"$tmp/new"
    if cmp -s "$tmp/now" "$tmp/new"; then
        keep "$mine file $sum $2"
        return 0
    fi
    require_open "$2"
    if is_hand_made "$2"; then
        complain "$2: someone changed the lines of $mark by hand (or $state is lost). Unlike this script, they say:"
        show_hand_made "$2"
        fail "they won't be overwritten: delete the lines of $mark there, and this script writes them again"
    fi
    if [ -n "$is_there" ] || is_planned "file $2"; then
        does "$3: lines in $2" || return 0
    else
        does "$3: lines in $2 (a new file)" || return 0
        keep "* * new $2"
    fi
    if [ -n "$(tail -c 1 "$tmp/now")" ] && [ ! -s "$tmp/old" ]; then keep "* * open $2"; fi
    former=$(sums_of "$2")
    keep "$mine file $sum $2"
    store "$2"
    each forget_sum "$former"
}

sums_of() { noted "$mine file" | file=$1 awk '{ at = index($0, " ") } substr($0, at + 1) == ENVIRON["file"] { print substr($0, 1, at - 1) }'; } # FILE
forget_sum() { if [ "$1" != "$sum" ]; then forget "$mine file $1 $reading"; fi; } # SUM

# Takes the lines out of a file where they are not wanted, or not any more.
drop_block() { # FILE
    case $used in *"$newline$1$newline"*) return 0 ;; esac
    read_file "$1"
    if [ -s "$tmp/old" ] && ! is_anothers "$1"; then
        require_open "$1"
        : >"$tmp/block"
        if is_hand_made "$1"; then
            complain "$1: someone changed the lines of $mark by hand (or $state is lost). Removing these:"
            show_hand_made "$1"
            if [ -n "$blob" ] && keys_in <"$tmp/old" | grep -qvxF -e "$blob"; then
                fail "$1: there is another key between the marks of $mark: move it out first"
            fi
        fi
        edit "$tmp/now" "$tmp/block" >"$tmp/new"
        does "remove the lines of $mark from $1" || return 0
        store "$1"
        case $1 in /etc/backup-wizard/*) rmdir /etc/backup-wizard 2>/dev/null || : ;; esac
    elif [ "$mode" = undo ] && [ "$by" != later ]; then
        as_owner "$remove" "$at" "$rest" .backup-wizard.new </dev/null || :
    fi
    for sum in $(sums_of "$1"); do forget "$mine file $sum $1"; done
}

# Whether another account's backup of this name has put the lines there.
is_anothers() { # FILE
    case $1 in *.secrets) ;; *) is_for_modules "$1" || return 1 ;; esac
    file=$1 account=$account name=$name awk '
        BEGIN { account = ENVIRON["account"] "" }
        FILENAME == ARGV[1] {
            if ($1 "" != account && $2 "" == ENVIRON["name"] && $3 == "file" && substr($0, length($1 $2 $3 $4) + 5) == ENVIRON["file"]) theirs = 1
            next
        }
        { line = $0; gsub(/[ \t\r]/, "", line) }
        line == "uid=" account || index($0, account ":") == 1 { ours = 1 }
        END { exit !(theirs || !ours) }' "$made" "$tmp/old"
}

# It is the admin's decision then. A password's lines are not compared: nothing about them is noted.
is_hand_made() { # FILE
    if [ "$new_key$1" = "agreed$keys" ] && has_one_key; then return 1; fi
    [ -s "$tmp/old" ] && [ "$(grep -v '^ *#' "$tmp/old")" != "$(grep -v '^ *#' "$tmp/block")" ] &&
        ! is_listed "$mine file" "$(sum_of "$tmp/old" "$1") $1"
}

has_one_key() { [ "$(awk "$reading_keys"'!/^[ \t]*(#|$)/ { print key_of($0) "." }' "$tmp/old" | sort -u | grep -c .)" = 1 ]; }

sum_of() { # TEXT-FILE FILE
    case $2 in *.secrets) printf 'no-sum' ;; *) sha256sum <"$1" | cut -d' ' -f1 ;; esac
}

show_hand_made() { # FILE
    case $1 in *.secrets) hide='s/^\([^#:]*:\).*/\1(not shown)/' ;; *) hide='' ;; esac
    grep -vxF -f "$tmp/block" "$tmp/old" | visible | sed "$hide;s/^/      /" >&2 || :
}

# Puts $tmp/new where $tmp/now was read.
store() { # FILE
    if [ "$by" = root ] && [ "$1" != "/etc/rsyncd-$name.secrets" ]; then mask=022; else mask=077; fi
    case $1 in /etc/backup-wizard/* | */backup-wizard-* | /etc/rsyncd-*.secrets) of_ours=yes ;; *) of_ours= ;; esac
    if [ ! -s "$tmp/new" ] && { [ -n "$of_ours" ] || is_listed '* * new' "$1"; }; then
        as_owner "$remove" "$at" "$rest" "${1##*/}" .backup-wizard.new </dev/null && forget "* * new $1"
    else
        as_owner "$write" "$at" "$rest" "${1##*/}" "$mask" <"$tmp/new"
    fi || fail "can't write $1: $(visible <"$tmp/error")"
}

# ---- sshd ----

# What sshd would do for the account, from anywhere and from each network that its settings single out.
ask_sshd() { # [FILE of settings to try]
    if [ "$sshd_was_asked_for" = "$login" ] || ! command -v sshd >/dev/null; then return 0; fi
    sshd_was_asked_for=$login sshd_settings='' open_from=''
    for address in 192.0.2.1 127.0.0.1 $(named_addresses); do
        answer=$("$(command -v sshd)" -T ${1:+-f "$1"} -C "user=$login,host=localhost,addr=$address,laddr=127.0.0.1,lport=22" 2>/dev/null) ||
            continue
        sshd_settings=$sshd_settings$answer$newline
        case $newline$answer in
        *"$newline"passwordauthentication' yes'* | *"$newline"kbdinteractiveauthentication' yes'*) open_from="$open_from $address" ;;
        esac
    done
}

# One in each network of a "Match Address", of included files, too.
named_addresses() {
    # shellcheck disable=SC2046 # sshd as well takes these for patterns
    (cd /etc/ssh 2>/dev/null && cat sshd_config $(awk 'tolower($1) == "include" { $1 = ""; print }' sshd_config) 2>/dev/null) |
        tr -d '"\r' | awk '
            tolower($1) != "match" { next }
            { for (at = 2; at < NF; at++) if (tolower($at) == "address") count = split($(at + 1), part, ",") }
            { for (; count > 0; count--) {
                address = part[count]
                gsub(/^!|\/.*/, "", address)
                if (gsub(/[*?]+/, address ~ /:/ ? ":1" : "1", address))
                    while (address !~ /:/ && split(address, octets, ".") < 4) address = address ".1"
                if (address ~ /^[0-9a-fA-F:.]+$/ && !seen[address]++) print address
            } }' | head -n 30
}

sshd_says() { printf '%s' "${sshd_settings-}" | sed -n "s/^$1 //p" | awk '!seen[$0]++'; } # SETTING

sshd_is_well() { ! command -v sshd >/dev/null || "$(command -v sshd)" -t 2>/dev/null; }

# The files that sshd takes keys from; ours go into the first.
find_keys() {
    keys='' key_files='' no_keys='' found=$(sshd_says authorizedkeysfile)
    case ${found:=.ssh/authorized_keys} in
    *"$newline"*) no_keys="sshd reads other files for some addresses (AuthorizedKeysFile under Match)" ;;
    none) no_keys="sshd does not read key files here (AuthorizedKeysFile none, AuthorizedKeysCommand $(sshd_says authorizedkeyscommand))" ;;
    *)
        for file in $found; do
            file=$(printf '%s' "$file" | home=$home login=$login uid=$uid awk '{
                while (match($0, /%./)) {
                    sign = substr($0, RSTART + 1, 1)
                    sign = sign == "h" ? ENVIRON["home"] : sign == "u" ? ENVIRON["login"] : sign == "U" ? ENVIRON["uid"] : sign
                    path = path substr($0, 1, RSTART - 1) sign
                    $0 = substr($0, RSTART + 2)
                }
                print path $0
            }')
            key_files=$key_files$(in_home "$file")$newline
        done
        ;;
    esac
    keys=${key_files%%"$newline"*}
}

# A locked key locks nothing where a password opens the same account. This is changed only where nobody can be using a
# password.
shut_passwords() {
    if [ -z "$open_from" ] || is_planned "sshd $account"; then return 0; fi
    find_sshd_file
    if [ -z "$sshd_file" ] || has_password; then
        note "careful: $(password_warning)"
        return 0
    fi
    keep '* * reload yes' # also if this run is cut short
    mine="$account *" mark="account $account"
    words="turn off password sign-in over ssh for the account $account"
    put_block "$sshd_block" "$sshd_file" "$words"
    if [ "$mode" = apply ] && [ "$sshd_file" = "$sshd_included" ]; then
        sshd_was_asked_for='' && ask_sshd
        if [ -n "$open_from" ] && helps_at_the_end; then
            sshd_file=/etc/ssh/sshd_config
            put_block "$sshd_block" "$sshd_file" "$words"
        fi
    fi
    if [ -n "$sshd_included" ] && [ "$sshd_file" != "$sshd_included" ]; then
        used=$newline
        drop_block "$sshd_included"
    fi
    mine="$account $name" mark=$name
}

# Before OpenSSH 8.4, a Match in an included file has no effect.
ignores_included_match() {
    case $(version_of sshd -V) in [1-7].* | 8.[0-3] | 8.[0-3].*) return 0 ;; esac
    return 1
}

helps_at_the_end() { # of sshd's own settings, where the block would come after all others
    { cat /etc/ssh/sshd_config && printf '\n%s\n' "$sshd_block"; } >"$tmp/sshd"
    (sshd_was_asked_for='' && ask_sshd "$tmp/sshd" && [ -n "$sshd_settings" ] && [ -z "$open_from" ])
}

# An account that is not in /etc/shadow is known elsewhere, and may have one there. An empty one is one, too.
has_password() {
    [ -n "$entry" ] && ! name=$login awk -F: '$1 == ENVIRON["name"] && $2 ~ /^[*!]/ { found = 1 } END { exit !found }' /etc/shadow
}

password_warning() {
    case "$open_from " in *' 192.0.2.1 '*) from=anywhere ;; *) from=${open_from# } ;; esac
    case $account in *\\*) domain=yes ;; *) domain= ;; esac
    if [ -z "$domain" ] && has_password; then
        how="if nobody needs it, run usermod -p '*' $(word "$account"), and run this again"
    else
        how='see PasswordAuthentication in the sshd settings, which this script does not change there'
    fi
    printf 'sshd lets %s sign in with a password from %s: %s\n' "$account" "$from" "$how"
}

# The account's own file where sshd's settings include a folder of such files, and it can have an effect there; else a
# block at their end. Nothing where such a block is there already and others come before it.
find_sshd_file() {
    sshd_file=/etc/ssh/sshd_config sshd_included=
    if [ ! -f "$sshd_file" ] || [ -L "$sshd_file" ]; then sshd_file='' && return 0; fi
    includes=$(awk '
        tolower($1) == "match" { exit }
        tolower($1) == "include" { for (at = 2; at <= NF; at++) if (sub(/\/\*\.conf$/, "", $at)) print $at }' "$sshd_file")
    for included in $includes; do
        case $included in /*) ;; *) included=/etc/ssh/$included ;; esac
        if [ -d "$included" ]; then sshd_included=$included/backup-wizard-$in_paths.conf && break; fi
    done
    if grep -qxF "# backup-wizard begin account $account" "$sshd_file"; then
        sshd_file=
    elif [ -n "$sshd_included" ] && ! ignores_included_match; then
        if ! grep -qsxF "# backup-wizard begin account $account" "$sshd_included"; then
            sshd_file=$sshd_included
        elif ! helps_at_the_end; then
            sshd_file=
        fi
    fi
}

# Whoever is connected stays connected.
reload_sshd() {
    reload=''
    if [ -d /run/systemd/system ]; then
        for service in ssh sshd; do
            if systemctl is-active --quiet "$service.service"; then reload="systemctl reload $service" && break; fi
        done
    else
        pid=$(head -n 1 "$(sshd_says pidfile)" 2>/dev/null) || :
        case $(readlink "/proc/${pid:-none}/exe") in */sshd | */sshd' (deleted)') reload="kill -HUP $pid" ;; esac
    fi
    if [ -n "$reload" ] && sshd_is_well; then
        does "reload the sshd settings ($reload)" || return 0
        if $reload; then forget '* * reload' && return 0; fi
    fi
    note 'reload sshd to apply the change: sshd -t, then systemctl reload ssh'
    forget '* * reload'
}

# ---- rsync's daemon ----

# The module's own file where the settings include a folder of such files; else a block in the settings themselves.
find_module_file() {
    module_file=/etc/rsyncd.conf
    if [ ! -e "$module_file" ] || grep -qxF "# backup-wizard begin $name" "$module_file"; then return 0; fi
    # What &merge brings in would swallow settings that follow it, so that it has to stand before a module or the end.
    includes=$(name=$name awk '
        /^[ \t]*([#;]|$)/ { next }
        merged != "" { if ($0 ~ /^[ \t]*[[&]/) print merged; merged = "" }
        /^[ \t]*&include[ \t]/ { print $2 "/backup-wizard-" ENVIRON["name"] ".conf"; next }
        /^[ \t]*&merge[ \t]/ { merged = $2 "/backup-wizard-" ENVIRON["name"] ".inc" }
        END { if (merged != "") print merged }' "$module_file")
    for included in $includes; do
        case $included in /*) if [ -d "${included%/*}" ]; then module_file=$included && return 0; fi ;; esac
    done
}

# Whether the module of $name can be there: the message has it in the settings themselves whatever they include.
is_for_modules() { # FILE
    case $1 in /etc/rsyncd.conf | "$module_file" | */"backup-wizard-$name.conf" | */"backup-wizard-$name.inc") return 0 ;; esac
    return 1
}

# All that rsync's daemon reads, also what others bring in: each file that is there. Of a folder, it takes *.conf where
# that is included, and *.inc where it is merged.
settings_files() { # FILE DEPTH
    if [ ! -f "$1" ] || [ "$2" -gt 3 ]; then return 0; fi
    printf '%s\n' "$1"
    sed -n 's/^[[:space:]]*&\([A-Za-z]*\)[[:space:]][[:space:]]*\(.*[^[:space:]]\)[[:space:]]*$/\1 \2/p' "$1" |
        while read -r directive target; do
            case $directive in [Mm]*) ending=inc ;; *) ending=conf ;; esac
            if [ -d "$target" ]; then
                find -L "$target" -maxdepth 1 -name "*.$ending" -type f | sort
            else
                printf '%s\n' "$target"
            fi
        done |
        while IFS= read -r included; do settings_files "$included" $(($2 + 1)); done
}

# rsync takes the same name in two places for one module, and mixes their settings.
require_unlike_module() { # FILE
    if is_for_modules "$1"; then
        read_file "$1"
        if [ -s "$tmp/old" ] && is_anothers "$1"; then fail "$1 already has a backup $name of another account: choose another name"; fi
    fi
    edit "$1" /dev/null >"$tmp/others"
    ! tr -d ' \t\r' <"$tmp/others" | tr '[:upper:]' '[:lower:]' | cut -d']' -f1 |
        grep -qxF -e "$(printf '[%s' "$module" | tr '[:upper:]' '[:lower:]')" ||
        fail "$1 already has another module named $module: choose another name"
}

daemon_port() {
    awk -F= '/^[ \t]*\[/ { exit } { gsub(/[ \t]/, "") } $1 == "port" { print $2 }' /etc/rsyncd.conf 2>/dev/null |
        tail -n 1 | grep -x '[0-9]\{1,5\}' || printf '873\n'
}

daemon_listens() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
        awk -v port="$(printf '%04X' "$(daemon_port)")" '$4 == "0A" && $2 ~ ":" port "$" { found = 1 } END { exit !found }'
}

# Starts rsync as a daemon that reads from us instead of a network, and asks it for the module. It knows that if it
# wants the password, takes us, or says that it is for other addresses. The account asks for its own daemon's.
ask_daemon() {
    if [ -z "$daemon_block" ] || is_locked_out; then return 0; fi
    printf '%s\n' "$daemon_block" >"$tmp/block"
    : >"$tmp/fault"
    printf '@RSYNCD: 31.0 md5 md4\n#none\n' | # it reads these settings, and opens nothing
        rsync --server --daemon --config="$tmp/block" --log-file="$tmp/fault" . >/dev/null 2>&1 || :
    ! grep -qi 'unknown parameter\|ignoring\|badly formed' "$tmp/fault" ||
        fail "rsync doesn't accept the settings of the module $module: $(visible <"$tmp/fault")"
    printf '@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4\n%s\n' "$module" >"$tmp/ask"
    if [ -n "$daemon_private" ]; then by=account; else by=root; fi
    # shellcheck disable=SC2016 # it is for the account's shell
    as_owner 'cd; exec rsync --server --daemon --config="$1" --log-file="$2" .' "${daemon_private:-/etc/rsyncd.conf}" \
        "$(if [ "$by" = root ]; then printf %s "$tmp/fault"; else printf /dev/null; fi)" <"$tmp/ask" || :
    grep -aq '^@RSYNCD: \(OK\|AUTHREQD\)\|^@ERROR: access denied' "$tmp/said" ||
        grep -aqF "denied on module $module " "$tmp/fault" ||
        fail "rsync can't open the module $module: $(visible <"$tmp/said")"
}

# ---- Older versions ----

program=/usr/local/sbin/backup-wizard-versions

keeps_fewer() { # than the lines that are in place
    wanted=$versions awk -F= '
        $1 == "keep" { split($2, now, " "); split(ENVIRON["wanted"], to, " "); for (at in now) if (to[at] + 0 < now[at] + 0) fewer = 1 }
        END { exit !fewer }' "$tmp/old"
}

are_versions_kept() { is_noted "$mine versions" || [ -e "$versions_file" ]; }

# The program's text is in this script where a backup wants it; else one put it there before.
run_versions() { # OPTION…: its changes are shown as ours, and what it complains of is in $tmp/error
    if command -v versions_program >/dev/null; then
        versions_program >"$tmp/program"
    else
        cp "$program" "$tmp/program" || return 1
    fi
    answer=0
    sh "$tmp/program" "$@" </dev/null >"$tmp/said" 2>"$tmp/error" 9>&- || answer=$?
    cat "$tmp/said"
    changes=$((changes + $(grep -c '^  + ' "$tmp/said")))
    return "$answer"
}

# Its settings are here; its folders, the engine's configuration and the hourly run are the program's own concern.
keep_versions() {
    place=$folder
    if [ -n "$daemon_block" ] && [ -z "$daemon_private" ]; then place=$folder/$name; fi # its module may have several
    settings="account=$account${newline}name=$name${newline}folder=$place${newline}keep=$versions"
    printf '%s\n' "$settings" >"$tmp/settings"
    run_versions --foresee "$tmp/settings" || fail "no versions can be kept of $name: $(visible <"$tmp/error")"
    read_file "$versions_file"
    if keeps_fewer; then ask_owner "fewer older versions of $name would be kept than now"; fi
    put_program
    make_folder "${versions_file%/*}"
    put_block "# backup-wizard begin $name$newline$settings$newline# backup-wizard end $name" "$versions_file" \
        "keep versions of $name (of $(printf '%s' "$versions" | sed 's/\(.*\) \(.*\) \(.*\)/\1 days, \2 weeks, \3 months/'))"
    keep "$mine versions yes"
    if [ "$mode" = check ]; then return 0; fi
    run_versions --set-up "$account" "$name" || fail "no versions can be kept of $name: $(visible <"$tmp/error")"
}

put_program() {
    keep '* * program yes'
    if cmp -s "$tmp/program" "$program" || is_planned "file $program"; then return 0; fi
    if [ -e "$program" ] && ! grep -q '(backup-wizard)' "$program"; then fail "$program is there, and not from backup-wizard: rename it"; fi
    if [ ! -d "${program%/*}" ]; then
        keep "* * folder ${program%/*}"
        [ "$mode" = check ] || mkdir -p "${program%/*}"
    fi
    does "put the program that keeps versions in its place: $program" || return 0
    if ! { cp "$tmp/program" "$program.new" && chmod 755 "$program.new" && mv -f "$program.new" "$program"; }; then
        fail "can't write $program"
    fi
}

# The versions themselves stay.
drop_versions() {
    if [ "$mode" = check ]; then
        does "keep no more versions of $name; those that are there stay" || return 0
    fi
    if [ -f "$versions_file" ]; then
        run_versions --take-down "$account" "$name" || fail "can't end the versions of $name: $(visible <"$tmp/error")"
    fi
    drop_block "$versions_file"
    rm -f "$versions_file"
    forget "$mine versions"
}

# ---- The receipt ----

receipt() {
    printf '\n=== backup-wizard receipt for %s ===\n' "$name"
    for file in $(sshd_says hostkey) /etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_rsa_key; do
        if [ -f "$file.pub" ]; then ssh-keygen -l -f "$file.pub"; fi
    done | awk '!seen[$2]++ { type = $NF; gsub(/[()]/, "", type); print "host-key: " type " " $2 }'
    find_rrsync
    printf 'account: %s\nhome: %s\nfolder: %s\n' "$account" "$home" "$root"
    if [ -n "$entry" ]; then printf 'shell: %s\n' "${shell:-/bin/sh}"; else printf 'shell: none\n'; fi
    printf 'rsync: %s\nopenssh: %s\n' "$(version_of rsync --version)" "$(version_of sshd -V)"
    printf 'rrsync: %s\n' "${rrsync:-none}"
    sshd_says port | sed 's/^/ssh-port: /'
    if daemon_listens; then printf 'rsync-port: %s\n' "$(daemon_port)"; else printf 'rsync-port: none\n'; fi
    if [ -n "$versions" ] && [ -L "/var/lib/backup-wizard/versions/$in_paths/$name" ]; then
        printf 'versions: %s\nversions-in: %s\n' "$versions" "$(readlink "/var/lib/backup-wizard/versions/$in_paths/$name")"
    fi
    tell_locked_out
    room_left
    warnings | sed 's/^/warning: /'
    printf '=== end of receipt for %s ===\n' "$name"
    case $name in *+*) ;; *) bring_back ;; esac # one for reading alone stays as it is
}

# How many bytes the account can still write in its folder, by the disk and by its quota there; it says so itself.
room_left() {
    by=account
    # shellcheck disable=SC2016 # it is for the account's shell
    as_owner 'cd; cd "$1" && df -Pk . && { quota -w 2>/dev/null || :; }' "$folder" || return 0
    awk 'NR == 2 { disk = $1; left = $4 }
        NR > 2 && $1 == disk { used = $2 + 0; most = $4 > 0 ? $4 : $3; if (most > 0 && most - used < left) left = most - used }
        END { if (left ~ /^-?[0-9]+$/) printf "room: %.0f\n", (left > 0 ? left : 0) * 1024 }' "$tmp/said"
}

# Prints a line that does all of it as the account, in a new folder that nobody but root could move: no link that
# somebody has planted in the backup leads root anywhere. Links are copied as they are stored, and modes are not.
bring_back() {
    place=$folder to=$(word "/srv/$name+restored") who=$(word "$account")
    if [ -n "$daemon_block" ] && [ -z "$daemon_private" ]; then place=$folder/$name; fi # its module may have several
    printf '\nKeep this line. Should the computer be lost, it copies the backup into the new folder %s (in a root shell):\n' "$to"
    cat <<END
(cd /; set -eu; to=$to; p=\$to; while case \$p in ?*/*) p=\${p%/*};; *) false;; esac; do case \$(stat -c %u%A "\$p") in 0d????-??-?*) ;; *) echo "Choose another folder: not only root can write to \$p" >&2; exit 1;; esac; done; mkdir -m 700 "\$to"; chown $who: "\$to"; { setsid su -s /bin/sh $who -c 'cd; cd "\$1" && umask 077 && exec rsync -rltHS --chmod=u+rwX --exclude=.backup-wizard-partial/ . "\$2"' sh $(word "$place") "\$to" </dev/null && echo "Done: \$to" || echo "Not everything is there: \$to"; } 2>&1 | tail -n 20 | tr -c '\n -~' '?')
END
}

# Reads it, but never runs it: anyone could have put it there.
find_rrsync() {
    for rrsync in "$(command -v rrsync)" /usr/bin/rrsync /usr/local/bin/rrsync /usr/lib/rsync/rrsync \
        /usr/libexec/rsync/rrsync /usr/share/rsync/scripts/rrsync /usr/share/doc/rsync/scripts/rrsync; do
        # What is in an sbin folder or in root's home is on root's PATH alone, and not on the account's.
        case $rrsync in '' | *[!A-Za-z0-9/._-]* | [!/]* | */sbin/* | /root/*) continue ;; esac
        if [ ! -f "$rrsync" ] || [ ! -x "$rrsync" ]; then continue; fi
        interpreter=$(sed -n '1s|^#! *\(/usr/bin/env \)\{0,1\} *\([^ ]*\).*|\2|p' "$rrsync")
        if command -v "${interpreter:-sh}" >/dev/null; then return 0; fi
    done
    rrsync=
}

version_of() { # COMMAND
    if command -v "$1" >/dev/null; then "$(command -v "$1")" "$2" 2>&1; fi </dev/null |
        sed -n 's/.*\(rsync  *version v\{0,1\}\|OpenSSH_\)\([0-9][0-9.]*[0-9]\).*/\2/p' | head -n 1 | grep . || printf none
}

# What still blocks the backup, or allows more than the backup, although everything above is done.
warnings() {
    if [ -z "$entry" ]; then printf 'the account %s does not exist yet\n' "$account" && return 0; fi
    if [ -n "$key_block" ]; then
        case ${shell##*/} in
        false | nologin | rbash | rssh) printf 'the login shell %s blocks rsync too: usermod -s /bin/sh %s\n' "$shell" "$(word "$account")" ;;
        esac
        if name=$account awk -F: '$1 == ENVIRON["name"] && $2 ~ /^!/ { found = 1 } END { exit !found }' /etc/shadow; then
            printf "the account is locked, even for keys if sshd has UsePAM no: usermod -p '*' %s\n" "$(word "$account")"
        fi
        for file in "$home" "${keys%/*}" "$keys"; do
            if is_open "$file"; then printf 'sshd ignores the key as long as others can write to %s: chmod go-w %s\n' "$file" "$(word "$file")"; fi
        done
        warn_of_sshd
    elif ! daemon_listens; then
        printf "the rsync daemon does not answer: start it (rsync --daemon), also after each restart of the server\n"
    fi
    place=$(in_home "$folder")
    if [ ! -d "$place" ]; then
        printf 'the folder %s does not exist\n' "$place"
    elif [ "$(stat -c %u "$place")" != "$uid" ]; then
        printf '%s does not own the folder %s and may not be able to write to it\n' "$account" "$place"
    elif is_open "${place%/*}" && [ ! -k "${place%/*}" ]; then
        printf 'others can replace the folder %s: chmod +t %s\n' "$place" "$(word "${place%/*}")"
    fi
}

is_open() { [ -n "$(find "$1" -prune \( -perm -020 -o -perm -002 \) 2>/dev/null)" ]; } # FILE

warn_of_sshd() {
    sshd_is_well || printf 'sshd -t reports an error in its settings\n'
    if [ "$(sshd_says pubkeyauthentication)" = no ]; then printf 'sshd accepts no keys: PubkeyAuthentication is no\n'; fi
    for setting in allowusers denyusers allowgroups denygroups; do
        if [ -n "$(sshd_says "$setting")" ]; then printf 'sshd has %s: check that it allows %s\n' "$setting" "$account"; fi
    done
    if [ -n "$sshd_block" ] && [ -n "$open_from" ]; then password_warning; fi
    for file in $key_files; do
        if (read_file "$file") 2>/dev/null && [ -n "$(edit "$tmp/now" /dev/null | lines_with "$blob")" ]; then
            printf 'another line of %s has the same key, and may allow more\n' "$file"
        fi
    done
}

main "$@"

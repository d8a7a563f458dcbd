# ---- How it works: everything below this line is the same for all backups ----
# It reads, and writes nothing but its own temporary folder. What an account can change (its home, its backups) is read
# by that account, for some seconds at most. What comes back is compared and counted, never run, and whatever isn't
# plain ASCII in it is printed as %XX.

set -u
umask 077
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

state=/var/lib/backup-wizard # what the setup script has noted, and what is known of versions: root's alone
seconds=15                   # for one account's answer
seconds_of_du=300            # for the size of one backup
at_once=16                   # accounts that are asked at the same time
tab=$(printf '\t')

main() {
    max_age=7 form=text sizes=yes quiet=
    while [ $# -gt 0 ]; do
        case $1 in
        --max-age) max_age=${2-} && shift ;;
        --max-age=*) max_age=${1#*=} ;;
        --json) form=json ;;
        --quiet) quiet=yes ;;
        --no-sizes) sizes= ;;
        --help | -h) usage && exit 0 ;;
        *) usage >&2 && exit 2 ;;
        esac
        shift $(($# > 0))
    done
    case $max_age in '' | *[!0-9]* | ??????*) usage >&2 && exit 2 ;; esac
    [ "$(id -u)" = 0 ] || { complain 'only root can do this: run it with sudo, or as root' && exit 77; }
    { cd / && tmp=$(mktemp -d); } || { complain 'no space left for a temporary folder' && exit 70; }
    trap 'rm -rf "$tmp"' EXIT
    trap 'exit 70' HUP INT TERM
    find_tools
    { asked && noted && modules && passwd_entries; } | awk "$planning" | sort -t "$tab" -k1,1 >"$tmp/plan"
    visit "$tmp/plan" 1 "$key_files"
    awk -F "$tab" -v answers="$tmp/1." -v found="$tmp/plan.2" "$merging" "$tmp/plan" >"$tmp/computers"
    if [ -s "$tmp/plan.2" ]; then # what only the key lines name
        visit "$tmp/plan.2" 2 ''
        awk -F "$tab" -v answers="$tmp/2." -v found=/dev/null "$merging" "$tmp/plan.2" >>"$tmp/computers"
    fi
    fingerprints >"$tmp/facts"
    versions >>"$tmp/facts"
    noted >>"$tmp/facts"
    if [ -n "$sizes" ]; then measure >>"$tmp/facts"; fi
    sort -t "$tab" -k5,5 -k1,1 "$tmp/computers" | sed "s/^/C$tab/" >>"$tmp/facts"
    awk -v form="$form" -v quiet="$quiet" -v max_age="$max_age" -v now="$(date +%s)" -v server="$(uname -n)" \
        -v sizes="$sizes" "$telling" "$tmp/facts"
}

usage() {
    cat <<END
Usage: sh ${0##*/} [--max-age DAYS] [--json] [--quiet] [--no-sizes]
Shows who backs up to this server, and how old each one's last complete backup is. It changes nothing.
  --max-age DAYS  a backup is too old after so many days, and so is its newest version where versions are kept (7)
  --json          prints one JSON object, for a monitor
  --quiet         prints only what needs a look: cron mails whatever is printed
  --no-sizes      doesn't add up sizes, which takes a while
It knows the backups named at the top of this file, those that the setup script has noted on this server, and those
whose marked lines are in authorized_keys or rsyncd.conf, whoever put them there.
The age counts from the moment when the dated file of a complete run got here, by this server's clock. A thief with
the key can send such a file, too. A backup that was copied from another server looks as new as the copy.
For cron, in /etc/cron.d/backup-status:  0 7 * * * root sh /root/${0##*/} --quiet
Exit codes: 0 all is well; 1 a backup is too old or was never completed, is held, or couldn't be looked at; 2 wrong
option; 70 it couldn't work; 77 not run as root.
If a computer is lost or stolen, lock it out with the setup script: --revoke NAME.
END
}

complain() { printf 'backup-wizard: %s\n' "$*" >&2; }

find_tools() {
    # The accounts get nothing of root's environment.
    for variable in $(env | sed -n 's/^\([A-Za-z_][A-Za-z_0-9]*\)=.*/\1/p'); do
        case $variable in PATH | LC_ALL) ;; *) unset "$variable" ;; esac
    done
    export HOME
    command -v timeout >/dev/null || { complain 'timeout is not installed (it is part of coreutils and busybox)' && exit 70; }
    changer='' scheduling=''
    if setpriv --reuid=0 --regid=0 --init-groups true 2>/dev/null; then changer=setpriv; fi
    for class in 'ionice -c 3' 'nice -n 19'; do
        if $class true 2>/dev/null; then scheduling="$class $scheduling"; fi
    done
    key_files=$(sshd -T 2>/dev/null | sed -n 's/^authorizedkeysfile //p')
    case ${key_files:=.ssh/authorized_keys .ssh/authorized_keys2} in none) key_files='' ;; esac
    # Where a Match may name other files, sshd has to be asked for each account.
    of_each=$(cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null |
        grep -i '^[[:space:]]*AuthorizedKeysFile' | sed -n 2p)
}

# ---- Who is set up, by what only root can have written ----

asked() { printf '%s\n' "$known" | sed -n 's/^./A &/p'; }
noted() { if [ -f "$state/made" ]; then sed 's/^/M /' "$state/made"; fi; }

# Our blocks in the settings of rsync's daemon, and in those of a key's own daemon. Playbooks of before put no marks
# into a module's own file.
modules() {
    set -- /etc/backup-wizard/*.conf /etc/rsyncd.conf
    # shellcheck disable=SC2013 # what has a space in it is no folder of ours
    for folder in $(sed -n 's/^[[:space:]]*&\(include\|merge\)[[:space:]]*//p' /etc/rsyncd.conf 2>/dev/null); do
        set -- "$@" "$folder"/backup-wizard-*
    done
    for file; do
        if [ ! -f "$file" ]; then continue; fi
        unmarked=
        if ! grep -qs '^# backup-wizard begin ' "$file"; then
            unmarked=${file##*/backup-wizard-}
            case $unmarked in *.conf | *.inc) unmarked=${unmarked%.*} ;; esac
            case $unmarked in */*) continue ;; esac
        fi
        head -c 1000000 "$file" | file=$file unmarked=$unmarked awk '
            BEGIN { name = ENVIRON["unmarked"] }
            { sub(/\r$/, "") }
            /^# backup-wizard begin / { name = $4; path = account = "" }
            /^[ \t]*path *=/ { path = $0; sub(/^[ \t]*path *= */, "", path) }
            /^[ \t]*uid *=/ { account = $0; sub(/^[ \t]*uid *= */, "", account) }
            /^# backup-wizard end / { tell() }
            END { if (ENVIRON["unmarked"] != "") tell() }
            function tell(  scheme) {
                if (path == "") return
                scheme = "daemon"
                if (ENVIRON["file"] ~ /^\/etc\/backup-wizard\//) {
                    scheme = "daemon-over-ssh"
                    account = ENVIRON["file"]
                    sub(/^.*\//, "", account)
                    sub(/^[^@]*@/, "", account)
                    sub(/\.conf$/, "", account)
                    gsub(/=/, "\\", account)
                } else if (name !~ /\+restore$/) path = path "/" name
                print "R", name, account, scheme, path
                path = ""
            }'
    done
}

# The accounts that are named, and those of this server's people.
passwd_entries() {
    {
        cat /etc/passwd
        if command -v getent >/dev/null; then
            # shellcheck disable=SC2046 # no account has a space in it
            getent passwd $({ asked && noted; } | awk '
                { name = $1 == "A" ? $3 : $2 }
                name ~ /^[A-Za-z0-9_][A-Za-z0-9_.@+\\-]*$/ && !seen[name]++ { print name }')
        fi
    } | awk -F: '!seen[$1]++ { print "P " $0 }'
}

# For each computer: ACCOUNT UID GID HOME NAME SCHEME KEY FOLDER HAS-MODULE. And for each other account: - as its NAME.
# shellcheck disable=SC2016
planning='
function is_name(text) { return length(text) < 80 && text ~ /^[A-Za-z0-9][A-Za-z0-9._-]*(\+restore)?$/ }
function is_account(text) { return length(text) < 130 && text ~ /^[A-Za-z0-9_][A-Za-z0-9_.@+\\-]*$/ }
function after(count,  text, at) {
    text = $0
    for (at = 0; at < count; at++) sub(/^[^ ]* /, "", text)
    gsub(/\t/, "?", text)
    return text
}
function take(name, account, scheme, key, folder,  id) {
    if (!is_name(name) || !is_account(account)) return ""
    id = account "\t" name
    if (!(id in schemes)) { ids[++count] = id; schemes[id] = keys[id] = folders[id] = modules[id] = "-" }
    if (schemes[id] == "-" && scheme != "") schemes[id] = scheme
    if (keys[id] == "-" && key != "") keys[id] = key
    if (folders[id] == "-" && folder != "") folders[id] = folder
    return id
}
$1 == "A" && NF > 5 { take($2, $3, $4, $5, after(6)) }
$1 == "M" && $4 == "backup" { take($3, $2, "", "", "") }
$1 == "M" && $4 == "root" { roots[$2 "\t" $3] = after(4) }
$1 == "M" && $4 == "file" && $NF ~ /\/rsyncd[^\/]*$/ { daemons[$2 "\t" $3] = 1 }
$1 == "R" { id = take($2, $3, $4, "", after(4)); if (id != "") modules[id] = "yes" }
$1 == "P" {
    split($0, field, ":")
    name = substr(field[1], 3)
    if (!is_account(name) || field[3] !~ /^[0-9]+$/ || field[4] !~ /^[0-9]+$/ || field[6] !~ /^\//) next
    gsub(/\t/, "?", field[6])
    entries[name] = field[3] "\t" field[4] "\t" field[6]
    homes[name] = field[6]
    if (field[3] >= 1000 && field[3] != 65534) people[name] = 1
}
END {
    for (at = 1; at <= count; at++) {
        id = ids[at]
        split(id, part, "\t")
        folder = folders[id]
        if (id in roots) folder = roots[id] ((id in daemons) ? "/" part[2] : "")
        if (folder != "-" && folder !~ /^\// && (part[1] in homes)) folder = homes[part[1]] "/" folder
        if (folder !~ /^\//) folder = "-"
        entry = (part[1] in entries) ? entries[part[1]] : "-\t-\t-"
        print part[1] "\t" entry "\t" part[2] "\t" schemes[id] "\t" keys[id] "\t" folder "\t" modules[id]
        delete people[part[1]]
    }
    for (name in people) print name "\t" entries[name] "\t-\t-\t-\t-\t-"
}'

# ---- What is in folders of the accounts, read by themselves ----

# COUNT FOLDER… FILE…: the times of the marks in each folder, and the room there; then what is in the key files.
# shellcheck disable=SC2016 # it is for the shell of the account
look='count=$1 at=0; shift
while [ "$at" -lt "$count" ]; do
    at=$((at + 1))
    if [ "$1" != - ] && cd "$1"; then
        echo "folder $at"
        stat -c "mark $at %f %Z" .backup-complete .backup-complete-20[0-9][0-9]-[01][0-9]-[0-3][0-9]
        stat -f -c "room $at %a %S" .
    fi
    shift
done
echo =
for file; do if [ -f "$file" ]; then head -c 1000001 "$file" && echo; fi; done'
# FOLDER PROGRAM…: how much is in it.
# shellcheck disable=SC2016
size='cd "$1" && shift && exec "$@" du -sk .'
# shellcheck disable=SC2016
timely='most=$1 text=$2; shift 2; exec timeout -s KILL "$most" sh -c "$text" sh "$@"'

# Runs a text as an account, and doesn't wait for it: without a terminal, root's environment or its open files.
as_account() { # SECONDS TEXT ARGUMENTS…; of $account, $uid, $gid, $home
    most=$1 text=$2 && shift 2
    (
        ulimit -f 2400 # in blocks of 512 bytes
        if [ -n "$changer" ]; then # in less time than su takes
            HOME=$home exec setsid timeout -s KILL "$most" \
                setpriv --reuid="$uid" --regid="$gid" --init-groups sh -c "$text" sh "$@"
        fi
        exec setsid timeout -s KILL $((most + 1)) su -s /bin/sh -c "$timely" -- "$account" sh "$most" "$text" "$@"
    ) </dev/null 2>/dev/null &
}

visit() { # PLAN PASS KEY-FILES: asks each account once; the answers come to $tmp/PASS.NUMBER
    before='' number=0 wave='' pass=$2 files=$3
    plan=$1
    set --
    while IFS=$tab read -r who id group place name _ _ folder _; do
        if [ "$who" != "$before" ]; then
            ask "$@"
            before=$who
            set -- "$who" "$id" "$group" "$place"
        fi
        if [ "$name" != - ]; then set -- "$@" "$folder"; fi
    done <"$plan"
    ask "$@"
    end_wave
}

# Whoever is asked holds an end of a pipe until the answer is there. So a wave is over when nobody holds it any more, or
# after some seconds: a process that can't be killed, as its disk is gone, is not waited for.
begin_wave() {
    mkfifo "$tmp/wave.$pass.$number"
    timeout -s KILL $((seconds + 2)) cat "$tmp/wave.$pass.$number" >/dev/null &
    wave=$!
    exec 8>"$tmp/wave.$pass.$number"
}

end_wave() {
    if [ -z "$wave" ]; then return 0; fi
    exec 8>&-
    wait "$wave" 2>/dev/null || :
}

ask() { # [ACCOUNT UID GID HOME FOLDER…]
    if [ $# = 0 ]; then return 0; fi
    if [ $((number % at_once)) = 0 ]; then end_wave && begin_wave; fi
    number=$((number + 1)) account=$1 uid=$2 gid=$3 home=$4 of_account=$files && shift 4
    count=$#
    case $uid in *[!0-9]* | 0) return 0 ;; esac
    if [ "$pass" = 1 ] && [ -n "$of_each" ]; then
        of_account=$(sshd -T -C "user=$account,host=localhost,addr=192.0.2.1" 2>/dev/null | sed -n 's/^authorizedkeysfile //p')
    fi
    set -f
    for file in $of_account; do
        expand "$file"
        set -- "$@" "$expanded"
    done
    set +f
    as_account "$seconds" "$look" "$count" "$@" >"$tmp/$pass.$number"
}

expand() { # PATH of a key file, with what sshd replaces in it
    expanded='' rest=$1
    while case $rest in *%?*) ;; *) false ;; esac do
        expanded=$expanded${rest%%"%"*} rest=${rest#*"%"}
        case $rest in
        h*) expanded=$expanded$home ;;
        u*) expanded=$expanded$account ;;
        U*) expanded=$expanded$uid ;;
        %*) expanded=$expanded% ;;
        esac
        rest=${rest#?}
    done
    expanded=$expanded$rest
    case $expanded in /*) ;; *) expanded=$home/$expanded ;; esac
}

# The plan with what the accounts have answered: ACCOUNT UID GID HOME NAME SCHEME KEY FOLDER ANSWERED THERE TIME ROOM IN-PLACE.
# A computer that only a key line names goes into $found, as a plan of its own.
# shellcheck disable=SC2016
merging='
BEGIN { OFS = "\t" }
function forget(  id) {
    for (id in there) delete there[id]
    for (id in time) delete time[id]
    for (id in room) delete room[id]
    for (id in keys) { delete keys[id]; delete schemes[id]; delete folders[id]; delete planned[id] }
    answered = is_keys = at = many = 0
    inside = ""
}
function load(file,  line) {
    forget()
    while ((getline line < file) > 0) {
        if (is_keys) read_key(line)
        else if (line == "=") answered = is_keys = 1
        else if (split(line, part, " ") > 4 || part[2] !~ /^[0-9]+$/) continue
        else if (part[1] == "folder") there[part[2]] = 1
        else if (part[1] == "mark" && part[3] ~ /^8...$/ && part[4] ~ /^[0-9]+$/ && length(part[4]) < 12) {
            if (part[4] + 0 > time[part[2]] + 0) time[part[2]] = part[4]
        } else if (part[1] == "room" && part[3] ~ /^[0-9]+$/ && part[4] ~ /^[0-9]+$/)
            room[part[2]] = sprintf("%.0f", part[3] * part[4])
    }
    close(file)
}
# The key in a line as sshd reads it, after options that may precede it: TYPE,BASE64.
function key_of(line,  word, count, at) {
    if (line ~ /^[ \t]*(#|$)/) return ""
    gsub(/"(\\"|[^"])*"/, "\"\"", line)
    sub(/^[ \t]+/, "", line)
    count = split(line, word, /[ \t]+/)
    at = word[2] ~ /^AAAA/ ? 2 : 3
    return at <= count && word[at - 1] ~ /^(ssh|ecdsa|sk)-[A-Za-z0-9@.-]+$/ && word[at] ~ /^AAAA[A-Za-z0-9+\/]+=*$/ ? word[at - 1] "," word[at] : ""
}
function read_key(line,  key) {
    sub(/\r$/, "", line)
    if (line ~ /^# backup-wizard begin /) {
        inside = substr(line, 23)
        if (length(inside) > 79 || inside !~ /^[A-Za-z0-9][A-Za-z0-9._-]*(\+restore)?$/ || ++many > 100) inside = ""
    } else if (line ~ /^# backup-wizard end /) inside = ""
    else if (inside != "" && (key = key_of(line)) != "") {
        keys[inside] = keys[inside] " " key
        match(line, /^[ \t]*([^" \t]|"(\\"|[^"])*")+/)
        read_command(substr(line, RSTART, RLENGTH))
    }
}
function read_command(line,  text, folder) {
    if (!match(line, /command="([^"\\]|\\.)*"/)) { schemes[inside] = "login"; return }
    text = substr(line, RSTART + 9, RLENGTH - 10)
    gsub(/\\"/, "\"", text)
    if (text ~ /--config=\/dev\/fd\/3/) schemes[inside] = "reading"
    else if (text ~ /rsync --server --daemon /) schemes[inside] = "daemon-over-ssh"
    else if (text ~ /exec rsync --server \$f /) schemes[inside] = "rrsync"
    else if (text ~ /rsync --server /) schemes[inside] = "forced-command"
    else schemes[inside] = "other"
    if (match(text, / \047[^\047]*\047$/)) folder = substr(text, RSTART + 2, RLENGTH - 3)
    else { folder = text; sub(/^.* /, "", folder) }
    gsub(/\t/, "?", folder)
    folders[inside] = folder
}
function in_place(name, key, has_module) {
    if (key == "-") return has_module == "yes" ? "yes" : "no"
    return index(keys[name] " ", " " key " ") ? "yes" : "no"
}
function leave_rest(  name, folder) {
    for (name in keys) {
        if (name in planned) continue
        folder = (name in folders) ? folders[name] : "-"
        if (folder != "-" && folder !~ /^\//) folder = home "/" folder
        print account, uid, gid, home, name, schemes[name], substr(keys[name], 2), folder, "yes" > found
    }
}
$1 != account {
    if (NR > 1) leave_rest()
    account = $1; uid = $2; gid = $3; home = $4
    load(answers (++number))
}
$5 != "-" {
    at++
    planned[$5] = 1
    if ($6 == "-" && ($5 in schemes)) $6 = schemes[$5]
    is_in = found == "/dev/null" ? "yes" : in_place($5, $7, $9)
    if ($7 == "-" && ($5 in keys)) { $7 = substr(keys[$5], 2); is_in = "yes" }
    print $1, $2, $3, $4, $5, $6, $7, $8, (answered ? "yes" : "no"), ((at in there) ? "yes" : "no"),
        ((at in time) ? time[at] : "-"), ((at in room) ? room[at] : "-"), is_in
}
# What it lets in is not known then.
$5 == "-" && !answered { print $1, $2, $3, $4, "-", "-", "-", "-", "no", "no", "-", "-", "-" }
END { if (NR) leave_rest() }'

# ---- What else is known of each ----

fingerprints() {
    awk -F "$tab" '{ count = split($7, keys, " ")
        for (at = 1; at <= count; at++) if (split(keys[at], part, ",") == 2) print part[1], part[2], keys[at] }' \
        "$tmp/computers" >"$tmp/keys"
    ssh-keygen -l -f "$tmp/keys" 2>/dev/null | awk '{ print "F", $3, $2 }'
}

# A program for all of them, not one for each.
versions() (
    cd "$state" 2>/dev/null || exit 0
    awk 'FNR <= 20 && /^[a-z]+=/ { whose = FILENAME; sub(/^[^\/]*\//, "", whose); print "V", whose, $0 }' versions-state/*/*
    { stat -c '%Y ran %n' versions-state/*/* ; stat -c '%Y since %n' versions/*/*; } |
        awk '{ when = $1; what = $2; sub(/^[^\/]*\//, ""); print "V", $0, what "=" when }'
    for link in versions/*/*; do
        if [ ! -L "$link" ]; then continue; fi
        if [ -d "$link" ]; then leads=there; else leads=astray; fi
        printf 'V %s leads=%s\n' "${link#*/}" "$leads"
    done
) 2>/dev/null

measure() { # one after the other
    while IFS=$tab read -r account uid gid home name _ _ folder answered there _; do
        if [ "$answered $there" != 'yes yes' ]; then continue; fi
        # shellcheck disable=SC2086 # words of a command
        bytes=$(
            exec 2>/dev/null
            as_account "$seconds_of_du" "$size" "$folder" $scheduling |
                timeout -s KILL $((seconds_of_du + 2)) head -c 40 | tr -c 0-9 ' '
        )
        printf 'S\t%s\t%s\t%s\n' "$account" "$name" "${bytes%%" "*}"
    done <"$tmp/computers"
}

# ---- Telling ----

# shellcheck disable=SC2016
telling='
function day(time,  days, era, doe, yoe, doy, month, year) {
    days = int(time / 86400) + 719468
    era = int(days / 146097)
    doe = days - era * 146097
    yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
    doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100))
    month = int((5 * doy + 2) / 153)
    year = yoe + era * 400 + (month > 9)
    return sprintf("%04d-%02d-%02d", year, month + (month < 10 ? 3 : -9), doy - int((153 * month + 2) / 5) + 1)
}
function clock(time) { return sprintf("%02d:%02d", int(time % 86400 / 3600), int(time % 3600 / 60)) }
function exact(time) { return day(time) "T" clock(time) sprintf(":%02dZ", time % 60) }
function plain(text,  out, at, sign) {
    if (text !~ /[^ -~]/ && text !~ /[%"]/) return text
    for (at = 1; at <= length(text) && at < 4000; at++) {
        sign = substr(text, at, 1)
        out = out (sign ~ /[ -~]/ && sign !~ /[%"]/ ? sign : sprintf("%%%02X", code[sign]))
    }
    return out
}
function quoted(text,  out, count, part, at) {
    if (text == "" || text == "-") return "null"
    count = split(plain(text), part, "\\")
    out = part[1]
    for (at = 2; at <= count; at++) out = out "\\\\" part[at]
    return "\"" out "\""
}
function moment(time) { return time == "" || time == "-" ? "null" : "\"" exact(time) "\"" }
function number(value) { return value ~ /^[0-9]+$/ ? value : "null" }
function of_bytes(value,  unit) {
    split("bytes kB MB GB TB PB", units, " ")
    for (unit = 1; value >= 1000 && unit < 6; unit++) value /= 1000
    return sprintf(unit > 1 && value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit])
}
function counted(count, word) { return count " " word (count == 1 ? "" : "s") }
function ago(seconds) {
    if (seconds < 7200) return counted(int(seconds / 60), "minute")
    return seconds < 172800 ? counted(int(seconds / 3600), "hour") : counted(int(seconds / 86400), "day")
}
function is_time(text) { return text ~ /^[0-9]+$/ && length(text) < 12 }
function prints(key,  count, part, at, out) {
    count = split(key, part, " ")
    for (at = 1; at <= count; at++) if (part[at] in print_of) out = out (out == "" ? "" : " ") print_of[part[at]]
    return out
}
function listed(text,  count, part, at, out) {
    count = split(text, part, " ")
    for (at = 1; at <= count; at++) out = out (at > 1 ? ", " : "") quoted(part[at])
    return "[" out "]"
}
function note_lockout(  at, count) {
    if (field[4] == "anew") delete revoked[field[2] "/" field[3]]
    if (field[4] != "revoked") return
    revoked[field[2] "/" field[3]] = field[5]
    count = split($0, field, " ")
    for (at = 6; at <= count; at++) lost[field[at]] = field[3]
}
function lost_key(keys,  count, part, at, blob) {
    count = split(keys, part, " ")
    for (at = 1; at <= count; at++) {
        blob = part[at]
        sub(/^[^,]*,/, "", blob)
        if (blob in lost) return lost[blob]
    }
}
function problem(text) { problems[++wrong] = text }
BEGIN {
    for (at = 0; at < 256; at++) code[sprintf("%c", at)] = at
    FS = "\t"
}
/^F / { split($0, field, " "); print_of[field[2]] = field[3]; next }
/^V / {
    split($0, field, " ")
    value = key = substr($0, length(field[2]) + 4)
    sub(/=.*/, "", key)
    sub(/^[^=]*=/, "", value)
    facts[field[2], key] = value
    keeps[field[2]] = 1
    next
}
/^M / { split($0, field, " "); note_lockout(); next }
/^S\t/ { size[$2 "/" $3] = ($4 ~ /^[0-9]+$/) ? sprintf("%.0f", $4 * 1024) : "-"; next }
/^C\t/ && $6 == "-" { bad++; silent = silent (silent == "" ? "" : " ") $2; next }
/^C\t/ { total++; lost_with = lost_key($8); tell($2, $3, $6, $7, prints($8), $9, $10, $11, $12, $13, $14) }
function tell(account, uid, name, scheme, print_, folder, answered, there, time, room, is_in,  id, kept, at, is_stale, is_old, from, why) {
    id = account "/" name
    kept = id
    gsub(/\\/, "=", kept)
    wrong = is_stale = 0
    if (name ~ /\+restore$/) scheme = "reading"
    if (id in revoked) { if (is_in == "yes") problem("it was locked out, and is let in again") }
    else if (lost_with != "" && is_in == "yes") problem("it has a key of " lost_with ", which was locked out")
    if (answered == "no" && uid != "-") problem("its account did not answer in time, so nothing is known of it")
    is_old = answered == "yes" && scheme != "reading" && !(id in revoked) && (is_in == "yes" || time != "-")
    if (is_old && folder == "-") { is_stale = 1; problem("its folder is not known: export this script with its request, too") }
    else if (is_old && time == "-") { is_stale = 1; problem("no complete backup yet") }
    else if (is_old && time > now + 300) { is_stale = 1; problem("its last complete backup is from the future: check the clock of this server") }
    else if (is_old && now - time > max_age * 86400) { is_stale = 1; problem("no complete backup for " ago(now - time)) }
    if (is_time(facts[kept, "held"])) problem("most of its files changed or went on " day(facts[kept, "held"]) ": no version is removed until backup-wizard-versions --release " account " " name)
    why = facts[kept, "trouble"]
    if (is_time(facts[kept, "ran"]) && now - facts[kept, "ran"] > 172800) why = why (why == "" ? "" : "; ") "nothing has started backup-wizard-versions since " day(facts[kept, "ran"])
    from = facts[kept, is_time(facts[kept, "last"]) ? "last" : "since"]
    lacks_versions = is_old && time != "-" && is_time(from) && now - from > max_age * 86400
    if (lacks_versions && !is_stale) {
        is_stale = 1
        why = why == "" ? ", and no reason is noted" : ": " why
        problem((is_time(facts[kept, "last"]) ? "no new version for " ago(now - from) : "no version is noted since they were set up " ago(now - from) " ago") why)
    } else if (why != "") problem("versions: " why)
    if (facts[kept, "leads"] == "astray" && facts[kept, "trouble"] == "") problem("versions: their folder is gone")
    if (wrong) bad++
    if (form == "json") tell_json(account, uid, name, scheme, print_, folder, answered, there, time, room, is_in, id, kept, is_stale)
    else if (wrong || quiet == "") tell_text(account, uid, name, scheme, print_, folder, answered, there, time, room, is_in, id, kept)
}
function tell_json(account, uid, name, scheme, print_, folder, answered, there, time, room, is_in, id, kept, is_stale,  at) {
    object = "{\"name\": " quoted(name) ", \"account\": " quoted(account) ", \"scheme\": " quoted(scheme)
    object = object ", \"folder\": " quoted(folder) ", \"key\": " listed(print_)
    object = object ", \"let_in\": " (answered == "no" ? "null" : is_in == "yes" ? "true" : "false")
    object = object ", \"revoked\": " moment(revoked[id]) ", \"last_complete\": " moment(time)
    object = object ", \"age_seconds\": " (time == "-" ? "null" : now - time) ", \"stale\": " (answered == "no" ? "null" : is_stale ? "true" : "false")
    object = object ", \"bytes\": " number(size[id]) ", \"bytes_free\": " number(room) ", \"versions\": "
    if (kept in keeps) {
        object = object "{\"count\": " number(facts[kept, "count"]) ", \"last\": " (is_time(facts[kept, "last"]) ? moment(facts[kept, "last"]) : "null")
        object = object ", \"age_seconds\": " (is_time(facts[kept, "last"]) ? now - facts[kept, "last"] : "null") ", \"stale\": " (lacks_versions ? "true" : "false")
        object = object ", \"held\": " (is_time(facts[kept, "held"]) ? moment(facts[kept, "held"]) : "null") ", \"trouble\": " quoted(facts[kept, "trouble"]) "}"
    } else object = object "null"
    object = object ", \"problems\": ["
    for (at = 1; at <= wrong; at++) object = object (at > 1 ? ", " : "") quoted(problems[at])
    objects = objects (objects == "" ? "" : ",") "\n  " object "]}"
}
function tell_text(account, uid, name, scheme, print_, folder, answered, there, time, room, is_in, id, kept,  at, line) {
    line = (wrong ? "! " : "  ") plain(name) " (account " plain(account) "): "
    if (id in revoked) line = line "locked out on " day(revoked[id])
    else if (uid == "-") line = line "not set up here: there is no such account"
    else if (answered == "no") line = line "not known"
    else if (scheme == "reading") line = line (is_in == "yes" ? "may read its backup" : "may not read its backup any more")
    else if (time != "-") line = line "complete " ago(now > time ? now - time : 0) " ago (" day(time) " " clock(time) " UTC)" (is_in == "yes" ? "" : ", not let in any more")
    else line = line (is_in == "yes" ? "let in" : "not set up here")
    text = text line "\n"
    for (at = 1; at <= wrong; at++) text = text "    ! " plain(problems[at]) "\n"
    line = "    scheme " plain(scheme) ", folder " plain(folder)
    if (answered == "yes" && there == "no") line = line " (not there)"
    if (size[id] ~ /[0-9]/) line = line ", " of_bytes(size[id])
    else if (sizes != "" && there == "yes") line = line ", size not known"
    if (room ~ /[0-9]/) line = line ", " of_bytes(room) " free"
    text = text line "\n"
    if (print_ != "") text = text "    key " plain(print_) "\n"
    if (kept in keeps) {
        line = "    versions: " (!((kept, "count") in facts) ? "none noted yet" : facts[kept, "count"] ~ /^[0-9]+$/ ? facts[kept, "count"] : "not known")
        at = facts[kept, "last"]
        if (is_time(at)) line = line ", the last " ago(now > at ? now - at : 0) " ago (" day(at) ")"
        text = text line "\n"
    }
}
END {
    if (form == "json") {
        printf "{\"server\": %s, \"time\": %s, \"max_age_days\": %d, \"ok\": %s, \"silent_accounts\": %s, \"backups\": [%s\n]}\n",
            quoted(server), moment(now), max_age, (bad ? "false" : "true"), listed(silent), objects
    } else if (bad || quiet == "") {
        printf "Backups on %s, %s %s UTC: %d", plain(server), day(now), clock(now), total
        if (bad) printf ", of which %d need%s a look (!)", bad, bad == 1 ? "s" : ""
        printf "\n%s", text
        if (silent != "") printf "! did not answer in time, so their key lines are not known: %s\n", plain(silent)
    }
    exit(bad > 0)
}'

main "$@"

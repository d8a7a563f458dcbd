#!/bin/sh
# Keeps earlier versions of the backups on this server, where nobody but root can change them (backup-wizard).
# systemd or cron runs it each hour. What is special to a backup is in /etc/backup-wizard/versions/ACCOUNT/NAME/settings.
# shellcheck disable=SC2015,SC2016 # “a && b || exit” is meant so; single quotes keep other programs' text
#
# A version is made at most once a day, by this server's clock, and only of a backup that is complete: its dated mark
# (.backup-complete) has to be new, and nothing beneath it may have changed since. rsnapshot, or btrbk on btrfs, keeps
# and removes them.
#
# Root never goes through the backup's folder, in which its account can put links at any moment. rsync copies it from a
# daemon of its own (see read_live). No file of a version is ever changed, as several versions share it: rsync puts a
# new one in its place, and leaves owners, modes and the times of links alone.

set -u
umask 022
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset RSYNC_RSH RSYNC_PARTIAL_DIR PERL5OPT PERL5LIB # an admin's own

program=/usr/local/sbin/backup-wizard-versions
configured=/etc/backup-wizard/versions
var=/var/lib/backup-wizard
cron=/etc/cron.d/backup-wizard-versions
units=/etc/systemd/system
folder_name=backup-wizard-versions
minute=17
newline='
'
most_hours=6 # that one backup may take of the others' time; the next run goes on where it stopped

main() {
    case $#:${1-} in
    0:) command=all ;;
    1:--list) command=list_all ;;
    3:--list | 3:--now | 3:--release | 3:--set-up | 3:--take-down) command=${1#--} ;;
    2:--foresee) command=foresee ;;
    *:--reader) command=reader ;;
    1:--help | 1:-h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    [ "$(id -u)" = 0 ] || fail 77 'only root can do this'
    cd /
    case $command in
    all) lock 0 && all ;;
    list_all) each_backup list ;;
    list) load_key "$2" "$3" && list ;;
    now) load_key "$2" "$3" && lock 75 && keep_version ;;
    release) load_key "$2" "$3" && release ;;
    set-up) load_key "$2" "$3" && set_up ;;
    take-down) load_key "$2" "$3" && take_down ;;
    foresee) load "$2" && foresee ;;
    reader) load_key "$2" "$3" && read_live ;;
    esac
}

usage() {
    cat <<END
Usage: ${0##*/} [--now ACCOUNT NAME | --list [ACCOUNT NAME] | --release ACCOUNT NAME]
  (nothing)  makes the versions that are due; systemd or cron runs this each hour
  --now      makes one backup's version now, if there is none of today and the backup is complete
  --list     lists the versions that are kept
  --release  lets old versions of a backup be removed again, after most of it had changed or gone
Exit codes: 0 done, or nothing to do; 1 a backup needs attention; 2 wrong option; 75 another run is active; 77 not root.
END
}

complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
fail() { # CODE WORDS
    code=$1 && shift
    complain "$@"
    exit "$code"
}
does() { printf '  + %s\n' "$1"; }

lock() { # EXIT-CODE if another run is active
    command -v flock >/dev/null || fail 1 'flock is not installed: install util-linux'
    mkdir -p "$var/versions-work" && chmod 700 "$var/versions-work" || exit 1
    exec 9>>"$var/versions-work/.lock"
    flock -n 9 || { [ "$1" = 0 ] || complain 'another run is active'; exit "$1"; }
    ! command -v renice >/dev/null || renice -n 19 -p $$ >/dev/null 2>&1 || :
    ! command -v ionice >/dev/null || ionice -c 3 -p $$ 2>/dev/null || :
}

all() {
    code=0
    each_backup keep_version
    exit "$code"
}

each_backup() { # FUNCTION
    for settings in "$configured"/*/*/settings; do
        [ -f "$settings" ] || continue
        (load "$settings" && "$1") || code=1
    done
    return "${code:-0}"
}

# ---- A backup's settings ----

load_key() { # ACCOUNT NAME
    settings=$configured/$(in_paths "$1")/$2/settings
    case /$1/$2/ in */./* | */../* | *//*) fail 2 "there is no backup $1 $2" ;; esac
    [ -f "$settings" ] || fail 2 "no versions are kept of the backup $2 of $1: $settings is not there"
    load "$settings"
}

in_paths() { printf '%s' "$1" | tr '\134' =; } # of DOMAIN\user

load() { # FILE, which only root can write
    account='' name='' folder='' days=7 weeks=4 months=12 reserve=''
    while IFS= read -r line || [ -n "$line" ]; do
        value=${line#*=}
        case $line in
        account=*) account=$value ;;
        name=*) name=$value ;;
        folder=*) folder=$value ;;
        reserve=*) reserve=$value ;; # KiB that stay free on the disk
        keep=*)
            days=${value%% *} months=${value##* } weeks=${value#* }
            weeks=${weeks%% *}
            ;;
        esac
    done <"$1"
    for number in "$days" "$weeks" "$months" "${reserve:-1}"; do
        case $number in '' | *[!0-9]*) fail 1 "$1: $number is no number" ;; esac
    done
    [ "$days" -ge 2 ] || days=2
    key=$(in_paths "$account")/$name
    case $key${folder:+:} in /* | */: | ..* | */..: | */*/* | *[!:]) fail 1 "$1 does not say which backup it is for" ;; esac
    own=$configured/$key place=$var/versions/$key state=$var/versions-state/$key work=$var/versions-work/$key
    entry=$(accounts "$account" | name=$account awk -F: '$1 == ENVIRON["name"] && !seen++')
    login='' uid='' gid='' home=''
    IFS=: read -r login _ uid gid _ home _ <<END
$entry
END
}

accounts() { # [ACCOUNT]
    if command -v getent >/dev/null; then getent passwd "$@"; else cat /etc/passwd; fi
}

require_account() {
    [ -n "$entry" ] && [ "$uid" != 0 ] || give_up "there is no account $account"
    group=$(group_entry) others=$(sharers | tr '\n' ' ')
    [ -z "$others" ] || give_up "others could read the versions: ${group%%:*}, the first group of $login, is also for $others- give it one that is its own (groupadd NEW, then usermod -g NEW $login)"
}

group_entry() {
    if command -v getent >/dev/null; then getent group "$gid"; else gid=$gid awk -F: '$3 == ENVIRON["gid"]' /etc/group; fi
}

sharers() { # the others in the account's first group: a domain may name none of them, and mostly has one for all
    login=$login awk -F: '$1 == ENVIRON["login"] { found = 1 } END { exit !found }' /etc/passwd ||
        [ "${group%%:*}" = "$login" ] || printf 'whoever else is in it'
    accounts | gid=$gid login=$login awk -F: '$4 == ENVIRON["gid"] && $1 != ENVIRON["login"] { print $1 }'
    printf '%s\n' "${group##*:}" | tr , '\n' | grep -vxF -e "$login" | grep .
}

# ---- The folder of the versions ----

is_roots() { # FOLDER: whether nobody but root can change it, or one above it
    (
        cd -P "$1" 2>/dev/null || exit 1
        while :; do
            case $(stat -c '%u %A' .) in 0\ d????-??-?*) ;; *) exit 1 ;; esac
            [ "$(pwd -P)" != / ] || exit 0
            cd -P .. || exit 1
        done
    )
}

# The last folder on the way to the backup that nobody but root can change, step by step, with root's own links.
find_parent() {
    case $folder in /*) rest=${folder#/} ;; *) rest=${home#/}/$folder ;; esac
    links=0
    cd -P / || exit 1
    while [ -n "$rest" ]; do
        step=${rest%%/*}
        case $rest in */*) after=${rest#*/} ;; *) after= ;; esac
        if [ -L "./$step" ]; then
            links=$((links + 1)) step=$(readlink "./$step")
            [ "$links" -lt 20 ] || break
            case $step in /*) cd -P / || exit 1 ;; esac
            rest=${step#/}${after:+/$after}
            continue
        fi
        case $(stat -c '%u %A' "./$step" 2>/dev/null) in 0\ d????-??-?*) ;; *) break ;; esac
        [ -n "$after" ] || break # the backup's folder itself
        cd -P "./$step" || break
        rest=$after
    done
    parent=$(pwd -P)
    cd /
}

# ---- Which engine, and its own configuration ----

choose_engine() { # of $parent
    if [ -f "$own/btrbk.conf" ]; then
        engine=btrbk
    elif [ ! -f "$own/rsnapshot.conf" ] && [ "$(stat -f -c %t "$parent")" = 9123683e ]; then
        engine=btrbk
    else
        engine=rsnapshot
    fi
    for needed in "$engine:$engine" perl:perl rsync:rsync flock:util-linux; do
        command -v "${needed%%:*}" >/dev/null || give_up "keeping versions takes ${needed%%:*}, which is not installed: install it (apt install ${needed#*:})"
    done
}

rsync_options() {
    printf '%s\n' -rltHSg --delete --omit-link-times --no-perms --no-owner --no-devices --no-specials \
        "--chown=:$gid" --chmod=Dg+rx,Fg+rX,g-w,o-w,u-s,g-s,o-t --exclude=.backup-wizard-partial/ --timeout=600 \
        "--log-file=$work/changes" --log-file-format=%i --stats
}

# Where a program is for anyone, and not in a folder of the admin's own.
usual_path() { env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c 'command -v "$1"' sh "$1"; } # PROGRAM

rsnapshot_conf() {
    # The fields are split by tabs.
    tr '|' '\t' <<END
# Written by backup-wizard: what is kept of the backup $name of $account, and how it is copied.
config_version|1.2
snapshot_root|$leaf/
no_create_root|1
cmd_cp|$(usual_path cp)
cmd_rm|$(usual_path rm)
cmd_rsync|$(usual_path rsync)
retain|daily|$days
$([ "$weeks" = 0 ] || echo "retain|weekly|$weeks")
$([ "$weeks" = 0 ] || [ "$months" = 0 ] || echo "retain|monthly|$months")
verbose|2
loglevel|2
# Files are copied to .sync first, which is made of links to the newest version's. It gets a version's name when it is
# complete, by one rename: for that, link_dest is 1.
sync_first|1
# One that goes loses its name at once.
use_lazy_deletes|1
link_dest|0
rsync_short_args|$(rsync_options | head -n 1)
rsync_long_args|$(rsync_options | tail -n +2 | tr '\n' ' ')--rsh="$program --reader $account $name"
backup|rsync://live/live/|files/
END
}

btrbk_conf() {
    cat <<END
# Written by backup-wizard: which versions are kept of the backup $name of $account.
timestamp_format long-iso
snapshot_preserve_min latest
snapshot_preserve ${days}d ${weeks}w ${months}m
snapshot_dir $leaf
snapshot_create always
subvolume $leaf/current
    snapshot_name $name
END
}

# No backup's name has a + in it.
put_file() { # FILE MODE: what is on standard input, in one step
    cat >"$1+new" && chmod "$2" "$1+new" && mv -f "$1+new" "$1"
}

# ---- Setting up, and taking that back ----

# Says what stands against it; what is in the file is not in its place yet.
foresee() {
    refuse=yes
    [ -n "$entry" ] || { command -v rsync >/dev/null && exit 0; }
    require_account
    find_parent
    choose_engine
    require_plain "$parent/$folder_name/$key"
    require_free_place "$parent/$folder_name/$key"
}

require_plain() { # PATH
    case $1 in *[!A-Za-z0-9/._@+=-]*) give_up "$1 has a character that $engine could take for something else" ;; esac
}

# What was kept of an account that is gone may not be another one's of its name.
require_free_place() { # PATH
    if has_versions "$1" && [ "$(stat -c %g "$1")" != "$gid" ]; then
        give_up "$1 has versions from before: if they are of the same person, let them be read again (chgrp $gid $1), or else rename that folder"
    fi
}

has_versions() { # FOLDER
    for one in "$1"/daily.* "$1"/weekly.* "$1"/monthly.* "$1/$name".2*; do [ ! -d "$one" ] || return 0; done
    return 1
}

set_up() {
    refuse=yes
    require_account
    find_parent
    is_roots "$parent" || give_up "not only root can change $parent"
    choose_engine
    leaf=$parent/$folder_name/$key
    require_plain "$leaf"
    require_free_place "$leaf"
    former=$(readlink "$place" 2>/dev/null) || former=
    if [ "$former" != "$leaf" ]; then
        [ -z "$former" ] || ! has_versions "$former" || printf '  . kept: the versions in %s\n' "$former"
        does "keep versions in $leaf ($engine)"
        mkdir -p "${place%/*}"
        rm -f "$place+new" && ln -s "$leaf" "$place+new" && mv -Tf "$place+new" "$place" || exit 1
    fi
    # The account goes through these, and sees nothing else there.
    chmod 711 "$var" && chmod 755 "$var/versions" "${place%/*}" || exit 1
    mkdir -p "$leaf" && is_roots "$leaf" || give_up "not only root can change $leaf"
    if [ "$(stat -c %g:%a "$leaf")" != "$gid:750" ]; then chmod 750 "$leaf" && chown "0:$gid" "$leaf" || exit 1; fi
    if [ "$engine" = btrbk ] && [ ! -d "$leaf/current" ]; then
        btrfs subvolume create "$leaf/current" >/dev/null || give_up "btrfs can't make a subvolume in $leaf"
    fi
    mkdir -p "${state%/*}" "$work" && chmod 755 "$var/versions-state" "${state%/*}" && chmod 700 "$var/versions-work" || exit 1
    [ -f "$state" ] || tell_state ''
    "${engine}_conf" >"$work/conf"
    if ! cmp -s "$work/conf" "$own/$engine.conf"; then
        does "configure $engine: $own/$engine.conf"
        put_file "$own/$engine.conf" 644 <"$work/conf" || exit 1
    fi
    rm -f "$work/conf"
    set_timer || exit 1
}

# A folder of cron's is there without any cron, too.
set_timer() {
    if [ -d /run/systemd/system ]; then
        set_systemd_timer || return 1
        rm -f "$cron"
    elif [ -d "${cron%/*}" ]; then
        line="$minute * * * * root $program"
        [ "$(tail -n 1 "$cron" 2>/dev/null)" != "$line" ] || return 0
        does "have cron run it each hour: $cron"
        printf '# Versions of backups are due once a day (backup-wizard).\n%s\n' "$line" | put_file "$cron" 644
        is_cron_there || printf '  . no cron seems to run here: without one, no version is ever made\n'
    else
        printf '  . neither cron.d nor systemd is here: have %s run each hour\n' "$program"
    fi
}

is_cron_there() {
    for comm in /proc/[0-9]*/comm; do
        case $(cat "$comm" 2>/dev/null) in cron | crond | fcron) return 0 ;; esac
    done
    return 1
}

set_systemd_timer() {
    service_text="[Unit]
Description=Versions of backups (backup-wizard)
[Service]
Type=oneshot
ExecStart=$program"
    timer_text="[Unit]
Description=Versions of backups, each hour (backup-wizard)
[Timer]
OnCalendar=*:$minute
Persistent=true
[Install]
WantedBy=timers.target"
    timer=$folder_name.timer
    if [ "$(cat "$units/$folder_name.service" "$units/$timer" 2>/dev/null)" = "$service_text$newline$timer_text" ] &&
        systemctl is-active --quiet "$timer"; then return 0; fi
    does "have systemd run it each hour: $units/$timer"
    printf '%s\n' "$service_text" | put_file "$units/$folder_name.service" 644
    printf '%s\n' "$timer_text" | put_file "$units/$timer" 644
    answer=$(systemctl daemon-reload 2>&1 && systemctl enable --now "$timer" 2>&1) ||
        give_up "systemd can't run it each hour: $answer"
}

take_down() {
    leaf=$(readlink "$place" 2>/dev/null) || leaf=
    if [ -n "$leaf" ] && [ -d "$leaf" ] && is_roots "$leaf"; then
        if has_versions "$leaf"; then
            chown 0:0 "$leaf" && chmod 700 "$leaf" # whoever gets the account's number next must not read them
            printf '  . kept: the versions in %s\n' "$leaf"
        else
            rm -rf "$leaf/.sync" "$leaf/.sync.new"
            [ ! -d "$leaf/current" ] || btrfs subvolume delete "$leaf/current" >/dev/null || :
            rmdir "$leaf" 2>/dev/null && does "remove the empty folder $leaf" || :
        fi
    fi
    # A run that was killed may have left these, which have nothing in them then.
    case $leaf in /*/$folder_name/*/*) for path in "${leaf%/*}" "${leaf%/*/*}"; do rmdir "$path" 2>/dev/null || :; done ;; esac
    [ ! -L "$place" ] || does "keep no more versions of $name"
    rm -f "$place" "$place+new" "$state" "$state+new" "$own/rsnapshot.conf" "$own/btrbk.conf" "$own"/*+new "$own/held"
    rm -rf "$work"
    for path in "${place%/*}" "${state%/*}" "${work%/*}"; do rmdir "$path" 2>/dev/null || :; done
    # Links tell of the others: where several are taken down, all of their settings are still there.
    for other in "$var"/versions/*/*; do
        if [ -L "$other" ] && [ -f "$configured/${other#"$var/versions/"}/settings" ]; then return 0; fi
    done
    if [ -f "$cron" ]; then does "remove $cron"; fi
    if [ -f "$units/$folder_name.timer" ]; then
        does "remove $units/$folder_name.timer"
        systemctl disable --now "$folder_name.timer" >/dev/null 2>&1 || :
        rm -f "$units/$folder_name".service* "$units/$folder_name".timer*
        systemctl daemon-reload >/dev/null 2>&1 || :
    fi
    rm -f "$cron" "$cron+new" "$units/$folder_name".service* "$units/$folder_name".timer* "$var/versions-work/.lock"
    for path in versions versions-state versions-work; do rmdir "$var/$path" 2>/dev/null || :; done
    rmdir "$var" 2>/dev/null || :
}

# ---- In the account's name ----

# Runs a program in the backup's folder, to which it goes with the account's rights alone. "root" has its own back then,
# and was the process's owner all the time: the account can neither look into it nor stop it. "account" is its own for good.
in_folder='my ($uid, $gid, $groups, $home, $folder, $as, @run) = @ARGV;
$) = "$gid $groups"; $> = $uid; $> == $uid or exit 3;
$folder =~ m{^/} or chdir($home) or exit 3;
chdir($folder) or exit 3;
$> = 0; $> == 0 or exit 3;
if ($as eq "root") { $) = "0 0"; }
else { $( = $gid; ($<, $>) = ($uid, $uid); $< == $uid and $> == $uid or exit 3; }
exec(@run); exit 4;'

# What rsync copies from: a daemon that shuts itself up in the folder and takes on the account before it reads anything.
# It starts no program after that; so the account can't make it say what is not there.
read_live() {
    [ -n "$entry" ] && [ "$uid" != 0 ] || exit 1
    exec 4<&0
    cat <<END | perl -e "$in_folder" "$uid" "$gid" "$(id -G "$login")" "$home" "$folder" root rsync --server --daemon --config=/dev/fd/3 . 3<&0 0<&4 4<&-
use chroot = yes
uid = $uid
gid = $gid
read only = yes
munge symlinks = no
numeric ids = yes
log file = /dev/null
[live]
path = /proc/self/cwd
END
}

# Runs a shell's text there as the account; what it says comes to $work/said. It can stop that, but not hold us up for ever.
ask_live() { # TEXT ARGUMENTS…
    rm -f "$work/said"
    timeout -s KILL 3600 perl -e "$in_folder" "$uid" "$gid" "$(id -G "$login")" "$home" "$folder" account \
        env -i PATH="$PATH" LC_ALL=C sh -c "$@" >"$work/said" 2>"$work/errors" </dev/null 9>&-
}

# When the newest mark came there by the server's clock, its inode and its name. Anyone with the key can make one.
find_mark='find . -mindepth 1 -maxdepth 1 -type f \( -name .backup-complete \
    -o -name ".backup-complete-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]" \) -exec stat -c "%Z %i %n" {} +'
# MARK SECONDS: whether nothing beneath the folder has changed since.
find_newer='if find --version 2>/dev/null | grep -q GNU; then
    found=$(find . -mindepth 1 -newercc "$1" -printf x -quit) && [ -z "$found" ]
else
    { find . -mindepth 1 -exec stat -c %Z {} + && echo whole; } |
        awk -v mark="$2" "\$1 > mark && \$1 != \"whole\" { bad = 1 } END { exit(bad || \$1 != \"whole\") }"
fi'

newest_mark() {
    ask_live "$find_mark" || return 1
    sort -n "$work/said" | grep -x '[0-9]* [0-9]* \./\.backup-complete[0-9-]*' | tail -n 1
}

is_unchanged() { # MARK
    [ "$(newest_mark)" = "$1" ] && ask_live "$find_newer" sh "${1##* }" "${1%% *}"
}

# ---- Making a version ----

keep_version() {
    refuse=
    mkdir -p "$work" "${state%/*}" || exit 1
    require_account
    leaf=$(readlink "$place" 2>/dev/null) && [ -d "$leaf" ] || give_up "the folder of its versions is gone: run the setup script again"
    is_roots "$leaf" || give_up "not only root can change $leaf"
    [ "$(stat -c %g:%a "$leaf")" = "$gid:750" ] || give_up "the owner, group or mode of $leaf has changed: run the setup script again"
    parent=$leaf && choose_engine
    newest=$(versions | tail -n 1)
    if [ -n "$newest" ] && [ "$(made_at "$newest" +%F)" = "$(date +%F)" ]; then no_version "there is one of today" && return 0; fi
    mark=$(newest_mark) || {
        [ -n "$newest" ] || { tell_state "there is no backup in $folder yet" && return 0; }
        give_up "its folder ($folder) can't be read: $(last_words)"
    }
    case "$mark" in
    '') no_version 'no backup has been complete yet' && return 0 ;;
    "$(read_line "$work/kept")") no_version 'no backup has been complete since the newest version' && return 0 ;;
    "$(read_line "$work/changing")") no_version 'it has changed since it was complete last' "$changed" && return 0 ;;
    esac
    require_room
    "copy_for_$engine"
    if ! is_unchanged "$mark"; then
        printf '%s\n' "$mark" >"$work/changing"
        no_version 'it has changed since it was complete last' "$changed" && return 0
    fi
    notice_mass_change
    "keep_by_$engine"
    printf '%s\n' "$mark" "$files" >"$work/kept"
    rm -f "$work/changes" "$work/changing" "$work/said" "$work/told"
    tell_state ''
    if is_held; then
        complain "$account $name: most files had changed or gone on $(date -d "@$(read_line "$own/held")" +%F). No old version is removed until you say so: $program --release $account $name"
        exit 1
    fi
}

changed='its folder has changed since the last complete backup, so no version was made'

# What was put right since is no trouble any more; and by the time of that file, others see that somebody starts this.
no_version() { # WORDS for who does this by hand [TROUBLE]
    tell_state "${2-}"
    if [ "$command" = now ]; then printf 'Nothing to do: %s.\n' "$1"; fi
}

read_line() { if [ -f "$1" ]; then head -n 1 "$1"; fi; } # FILE
is_held() { [ -f "$own/held" ]; }

# What can't be put right here is said, at most once a day as long as it stays the same, and ends this backup's run.
give_up() { # WORDS
    if [ -n "${refuse-}" ]; then printf '%s\n' "$1" >&2 && exit 1; fi
    tell_state "$1"
    if [ "$(read_line "$work/told")" != "$(date +%F) $1" ]; then
        printf '%s\n' "$(date +%F) $1" >"$work/told"
        complain "$account $name: $1"
    fi
    exit 1
}

last_words() { tail -n 1 "$work/errors" | head -c 500 | tr -c '\n -~' '?'; }

tell_state() { # TROUBLE: for other programs to read
    last=$(versions | tail -n 1)
    {
        printf 'last=%s\n' "${last:+$(made_at "$last" +%s)}"
        printf 'count=%s\nheld=%s\n' "$(versions | wc -l)" "$(read_line "$own/held")"
        printf 'trouble=%s\n' "$(printf '%s' "$1" | tr -c ' -~' '?')"
    } | put_file "$state" 644
}

require_room() {
    free=$(df -Pk "$leaf" | awk 'NR == 2 { print $4 }') total=$(df -Pk "$leaf" | awk 'NR == 2 { print $2 }')
    least=${reserve:-$((total / 20 > 1048576 ? total / 20 : 1048576))}
    [ "$free" -ge "$least" ] || give_up "only $((free / 1024)) MiB are free where its versions are ($leaf): no more are made, and none is removed"
}

# Ends a program with all that it has started when the disk comes to its reserve, or its time is over.
watched() { # PROGRAM ARGUMENTS…
    rm -f "$work/full" "$work/errors"
    setsid "$@" >/dev/null 2>"$work/errors" </dev/null &
    running=$!
    (
        trap 'kill "$nap" 2>/dev/null; exit 0' TERM
        round=0
        while sleep 2 & nap=$! && wait "$nap"; do
            round=$((round + 1))
            [ "$(df -Pk "$leaf" | awk 'NR == 2 { print $4 }')" -ge "$least" ] || { : >"$work/full" && break; }
            [ "$round" -lt $((most_hours * 1800)) ] || break
        done
        kill -TERM -- "-$running"
    ) >/dev/null 2>&1 9>&- &
    watcher=$!
    trap 'kill -TERM -- "-$running" 2>/dev/null; kill "$watcher" 2>/dev/null; exit 1' HUP INT TERM
    wait "$running"
    answer=$?
    kill "$watcher" 2>/dev/null
    trap - HUP INT TERM
    if [ -f "$work/full" ]; then require_room; fi
    [ "$answer" = 0 ] || give_up "it was not copied: $(last_words) (exit code $answer)"
}

notice_mass_change() {
    # rsync's log: DATE TIME [PROCESS] and what it did to a file, or a line of its counts. A file that a link or a folder
    # has replaced is no line of its own: it is missing from those there were. One that is another's second name is "hf".
    files=$(former=$(sed -n 2p "$work/kept" 2>/dev/null) awk '
        $4 ~ /^[>ch.]f\+\+\+/ { made++; next }
        $4 ~ /^[>h]f/ { changed++ }
        $4 == "*deleting" { gone++ }
        $4 == "Number" && $5 == "of" && $6 == "files:" { files = 0; if (match($0, /reg: [0-9,]+/)) files = substr($0, RSTART + 5, RLENGTH - 5) }
        END {
            gsub(/,/, "", files)
            before = files - made + gone
            if (ENVIRON["former"] != "") { before = ENVIRON["former"] + 0; gone = before - (files - made) }
            is_most = (changed + gone) * 2 > before && before >= 20
            print (files + 0) (is_most ? " most" : "")
        }' "$work/changes")
    case $files in *' most') files=${files% most} ;; *) return 0 ;; esac
    versions | grep -q . || return 0
    is_held || date +%s | put_file "$own/held" 644 ||
        give_up "most files had changed or gone, which could not be noted, so no version was made: see whether the disk of $own is full"
}

release() {
    is_held || { printf 'Nothing is held of %s %s.\n' "$account" "$name" && return 0; }
    rm -f "$own/held" || exit 1
    tell_state "$(sed -n 's/^trouble=//p' "$state")"
    printf 'Old versions of %s %s are removed again when newer ones take their places.\n' "$account" "$name"
}

# ---- rsnapshot ----

numbers() { # LEVEL
    for path in "$leaf/$1".*; do
        case ${path##*.} in *[!0-9]*) ;; *) if [ -d "$path" ]; then printf '%s\n' "${path##*.}"; fi ;; esac
    done | sort -n
}

how_many() { numbers "$1" | wc -l; } # LEVEL

copy_for_rsnapshot() {
    if [ ! -d "$leaf/.sync" ]; then
        rm -rf "$leaf/.sync.new" "$work/changes"
        close_gaps daily
        if [ -d "$leaf/daily.0" ]; then
            cp -al "$leaf/daily.0" "$leaf/.sync.new" && mv -T "$leaf/.sync.new" "$leaf/.sync" || {
                rm -rf "$leaf/.sync.new"
                give_up 'the newest version could not be copied: see whether the disk is full'
            }
        fi
    fi
    watched rsnapshot -c "$own/rsnapshot.conf" sync
}

# The newest version's folder is made by one rename. What a killed run has left between its renames is put right here.
keep_by_rsnapshot() {
    for level in daily weekly monthly; do close_gaps "$level"; done
    if ! is_held; then make_room; fi
    rotate daily $(($(how_many daily) + 2))
}

close_gaps() { # LEVEL
    next=0
    for number in $(numbers "$1"); do
        [ "$number" = "$next" ] || mv -T "$leaf/$1.$number" "$leaf/$1.$next" || give_up "can't rename $leaf/$1.$number"
        next=$((next + 1))
    done
}

rotate() { # LEVEL DAYS: as many days there may be meanwhile
    sed "s/^retain	daily	.*/retain	daily	$2/; s/^link_dest	.*/link_dest	1/" "$own/rsnapshot.conf" >"$work/rsnapshot.conf" &&
        rsnapshot -c "$work/rsnapshot.conf" "$1" 2>"$work/errors" ||
        give_up "rsnapshot $1: $(last_words)"
}

# The oldest day becomes a week's version where that is due, and the oldest week a month's.
make_room() {
    rm -rf "$leaf"/_delete.* # of rsnapshot, when it was killed
    while number=$(how_many daily) && [ "$number" -ge "$days" ]; do
        oldest=$leaf/daily.$((number - 1))
        if [ "$weeks" -gt 0 ] && is_weeks_first "$oldest"; then
            last=$leaf/weekly.$((weeks - 1))
            if [ "$months" -gt 0 ] && [ -d "$last" ] && is_months_first "$last"; then rotate monthly "$number"; fi
            rotate weekly "$number"
        else
            drop "$oldest"
        fi
        [ "$(how_many daily)" -lt "$number" ] || give_up "$oldest can't be removed"
    done
    for level in "weekly $weeks" "monthly $months"; do # fewer may be wanted by now
        while number=$(how_many "${level% *}") && [ "$number" -gt "${level#* }" ]; do
            drop "$leaf/${level% *}.$((number - 1))" || return 0
        done
    done
}

# Seven days after the last one, give or take the hours at which they were made. One that is newer than it was made by a
# clock that was wrong.
is_weeks_first() { # FOLDER
    if [ ! -d "$leaf/weekly.0" ]; then return 0; fi
    later=$(($(date -r "$1" +%s) - $(date -r "$leaf/weekly.0" +%s)))
    [ "$later" -ge $((13 * 43200)) ] || [ "$later" -lt 0 ]
}

# Nobody may take what is left of it for a version meanwhile, which can be long.
drop() { # FOLDER
    rm -rf "$leaf/.gone" && mv -T "$1" "$leaf/.gone" && rm -rf "$leaf/.gone"
}

is_months_first() { # FOLDER
    [ ! -d "$leaf/monthly.0" ] || [ "$(date -r "$1" +%Y-%m)" != "$(date -r "$leaf/monthly.0" +%Y-%m)" ]
}

# ---- btrbk ----

copy_for_btrbk() {
    # shellcheck disable=SC2046 # none has a space in it
    watched rsync $(rsync_options) --rsh="$program --reader $account $name" rsync://live/live/ "$leaf/current/"
}

keep_by_btrbk() {
    if is_held; then set -- --preserve; else set --; fi
    btrbk -q -c "$own/btrbk.conf" "$@" snapshot >/dev/null 2>"$work/errors" || give_up "btrbk: $(last_words)"
}

# ---- Listing ----

# Their folders, the newest last.
versions() {
    leaf=$(readlink "$place" 2>/dev/null) || return 0
    for level in monthly weekly daily; do numbers "$level" | sort -rn | sed "s|^|$leaf/$level.|"; done
    for path in "$leaf/$name".2*T*; do if [ -d "$path" ]; then printf '%s\n' "$path"; fi; done
}

made_at() { # FOLDER FORMAT: rsnapshot sets the folder's time, and btrbk has it in the name
    case $1 in
    */daily.* | */weekly.* | */monthly.*) date -r "$1" "$2" ;;
    *) date -d "$(printf '%s\n' "${1##*.}" | sed 's/^\(....\)\(..\)\(..\)T\(..\)\(..\)\(..\)\([-+]....\).*/\1-\2-\3 \4:\5:\6 \7/')" "$2" ;;
    esac
}

list() {
    for path in $(versions); do printf '%s %s %s %s\n' "$account" "$name" "$(made_at "$path" '+%Y-%m-%d %H:%M')" "$path"; done
    if is_held; then printf '%s %s is held: no old version is removed (--release)\n' "$account" "$name"; fi
}

main "$@"

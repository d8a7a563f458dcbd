# ---- How it is done: nothing below this line is about one backup ----

set -u
umask 077
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

state=/var/lib/backup-wizard # what was made, and the files as they were before: for --undo
work=.backup-wizard.work     # a folder of root's alone, beside a file while that is changed
newline='
'

main() {
    case $#:${1-} in
    0:) mode=apply ;;
    1:--check | 1:--undo | 1:--receipt) mode=${1#--} ;;
    1:--help | 1:-h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
    [ "$(id -u)" = 0 ] || { complain 'only root can do this: run it with sudo, or as root' && exit 77; }
    planned=$newline changes=0 sshd_was_asked_for=''
    case $mode in
    check) look ;;
    apply) change ;;
    undo) take_back ;;
    receipt) each_order receipt ;;
    esac
}

usage() {
    cat <<END
Usage: sh ${0##*/} [--check | --undo | --receipt | --help]
  (nothing)   lets in the backups named at the top of this file, and prints a receipt for each
  --check     says what it would change, in the same words, and changes nothing
  --undo      takes back just what it made; backups that are there are never deleted
  --receipt   prints the receipts alone: each goes to the person whose backup it is
Ends with 0 if all went well; 1 if it failed, and then all is as it was before; 2 for a wrong option;
77 if it was not run by root.
END
}

complain() { printf 'backup-wizard: %s\n' "$*" >&2; }

fail() {
    complain "$*"
    exit 1
}

note() { printf '  . %s\n' "$*"; }

# Says a change in words; whether it is done as well depends on what was asked for.
does() {
    printf '  + %s\n' "$1"
    changes=$((changes + 1))
    [ "$mode" != check ]
}

each_order() { # FUNCTION
    number=1
    while [ "$number" -le "$orders" ]; do
        take_order
        "$1"
        number=$((number + 1))
    done
}

take_order() {
    key_block='' rrsync_mark='' sshd_block='' module='' daemon_block='' daemon_private='' secrets_file='' secrets_user='' secret=''
    "order_$number"
    locate
}

# ---- All or nothing ----

look() {
    tmp=$(mktemp -d) || fail 'there is no room for a temporary folder'
    trap 'rm -rf "$tmp"' EXIT
    trap 'exit 1' HUP INT TERM
    printf 'Nothing is changed. Without --check, this would be done:\n'
    strictly apply
    [ "$code" = 0 ] || fail 'it can not be done as things are; nothing was changed'
}

# Ends a function at the first step of it that fails, which a shell does not do in the middle of an "if" or "||".
strictly() { # FUNCTION
    (
        set -e
        trap 'exit 1' HUP INT TERM
        "$1"
    )
    code=$?
}

change() {
    begin
    printf 'On this server:\n'
    strictly apply
    if [ "$code" != 0 ]; then
        complain 'that failed: putting everything back as it was'
        strictly put_back
        [ "$code" = 0 ] || fail "not all of it could be put back: what is left is in $state, and --undo uses it"
        end
        complain 'everything is as it was before'
        exit 1
    fi
    end
    each_order receipt
}

take_back() {
    if [ ! -d "$state" ]; then
        note 'nothing is there that this script made'
        return
    fi
    begin
    printf 'On this server:\n'
    strictly undo
    [ "$code" = 0 ] || fail 'that failed: once the cause is gone, run it with --undo again'
    end
}

begin() {
    mkdir -p "$state" || fail "nothing was changed: $state can not be made"
    chmod 700 "$state"
    exec 9>>"$state/lock"
    ! command -v flock >/dev/null || flock -n 9 || fail 'nothing was changed: another run is at work'
    tmp=$state/run
    trap : HUP INT TERM # a step that is cut short is put back first
    strictly prepare
    [ "$code" = 0 ] || fail "nothing was changed: $state can not be written to"
    saved=0
}

prepare() {
    clear_away
    rm -rf "$tmp"
    mkdir -p "$tmp" "$state/accounts" "$state/before"
    cp -Rp "$state/accounts" "$tmp/accounts"
    if [ -e "$state/service" ]; then : >"$tmp/had-service"; fi
    if [ -e "$state/copied" ]; then : >"$tmp/had-copied"; fi
    : >"$tmp/list"
}

end() {
    rm -rf "$tmp" "$state/reload"
    rmdir "$state"/accounts/*/orders "$state"/accounts/* "$state/accounts" 2>/dev/null
    [ -d "$state/accounts" ] || rm -rf "$state"
}

# Everything this run has changed, the last first.
put_back() {
    clear_away
    backwards "$tmp/list" >"$tmp/backwards"
    while read -r at uid file <&5; do
        if [ -e "$tmp/$at.first" ]; then forget_before "$file"; fi
        if [ -e "$tmp/$at.absent" ]; then
            remove_file "$file"
        elif ! cmp -s "$tmp/$at" "$file"; then
            put_file "$tmp/$at" "$file" "$(cat "$tmp/$at.owner")" "$(cat "$tmp/$at.mode")" "$tmp/$at"
        fi
    done 5<"$tmp/backwards"
    each_order put_back_account
    if [ -e "$state/service" ] && [ ! -e "$tmp/had-service" ]; then stop_service; fi
    if [ -e "$state/copied" ] && [ ! -e "$tmp/had-copied" ]; then rm -f "$state/copied"; fi
    rm -rf "$state/accounts"
    mv "$tmp/accounts" "$state/accounts"
    if [ -e "$state/reload" ]; then reload_sshd; fi
}

put_back_account() {
    mine=accounts/$account
    if [ -e "$state/$mine/folders" ]; then
        touch "$tmp/folders"
        [ ! -e "$tmp/$mine/folders" ] || cp "$tmp/$mine/folders" "$tmp/folders"
        grep -vxF -f "$tmp/folders" "$state/$mine/folders" >"$tmp/new-folders" || :
        remove_folders "$tmp/new-folders"
    fi
    if [ -e "$state/$mine/account" ] && [ ! -e "$tmp/$mine/account" ]; then remove_account; fi
}

# ---- What is done, in this order ----

apply() {
    command -v rsync >/dev/null || fail 'there is no rsync here: install it (apt install rsync), then run this again'
    [ -e /proc/self/fd ] || fail '/proc is not mounted, and without it no file can be read safely'
    sshd_was_well=yes wants_daemon='' wants_reload=
    sshd_is_well || sshd_was_well=
    each_order require
    each_order let_in
    if [ -n "$wants_daemon" ]; then serve; fi
    if [ "$mode" = apply ]; then check_result; fi
    if [ -n "$wants_reload" ] || [ -e "$state/reload" ]; then reload_sshd; fi
    if [ "$changes" = 0 ]; then note 'nothing to do: all of it is in place'; fi
}

# Whatever can be known to fail fails here, before anything is changed.
require() {
    case $account in *[!0-9]*) ;; *) fail "$account is a number, and no account's name" ;; esac
    if [ -n "$rrsync_mark" ]; then
        find_rrsync
        [ -n "$rrsync" ] || fail 'there is no rrsync here that works (it comes with rsync, and some need python3 or perl)'
    fi
    require_unlike_modules
    for file in "$keys" "$secrets_file" "$conf"; do
        if [ -n "$file" ]; then require_whole_block "$file"; fi
    done
}

let_in() {
    if [ "$mode" = apply ]; then
        mkdir -p "$state/accounts/$account/orders"
        [ -e "$order" ] || : >"$order"
    fi
    make_account
    make_folder "$home" 700
    while read -r folder_mode folder <&4; do
        make_folder "$(in_home "$folder")" "$folder_mode"
    done 4<<END
$folders
END
    if [ -n "$secrets_file" ]; then put_secret; fi
    if [ -n "$daemon_private" ]; then
        put_block "$daemon_block" "$conf" "0:$gid" 640 "give the key of $name an rsync daemon of its own"
    elif [ -n "$daemon_block" ]; then
        wants_daemon=yes
        put_block "$daemon_block" "$conf" 0:0 644 "open the module $module"
    fi
    if [ -n "$key_block" ]; then
        if [ "$rrsync_mark" ]; then copy_rrsync; fi
        make_folder "${keys%/*}" 700
        put_block "$(key_text)" "$keys" "$uid:$gid" 600 "let in the key of $name"
    fi
    if [ -n "$sshd_block" ]; then shut_passwords; fi
}

# The password reaches the file through this shell alone: it is in no program's arguments and in no environment.
put_secret() {
    if [ -n "$secret" ]; then
        put_block "$(secret_text)" "$secrets_file" 0:0 600 "set the password of $secrets_user"
    elif [ ! -e "$secrets_file" ] || ! grep -qxF "# backup-wizard begin $name" "$secrets_file"; then
        does "set the password of $secrets_user, read from standard input: lines in $secrets_file" || return 0
        ask_secret
        put_block "$(secret_text)" "$secrets_file" 0:0 600 ''
    fi
}

ask_secret() {
    if [ -t 0 ]; then
        printf 'The password of %s for the backup %s: ' "$secrets_user" "$name" >&2
        trap 'stty echo; exit 1' HUP INT TERM
        stty -echo
    fi
    IFS= read -r secret || [ -n "$secret" ] || :
    if [ -t 0 ]; then
        stty echo
        trap 'exit 1' HUP INT TERM
        printf '\n' >&2
    fi
    [ -n "$secret" ] || fail "no password for the backup $name came on standard input"
}

secret_text() {
    printf '# backup-wizard begin %s\n%s:%s\n# backup-wizard end %s\n' "$name" "$secrets_user" "$secret" "$name"
}

# rsync's daemon reads its settings anew for each connection, so that nothing has to be reloaded.
serve() {
    if daemon_listens; then
        note "rsync's daemon runs, and reads its settings anew for each connection: nothing is reloaded"
        return 0
    fi
    if find_service; then
        does "enable and start the service $service" || return 0
        printf '%s\n' "$service" >"$state/service"
        systemctl enable --now "$service"
    fi
}

find_service() {
    [ -d /run/systemd/system ] || return 1
    for service in rsync rsyncd; do
        if systemctl cat "$service.service" >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

stop_service() {
    systemctl disable --now "$(cat "$state/service")"
    rm -f "$state/service"
}

# ---- Taking it back ----

undo() {
    number=$orders
    while [ "$number" -ge 1 ]; do
        take_order
        undo_order
        number=$((number - 1))
    done
    set -- "$state"/accounts/*/orders/*
    if [ ! -e "$1" ]; then
        if [ -e "$state/copied" ]; then
            uid=
            does "remove $(cat "$state/copied")"
            remove_file "$(cat "$state/copied")"
            rm -f "$state/copied"
        fi
        if [ -e "$state/service" ]; then
            does "stop and disable the service $(cat "$state/service")"
            stop_service
        fi
    fi
    if [ -e "$state/reload" ]; then reload_sshd; fi
}

undo_order() {
    if [ ! -e "$order" ]; then
        note "nothing is there that was made for the backup $name of $account"
        return 0
    fi
    backwards "$order" >"$tmp/files"
    while IFS= read -r file <&5; do
        take_block "$file"
    done 5<"$tmp/files"
    set -- "$state/accounts/$account"/orders/*
    if [ $# = 1 ]; then undo_account; fi
    rm -f "$order"
}

# What all backups of an account share goes with the last of them.
undo_account() {
    if [ -e "$state/accounts/$account/sshd" ]; then
        : >"$state/reload"
        mark="account $account"
        take_block "$(cat "$state/accounts/$account/sshd")"
        mark=$name
        rm -f "$state/accounts/$account/sshd"
    fi
    if [ -e "$state/accounts/$account/folders" ]; then
        remove_folders "$state/accounts/$account/folders"
        rm -f "$state/accounts/$account/folders"
    fi
    if [ -e "$state/accounts/$account/account" ]; then
        remove_account
        rm -rf "$state/accounts/$account"
    fi
}

remove_folders() { # FILE
    backwards "$1" >"$tmp/folders-backwards"
    while IFS= read -r folder <&5; do
        if [ -L "$folder" ] || [ ! -d "$folder" ]; then continue; fi
        if (enter "${folder%/*}" && rmdir "${folder##*/}") 2>/dev/null; then
            does "remove the folder $folder"
        elif [ -e "$state/accounts/$account/account" ]; then
            # The account goes, and whoever gets its number next must not get the backups with it.
            note "kept: $folder is not empty; it belongs to root now"
            (enter "$folder" && chown 0:0 . && chmod 700 .)
        else
            note "kept: $folder is not empty"
        fi
    done 5<"$tmp/folders-backwards"
}

# ---- The account ----

lookup() { # NAME
    if command -v getent >/dev/null; then getent passwd "$1"; else cat /etc/passwd; fi |
        awk -F: -v name="$1" '$1 == name && !seen++'
}

locate() {
    entry=$(lookup "$account")
    uid='' gid='' comment='' home='' shell=''
    if [ -n "$entry" ]; then
        IFS=: read -r _ _ uid gid comment home shell <<END
$entry
END
        case $home in /?*) ;; *) fail "the account $account has no home folder: usermod -d /home/$account $account" ;; esac
    else
        home=$(useradd -D 2>/dev/null | sed -n 's|^HOME=/|/|p')
        home=${home:-/home}/$account shell=/bin/sh
    fi
    if [ -d "$home" ]; then home=$(cd -P "$home" && pwd -P); fi
    ask_sshd
    order=$state/accounts/$account/orders/$name
    mark=$name made_list=$order
    keys='' conf=''
    if [ -n "$key_block" ]; then find_keys; fi
    if [ -n "$daemon_private" ]; then
        conf=$home/$daemon_private
    elif [ -n "$daemon_block" ]; then
        find_conf
    fi
}

in_home() { # PATH
    case $1 in /*) printf '%s' "$1" ;; *) printf '%s' "$home/$1" ;; esac
}

make_account() {
    if [ -n "$entry" ] || is_planned "account $account"; then return 0; fi
    does "make the account $account (shell /bin/sh, no password: only a key opens it)" || return 0
    command -v useradd >/dev/null || fail "there is no useradd here: make the account $account yourself, then run this"
    save_databases "$state/accounts/$account/databases"
    touch "$state/accounts/$account/account"
    # "*" is a password that nothing matches, and unlike "!" does not lock the account for keys.
    useradd --no-log-init --no-create-home --shell /bin/sh --password '*' --comment backup-wizard "$account" ||
        fail "useradd does not make the account $account: make it yourself, then run this again"
    locate
}

remove_account() {
    if [ -n "$entry" ]; then
        if [ "$comment" != backup-wizard ]; then
            note "kept: the account $account was changed since it was made"
            return 0
        fi
        does "remove the account $account"
        # It refuses while a session of the account is on, also one that is just ending.
        tries=1
        until userdel "$account"; do
            [ "$tries" -lt 5 ] || fail "userdel does not remove the account $account"
            tries=$((tries + 1))
            sleep 1
        done
    fi
    if [ -d "$state/accounts/$account/databases" ]; then restore_databases "$state/accounts/$account/databases"; fi
}

# The files that useradd changes, with the copies ("passwd-") that it makes of each.
databases='passwd shadow group gshadow subuid subgid'

save_databases() { # FOLDER
    rm -rf "$1" "$1.part"
    mkdir "$1.part"
    for database in $databases; do
        for file in "$database" "$database-"; do
            if [ -e "/etc/$file" ]; then cp -p "/etc/$file" "$1.part/$file"; fi
        done
    done
    if [ -e /etc/.pwd.lock ]; then : >"$1.part/lock"; fi
    mv "$1.part" "$1"
}

# userdel has taken the account out; where nothing else was changed since, the copies and times are put back too.
restore_databases() { # FOLDER
    for database in $databases; do
        if [ ! -e "$1/$database" ]; then
            if [ -s "/etc/$database" ]; then return 0; fi
        elif ! cmp -s "$1/$database" "/etc/$database"; then
            return 0
        fi
    done
    for database in $databases; do
        for file in "$database" "$database-"; do
            if [ ! -e "$1/$file" ]; then
                rm -f "/etc/$file"
                continue
            fi
            if ! cmp -s "$1/$file" "/etc/$file"; then
                put_file "$1/$file" "/etc/$file" "$(stat -c %u:%g "$1/$file")" "$(stat -c %a "$1/$file")"
            fi
            if [ "$(stat -c %y "$1/$file")" != "$(stat -c %y "/etc/$file")" ]; then touch -r "$1/$file" "/etc/$file"; fi
        done
    done
    if [ ! -e "$1/lock" ]; then rm -f /etc/.pwd.lock; fi
}

note_once() { # LINE FILE
    if [ ! -e "$2" ] || ! grep -qxF "$1" "$2"; then printf '%s\n' "$1" >>"$2"; fi
}

is_planned() { # WHAT
    case $planned in *"$newline$1$newline"*) return 0 ;; esac
    planned=$planned$1$newline
    return 1
}

# ---- Folders and files, each put in place in one step ----
# A home belongs to its owner, who may put a symbolic link anywhere in it to lead root astray. So a folder is entered
# first and looked at then; what is new is written in a folder in there that only root can enter, and is moved from
# there to its place, which follows no link.

make_folder() { # PATH MODE ["above": it is only on the way to one]
    if [ -d "$1" ]; then return 0; fi
    if [ -e "$1" ] || [ -L "$1" ]; then fail "$1 is there and is no folder"; fi
    case $planned in *"$newline$1$newline"*) return 0 ;; esac
    make_folder "$(parent "$1")" 755 above
    planned=$planned$1$newline
    case ${3-}:$1/ in
    :* | above:"$home"/*) does "make the folder $1 (mode $2, for $account)" || return 0 ;;
    *) does "make the folder $1 (mode $2, for root)" || return 0 ;;
    esac
    note_once "$1" "$state/accounts/$account/folders"
    case ${3-}:$1/ in
    :* | above:"$home"/*) put_folder "$1" "$uid:$gid" "$2" ;;
    *) put_folder "$1" 0:0 "$2" ;;
    esac
}

parent() {
    set -- "${1%/*}"
    printf '%s' "${1:-/}"
}

# From here on "." is this very folder, whatever is renamed meanwhile.
enter() { # FOLDER
    cd -P "${1:-/}" 2>/dev/null || fail "the folder ${1:-/} can not be entered"
    [ "$(pwd -P)" = "${1:-/}" ] || fail "the folder $1 is reached through a symbolic link: refused"
    case $(stat -c %u .) in 0 | "$uid") ;; *) fail "the folder $1 belongs neither to root nor to $account: refused" ;; esac
}

enter_work() { # FOLDER
    printf '%s\n' "$1" >"$state/working"
    enter "$1"
    mkdir "$work" 2>/dev/null || [ -d "$work" ] || fail "nothing can be made in $1 (read-only, full, or a network folder?)"
    cd -P "$work" || fail "$1/$work can not be entered"
    case "$(pwd -P)|$(stat -c '%u %a' .)" in
    "${1%/}/$work|0 700" | "${1%/}/$work|0 2700") rm -rf new ;;
    *) fail "$1/$work is there, and is not root's own: refused" ;;
    esac
}

leave_work() {
    cd ..
    rmdir "$work"
    rm -f "$state/working"
}

# What a step that failed, or a run that was killed, may have left.
clear_away() {
    if [ ! -s "$state/working" ]; then return 0; fi
    set -- "$(cat "$state/working")"
    if [ -d "$1/$work" ] && [ "$(stat -c %u "$1/$work")" = 0 ]; then
        uid=$(stat -c %u "$1")
        (
            enter_work "$1"
            leave_work
        )
    fi
    rm -f "$state/working"
}

put_folder() { # PATH OWNER MODE
    (
        enter_work "$(parent "$1")"
        mkdir new
        chown "$2" new
        chmod "$3" new
        mv new "../${1##*/}"
        leave_work
    )
    relabel "$1"
}

put_file() { # SOURCE PATH OWNER MODE [FILE-WITH-ITS-TIME]
    (
        enter_work "$(parent "$2")"
        : >new
        chown "$3" new
        chmod "$4" new
        cat "$1" >new
        if [ -n "${5-}" ]; then touch -r "$5" new; fi
        sync new 2>/dev/null || sync
        if [ -d "../${2##*/}" ]; then fail "$2 is a folder"; fi
        mv -f new "../${2##*/}"
        leave_work
    )
    relabel "$2"
}

remove_file() { # PATH
    if [ ! -e "$1" ] && [ ! -L "$1" ]; then return 0; fi
    (
        enter "$(parent "$1")"
        rm -f "${1##*/}"
    )
}

relabel() { # PATH
    ! command -v restorecon >/dev/null || restorecon "$1" || note "restorecon does not label $1"
}

# Copies a file with its time to $tmp/now, and sets owner and mode. It is read by what was opened, and not by a name
# that may lead elsewhere by then.
read_file() { # PATH
    rm -f "$tmp/now"
    is_there=
    if [ ! -e "$1" ] && [ ! -L "$1" ]; then
        : >"$tmp/now"
        return 0
    fi
    if [ -L "$1" ] || [ ! -f "$1" ]; then fail "$1 is a symbolic link or no plain file: refused"; fi
    is_there=yes
    exec 3<"$1"
    [ "$(readlink /proc/self/fd/3)" = "$1" ] || fail "$1 is reached through a symbolic link: refused"
    owner=$(stat -L -c %u:%g /proc/self/fd/3)
    mode_there=$(stat -L -c %a /proc/self/fd/3)
    case ${owner%:*} in 0 | "$uid") ;; *) fail "$1 belongs neither to root nor to $account: refused" ;; esac
    cat <&3 >"$tmp/now"
    touch -r /proc/self/fd/3 "$tmp/now"
    exec 3<&-
    # shellcheck disable=SC2094 # both only read it
    tr -d '\000' <"$tmp/now" | cmp -s - "$tmp/now" || fail "$1 is no text file: refused"
}

# ---- A marked block in a file, which is replaced and not repeated; all other lines stay as they are ----

put_block() { # BLOCK FILE OWNER MODE WORDS
    read_file "$2"
    printf '%s\n' "$1" >"$tmp/block"
    edit "$tmp/now" "$tmp/block" >"$tmp/new"
    if cmp -s "$tmp/now" "$tmp/new"; then return 0; fi
    if [ -z "$5" ]; then
        : # it was said before
    elif [ -n "$is_there" ] || is_planned "file $2"; then
        does "$5: lines in $2" || return 0
    else
        does "$5: lines in $2 (a new file, mode $4)" || return 0
    fi
    save "$2"
    note_once "$2" "$made_list"
    if [ -n "$is_there" ]; then
        put_file "$tmp/new" "$2" "$owner" "$mode_there"
    else
        put_file "$tmp/new" "$2" "$3" "$4"
    fi
}

take_block() { # FILE
    read_file "$1"
    if [ -z "$is_there" ]; then return 0; fi
    before=$(before_of "$1")
    : >"$tmp/block"
    : >"$tmp/whole"
    if [ -e "$before" ]; then
        block_in "$before" >"$tmp/block"
        edit "$before" /dev/null keep >"$tmp/whole"
    fi
    if [ -s "$tmp/block" ]; then
        edit "$tmp/now" "$tmp/block" >"$tmp/new"
    else
        edit "$tmp/now" /dev/null >"$tmp/new"
    fi
    if [ -e "$before.absent" ] && [ ! -s "$tmp/new" ]; then
        does "remove $1"
        remove_file "$1"
        forget_before "$1"
    elif [ -e "$before" ] && { cmp -s "$before" "$tmp/new" || cmp -s "$tmp/whole" "$tmp/new"; }; then
        does "put $1 back as it was"
        put_file "$before" "$1" "$owner" "$mode_there" "$before"
        forget_before "$1"
    elif ! cmp -s "$tmp/now" "$tmp/new"; then
        does "take the lines of $mark out of $1"
        put_file "$tmp/new" "$1" "$owner" "$mode_there"
    fi
}

# Prints a file with the block of this mark replaced, or added at the end; an empty block takes it out. With "keep",
# prints the file as it is, its last line made whole.
edit() { # FILE BLOCK-FILE ["keep"]
    if [ -n "$(tail -c 1 "$1")" ]; then whole=; else whole=1; fi
    awk -v begin="# backup-wizard begin $mark" -v end="# backup-wizard end $mark" -v whole="$whole" \
        -v keep="${3-}" -v block_file="$2" '
        BEGIN { while ((getline line < block_file) > 0) block = block line "\n" }
        $0 == begin && !keep { inside = 1; if (!done++) { printf "%s%s", after, block; after = "" }; next }
        inside { if ($0 == end) inside = 0; next }
        { printf "%s%s", after, $0; after = "\n" }
        END {
            if (after != "" && (whole || keep || (block != "" && !done))) printf "\n"
            if (!done) printf "%s", block
        }' "$1"
}

block_in() { # FILE
    awk -v begin="# backup-wizard begin $mark" -v end="# backup-wizard end $mark" '
        $0 == begin { inside = 1 }
        inside { print }
        $0 == end { inside = 0 }' "$1"
}

# A mark without its other would make foreign lines look like ours.
require_whole_block() { # FILE
    if [ ! -e "$1" ] && [ ! -L "$1" ]; then return 0; fi
    read_file "$1"
    awk -v begin="# backup-wizard begin $mark" -v end="# backup-wizard end $mark" '
        $0 == begin { bad += inside; inside = 1 }
        $0 == end { bad += !inside; inside = 0 }
        END { exit(bad + inside > 0) }' "$tmp/now" || fail "$1 has only one of the two marks of $mark: mend that first"
}

backwards() { awk '{ line[NR] = $0 } END { for (at = NR; at; at--) print line[at] }' "$1"; }

# ---- Files as they were before ----

before_of() { # FILE
    printf '%s/before/' "$state"
    printf '%s' "$1" | sed 's|%|%25|g; s|/|%2F|g'
}

# Keeps $tmp/now as it was before the first change, for --undo, and before this run, should a step of it fail.
save() { # FILE
    saved=$((saved + 1))
    before=$(before_of "$1")
    if [ -n "$is_there" ]; then
        cp -p "$tmp/now" "$tmp/$saved"
        printf '%s\n' "$owner" >"$tmp/$saved.owner"
        printf '%s\n' "$mode_there" >"$tmp/$saved.mode"
    else
        : >"$tmp/$saved.absent"
    fi
    if [ ! -e "$before" ] && [ ! -e "$before.absent" ]; then
        : >"$tmp/$saved.first"
        if [ -n "$is_there" ]; then
            cp -p "$tmp/now" "$tmp/before"
            mv "$tmp/before" "$before"
        else
            : >"$before.absent"
        fi
    fi
    printf '%s %s %s\n' "$saved" "$uid" "$1" >>"$tmp/list"
}

forget_before() { # FILE
    before=$(before_of "$1")
    rm -f "$before" "$before.absent"
}

# ---- sshd and rrsync ----

ask_sshd() {
    if [ "$sshd_was_asked_for" = "$account" ]; then return 0; fi
    sshd_was_asked_for=$account sshd_settings=
    ! command -v sshd >/dev/null ||
        sshd_settings=$("$(command -v sshd)" -T -C "user=$account,host=localhost,addr=127.0.0.1" 2>/dev/null) || :
}

sshd_says() { # SETTING
    sed -n "s/^$1 //p" <<END
$sshd_settings
END
}

sshd_is_well() {
    ! command -v sshd >/dev/null || "$(command -v sshd)" -t 2>/dev/null
}

# A locked key locks nothing where a password opens the same account. That is changed only where there is no password
# that anyone could be using.
shut_passwords() {
    if ! opens_by_password || is_planned "sshd $account"; then return 0; fi
    find_sshd_file
    if [ -z "$sshd_file" ] || has_password; then
        note "careful: $(password_warning)"
        return 0
    fi
    wants_reload=yes
    if [ "$mode" = apply ]; then : >"$state/reload"; fi # also if this run is cut short
    mark="account $account" made_list=$state/accounts/$account/sshd
    put_block "$sshd_block" "$sshd_file" 0:0 644 "let no password open the account $account over ssh"
    mark=$name made_list=$order
}

opens_by_password() {
    case "$(sshd_says passwordauthentication) $(sshd_says kbdinteractiveauthentication)" in
    *yes*) ;;
    *) return 1 ;;
    esac
}

# An account that is not in /etc/shadow is known elsewhere, and may have one there. An empty one is one, too.
has_password() {
    [ -n "$entry" ] || return 1
    ! awk -F: -v name="$account" '$1 == name && $2 ~ /^[*!]/ { found = 1 } END { exit !found }' /etc/shadow 2>/dev/null
}

password_warning() {
    printf 'the account %s still signs in by password: ' "$account"
    if has_password; then
        printf "if nobody needs that, usermod -p '*' %s, and run this again\n" "$account"
    else
        printf 'see PasswordAuthentication in the settings of sshd, which this script does not change there\n'
    fi
}

# The account's own file where sshd's settings include a folder of such files; else a block at their end. Nothing where
# such a block is there already and others come before it.
find_sshd_file() {
    sshd_file=
    if [ ! -f /etc/ssh/sshd_config ] || [ -L /etc/ssh/sshd_config ]; then return 0; fi
    sshd_file=$(cd -P /etc/ssh && pwd -P)/sshd_config
    includes=$(awk '
        tolower($1) == "match" { exit }
        tolower($1) == "include" { for (at = 2; at <= NF; at++) if (sub(/\/\*\.conf$/, "", $at)) print $at }' "$sshd_file")
    while read -r folder <&6; do
        case $folder in /*) ;; ?*) folder=/etc/ssh/$folder ;; esac
        if [ -d "$folder" ]; then
            sshd_file=$(cd -P "$folder" && pwd -P)/backup-wizard-$account.conf
            break
        fi
    done 6<<END
$includes
END
    for file in "$sshd_file" /etc/ssh/sshd_config; do
        if [ -e "$file" ] && grep -qxF "# backup-wizard begin account $account" "$file"; then sshd_file=; fi
    done
}

# Those who are connected stay so.
reload_sshd() {
    if ! sshd_is_well; then
        note 'sshd has to be reloaded, once "sshd -t" finds no fault'
        return 0
    fi
    find_reload
    if [ -n "$reload" ]; then
        does "have sshd read its settings anew ($reload)" || return 0
        if $reload; then return 0; fi
    fi
    note 'sshd has to be reloaded before it knows of that: systemctl reload ssh'
}

find_reload() {
    reload=
    if [ -d /run/systemd/system ]; then
        for service in ssh sshd; do
            if systemctl is-active --quiet "$service.service"; then
                reload="systemctl reload $service"
                return 0
            fi
        done
    fi
    pid=$(head -n 1 "$(sshd_says pidfile)" 2>/dev/null) || :
    case $pid in '' | *[!0-9]*) return 0 ;; esac
    case $(readlink "/proc/$pid/exe") in */sshd | */sshd' (deleted)') reload="kill -HUP $pid" ;; esac
}

find_keys() {
    keys=$(sshd_says authorizedkeysfile)
    keys=${keys%% *}
    case $keys in *%h*) keys=${keys%%%h*}$home${keys#*%h} ;; esac
    case $keys in *%u*) keys=${keys%%%u*}$account${keys#*%u} ;; esac
    case $keys in '' | none | *%*) keys=.ssh/authorized_keys ;; esac
    keys=$(in_home "$keys")
}

key_text() {
    if [ -n "$rrsync_mark" ]; then
        printf '%s' "${key_block%%"$rrsync_mark"*}$rrsync${key_block#*"$rrsync_mark"}"
    else
        printf '%s' "$key_block"
    fi
}

find_rrsync() {
    for rrsync in "$(command -v rrsync)" /usr/bin/rrsync /usr/local/bin/rrsync /usr/lib/rsync/rrsync \
        /usr/libexec/rsync/rrsync /usr/share/rsync/scripts/rrsync /usr/share/doc/rsync/scripts/rrsync; do
        if answers "$rrsync"; then return 0; fi
    done
    rrsync=
    find_packed && rrsync=/usr/local/bin/rrsync
    return 0
}

# Found, runnable, and what it is written in is there too (or it would end with 126 or 127).
answers() { # PATH
    case $1 in /*) ;; *) return 1 ;; esac
    case $1 in *[!A-Za-z0-9/._-]*) return 1 ;; esac
    if [ ! -f "$1" ] || [ ! -x "$1" ]; then return 1; fi
    "$1" </dev/null >/dev/null 2>&1
    case $? in 126 | 127) return 1 ;; esac
}

# Debian 11 has it among the documents, not runnable and perhaps compressed.
find_packed() {
    for packed in /usr/share/doc/rsync/scripts/rrsync /usr/share/doc/rsync/scripts/rrsync.gz \
        /usr/share/rsync/scripts/rrsync /usr/share/doc/rsync/support/rrsync; do
        if [ -f "$packed" ]; then return 0; fi
    done
    return 1
}

copy_rrsync() {
    if [ "$rrsync" != /usr/local/bin/rrsync ] || [ -e "$rrsync" ]; then return 0; fi
    if is_planned "copy $rrsync"; then return 0; fi
    does "install a copy of $packed as $rrsync" || return 0
    case $packed in *.gz) gzip -dc "$packed" ;; *) cat "$packed" ;; esac >"$tmp/rrsync"
    is_there=
    save "$rrsync"
    printf '%s\n' "$rrsync" >"$state/copied"
    put_file "$tmp/rrsync" "$rrsync" 0:0 755
    answers "$rrsync" || fail "the rrsync in $packed does not run (it needs perl or python3)"
}

# ---- rsync's daemon ----

# The module's own file where the settings include a folder of such files; else a block in the settings themselves.
find_conf() {
    conf=/etc/rsyncd.conf
    if [ ! -e "$conf" ] || grep -qxF "# backup-wizard begin $name" "$conf"; then return 0; fi
    # What &merge brings in would swallow settings that follow it, so that it has to stand before a module or the end.
    includes=$(awk '
        /^[ \t]*([#;]|$)/ { next }
        merged != "" { if ($0 ~ /^[ \t]*[[&]/) print merged; merged = "" }
        /^[ \t]*&include[ \t]/ { sub(/^[ \t]*&include[ \t]+/, ""); print "conf " $0; next }
        /^[ \t]*&merge[ \t]/ { sub(/^[ \t]*&merge[ \t]+/, ""); merged = "inc " $0 }
        END { if (merged != "") print merged }' "$conf")
    while read -r ending folder <&6; do
        case $folder in /*) ;; *) continue ;; esac
        if [ -d "$folder" ]; then
            conf=$(cd -P "$folder" && pwd -P)/backup-wizard-$name.$ending
            return 0
        fi
    done 6<<END
$includes
END
}

# rsync takes the same name in two places for one module, and mixes their settings.
require_unlike_modules() {
    if [ -z "$daemon_block" ] || [ -n "$daemon_private" ]; then return 0; fi
    others=
    if [ "${conf%/*}" != /etc ]; then others=${conf%/*}; fi
    for file in /etc/rsyncd.conf ${others:+"$others"/*.conf} ${others:+"$others"/*.inc}; do
        if [ ! -f "$file" ]; then continue; fi
        edit "$file" /dev/null >"$tmp/others"
        awk -v name="$module" '
            BEGIN { name = tolower(name); gsub(/[ \t]/, "", name) }
            { line = tolower($0); gsub(/[ \t]/, "", line) }
            line == "[" name "]" { found = 1 }
            END { exit !found }' "$tmp/others" || continue
        fail "$file has a module $module already, which is not of this backup: choose another name for it"
    done
    for file in "$state"/accounts/*/orders/"$name"; do
        if [ "$file" = "$order" ] || [ ! -e "$file" ]; then continue; fi
        if grep -qxF "$conf" "$file"; then fail "$conf has a backup $name of another account: choose another name"; fi
    done
}

daemon_port() {
    if [ -e /etc/rsyncd.conf ]; then
        awk -F= '/^[ \t]*\[/ { exit } { gsub(/[ \t]/, "") } $1 == "port" { print $2 }' /etc/rsyncd.conf
    fi | tail -n 1 | grep -x '[0-9]\{1,5\}' || printf '873\n'
}

daemon_listens() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
        awk -v port="$(printf '%04X' "$(daemon_port)")" '$4 == "0A" && $2 ~ ":" port "$" { found = 1 } END { exit !found }'
}

# ---- Is it right? Asked of sshd's and rsync's own parsers ----

check_result() {
    if [ -n "$sshd_was_well" ]; then sshd_is_well || fail 'sshd -t finds a fault that was not there before'; fi
    each_order check_order
}

check_order() {
    if [ -n "$key_block" ]; then
        key_text >"$tmp/block"
        ssh-keygen -l -f "$tmp/block" >"$tmp/ours" 2>/dev/null || fail "ssh-keygen can not read the key of $name"
        read_file "$keys"
        ssh-keygen -l -f "$tmp/now" 2>/dev/null | grep -qxF -f "$tmp/ours" || fail "$keys does not hold the key of $name"
    fi
    if [ -n "$daemon_block" ]; then
        printf '%s\n' "$daemon_block" >"$tmp/block"
        ask_daemon "$tmp/block"
        if [ -n "$daemon_private" ]; then ask_daemon "$conf"; else ask_daemon /etc/rsyncd.conf; fi
    fi
}

# rsync is started as a daemon that reads from us instead of a network, and asked for the module. It knows it if it
# wants the password, takes us, or refuses our place; and it logs what it can not read.
ask_daemon() { # SETTINGS
    : >"$tmp/log"
    printf '@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4\n%s\n' "$module" |
        (enter "$home" && rsync --server --daemon --config="$1" --log-file="$tmp/log" .) >"$tmp/answer" 2>/dev/null || :
    if [ "$1" = "$tmp/block" ] && grep -qi 'unknown parameter\|ignoring' "$tmp/log"; then
        fail "rsync does not take the settings of the module $module: $(grep -i 'unknown' "$tmp/log")"
    fi
    grep -aq '^@RSYNCD: \(OK\|AUTHREQD\)\|^@ERROR: access denied' "$tmp/answer" ||
        fail "rsync does not open the module $module: $(grep -a '^@ERROR' "$tmp/answer" || cat "$tmp/log")"
}

# ---- The receipt ----

receipt() {
    if [ -n "$rrsync_mark" ] || [ -z "${rrsync-}" ]; then find_rrsync; fi
    [ -e "$rrsync" ] || rrsync=
    printf '\n=== backup-wizard receipt for %s ===\n' "$name"
    for file in $(sshd_says hostkey) /etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_rsa_key; do
        if [ -f "$file.pub" ]; then ssh-keygen -l -f "$file.pub"; fi
    done | awk '!seen[$2]++ { type = $NF; gsub(/[()]/, "", type); print "host-key: " type " " $2 }'
    printf 'account: %s\n' "$account"
    printf 'home: %s\n' "$home"
    printf 'folder: %s\n' "$root"
    if [ -n "$entry" ]; then printf 'shell: %s\n' "${shell:-/bin/sh}"; else printf 'shell: none\n'; fi
    printf 'rsync: %s\n' "$(version_of rsync --version)"
    printf 'openssh: %s\n' "$(version_of sshd -V)"
    printf 'rrsync: %s\n' "${rrsync:-none}"
    sshd_says port | sed 's/^/ssh-port: /'
    if daemon_listens; then printf 'rsync-port: %s\n' "$(daemon_port)"; else printf 'rsync-port: none\n'; fi
    warnings | sed 's/^/warning: /'
    printf '=== end of receipt for %s ===\n' "$name"
}

version_of() { # COMMAND
    if command -v "$1" >/dev/null; then "$(command -v "$1")" "$2" 2>&1; fi </dev/null |
        sed -n 's/.*\(rsync  *version v\{0,1\}\|OpenSSH_\)\([0-9][0-9.]*[0-9]\).*/\2/p' | head -n 1 | grep . || printf none
}

# What keeps the backup out, or lets in more than the backup, although all of the above is in place.
warnings() {
    if [ -z "$entry" ]; then
        printf 'there is no account %s yet\n' "$account"
        return 0
    fi
    if [ -n "$key_block" ]; then
        case ${shell##*/} in
        false | nologin | rssh) printf 'the shell %s blocks rsync too: usermod -s /bin/sh %s\n' "$shell" "$account" ;;
        esac
        if awk -F: -v name="$account" '$1 == name && $2 ~ /^!/ { found = 1 } END { exit !found }' /etc/shadow; then
            printf "the account is locked, also for keys where sshd has UsePAM no: usermod -p '*' %s\n" "$account"
        fi
        for file in "$home" "${keys%/*}" "$keys"; do
            if [ -n "$(find "$file" -prune \( -perm -020 -o -perm -002 \) 2>/dev/null)" ]; then
                printf 'sshd ignores the key while others can write to %s: chmod go-w %s\n' "$file" "$file"
            fi
        done
        warn_of_sshd
    elif ! daemon_listens; then
        printf "rsync's daemon does not answer: start it (rsync --daemon), also after a restart of the server\n"
    fi
    printf '%s\n' "$folders" | while read -r folder_mode folder; do
        folder=$(in_home "$folder")
        if [ ! -d "$folder" ]; then
            printf 'the folder %s is not there\n' "$folder"
        elif [ "$(stat -c %u "$folder")" != "$uid" ]; then
            printf 'the folder %s is not of %s, who may not be able to write to it\n' "$folder" "$account"
        fi
    done
}

warn_of_sshd() {
    sshd_is_well || printf 'sshd -t finds a fault in its settings\n'
    if [ "$(sshd_says pubkeyauthentication)" = no ]; then printf 'sshd takes no keys: PubkeyAuthentication is no\n'; fi
    for setting in allowusers denyusers allowgroups denygroups; do
        if [ -n "$(sshd_says "$setting")" ]; then printf 'sshd has %s: see that it lets in %s\n' "$setting" "$account"; fi
    done
    if [ -n "$sshd_block" ] && opens_by_password; then password_warning; fi
    blob=${key_block##* AAAA}
    blob=${blob%%"$newline"*}
    if [ -f "$keys" ] && [ ! -L "$keys" ] && edit "$keys" /dev/null | grep -qF "AAAA${blob%% *}"; then
        printf 'another line of %s lets in the same key, and may allow it more\n' "$keys"
    fi
}

main "$@"

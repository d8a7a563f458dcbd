"""The status script for an office of computers, each with an account of its own, and with older versions."""

from __future__ import annotations

import subprocess
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import Row, ratio, seconds
from tests.support import programs
from tests.support.data.requests import a_request, public_key
from tests.support.servers.setting_up import SetUpOffice
from wizard.profile import Server
from wizard.server import exports
from wizard.server.exports import authorized_keys, status

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPUTERS = 200
_ROUNDS = 5
_SCRIPT = "/srv/status.sh"
_FIRST_UID = 700_000
_MAKE = """
kept=/var/lib/backup-wizard now=$(date +%s)
while read -r uid name; do
    mkdir -p /home/$name/.ssh /home/$name/backup/$name
    mv /srv/keys/$name /home/$name/.ssh/authorized_keys
    echo x >/home/$name/backup/$name/.backup-complete
    echo "$name:x:$uid:$uid::/home/$name:/bin/sh" >>/etc/passwd
    echo "$name:x:$uid:" >>/etc/group
    echo "$name:*:19000::::::" >>/etc/shadow
    chown -R $uid:$uid /home/$name
    mkdir -p /srv/versions/$name $kept/versions/$name $kept/versions-state/$name
    ln -s /srv/versions/$name $kept/versions/$name/$name
    printf 'last=%s\\ncount=1\\nheld=\\ntrouble=\\n' $now >$kept/versions-state/$name/$name
done </srv/names
"""


def rows() -> Iterator[Row]:
    """How long it takes beside adding up sizes, by whichever program it becomes the accounts."""
    with TemporaryDirectory() as folder, SetUpOffice(Path(folder), None) as office:
        _fill(office)
        # A thousand programs take half a second on a quiet machine where the target is 1 s, which su alone just misses.
        for program, path, target in (("setpriv", "", 2.0), ("su", "/srv/without:", 3.0)):
            took = ratio(partial(_seconds, office, path), _seconds_of_programs, rounds=_ROUNDS)
            yield Row(f"status of {COMPUTERS} computers by {program}, against 1,000 programs", took, target)


def _seconds(office: SetUpOffice, path: str) -> float:
    script = f"PATH={path}$PATH; exec dash {_SCRIPT} --no-sizes --json"
    began = time.perf_counter()
    ran = subprocess.run(office.inside("sh", "-c", script), stdin=subprocess.DEVNULL, capture_output=True, check=True)
    took = time.perf_counter() - began
    assert ran.stdout.count(b'"let_in": true') == ran.stdout.count(b'"count": 1,') == COMPUTERS
    assert b'"stale": true' not in ran.stdout
    return took


def _seconds_of_programs() -> float:
    return seconds(["sh", "-c", "n=0; while [ $n -lt 1000 ]; do /bin/true; n=$((n + 1)); done"])


def _fill(office: SetUpOffice) -> None:
    programs.require("setpriv")
    office.put("/srv/without/setpriv", "exit 1\n", mode=0o755)
    contexts = []
    for number in range(COMPUTERS):
        name = f"user{number}"
        server = Server(host="files.example.lan", user=name, root="backup")
        request = a_request("rrsync", name=name, public_key=public_key(number), server=server)
        contexts.append(exports.context_of_request(request))
        office.put(f"/srv/keys/{name}", authorized_keys.render(contexts[-1]))
    office.put("/srv/names", "".join(f"{_FIRST_UID + number} user{number}\n" for number in range(COMPUTERS)))
    office.run("sh", "-c", _MAKE)
    office.put(_SCRIPT, status.render_many(contexts))

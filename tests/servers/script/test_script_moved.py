"""What the setup script's help says of an admin's second day, done as it says: another folder, and another server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.servers.script.test_script import back_up, context_for, set_up
from tests.servers.status.test_status import of_all, put_status
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.servers.setting_up import SetUpOffice
from wizard.client import access
from wizard.running import report
from wizard.server.receipts import admin_answer

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.client.access import Access
    from wizard.profile import Profile

ELSEWHERE = "/srv/backups/amanda"


async def goes_on(profile: Profile, admitted: Access) -> None:
    """Nothing is sent anew, and the folder is known as this backup's."""
    done = await report.backup(profile, admitted)
    assert (done.exit_code, done.totals.new, done.totals.changed) == (0, 0, 0)


async def test_the_backups_get_another_folder(tmp_path: Path, sample_folder: Path) -> None:
    with SetUpOffice(setting_up.place(tmp_path), None) as office:
        office.start_sshd()
        office.live_in()
        context, admitted = context_for(office, "rrsync", sample_folder)
        set_up(office, context)
        assert office.script().exit_code == 0
        await back_up(context, admitted)
        office.run("mkdir", "-p", ELSEWHERE)
        office.run("mv", f"{placing.ROOT}/amamac", ELSEWHERE)
        moved = context_for(office, "rrsync", sample_folder, root=ELSEWHERE)[0]
        set_up(office, moved)
        ran = office.script()
        assert (ran.exit_code, ran.changes) == (
            0,
            [f"let in the key of amamac: lines in /home/{ACCOUNT}/.ssh/authorized_keys"],
        )
        taken = await admin_answer.take(context.profile, ran.stdout)
        assert taken.changes == (f"the folder is “{ELSEWHERE}” instead of “{placing.ROOT}”",)
        await goes_on(taken.profile, access.prepare(taken.profile))
        put_status(office, context)  # exported for the old folder: what the setup script has noted counts more
        assert of_all(office, code=1)["amamac"]["folder"] == f"{ELSEWHERE}/amamac"


async def test_the_backups_move_to_another_server(tmp_path: Path, sample_folder: Path) -> None:
    with SetUpOffice(setting_up.place(tmp_path), None) as old:
        old.start_sshd()
        context, admitted = context_for(old, "rrsync", sample_folder, root="backup")
        set_up(old, context)
        assert old.script().exit_code == 0
        await back_up(context, admitted)
        assert old.script("--revoke amamac").exit_code == 0
        (tmp_path / "new").mkdir()
        with SetUpOffice(setting_up.place(tmp_path / "new"), None) as new:
            new.start_sshd()
            new.run("useradd", "--create-home", "--no-log-init", "-s", "/bin/sh", "-p", "*", ACCOUNT)
            there = f"/home/{ACCOUNT}/backup"
            new.run("rsync", "-aH", f"{old.path(there)}/", f"{there}/")
            new.run("chown", "-hR", f"{ACCOUNT}:", there)
            context = context_for(new, "rrsync", sample_folder, root="backup")[0]
            set_up(new, context)
            ran = new.script()
            assert ran.exit_code == 0, ran.stderr
            taken = await admin_answer.take(context.profile, ran.stdout)
            await goes_on(taken.profile, access.prepare(taken.profile))

import asyncio, time
from textual.pilot import Pilot
from tests.screens.test_folders import *
from tests.screens.test_folders import filled_home, _screen, _rows, _row, _move_to, _go_on, _named, _tree
LOG=open("/tmp/fold/stuck.txt","a")
async def wait(self, timeout=30.0):
    screen=self.app.screen
    children=[self.app,*screen.walk_children(with_self=True)]
    left={}
    ev=asyncio.Event()
    def dec(c):
        left.pop(id(c)); 
        if not left: ev.set()
    for c in children:
        left[id(c)]=c
        if not c.call_later(dec,c): left.pop(id(c))
    try:
        await asyncio.wait_for(ev.wait(), 4) if left else None
    except TimeoutError:
        for c in left.values():
            print("STUCK", c, c.is_attached, c._running, c._closing, c._closed, c._message_queue.qsize(), c._task, c.parent, file=LOG)
            if c._task: c._task.print_stack(file=LOG)
        LOG.flush()
        raise
    return True
Pilot._wait_for_screen=wait
@pytest.mark.parametrize("n", range(12))
async def test_x(home,n):
    async def dog():
        await asyncio.sleep(12)
        for t in asyncio.all_tasks():
            print("TASK",t.get_name(), repr(t)[:200],file=LOG)
            c=t.get_coro()
            while c is not None:
                f=getattr(c,"cr_frame",None) or getattr(c,"ag_frame",None) or getattr(c,"gi_frame",None)
                if f: print("    ", f.f_code.co_filename.split("site-packages/")[-1], f.f_lineno, f.f_code.co_name, file=LOG)
                else: print("    ",c, file=LOG)
                c=getattr(c,"cr_await",None) or getattr(c,"ag_await",None) or getattr(c,"gi_yieldfrom",None)
        LOG.flush()
    d=asyncio.create_task(dog())
    for name in ("two  words", "[bold red]x", "line\nbreak", "-rf", "\u202eleft", os.fsdecode(b"x\xff")):
        (home / name).mkdir()
    async with _screen() as pilot:
        for name in ("[bold red]x", "line␊break"):
            await _move_to(pilot, name)
            await pilot.press("space")
        await _move_to(pilot, "x\\xff")
        await pilot.press("space")
        await until(pilot, lambda: "“x\\xff” can’t be ticked because of the signs in its name" in said(pilot))
        saved = await _go_on(pilot)

"""No search for garbage while the program starts: what is made then stays to the end, and looking is a tenth of it."""

import gc


def begin() -> None:
    """What follows is made to stay."""
    gc.disable()


def end() -> None:
    """All is there: look for garbage from here on, in what comes."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()

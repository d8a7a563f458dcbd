"""A typed passphrase reaches our own askpass, and nobody else or later."""

from __future__ import annotations

import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from wizard.client.keys import passphrase_socket
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from pathlib import Path

ODD = "it's “odd”\n" + "x" * 2000


def test_it_answers_as_often_as_it_is_asked() -> None:
    with passphrase_socket.serve(Secret(ODD)) as path:
        assert {passphrase_socket.ask(path).reveal() for _ in range(3)} == {ODD}


def test_it_answers_several_at_a_time() -> None:
    with passphrase_socket.serve(Secret("x")) as path, ThreadPoolExecutor(20) as pool:
        assert {secret.reveal() for secret in pool.map(passphrase_socket.ask, [path] * 100)} == {"x"}


def test_nobody_else_can_reach_it() -> None:
    with passphrase_socket.serve(Secret("x")) as path:
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_is_gone_with_the_block() -> None:
    with passphrase_socket.serve(Secret("x")) as path:
        pass
    assert not path.parent.exists()
    with pytest.raises(Failure) as failure:
        passphrase_socket.ask(path)
    assert failure.value.kind is Kind.PASSPHRASE_UNASKED


def test_it_is_gone_with_a_block_that_fails() -> None:
    seen: list[Path] = []
    with pytest.raises(KeyboardInterrupt), passphrase_socket.serve(Secret("x")) as path:
        seen.append(path)
        raise KeyboardInterrupt
    assert not seen[0].parent.exists()


def test_one_who_hangs_up_at_once_does_not_end_it() -> None:
    with passphrase_socket.serve(Secret(ODD)) as path:
        for _ in range(10):
            with socket.socket(socket.AF_UNIX) as rude:
                rude.connect(str(path))
        assert passphrase_socket.ask(path).reveal() == ODD


def test_one_who_listens_to_nothing_keeps_nobody_waiting() -> None:
    with passphrase_socket.serve(Secret(ODD)) as path, socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(str(path))
        assert passphrase_socket.ask(path).reveal() == ODD

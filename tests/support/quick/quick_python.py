"""A Python for Ansible's modules, started as a script: the first call leaves a process that forks for those after it.

Each module would else start a Python and compile anew what that process has imported once. It ends when idle.
"""

import _socket
import os
import struct
import sys

_PLACE = sys.argv[0] + ".socket"
_STREAMS = struct.Struct("3i")
_IDLE_SECONDS = 30


def main() -> int:
    caller = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    try:
        caller.connect(_PLACE)
    except OSError:  # there is none, or it has ended
        _leave_a_server()
        caller.connect(_PLACE)
    told = repr((os.getcwd(), dict(os.environ))).encode()  # noqa: PTH109 - pathlib takes longer than all the rest
    caller.sendmsg([told], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, _STREAMS.pack(0, 1, 2))])
    return int(caller.recv(16))


def _leave_a_server() -> None:
    if os.path.exists(_PLACE):  # noqa: PTH110
        os.unlink(_PLACE)  # noqa: PTH108
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    listener.bind(_PLACE)
    listener.listen()
    if os.fork() == 0:
        os.setsid()
        os.closerange(3, listener.fileno())
        os.closerange(listener.fileno() + 1, 1024)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        _serve(listener)
        os._exit(0)


def _serve(listener: _socket.socket) -> None:
    import ansible.module_utils.basic  # type: ignore[import-untyped]  # noqa: F401

    listener.settimeout(_IDLE_SECONDS)
    while True:
        try:
            descriptor, _ = listener._accept()  # type: ignore[attr-defined]
        except TimeoutError:
            return
        call = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, fileno=descriptor)
        told, [(_, _, streams)], _, _ = call.recvmsg(1 << 20, _socket.CMSG_SPACE(_STREAMS.size))
        module = os.fork()
        if module == 0:
            _become(told.decode(), _STREAMS.unpack(streams))
            return
        for stream in _STREAMS.unpack(streams):
            os.close(stream)
        call.send(str(os.waitstatus_to_exitcode(os.waitpid(module, 0)[1])).encode())
        call.close()


def _become(told: str, streams: tuple[int, ...]) -> None:
    import ast

    folder, environment = ast.literal_eval(told)
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    try:
        exec(compile(sys.stdin.buffer.read(), "<stdin>", "exec"), {"__name__": "__main__"})
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())

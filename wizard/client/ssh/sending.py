"""Sends into a channel so that nothing of it follows the channel's own end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paramiko import Message
from paramiko.common import cMSG_CHANNEL_DATA

if TYPE_CHECKING:
    from paramiko import Channel


# paramiko's own sendall and shutdown_write let go of the channel's lock before they send. When the server ends the
# channel in that moment, paramiko's thread answers first, and sshd drops the whole connection for what comes later:
# "ieof packet referred to nonexistent channel". Under the lock, the answer has to wait.


def send(channel: Channel, sent: bytes) -> None:
    """Send all, or as much as the server takes before it ends the channel.

    Raises `TimeoutError` where the server takes nothing for as long as the channel's timeout says.
    """
    within: Any = channel
    while sent:
        message = Message()
        message.add_byte(cMSG_CHANNEL_DATA)
        message.add_int(within.remote_chanid)
        with within.lock:
            size = within._wait_for_send_window(len(sent))
            if size == 0:
                return
            message.add_string(sent[:size])
            within.transport._send_user_message(message)
        sent = sent[size:]


def end_input(channel: Channel) -> None:
    """Tell the server that no more input comes, unless one side has ended the channel."""
    within: Any = channel
    with within.lock:
        message = within._send_eof()
        if message is not None:
            within.transport._send_user_message(message)

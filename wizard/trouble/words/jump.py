"""The jump host, which is neither the server nor its admin's affair."""

from __future__ import annotations

from wizard.failure import Kind
from wizard.text.language import N_
from wizard.trouble.words.form import ADMIN, YOU, Words

WORDS = {
    Kind.JUMP_NAME_UNKNOWN: Words(
        N_("Can't find the jump host {jump}"),
        YOU,
        N_("Check its spelling. If it is right, check this computer's network connection."),
    ),
    Kind.JUMP_UNREACHABLE: Words(
        N_("Can't connect to the jump host {jump}"),
        YOU,
        N_(
            "Check this computer's network connection (and VPN). Then try “{by_hand}”. If that fails too, ask whoever"
            " runs the jump host."
        ),
    ),
    Kind.JUMP_KEY_UNKNOWN: Words(
        N_("Your ssh doesn't know the jump host {jump} yet, so nothing was sent there"),
        YOU,
        N_(
            "Sign in there once by hand: “{by_hand}”. ssh shows its fingerprint: confirm it if it is right. Then try"
            " again."
        ),
    ),
    Kind.JUMP_KEY_CHANGED: Words(
        N_(
            "The jump host {jump} shows another fingerprint than your ssh knows. Either it was set up again, or someone"
            " is intercepting the connection"
        ),
        YOU,
        N_(
            "Stop here. Nothing was sent. Ask whoever runs the jump host. Once it is right, sign in by hand:"
            " “{by_hand}”."
        ),
    ),
    Kind.JUMP_REFUSES_KEY: Words(
        N_("The jump host {jump} didn't accept any key of your own"),
        YOU,
        N_(
            "Your own key has to be accepted there, without a question: add it to your ssh agent (ssh-add). Then try"
            " “{by_hand}”."
        ),
    ),
    Kind.JUMP_FORBIDS: Words(
        N_("The jump host {jump} lets you sign in, but doesn't connect you to {about}"),
        ADMIN,
        N_("Send this message to whoever runs the jump host."),
        N_(
            "For my backup, I need to reach {about} through {jump}. Its sshd forbids that (AllowTcpForwarding,"
            " PermitOpen, or my key's options). Could you allow it for my account?"
        ),
    ),
    Kind.JUMP_CANT_CONNECT: Words(
        N_("The jump host {jump} can't connect to {about}"),
        ADMIN,
        N_(
            "Check the server's name and port, as the jump host knows them. If they are right, send your admin this"
            " message."
        ),
        N_("From {jump}, I can't connect to {about}. Is sshd running there, and does a firewall let {jump} in?"),
    ),
}

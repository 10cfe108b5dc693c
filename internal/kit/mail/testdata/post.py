"""The rules of the mail server that the tests run (Debian's aiosmtpd).

Letters go into a Maildir. Some receivers are refused or kept waiting, and with
POST_AUTH=1 a sender must sign in first. The server ends with the test: when its
standard input closes.
"""
import asyncio
import base64
import os
import sys
import threading

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import AuthResult


def end_with_test():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_test, daemon=True).start()


class Post(Mailbox):
    async def handle_MAIL(self, server, session, envelope, address, options):
        if os.environ.get("POST_AUTH") and not session.authenticated:
            return "530 5.7.0 Authentication required for " + address
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 <%s> is not known here" % address
        if address.startswith("later@"):
            return "451 4.7.1 <%s> try again later" % address
        if address.startswith("slow@"):
            await asyncio.sleep(60)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("full@"):
            return "552 5.2.2 %s is full" % envelope.rcpt_tos[0]
        # Takes the letter, then goes away without a goodbye (see handle_RSET).
        server.rude = envelope.rcpt_tos[0].startswith("rude@")
        return await super().handle_DATA(server, session, envelope)

    async def handle_RSET(self, server, session, envelope):
        if getattr(server, "rude", False):
            server.transport.abort()
        return "250 OK"

    async def auth_PLAIN(self, server, args):
        given = base64.b64decode(args[1]).split(b"\0")[1:]
        return AuthResult(success=given == [b"house@example.org", b"g\xc5\xb5ych"], handled=False)

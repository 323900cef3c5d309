"""A mail server of the tests' own: it keeps what it is sent, and can be told to refuse first."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class Sink(socketserver.ThreadingTCPServer):
    """Takes mail on a free port of this machine.

    `refuse`: so many connections are turned away. `refuse_data`: so many messages are, after they were sent whole.
    `cut_off`: so many times it takes the message and hangs up without a word.
    """

    allow_reuse_address, daemon_threads = True, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.messages: list[EmailMessage] = []
        self.refuse = self.refuse_data = self.cut_off = 0
        self.seconds = 0.0  # that it takes to think
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def one_of(self, name: str) -> bool:
        """Whether one of so many is left, which then is used up."""
        with self.lock:
            left = getattr(self, name)
            setattr(self, name, max(0, left - 1))
        return bool(left)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no fault."""


class Session(socketserver.StreamRequestHandler):
    """One conversation, in as much of SMTP as smtplib speaks."""

    server: Sink

    def handle(self) -> None:
        if self.server.one_of("refuse"):
            return self.say("421 not now")
        self.say("220 sink")
        while line := self.rfile.readline().strip().upper():
            if line == b"QUIT":
                return self.say("221 bye")
            if line == b"DATA":
                if not self.take():
                    return None
            else:
                self.say("250 fine")
        return None

    def take(self) -> bool:
        """The message; whether the conversation goes on."""
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        time.sleep(self.server.seconds)
        if self.server.one_of("refuse_data"):
            self.say("451 try later")
            return True
        with self.server.lock:
            self.server.messages.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if self.server.one_of("cut_off"):
            return False
        self.say("250 taken")
        return True

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[Sink]:
    """It listens as long as the block lasts."""
    with Sink() as sink:
        thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.shutdown()
            thread.join()

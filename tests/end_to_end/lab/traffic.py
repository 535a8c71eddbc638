"""Traffic: numbered frames, so many or from a sender that a test can leave running, and receivers that are slow or only
count."""
import socket
import threading
import time

from .frame_streams import Sender
from .listener import Listener
from .process import wait_until


def send(world, agent, count, name="n{}.test", identity="sender"):
    """So many frames, and the agent has appended them."""
    sender = world.sender(agent.socket, identity)
    sender.send(name.format(i) for i in range(count))
    assert sender.finish()
    wait_until(lambda: agent.input()["received"] == agent.input()["appended"] >= count, f"{count} frames appended")


class Stream:
    """Sends numbered frames, about `rate` a second, until it is stopped; connects again when the agent goes away, under
    another identity, so that what each connection brought can be told apart."""

    def __init__(self, path, rate, identity="life"):
        self.path, self.identity = path, identity
        self.lives = 0
        self.sent = 0        # numbers given to a connection; the last ones of a broken one may not have left
        self._pause = 64 / rate
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        """Ends the present connection in good order."""
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.is_set():
            try:
                sender = Sender(self.path, f"{self.identity}{self.lives}")
                self.lives += 1
                self._send(sender)
                sender.finish()
            except (OSError, AssertionError):
                self._stop.wait(0.02)

    def _send(self, sender):
        due = time.monotonic()
        while not self._stop.is_set():
            sender.send(f"n{self.sent + i}.test" for i in range(64))
            self.sent += 64
            due = max(due + self._pause, time.monotonic() - 1)
            self._stop.wait(max(0, due - time.monotonic()))


def check_no_hole(events):
    """Of each connection everything up to a certain frame came, and nothing behind it."""
    lives = {}
    for event in events.unique():
        lives.setdefault(event["identity"], []).append(int(event["qname"][1:].split(".")[0]))
    for life, numbers in lives.items():
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), f"{life} has a hole"
    return lives


class Drain:
    """A TCP receiver that takes `rate` bytes a second (None: all there are) and keeps only their number."""

    def __init__(self, rate=None):
        self.bytes = 0
        self.rate = rate
        self._listener = Listener(self._read)
        self.port, self.stop = self._listener.port, self._listener.stop

    def _read(self, connection):
        if self.rate is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while True:
            data = connection.recv(1 << 18 if self.rate is None else max(1, self.rate // 20))
            if not data:
                return
            self.bytes += len(data)
            if self.rate is not None:
                time.sleep(0.05)

    def hurry(self):
        """From now on takes all there is, over new connections: the narrow ones are closed."""
        self.rate = None
        self._listener.drop_all()

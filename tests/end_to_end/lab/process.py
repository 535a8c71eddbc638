"""Child processes that never outlive the one who started them, and waiting for conditions instead of sleeping."""
import ctypes
import itertools
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """Something did not become true in time, or a process ended; the text is for people."""


def wait_until(condition, what, limit=60.0):
    """Returns the first true value of condition(). Fails with `what` after `limit` seconds: generous, because a slow
    machine is no fault."""
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"not within {limit:.0f} s: {what}")
        time.sleep(0.02)


# Below those that the kernel gives to whoever connects: no port handed out here is taken by a connection meanwhile.
_ports = itertools.count(random.randrange(15000, 25000))


def free_port():
    """A port that is free on 127.0.0.1 for TCP and UDP at this moment, and was not handed out before: a server that takes
    several has as many."""
    for port in _ports:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def accepts(port):
    """Whether something listens on 127.0.0.1:port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # Whoever started the tests in the background had a shell that made them, and their children, deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Process:
    """One child; what it prints goes to a file. Its own process group, so that Ctrl-C reaches only the starter."""

    def __init__(self, name, argv, log, cwd=None, stdin=subprocess.DEVNULL, stdout=None, env=None):
        self.name = name
        self.log = Path(log)
        self._file = open(self.log, "ab")
        self.child = subprocess.Popen([str(a) for a in argv], stdin=stdin, stdout=stdout or self._file,
                                      stderr=self._file, cwd=cwd, env=env, start_new_session=True,
                                      preexec_fn=_die_with_parent)
        self.pid = self.child.pid

    def running(self):
        return self.child.poll() is None

    def said(self):
        return self.log.read_text(errors="replace")

    def expect_running(self):
        if not self.running():
            raise Failure(f"{self.name} ended with status {self.child.returncode}:\n{self.said()[-3000:]}")
        return True

    def wait_ready(self, condition, what, limit=30.0):
        wait_until(lambda: self.expect_running() and condition(), f"{self.name}: {what}\n{self.said()[-3000:]}", limit)

    def send(self, number):
        if self.running():
            os.kill(self.pid, number)

    def end(self, number=signal.SIGTERM, limit=30.0):
        """Sends a signal and waits. Returns the exit status and the seconds it took; kills after `limit`."""
        began = time.monotonic()
        self.send(number)
        try:
            status = self.child.wait(limit)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            status = None
        self._file.close()
        return status, time.monotonic() - began

    def kill(self):
        return self.end(signal.SIGKILL)

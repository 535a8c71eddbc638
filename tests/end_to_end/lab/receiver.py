"""A receiver of lines over TCP, as a SIEM's raw port is: it can be stopped hard and started again on the same port."""
import socket
import struct
import threading
import time

from .process import free_port


class LineReceiver:
    """Keeps every line with the time at which it came. One thread for each connection."""

    def __init__(self):
        self.port = free_port()
        self.lines = []     # (monotonic seconds, bytes without the line feed), in the order they came
        self.partial = []   # bytes of lines that a broken connection cut off
        self.connections = 0
        self.held = []      # what was read since freeze()
        self._running = threading.Event()
        self._running.set()
        self._listener = None
        self._open = set()
        self._lock = threading.Lock()
        self._threads = []
        self._dead = False  # while a frozen receiver is stopped

    def start(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(16)
        self._listener = listener
        self._run(self._accept, listener)
        return self

    def stop(self):
        """As if the process had been killed: the port is closed, and so is every connection, with what was not read."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        dying, self._threads = self._threads, []
        self._dead = self._running.is_set() is False
        self._running.set()
        for thread in dying:
            thread.join()
        self._dead, self.held = False, []

    def freeze(self):
        """From now on nothing is taken in any more, as if the process had been sent SIGSTOP: bytes pile up in the
        kernel, and what was read already waits. stop() loses all of that."""
        self._running.clear()

    def unread_lines(self):
        """How many line feeds reached this host since freeze()."""
        with self._lock:
            waiting = b"".join(self.held)
            for connection in self._open:
                try:
                    waiting += connection.recv(1 << 24, socket.MSG_PEEK | socket.MSG_DONTWAIT)
                except OSError:
                    pass
        return waiting.count(b"\n")

    def _run(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
                self.connections += 1
            self._run(self._read, connection)

    def _read(self, connection):
        rest = b""
        while True:
            try:
                data = connection.recv(1 << 18)
            except OSError:
                data = b""
            if not data:
                break
            if not self._running.is_set():
                with self._lock:
                    self.held.append(data)
                self._running.wait()
            if self._dead:
                break
            now = time.monotonic()
            *lines, rest = (rest + data).split(b"\n")
            with self._lock:
                self.lines.extend((now, line) for line in lines)
        with self._lock:
            if rest:
                self.partial.append(rest)
            self._open.discard(connection)
        connection.close()

    def __len__(self):
        return len(self.lines)

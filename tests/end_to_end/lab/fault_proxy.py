"""Proxies on loopback in front of a receiver, whose fault a test changes while they run: what networks, firewalls, load
balancers and receivers that are ill do to connections."""
import ctypes
import socket
import struct
import threading
import time
from dataclasses import dataclass

from .process import free_port, wait_until

ATTACH_FILTER, DETACH_FILTER = 26, 27   # of SOL_SOCKET
LOOK_UP = 0.02                          # how soon a connection notices that the fault is another


@dataclass(frozen=True)
class Fault:
    """It meets the connections that there are and those that come. Bytes are counted on each since it began."""
    listens: bool = True           # else they are refused, and those that there are reset
    dark: bool = False             # what the peer sends vanishes before the kernel has it, FIN and SYN too
    reads: bool = True             # else accepted, and no byte taken in
    rate: int | None = None        # bytes a second that are taken in
    passes: bool = True            # what is taken in goes on to the receiver
    limit: int | None = None       # so many bytes of it do; then the connection ends
    messages: int | None = None    # so many reads do; then the connection ends
    answers: bool = True           # those of the receiver come back
    answer_limit: int | None = None     # so many bytes of them do; then the connection ends
    delay: float = 0.0             # of answers, in seconds
    instead: bytes | None = None   # is said, whatever comes, in place of what the receiver would say
    endless: bool = False          # and it is said without an end
    resets: bool = True            # how a connection ends: RST, or in good order


HEALTHY = Fault()
REFUSED = Fault(listens=False)
RESET = Fault(limit=0)
HALF_OPEN = Fault(reads=False)
SILENT = Fault(passes=False)
MUTE = Fault(answers=False)
DARK = Fault(dark=True)
HANGS_UP = Fault(messages=1, resets=False)


def reset_after(count):
    return Fault(limit=count)


def truncated(count):
    return Fault(limit=count, resets=False)


def slow(rate):
    return Fault(rate=rate)


def delayed(seconds):
    return Fault(delay=seconds)


def answers_cut(count):
    return Fault(answer_limit=count, resets=False)


def says(text, endless=False):
    return Fault(passes=False, instead=text, endless=endless)


class FaultProxy:
    """`target`: the receiver's port."""

    def __init__(self, target):
        self.target = target
        self.port = free_port()
        self.fault = HEALTHY
        self.connections = 0      # that were accepted
        self._lock = threading.Lock()
        self._open = set()
        self._listener = None
        self._listen()

    def become(self, fault):
        with self._lock:
            self.fault = fault
            links = list(self._open)
        if self._listener:
            darken(self._listener, fault.dark)
        if not fault.listens:
            self._close_listener()
            for link in links:
                link.end(True)
        elif not self._listener:
            self._listen()
        wait_until(lambda: all(link.over or link.fault is fault for link in links), "every connection has noticed")

    def heal(self):
        self.become(HEALTHY)

    def drop_all(self, resets=True):
        with self._lock:
            links = list(self._open)
        for link in links:
            link.end(resets)
        wait_until(lambda: not self._open.intersection(links), "they have ended")

    def stop(self):
        self._close_listener()
        self.drop_all()

    def _listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit both: who is not read from must notice, by and by as on a network, where segments are small.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 13)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1460)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        darken(listener, self.fault.dark)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _close_listener(self):
        listener, self._listener = self._listener, None
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            link = Link(self, client)
            with self._lock:
                self._open.add(link)
                self.connections += 1
            threading.Thread(target=self._run, args=(link,), daemon=True).start()

    def _run(self, link):
        try:
            link.run()
        except OSError:
            pass    # either side has ended it
        finally:
            link.close()
            with self._lock:
                self._open.discard(link)


class Link:
    """One connection and the receiver behind it: a thread for what is sent, and one for what is answered."""

    def __init__(self, proxy, client):
        self.proxy, self.client = proxy, client
        client.settimeout(LOOK_UP)
        self.server = None
        self.fault = None
        self.over = False
        self._passed = self._reads = self._answered = 0
        self._holed = False      # bytes of either direction are missing
        self._ending = threading.Lock()

    def run(self):
        self._notice()
        if not self.over and self.fault.passes:
            self._connect()
        while not self.over:
            self._notice()
            if not self.over:
                self._step()

    def _connect(self):
        server = socket.create_connection(("127.0.0.1", self.proxy.target))
        server.settimeout(LOOK_UP)
        self.server = server
        threading.Thread(target=self._bring_answers, daemon=True).start()

    def _notice(self):
        """That the fault is another."""
        fault = self.proxy.fault
        if fault is self.fault:
            return
        if self.fault and self.fault.dark or fault.dark:
            darken(self.client, fault.dark)
        self._passed = self._reads = self._answered = 0
        self.fault = fault
        if fault.limit == 0 or self._holed and fault is HEALTHY:
            self.end(True)

    def _step(self):
        fault = self.fault
        if not fault.reads or fault.dark:
            time.sleep(LOOK_UP)
            return
        try:
            data = self.client.recv(max(1, int(fault.rate * LOOK_UP)) if fault.rate else 1 << 16)
        except TimeoutError:
            return
        if not data:
            self._half_close()
            return
        if fault.rate:
            time.sleep(LOOK_UP)
        if fault.passes:
            self._pass(data)
        else:
            self._holed = True
        if fault.instead is not None:
            self._say(fault)

    def _half_close(self):
        if self.server and self.fault.passes:
            self.server.shutdown(socket.SHUT_WR)
            while not self.over and self.fault is self.proxy.fault:
                time.sleep(LOOK_UP)     # the receiver may still answer
        self.end(False)

    def _pass(self, data):
        if not self.server:
            self._connect()
        fault = self.fault
        if fault.limit is not None:
            data = data[:fault.limit - self._passed]
        self._send(self.server, data)
        self._passed += len(data)
        self._reads += 1
        if fault.limit is not None and self._passed >= fault.limit or fault.messages == self._reads:
            self.end(fault.resets)

    def _say(self, fault):
        """Its own text, once for each read; or for ever."""
        self._send(self.client, fault.instead)
        while fault.endless and not self.over and self.proxy.fault is fault:
            self._send(self.client, fault.instead)

    def _send(self, one, data):
        """As long as it takes; no longer than the fault does, where the other side takes nothing."""
        fault = self.proxy.fault
        while data and not self.over and (fault is HEALTHY or self.proxy.fault is fault):
            try:
                data = data[one.send(data):]
            except TimeoutError:
                continue
        self._holed = self._holed or bool(data)

    def _bring_answers(self):
        try:
            while not self.over:
                try:
                    data = self.server.recv(1 << 16)
                except TimeoutError:
                    continue
                if not data:
                    return self.end(False)
                while self.proxy.fault.dark and not self.over:
                    time.sleep(LOOK_UP)
                self._bring(data)
        except OSError:
            self.end(True)

    def _bring(self, data):
        fault = self.proxy.fault
        if not fault.answers or fault.instead is not None:
            self._holed = True
            return
        due = time.monotonic() + fault.delay
        while time.monotonic() < due and not self.over:
            time.sleep(LOOK_UP)
        if fault.answer_limit is not None:
            data = data[:fault.answer_limit - self._answered]
        self._send(self.client, data)
        self._answered += len(data)
        if fault.answer_limit is not None and self._answered >= fault.answer_limit:
            self.end(fault.resets)

    def end(self, resets):
        """Whoever waits in one of the sockets comes back."""
        with self._ending:
            if self.over:
                return
            self.over = True
        try:
            if self.server:
                self.server.shutdown(socket.SHUT_RDWR)    # what has gone through is the receiver's
            if resets:
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.client.close()
            else:
                self.client.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass    # it has ended by itself

    def close(self):
        self.end(True)
        for one in (self.client, self.server):
            if one is not None:
                one.close()


class DatagramProxy:
    """Passes datagrams on, or swallows them, or is not there, which the sender's kernel is told."""

    def __init__(self, target):
        self.target = target
        self.port = free_port()
        self.swallows = False
        self.passed = 0      # datagrams
        self._out = socket.socket(type=socket.SOCK_DGRAM)
        self._socket = self._thread = None
        self.listen()

    def listen(self):
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        self._socket.bind(("127.0.0.1", self.port))
        self._socket.settimeout(LOOK_UP)
        self._thread = threading.Thread(target=self._run, args=(self._socket,), daemon=True)
        self._thread.start()

    def refuse(self):
        """What has come is passed on before."""
        one, self._socket = self._socket, None
        if one:
            self._thread.join()
            one.close()

    def stop(self):
        self.refuse()
        self._out.close()

    def _run(self, one):
        while True:
            try:
                data = one.recv(1 << 16)
            except TimeoutError:
                if self._socket is not one:
                    return
                continue
            if not self.swallows:
                self._out.sendto(data, ("127.0.0.1", self.target))
                self.passed += 1


def darken(one, dark):
    """Drops what comes to a socket before its protocol sees it: nothing is acknowledged, and nothing refused."""
    if dark:
        drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
        one.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(drop_all)))
    else:
        try:
            one.setsockopt(socket.SOL_SOCKET, DETACH_FILTER, 0)
        except OSError:
            pass    # there was none

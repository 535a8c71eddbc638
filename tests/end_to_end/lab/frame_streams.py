"""A sender of Frame Streams that numbers its frames, and can break every rule that a sender may break.

Written from the protocol, not with libfstrm, so that the agent is not tested against the library it uses."""
import socket
import struct
import time

CONTENT_TYPE = b"protobuf:dnstap.Dnstap"
ACCEPT, START, STOP, READY, FINISH = 1, 2, 3, 4, 5


def control(kind, content_type=None):
    payload = struct.pack(">I", kind)
    if content_type is not None:
        payload += struct.pack(">II", 1, len(content_type)) + content_type
    return struct.pack(">II", 0, len(payload)) + payload


def data(frame):
    return struct.pack(">I", len(frame)) + frame


def _varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes(field, value):
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _number(field, value):
    return _varint(field << 3) + _varint(value)


def dns_query(name, dns_id=0):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    return struct.pack(">HHHHHH", dns_id, 0x0100, 1, 0, 0, 0) + labels + struct.pack(">HH", 1, 1)


def client_query(name, identity="sender"):
    """A dnstap frame: a CLIENT_QUERY for `name` A from 192.0.2.1."""
    return message_frame(5, dns_query(name), identity)


def message_frame(kind, message, identity="sender"):
    """A dnstap frame of a CLIENT_QUERY (5) or CLIENT_RESPONSE (6) from and to 192.0.2.1, of now."""
    now = time.time_ns()
    second, nanosecond, wire = (8, 9, 10) if kind == 5 else (12, 13, 14)
    body = (_number(1, kind) + _number(2, 1) + _number(3, 1) + _bytes(4, bytes([192, 0, 2, 1])) +
            _bytes(5, bytes([127, 0, 0, 1])) + _number(6, 40000) + _number(7, 53) +
            _number(second, now // 10**9) + _varint(nanosecond << 3 | 5) + struct.pack("<I", now % 10**9) +
            _bytes(wire, message))
    return _bytes(1, identity.encode()) + _bytes(14, body) + _number(15, 1)


def read_control(connection):
    """The type of the next control frame; None at the end of the stream."""
    head = _read_exactly(connection, 8)
    if head is None:
        return None
    escape, length = struct.unpack(">II", head)
    assert escape == 0, "the far side sent a data frame"
    payload = _read_exactly(connection, length)
    return struct.unpack(">I", payload[:4])[0] if payload else None


def _read_exactly(connection, count):
    got = b""
    while len(got) < count:
        try:
            more = connection.recv(count - len(got))
        except ConnectionResetError:
            return None
        if not more:
            return None
        got += more
    return got


def connect(path, timeout=20):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout)
    connection.connect(str(path))
    return connection


class Sender:
    """A bidirectional sender: READY, ACCEPT, START, frames, STOP, FINISH."""

    def __init__(self, path, identity="sender"):
        self.identity = identity
        self.connection = connect(path)
        self.connection.sendall(control(READY, CONTENT_TYPE))
        assert read_control(self.connection) == ACCEPT
        self.connection.sendall(control(START, CONTENT_TYPE))

    def send(self, names):
        """One frame a name, in bursts of 32 as libfstrm sends them."""
        burst = []
        for name in names:
            burst.append(data(client_query(name, self.identity)))
            if len(burst) == 32:
                self.connection.sendall(b"".join(burst))
                burst.clear()
        self.connection.sendall(b"".join(burst))

    def finish(self):
        """Says STOP and returns whether FINISH came."""
        self.connection.sendall(control(STOP))
        finished = read_control(self.connection) == FINISH
        self.connection.close()
        return finished

    def close(self):
        self.connection.close()

"""A receiver of the forward protocol written from its specification, with another library than ours reading MessagePack:
what real receivers here cannot show, which is the shared key, TLS, and acknowledgements that are late or missing."""
import hashlib
import os

import msgpack

from .listener import Listener

HOSTNAME = "receiver.test"


def sha512(*pieces):
    return hashlib.sha512(b"".join(p if isinstance(p, bytes) else p.encode() for p in pieces)).hexdigest()


class ForwardReceiver:
    """`key`: is asked for. `users`: {name: password}, asked for beside it. `context`: TLS. `acknowledge`: whether chunks
    are acknowledged, may be changed."""

    def __init__(self, key=None, users=None, context=None):
        self.key, self.users, self.context = key, users, context
        self.acknowledge = True
        self.chunks = []     # (tag, [(seconds, nanoseconds, record)], options)
        self.withheld = 0    # chunks that were to be acknowledged, and were not
        self.refused = []    # why senders were not let in
        self._listener = Listener(self._serve, lambda: self.context)
        self.port, self.stop, self.drop_all = self._listener.port, self._listener.stop, self._listener.drop_all

    def records(self):
        return [record for _, entries, _ in list(self.chunks) for _, _, record in entries]

    def _serve(self, connection):
        messages = self._messages(connection)
        if self.key is None or self._let_in(connection, messages):
            for message in messages:
                self._take(connection, message)

    @staticmethod
    def _messages(connection):
        unpacker = msgpack.Unpacker(raw=False, max_buffer_size=1 << 28)
        while True:
            data = connection.recv(1 << 16)
            if not data:
                return
            unpacker.feed(data)
            yield from unpacker

    def _let_in(self, connection, messages):
        nonce, salt = os.urandom(16), os.urandom(16) if self.users else b""
        connection.sendall(msgpack.packb(["HELO", {"nonce": nonce, "auth": salt, "keepalive": True}], use_bin_type=True))
        answer = next(messages, ["nothing"])
        if answer[0] != "PING":
            self.refused.append(answer[0])
            return False
        _, hostname, own_salt, digest, user, password = answer
        good = digest == sha512(own_salt, hostname, nonce, self.key)
        reason = "" if good else "shared_key mismatch"
        if good and self.users and password != sha512(salt, user, self.users.get(user, "?")):
            good, reason = False, "username/password mismatch"
        if not good:
            self.refused.append(reason)
        answer = sha512(own_salt, HOSTNAME, nonce, self.key) if good else ""
        connection.sendall(msgpack.packb(["PONG", good, reason, HOSTNAME, answer]))
        return good

    def _take(self, connection, message):
        tag, packed, options = message
        entries = []
        for time, record in msgpack.Unpacker(_Bytes(packed), raw=False):
            assert time.code == 0 and len(time.data) == 8
            entries.append((int.from_bytes(time.data[:4], "big"), int.from_bytes(time.data[4:], "big"), record))
        assert options["size"] == len(entries)
        self.chunks.append((tag, entries, options))
        if "chunk" not in options:
            return
        if self.acknowledge:
            connection.sendall(msgpack.packb({"ack": options["chunk"]}))
        else:
            self.withheld += 1


class _Bytes:
    """Bytes as a file that msgpack reads to its end."""

    def __init__(self, data):
        self._data = data

    def read(self, size):
        taken, self._data = self._data[:size], self._data[size:]
        return taken

"""HTTP servers that follow a script: what real ones answer once in a year, and what none should. One speaks as a receiver of
lines, one as Splunk, one as Elasticsearch; what each has taken stands in `ids`, each time that it came."""
import gzip
import json
import subprocess
import threading
import urllib.parse
from dataclasses import dataclass

from .listener import Listener


@dataclass
class Request:
    method: str
    target: str
    headers: dict      # names in lower case
    body: bytes        # unpacked
    packed: bytes      # as it came

    def lines(self):
        return [json.loads(line) for line in self.body.decode().split("\n") if line]


def unpacked(body, encoding):
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding == "zstd":
        return subprocess.run(["zstd", "-dc"], input=body, check=True, capture_output=True).stdout
    return body


def answer(status, body=b"", *headers, length=None):
    """The bytes of one; `length`: what it says of the body's, when that is a lie."""
    body = body.encode() if isinstance(body, str) else body
    given = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {given}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def endless(start, part):
    """An answer that goes on until somebody hangs up."""
    yield start
    while True:
        yield part


class Server:
    """`script(request)`: None, and it takes what came and says so; bytes to answer in place of that, or an iterator of
    them, with what came not taken. `hangs_up`: behind each answer. `context`: TLS, may be changed."""

    def __init__(self, script=None, context=None):
        self.script, self.context = script, context
        self.hangs_up = False
        self.ids = []
        self.requests = 0
        self.lock = threading.Lock()
        self._listener = Listener(self._serve, lambda: self.context)
        self.port, self.stop = self._listener.port, self._listener.stop

    def take(self, request):
        """Notes what came; the answer's bytes."""
        self.ids += [event["id"] for event in request.lines()]
        return answer(200)

    def _serve(self, connection):
        with connection.makefile("rb") as stream:
            while (request := read_request(stream)) and self._respond(connection, request):
                pass

    def _respond(self, connection, request):
        with self.lock:
            self.requests += 1
            script = self.script
            said = script(request) if script else None
            if said is None:
                said = self.take(request)
        for part in [said] if isinstance(said, bytes) else said:
            connection.sendall(part)
        return not self.hangs_up


def read_request(stream):
    """None where the connection ends before it is whole."""
    first = stream.readline()
    if not first.endswith(b"\n"):
        return None
    method, target, *_ = first.decode().split(" ", 2)
    headers = {}
    while (line := stream.readline().strip()):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    packed = b""
    while len(packed) < length:
        more = stream.read(length - len(packed))
        if not more:
            return None
        packed += more
    return Request(method, target, headers, unpacked(packed, headers.get("content-encoding")), packed)


class Splunk(Server):
    """The HTTP Event Collector; with `acknowledges`, the indexer says of each batch that it has it when it is asked; with
    `indexes` False, never."""

    def __init__(self, script=None, context=None, acknowledges=False):
        self.acknowledges, self.indexes = acknowledges, True
        self._waiting = {}
        self._next = 0
        super().__init__(script, context)

    def take(self, request):
        if request.target.startswith("/services/collector/ack"):
            return self._acknowledge(json.loads(request.body)["acks"])
        taken = [envelope["event"]["id"] for envelope in request.lines()]
        if not self.acknowledges:
            self.ids += taken
            return answer(200, '{"text":"Success","code":0}')
        self._next += 1
        self._waiting[self._next] = taken
        return answer(200, json.dumps({"text": "Success", "code": 0, "ackId": self._next}))

    def _acknowledge(self, asked):
        known = {}
        for one in asked:
            known[str(one)] = self.indexes and one in self._waiting
            if known[str(one)]:
                self.ids += self._waiting.pop(one)
        return answer(200, json.dumps({"acks": known}))

    def forget(self):
        """As a restart does: what it has not indexed."""
        self._waiting.clear()


class Elastic(Server):
    """_bulk, which creates each document once under its id. `verdict(id)`: (status, error type) of one that it does not
    create."""

    def __init__(self, script=None, context=None):
        self.verdict = lambda name: None
        self.stored = set()
        super().__init__(script, context)

    def take(self, request):
        items, lines = [], request.lines()
        for action in lines[::2]:
            name = action["create"]["_id"]
            refused = self.verdict(name)
            if refused:
                status, kind = refused
                items.append({"create": {"status": status, "error": {"type": kind, "reason": "scripted"}}})
            elif name in self.stored:
                items.append({"create": {"status": 409, "error": {"type": "version_conflict_engine_exception"}}})
            else:
                self.stored.add(name)
                self.ids.append(name)
                items.append({"create": {"status": 201}})
        return answer(200, json.dumps({"errors": any("error" in item["create"] for item in items), "items": items}))


class Tokens(Server):
    """A token endpoint of OAuth 2 for the client "tapferry" with this secret. `lifetime` in seconds, of what it issues."""

    def __init__(self, secret="secret", lifetime=3600, issues=lambda number: f"token-{number}"):
        self.secret, self.lifetime, self.issues = secret, lifetime, issues
        self.issued = []
        self.asked = []
        super().__init__()

    def take(self, request):
        asked = dict(urllib.parse.parse_qsl(request.body.decode()))
        self.asked.append(asked)
        if (asked.get("client_id"), asked.get("client_secret")) != ("tapferry", self.secret):
            return answer(401, '{"error":"invalid_client","error_description":"not known here"}')
        assert request.method == "POST" and asked["grant_type"] == "client_credentials"
        self.issued.append(self.issues(len(self.issued) + 1))
        return answer(200, json.dumps({"access_token": self.issued[-1], "token_type": "Bearer", "expires_in": self.lifetime}),
                      "Content-Type: application/json")

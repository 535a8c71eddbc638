"""Receivers of Frame Streams that others wrote, on loopback or a unix socket: fstrm_capture, which writes what it gets to a
file of frames, and golang's dnstap, which writes a line a frame. And what a file of frames holds, read from the protocol."""
import shutil
import struct
from pathlib import Path

import pytest

from .frame_streams import CONTENT_TYPE, START, STOP, control
from .process import Process, accepts, free_port


def frames(file):
    """The data frames of a whole Frame Streams file."""
    content = Path(file).read_bytes()
    head, tail = control(START, CONTENT_TYPE), control(STOP)
    assert content.startswith(head) and content.endswith(tail), (content[:60], content[-20:])
    at, found = len(head), []
    while at < len(content) - len(tail):
        (length,) = struct.unpack_from(">I", content, at)
        assert 0 < length <= len(content) - at - 4, "a control frame among the data, or a frame that is cut"
        found.append(content[at + 4:at + 4 + length])
        at += 4 + length
    return found


class _Receiver:
    name = package = None

    def __init__(self, folder, over):
        self.program = shutil.which(self.name)
        if not self.program:
            pytest.skip(f"{self.name} is not installed ({self.package})")
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = self.folder / "received"
        self.path = self.folder / "dnstap.sock" if over == "unix" else None
        self.port = None if self.path else free_port()
        self.process = None

    @property
    def address(self):
        return f"unix:{self.path}" if self.path else f"127.0.0.1:{self.port}"

    def start(self):
        self.process = Process(self.name, [self.program, *self.arguments()], self.folder / "said.log")
        self.process.wait_ready(self.ready, "does not listen")
        return self

    def ready(self):
        return self.path.exists() if self.path else accepts(self.port)


class FstrmCapture(_Receiver):
    name, package = "fstrm_capture", "fstrm-bin"

    def __init__(self, folder, over, content_type=CONTENT_TYPE.decode()):
        super().__init__(folder, over)
        self.content_type = content_type

    def arguments(self):
        where = ["-u", self.path] if self.path else ["-a", "127.0.0.1", "-p", self.port]
        return ["-t", self.content_type, *where, "-w", self.file]

    def frames(self):
        """Ends it, for only then its file is whole."""
        self.process.end()
        return frames(self.file)


class GolangDnstap(_Receiver):
    name, package = "dnstap", "golang-github-dnstap-golang-dnstap-cli"

    def arguments(self):
        return [*(["-u", self.path] if self.path else ["-l", f"127.0.0.1:{self.port}"]), "-q", "-w", self.file]

    def names(self):
        """Of the questions, in the order of the frames."""
        return [line.split('"')[1].rstrip(".") for line in self.file.read_text().splitlines() if line.endswith("A")]


class Behind:
    """socat, which takes TCP, or TLS with a client's certificate, and passes it on to a unix socket."""

    def __init__(self, world, path, certificates=None, name="behind"):
        program = shutil.which("socat")
        if not program:
            pytest.skip("socat is not installed")
        self.port = free_port()
        listen = (f"OPENSSL-LISTEN:{self.port},reuseaddr,fork,cert={certificates / 'server.pem'},"
                  f"cafile={certificates / 'ca.crt'},verify=1" if certificates else f"TCP-LISTEN:{self.port},reuseaddr,fork")
        self.process = Process("socat", [program, listen, f"UNIX-CONNECT:{path}"], world.folder / f"{name}.log")
        world.at_the_end(self.process.kill)
        self.process.wait_ready(lambda: accepts(self.port), "does not listen")

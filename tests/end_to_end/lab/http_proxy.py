"""An HTTP proxy as offices have one: it passes requests for whole URLs on, and makes tunnels for TLS."""
import base64
import socket
import threading

from .listener import Listener
from .web_script import answer, read_request


class HttpProxy:
    """`user`: "name:password" that it asks for. What it was asked stands in `asked`: (method, target)."""

    def __init__(self, user=None):
        self.user = user
        self.asked = []
        listener = Listener(self._serve)
        self.port, self.stop = listener.port, listener.stop

    def _serve(self, connection):
        with connection.makefile("rb", buffering=0) as stream:
            while request := read_request(stream):
                self.asked.append((request.method, request.target))
                if not self._is_let_in(request):
                    connection.sendall(answer(407, "who are you?", "Proxy-Authenticate: Basic realm=\"office\""))
                elif request.method == "CONNECT":
                    return self._tunnel(connection, request.target)
                else:
                    connection.sendall(self._fetch(request))

    def _is_let_in(self, request):
        if self.user is None:
            return True
        return request.headers.get("proxy-authorization") == "Basic " + base64.b64encode(self.user.encode()).decode()

    @staticmethod
    def _fetch(request):
        host, _, path = request.target.removeprefix("http://").partition("/")
        name, port = host.split(":")
        kept = [f"{header}: {value}" for header, value in request.headers.items()
                if header not in ("proxy-authorization", "connection", "content-length")]
        head = "\r\n".join([f"{request.method} /{path} HTTP/1.1", *kept, "Connection: close",
                            f"Content-Length: {len(request.packed)}", "", ""])
        with socket.create_connection((name, int(port))) as server:
            server.sendall(head.encode() + request.packed)
            with server.makefile("rb") as stream:
                status, *_ = stream.readline().decode().split(" ", 2)[1:]
                while stream.readline().strip():
                    pass
                return answer(int(status), stream.read())

    @staticmethod
    def _tunnel(connection, target):
        name, _, port = target.rpartition(":")
        with socket.create_connection((name, int(port))) as server:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pour, args=(server, connection), daemon=True)
            back.start()
            pour(connection, server)
            back.join()


def pour(source, target):
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass    # the other side is gone

"""A port of its own on loopback, and a thread for each connection."""
import socket
import threading


class Listener:
    """`serve(connection)` has each connection until it returns. `context()`: the TLS of the next one, or None."""

    def __init__(self, serve, context=lambda: None):
        self._serve, self._context = serve, context
        self._open = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.drop_all()

    def drop_all(self):
        """Ends every connection at once, in the middle of whatever it is in."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass    # it has ended by itself

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        try:
            if context := self._context():
                connection = context.wrap_socket(connection, server_side=True)
            self._open.add(connection)
            with connection:
                self._serve(connection)
        except OSError:
            pass    # the far side has hung up
        finally:
            self._open.discard(connection)


class Greeter(Listener):
    """Something else on the port: it greets as a mail server does, and hears whatever comes."""

    def __init__(self):
        super().__init__(self._greet)

    @staticmethod
    def _greet(connection):
        connection.sendall(b"220 mail.test ESMTP\r\n")
        while connection.recv(1 << 16):
            pass

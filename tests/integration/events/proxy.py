"""A TCP line to the broker that a test can cut, and hold cut."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

_RESET = struct.pack("ii", 1, 0)  # close sends RST instead of FIN


class Proxy:
    """Passes everything on in both directions; `url` is the broker as seen through it."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 5672)
        self._listener = socket.create_server(("127.0.0.1", 0))
        address = f"{parts.username}:{parts.password}@127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = parts._replace(netloc=address).geturl()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._held = threading.Event()
        self.accepted = 0

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept, which close does not
        self._threads[0].join()
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def cut(self) -> None:
        """Reset every connection."""
        for one in self._sockets:
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                one.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()

    def hold(self) -> None:
        """Reset every connection, and every new one, until `release`."""
        self._held.set()
        self.cut()

    def release(self) -> None:
        self._held.clear()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                client, _ = self._listener.accept()
                self.accepted += 1
                if self._held.is_set():
                    client.close()
                    continue
                broker = socket.create_connection(self._target)
                self._sockets += [client, broker]
                for pair in ((client, broker), (broker, client)):
                    self._start(self._pump, *pair)

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # wakes the pump of the other direction
            one.close()

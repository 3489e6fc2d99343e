"""A web server on loopback that behaves as badly as it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from microgradseq.data.fetch_catalogue import RemoteFile

CONTENT = bytes(range(256)) * 1000


class Handler(BaseHTTPRequestHandler):
    """Hands every request to the page of its path."""

    server: Any
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        self.server.asked.append((self.path, self.headers["Range"]))
        page = self.server.pages.get(self.path)
        if page is None:
            self.answer(404, b"")
        else:
            page(self)

    def answer(self, status: int, body: bytes, **headers: Any) -> None:
        """Send an answer; header names are written with underscores."""
        self.send_response(status)
        fields = {"Content_Length": len(body), **headers}
        for name, setting in fields.items():
            if setting is not None:
                self.send_header(name.replace("_", "-"), str(setting))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what is asked for is in `asked`."""


Page = Callable[[Handler], None]


@dataclass
class Loopback:
    """A running server.

    Arguments:
        address: "http://127.0.0.1:PORT".
        pages: what happens at each path.
        asked: every request so far: the path and the Range it asked for.
    """

    address: str
    pages: dict[str, Page]
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def remote(self, page: Page, content: bytes = CONTENT, size: int | None = None) -> RemoteFile:
        """A file behind a page; its checksum is that of the content."""
        self.pages["/file.bin"] = page
        return RemoteFile(self.address + "/file.bin", "sha256", sha256(content).hexdigest(), size)


@contextmanager
def serving() -> Iterator[Loopback]:
    """Run a server as long as the block lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running: Any = server
        loopback = Loopback(f"http://127.0.0.1:{server.server_address[1]}", {})
        running.pages, running.asked = loopback.pages, loopback.asked
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield loopback
        finally:
            server.shutdown()
            thread.join()


def honest(content: bytes) -> Page:
    """A page that does as it is asked, ranges included."""

    def page(handler: Handler) -> None:
        asked = handler.headers["Range"]
        if asked is None:
            handler.answer(200, content)
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start >= len(content):
            handler.answer(416, b"", Content_Range=f"bytes */{len(content)}")
            return
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        handler.answer(206, content[start:], Content_Range=span)

    return page


def without_ranges(content: bytes) -> Page:
    """A page that sends everything, whatever was asked."""
    return lambda handler: handler.answer(200, content)


def cut_off(content: bytes, after: int) -> Page:
    """A page that promises everything and hangs up early."""
    return lambda handler: handler.answer(200, content[:after], Content_Length=len(content))


def redirecting(location: str | None) -> Page:
    """A page that is elsewhere."""
    return lambda handler: handler.answer(302, b"", Location=location)


def dripping(content: bytes, pause: float, until: threading.Event) -> Page:
    """A page that sends a byte now and then."""

    def page(handler: Handler) -> None:
        handler.answer(200, b"", Content_Length=len(content))
        for byte in content:
            if until.is_set():
                return
            handler.wfile.write(bytes([byte]))
            time.sleep(pause)

    return page

"""Asking a web server for a file: http and https alone, few redirects, no endless waiting."""

from __future__ import annotations

import http.client
import urllib.request
from dataclasses import dataclass
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit

from microgradseq.data.fetch_errors import FetchError
from microgradseq.version import VERSION

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take.

    Arguments:
        silence: seconds to wait for a connection, an answer, or the next bytes.
        window: seconds within which at least `least` bytes must come, so that a server that sends
            a byte now and then does not hold anybody forever.
        least: these bytes.
    """

    silence: float = 30.0
    window: float = 60.0
    least: int = 20_000


USUAL_PATIENCE = Patience()


def redirect_target(url: str, location: str | None) -> str:
    """Where a redirect leads, if it may be followed.

    Arguments:
        url: the address that answered with a redirect.
        location: what it answered; it may be relative.

    >>> redirect_target("https://example.org/a/b", "../c")
    'https://example.org/c'
    >>> redirect_target("https://a.org/b", "http://a.org/b")
    Traceback (most recent call last):
    ...
    microgradseq.data.fetch_errors.FetchError: https://a.org/b redirects from https to http, ...
    """
    if not location:
        raise FetchError(f"{url} redirects to nowhere")
    try:
        target = urljoin(url, location)
        before, after = urlsplit(url), urlsplit(target)
        possible = after.scheme in ("http", "https") and bool(after.hostname)
    except ValueError:
        possible = False
    if not possible:
        raise FetchError(f"{url} redirects to {location:.200}, which is no address of the web")
    if (before.scheme, after.scheme) == ("https", "http"):
        raise FetchError(f"{url} redirects from https to http, which is not safe to follow")
    return target


def request(url: str, start: int, patience: Patience) -> http.client.HTTPResponse:
    """Ask for a file, from some byte on, and follow redirects.

    Arguments:
        url: its address.
        start: how many bytes are there already. The server may ignore that and answer 200.
        patience: how long to wait for each answer.
    Returns:
        An answer of status 200, 206 or 416, to be closed by the caller.
    """
    opener, asked = _opener(), url
    for _ in range(MOST_REDIRECTS + 1):
        answer = _ask(opener, asked, start, patience)
        if answer.status not in _REDIRECTS:
            return _useful(asked, answer)
        with answer:
            asked = redirect_target(asked, answer.headers["Location"])
    raise FetchError(f"{url} redirects more than {MOST_REDIRECTS} times")


def _opener() -> urllib.request.OpenerDirector:
    """An opener that knows nothing of files, FTP and data addresses, and follows no redirect."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _ask(
    opener: urllib.request.OpenerDirector, url: str, start: int, patience: Patience
) -> http.client.HTTPResponse:
    headers = {"User-Agent": f"microgradseq/{VERSION}", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        asked = urllib.request.Request(url, headers=headers)
        answer: http.client.HTTPResponse = opener.open(asked, timeout=patience.silence)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FetchError(f"cannot reach {url}: {reason(error)}") from None
    return answer


def _useful(url: str, answer: http.client.HTTPResponse) -> http.client.HTTPResponse:
    if answer.status in (200, 206, 416):
        return answer
    with answer:
        raise FetchError(f"{url} answered {answer.status} {answer.reason}".rstrip())


def reason(error: Exception) -> str:
    """Why a connection failed, in words.

    Arguments:
        error: what the standard library raised.

    >>> reason(TimeoutError("timed out")), reason(ConnectionResetError(104, "Connection reset"))
    ('the server did not answer in time', 'Connection reset')
    """
    if isinstance(error, URLError) and isinstance(error.reason, Exception):
        return reason(error.reason)
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__

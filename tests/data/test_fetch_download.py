"""Downloads from a server on loopback that lies, stalls, truncates and redirects."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from microgradseq.data import fetch_download
from microgradseq.data.fetch_download import download, part_of
from microgradseq.data.fetch_errors import FetchError
from microgradseq.data.fetch_http import MOST_REDIRECTS, Patience, redirect_target
from tests.data.loopback import (
    CONTENT,
    Handler,
    Loopback,
    cut_off,
    dripping,
    honest,
    redirecting,
    serving,
    without_ranges,
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    monkeypatch.setenv("no_proxy", "*")
    with serving() as loopback:
        yield loopback


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "file.bin"


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_a_file_arrives_whole_and_progress_is_told(
    server: Loopback, place: Path, size: int | None
) -> None:
    told: list[tuple[int, int | None]] = []
    download(server.remote(honest(CONTENT), size=size), place, lambda *now: told.append(now))
    assert place.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert list(place.parent.iterdir()) == [place]


def test_a_server_that_does_not_say_how_long(server: Loopback, place: Path) -> None:
    told: list[int | None] = []
    remote = server.remote(lambda handler: handler.answer(200, CONTENT, Content_Length=None))
    download(remote, place, lambda _, total: told.append(total))
    assert place.read_bytes() == CONTENT
    assert set(told) == {None}


def test_a_download_that_broke_off_is_continued(server: Loopback, place: Path) -> None:
    remote = server.remote(cut_off(CONTENT, 1000))
    with pytest.raises(FetchError, match=r"ended after 1,000 of 256,000 bytes; run the same"):
        download(remote, place)
    assert part_of(place).read_bytes() == CONTENT[:1000]
    server.pages["/file.bin"] = honest(CONTENT)
    download(remote, place)
    assert place.read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == [None, "bytes=1000-"]


def test_a_server_that_ignores_ranges_sends_all_anew(server: Loopback, place: Path) -> None:
    part_of(place).write_bytes(CONTENT[:1000])
    download(server.remote(without_ranges(CONTENT)), place)
    assert place.read_bytes() == CONTENT
    assert len(server.asked) == 1


def test_a_part_of_an_older_file_is_thrown_away(server: Loopback, place: Path) -> None:
    part_of(place).write_bytes(b"older" * 100)
    download(server.remote(honest(CONTENT)), place)
    assert place.read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == ["bytes=500-", None]


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_a_part_that_is_already_whole(server: Loopback, place: Path, size: int | None) -> None:
    part_of(place).write_bytes(CONTENT)
    download(server.remote(honest(CONTENT), size=size), place)
    assert place.read_bytes() == CONTENT
    assert len(server.asked) == (0 if size else 1)


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_a_part_that_is_too_long(server: Loopback, place: Path, size: int | None) -> None:
    part_of(place).write_bytes(CONTENT + b"more")
    download(server.remote(honest(CONTENT), size=size), place)
    assert place.read_bytes() == CONTENT


def test_an_answer_that_begins_elsewhere_is_not_appended(server: Loopback, place: Path) -> None:
    part_of(place).write_bytes(CONTENT[:1000])
    plain = honest(CONTENT)
    remote = server.remote(
        lambda handler: (
            handler.answer(206, CONTENT[7:], Content_Range="bytes 7-255999/256000")
            if handler.headers["Range"]
            else plain(handler)
        )
    )
    download(remote, place)
    assert place.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [206, 416])
def test_an_answer_to_what_was_not_asked(server: Loopback, place: Path, status: int) -> None:
    with pytest.raises(FetchError, match=r"not asked for|answered 416"):
        download(server.remote(lambda handler: handler.answer(status, b"abc")), place)
    assert not place.exists()


def test_a_wrong_checksum_deletes_what_came(server: Loopback, place: Path) -> None:
    remote = server.remote(honest(CONTENT[::-1]), size=len(CONTENT))
    with pytest.raises(FetchError, match=r"another sha256 checksum .* it was deleted"):
        download(remote, place)
    assert list(place.parent.iterdir()) == []


def test_a_file_of_another_length_is_refused_at_once(server: Loopback, place: Path) -> None:
    with pytest.raises(FetchError, match=r"offers 3 bytes, .* has 256,000; it is another file"):
        download(server.remote(honest(b"abc"), size=len(CONTENT)), place)
    assert list(place.parent.iterdir()) == []


def test_a_file_that_says_it_is_too_large(
    server: Loopback, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_download, "MOST_BYTES", 1000)
    with pytest.raises(FetchError, match=r"offers 256,000 bytes, more than the 1,000 allowed"):
        download(server.remote(honest(CONTENT)), place)


def test_a_file_that_grows_beyond_the_limit(server: Loopback, place: Path) -> None:
    remote = server.remote(
        lambda handler: handler.answer(200, CONTENT * 4, Content_Length=None), size=len(CONTENT)
    )
    with pytest.raises(FetchError, match=r"sends more than 256,000 bytes; it was deleted"):
        download(remote, place)
    assert list(place.parent.iterdir()) == []


def test_a_server_that_says_nothing(server: Loopback, place: Path) -> None:
    done = threading.Event()

    def silent(handler: Handler) -> None:
        done.wait(5)

    remote = server.remote(silent)
    try:
        with pytest.raises(FetchError, match=r"cannot reach .*: the server did not answer in time"):
            download(remote, place, patience=Patience(silence=0.1))
    finally:
        done.set()


def test_a_server_that_falls_silent(server: Loopback, place: Path) -> None:
    done = threading.Event()
    remote = server.remote(dripping(CONTENT, 5, done))
    try:
        with pytest.raises(FetchError, match=r"did not answer in time after 1 of 256,000 bytes"):
            download(remote, place, patience=Patience(silence=0.1))
    finally:
        done.set()
    assert part_of(place).read_bytes() == CONTENT[:1]


def test_a_server_that_drips(server: Loopback, place: Path) -> None:
    done = threading.Event()
    remote = server.remote(dripping(CONTENT, 0.01, done))
    try:
        with pytest.raises(FetchError, match=r"the server is too slow after \d+ of 256,000 bytes"):
            download(remote, place, patience=Patience(window=0.1, least=1000))
    finally:
        done.set()


def test_redirects_are_followed(server: Loopback, place: Path) -> None:
    server.pages["/there"] = honest(CONTENT)
    download(server.remote(redirecting("/there")), place)
    assert place.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("/file.bin", f"redirects more than {MOST_REDIRECTS} times"),
        ("file:///etc/hostname", "which is no address of the web"),
        ("ftp://127.0.0.1/a", "which is no address of the web"),
        ("data:,abc", "which is no address of the web"),
        ("https:///file.bin", "which is no address of the web"),
        ("http://[1", "which is no address of the web"),
        (None, "redirects to nowhere"),
    ],
)
def test_redirects_that_are_not(
    server: Loopback, place: Path, location: str | None, words: str
) -> None:
    with pytest.raises(FetchError, match=words):
        download(server.remote(redirecting(location)), place)
    assert len(server.asked) <= MOST_REDIRECTS + 1
    assert not part_of(place).exists()


def test_a_redirect_never_leaves_https() -> None:
    assert redirect_target("https://a.org/b", "//c.org/d") == "https://c.org/d"
    assert redirect_target("http://a.org/b", "https://a.org/b") == "https://a.org/b"
    with pytest.raises(FetchError, match=r"redirects from https to http"):
        redirect_target("https://a.org/b", "HTTP://a.org/b")


def test_a_file_that_is_not_there(server: Loopback, place: Path) -> None:
    remote = server.remote(honest(CONTENT))
    server.pages.clear()
    with pytest.raises(FetchError, match=r"/file.bin answered 404 Not Found"):
        download(remote, place)


def test_a_server_that_is_not_there(server: Loopback, place: Path) -> None:
    remote = server.remote(honest(CONTENT))
    gone = type(remote)("http://127.0.0.1:9/file.bin", remote.algorithm, remote.digest)
    with pytest.raises(FetchError, match=r"cannot reach http://127.0.0.1:9/file.bin: "):
        download(gone, place)


def test_a_full_disk_is_named(
    server: Loopback, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        name = "file.bin.part"

        def write(self, _: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            pass

    monkeypatch.setattr(Path, "open", lambda *_: Full())
    with pytest.raises(FetchError, match=r"the disk is full: no room for file.bin.part"):
        download(server.remote(honest(CONTENT)), place)


def test_a_folder_that_cannot_be_written(server: Loopback, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"cannot write .*: No such file"):
        download(server.remote(honest(CONTENT)), tmp_path / "missing" / "file.bin")


def test_an_interruption_keeps_the_part(server: Loopback, place: Path) -> None:
    remote = server.remote(honest(CONTENT))

    def interrupt(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(remote, place, interrupt)
    kept = part_of(place).read_bytes()
    assert kept
    assert kept == CONTENT[: len(kept)]
    download(remote, place)
    assert place.read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == [None, f"bytes={len(kept)}-"]

"""The public corpora as a whole: the catalogue, fetching, presence, reading."""

from __future__ import annotations

import re
import threading
import zipfile
from collections.abc import Iterator
from hashlib import sha1, sha256
from io import BytesIO
from pathlib import Path

import pytest

from microgradseq.data import fetch as fetching
from microgradseq.data.corpus import KINDS, Corpus
from microgradseq.data.errors import DataError
from microgradseq.data.fetch import PUBLIC, fetch, fetched_path, is_fetched
from microgradseq.data.fetch_catalogue import PUBLISHED, Published, RemoteFile
from microgradseq.data.fetch_download import part_of
from microgradseq.data.fetch_lock import alone
from tests.data.loopback import Handler, Loopback, honest, serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Loopback]:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("MICROGRADSEQ_CACHE", str(tmp_path))
    with serving() as loopback:
        yield loopback


def publish(
    server: Loopback,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    contents: dict[str, bytes],
    holds: str,
    archive: bool = False,
) -> None:
    """Let a name of the catalogue stand for files of the server."""
    files = []
    for file, content in contents.items():
        server.pages[f"/{file}"] = honest(content)
        files.append(
            RemoteFile(f"{server.address}/{file}", "sha1", sha1(content).hexdigest(), len(content))
        )
    known = {**PUBLISHED, name: Published(tuple(files), holds, archive)}
    monkeypatch.setattr(fetching, "PUBLISHED", known)


def zipped(**members: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as writer:
        for name, text in members.items():
            writer.writestr(f"fra-eng/{name}.txt", text)
    return content.getvalue()


def test_the_catalogue_and_the_corpora_agree() -> None:
    assert [corpus.name for corpus in PUBLIC] == list(PUBLISHED)
    for corpus in PUBLIC:
        assert corpus.kind in KINDS
        assert not corpus.generated
    for published in PUBLISHED.values():
        assert len(published.files) == 1 or not published.archive
        for file in published.files:
            length = {"sha1": 40, "sha256": 64}[file.algorithm]
            assert re.fullmatch(rf"[0-9a-f]{{{length}}}", file.digest)
            assert file.url.startswith(("http://", "https://"))


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("corpus", PUBLIC, ids=lambda corpus: corpus.name)
def test_a_corpus_that_is_not_there_says_how_to_get_it(corpus: Corpus) -> None:
    assert not is_fetched(corpus.name)
    with pytest.raises(DataError, match=rf"with: microgradseq corpora fetch {corpus.name}$"):
        corpus.read(0, None)


@pytest.mark.usefixtures("server")
def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(DataError, match=r"no public corpus 'mnsit'; did you mean mnist\?"):
        fetch("mnsit")
    with pytest.raises(DataError, match=r"known: time-machine, tiny-shakespeare"):
        fetched_path("zzzzz")


def test_a_text_is_fetched_once(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(server, monkeypatch, "names", {"names.txt": b"emma\nolivia\n"}, "names.txt")
    place = fetch("names")
    assert place.read_bytes() == b"emma\nolivia\n"
    assert is_fetched("names")
    fetch("names")
    assert len(server.asked) == 1
    names = next(corpus for corpus in PUBLIC if corpus.name == "names")
    assert names.read(0, None) == "emma\nolivia\n"
    assert names.read(0, 4) == "emma"


def test_a_spoiled_file_is_fetched_again(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(server, monkeypatch, "names", {"names.txt": b"emma\n"}, "names.txt")
    fetch("names").write_bytes(b"EMMA\n")
    assert fetch("names").read_bytes() == b"emma\n"
    assert len(server.asked) == 2


def test_several_files_add_up(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    images = b"\0\0\x08\x03" + bytes([0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1]) + b"\1\2"
    labels = b"\0\0\x08\x01" + bytes([0, 0, 0, 2]) + b"\5\6"
    contents = {"train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels}
    publish(server, monkeypatch, "mnist", contents, "")
    told: list[tuple[int, int | None]] = []
    place = fetch("mnist", lambda *now: told.append(now))
    whole = len(images) + len(labels)
    assert told[0] == (len(images), whole)
    assert told[-1] == (whole, whole)
    mnist = next(corpus for corpus in PUBLIC if corpus.name == "mnist")
    images_read, labels_read = mnist.read(0, 1)
    assert (images_read.tolist(), labels_read.tolist()) == ([[[1]]], [5])
    (place / "train-labels-idx1-ubyte").unlink()
    assert not is_fetched("mnist")


def test_an_archive_is_unpacked(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped(fra="Go.\tVa !\nHi.\tSalut !\n", about="of whom")
    holds = PUBLISHED["fra-eng"].holds
    publish(server, monkeypatch, "fra-eng", {"fra-eng.zip": content}, holds, archive=True)
    place = fetch("fra-eng")
    pairs = next(corpus for corpus in PUBLIC if corpus.name == "fra-eng")
    assert pairs.read(0, 1) == [("Go.", "Va !")]
    place.unlink()
    assert not is_fetched("fra-eng")
    assert fetch("fra-eng") == place
    assert len(server.asked) == 1


def test_two_fetches_do_not_mix(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    publish(server, monkeypatch, "names", {"names.txt": b"emma\n"}, "names.txt")

    def slow(handler: Handler) -> None:
        begun.set()
        go_on.wait(5)
        handler.answer(200, b"emma\n")

    server.pages["/names.txt"] = slow
    first = threading.Thread(target=fetch, args=("names",))
    first.start()
    assert begun.wait(5)
    try:
        with pytest.raises(DataError, match=r"another process is fetching names; wait"):
            fetch("names")
    finally:
        go_on.set()
        first.join()
    assert is_fetched("names")


def test_a_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), alone(tmp_path / "lock", "failing"):
        _ = 1 / 0
    with alone(tmp_path / "lock", "trying"):
        pass


def test_a_cache_that_cannot_be_made(
    server: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("MICROGRADSEQ_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"cannot write "):
        fetch("names")
    assert server.asked == []


def test_an_empty_remote_file_and_its_checksum(tmp_path: Path) -> None:
    remote = RemoteFile("http://127.0.0.1/a.txt", "sha256", sha256(b"").hexdigest(), 0)
    place = tmp_path / remote.name
    assert not remote.is_at(place)
    place.write_bytes(b"")
    assert remote.is_at(place)
    assert part_of(place) == tmp_path / "a.txt.part"

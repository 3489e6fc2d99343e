"""Archives that want to leave their folder, to link, to explode, or that are damaged."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from microgradseq.data import fetch_archive
from microgradseq.data.fetch_archive import unpack
from microgradseq.data.fetch_errors import FetchError


def packed(place: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    archive = place / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members:
            writer.writestr(name, content)
    return archive


def test_files_and_folders_are_unpacked(tmp_path: Path) -> None:
    archive = packed(tmp_path, ("inner/", b""), ("inner/é.txt", b"one"), ("two.txt", b"two"))
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "old.txt").write_bytes(b"old")
    unpack(archive, folder)
    found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert found == {"inner/é.txt", "two.txt"}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.zip", "out"]


@pytest.mark.parametrize(
    "name", ["/etc/evil", "../evil", "a/../../evil", "..", "a\\..\\..\\evil", "\\evil", "C:evil"]
)
def test_paths_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    archive = packed(tmp_path, ("good.txt", b"good"), (name, b"evil"))
    with pytest.raises(FetchError, match=r"would leave the folder"):
        unpack(archive, tmp_path / "deep" / "out")
    assert {file.name for file in tmp_path.rglob("*") if file.is_file()} == {"a.zip"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (kind | 0o644) << 16
    with pytest.raises(FetchError, match=r"'link' is no plain file"):
        unpack(packed(tmp_path, (link, b"/etc/passwd")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    archive = packed(tmp_path, ("zeros", bytes(1_000_000)))
    assert archive.stat().st_size < 10_000
    with pytest.raises(FetchError, match=r"its content is larger than allowed"):
        unpack(archive, tmp_path / "out", most_bytes=999_999)
    unpack(archive, tmp_path / "out", most_bytes=1_000_000)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = packed(tmp_path, ("one", bytes(600_000)), ("two", bytes(600_000)))
    monkeypatch.setattr(fetch_archive, "_require_harmless", lambda *_: None)
    with pytest.raises(FetchError, match=r"its content is larger than allowed"):
        unpack(archive, tmp_path / "out", most_bytes=1_000_000)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.part").exists()


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_archive, "MOST_FILES", 2)
    archive = packed(tmp_path, *((str(name), b"") for name in range(3)))
    with pytest.raises(FetchError, match=r"it holds 3 files"):
        unpack(archive, tmp_path / "out")


def test_damaged_archives(tmp_path: Path) -> None:
    archive = packed(tmp_path, ("a.txt", b"some words " * 50))
    whole = archive.read_bytes()
    archive.write_bytes(whole[:-30])
    with pytest.raises(FetchError, match=r"this zip archive is damaged"):
        unpack(archive, tmp_path / "out")
    archive.write_bytes(whole[:40] + bytes([whole[40] ^ 255]) + whole[41:])
    with pytest.raises(FetchError, match=r"this zip archive is damaged"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_locked_archive_cannot_be_unpacked(tmp_path: Path) -> None:
    archive = packed(tmp_path, ("a.txt", b"secret"))
    content = bytearray(archive.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(mark) + offset] |= 1
    archive.write_bytes(content)
    with pytest.raises(FetchError, match=r"cannot be unpacked \(.*encrypted"):
        unpack(archive, tmp_path / "out")


def test_two_files_at_one_place(tmp_path: Path) -> None:
    archive = packed(tmp_path, ("a", b"1"), ("a/b", b"2"))
    with pytest.raises(FetchError, match=r"cannot write .*out\.part"):
        unpack(archive, tmp_path / "out")

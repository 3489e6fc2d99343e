"""Unpacking a zip archive of strangers: nothing leaves the folder, nothing explodes."""

from __future__ import annotations

import lzma
import re
import shutil
import stat
import zipfile
import zlib
from pathlib import Path

from microgradseq.data.fetch_download import disk_error
from microgradseq.data.fetch_errors import FetchError

MOST_BYTES = 256 << 20
MOST_FILES = 10_000
_PIECE = 1 << 16
_DRIVE = re.compile(r"[A-Za-z]:")


def unpack(archive: Path, folder: Path, most_bytes: int = MOST_BYTES) -> None:
    """Unpack a zip archive into a folder that appears when everything is in it.

    Arguments:
        archive: the file.
        folder: is replaced if it is there.
        most_bytes: what the content may take on the disk.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     archive = Path(home, "a.zip")
    ...     with zipfile.ZipFile(archive, "w") as writer:
    ...         writer.writestr("inner/a.txt", "hello")
    ...     unpack(archive, Path(home, "out"))
    ...     Path(home, "out/inner/a.txt").read_text()
    'hello'
    """
    aside = folder.with_name(folder.name + ".part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        _unpack_all(archive, aside, most_bytes)
        if folder.exists():
            shutil.rmtree(folder)
        aside.replace(folder)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        raise FetchError(f"{archive}: this zip archive is damaged ({error})") from None
    except (NotImplementedError, RuntimeError) as error:
        # A way to pack that zipfile does not know, or a password.
        raise FetchError(f"{archive}: this zip archive cannot be unpacked ({error})") from None
    except OSError as error:
        raise disk_error(aside, error) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _unpack_all(archive: Path, folder: Path, most_bytes: int) -> None:
    with zipfile.ZipFile(archive) as reader:
        members = reader.infolist()
        _require_harmless(archive, members, most_bytes)
        room = most_bytes
        for member in members:
            place = folder / member.filename
            if member.is_dir():
                place.mkdir(parents=True, exist_ok=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            room -= _unpack_one(archive, reader, member, place, room)


def _unpack_one(
    archive: Path, reader: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, room: int
) -> int:
    """Unpack one file; its bytes are counted, for what an archive says of itself may be a lie."""
    written = 0
    with reader.open(member) as source, place.open("xb") as target:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > room:
                raise _too_much(archive)
            target.write(piece)
    return written


def _require_harmless(archive: Path, members: list[zipfile.ZipInfo], most_bytes: int) -> None:
    if len(members) > MOST_FILES:
        raise FetchError(f"{archive}: refused, for it holds {len(members):,} files")
    if sum(member.file_size for member in members) > most_bytes:
        raise _too_much(archive)
    for member in members:
        name = member.filename
        parts = re.split(r"[/\\]", name)
        if not parts[0] or ".." in parts or _DRIVE.match(name):
            raise FetchError(f"{archive}: refused, for {name!r:.100} would leave the folder")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise FetchError(f"{archive}: refused, for {name!r:.100} is no plain file")


def _too_much(archive: Path) -> FetchError:
    return FetchError(f"{archive}: refused, for its content is larger than allowed")

"""Files that are whole or not there: written aside, then renamed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from microgradseq.training.errors import DiskError, RunError


@contextmanager
def replace_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to be written aside; it takes the place of `path` once it is safely on disk.

    Arguments:
        path: what is replaced. On any error it stays as it was, and the part is removed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a"
    ...     with replace_file(path) as file:
    ...         _ = file.write(b"all of it")
    ...     path.read_bytes()
    b'all of it'
    """
    # a name of its own for each process, so that two writers never share a part
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise DiskError(f"{path} cannot be written ({reason}); the old one is untouched") from error
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a file by JSON that people can read.

    Arguments:
        path: the file.
        content: what JSON can hold.
    """
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    with replace_file(path) as file:
        # a file's name that is not UTF-8 comes as lone surrogates: JSON escapes bring them back
        file.write(text.encode(errors="backslashreplace") + b"\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds one object.

    Arguments:
        path: the file; RunError says what is wrong with it.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path} is damaged: it is not JSON") from error
    if not isinstance(content, dict):
        raise RunError(f"{path} is damaged: it does not hold one object")
    return content

"""Where the public corpora come from, and how their files are known to be the right ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

UNPACKED = "unpacked"
"""The folder, inside a corpus's own, that the content of its archive goes to."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the web whose content is known.

    Arguments:
        url: its address, http or https.
        algorithm: "sha1" or "sha256".
        digest: the checksum of its content, hexadecimal.
        size: bytes; None where it is not known for sure.

    >>> RemoteFile("https://example.org/a/b.txt", "sha1", "00").name
    'b.txt'
    """

    url: str
    algorithm: str
    digest: str
    size: int | None = None

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.url.rpartition("/")[2]

    def is_at(self, place: Path) -> bool:
        """Whether a file of this machine has exactly its content."""
        from hashlib import file_digest  # noqa: PLC0415 - the list of corpora needs no checksums

        if not place.is_file():
            return False
        with place.open("rb") as stream:
            return file_digest(stream, self.algorithm).hexdigest() == self.digest


@dataclass(frozen=True, slots=True)
class Published:
    """What makes up one public corpus.

    Arguments:
        files: all of them are fetched.
        holds: what is read in the end, seen from the corpus's folder; "" for the folder itself.
        archive: whether the (only) file is a zip archive, unpacked into UNPACKED.
    """

    files: tuple[RemoteFile, ...]
    holds: str
    archive: bool = False

    @property
    def size(self) -> int | None:
        """Bytes of all files; None where one is not known."""
        sizes = [file.size for file in self.files if file.size is not None]
        return sum(sizes) if len(sizes) == len(self.files) else None


_DIVE = "http://d2l-data.s3-accelerate.amazonaws.com/"
_KARPATHY = "https://raw.githubusercontent.com/karpathy/"
_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"

PUBLISHED: Mapping[str, Published] = MappingProxyType(
    {
        "time-machine": Published(
            (
                RemoteFile(
                    _DIVE + "timemachine.txt",
                    "sha1",
                    "090b5e7e70c295757f55df93cb0a180b9691891a",
                    178_979,
                ),
            ),
            "timemachine.txt",
        ),
        "tiny-shakespeare": Published(
            (
                RemoteFile(
                    _KARPATHY + "char-rnn/master/data/tinyshakespeare/input.txt",
                    "sha256",
                    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
                    1_115_394,
                ),
            ),
            "input.txt",
        ),
        "names": Published(
            (
                RemoteFile(
                    _KARPATHY + "makemore/master/names.txt",
                    "sha256",
                    "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
                    228_145,
                ),
            ),
            "names.txt",
        ),
        "mnist": Published(
            (
                RemoteFile(
                    _MNIST + "train-images-idx3-ubyte.gz",
                    "sha256",
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                    9_912_422,
                ),
                RemoteFile(
                    _MNIST + "train-labels-idx1-ubyte.gz",
                    "sha256",
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                    28_881,
                ),
                RemoteFile(
                    _MNIST + "t10k-images-idx3-ubyte.gz",
                    "sha256",
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                    1_648_877,
                ),
                RemoteFile(
                    _MNIST + "t10k-labels-idx1-ubyte.gz",
                    "sha256",
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                    4_542,
                ),
            ),
            "",
        ),
        "fra-eng": Published(
            (
                RemoteFile(
                    _DIVE + "fra-eng.zip", "sha1", "94646ad1522d915e7b0f9296181140edcf86a4f5"
                ),
            ),
            f"{UNPACKED}/fra-eng/fra.txt",
            archive=True,
        ),
    }
)

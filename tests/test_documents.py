"""What the documents show is what happens: their Python runs, their commands print what is shown.

A `text` block right after a `python` block is what that block prints. In a `console` block, the
lines after a command are what it prints. `...` stands for anything.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.+(?:\\\n.+)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


class Block(NamedTuple):
    """One fenced block: its language, its text, its line, and the text block that follows it."""

    language: str
    text: str
    line: int
    printed: str | None


def blocks_of(document: Path) -> Iterator[Block]:
    source = document.read_text(encoding="utf-8")
    fences = list(FENCE.finditer(source))
    for number, fence in enumerate(fences):
        follower = fences[number + 1] if number + 1 < len(fences) else None
        directly = follower is not None and source[fence.end() : follower.start()].strip() == ""
        printed = follower[2] if follower and directly and follower[1] == "text" else None
        line = source.count("\n", 0, fence.start()) + 1
        yield Block(fence[1], fence[2], line, printed)


def is_runnable(block: Block) -> bool:
    return block.language == "python" or (
        block.language in {"console", "sh"} and bool(commands_of(block))
    )


def commands_of(block: Block) -> list[tuple[str, str]]:
    """The commands of ours in a block, and what is shown beneath each."""
    found = [(match[1], match[2]) for match in COMMAND.finditer(block.text)]
    return [pair for pair in found if pair[0].startswith("microgradseq ")]


def assert_printed(shown: str, printed: str, place: str) -> None:
    tidy = ["\n".join(line.rstrip() for line in text.splitlines()) for text in (shown, printed)]
    want, got = (text.strip("\n") + "\n" for text in tidy)
    same = doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS)
    assert same, f"{place} shows\n{want}\nbut what is printed is\n{got}"


def run_python(block: Block, names: dict[str, object], place: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.text, place, "exec"), names)
    if block.printed is not None:
        assert_printed(block.printed, printed.getvalue(), place)


def run_commands(block: Block, place: str) -> None:
    programs = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": programs + os.pathsep + os.environ["PATH"]}
    for command, shown in commands_of(block):
        finished = subprocess.run(
            command, shell=True, capture_output=True, text=True, check=False, env=environment
        )
        assert finished.returncode == 0, f"{place}: {command}\n{finished.stderr}"
        if shown.strip():
            assert_printed(shown, finished.stdout, f"{place}: {command}")


DOCUMENTS = [
    document
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if document.exists() and any(map(is_runnable, blocks_of(document)))
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_document(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "document"}
    for block in filter(is_runnable, blocks_of(document)):
        place = f"{document.relative_to(ROOT)}:{block.line}"
        if block.language == "python":
            run_python(block, names, place)
        else:
            run_commands(block, place)


SAMPLE = """\
```python
a = 2
print(a + 1)
```

```text
{printed}
```

```console
$ microgradseq --version
{version}
$ make everything
```
"""


def test_a_document_that_tells_the_truth_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    document = tmp_path / "README.md"
    document.write_text(SAMPLE.format(printed="3", version="microgradseq ..."), encoding="utf-8")
    test_document(document, tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("printed", "version", "line"), [("4", "microgradseq ...", 1), ("3", "another 1.0", 10)]
)
def test_a_document_that_lies_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str, version: str, line: int
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    document = tmp_path / "README.md"
    document.write_text(SAMPLE.format(printed=printed, version=version), encoding="utf-8")
    with pytest.raises(AssertionError, match=f"README.md:{line}.* shows"):
        test_document(document, tmp_path, monkeypatch)

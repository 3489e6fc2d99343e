"""Writes docs/labs.md: every lab with its formula, its words, its picture and its command.

Run it after a lab has changed: python tools/write_labs_page.py. Each lab runs once with its
defaults, which takes some minutes in all; times in the pictures are those of the machine.
With the names of labs behind it, only those run anew; the others keep what the page has.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from microgradseq.labs.drawing import figures_text
from microgradseq.labs.lab import Lab
from microgradseq.labs.registry import LABS

PAGE = Path(__file__).parent.parent / "docs" / "labs.md"
WIDTH = 78
_PICTURE = re.compile(r"^<!-- picture (\w+) -->\n(.*?)^<!-- end -->\n", re.M | re.S)

BEGINNING = """# Labs

A lab is a small system of its own, with settings, a picture that moves, and numbers to check. \
`microgradseq lab NAME` runs one to its end; `microgradseq tui labs NAME` shows it moving, with \
its settings as sliders. `--help` behind a name lists its settings, `--json` prints its numbers, \
`-o FILE.svg` keeps its pictures. How to write another: [adding_a_lab.md](adding_a_lab.md).
"""


def picture(lab: Lab) -> str:
    """What a lab shows at the end of a default run, as a block of text.

    Arguments:
        lab: which.
    """
    frame = lab.run()
    return f"```text\n{figures_text(frame.words, frame.figures, WIDTH)}```\n"


def section(lab: Lab, drawn: str) -> str:
    r"""The part of the page about one lab.

    Arguments:
        lab: which.
        drawn: its picture.

    >>> section(LABS["gates"], "(picture)\n").splitlines()[:3]
    ['## gates: Gates held still', '', '```sh']
    """
    settings = [
        f"| `{each.option}` | {_cell(each.words)} | {_cell(each.limits)} | "
        f"{f'`{each.write(each.default)}`' if each.write(each.default) else 'none'} |"
        for each in lab.parameters
    ]
    return "\n".join(
        [
            f"## {lab.name}: {lab.title}",
            "",
            f"```sh\nmicrogradseq lab {lab.name}\n```",
            "",
            f"```text\n{lab.formula}\n```",
            "",
            *(f"{paragraph}\n" for paragraph in lab.words),
            f"<!-- picture {lab.name} -->",
            f"{drawn}<!-- end -->",
            "",
            "| setting | what it is | allowed | default |",
            "|---|---|---|---|",
            *settings,
            "",
        ]
    )


def _cell(words: str) -> str:
    """Words that do not break a table."""
    return words.replace("|", "\\|")


def page(pictures: dict[str, str]) -> str:
    """The whole page.

    Arguments:
        pictures: of every lab, by name.
    """
    index = [f"- [{name}](#{_anchor(LABS[name])}): {LABS[name].title}" for name in LABS]
    return "\n".join([BEGINNING, *index, "", *(section(LABS[n], pictures[n]) for n in LABS)])


def _anchor(lab: Lab) -> str:
    plain = re.sub(r"[^\w\- ]", "", f"{lab.name}: {lab.title}".lower())
    return plain.replace(" ", "-")


def kept_pictures(text: str) -> dict[str, str]:
    r"""The pictures that a page has, by the names of their labs.

    Arguments:
        text: of the page.

    >>> kept_pictures("<!-- picture a -->\nwords\n<!-- end -->\n")
    {'a': 'words\n'}
    """
    return dict(_PICTURE.findall(text))


def _pictures(wanted: Iterable[str]) -> Iterator[tuple[str, str]]:
    kept = kept_pictures(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    for name in LABS:
        if name in wanted or name not in kept:
            print(f"running {name} …", file=sys.stderr, flush=True)
            yield name, picture(LABS[name])
        else:
            yield name, kept[name]


if __name__ == "__main__":
    PAGE.write_text(page(dict(_pictures(sys.argv[1:] or list(LABS)))), encoding="utf-8")

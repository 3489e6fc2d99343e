"""Writes docs/rules.md from the table of rules.

Run it after a rule has changed: python tools/write_rules_page.py
"""

from __future__ import annotations

from collections.abc import Iterator
from inspect import Parameter
from pathlib import Path

from microgradseq.rules import RULES, Rule

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"

BEGINNING = """# The rules

Every operation of the engine is one record in `microgradseq/rules/`: its forward function and its \
derivative, the derivative in words, and how it is drawn. This page is made from the records. \
[engine.md](engine.md) shows one in full and says how to add another.

Whole recurrent layers are rules as well, with several results; they stand in `nn/fused/` and \
[cells.md](cells.md) tells of them.
"""
PARTS = {
    "Element by element": """The derivative is a slope: what arrives is multiplied by it. \
Operands of different shapes are broadcast as in NumPy; what was repeated is summed on the way back.
""",
    "Everything else": "What arrives is moved, summed or multiplied as the words say.\n",
}


def page() -> str:
    """The whole page.

    >>> page().startswith("# The rules")
    True
    """
    return "".join([BEGINNING, *(part for title in PARTS for part in _part(title))])


def _part(title: str) -> Iterator[str]:
    elementwise = title == next(iter(PARTS))
    yield f"\n## {title}\n\n{PARTS[title]}\n"
    yield "| rule | drawn as | options | derivative |\n|---|---|---|---|\n"
    for rule in RULES.values():
        if rule.elementwise == elementwise:
            cells = (f"`{rule.name}`", rule.symbol, _options(rule), "<br>".join(_words(rule)))
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _options(rule: Rule) -> str:
    return ", ".join(
        f"`{name}`" if default is Parameter.empty else f"`{name}={default}`"
        for name, default in rule.options.items()
    )


def _words(rule: Rule) -> Iterator[str]:
    """Each sentence once: operands of one kind share theirs."""
    yield from dict.fromkeys(rule.words_by_operand)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

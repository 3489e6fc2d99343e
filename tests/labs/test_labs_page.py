"""docs/labs.md says what the labs say; its pictures are there for all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from microgradseq.labs.registry import LABS

ROOT = Path(__file__).parent.parent.parent
CODE = (
    "import sys; sys.path[:0] = ['tools']; import write_labs_page as w;"
    "print(w.page(w.kept_pictures(w.PAGE.read_text(encoding='utf-8'))), end='')"
)


def test_the_page_of_labs_is_current() -> None:
    made = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", CODE],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    kept = (ROOT / "docs" / "labs.md").read_text(encoding="utf-8")
    assert made.stdout == kept, "run tools/write_labs_page.py"
    assert kept.count("<!-- picture ") == len(LABS)


def test_the_example_in_the_guide_works() -> None:
    guide = (ROOT / "docs" / "adding_a_lab.md").read_text(encoding="utf-8")
    code = guide.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {"__name__": "coin"}
    exec(compile(code, "adding_a_lab.md", "exec"), names)
    lab = names["LAB"]
    last = lab.run()  # type: ignore[attr-defined]
    assert 0.45 < last.numbers["share"] < 0.55
    assert last.progress == 1

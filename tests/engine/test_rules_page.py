"""docs/rules.md says what the records say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_page_is_current() -> None:
    place = importlib.util.spec_from_file_location("page", ROOT / "tools/write_rules_page.py")
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    written = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    assert written == module.page(), "run python tools/write_rules_page.py"

"""Which screen opens a line that was typed, shared or chosen."""

from __future__ import annotations

from microgradseq_tui.screens.frame import PlaceScreen


def screen_for(line: str) -> PlaceScreen:
    """The screen that a line speaks of; UserError, one line, where it makes no sense.

    Arguments:
        line: `lesson NAME NUMBER`, `time …`, or a walk: an example's name, formulas, or what a
            walk was shared as.
    """
    first, second = [*line.split(maxsplit=2), "", ""][:2]
    # `time = a + b` is a formula
    kind = "" if second.startswith("=") else first
    # each screen brings what it computes with: only the one that is opened is imported
    if kind == "lesson":
        from microgradseq.lessons.lesson import parse  # noqa: PLC0415 - slow to import
        from microgradseq_tui.screens.lesson import LessonScreen  # noqa: PLC0415

        return LessonScreen(*parse(line))
    if kind == "time":
        from microgradseq_tui.screens.time import TimeScreen  # noqa: PLC0415

        return TimeScreen(line)
    from microgradseq.errors import UserError  # noqa: PLC0415
    from microgradseq.lessons.walk_target import MissingNumbers  # noqa: PLC0415 - slow to import
    from microgradseq.lessons.walkthrough import Walkthrough  # noqa: PLC0415
    from microgradseq_tui.screens.walk import WalkScreen  # noqa: PLC0415

    try:
        return WalkScreen(Walkthrough.reopen(line))
    except MissingNumbers as missing:
        values = " ".join(f"{name}=2" for name in missing.names)
        raise UserError(f"{missing}; add them behind it: @ {values}") from None

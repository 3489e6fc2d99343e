"""The settings of Play as questions and answers, and as a command line."""

from __future__ import annotations

import dataclasses
import shlex
from typing import TYPE_CHECKING, Any

from microgradseq.errors import UserError
from microgradseq_tui.run_rows import command_for

if TYPE_CHECKING:
    from microgradseq.tasks.task import SampleRequest

QUESTIONS = {
    "prefix": "The text begins with ",
    "temperature": "Temperature (below 1 cautious, above 1 bold, 0 the likeliest) ",
    "top_k": "Choose among how many of the likeliest? (0: all) ",
    "top_p": "Choose among the likeliest up to which chance? (1: all) ",
    "seed": "Seed of the draws ",
}
NO_TEXT = "What it is given (nothing: an example) "
"""Asked where a network answers, but writes no text."""
WHOLE = ("top_k", "seed")


def current_answer(purpose: str, request: SampleRequest, seed: int) -> str:
    """What a setting is now, as it is typed.

    Arguments:
        purpose: a name in QUESTIONS.
        request, seed: as they are.
    """
    if purpose == "prefix":
        return request.prefix
    return f"{seed if purpose == 'seed' else getattr(request, purpose):g}"


def with_answer(
    purpose: str, text: str, request: SampleRequest, seed: int
) -> tuple[SampleRequest, int]:
    """The settings with one of them as it was typed.

    Arguments:
        purpose: a name in QUESTIONS.
        text: what was typed; UserError if it does not say such a number.
        request, seed: as they were.

    >>> from microgradseq.tasks.task import SampleRequest
    >>> with_answer("top_k", "5", SampleRequest(), 0)[0].top_k, with_answer(
    ...     "seed", "7", SampleRequest(), 0
    ... )[1]
    (5, 7)
    """
    if purpose == "prefix":
        return dataclasses.replace(request, prefix=text), seed
    try:
        number: Any = int(text) if purpose in WHOLE else float(text)
    except ValueError:
        kind = "a whole number" if purpose in WHOLE else "a number"
        raise UserError(f'{purpose.replace("_", "-")} must be {kind}, not "{text}"') from None
    if purpose != "seed":
        return dataclasses.replace(request, **{purpose: number}), seed
    if number < 0:
        raise UserError(f"a seed must be at least 0, not {text}")
    return request, number


def sample_command(name: str, request: SampleRequest | None = None, seed: int = 0) -> str:
    """The command line that writes the same text.

    Arguments:
        name: of the run.
        request, seed: as they are; the usual ones if left out.

    >>> sample_command("my-run")
    'microgradseq sample my-run'
    """
    words = [command_for("sample", name)]
    if request is not None:
        if request.prefix:
            words.append(f"--prefix {shlex.quote(request.prefix)}")
        if request.temperature != 1:
            words.append(f"--temperature {request.temperature:g}")
        if request.top_k:
            words.append(f"--top-k {request.top_k}")
        if request.top_p != 1:
            words.append(f"--top-p {request.top_p:g}")
    if seed:
        words.append(f"--seed {seed}")
    return " ".join(words)

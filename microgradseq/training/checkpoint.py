"""A checkpoint: everything that the rest of a run depends on, in one safetensors file.

Arrays keep their names under a heading: "model.", "optimizer.", "state." (what is carried over to
the next batch). All that is not an array is JSON in the metadata.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy

from microgradseq.backend import Array, move
from microgradseq.training.errors import RunError
from microgradseq.training.safetensors import load_arrays, save_arrays

FORMAT = 1
HEADINGS = ("model", "optimizer", "state")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was saved at one moment.

    Arguments:
        model, optimizer, state: arrays by name.
        rest: everything else, as JSON can hold it: step, position, schedule, random state, …
    """

    model: dict[str, Array]
    optimizer: dict[str, Array] = field(default_factory=dict)
    state: dict[str, Array] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; the old one stays until the new one is whole.

    Arguments:
        path: the file.
        checkpoint: what to save.
    """
    arrays = {
        f"{heading}.{name}": array
        for heading in HEADINGS
        for name, array in getattr(checkpoint, heading).items()
    }
    rest = json.dumps({"format": FORMAT, **checkpoint.rest}, ensure_ascii=False)
    save_arrays(path, arrays, {"microgradseq": rest})


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Arguments:
        path: the file; RunError says what is wrong with it.
    """
    arrays, metadata = load_arrays(path)
    if "microgradseq" not in metadata:
        raise RunError(f"{path} is a safetensors file, but not a checkpoint of microgradseq")
    try:
        rest = json.loads(metadata["microgradseq"])
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path}: its metadata is damaged") from error
    if not isinstance(rest, dict) or rest.get("format") != FORMAT:
        raise RunError(f"{path} is of another format than this version reads ({FORMAT})")
    parts: dict[str, dict[str, Array]] = {heading: {} for heading in HEADINGS}
    for name, array in arrays.items():
        heading, _, short = name.partition(".")
        if heading not in parts:
            raise RunError(f"{path} holds {name}, which no checkpoint has")
        parts[heading][short] = array
    return Checkpoint(**parts, rest=rest)


def flattened(content: Any, name: str = "") -> tuple[dict[str, Array], Any]:
    """Arrays and everything else of a nested structure, apart.

    Arguments:
        content: dicts, lists and tuples of arrays, numbers, words and None.
        name: of the whole.
    Returns:
        The arrays by dotted names, and the structure with {"array": name} in their place.

    >>> arrays, rest = flattened({"h": (numpy.zeros(2), None)})
    >>> list(arrays), rest
    (['h.0'], {'h': {'tuple': [{'array': 'h.0'}, None]}})
    """
    arrays: dict[str, Array] = {}
    return arrays, _without_arrays(content, name, arrays)


def _without_arrays(content: Any, name: str, arrays: dict[str, Array]) -> Any:
    def inner(key: Any) -> str:
        return f"{name}.{key}" if name else str(key)

    if isinstance(content, Mapping):
        return {
            str(key): _without_arrays(value, inner(key), arrays) for key, value in content.items()
        }
    if isinstance(content, list | tuple):
        items = [_without_arrays(value, inner(key), arrays) for key, value in enumerate(content)]
        return {"tuple": items} if isinstance(content, tuple) else items
    if hasattr(content, "dtype") and hasattr(content, "shape"):
        arrays[name] = numpy.asarray(move(content, "cpu"))
        return {"array": name}
    return content


def restored(rest: Any, arrays: Mapping[str, Array]) -> Any:
    """The structure that `flattened` took apart.

    Arguments:
        rest: the structure without arrays.
        arrays: by name.
    """
    if isinstance(rest, dict):
        if rest.keys() == {"array"}:
            name = rest["array"]
            if not isinstance(name, str) or name not in arrays:
                raise RunError(f"the checkpoint lacks {name}")
            return arrays[name]
        if rest.keys() == {"tuple"}:
            return tuple(restored(value, arrays) for value in rest["tuple"])
        return {key: restored(value, arrays) for key, value in rest.items()}
    if isinstance(rest, list):
        return [restored(value, arrays) for value in rest]
    return rest

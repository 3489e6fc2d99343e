"""`microgradseq corpora`: the list, how each kind is shown, and fetching."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
import pytest

from microgradseq.cells import cell_width
from microgradseq.data import corpora as registry
from microgradseq.data import fetch as fetching
from microgradseq.data.corpus import KINDS, Corpus
from microgradseq.data.fetch import PUBLIC
from microgradseq.data.fetch_errors import FetchError
from microgradseq_cli import corpora as commands
from microgradseq_cli.corpus_views import USUAL_COUNT, beginning, half_blocks, plain_beginning

if TYPE_CHECKING:
    from tests.conftest import Command

TEXT = "潮水退去。\nThe tide went out, and it took a very long while.\n\nThen it came back.\n"
SENTENCES = [
    [("the", "DET"), ("tide", "NOUN"), ("rises", "VERB")],
    [("潮水", "NOUN"), ("退", "VERB")],
]
IMAGES = numpy.zeros((3, 4, 6), dtype=numpy.uint8)
IMAGES[:, 1:3, 2] = 255
LABELS = numpy.array([1, 7, 1], dtype=numpy.uint8)
WAVE = numpy.sin(numpy.arange(500) / 20)


def made(name: str, title: str, kind: str, data: Any, generated: bool = False) -> Corpus:
    def read(seed: int, count: int | None) -> Any:
        return data

    return Corpus(name, title, "any", kind, "MIT", "Tests.", "small", read, generated)


KNOWN = (
    made("tide", "潮水的故事", "text", TEXT),
    made("tags", "Words with their tags", "tagged", SENTENCES, generated=True),
    made("reviews", "Reviews", "labelled", [("not bad", "good"), ("dull", "bad")]),
    made("strokes", "Digits", "digits", (IMAGES, LABELS), generated=True),
    made("wave", "A wave", "series", WAVE, generated=True),
    *PUBLIC,
)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MICROGRADSEQ_CACHE", str(tmp_path))
    table = {one.name: one for one in KNOWN}
    monkeypatch.setattr(registry, "corpora", lambda: table)
    monkeypatch.setattr(registry, "corpus", table.__getitem__)


def put_names(cache: Path) -> None:
    (cache / "corpora/names").mkdir(parents=True)
    (cache / "corpora/names/names.txt").write_text("emma\nolivia\n", encoding="utf-8")


def test_the_list_is_aligned_and_says_what_is_here(command: Command, tmp_path: Path) -> None:
    put_names(tmp_path)
    code, out, err = command("corpora", "list")
    assert (code, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.split() == ["name", "kind", "language", "there", "size", "title"]
    there = {line.split()[0]: line[head.index("there") :].split("  ")[0] for line in lines}
    assert there["tide"] == "here"
    assert there["tags"] == "drawn"
    assert there["names"] == "here"
    assert there["mnist"] == "to fetch"
    column = head.index("title")
    assert {line[:column][-2:] for line in lines} == {"  "}


def test_wide_characters_take_two_cells_of_a_column() -> None:
    lines = list(commands.in_columns([("潮水", "x"), ("abc", "y"), ("é", "z")]))
    assert {cell_width(line) for line in lines} == {7}


def test_the_list_keeps_within_a_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    lines = command("corpora", "list").out.splitlines()
    assert max(map(cell_width, lines)) == 60
    assert any(line.endswith("…") for line in lines)


def test_the_list_as_json(command: Command) -> None:
    code, out, err = command("corpora", "list", "--json")
    assert (code, err) == (0, "")
    listed = {one["name"]: one for one in json.loads(out)}
    assert list(listed) == [one.name for one in KNOWN]
    assert listed["tide"] == {
        "name": "tide",
        "title": "潮水的故事",
        "language": "any",
        "kind": "text",
        "licence": "MIT",
        "good_for": "Tests.",
        "size": "small",
        "generated": False,
        "public": False,
        "present": True,
    }
    assert (listed["mnist"]["public"], listed["mnist"]["present"]) == (True, False)


def test_a_text_is_shown_by_lines(command: Command) -> None:
    code, out, err = command("corpora", "show", "tide", "--lines", "3")
    assert (code, err) == (0, "")
    assert out.splitlines() == ["潮水的故事 (any, small, MIT)", "Tests.", "", *TEXT.split("\n")[:3]]


def test_a_long_line_goes_on_below() -> None:
    shown = list(beginning("text", TEXT, 2, 20))
    assert max(map(cell_width, shown)) <= 20
    assert "".join(shown) == "".join(TEXT.split("\n")[:2])
    assert list(beginning("text", "汉字汉", None, 5)) == ["汉字", "汉"]


def test_tags_stand_beneath_their_words() -> None:
    assert list(beginning("tagged", SENTENCES, None, 80)) == [
        "the  tide  rises",
        "DET  NOUN  VERB",
        "",
        "潮水  退",
        "NOUN  VERB",
    ]
    assert list(beginning("entities", SENTENCES, 1, 12)) == [
        "the  tide",
        "DET  NOUN",
        "rises",
        "VERB",
    ]


@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize("kind", ["pairs", "labelled"])
def test_pairs_stand_in_two_columns(kind: str, width: int) -> None:
    pairs = [("one", "un"), ("a very long sentence of many words", "汉字" * 20), ("x", "")]
    shown = list(beginning(kind, pairs, None, width))
    assert len(shown) == 3
    assert max(map(cell_width, shown)) <= width
    places = {line.index("un") for line in shown if "un" in line}
    assert all(shown[0][place - 1] == " " for place in places)


def test_digits_are_drawn_in_half_blocks(command: Command) -> None:
    out = command("corpora", "show", "strokes").out
    picture = out.split("\n\n", 1)[1]
    assert picture == "1       7       1\n  ▄       ▄       ▄\n  ▀       ▀       ▀\n"
    assert list(half_blocks(numpy.ones((3, 2), dtype=bool))) == ["██", "▀▀"]


def test_digits_that_do_not_fit_go_on_below() -> None:
    assert list(beginning("digits", (IMAGES, LABELS), None, 14)) == [
        "1       7",
        "  ▄       ▄",
        "  ▀       ▀",
        "",
        "1",
        "  ▄",
        "  ▀",
    ]


@pytest.mark.parametrize("width", [30, 80])
def test_a_series_is_drawn_as_a_curve(width: int) -> None:
    shown = list(beginning("series", WAVE, None, width))
    assert max(map(cell_width, shown)) <= width
    assert "step" in shown[-1]
    assert any("⠀" <= character <= "⣿" for line in shown for character in line)


def test_every_kind_can_be_shown_as_json(command: Command) -> None:
    assert set(USUAL_COUNT) == set(KINDS)
    shown = {
        name: json.loads(command("corpora", "show", name, "--json", "--lines", "2").out)
        for name in ("tide", "tags", "reviews", "strokes", "wave")
    }
    assert shown["tide"]["beginning"] == TEXT.split("\n")[:2]
    assert shown["tags"]["beginning"][1] == [["潮水", "NOUN"], ["退", "VERB"]]
    assert shown["reviews"]["beginning"] == [["not bad", "good"], ["dull", "bad"]]
    assert shown["strokes"]["beginning"][1] == {"label": 7, "pixels": IMAGES[1].tolist()}
    assert shown["wave"]["beginning"] == WAVE[:2].tolist()
    assert shown["wave"]["title"] == "A wave"
    assert plain_beginning("text", "one\n\ntwo", None) == ["one", "", "two"]


def test_showing_what_is_not_here_says_how_to_get_it(command: Command) -> None:
    code, out, err = command("corpora", "show", "names")
    assert (code, out) == (2, "")
    assert err == (
        "Error: names is not on this machine yet; get it with: microgradseq corpora fetch names\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fetch", "mnits"), "there is no public corpus 'mnits'; did you mean mnist?"),
        (("fetch", "names", "tide"), "tide comes along, so there is nothing to fetch"),
        (("fetch",), "NAME... is missing; see microgradseq corpora fetch --help"),
        (("shw",), "there is no command 'shw'; did you mean show?"),
    ],
)
def test_bad_input(command: Command, arguments: tuple[str, ...], message: str) -> None:
    assert command("corpora", *arguments) == (2, "", f"Error: {message}\n")


@pytest.mark.parametrize("name", ["list", "show", "fetch"])
def test_every_help_has_an_example(command: Command, name: str) -> None:
    last = command("corpora", name, "--help").out.splitlines()[-1]
    assert last.startswith(f"  Example: microgradseq corpora {name}")
    assert f"  {name}" in command("corpora").out


@pytest.fixture
def bringing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException | None], None]:
    """Let fetching tell some progress and then end, well or badly."""

    def end_with(error: BaseException | None) -> None:
        def bring(name: str, progress: Callable[[int, int | None], None]) -> Path:
            progress(500, None)
            progress(500, 1000)
            if error is not None:
                raise error
            return Path("/cache", name)

        monkeypatch.setattr(fetching, "fetch", bring)

    return end_with


End = Callable[[BaseException | None], None]


def test_fetching_prints_where_things_are(command: Command, bringing: End) -> None:
    bringing(None)
    assert command("corpora", "fetch", "names", "mnist", "names") == (
        0,
        f"names: {Path('/cache/names')}\nmnist: {Path('/cache/mnist')}\n",
        "",
    )
    listed = json.loads(command("corpora", "fetch", "names", "--json").out)
    assert listed == [{"name": "names", "path": str(Path("/cache/names"))}]


def test_a_terminal_gets_a_progress_bar(
    command: Command, bringing: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    bringing(None)
    monkeypatch.setenv("FORCE_COLOR", "1")
    code, out, err = command("corpora", "fetch", "names")
    assert (code, out) == (0, f"names: {Path('/cache/names')}\n")
    assert "names" in err
    assert "0.5/1.0 kB" in err


def test_a_failed_fetch_is_exit_1(command: Command, bringing: End) -> None:
    bringing(FetchError("cannot reach the server"))
    code, out, err = command("corpora", "fetch", "names")
    assert (code, out, err) == (1, "", "Error: cannot reach the server\n")


def test_an_interrupted_fetch_says_that_it_can_go_on(command: Command, bringing: End) -> None:
    bringing(KeyboardInterrupt())
    code, out, err = command("corpora", "fetch", "names")
    assert (code, out) == (130, "")
    assert err == (
        "What came of names so far is kept; run the same command again to continue.\nInterrupted.\n"
    )

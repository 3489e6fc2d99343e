"""What holds for every lab: it can be listed, drawn, repeated, and refuses nonsense in one line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from threading import Thread, current_thread
from xml.etree import ElementTree

import numpy
import pytest

from microgradseq import no_grad, tensor
from microgradseq.cells import cell_width
from microgradseq.charts.heat_map import HeatMap
from microgradseq.errors import UserError
from microgradseq.labs.drawing import draw_figures, figures_svg
from microgradseq.labs.figures import Chart, Figure, Heat, Path, Plane, Series, Table, Text, plain
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.labs.registry import LABS, SUMMARIES, lab
from microgradseq.labs.session import Session
from microgradseq.labs.writing import lab_file, write_lab

FORMULA_WIDTH = 80
TIMED = re.compile(r"_(us|ms|s|seconds)(_|$)")


@pytest.mark.parametrize("name", LABS)
def test_a_lab_says_what_it_is(name: str) -> None:
    found = LABS[name]
    assert found.name == name
    assert found.title
    assert not found.title.endswith(".")
    assert len(found.words) == 2
    assert all(100 < len(paragraph) < 900 for paragraph in found.words)
    assert all(cell_width(line) <= FORMULA_WIDTH for line in found.formula.splitlines())
    assert found.command(found.settings()) == f"microgradseq lab {name}"


@pytest.mark.parametrize("name", LABS)
def test_every_parameter_is_whole(name: str) -> None:
    for parameter in LABS[name].parameters:
        assert parameter.checked(parameter.default) == parameter.default
        assert parameter.read(parameter.write(parameter.default)) == parameter.default
        assert re.fullmatch(r"[a-z][a-z0-9_]*", parameter.name)
        assert parameter.limits


@pytest.mark.parametrize("name", LABS)
def test_the_first_frames_fit_a_terminal_and_repeat_themselves(name: str) -> None:
    found = LABS[name]
    once, again = (list(islice(found.simulate(found.settings()), 2)) for _ in range(2))
    for frame, same in zip(once, again, strict=True):
        assert 0 <= frame.progress <= 1
        assert frame.figures
        lines = draw_figures(frame.figures, 80)
        assert max(cell_width("".join(run.text for run in line)) for line in lines) <= 80
        assert frame.words
        assert "\n" not in frame.words
        assert frame.numbers.keys() == same.numbers.keys()
        for key, number in frame.numbers.items():
            if not isinstance(number, str) and not TIMED.search(key):
                assert numpy.allclose(number, same.numbers[key], equal_nan=True), key
    assert once[0].progress <= once[1].progress
    ElementTree.fromstring(figures_svg(found.title, once[-1].figures))


def test_the_registry_keeps_the_order_and_knows_neighbours() -> None:
    assert [name for name in SUMMARIES if name in LABS] == list(LABS)
    with pytest.raises(UserError, match=r"^there is no lab 'hopfeild'; did you mean hopfield\?$"):
        lab("hopfeild")
    with pytest.raises(KeyError):
        LABS["registry"]


def _counting(settings: Settings) -> Iterator[Frame]:
    chance = numpy.random.default_rng(settings.seed)
    for place in range(1, settings.frames + 1):
        number = float(chance.random())
        yield Frame(f"frame {place}", _figures(), {"number": number}, place / settings.frames)
    if settings.fails:
        raise UserError("it was to fail")


def _figures() -> tuple[Figure, ...]:
    x = numpy.arange(5.0)
    return (
        Chart("A curve 曲线", (Series("up", x, x), Series("down", x, -x)), y_name="height"),
        Plane("A ring", (Path("ring", numpy.cos(x), numpy.sin(x)), Path("dots", x, x, dots=True))),
        Heat("A matrix", HeatMap([[1.0, -1.0], [math.nan, 0.0]], ["a", "b"], ["x", "y"])),
        Table("Some numbers", ("name", "number"), (("甲", 1.0), ("b", 22.5)), marked=(0,)),
        Text("Words", "one\ntwo & <three>"),
    )


COUNTING = Lab(
    "counting",
    "Counting",
    ("One.", "Two."),
    "n + 1",
    (
        Parameter("frames", "how many", 3, 1, 50),
        Parameter("fails", "whether it fails", False),
        Parameter("name", "any", "x", high=4),
        Parameter("share", "a share", 0.5, 0.0, 1.0),
        Parameter("seed", "of chance", 0, 0),
    ),
    _counting,
)


@pytest.mark.parametrize("width", [20, 40, 62, 80, 100, 120])
def test_figures_fit_their_width(width: int) -> None:
    lines = draw_figures(_figures(), width, 30)
    assert max(cell_width("".join(run.text for run in line)) for line in lines) <= width
    assert {run.role for line in lines for run in line} >= {"name", "curve-0", "muted"}


def test_figures_that_fit_stand_beside_each_other() -> None:
    wide = plain(draw_figures(_figures(), 100)).splitlines()
    assert re.match(r"A curve 曲线 \(height\) +A ring$", wide[0])
    narrow = plain(draw_figures(_figures(), 80)).splitlines()
    assert narrow[0] == "A curve 曲线 (height)"


def test_a_page_of_svg_is_well_formed() -> None:
    page = figures_svg("All & everything", _figures())
    root = ElementTree.fromstring(page)
    assert len([each for each in root if each.tag.endswith("svg")]) == 5
    assert {"one", "two & <three>", "A matrix"} <= {each.text for each in root.iter()}


def test_a_session_goes_to_the_end_and_can_fail() -> None:
    session = Session(COUNTING, COUNTING.settings(frames=2))
    assert [session.advance() for _ in range(4)] == [True, True, False, False]
    assert session.finished
    assert session.trouble == ""
    failing = Session(COUNTING, COUNTING.settings(frames=1, fails=True))
    assert [failing.advance() for _ in range(2)] == [True, False]
    assert failing.trouble == "it was to fail"
    assert failing.frame is not None


def test_a_session_goes_on_in_any_thread_and_ends_when_told() -> None:
    ended: list[str] = []

    def holding(_: Settings) -> Iterator[Frame]:
        try:
            with no_grad():
                yield from (Frame(str(place), ()) for place in range(5))
        finally:
            ended.append(current_thread().name)

    session = Session(replace(COUNTING, simulate=holding), COUNTING.settings())
    for name in ("one", "two"):
        thread = Thread(target=session.advance, name=name)
        thread.start()
        thread.join()
    assert session.seen == 2
    assert tensor([1.0], requires_grad=True).exp().requires_grad
    session.close()
    assert ended == [current_thread().name]
    assert not session.advance()


def test_seeds_repeat_and_differ() -> None:
    numbers = [COUNTING.run(COUNTING.settings(seed=seed)).numbers for seed in (1, 1, 2)]
    assert numbers[0] == numbers[1] != numbers[2]


def test_files(tmp_path: object) -> None:
    from pathlib import Path as FilePath

    folder = FilePath(str(tmp_path))
    settings = COUNTING.settings(name="a b")
    frame = next(islice(COUNTING.simulate(settings), 1))
    assert "microgradseq lab counting --name 'a b'" in lab_file(COUNTING, settings, frame, ".txt")
    write_lab(COUNTING, settings, frame, folder / "a.json")
    assert '"number": 0.6' in (folder / "a.json").read_text(encoding="utf-8")
    with pytest.raises(UserError, match="is there already; choose another name"):
        write_lab(COUNTING, settings, frame, folder / "a.json")
    with pytest.raises(UserError, match="cannot be written: No such file"):
        write_lab(COUNTING, settings, frame, folder / "missing" / "a.svg")
    with pytest.raises(UserError, match=r"a\.png: the name must end in \.svg, \.txt or \.json"):
        write_lab(COUNTING, settings, frame, folder / "a.png")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("frames", "many", "frames must be a whole number, not 'many'"),
        ("frames", "51", "frames must be at least 1 and at most 50, not 51"),
        ("fails", "perhaps", "fails must be yes or no, not 'perhaps'"),
        ("name", "longer", "name must be a text of at most 4 characters, not 'longer'"),
        ("share", "nan", "share must be at least 0 and at most 1, not nan"),
        ("share", "1e999", "share must be at least 0 and at most 1, not inf"),
        ("seed", "-1", "seed must be at least 0, not -1"),
        ("sed", "1", "the lab counting has no parameter 'sed'; did you mean seed?"),
    ],
)
def test_bad_values_are_refused_in_one_line(name: str, text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        COUNTING.read({name: text})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("parameter", "value", "up", "down"),
    [
        (Parameter("a", "", 4.5, -20.0, 20.0), 4.5, 4.6, 4.4),
        (Parameter("a", "", 0.2, 0.0, 1.0), 1.0, 1.0, 0.9),
        (Parameter("a", "", 0.0), 0.0, 0.1, -0.1),
        (Parameter("a", "", 1000, 50, 2000), 1000, 1100, 900),
        (Parameter("a", "", 3, 1), 1, 2, 1),
        (Parameter("a", "", False), False, True, True),
        (Parameter("a", "", "x", choices=("x", "y", "z")), "x", "y", "z"),
        (Parameter("a", "", "words"), "words", "words", "words"),
    ],
)
def test_values_move_like_a_slider(
    parameter: Parameter, value: object, up: object, down: object
) -> None:
    assert parameter.nudged(value, 1) == up
    assert parameter.nudged(value, -1) == down

"""The lessons: every state opens, every number is the engine's, every answer is right."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from microgradseq.errors import UserError
from microgradseq.lessons.contents import contents
from microgradseq.lessons.languages import LANGUAGES
from microgradseq.lessons.lesson import LESSONS, LessonError, Paragraph, lesson_named, parse, share
from microgradseq.lessons.lesson_file import open_all, read
from microgradseq.lessons.quantities import fill, number_of, unfilled
from microgradseq.lessons.shown import shown_time, shown_walk
from microgradseq.lessons.time_state import TimeState

ROOT = Path(__file__).parent.parent.parent
PLACES = [
    (name, number)
    for name in LESSONS
    for number in range(1, len(lesson_named(name).paragraphs) + 1)
]
TO_TRY = {"en": "Something to try", "zh": "试一试"}


def states_of_bptt() -> list[float]:
    states, s = [], 0.2
    for x in (1.0, -0.5, 0.8, 0.3):
        s = math.tanh(0.6 * x + 0.9 * s)
        states.append(s)
    return states


# Worked out on paper, by formulas that have nothing to do with the graph.
ANSWERS = {
    ("graph", 9): 1.0,
    ("chain-rule", 6): 2 * 2 / 3,
    ("chain-rule", 12): 9 * 3**2,
    ("paths", 3): 27.0,
    ("paths", 9): 2.0 + 1.0,
    ("neuron", 5): 0.0,
    ("neuron", 11): math.exp(0.5) / (math.exp(1) + math.exp(2) + math.exp(0.5)),
    ("rnn", 8): 0.9 * (1 - states_of_bptt()[2] ** 2),
    ("gates", 6): 1.0,
    ("gates", 9): 1 / (1 + math.exp(-0.95)) ** 2,
}


def paragraph(name: str, number: int) -> Paragraph:
    return lesson_named(name).paragraphs[number - 1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_whole(name: str, language: str) -> None:
    lesson = lesson_named(name, language)
    assert lesson.language == language
    open_all(lesson)
    assert 8 <= len(lesson.paragraphs) <= 14
    assert lesson.minutes > 0
    assert TO_TRY[language] in lesson.paragraphs[-1].text
    for one in lesson.paragraphs:
        assert 2 <= len(re.findall(r"[.?!](?=\s|$|”)|[。？！]", one.text)) <= 6
        assert not re.search(r"\{\w+[:}]", one.text + one.asked)
        assert one.shown.share


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "number"), PLACES)
def test_numbers_are_the_engines(name: str, number: int, language: str) -> None:
    one = lesson_named(name, language).paragraphs[number - 1]
    plain = unfilled(one.written + one.question)
    # a result, or a number with a decimal point, is never written by hand
    assert re.findall(r"\d\.\d", plain) == []
    assert re.findall(r"(?<![\w)]) = [−-]?[02-9]\b(?!·)", plain) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "number"), PLACES)
def test_a_translation_tells_the_same_numbers(name: str, number: int, language: str) -> None:
    told = lesson_named(name, language).paragraphs[number - 1]
    original = paragraph(name, number)
    assert set(re.findall(r"\{.*?\}", told.written)) == set(
        re.findall(r"\{.*?\}", original.written)
    )
    assert told.answer == original.answer
    assert told.shown.share == original.shown.share


def test_every_answer_is_right() -> None:
    asked = {place for place in PLACES if paragraph(*place).question}
    assert asked == set(ANSWERS)
    for place, right in ANSWERS.items():
        one = paragraph(*place)
        assert one.solution == pytest.approx(right)
        assert one.check(repr(right)).right
        wrong = one.check(repr(right + 1))
        assert not wrong.right
        assert wrong.words
        assert not one.check("what").right


def test_the_picture_shows_what_the_text_says() -> None:
    first, second = paragraph("chain-rule", 9).shown, paragraph("chain-rule", 10).shown
    s = first.graph.find("s").id
    assert (first.totals[s], second.totals[s]) == (12.0, 36.0)
    assert first.active_node == s == first.mark
    edited = paragraph("graph", 6)
    assert edited.shown.graph.find("e").value == 8.0
    assert "With a = 3 instead of 2, c becomes 4 and e becomes 8" in edited.text
    assert paragraph("graph", 7).shown.graph.find("e").value == 6.0
    forward = paragraph("paths", 8).shown
    assert forward.flow == "tangent"
    swept = paragraph("rnn", 11).shown
    assert swept.network is not None
    assert swept.number == swept.network.end_of(3)
    assert paragraph("gates", 4).shown.words.startswith("step ")
    assert paragraph("rnn", 11).shown.words.startswith("t = 3 'h'")


def test_quantities() -> None:
    shown = shown_walk("branches", {}, step="last")
    wanted = {
        "value:z": 24,
        "derivative:s": 36,
        "derivative:y,s": 3,
        "local:x,s": 4,
        "total:s": 36,
        "paths:s": 2,
        "sum:s": 36,
        "nodes": 6,
        "steps": 5,
        "contribution": 24,
        "upstream": 6,
        "slope": 4,
        "compute:D_s-x": 32,
    }
    assert {each: number_of(each, shown) for each in wanted} == wanted
    assert fill("{value:z} and {compute:-x}", shown) == "24 and −4"
    # the norms of the sweep, and the shares of W_hh, against the network's own
    network = shown_time(TimeState.parse("time lstm tea"), None)
    assert network.network is not None
    c = network.network.state_gradients[1]
    assert number_of("gradient:c,1", network) == c.norms[1]
    assert number_of("adds:2", network) == network.network.weight("weight_hh_l0").norms[2]


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ("worth:z", "none of value"),
        ("value:q", 'no node is named "q"'),
        ("value:z,s", "the wrong count of names"),
        ("before:z", "needs an edit"),
        ("total:s", "has not reached s"),
        ("contribution", "not started"),
        ("local:z,s", "no edge leads from s to z"),
        ("gradient:1", "network in time"),
        ("adds:1", "network in time"),
    ],
)
def test_quantities_that_cannot_be(quantity: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        number_of(quantity, shown_walk("branches", {}))


GOOD = 'title = "One"\nminutes = 3\n[[paragraph]]\ntarget = "product"\ntext = "First."\n'
NEXT = '[[paragraph]]\ntext = "Second."\n'


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("minutes = [", r"en/one\.toml: "),
        ('[[paragraph]]\nmark = "c"\n', "paragraph 2: it has no text"),
        (NEXT + "colour = 3\n", "paragraph 2: 'colour' is none of text"),
        (NEXT + 'at = "a"\n', "paragraph 2: at cannot be 'a'"),
        (NEXT + 'mode = "sideways"\n', "paragraph 2: mode is reverse or forward"),
        (NEXT + 'question = "Why?"\n', "paragraph 2: a question needs an answer"),
        (NEXT + 'mark = "q"\n', 'paragraph 2: no node is named "q"'),
        (NEXT + "step = 99\n", "paragraph 2: the walk has steps 0 to 5, not 99"),
        (NEXT + 'node = "1"\n', "paragraph 2: the walk never reaches 1"),
        (NEXT + 'time = "time rnn ab"\nsweep = 2\n', "paragraph 2: the sweep has time steps 0"),
        (NEXT + 'question = "?"\nanswer = "value:q"\n', "paragraph 2: no node"),
        ('[[paragraph]]\ntarget = "prodct"\ntext = "So."\n', "paragraph 2: there is no example"),
    ],
)
def test_a_faulty_file_is_named(tmp_path: Path, more: str, words: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "one.toml").write_text(GOOD + more, encoding="utf-8")
    with pytest.raises(LessonError, match=words) as told:
        open_all(read("one", "en", tmp_path))
    assert str(told.value).startswith("en/one.toml")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ('text = "一。"\n', "it has not as many paragraphs as the English lesson"),
        ('text = "一。"\n[[paragraph]]\ntext = "二。"\n', "paragraph 2: it says text, question"),
        ('text = "一。"\nstep = 2\n[[paragraph]]\ntext = "二。"\n', "paragraph 1: it says text"),
        ("text = [", "zh/one.toml: "),
    ],
)
def test_a_translation_has_the_words_of_its_lesson_and_no_more(
    tmp_path: Path, words: str, fault: str
) -> None:
    for language in ("en", "zh"):
        (tmp_path / language).mkdir()
    asked = NEXT + 'question = "How many?"\nanswer = "nodes"\n'
    (tmp_path / "en" / "one.toml").write_text(GOOD + asked, encoding="utf-8")
    translation = f'title = "一"\n[[paragraph]]\n{words}'
    (tmp_path / "zh" / "one.toml").write_text(translation, encoding="utf-8")
    with pytest.raises(LessonError, match=fault):
        read("one", "zh", tmp_path)


def test_lines_are_joined_as_the_language_does(tmp_path: Path) -> None:
    for language, text in (("en", "One\ntwo."), ("zh", "一\n二。\ny 三 y\n四，\n五")):
        (tmp_path / language).mkdir()
        more = (
            'minutes = 1\n[[paragraph]]\ntarget = "product"\n'
            if language == "en"
            else ("[[paragraph]]\n")
        )
        written = f'title = "1"\n{more}text = """{text}"""\n'
        (tmp_path / language / "one.toml").write_text(written, encoding="utf-8")
    assert read("one", "en", tmp_path).paragraphs[0].text == "One two."
    assert read("one", "zh", tmp_path).paragraphs[0].text == "一二。y 三 y 四，五"


def test_what_a_paragraph_takes_over(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    first = GOOD + "at = { a = 5.0 }\nedit = { b = 2.0 }\n"
    text = first + NEXT + '[[paragraph]]\ntarget = "chain"\ntext = "Third."\n'
    (tmp_path / "en" / "one.toml").write_text(text, encoding="utf-8")
    lesson = read("one", "zh", tmp_path)
    assert lesson.language == "en"
    one, two, three = lesson.paragraphs
    assert one.shown.graph.find("e").value == (5 + 2) * (2 + 1)
    assert two.shown.graph.find("e").value == (5 + 1) * (1 + 1)
    assert three.shown.graph.find("z").value == math.log(9)


def test_the_lesson_in_the_documents_can_be_read(tmp_path: Path) -> None:
    page = (ROOT / "docs/adding_a_lesson.md").read_text(encoding="utf-8")
    (tmp_path / "en").mkdir()
    text = page[page.index("```toml\n") + 8 : page.index("\n```", page.index("```toml"))]
    (tmp_path / "en" / "two.toml").write_text(text, encoding="utf-8")
    first, last = read("two", "en", tmp_path).paragraphs
    assert first.text == "Here e = a·b = 2, and b is added once more: f = 3."
    assert last.text == "Walked back to its end: b received 3."
    assert last.check("1").right


def test_sharing() -> None:
    for name, number in PLACES:
        assert parse(share(name, number - 1)) == (name, number - 1)
    assert parse("lesson gates") == ("gates", 0)
    for line in (
        "lesson",
        "lesson rnn 0",
        "lesson rnn 99",
        "lesson rnn x",
        "lesson rnn 1 2",
        "rnn",
    ):
        with pytest.raises(UserError):
            parse(line)
    with pytest.raises(UserError, match="there is no lesson 'cooking'"):
        lesson_named("cooking")


def test_the_contents_open() -> None:
    entries = contents()
    assert [entry.group for entry in entries].count("example") == 12
    assert len({entry.line for entry in entries}) == len(entries) == 6 + 12 + 5
    for entry in entries:
        assert entry.shown.graph.nodes
        assert entry.title
        assert entry.words

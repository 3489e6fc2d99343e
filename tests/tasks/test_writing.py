"""A writing session gives the task's own text, and every place of it can be changed."""

from __future__ import annotations

import numpy
import pytest

from microgradseq import manual_seed
from microgradseq.data.errors import DataError
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.tasks.language import LanguageTask
from microgradseq.tasks.sampling import chances
from microgradseq.tasks.settings import Settings
from microgradseq.tasks.task import SampleRequest
from microgradseq.tasks.writing import MOST, WritingSession

TEXT = "To be, or not to be: that is the question. 时间机器\n"
UNITS = {
    "characters": Vocabulary.of(TEXT),
    "words": Vocabulary.of(TEXT, "words"),
    "bytes": Vocabulary.of(TEXT, "bytes"),
}


def task(unit: str = "characters", cell: str = "lstm", **changes: object) -> LanguageTask:
    manual_seed(4)
    how = Settings(cell=cell, hidden=6, symbols=unit, dtype="float64").replaced(**changes)
    return LanguageTask.restore(how, {"vocabulary": UNITS[unit].as_dict()})


def drawn(learner: LanguageTask, request: SampleRequest, length: int, seed: int) -> str:
    asked = SampleRequest(request.prefix, length, request.temperature, request.top_k, request.top_p)
    return learner.sample(asked, numpy.random.default_rng(seed))


@pytest.mark.parametrize("unit", ["characters", "words"])
@pytest.mark.parametrize("cell", ["lstm", "rnn", "jordan", "window"])
@pytest.mark.parametrize(
    "request_",
    [
        SampleRequest("to be"),
        SampleRequest(temperature=0.0),
        SampleRequest("not", temperature=0.5, top_k=3, top_p=0.8),
    ],
)
def test_the_text_is_the_tasks_own(unit: str, cell: str, request_: SampleRequest) -> None:
    learner = task(unit, cell)
    session = WritingSession(learner, request_, seed=5)
    for count in (1, 12, 7):
        session.write(count)
    assert session.text == drawn(learner, request_, 20, 5)
    assert "".join(place.text for place in session.places) == session.text


def test_bytes_that_complete_no_character_are_places_too() -> None:
    session = WritingSession(task("bytes"), SampleRequest("时"))
    assert [place.text for place in session.places] == ["", "", "时"]
    session.write(30)
    assert session.text == drawn(session.task, session.request, 30, 0)


def test_a_text_written_backward_reads_forward() -> None:
    learner = task(direction="backward")
    session = WritingSession(learner, SampleRequest("be"), 2)
    session.write(9)
    assert session.text.endswith("be")
    assert session.text == drawn(learner, SampleRequest("be"), 9, 2)


def test_chances_are_the_models_own() -> None:
    learner = task()
    session = WritingSession(learner, SampleRequest("to be"), 1)
    session.write(3)
    letters = learner.vocabulary
    scores, _ = learner.model(letters.encode(session.text)[:, None])
    for place in range(1, 8):
        wanted = chances(scores.plain()[place - 1, 0])
        assert session.places[place].chance == pytest.approx(
            wanted[session.places[place].number], rel=1e-9
        )
        found = session.alternatives(place)
        never = letters.index("<unk>")
        best = [number for number in numpy.argsort(-wanted) if number != never][:5]
        assert [one.number for one in found] == best
        assert [one.chance for one in found] == pytest.approx(wanted[best], rel=1e-9)
    assert session.places[0].chance is None
    assert session.alternatives(0) == ()
    assert len(session.alternatives(8)) == 5


def test_choosing_what_was_drawn_changes_nothing() -> None:
    session = WritingSession(task(), seed=9)
    session.write(30)
    text = session.text
    session.choose(11, session.places[11].number)
    session.write(18)
    assert session.text == text


def test_another_symbol_is_gone_on_from() -> None:
    learner = task()
    session = WritingSession(learner, SampleRequest(temperature=0.0))
    session.write(10)
    other = session.alternatives(4)[1]
    session.choose(4, other.number)
    session.write(5)
    chosen = session.places[4]
    assert (chosen.origin, chosen.chance) == ("chosen", other.chance)
    # the likeliest symbols after the same beginning, which no draw decides
    again = WritingSession(learner, SampleRequest(session.text[:5], temperature=0.0))
    scores, _ = learner.model(numpy.array([*session.hint, *session.numbers[:5]])[:, None])
    assert session.places[5].number == int(scores.plain()[-1, 0, 1:].argmax()) + 1
    assert again.text == session.text[:5]
    with pytest.raises(DataError):
        session.choose(4, 999)


def test_cutting_goes_back_in_the_draws_too() -> None:
    session = WritingSession(task("words"), SampleRequest("to be"), 6)
    session.write(20)
    text = session.text
    session.cut(7)
    assert len(session.places) == 7
    session.write(15)
    assert session.text == text
    with pytest.raises(DataError, match="prefix"):
        session.cut(1)
    assert session.text == text


def test_restarting() -> None:
    session = WritingSession(task(), SampleRequest("to"), 3)
    session.write(5)
    first = session.text
    session.restart(seed=4)
    session.write(5)
    assert session.text != first
    session.restart(seed=3)
    session.write(5)
    assert session.text == first
    with pytest.raises(DataError, match="'€'"):
        session.restart(SampleRequest("€"))
    assert session.text == first


def test_activity_is_that_of_the_layers() -> None:
    for cell, layers in (("lstm", 2), ("mingru", 1)):
        learner = task(cell=cell, layers=layers)
        session = WritingSession(learner, SampleRequest("to be"))
        session.write(4)
        model = learner.model
        outputs, _ = model.recurrent(model.embedded(numpy.array(session.numbers)[:, None]))
        found = session.activity()
        assert found.shape == (9, layers, 6)
        numpy.testing.assert_allclose(found[:, -1], outputs.plain()[:, 0], rtol=1e-9, atol=1e-12)
    assert WritingSession(task(cell="window"), SampleRequest("to")).activity().shape == (2, 0, 0)


def test_a_copy_stays_as_it_was() -> None:
    session = WritingSession(task(), SampleRequest("to"))
    still = session.copy()
    session.write(3)
    assert (len(still.places), len(still.activity()), len(session.activity())) == (2, 2, 5)


def test_a_text_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST > 1000
    monkeypatch.setattr("microgradseq.tasks.writing.MOST", 6)
    session = WritingSession(task(), SampleRequest("to"))
    assert (session.write(10), session.write(10)) == (4, 0)

"""Corpora of installed packages, and sources named by users."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

import microgradseq_corpora
from microgradseq.data import corpora as registered
from microgradseq.data.corpora import GROUP, corpora, corpus
from microgradseq.data.errors import DataError
from microgradseq.data.fetch import PUBLIC
from microgradseq.data.source import load

TINY = replace(microgradseq_corpora.CORPORA[0], name="tiny", read=lambda seed, count: "abc")


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """Entry points that a test adds to those of this project."""
    found: list[EntryPoint] = [
        EntryPoint("microgradseq", "microgradseq_corpora:CORPORA", GROUP),
    ]
    monkeypatch.setattr(registered, "entry_points", lambda group: found if group == GROUP else [])
    registered._found.cache_clear()
    yield found
    registered._found.cache_clear()


def offering(monkeypatch: pytest.MonkeyPatch, value: Any) -> EntryPoint:
    monkeypatch.setitem(sys.modules, "stranger", SimpleNamespace(CORPORA=value))
    return EntryPoint("stranger", "stranger:CORPORA", GROUP)


def test_our_own_and_the_public_corpora_are_there_in_this_order() -> None:
    names = [*(one.name for one in microgradseq_corpora.CORPORA), *(one.name for one in PUBLIC)]
    assert list(corpora()) == names


def test_the_dictionary_may_be_changed_without_harm() -> None:
    corpora().clear()
    assert corpus("dates").kind == "pairs"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(DataError, match="there is no corpus 'date'; did you mean dates"):
        corpus("date")


def test_a_package_adds_its_corpora(
    entries: list[EntryPoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries.append(offering(monkeypatch, (TINY,)))
    assert corpus("tiny").read(0, None) == "abc"


def test_looking_up_happens_once(
    entries: list[EntryPoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "tiny" not in corpora()
    entries.append(offering(monkeypatch, (TINY,)))
    assert "tiny" not in corpora()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no_such_module:CORPORA", "ModuleNotFoundError"),
        ("microgradseq_corpora:NOTHING", "AttributeError"),
        ("microgradseq_corpora.index:LICENCE", "is no Corpus"),
        ("math:pi", "TypeError"),
    ],
)
def test_a_broken_package_costs_a_warning_and_nothing_else(
    entries: list[EntryPoint], value: str, reason: str
) -> None:
    entries.insert(0, EntryPoint("broken", value, GROUP))
    with pytest.warns(UserWarning, match=reason):
        found = corpora()
    assert {"dates", "mnist"} <= found.keys()


def test_a_name_that_is_taken_stays_with_the_first(
    entries: list[EntryPoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries.append(offering(monkeypatch, (replace(TINY, name="dates"),)))
    with pytest.warns(UserWarning, match="'dates', a name that is taken"):
        assert corpora()["dates"].kind == "pairs"


def test_a_source_may_be_a_corpus_or_left_to_the_default() -> None:
    data, title = load("sine", "series", "mackey-glass", seed=3, count=5)
    assert title == "Noisy sine"
    numpy.testing.assert_array_equal(data, corpus("sine").read(3, 5))
    assert load(None, "series", "mackey-glass", count=2)[1] == "Mackey–Glass series"


def test_a_corpus_is_found_by_the_name_that_it_had() -> None:
    assert corpus("the-sorry-hand") is corpus("story")
    assert load("the-sorry-hand", "text", "tunes") == load("story", "text", "tunes")
    assert "the-sorry-hand" not in corpora()


def test_a_corpus_of_another_kind_is_refused_with_both_kinds() -> None:
    with pytest.raises(DataError, match=r"'dates' is of kind 'pairs', but 'text' is .*brackets"):
        load("dates", "text", "story")


def test_a_file_wins_where_it_exists_has_a_suffix_or_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brackets").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("inner", encoding="utf-8")
    assert load("brackets", "text", "brackets") == ("mine", "brackets")
    assert load("folder/a", "text", "brackets") == ("inner", "a")
    assert load(None, "text", "brackets", count=2)[1] == "Balanced brackets"
    with pytest.raises(DataError, match=r"tunes\.txt"):
        load("tunes.txt", "text", "brackets")


def test_an_unknown_source_is_answered_with_corpora_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tune.abc").write_text("X:1", encoding="utf-8")
    with pytest.raises(DataError, match=r"the corpus 'tunes' or .*the file 'tune\.abc'"):
        load("tune", "text", "brackets")
    for nothing in ("", "qqqqqqqq"):
        with pytest.raises(DataError, match=r"no corpus and no file .*; corpora: story,"):
            load(nothing, "text", "brackets")

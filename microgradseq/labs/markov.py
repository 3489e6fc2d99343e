"""Markov models of a text: how much the last few symbols tell, forwards and backwards."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy
from numpy.typing import NDArray

from microgradseq.charts.columns import Series
from microgradseq.data.errors import DataError
from microgradseq.data.ngrams import KneserNey, uniform
from microgradseq.data.source import load
from microgradseq.data.vocabulary import Vocabulary
from microgradseq.errors import UserError
from microgradseq.labs.figures import Chart, Figure, Table, Text
from microgradseq.labs.frequencies import Frequencies
from microgradseq.labs.lab import Frame, Lab
from microgradseq.labs.parameter import Parameter, Settings
from microgradseq.numbers import readable

Indices = NDArray[numpy.int64]

HIGHEST = 5
TRAINED_ON = 0.9
MOST_SYMBOLS = 400_000
"""A longer text is cut: counts of five symbols take memory."""
FEWEST_SYMBOLS = 1_000
BLANK = "·"


class Source:
    """A text as numbers, in two parts.

    Arguments:
        name: a corpus or a file; UserError if it is neither.
    """

    def __init__(self, name: str) -> None:
        text, self.title = load(name or None, "text", "story")
        text = text[:MOST_SYMBOLS]
        if len(text) < FEWEST_SYMBOLS:
            raise DataError(f"{self.title}: {len(text)} characters are too few to count in")
        self.vocabulary = Vocabulary.of(text)
        indices = self.vocabulary.encode(text).astype(numpy.int64)
        border = int(len(indices) * TRAINED_ON)
        self.train: Indices = indices[:border]
        self.test: Indices = indices[border:]

    @property
    def symbols(self) -> int:
        """How many symbols there are, V."""
        return len(self.vocabulary)


def perplexity(probabilities: NDArray[numpy.float64]) -> float:
    """e to the mean of −ln p: infinite as soon as something that came had probability 0.

    Arguments:
        probabilities: of what came, (M,).

    >>> perplexity(numpy.array([1.0, 1.0])), perplexity(numpy.array([0.25] * 3))
    (1.0, 4.0)
    >>> perplexity(numpy.array([1.0, 0.0]))
    inf
    """
    if (probabilities == 0).any():
        return math.inf
    return float(numpy.exp(-numpy.log(probabilities).mean()))


def of_order(source: Source, n: int) -> dict[str, float]:
    """What n-grams make of a text.

    Arguments:
        source: the text.
        n: 0 for knowing nothing, 1 for single symbols, and so on.
    Returns:
        "train" and "held_out" by bare counts, "smoothed" and "backward" by Kneser–Ney counts read
        forwards and backwards, "never" the share of held-out symbols that counts exclude, "table"
        how many numbers a full table would have, "seen" how many n-grams there were.
    """
    symbols = source.symbols
    if n == 0:
        nothing = math.exp(uniform(symbols))
        same = dict.fromkeys(("train", "held_out", "smoothed", "backward"), nothing)
        return {**same, "never": 0.0, "table": 1, "seen": 1}
    counts = Frequencies(source.train, n, symbols)
    train = counts.probabilities(numpy.concatenate([source.train, source.train[: n - 1]]))
    held_out = counts.probabilities(source.test)
    smoothed = KneserNey(source.train, n, symbols)
    backward = KneserNey(source.train[::-1], n, symbols)
    return {
        "train": perplexity(train),
        "held_out": perplexity(held_out),
        "smoothed": math.exp(smoothed.nats(source.test)),
        "backward": math.exp(backward.nats(source.test[::-1])),
        "never": float((held_out == 0).mean()),
        "table": symbols**n,
        "seen": counts.seen,
    }


def factorisations(source: Source, n: int = 3) -> float:
    """How far p(x₁…xₙ) is from its two products of conditional probabilities, at most.

    Arguments:
        source: the text.
        n: how many symbols.
    Returns:
        The larger of the two relative differences; rounding alone makes it other than 0.
    """
    text, symbols = source.train, source.symbols
    joint = Frequencies(text, n, symbols).joint(text)
    worst = 0.0
    for read, whole in ((text, joint), (text[::-1], joint[::-1])):
        product = numpy.ones(len(joint))
        for length in range(1, n + 1):
            known = Frequencies(read, length, symbols).probabilities(read)
            product = product * known[: len(joint)]
        worst = max(worst, float(numpy.max(numpy.abs(product / whole - 1))))
    return worst


def written(source: Source, n: int, length: int, seed: int) -> str:
    """A text drawn from n-grams.

    Arguments:
        source: what they were counted in.
        n: 0 for symbols drawn blindly.
        length: how many symbols.
        seed: of the draws.
    """
    random = numpy.random.default_rng(seed)
    symbols = source.symbols
    model = KneserNey(source.train, n, symbols) if n else None
    drawn: list[int] = []
    for _ in range(length):
        likely = numpy.full(symbols, 1 / symbols)
        if model is not None:
            likely = model.distribution(drawn[-(n - 1) :] if n > 1 else [])
        drawn.append(int(random.choice(symbols, p=likely / likely.sum())))
    return source.vocabulary.decode(drawn).replace("\n", BLANK)


def simulate(settings: Settings) -> Iterator[Frame]:
    """One order a frame, then both factorisations."""
    source = Source(settings.text)
    found: list[dict[str, float]] = []
    texts: list[str] = []
    for n in range(settings.order + 1):
        found.append(of_order(source, n))
        texts.append(f"{n}  {written(source, n, settings.length, settings.seed)}")
        words = f"n = {n}: held-out perplexity {readable(found[-1]['smoothed'])}"
        figures = _figures(found, texts)
        yield Frame(words, figures, _numbers(source, found), (n + 1) / (settings.order + 3))
    numbers = _numbers(source, found)
    numbers["factorisation_difference"] = factorisations(source)
    words = "both factorisations give the same joint probability; prediction is as hard either way"
    yield Frame(words, (*_figures(found, texts), _landmarks(source, numbers)), numbers)


def _numbers(source: Source, found: list[dict[str, float]]) -> dict[str, Any]:
    told: dict[str, Any] = {"symbols": source.symbols}
    for name in ("smoothed", "backward", "train", "held_out", "never", "table", "seen"):
        told[name] = [each[name] for each in found]
    return told


def _figures(found: list[dict[str, float]], texts: list[str]) -> tuple[Figure, ...]:
    orders = numpy.arange(len(found), dtype="float64")
    curves = tuple(
        Series(title, orders, numpy.array([each[name] for each in found]))
        for title, name in (
            ("training text, bare counts", "train"),
            ("held-out text, smoothed", "smoothed"),
            ("the same backwards", "backward"),
        )
    )
    rows = [
        (
            str(n),
            each["table"],
            each["seen"],
            each["train"],
            each["held_out"],
            f"{each['never']:.1%}",
            each["smoothed"],
            each["backward"],
        )
        for n, each in enumerate(found)
    ]
    headings = ("n", "|V|ⁿ", "seen", "training", "held out", "never seen", "smoothed", "backwards")
    return (
        Chart("Perplexity against n", curves, x_name="n", log=True),
        Table("Perplexities, and how many numbers a table of n-grams has", headings, rows),
        Text(f"Texts drawn from each n ({BLANK} is a new line)", "\n".join(texts)),
    )


def _landmarks(source: Source, numbers: dict[str, Any]) -> Table:
    sure, zero = numpy.ones(4), numpy.array([0.9, 0.0])
    rows = (
        ("every symbol foretold with certainty", perplexity(sure)),
        (f"each of |V| = {source.symbols} symbols equally likely", numbers["smoothed"][0]),
        ("a symbol came that was given probability 0", perplexity(zero)),
        ("largest difference of p(x₁x₂x₃) from its products", numbers["factorisation_difference"]),
    )
    return Table("Landmarks of perplexity, and of factorising", ("what", "value"), rows)


def check(settings: Settings) -> None:
    """Refuse a text that cannot be read."""
    try:
        Source(settings.text)
    except DataError as error:
        raise UserError(str(error)) from None


LAB = Lab(
    "markov",
    "Markov models: the last few symbols",
    (
        "A Markov model of order n − 1 foretells a symbol from the n − 1 symbols before it, by "
        "counting how often each n-gram stands in a text. Longer contexts foretell better, and a "
        "full table grows as |V|ⁿ, while a text shows only a small part of it. Bare counts "
        "therefore fit the training text ever better and give symbols of a new text the "
        "probability 0: the perplexity is infinite. Smoothing (Kneser–Ney) leaves something for "
        "what was never seen. The texts drawn from each n show what it has learned.",
        "The probability of a text is a product of p(x_t | what came before), and just as well a "
        "product of p(x_t | what comes after): both are the same number, so neither direction is "
        "right or wrong. Bare counts are equally surprised both ways to the last digit. Perplexity "
        "has three landmarks: 1 for certainty, |V| for knowing nothing, infinity for having ruled "
        "out what came.",
    ),
    "p(x_t | x_{t−n+1} … x_{t−1}) = c(x_{t−n+1} … x_t) / c(x_{t−n+1} … x_{t−1})\n"
    "p(x₁ … x_T) = Π p(x_t | x₁ … x_{t−1}) = Π p(x_t | x_{t+1} … x_T)\n"
    "perplexity = exp(−1/T Σ ln p(x_t | …))",
    (
        Parameter("text", "a corpus or a text file; empty for The Sorry Hand", "", high=4096),
        Parameter("order", "the longest n", HIGHEST, low=0, high=HIGHEST),
        Parameter("length", "characters drawn from each n", 60, low=1, high=1000),
        Parameter("seed", "seed of the draws", 0, low=0, high=2**31),
    ),
    simulate,
    check,
)

"""Sentences with names of people, places and organisations, made of everyday words."""

from __future__ import annotations

import numpy
from numpy.random import Generator

from microgradseq_corpora.drawing import chance, how_many, pick

Words = list[tuple[str, str]]

USUAL_COUNT = 3_000
# Many first and last names are everyday words, and many last names are also parts of other names.
FIRST = (
    *("Ada", "Amy", "Anna", "Basil", "Bill", "Carol", "Clara", "Daisy", "Dawn", "Dora", "Edwin"),
    *("Faith", "Flora", "Frank", "Grace", "Hazel", "Heather", "Henry", "Hope", "Iris", "Ivy"),
    *("Jack", "Joan", "Joy", "June", "Karl", "Laura", "Leo", "Lily", "Lucy", "Mark", "Martha"),
    *("Max", "May", "Miles", "Nora", "Olive", "Oscar", "Pearl", "Peter", "Rob", "Rose", "Ruby"),
    *("Ruth", "Sandy", "Sue", "Tom", "Vera", "Violet", "Walter", "Will", "Zoe"),
)
LAST = (
    *("Archer", "Ash", "Baker", "Banks", "Bell", "Berry", "Bishop", "Brook", "Bush", "Carter"),
    *("Castle", "Cook", "Cooper", "Cross", "Drake", "Farmer", "Field", "Finch", "Fisher", "Ford"),
    *("Forest", "Fox", "Frost", "Gardener", "Glover", "Green", "Heath", "Hill", "Hunter", "King"),
    *("Knight", "Lake", "Lamb", "Marsh", "Mason", "Miller", "Moore", "Page", "Porter", "Potter"),
    *("Rivers", "Sharp", "Shepherd", "Smith", "Snow", "Stone", "Swift", "Taylor", "Walker"),
    *("Wells", "West", "Winter", "Wood", "Wright", "Young"),
)
TOWNS = (
    *("Alder", "Bath", "Brampton", "Cork", "Deal", "Dunmore", "Elmstead", "Halden", "Lancaster"),
    *("Lincoln", "Marlow", "Nice", "Oakham", "Orford", "Perth", "Reading", "Rye", "Sandwich"),
    *("Sheffield", "Stanton", "Ware", "Westbury", "Whitby", "York"),
)
PLACES = (
    *("{} Bay", "{} Falls", "{} Island", "{} Point", "{} Valley"),
    *("Fort {}", "Lake {}", "Mount {}", "Port {}"),
)
TRADES = ("Airways", "Bank", "Bread", "Glass", "Mills", "Motors", "Paper", "Shipping", "Tools")

# {P}, {L} and {O} become names; everything else is no part of one. Verbs and nouns that are also
# names stand in them in the same shape, above all as the first word.
SENTENCES = (
    *("{P} met {P} in {L} .", "{P} works for {O} .", "{P} left {O} last {month} ."),
    *("{O} will open an office in {L} .", "{O} has bought {O} .", "{O} thanked {P} ."),
    *("{P} of {O} lives near {L} .", "the trains from {L} to {L} were late again ."),
    *("{P} , who runs {O} , was born in {L} .", "in {L} , {P} sold a {thing} to {O} ."),
    *("Will {P} come to {L} in {month} ?", "Will {O} pay {P} ?", "Mark the road to {L} in red ."),
    *(
        "Rose bushes grow all over {L} .",
        "Stone walls keep {L} dry .",
        "Young cooks train at {O} .",
    ),
    *("Hope is all that {O} has left .", "Frank talk helped {P} and {P} .", "Snow fell on {L} ."),
    *("Bill {P} for the {thing} .", "Sue {O} , said {P} .", "Baker wanted by {O} in {L} ."),
    *("Reading by a {thing} is what {P} likes .", "Nice weather came to {L} in {month} ."),
    *("May {P} borrow the {thing} ?", "Miles away , in {L} , the {trade} waited ."),
    *(
        "Winter came early to {L} .",
        "Bank clerks at {O} like {P} .",
        "the {trade} gave {P} a {thing} .",
    ),
    *("a {trade} and a {trade} walked to {L} .", "{P} the {trade} comes from {L} ."),
    *("Lake water is cold in {month} .", "Bath time is over , said {P} ."),
)
THINGS = ("bell", "berry", "castle", "cork", "cross", "fox", "lamb", "pearl", "rose", "stone")
TRADESMEN = ("baker", "bishop", "cook", "farmer", "hunter", "mason", "miller", "potter", "smith")
MONTHS = ("April", "June", "March", "May", "October", "winter")


def named_entities(seed: int, count: int | None = None) -> list[Words]:
    """Sentences with tags B-PER, I-PER, B-LOC, I-LOC, B-ORG, I-ORG and O.

    Most names are put together from words that mean something else elsewhere: "Will Baker" is a
    person, "Will Baker Mills pay" asks about a company, "Baker wanted by …" looks for bread. With
    the usual count most people of the last tenth have full names that do not occur before it.

    Arguments:
        seed: the same seed gives the same sentences.
        count: how many sentences; 3,000 if None.
    Returns:
        Sentences, each a list of (word, tag).

    >>> for word, tag in named_entities(0, 1)[0]:
    ...     print(word, tag)
    the O
    mason O
    gave O
    Laura B-PER
    Drake I-PER
    a O
    bell O
    . O
    """
    random = numpy.random.default_rng(seed)
    return [_sentence(random) for _ in range(how_many(count, USUAL_COUNT))]


def _sentence(random: Generator) -> Words:
    words: Words = []
    for part in pick(random, SENTENCES).split(" "):
        words.extend(_filled(random, part))
    return words


def _filled(random: Generator, part: str) -> Words:
    match part:
        case "{P}":
            return _tagged(_person(random), "PER")
        case "{L}":
            return _tagged(_place(random), "LOC")
        case "{O}":
            return _tagged(_organisation(random), "ORG")
        case "{month}":
            return [(pick(random, MONTHS), "O")]
        case "{thing}":
            return [(pick(random, THINGS), "O")]
        case "{trade}":
            return [(pick(random, TRADESMEN), "O")]
    return [(part, "O")]


def _tagged(name: str, kind: str) -> Words:
    first, *others = name.split(" ")
    return [(first, f"B-{kind}"), *((word, f"I-{kind}") for word in others)]


def _person(random: Generator) -> str:
    first, last = pick(random, FIRST), pick(random, LAST)
    return pick(random, (f"{first} {last}", f"{first} {last}", f"{first} {last}", first))


def _place(random: Generator) -> str:
    if chance(random, 0.5):
        return pick(random, TOWNS)
    return pick(random, PLACES).format(pick(random, FIRST + LAST))


def _organisation(random: Generator) -> str:
    word, town = pick(random, LAST), pick(random, TOWNS)
    return pick(
        random,
        (
            f"{word} {pick(random, TRADES)}",
            f"{town} {pick(random, TRADES)}",
            f"{word} and {pick(random, LAST)}",
            f"University of {town}",
            f"{town} Football Club",
        ),
    )

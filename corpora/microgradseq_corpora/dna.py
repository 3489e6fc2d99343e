"""DNA with planted motifs: chance, interrupted by words that mutate a little."""

from __future__ import annotations

import numpy

from microgradseq_corpora.drawing import how_many

USUAL_COUNT = 2_000
LETTERS = "ACGT"
# Consensus sequences that molecular biology knows: the TATA, CAAT and GC boxes, and AP-1's site.
MOTIFS = ("TATAAAAGGC", "GGCCAATCTG", "GGGGCGGGGC", "ATGACTCATC")
LINE_LENGTH = 60
SLOTS = 3
PLANTED = 0.7
MUTATED = 0.04


def dna(seed: int, count: int | None = None) -> str:
    """Lines of 60 nucleotides; each third of a line holds a motif in seven cases of ten.

    Between motifs every letter is as likely as any other. In a motif one letter of 25 has become
    another one.

    Arguments:
        seed: the same seed gives the same text.
        count: how many lines; 2,000 if None.

    >>> print(dna(0, 2).strip())
    TGGCATGACTCATCTGGGGTTATAAAAGGCTAATAGACCCCAAAAATGGCTCATCTCGTG
    TGGCATGACTCATCGTATGCGGCCTAAACAAGGCGGAACTCTCAGGCCAATCTGTTGATA
    """
    lines = how_many(count, USUAL_COUNT)
    random = numpy.random.default_rng(seed)
    width, slot = len(MOTIFS[0]), LINE_LENGTH // SLOTS
    motifs = numpy.array([[LETTERS.index(letter) for letter in motif] for motif in MOTIFS])

    bases = random.integers(4, size=(lines, SLOTS, slot))
    planted = random.random((lines, SLOTS)) < PLANTED
    chosen = motifs[random.integers(len(MOTIFS), size=(lines, SLOTS))]
    is_mutated = random.random(chosen.shape) < MUTATED
    mutated = (chosen + is_mutated * random.integers(1, 4, size=chosen.shape)) % 4
    starts = random.integers(slot - width + 1, size=(lines, SLOTS))
    line, third = numpy.nonzero(planted)
    places = starts[planted][:, None] + numpy.arange(width)
    bases[line[:, None], third[:, None], places] = mutated[planted]

    letters = numpy.array(list(LETTERS))[bases.reshape(lines, LINE_LENGTH)]
    return "".join("".join(row) + "\n" for row in letters.tolist())

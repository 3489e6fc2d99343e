"""Which vertex stands above which, and in which row, on skeletons small enough to see through."""

from __future__ import annotations

import itertools

import pytest

from microgradseq.graph.layout.order import crossings, reduce_crossings
from microgradseq.graph.layout.ranks import ranks
from microgradseq.graph.layout.rows import assign_rows
from microgradseq.graph.layout.skeleton import Skeleton


def skeleton(
    columns: list[int], edges: list[tuple[int, int]], weight: int = 1, compact: bool = False
) -> Skeleton:
    """Vertices of one row, so many in each column, numbered from the left and from above."""
    made = Skeleton()
    for column, count in enumerate(columns):
        for _ in range(count):
            made.add(len(made.heights), column, 1, compact)
    for left, right in edges:
        made.join(left, 0, right, 0, weight)
    return made


@pytest.mark.parametrize(
    ("edges", "count"),
    [
        ([(0, 2), (1, 3)], 0),
        ([(0, 3), (1, 2)], 1),
        # edges that meet at an end do not cross
        ([(0, 2), (1, 2)], 0),
        ([(0, 2), (0, 3)], 0),
        ([(0, 2), (0, 3), (1, 2), (1, 3)], 1),
    ],
)
def test_crossings_are_pairs_in_the_wrong_order(edges: list[tuple[int, int]], count: int) -> None:
    assert crossings(skeleton([2, 2], edges)) == count


@pytest.mark.parametrize(
    ("columns", "edges", "fewest"),
    [
        ([3, 3], [(0, 3), (0, 5), (1, 4), (2, 4)], 0),
        ([3, 3, 2], [(0, 4), (0, 5), (1, 3), (1, 4), (2, 4), (4, 7)], 0),
        ([3, 3, 2], [(0, 3), (0, 4), (0, 5), (1, 3), (2, 3), (3, 6), (3, 7), (5, 6)], 0),
        ([3, 3, 2], [(0, 3), (0, 4), (0, 5), (1, 3), (1, 5), (2, 3), (2, 4), (3, 6)], 2),
    ],
)
def test_sorting_finds_the_fewest_crossings(
    columns: list[int], edges: list[tuple[int, int]], fewest: int
) -> None:
    tried, crossed = skeleton(columns, edges), skeleton(columns, edges)
    vertices = [list(column) for column in crossed.columns]
    counts = []
    for order in itertools.product(*map(itertools.permutations, vertices)):
        tried.columns[:] = [list(column) for column in order]
        counts.append(crossings(tried))
    assert min(counts) == fewest
    reduce_crossings(crossed)
    assert crossings(crossed) == fewest
    assert [sorted(column) for column in crossed.columns] == vertices


def test_small_things_stand_close_and_boxes_apart() -> None:
    edges = [(0, 3), (1, 3), (2, 3)]
    assert assign_rows(skeleton([3, 1], edges, compact=True))[:3] == [0, 1, 2]
    assert assign_rows(skeleton([3, 1], edges))[:3] == [0, 2, 4]


def test_a_heavy_edge_runs_straight_and_light_ones_bend() -> None:
    pulled = skeleton([3, 1], [(2, 3)], weight=5)
    for light in (0, 1):
        pulled.join(light, 0, 3, 0, 1)
    rows = assign_rows(pulled)
    assert rows[3] == rows[2]


def test_an_operand_moves_right_to_its_user_unless_something_holds_it() -> None:
    # 0 → 1 → 2 → 3 is a chain; the leaf 4 is used at its end, the leaf 5 at its beginning
    order, pairs = [0, 4, 5, 1, 2, 3], [(0, 1), (5, 1), (1, 2), (2, 3), (4, 3)]
    assert ranks(order, pairs) == [0, 1, 2, 3, 2, 0]


def test_an_operand_stays_where_it_would_only_change_which_edge_is_long() -> None:
    # 1 is made of the leaf 0, which the chain 2 → 3 → 4 → 5 needs as well
    pairs = [(0, 1), (0, 2), (2, 3), (3, 4), (4, 5), (1, 5)]
    assert ranks([0, 1, 2, 3, 4, 5], pairs) == [0, 1, 1, 2, 3, 4]

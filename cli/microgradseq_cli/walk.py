"""A derivative taken one step at a time: what `step` shows, whichever way it shows it."""

from __future__ import annotations

from dataclasses import dataclass

from microgradseq.graph.paths import Paths
from microgradseq.graph.steps import Step
from microgradseq.lessons.walk_expression import operation_of
from microgradseq.lessons.walk_target import Target
from microgradseq_cli.errors import BadInput, unknown


@dataclass(frozen=True)
class Walk:
    """The steps through a target's derivatives.

    Arguments:
        target: what is derived.
        mode: "reverse" or "forward".
        steps: one at a time, in order.
        derivatives: of the output, by the name of what it is derived with respect to.
        source: the name whose paths to the output are listed, if any.
        paths: those paths.
    """

    target: Target
    mode: str
    steps: tuple[Step, ...]
    derivatives: dict[str, float]
    source: str | None = None
    paths: Paths | None = None

    @property
    def output(self) -> str:
        """The output's name."""
        graph = self.target.graph
        return graph.node(graph.output).name

    def operation(self, step: Step) -> str:
        """What a step's rule speaks of, such as "e with u = c, v = d"; nothing at the start."""
        return operation_of(self.target.graph, step)


def walk(target: Target, mode: str, wrt: str | None, source: str | None) -> Walk:
    """Take the steps.

    Arguments:
        target: what is derived.
        mode: "reverse" or "forward".
        wrt: the leaf to derive with respect to; forward mode needs one where there are several.
        source: the leaf whose paths are asked for.
    """
    derivatives = target.derivatives
    for name in (wrt, source):
        if name is not None and name not in derivatives:
            raise unknown("leaf", name, derivatives)
    paths = None if source is None else target.graph.paths(source)
    if mode == "reverse":
        steps = tuple(target.graph.steps("reverse"))
        wanted = derivatives if wrt is None else {wrt: derivatives[wrt]}
        return Walk(target, mode, steps, wanted, source, paths)
    leaf = wrt or _only(derivatives)
    steps = tuple(target.graph.steps("forward", wrt=leaf))
    reached = [step.total for step in steps if step.node == target.graph.output]
    return Walk(target, mode, steps, {leaf: reached[-1] if reached else 0.0}, source, paths)


def _only(derivatives: dict[str, float]) -> str:
    if len(derivatives) == 1:
        return next(iter(derivatives))
    if not derivatives:
        raise BadInput("there is no named leaf to derive with respect to")
    names = ", ".join(derivatives)
    raise BadInput(
        f"forward mode follows one leaf; say which with --wrt, such as "
        f"--wrt {next(iter(derivatives))} (there are {names})"
    )

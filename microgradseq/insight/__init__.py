"""What happens to gradients on their way through time, as numbers in small records."""

from microgradseq.insight.comparison import Curve, FlowComparison, compare_flow
from microgradseq.insight.gates import Saturation, saturation
from microgradseq.insight.gradients import (
    Contributions,
    StateGradients,
    contributions,
    state_gradients,
)
from microgradseq.insight.jacobian_products import Jacobians, Reach, jacobians, reach
from microgradseq.insight.passage import Passage, Run, Step, record, record_by_time
from microgradseq.insight.truncation import TruncationBias, truncation_bias
from microgradseq.insight.verdicts import Verdict, verdict

__all__ = [
    "Contributions",
    "Curve",
    "FlowComparison",
    "Jacobians",
    "Passage",
    "Reach",
    "Run",
    "Saturation",
    "StateGradients",
    "Step",
    "TruncationBias",
    "Verdict",
    "compare_flow",
    "contributions",
    "jacobians",
    "reach",
    "record",
    "record_by_time",
    "saturation",
    "state_gradients",
    "truncation_bias",
    "verdict",
]

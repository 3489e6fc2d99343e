"""The colours of curves in SVG pictures, each told from the others on white paper."""

from __future__ import annotations

COLOURS = (
    "#0072b2",
    "#b34700",
    "#00805e",
    "#8f4a77",
    "#1f2933",
    "#8a6d00",
    "#2f7fa8",
    "#7b8794",
    "#a6334d",
)

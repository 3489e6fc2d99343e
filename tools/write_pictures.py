"""Makes the pictures of the README from the running app: `python tools/write_pictures.py [NAME …]`.

A still is a screen of the app as SVG. The moving one holds several screens in one SVG and shows one
after the other.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from microgradseq_tui.app import MicrogradseqApp

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SECONDS_EACH = 1.6
RUN = ("train", "--name", "story", "--max-steps", "600", "--sample-every", "100", "--quiet")
"""The run that pictures of a training show: `microgradseq` with these arguments."""


@dataclass(frozen=True)
class Picture:
    """A picture of the app.

    Arguments:
        name: of the file, without its suffix.
        screen: the mode.
        state: what it shows there.
        keys: pressed before the picture is taken; of a moving one, a frame after each.
        size: columns and rows.
        moving: whether every key makes a frame.
        needs_run: whether a short real training is run first.
    """

    name: str
    screen: str
    state: str | None = None
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (120, 36)
    moving: bool = False
    needs_run: bool = False


PICTURES = (
    Picture("walk", "learn", "lstm", ("right",) * 14),
    Picture("walk_moving", "learn", "product", ("right",) * 9, (100, 30), moving=True),
    Picture("time", "learn", "time lstm machine", ("end",)),
    Picture("train", "train", "runs/story", (), needs_run=True),
    Picture("labs", "labs", "hopfield", ("wait",) * 4),
)


async def frames_of(picture: Picture, config: Path) -> list[str]:
    """The screens of a picture, each as SVG.

    Arguments:
        picture: which.
        config: where the app may keep its choices.
    """
    app = MicrogradseqApp(picture.screen, picture.state, file=config)
    app.animation_level = "none"
    frames = []
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause(1.0)
        for key in ("", *picture.keys):
            if key == "wait":
                await asyncio.sleep(1.0)
            elif key:
                await pilot.press(key)
            await pilot.pause(0.1)
            frames.append(app.export_screenshot(title="microgradseq"))
    return frames if picture.moving else frames[-1:]


def without_fonts(svg: str) -> str:
    """An SVG that asks nobody for fonts: what shows it has a monospaced one.

    Arguments:
        svg: as Textual writes it.
    """
    plain = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
    return re.sub(r"\n\s*\n+", "\n", plain).replace("Fira Code, monospace", "monospace")


def in_turn(frames: list[str]) -> str:
    """One SVG that shows several of one size in turn, without end.

    Arguments:
        frames: SVGs.
    """
    head = re.match(r"<svg[^>]*>", frames[0])
    if head is None:
        raise ValueError("the first frame is no SVG")
    share = 100 / len(frames)
    style = (
        f"@keyframes turn{{0%,{share:.3f}%{{visibility:visible}}"
        f"{share + 0.001:.3f}%,100%{{visibility:hidden}}}}"
        f".frame{{visibility:hidden;animation:turn {SECONDS_EACH * len(frames):.1f}s infinite}}"
    )
    parts = [head.group(), f"<style>{style}</style>"]
    for place, frame in enumerate(frames):
        inside = frame[frame.index(">", frame.index("<svg")) + 1 : frame.rindex("</svg>")]
        parts += [f'<g class="frame" style="animation-delay:{place * SECONDS_EACH:.1f}s">']
        parts += [inside, "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Make the pictures that are named, or all."""
    wanted = sys.argv[1:] or [picture.name for picture in PICTURES]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        if any(picture.needs_run for picture in PICTURES if picture.name in wanted):
            subprocess.run([sys.executable, "-m", "microgradseq_cli", *RUN], check=True)
        for picture in PICTURES:
            if picture.name in wanted:
                frames = asyncio.run(frames_of(picture, Path(folder) / "app.json"))
                plain = [without_fonts(frame) for frame in frames]
                made = in_turn(plain) if picture.moving else plain[0]
                (FOLDER / f"{picture.name}.svg").write_text(made, encoding="utf-8")
                print(f"{picture.name}.svg  {len(made) / 1000:.0f} kB")


if __name__ == "__main__":
    main()

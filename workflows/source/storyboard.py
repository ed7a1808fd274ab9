"""Several shots, one film."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, note

ABOUT = f"""## Storyboard

Write the shots, press **Run**: one video comes out, with sound that crosses the cuts.

{NEEDS}

**Add a shot**: copy a *Hibari Shot* and connect it; the storyboard grows. Its *transition* is how \
it follows the shot before: *cut*, *match cut* (goes on from the last frame) or *dissolve*. With a \
*J-cut* its sound comes first, with an *L-cut* the sound before goes on. The sound of the place \
goes on below all of it.

**The bundled model** makes shots of up to 2 seconds, each with its own ball or box. It keeps no \
likeness from shot to shot. A match cut goes on with place and thing; one that was still in the \
air may fall apart.

**As a file**: `hibari storyboard film.yaml` makes the same film of a list of shots.
"""

PROMPTS = (
    ("a red rubber ball bounces on a wooden floor", "cut", "with the picture"),
    ("a small yellow wooden box falls in the meadow", "cut", "J-cut"),
    ("a large blue metal box falls in a city street, with a clang", "dissolve", "with the picture"),
)

STORYBOARD = Graph(
    name="Storyboard",
    nodes={
        "about": note((-480, 0), (420, 560), "Read me", ABOUT),
        "load": Placed("HibariLoadModel", (0, 0), (300, 140)),
        **{
            f"shot {number}": Placed(
                "HibariShot",
                (360, 320 * (number - 1)),
                (380, 260),
                {
                    "prompt": prompt,
                    "seconds": 1.6,
                    "transition": transition,
                    "sound_cut": sound_cut,
                },
                title=f"Shot {number}",
            )
            for number, (prompt, transition, sound_cut) in enumerate(PROMPTS, start=1)
        },
        "film": Placed(
            "HibariStoryboard",
            (800, 0),
            (360, 420),
            {"seed": 7},
            {
                **{name: ("load", name) for name in ("model", "clip", "vae", "audio_vae")},
                **{
                    f"shots.shot_{index}": (f"shot {index + 1}", "shot")
                    for index in range(len(PROMPTS))
                },
            },
        ),
        "save": Placed(
            "SaveVideo",
            (1220, 0),
            (420, 400),
            {"filename_prefix": "video/Storyboard"},
            {"video": ("film", "video")},
        ),
    },
    groups=(
        Group("1 · Model", (-20, -80, 340, 260)),
        Group("2 · Shots", (340, -80, 420, 1000), "#8A8"),
        Group("3 · Film", (780, -80, 400, 660), "#b58b2a"),
        Group("4 · Save", (1200, -80, 460, 660), "#A88"),
    ),
)

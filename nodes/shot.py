"""One shot of a storyboard: what happens, how long, how it follows the one before."""

from __future__ import annotations

from dataclasses import dataclass

from ..host import io
from .clip_plan import MIN_SECONDS
from .named_errors import named_errors

NAME = "Hibari Shot"
TRANSITIONS = ("cut", "match cut", "dissolve")
SOUND_CUTS = ("with the picture", "J-cut", "L-cut")
MAX_SHOT_S = 60.0
ShotWire = io.Custom("HIBARI_SHOT")


@dataclass(frozen=True)
class Shot:
    """HIBARI_SHOT.

    Attributes:
        prompt: what is seen and heard.
        seconds: how long it is seen.
        camera: how the camera moves; a sentence of the prompt.
        transition: how its picture follows the shot before, one of `TRANSITIONS`.
        sound_cut: when its sound does, one of `SOUND_CUTS`.

    Raises:
        ValueError: no prompt, or something out of range.
    """

    prompt: str
    seconds: float = 2.0
    camera: str = ""
    transition: str = TRANSITIONS[0]
    sound_cut: str = SOUND_CUTS[0]

    def __post_init__(self) -> None:
        if not self.prompt.strip():
            raise ValueError("the prompt is empty. Describe what should be seen and heard")
        if not MIN_SECONDS <= self.seconds <= MAX_SHOT_S:
            raise ValueError(
                f"seconds {self.seconds:g} is not in {MIN_SECONDS:g}..{MAX_SHOT_S:g}. "
                "Use for example 2"
            )
        for name, choices in (("transition", TRANSITIONS), ("sound_cut", SOUND_CUTS)):
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} {getattr(self, name)!r} is unknown. Use {', '.join(choices)}"
                )


class HibariShot(io.ComfyNode):
    """Describes one shot for Hibari Storyboard."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariShot",
            display_name=NAME,
            category="Hibari/video",
            description=(
                "One shot of a storyboard: what happens, for how long, and how it follows the shot "
                "before. Connect as many as you like to Hibari Storyboard."
            ),
            search_aliases=["scene", "shot list", "storyboard", "multi shot", "transition"],
            inputs=[
                io.String.Input(
                    "prompt",
                    multiline=True,
                    dynamic_prompts=True,
                    placeholder="a red rubber ball bounces on a wooden floor",
                    tooltip="What is seen and heard; @name where a cameo appears.",
                ),
                io.Float.Input(
                    "seconds",
                    default=2.0,
                    min=MIN_SECONDS,
                    max=MAX_SHOT_S,
                    step=0.1,
                    tooltip=(
                        "Seconds that the shot is seen, dissolves included. Time and memory grow "
                        "with it; the bundled model was made for 2."
                    ),
                ),
                io.String.Input(
                    "camera",
                    default="",
                    optional=True,
                    placeholder="a slow pan to the left",
                    tooltip="How the camera moves. Becomes a sentence of the prompt; may be empty.",
                ),
                io.Combo.Input(
                    "transition",
                    options=list(TRANSITIONS),
                    default=TRANSITIONS[0],
                    optional=True,
                    tooltip=(
                        "How the picture follows the shot before. cut begins anew, match cut goes "
                        "on from its last frame, dissolve shows both for a moment. Of no effect on "
                        "the first shot."
                    ),
                ),
                io.Combo.Input(
                    "sound_cut",
                    options=list(SOUND_CUTS),
                    default=SOUND_CUTS[0],
                    optional=True,
                    tooltip=(
                        "When the sound changes. J-cut: the sound of this shot is heard before it "
                        "is seen; L-cut: the sound of the shot before goes on over this one."
                    ),
                ),
            ],
            outputs=[ShotWire.Output("shot", tooltip="For Hibari Storyboard.")],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls,
        prompt: str,
        seconds: float = 2.0,
        camera: str = "",
        transition: str = TRANSITIONS[0],
        sound_cut: str = SOUND_CUTS[0],
    ) -> io.NodeOutput:
        """Return HIBARI_SHOT."""
        return io.NodeOutput(Shot(prompt, seconds, camera, transition, sound_cut))

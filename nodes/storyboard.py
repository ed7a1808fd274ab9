"""From a list of shots to one video with sound that crosses the cuts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..host import io, show_text, ui
from .cameo_load import Cameo
from .named_errors import named_errors
from .shared_inputs import codec_inputs, model_input
from .shot import ShotWire
from .storyboard_widgets import SHARED, storyboard_inputs

NAME = "Hibari Storyboard"
MAX_SHOTS = 50
MAX_CAMEOS = 3


class HibariStoryboard(io.ComfyNode):
    """Makes a video of several shots that share a look, cameos and the sound of their place."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariStoryboard",
            display_name=NAME,
            category="Hibari/video",
            description=(
                "Makes one video of several shots. Each shot is made in turn; cuts, match cuts and "
                "dissolves join the pictures, the sound may change before or after them, and the "
                "sound of the place goes on below. The block says what it made."
            ),
            search_aliases=[
                *("multi shot", "scenes", "film", "sequence", "cut", "dissolve", "match cut"),
                *("sora storyboard", "timeline", "J-cut", "L-cut"),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                model_input(),
                io.Clip.Input("clip", tooltip="Text encoder of Hibari Load Model."),
                *codec_inputs(),
                io.Autogrow.Input(
                    "shots",
                    io.Autogrow.TemplatePrefix(
                        ShotWire.Input("shot", tooltip="Hibari Shot, in the order of the film."),
                        prefix="shot_",
                        min=1,
                        max=MAX_SHOTS,
                    ),
                    tooltip="The shots in order: Hibari Shot.",
                ),
                io.Autogrow.Input(
                    "cameos",
                    io.Autogrow.TemplatePrefix(
                        Cameo.Input("cameo", tooltip="Hibari Load Cameo."),
                        prefix="cameo_",
                        min=0,
                        max=MAX_CAMEOS,
                    ),
                    tooltip="Cameos that shots mention with @name: Hibari Load Cameo.",
                ),
                *storyboard_inputs(),
            ],
            outputs=[io.Video.Output("video", tooltip="For Save Video, or any video block.")],
        )

    @classmethod
    @named_errors(NAME)
    def execute(  # noqa: PLR0913, PLR0917 - one for each socket and widget
        cls,
        model: Any,
        clip: Any,
        vae: Any,
        audio_vae: Any,
        shots: Mapping[str, Any],
        cameos: Mapping[str, Any] | None = None,
        style: str = "",
        width: int = 256,
        height: int = 256,
        fps: float = 24.0,
        seed: int = 0,
        steps: int = 0,
        guidance: float = 0.0,
        **numbers: float,
    ) -> io.NodeOutput:
        """Return VIDEO, marked and signed; what the policy refuses is not made."""
        from ..trust.cameo.result import authorise_result
        from . import storyboard_film as film
        from .guarding import guard_output
        from .provenance import hidden_of, story_of
        from .shooting import Studio, plan_shots, shoot
        from .whole_clip import MadeClip, labelled_video

        graph, node_id = hidden_of(cls)
        given = film.checked_shots(shots)
        look = film.style_of(style, (width, height), fps, numbers)
        plan = plan_shots(given, look)
        told = film.summary(plan, look, model)
        show_text(told, node_id)
        texts = film.allowed_texts(given, look.words, graph, node_id)
        cast = film.cast_of(cameos or {}, (vae, audio_vae), texts)
        settings = {"steps": steps, "guidance": guidance}
        studio = Studio(model, clip, vae, audio_vae, seed, settings, cast)
        takes, rate_hz = shoot(given, texts, plan, film.within_reach(look, model), studio)
        tone = (numbers.get("room_tone", SHARED["room_tone"][0]), seed)
        images, audio = film.assembled(takes, plan, look, rate_hz, tone)
        guard_output(images, fps, audio, graph, node_id)
        permission = authorise_result(graph, node_id)
        made = MadeClip(images, audio, fps)
        video = labelled_video(made, story_of(graph, node_id), graph, node_id, permission)
        return io.NodeOutput(video, ui=ui.PreviewText(told))

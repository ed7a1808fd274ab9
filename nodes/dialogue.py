"""From written lines to a dialogue track that the sampler keeps, so that mouths follow it."""

from __future__ import annotations

from typing import Any

from ..host import io, show_text, ui
from .clip_plan import MAX_FPS, MIN_FPS
from .named_errors import named_errors

NAME = "Hibari Dialogue"
LANGUAGES = (
    *("en-us", "en-gb", "fr", "de", "es", "it", "pt", "pt-br", "nl", "pl", "sv", "tr", "ru"),
    *("uk", "cs", "el", "fi", "hu", "ro", "ar", "hi", "ja", "ko", "cmn"),
)


class HibariDialogue(io.ComfyNode):
    """Speaks lines, and puts them into the sound of a clip before it is sampled."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariDialogue",
            display_name=NAME,
            category="Hibari/audio",
            description=(
                "Speaks written lines and tells when mouths move. With a latent connected, the "
                "speech is kept while the clip is sampled, so that who speaks in the picture "
                "follows it. Speech comes from a program that you install: espeak-ng, or Piper."
            ),
            search_aliases=[
                *("tts", "text to speech", "speech", "voice", "talking", "lip sync", "espeak"),
                *("say", "subtitle"),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=_inputs(),
            outputs=[
                io.Audio.Output("audio", tooltip="The track in stereo, for Hibari Mix Audio."),
                io.Latent.Output("latent", tooltip="For Hibari Sample; none without a latent."),
                io.String.Output(
                    "timing", tooltip="Lines with their times and mouths, for Check Dialogue."
                ),
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(  # noqa: PLR0913, PLR0917 - one for each socket and widget
        cls,
        dialogue: str,
        language: str = LANGUAGES[0],
        seconds: float = 0.0,
        fps: float = 24.0,
        latent: dict[str, Any] | None = None,
        audio_vae: Any = None,
        pause: float = 0.25,
        noise: float = 0.0,
        cameo_noise: float = 0.5,
        between: float = 0.0,
    ) -> io.NodeOutput:
        """Return AUDIO, LATENT (None without one), and the timing as JSON."""
        from ..model.speech.script import read_script
        from ..model.speech.track import RATE_HZ, track_of
        from .dialogue_track import length_of, spoken_lines, timing_text, with_track
        from .guarding import guard_text
        from .provenance import hidden_of

        lines = read_script(dialogue)
        graph, node_id = hidden_of(cls)
        guard_text("\n".join(line.text for line in lines), graph, node_id)
        spoken = spoken_lines(lines, language, pause)
        lasts_s, rate = length_of(spoken, latent, seconds, fps)
        track = track_of(spoken, lasts_s)
        audio = {"waveform": track[None], "sample_rate": RATE_HZ}
        amounts = [cameo_noise if line.is_cameo else noise for line in lines]
        kept = with_track(latent, audio_vae, audio, spoken, (amounts, between))
        timing = timing_text(spoken, lasts_s, rate)
        told = "\n".join(
            f"{line.start_s:.2f}-{line.end_s:.2f} s {line.line.speaker}: {line.line.text}"
            for line in spoken
        )
        show_text(told, node_id)
        return io.NodeOutput(audio, kept, timing, ui=ui.PreviewText(told))


def _inputs() -> list[io.Input]:
    return [
        io.String.Input(
            "dialogue",
            multiline=True,
            placeholder="Anna (a deep, slow voice): Hello there.\n[1.5] Ben: Hi!",
            tooltip=(
                "One line for each that is spoken: a name, if you like a voice in parentheses, a "
                "colon, the words. [1.5] before it is when it starts, in seconds; else it follows. "
                "@name is a cameo."
            ),
        ),
        io.Combo.Input(
            "language",
            options=list(LANGUAGES),
            default=LANGUAGES[0],
            tooltip="The language that is spoken.",
        ),
        io.Float.Input(
            "seconds",
            default=0.0,
            min=0.0,
            max=600.0,
            step=0.1,
            optional=True,
            tooltip=(
                "Seconds of the track; 0 takes the length of the latent, or else of the lines. "
                "Costs nothing."
            ),
        ),
        io.Float.Input(
            "fps",
            default=24.0,
            min=MIN_FPS,
            max=MAX_FPS,
            step=0.01,
            optional=True,
            tooltip="Frames per second of the mouths in timing; a latent brings its own.",
        ),
        io.Latent.Input(
            "latent",
            optional=True,
            tooltip="The clip in which it is spoken: Hibari Empty Latent. Its sound is replaced.",
        ),
        io.Vae.Input(
            "audio_vae",
            optional=True,
            tooltip="Audio codec: the audio_vae of Hibari Load Model; needed with a latent.",
        ),
        io.Float.Input(
            "pause",
            default=0.25,
            min=0.0,
            max=10.0,
            step=0.05,
            optional=True,
            advanced=True,
            tooltip="Seconds between lines that ask for no time. Costs nothing.",
        ),
        _amount("noise", 0.0, "on speech: 0 keeps it as it is, a little lets it blend in"),
        _amount(
            "cameo_noise",
            0.5,
            "on the lines of cameos: the words stay, the voice of the cameo takes over, where the "
            "model was trained with voices",
        ),
        _amount("between", 0.0, "between lines: 0 keeps silence, 1 lets other sounds be made"),
    ]


def _amount(name: str, default: float, what: str) -> io.Float.Input:
    return io.Float.Input(
        name,
        default=default,
        min=0.0,
        max=1.0,
        step=0.01,
        optional=True,
        advanced=True,
        tooltip=f"Share of noise {what}. Costs nothing.",
    )

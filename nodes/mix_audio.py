"""Dialogue, effects, ambience and music to one sound."""

from __future__ import annotations

from typing import Any

from ..host import io
from .named_errors import named_errors

NAME = "Hibari Mix Audio"
BUSES = ("dialogue", "effects", "ambience", "music")
GAIN_DB = 60.0


def _gain(bus: str) -> io.Input:
    return io.Float.Input(
        f"{bus}_gain",
        default=0.0,
        min=-GAIN_DB,
        max=24.0,
        step=0.5,
        optional=True,
        tooltip=f"dB added to the {bus}; -6 is half as strong, {-GAIN_DB:.0f} as good as off. "
        "Costs nothing.",
    )


def _fade(name: str, what: str) -> io.Input:
    return io.Float.Input(
        name,
        default=0.0,
        min=0.0,
        max=60.0,
        step=0.05,
        optional=True,
        advanced=True,
        tooltip=f"Seconds in which the mix {what}. Costs nothing.",
    )


def _bus(bus: str, what: str) -> io.Input:
    return io.Audio.Input(bus, optional=True, tooltip=what)


class HibariMixAudio(io.ComfyNode):
    """Mixes up to four buses, ducks them under dialogue, and sets loudness and peak."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariMixAudio",
            display_name=NAME,
            category="Hibari/audio",
            description=(
                "Mixes dialogue, effects, ambience and music in stereo. The others go down while "
                "dialogue is heard; the sum is brought to a loudness (ITU-R BS.1770) and never "
                "passes the peak, so nothing clips. Sounds of any rate and number of channels."
            ),
            search_aliases=[
                *("mix", "audio merge", "combine audio", "ducking", "loudness", "LUFS"),
                *("normalize audio", "limiter", "volume", "sidechain"),
            ],
            inputs=[
                _bus("dialogue", "Speech; what the others give way to."),
                _bus("effects", "Sounds of what happens, for example of Hibari Decode Audio."),
                _bus("ambience", "The sound of the place."),
                _bus("music", "Music; often louder than one thinks."),
                *map(_gain, BUSES),
                io.Float.Input(
                    "ducking",
                    default=9.0,
                    min=0.0,
                    max=GAIN_DB,
                    step=0.5,
                    optional=True,
                    tooltip="dB that the others go down while dialogue is heard; 0 leaves them. "
                    "Costs nothing.",
                ),
                _fade("fade_in", "comes up at its start"),
                _fade("fade_out", "goes down at its end"),
                io.Float.Input(
                    "loudness",
                    default=-16.0,
                    min=-40.0,
                    max=0.0,
                    step=0.5,
                    optional=True,
                    tooltip=(
                        "Integrated loudness in LUFS: -14 to -16 for the web, -23 for "
                        "broadcasting; 0 leaves it as it is. Costs nothing."
                    ),
                ),
                io.Float.Input(
                    "true_peak",
                    default=-1.0,
                    min=-20.0,
                    max=0.0,
                    step=0.1,
                    optional=True,
                    advanced=True,
                    tooltip="dBTP that no peak passes, also between samples. Costs nothing.",
                ),
            ],
            outputs=[
                io.Audio.Output("audio", tooltip="The mix in stereo, as long as its longest part.")
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls,
        ducking: float = 9.0,
        fade_in: float = 0.0,
        fade_out: float = 0.0,
        loudness: float = -16.0,
        true_peak: float = -1.0,
        **buses: Any,
    ) -> io.NodeOutput:
        """Return AUDIO [1, 2, N] at the highest sample rate that came in."""
        from ..model.mixing import Mastering, mix

        mastering = Mastering(ducking, fade_in, fade_out, loudness or None, true_peak)
        voices = {
            name: _read(name, buses[name], buses.get(f"{name}_gain", 0.0))
            for name in BUSES
            if buses.get(name) is not None
        }
        dialogue = voices.pop("dialogue", None)
        waveform, rate = mix(list(voices.values()), mastering, dialogue)
        return io.NodeOutput({"waveform": waveform[None], "sample_rate": rate})


def _read(name: str, audio: dict[str, Any], gain_db: float) -> Any:
    """The first sound of an AUDIO batch as a bus."""
    from ..model.mixing import Bus

    waveform = audio["waveform"]
    if waveform.ndim != 3 or not waveform.numel():
        raise ValueError(
            f"{name} has the shape {list(waveform.shape)}; connect a sound with at least one "
            "sample, or nothing"
        )
    if len(waveform) > 1:
        raise ValueError(f"{name} is a batch of {len(waveform)} sounds; mix one at a time")
    return Bus(waveform[0].cpu(), int(audio["sample_rate"]), gain_db)

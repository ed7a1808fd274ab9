"""From a recording to an enrolled cameo; for a person in two runs: sentence, then recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io, ui
from .cameo_load import Cameo, LoadedCameo
from .named_errors import named_errors

if TYPE_CHECKING:
    from torch import Tensor

    from ..trust.cameo.enrolment import Recording

NAME = "Hibari Enroll Cameo"
KINDS = ("person", "animal", "object")


class HibariCameoEnroll(io.ComfyNode):
    """Makes a cameo of a person, animal or object out of a short recording."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariCameoEnroll",
            display_name=NAME,
            category="Hibari/cameo",
            description=(
                "Makes a cameo of a short recording. For a person, run it first without pictures: "
                "it shows a sentence of numbers. Speak it in the recording, connect that, and run "
                "again within ten minutes."
            ),
            search_aliases=["cameo", "enroll", "record yourself", "webcam", "likeness"],
            is_output_node=True,
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.String.Input(
                    "name", default="", tooltip="Letters, digits, spaces, - and _; one script."
                ),
                io.String.Input(
                    "description",
                    default="",
                    multiline=True,
                    placeholder="a woman with short grey hair and round glasses",
                    tooltip="What it looks like, in words; stands in the prompt for @name.",
                ),
                io.Combo.Input(
                    "kind",
                    options=list(KINDS),
                    default="person",
                    tooltip="A person shows one face and speaks; animals and objects need neither.",
                ),
                io.Boolean.Input(
                    "i_agree",
                    default=False,
                    tooltip=(
                        "I am the person in this recording, or have the right to decide for them "
                        "(or for the animal or object), and agree to its use under my rules."
                    ),
                ),
                io.Boolean.Input(
                    "minor", default=False, tooltip="Under 18: the strict profile, for good."
                ),
                io.Image.Input("images", optional=True, tooltip="Frames of the recording."),
                io.Audio.Input("audio", optional=True, tooltip="Its sound, 1 to 10 s of voice."),
                io.Mask.Input(
                    "mask", optional=True, tooltip="Marks an animal or object in the pictures."
                ),
                io.Vae.Input("vae", optional=True, tooltip="Stores its latents too."),
                io.Vae.Input(
                    "audio_vae", optional=True, tooltip="Stores latents of this codec too."
                ),
                io.Combo.Input(
                    "language",
                    options=["en", "fr"],
                    default="en",
                    optional=True,
                    advanced=True,
                    tooltip="Of the sentence of numbers.",
                ),
            ],
            outputs=[
                Cameo.Output("cameo", tooltip="The cameo, ready for Hibari Apply Cameo."),
                io.String.Output("report", tooltip="What was done, or what to speak now."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, name: str, kind: str = "person", **_: Any) -> str:
        """Run again when the cameo or the challenge of this name came or went."""
        from ..trust.cameo.challenge import is_challenged
        from ..trust.cameo.library import cameo_names

        return f"{name in cameo_names()} {kind == 'person' and name and is_challenged(name)}"

    @classmethod
    @named_errors(NAME)
    def execute(  # noqa: PLR0913, PLR0917 - one for each socket and widget
        cls,
        name: str,
        description: str,
        kind: str,
        i_agree: bool,
        minor: bool = False,
        images: Tensor | None = None,
        audio: dict[str, Any] | None = None,
        mask: Tensor | None = None,
        vae: Any = None,
        audio_vae: Any = None,
        language: str = "en",
    ) -> io.NodeOutput:
        """Enrol, or show what to speak."""
        from ..trust.cameo.challenge import issue_challenge, open_challenge
        from ..trust.cameo.enrolment import Subject, enroll
        from .cameo_origin import check_wires
        from .provenance import hidden_of

        if images is None:
            if kind != "person":
                raise ValueError("there are no pictures. Connect images of the animal or object")
            sentence = issue_challenge(name, language).sentence
            text = f"Speak this in the recording, within ten minutes: {sentence}"
            # Blocks behind this one wait for the recording.
            return io.NodeOutput(None, text, ui=ui.PreviewText(text), block_execution=text)
        check_wires(*hidden_of(cls), kind)
        subject = Subject(name, description, kind, minor)
        challenge = open_challenge(name) if kind == "person" and i_agree else None
        bundle = enroll(
            subject, recording_of(images, audio, mask), i_agree, challenge, (vae, audio_vae)
        )
        return cls.finished(bundle)

    @classmethod
    def finished(cls, bundle: Any) -> io.NodeOutput:
        """The loaded cameo and a report."""
        from ..trust.cameo.authority import check_now
        from ..trust.cameo.ledger import Ledger
        from ..trust.cameo.wording import describe_permission

        permission = check_now(bundle, Ledger())
        text = describe_permission(permission)
        return io.NodeOutput(LoadedCameo(bundle, permission), text, ui=ui.PreviewText(text))


def recording_of(images: Tensor, audio: dict[str, Any] | None, mask: Tensor | None) -> Recording:
    """The recording of IMAGE, AUDIO and MASK wires."""
    import torch

    from ..trust.cameo.enrolment import Recording

    frames = (images[..., :3].clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
    sound = None if audio is None else audio["waveform"][0].float().cpu().numpy()
    rate_hz = 0 if audio is None else int(audio["sample_rate"])
    return Recording(frames, sound, rate_hz, None if mask is None else mask.float().cpu().numpy())

"""The guard as blocks: a prompt before it is used, a clip before it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io, ui
from .guarding import guard_output, guard_text, policy_choices, policy_in_use
from .named_errors import named_errors
from .provenance import hidden_of

if TYPE_CHECKING:
    from torch import Tensor

PROMPT_NAME = "Hibari Guard Prompt"
OUTPUT_NAME = "Hibari Guard Output"


class HibariGuardPrompt(io.ComfyNode):
    """Lets a prompt pass that the policy allows, and stops others with the rule's name."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariGuardPrompt",
            display_name=PROMPT_NAME,
            category="Hibari/trust",
            description=(
                "Checks a prompt against a policy before anything is made of it: sexual content, "
                "violence, hate, self-harm, political persuasion, real people, protected "
                "characters. "
                "Hibari Text Encode checks too; use this block before other text blocks, and to "
                "state that real people in the clip agreed."
            ),
            search_aliases=["moderation", "safety", "content filter", "nsfw", "consent", "attest"],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.String.Input(
                    "prompt",
                    multiline=True,
                    dynamic_prompts=True,
                    tooltip="What is checked; it comes out unchanged. At most 20000 characters.",
                ),
                _policy_input(),
                io.String.Input(
                    "people",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "Who is shown, if real people are: in the prompt, or in images and videos "
                        "that go into the clip. Is written into the credentials of the file."
                    ),
                ),
                io.Boolean.Input(
                    "agreed",
                    default=False,
                    optional=True,
                    advanced=True,
                    label_on="they agreed",
                    label_off="not stated",
                    tooltip=(
                        "Your word that these people agreed to appear in this clip. Is written "
                        "into the credentials of the file."
                    ),
                ),
            ],
            outputs=[io.String.Output("prompt", tooltip="The prompt, as it came in.")],
        )

    @classmethod
    @named_errors(PROMPT_NAME)
    def execute(
        cls, prompt: str, policy: str = "default", people: str = "", agreed: bool = False
    ) -> io.NodeOutput:
        """Return the prompt if the policy allows it."""
        from ..trust.guard.attestation import Attestation

        attestation = Attestation(people, agreed)
        if agreed and not attestation.holds:
            raise ValueError("agreed is on, but people is empty. Write who agreed")
        verdict = guard_text(prompt, *hidden_of(cls), policy_in_use(policy), attestation)
        return io.NodeOutput(prompt, ui=ui.PreviewText(f"allowed by policy {verdict.policy}"))


class HibariGuardOutput(io.ComfyNode):
    """Lets frames and sound pass that the policy allows, with all that the graph knows of them."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariGuardOutput",
            display_name=OUTPUT_NAME,
            category="Hibari/trust",
            description=(
                "Checks a finished clip against a policy: its frames (extra: hibari[guard]), what "
                "is spoken (extra: hibari[guard-speech]), the texts upstream, and faces in images "
                "and videos that went into it. Hibari Save Video checks too; use this block before "
                "other savers."
            ),
            search_aliases=[
                "moderation",
                "safety checker",
                "nsfw detector",
                "nudenet",
                "content filter",
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.Image.Input("images", tooltip="Frames in order; they come out unchanged."),
                io.Float.Input(
                    "fps",
                    default=24.0,
                    min=0.01,
                    max=1000.0,
                    step=0.01,
                    tooltip="Frames per second; decides which frames are looked at (two a second).",
                ),
                _policy_input(),
                io.Audio.Input("audio", optional=True, tooltip="Its sound; comes out unchanged."),
            ],
            outputs=[
                io.Image.Output("images", tooltip="The frames, as they came in."),
                io.Audio.Output("audio", tooltip="The sound, as it came in; none if none came in."),
                io.String.Output("report", tooltip="What was checked, and what could not be."),
            ],
        )

    @classmethod
    @named_errors(OUTPUT_NAME)
    def execute(
        cls,
        images: Tensor,
        fps: float = 24.0,
        policy: str = "default",
        audio: dict[str, Any] | None = None,
    ) -> io.NodeOutput:
        """Return frames and sound if the policy allows them."""
        verdicts = guard_output(images, fps, audio, *hidden_of(cls), policy_in_use(policy))
        notes = list(dict.fromkeys(note for verdict in verdicts for note in verdict.notes))
        stages = ", ".join(dict.fromkeys(verdict.stage for verdict in verdicts))
        report = "\n".join([f"allowed by policy {policy}; checked: {stages}", *notes])
        return io.NodeOutput(images, audio, report, ui=ui.PreviewText(report))


def _policy_input() -> io.Combo.Input:
    return io.Combo.Input(
        "policy",
        options=policy_choices(),
        default="default",
        optional=True,
        tooltip=(
            "What is refused. default: nothing explicit, cruel or hateful, no likeness without "
            "agreement; strict and teen refuse milder forms too; off-for-research refuses only "
            "sexual content about minors, and the credentials say so."
        ),
    )

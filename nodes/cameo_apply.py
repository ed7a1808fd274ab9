"""From a cameo to a prompt that shows it: words for its mention, tokens of its looks and voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io
from .cameo_load import Cameo, checked_wire
from .named_errors import named_errors

if TYPE_CHECKING:
    from ..trust.cameo.reference import CameoReference
    from .cameo_load import LoadedCameo
    from .conditioning import Conditioning

NAME = "Hibari Apply Cameo"


class HibariApplyCameo(io.ComfyNode):
    """Puts a cameo into a scene: its description for ``@role``, its views and voice for the model.

    Chainable for up to three cameos; their order does not matter.
    """

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariApplyCameo",
            display_name=NAME,
            category="Hibari/cameo",
            description=(
                "Puts a cameo into the scene. Write @name in the prompt where it appears; chain up "
                "to three. Its grant is checked again when sampling starts and when the video is "
                "saved."
            ),
            search_aliases=["cameo", "reference", "character", "ip adapter", "voice clone", "ID"],
            inputs=[
                io.Conditioning.Input("conditioning", tooltip="The prompt: Hibari Text Encode."),
                Cameo.Input("cameo", tooltip="Hibari Load Cameo."),
                io.Vae.Input("vae", tooltip="Video codec of the model that will be sampled."),
                io.String.Input(
                    "role",
                    default="",
                    tooltip=(
                        "How the prompt mentions it, without @. Empty: the name of the cameo, with "
                        "_ for spaces."
                    ),
                ),
                _strength("likeness", "How strongly the clip follows its looks"),
                _strength("voice", "How strongly the clip follows its voice"),
                io.Vae.Input(
                    "audio_vae",
                    optional=True,
                    tooltip="Audio codec of the model; without it the voice is left out.",
                ),
            ],
            outputs=[
                io.Conditioning.Output("conditioning", tooltip="For Hibari Sample, as positive.")
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls,
        conditioning: Conditioning,
        cameo: Any,
        vae: Any,
        role: str = "",
        likeness: float = 1.0,
        voice: float = 1.0,
        audio_vae: Any = None,
    ) -> io.NodeOutput:
        """Return the CONDITIONING with the cameo in it, as it is where no cameo is chosen."""
        if cameo is None:
            return io.NodeOutput(conditioning)
        loaded = checked_wire(cameo)
        reference = sealed_reference(loaded, role, (vae, audio_vae), (likeness, voice))
        told = with_description(conditioning, loaded, reference.role)
        return io.NodeOutput(with_cameo(told, reference))


def sealed_reference(
    loaded: LoadedCameo,
    role: str,
    codecs: tuple[Any, Any | None],
    strengths: tuple[float, float],
) -> CameoReference:
    """The cameo's latents for these codecs, sealed again, after another check of its grant.

    Raises:
        ValueError: it may not be used, or a strength is out of range.
    """
    from ..model.sampling.references import Reference
    from ..trust.cameo.authority import check_now
    from ..trust.cameo.latent import latents_for
    from ..trust.cameo.ledger import Ledger
    from ..trust.cameo.name import role_of
    from ..trust.cameo.reference import CameoReference, SealedArray

    Reference("", None, None, *strengths)  # a strength out of range is refused before any work
    ledger, bundle = Ledger(), loaded.bundle
    permission = check_now(bundle, ledger)
    if permission.grant is None:
        key = bundle.open_as_owner(ledger.identity)
    else:
        key = permission.grant.content_key(ledger.identity)
    latents = latents_for(bundle.read_parts(key), *codecs)
    sealed = {name: SealedArray.of(array) for name, array in latents.items()}
    return CameoReference(
        bundle,
        role_of(role.strip() or bundle.header.name),
        sealed.get("view_latents"),
        sealed.get("voice_latents"),
        *strengths,
    )


def with_description(conditioning: Conditioning, loaded: LoadedCameo, role: str) -> Conditioning:
    """The prompt encoded again with the cameo's description for ``@role``.

    Prompts that were not encoded by Hibari Text Encode stay as they are.

    Raises:
        ValueError: the prompt does not mention the role.
    """
    from ..trust.cameo.contexts import standing_description
    from ..trust.cameo.prompt import PROMPT, PromptRecord, mentions
    from .conditioning import UNCONDITIONAL

    told: Conditioning = []
    for context, options in conditioning:
        record = options.get(PROMPT)
        if not isinstance(record, PromptRecord) or record.encode is None:
            told.append([context, options])
            continue
        if role not in mentions(record.written):
            raise ValueError(
                f"the prompt does not mention @{role}. Write @{role} where "
                f"{loaded.bundle.header.name} appears, or set role"
            )
        description = standing_description(
            loaded.bundle.header.description, loaded.permission.rules
        )
        for again, fresh in record.encode({role: description}):
            # What other blocks have set (a frame rate, cameos so far) stays.
            kept = {key: value for key, value in options.items() if key not in fresh}
            kept[UNCONDITIONAL] = options.get(UNCONDITIONAL, fresh.get(UNCONDITIONAL))
            told.append([again, {**fresh, **kept}])
    return told


def with_cameo(conditioning: Conditioning, reference: CameoReference) -> Conditioning:
    """The conditioning, and the empty prompt that it carries, with one more cameo.

    Raises:
        ValueError: too many cameos, or the role is taken.
    """
    from ..host import with_references
    from ..trust.cameo.reference import references_of
    from .conditioning import UNCONDITIONAL

    told: Conditioning = []
    for context, options in conditioning:
        everyone = references_of(options).with_reference(reference)
        ((again, fresh),) = with_references([[context, options]], everyone)
        if fresh.get(UNCONDITIONAL) is not None:
            fresh[UNCONDITIONAL] = with_references(fresh[UNCONDITIONAL], everyone)
        told.append([again, fresh])
    return told


def _strength(name: str, meaning: str) -> io.Float.Input:
    return io.Float.Input(
        name,
        default=1.0,
        min=0.0,
        max=10.0,
        step=0.05,
        round=0.01,
        tooltip=(
            f"{meaning}: 0 leaves it out, 1 shows it to the model, above 1 pushes towards it (one "
            "more evaluation per step and cameo)."
        ),
    )

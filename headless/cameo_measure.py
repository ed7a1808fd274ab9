"""``hibari cameo measure``: does a checkpoint show the likeness it is given?

Playground identities that no training clip shows are enrolled as encrypted cameos, put into clips
through the blocks, and looked up among all references by looks and by voice. Beside it stand the
same clips without the cameo (chance), with the references given to the model library directly
(nothing may be lost on the way), and the true clips (the ceiling of the instruments).
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .report import complain

if TYPE_CHECKING:
    import numpy as np

    from ..training.evaluation.likeness import Identity

PROMPT = '@subject stands in the middle and says: "Hello."'
DESCRIPTION = "somebody"
ROWS = ("cameo, through the blocks", "cameo, through the library", "no cameo", "true clips")
WARNING = (
    "this checkpoint does not say that it was trained with references; then the rows with a cameo "
    "are not expected above the row without one"
)


def measure(arguments: argparse.Namespace) -> tuple[list[str], dict[str, Any]]:
    """Run the measurement; lines of a table, and the same as JSON."""
    import torch

    from ..training.evaluation.likeness import identities

    people = list(identities(arguments.identities))
    with own_home(), torch.inference_mode():
        studio = Studio(arguments.checkpoint, arguments.seconds, arguments.seed)
        rows = {row: score(people, maker) for row, maker in makers(studio).items()}
        gap = max(studio.token_gap(person) for person in people)
    trained = studio.trained_with_references
    if not trained:
        complain(f"hibari: {WARNING}")
    lines = [f"{'':28} looks  voice   ({len(people)} identities, chance {1 / len(people):.2f})"]
    lines += [f"{name:28} {row['looks']:5.2f}  {row['voice']:5.2f}" for name, row in rows.items()]
    lines.append(f"largest difference of reference tokens, blocks and library: {gap:.1e}")
    facts = {"identities": len(people), "rows": rows, "token_difference": gap}
    return lines, facts | {"trained_with_references": trained}


def makers(studio: Studio) -> dict[str, Callable[[Identity, int], Any]]:
    """What makes the clip of an identity, by row."""
    return dict(
        zip(ROWS, (studio.by_blocks, studio.by_library, studio.without, true_clip), strict=True)
    )


def score(people: Sequence[Identity], make: Callable[[Identity, int], Any]) -> Any:
    """Retrieval of looks and of voice over one clip of each identity."""
    from ..training.evaluation.likeness import look_distances, retrieval, voice_distances

    clips = [make(person, index) for index, person in enumerate(people)]
    rate_hz = clips[0][2]
    return {
        "looks": retrieval(look_distances([c[0] for c in clips], [p.view for p in people])),
        "voice": retrieval(
            voice_distances([c[1] for c in clips], [p.voice for p in people], rate_hz)
        ),
    }


def true_clip(person: Identity, _index: int) -> tuple[np.ndarray, np.ndarray, int]:
    """The clip that the world itself makes of an identity."""
    from ..training.world import SAMPLE_RATE

    return person.frames, person.sound, SAMPLE_RATE


class Studio:
    """One checkpoint, and the ways to make a clip with it."""

    def __init__(self, checkpoint: str | None, seconds: float, seed: int) -> None:
        from ..host import checkpoint_names
        from ..nodes.load_model import HibariLoadModel

        self.seconds, self.seed = seconds, seed
        name = checkpoint or checkpoint_names()[0]
        self.model, self.clip, self.vae, self.audio_vae = HibariLoadModel.execute(name).args
        network = self.model.model.diffusion_model
        self.trained_with_references = bool(getattr(network, "trained_with_references", False))

    def by_blocks(self, person: Identity, index: int) -> Any:
        """A clip with the cameo, enrolled, encrypted, loaded and applied."""
        from ..nodes.cameo_apply import HibariApplyCameo
        from ..nodes.cameo_load import HibariLoadCameo

        enrolled(person)
        (loaded,) = HibariLoadCameo.execute(person.name).args
        applied = HibariApplyCameo.execute(
            self.prompt(), loaded, self.vae, "subject", audio_vae=self.audio_vae
        )
        return self.made(applied.args[0], index)

    def by_library(self, person: Identity, index: int) -> Any:
        """A clip with the same tokens, given to the sampler without file, grant or block."""
        from ..host import with_references
        from ..nodes.conditioning import UNCONDITIONAL

        held = Open((self.reference(person),))
        told = with_references(self.prompt({"subject": DESCRIPTION}), held)
        for _, options in told:
            options[UNCONDITIONAL] = with_references(options[UNCONDITIONAL], held)
        return self.made(told, index)

    def without(self, _person: Identity, index: int) -> Any:
        """A clip of the same words alone."""
        return self.made(self.prompt({"subject": DESCRIPTION}), index)

    def prompt(self, roles: dict[str, str] | None = None) -> Any:
        """The encoded words."""
        from ..nodes.conditioning import encode

        return encode(self.clip, PROMPT, roles)

    def reference(self, person: Identity) -> Any:
        """The tokens that the codecs make of an identity."""
        import torch

        from ..model.sampling.references import Reference
        from ..trust.cameo.latent import latents_for

        latents = latents_for(parts_of(person), self.vae, self.audio_vae)
        tokens = [torch.from_numpy(latents[name]) for name in ("view_latents", "voice_latents")]
        return Reference("subject", *tokens)

    def token_gap(self, person: Identity) -> float:
        """How far the tokens of an enrolled cameo are from those of the library."""
        from ..nodes.cameo_apply import sealed_reference
        from ..nodes.cameo_load import HibariLoadCameo

        (loaded,) = HibariLoadCameo.execute(person.name).args
        codecs = (self.vae, self.audio_vae)
        opened = sealed_reference(loaded, "subject", codecs, (1.0, 1.0)).open()
        own = self.reference(person)
        pairs = ((opened.views, own.views), (opened.voice, own.voice))
        return max(float((one - other).abs().max()) for one, other in pairs)

    def made(self, positive: Any, index: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Frames uint8 [F, Y, X, 3], sound [C, N] and its rate of a sampled prompt."""
        import torch

        from ..nodes.decode import HibariDecodeAudio, HibariDecodeVideo
        from ..nodes.empty_latent import HibariEmptyLatent
        from ..nodes.sample import HibariSample

        latent = HibariEmptyLatent.execute("custom", 256, 256, self.seconds, 24.0, 1).args[0]
        seed = self.seed + index
        (made,) = HibariSample.execute(self.model, positive, latent, seed=seed).args
        (images,) = HibariDecodeVideo.execute(made, self.vae).args
        (audio,) = HibariDecodeAudio.execute(made, self.audio_vae).args
        frames = (images.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
        return frames, audio["waveform"][0].numpy(), int(audio["sample_rate"])


class Open:
    """References that are nobody's: playground characters, given to the library directly."""

    def __init__(self, references: tuple[Any, ...]) -> None:
        self.references = references

    def begin(self, held: Sequence[Any], _entries: Any) -> list[tuple[Any, ...]]:
        """The references of each of ``held``."""
        return [one.references for one in held]


def enrolled(person: Identity) -> None:
    """Write an identity as an encrypted cameo of this home."""
    import time

    from ..trust.cameo.bundle import Header, write_bundle
    from ..trust.cameo.library import library_folder
    from ..trust.cameo.rules import Rules
    from ..trust.identity import current_identity

    identity = current_identity()
    header = Header(
        id=os.urandom(16).hex(),
        name=person.name,
        description=DESCRIPTION,
        kind="person",
        owner=identity.public,
        rules=Rules(),
        consent={"text": "a playground character", "date": "", "challenge": None},
        level="attested",
        minor=False,
        created=int(time.time()),
        sealed_key="",
    )
    write_bundle(library_folder(), header, parts_of(person), identity, replace=True)


def parts_of(person: Identity) -> Any:
    """View and voice of an identity as a cameo stores them."""
    import numpy as np

    from ..trust.cameo.bundle import VOICE_RATE_HZ, VOICE_SECONDS

    shortest, longest = (round(seconds * VOICE_RATE_HZ) for seconds in VOICE_SECONDS)
    voice = person.voice[:longest]
    voice = np.pad(voice, (0, max(0, shortest - len(voice))))
    whole = (np.clip(voice, -1, 1) * 32767).round().astype(np.int16)
    return {"views": person.view[None], "voice": np.stack([whole, whole])}


@contextmanager
def own_home() -> Iterator[None]:
    """A home folder for the measurement alone: no identity of it touches the user's cameos."""
    before = os.environ.get("HIBARI_HOME")
    with tempfile.TemporaryDirectory(prefix="hibari-measure-") as folder:
        os.environ["HIBARI_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["HIBARI_HOME"]
            else:
                os.environ["HIBARI_HOME"] = before

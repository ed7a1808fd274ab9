"""All stages of a clip one after the other: what a graph of our blocks does, in one call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from ..trust.cameo.result import ResultPermission
    from ..trust.credentials.contribution import Contribution
    from .reach import Fit


class MadeClip(NamedTuple):
    """Frames [F, H, W, 3] in 0..1, AUDIO of the same length, frames per second."""

    images: Tensor
    audio: dict[str, Any]
    fps: float


def make_clip(checkpoint: str, text: str, wish: Fit, image: Tensor | None, seed: int) -> MadeClip:
    """Return the clip of a prompt, from a checkpoint of the dropdown and with its own settings.

    Raises:
        ValueError: an unusable picture, seed or checkpoint.
    """
    from .av_latent import audio_of, duration_of, empty_latent, frames_of, video_of
    from .codec_output import frames_from, sound_from
    from .conditioning import encode
    from .first_frame import with_first_frame
    from .load_model import HibariLoadModel
    from .reach import scaled
    from .sample import HibariSample

    model, clip, vae, audio_vae = HibariLoadModel.execute(checkpoint).args
    if clip is None:
        raise ValueError(
            f"{checkpoint} brings no text encoder of ours. Use the template Text to video with a "
            "text encoder loader, or another checkpoint"
        )
    latent = empty_latent(wish.plan, 1)
    if image is not None:
        latent = with_first_frame(latent, image, vae)
    (made,) = HibariSample.execute(model, encode(clip, text), latent, seed=seed).args
    images = frames_from(vae, video_of(made), frames_of(made))
    audio = sound_from(audio_vae, audio_of(made), duration_of(made, 0, 0))
    return MadeClip(scaled(images, wish.width, wish.height), audio, wish.plan.fps)


def labelled_video(
    clip: MadeClip,
    story: Sequence[Contribution],
    graph: Mapping[str, Any] | None = None,
    node_id: str | None = None,
    cameos: ResultPermission | None = None,
) -> Any:
    """Return a clip as a VIDEO that is marked and signed, also after a stock block saves it.

    ``cameos`` is what the owners of those in it allow: a draft stays where drafts are.

    Raises:
        ValueError: it cannot be labelled, or a cameo may not be used any more.
        OSError: the folder for temporary files cannot be written.
    """
    from ..host import temp_directory
    from ..host.media import VideoSettings
    from .label import Label
    from .signed_video import SignedVideo
    from .video_files import write_labelled

    wanted = temp_directory() / f"hibari-{uuid.uuid4().hex}.mp4"
    path = cameos.place(wanted) if cameos else wanted
    path.parent.mkdir(parents=True, exist_ok=True)
    fps = float(Fraction(clip.fps).limit_denominator(1001))
    settings = VideoSettings(fps, "mp4", "high")
    label = Label(clip.images, fps, clip.audio, story)

    def record(finished: Path) -> None:
        if cameos is not None:
            cameos.record(finished, path, wanted)

    write_labelled(path, label, settings, {}, on_finished=record)
    label.record(graph, node_id)
    return SignedVideo(str(path))

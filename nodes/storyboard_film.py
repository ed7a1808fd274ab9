"""What the storyboard block does around the shooting: the look, words, cameos, and the assembly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .storyboard_widgets import SHARED

if TYPE_CHECKING:
    from torch import Tensor

    from ..model.montage import Take
    from ..trust.cameo.reference import CameoReference
    from .cameo_load import LoadedCameo
    from .shooting import Plan, Style
    from .shot import Shot

# No sum of sounds is heard louder than this, nor clips.
PEAK_DBTP = -1.0
SILENT_DB = -60.0


def checked_shots(shots: Mapping[str, Any]) -> list[Shot]:
    """Return the shots in order, without those that are open.

    Raises:
        ValueError: there is none, or something else is connected.
    """
    from .shot import Shot

    given = [shot for shot in shots.values() if shot is not None]
    if not given:
        raise ValueError("there is no shot. Connect Hibari Shot")
    for shot in given:
        if not isinstance(shot, Shot):
            raise ValueError(f"{type(shot).__name__} is no shot. Connect Hibari Shot")
    return given


def style_of(words: str, sides: tuple[int, int], fps: float, numbers: Mapping[str, float]) -> Style:
    """Return what all shots share; ``sides`` are (width, height), ``numbers`` those in `SHARED`.

    Raises:
        ValueError: a number out of its range.
    """
    from .clip_plan import CUSTOM, check_fps, check_sides, shaped
    from .shooting import Style

    check_fps(fps)
    check_sides(*sides)
    values = {}
    for name, (default, low, high, *_) in SHARED.items():
        value = values[name] = numbers.get(name, default)
        if not low <= value <= high:
            raise ValueError(f"{name} {value:g} is not in {low:g}..{high:g}. Use {default:g}")
    return Style(
        words,
        shaped(CUSTOM, *sides),
        fps,
        values["dissolve"],
        values["sound_overlap"],
        values["continuity"],
    )


def within_reach(style: Style, model: Any) -> Style:
    """Return the style without references where the checkpoint was not trained with them."""
    knows = getattr(model.model.diffusion_model, "trained_with_references", False)
    return style if knows else replace(style, continuity=0.0)


def summary(plan: Plan, style: Style, model: Any) -> str:
    """Return what is made, which shots are too long for the checkpoint, and what it cannot do."""
    from .clip_windows import longest_window

    height, width = style.size
    told = (
        f"{len(plan.slates)} shots, {width}x{height} px, {plan.frames} frames at {style.fps:g} fps "
        f"= {plan.frames / style.fps:.2f} s"
    )
    longest = longest_window(model, style.fps)
    notes = [
        f"shot {number} takes {slate.frames} frames, and the checkpoint was made for {longest}"
        for number, slate in enumerate(plan.slates, start=1)
        if slate.frames > longest
    ]
    if len(plan.slates) > 1 and style.continuity != within_reach(style, model).continuity:
        notes.append("no continuity, since the checkpoint was not trained with references")
    return "; ".join([told, *notes])


def allowed_texts(
    shots: Sequence[Shot], words: str, graph: Mapping[str, Any] | None, node_id: str | None
) -> list[str]:
    """Return the whole prompts, which the policy allows, and tell the manifest of them.

    Raises:
        ValueError: a prompt is too long or refused; the message names the shot.
    """
    from ..trust.credentials.facts import record_fact
    from .guarding import guard_text
    from .prompt_text import join_prompt

    texts = []
    for number, shot in enumerate(shots, start=1):
        try:
            text = join_prompt(shot.prompt, style=words, camera=shot.camera)
            guard_text(text, graph, node_id)
        except ValueError as error:
            raise ValueError(f"shot {number}: {error}") from error
        record_fact(node_id, "prompt", {"text": text}, graph=graph, slot=str(number))
        texts.append(text)
    return texts


def cast_of(
    cameos: Mapping[str, Any], codecs: tuple[Any, Any], texts: Sequence[str]
) -> list[tuple[LoadedCameo, CameoReference]]:
    """Return the cameos with their latents, sealed; each is mentioned in a shot.

    Raises:
        ValueError: one may not be used, or no shot mentions it.
    """
    from ..trust.cameo.prompt import mentions
    from .cameo_apply import sealed_reference
    from .cameo_load import checked_wire

    mentioned = {role for text in texts for role in mentions(text)}
    cast = []
    for cameo in cameos.values():
        if cameo is None:  # none is chosen yet
            continue
        loaded = checked_wire(cameo)
        reference = sealed_reference(loaded, "", codecs, (1.0, 1.0))
        if reference.role not in mentioned:
            raise ValueError(
                f"no shot mentions @{reference.role}. Write @{reference.role} where "
                f"{loaded.bundle.header.name} appears"
            )
        cast.append((loaded, reference))
    return cast


def assembled(
    takes: Sequence[Take], plan: Plan, style: Style, rate_hz: int, tone: tuple[float, int]
) -> tuple[Tensor, dict[str, Any]]:
    """Return IMAGE and AUDIO of the film; ``tone`` is the gain of the room tone in dB, and a seed.

    The sound of the place is found in all takes and goes on below them.
    """
    from ..model.mixing import limited
    from ..model.montage import picture, sound
    from ..model.room_tone import room_tone

    images = picture(takes, plan.joins)
    waveform = sound(takes, plan.joins, style.fps, rate_hz)
    gain_db, seed = tone
    if gain_db > SILENT_DB:
        below = room_tone([take.sound for take in takes], waveform.shape[-1], seed)
        waveform = waveform + below * 10 ** (gain_db / 20)
    waveform = limited(waveform, rate_hz, PEAK_DBTP)
    return images, {"waveform": waveform[None], "sample_rate": rate_hz}

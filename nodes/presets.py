"""Camera moves and styles to choose from; each is a sentence that goes into the prompt as it is.

The words are those of everyday speech, so that any text encoder reads them; those that the bundled
model was trained with come in its own phrasing.
"""

from __future__ import annotations

NONE = "none"

CAMERA_MOVES = {
    "still": "the camera stands still",
    "pan left": "the camera pans to the left",
    "pan right": "the camera pans to the right",
    "tilt up": "the camera tilts up",
    "tilt down": "the camera tilts down",
    "zoom in": "the camera zooms in",
    "zoom out": "the camera zooms out",
    "dolly in": "the camera moves closer",
    "dolly out": "the camera draws back",
    "follow": "the camera follows",
    "orbit": "the camera circles around the scene",
    "crane up": "the camera rises above the scene",
    "handheld": "the camera shakes, filmed by hand",
}

STYLES = {
    "film": "cinematic film look, soft contrast, shallow focus",
    "documentary": "natural light, documentary style",
    "cartoon": "a flat cartoon drawing",
    "bright illustration": "a bright illustration",
    "pastel": "a drawing in soft pastel colours",
    "pencil sketch": "a pencil sketch",
    "watercolour": "a watercolour painting",
    "clay": "stop-motion animation with clay figures",
    "night": "a night scene",
    "black and white": "black and white photography",
}


def preset_text(name: str, choice: str, presets: dict[str, str]) -> str:
    """Return the sentence of a preset, "" for none.

    Raises:
        ValueError: there is no such preset.
    """
    if choice == NONE:
        return ""
    if choice not in presets:
        raise ValueError(f"{name} {choice!r} is unknown. Use {', '.join((NONE, *presets))}")
    return presets[choice]

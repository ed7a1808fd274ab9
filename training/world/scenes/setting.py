"""Where, when and in which look a scene plays, with the sound and the camera that go with it."""

from __future__ import annotations

from .dice import HELD_OUT_PLACES, Dice
from .layout import KINDS, PLACES, Camera, Setting

WEATHERS_BY_PLACE = {
    "room": ("clear", "cloudy", "rainy"),
    "gym": ("clear",),
    "meadow": ("clear", "clear", "cloudy", "windy", "rainy", "foggy"),
    "beach": ("clear", "clear", "cloudy", "windy", "rainy"),
    "city": ("clear", "clear", "cloudy", "rainy", "foggy", "snowy"),
    "desert": ("clear", "clear", "windy"),
    "snow": ("clear", "cloudy", "snowy", "snowy", "windy"),
}
PLACES_BY_KIND = {"hoop": ("gym", "city", "meadow", "beach"), "billiards": ("room",)}
AMBIENCES = {
    "room": ("quiet", "hum"),
    "gym": ("crowd", "crowd", "hum"),
    "meadow": ("birds",),
    "beach": ("waves",),
    "city": ("traffic",),
    "desert": ("quiet", "wind"),
    "snow": ("quiet", "wind"),
}
NIGHT_AMBIENCES = {"meadow": "crickets", "desert": "crickets"}
ROOMY = 0.95 * 256
"""Width in units from which on everything fits."""
WIDE_KINDS = ("pendulum", "cradle", "seesaw")
KIND_SHARES = (0.14, 0.07, 0.09, 0.07, 0.07, 0.06, 0.08, 0.08, 0.09, 0.08, 0.05, 0.18)


def draw_kind(dice: Dice, width: float) -> tuple[str, str, bool]:
    """Kind, place and whether they form a held-out pair; what is wide needs a wide picture."""
    fitting = [
        (kind, share)
        for kind, share in zip(KINDS, KIND_SHARES, strict=True)
        if width >= ROOMY or kind not in WIDE_KINDS
    ]
    kinds, shares = zip(*fitting, strict=True)
    if dice.challenge == "combination" and dice.chance(0.35):
        kind, place = dice.pick([pair for pair in HELD_OUT_PLACES if pair[0] in kinds])
        return kind, place, True
    while True:
        kind = dice.pick(kinds, shares)
        place = dice.pick(PLACES_BY_KIND.get(kind, PLACES))
        if (kind, place) not in HELD_OUT_PLACES:
            return kind, place, False


def draw_setting(dice: Dice, place: str, kind: str) -> Setting:
    """Time, weather and style of a place; night is a time and a style at once."""
    style = dice.pick(["bright", "pastel", "sketch", "night"], [0.5, 0.16, 0.14, 0.2])
    weather = dice.pick(WEATHERS_BY_PLACE[place])
    if kind == "billiards":
        return Setting(place, "noon", "clear", "bright" if style == "night" else style)
    if style == "night":
        return Setting(place, "night", "clear" if weather == "foggy" else weather, style)
    if style == "sketch":
        return Setting(place, "noon", "clear" if weather == "foggy" else weather, style)
    time = dice.pick(["morning", "noon", "sunset"], [0.25, 0.45, 0.3])
    if weather in ("rainy", "foggy", "snowy", "cloudy") and time == "sunset":
        time = "noon"
    return Setting(place, time, weather, style)


def draw_ambience(dice: Dice, setting: Setting) -> str:
    """The steady sound of the setting: what the weather makes, or else what the place makes."""
    if setting.weather == "rainy":
        return "rain"
    if setting.weather == "windy":
        return "wind"
    if setting.time == "night" and setting.place in NIGHT_AMBIENCES:
        return NIGHT_AMBIENCES[setting.place]
    if setting.style == "sketch" and setting.place == "gym":
        return "crowd"
    return dice.pick(AMBIENCES[setting.place])


def draw_camera(dice: Dice, kind: str) -> Camera:
    """Mostly still; moves are small enough to keep the event in the picture."""
    if kind == "billiards":
        return Camera()
    moves = ["still", "pan left", "pan right", "zoom in", "zoom out", "shake"]
    weights = [0.52, 0.08, 0.08, 0.09, 0.09, 0.06]
    if kind in ("throw", "roll", "ramp", "hoop"):
        moves.append("follow")
        weights.append(0.16)
    move = dice.pick(moves, weights)
    if move.startswith("pan"):
        return Camera(move, dice.uniform(30, 44))
    if move.startswith("zoom"):
        return Camera(move, dice.uniform(0.16, 0.26))
    if move == "shake":
        return Camera(move, dice.uniform(2.5, 4.0))
    return Camera(move, 0.45 if move == "follow" else 0.0)

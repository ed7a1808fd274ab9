"""English captions: words, events, sentence shapes."""

from __future__ import annotations

from ..scenes.cast import Character
from .tongue import NounPhrase, Options, Tongue

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_PLURALS = {"box": "boxes", "domino": "dominoes"}


def phrase(said: NounPhrase) -> str:
    """For instance "a big red rubber ball" or "three blue glass boxes"."""
    words = [said.size, said.colour, said.material, said.noun]
    if said.count != 1:
        words[-1] = _PLURALS.get(said.noun, said.noun + "s")
        words.insert(0, NUMBERS[said.count])
        return " ".join(word for word in words if word)
    words = [word for word in words if word]
    return f"{'an' if words[0][0] in 'aeiou' else 'a'} {' '.join(words)}"


def person(who: Character, detail: int) -> str:
    """A character with the clothes and up to `detail` more features."""
    if who.species != "person":
        said = f"{who.fur} {who.word}"
        return f"{'an' if said[0] in 'aeiou' else 'a'} {said} in a {who.clothes} shirt".replace(
            "a orange", "an orange"
        )
    features = []
    if who.hair == "bald":
        features.append("no hair")
    elif who.hair == "cap":
        features.append(f"a {who.clothes} cap")
    elif who.hair == "bun":
        features.append(f"{who.hair_colour} hair in a bun")
    else:
        features.append(f"{who.hair} {who.hair_colour} hair")
    if who.glasses:
        features.append("glasses")
    if who.beard:
        features.append("a beard")
    shirt = f" in {'an' if who.clothes == 'orange' else 'a'} {who.clothes} shirt"
    features = [item.replace("a orange", "an orange") for item in features[:detail]]
    listed = " and ".join([", ".join(features[:-1]), features[-1]]) if features[1:] else features
    listed = listed if isinstance(listed, str) else "".join(listed)
    return f"a {who.word}{' with ' + listed if listed else ''}{shirt}"


def stranger(who: Character) -> str:
    """For instance "a woman" or "a cat"."""
    return f"a {who.word}"


_WORDS: dict[str, Options] = {
    "colour": {
        "teal": ("teal", "turquoise"),
        "purple": ("purple", "purple", "violet"),
        "orange": ("orange",),
        "brown": ("brown",),
    },
    "material": {
        "rubber": ("rubber",),
        "wood": ("wooden", "wood"),
        "metal": ("metal", "metal", "steel"),
        "glass": ("glass",),
        "stone": ("stone", "stone", "rock"),
    },
    "noun": {
        "ball": ("ball", "ball", "ball", "sphere"),
        "box": ("box", "box", "cube", "block"),
        "crate": ("crate", "box", "block"),
        "domino": ("domino",),
        "plank": ("plank", "board"),
        "bob": ("ball", "weight", "bob"),
    },
    "size": {"small": ("small", "little"), "big": ("big", "large"), "": ("",)},
    "place": {
        "room": ("in a room", "indoors", "in a living room", "on a wooden floor"),
        "gym": ("in a gym", "in a sports hall", "in a gymnasium"),
        "meadow": ("in a meadow", "on the grass", "in the countryside", "on a green meadow"),
        "beach": ("on a beach", "on the sand", "by the sea", "at the seaside"),
        "city": ("in the city", "in a city street", "on the asphalt", "in front of houses"),
        "desert": ("in the desert", "among cacti", "on desert sand"),
        "snow": ("in the snow", "on a snowy field", "in the snowy mountains"),
    },
    "time": {
        "morning": ("in the morning", "early in the day"),
        "noon": ("by day", "around noon", ""),
        "sunset": ("at sunset", "in the evening light", "as the sun sets"),
        "night": ("at night", "under the moon", "in the dark"),
    },
    "weather": {
        "clear": ("", "under a clear sky"),
        "cloudy": ("under a cloudy sky", "on a grey day"),
        "windy": ("in the wind", "on a windy day"),
        "rainy": ("in the rain", "on a rainy day"),
        "snowy": ("while snow falls", "in falling snow"),
        "foggy": ("in the fog", "on a misty day"),
    },
    "style": {
        "bright": ("a bright illustration", "a colourful cartoon", "a flat cartoon drawing"),
        "pastel": ("a pastel drawing", "a drawing in soft pastel colours"),
        "sketch": ("a pencil sketch", "a pencil drawing on paper"),
        "night": ("a night scene", "a dark night picture"),
    },
    "ambience": {
        "quiet": ("it is quiet",),
        "hum": ("a fan hums", "a ceiling fan turns and hums"),
        "crowd": ("a crowd murmurs", "people watch and murmur"),
        "rain": ("rain patters", "rain falls"),
        "wind": ("wind blows", "the wind is heard"),
        "birds": ("birds chirp", "birds are singing"),
        "crickets": ("crickets chirp", "crickets are heard"),
        "waves": ("waves wash ashore", "the sea rushes"),
        "traffic": ("a car drives by", "traffic passes"),
    },
    "sound": {
        "rubber": ("soft thumps", "rubbery thuds"),
        "wood": ("wooden knocks", "hollow knocks"),
        "metal": ("metallic clangs", "ringing metal"),
        "glass": ("glassy clinks", "bright clinks of glass"),
        "stone": ("dull clacks of stone", "heavy stony thuds"),
        "resin": ("sharp clicks", "the click of billiard balls"),
        "speech": ("a voice", "speech"),
        "none": ("almost nothing", "silence"),
    },
    "camera": {
        "pan left": ("the camera pans to the left", "the view moves left"),
        "pan right": ("the camera pans to the right", "the view moves right"),
        "zoom in": ("the camera zooms in", "the camera moves closer"),
        "zoom out": ("the camera zooms out", "the camera draws back"),
        "follow": ("the camera follows", "the camera follows along"),
        "shake": ("the camera shakes", "the picture is shaky, filmed by hand"),
        "still": ("the camera stands still", "the camera does not move"),
    },
    "side": {"left": ("from the left", "from the left side"),
             "right": ("from the right", "from the right side")},
    "spot": {"left": ("on the left",), "middle": ("in the middle", "in the centre"),
             "right": ("on the right",), "left right": ("on the left and on the right",),
             "left middle right": ("side by side",)},
    "height": {"high": ("from high up", "from a great height"),
               "low": ("from a low height", "from just above the ground"), "": ("",)},
    "times": {"1": ("once",), "2": ("twice", "two times"), "3": ("three times",)},
    "tempo": {"slow": ("slow",), "calm": ("calm", "gentle"), "lively": ("lively", "cheerful"),
              "fast": ("fast", "quick")},
    "voice": {"deep": ("in a deep voice",), "low": ("in a low voice",),
              "middle": ("in a clear voice",), "high": ("in a high voice",),
              "squeaky": ("in a squeaky voice",), "robotic": ("in a robotic voice",)},
}  # fmt: skip
_NEW_WORDS: dict[str, Options] = {
    "colour": {"red": ("crimson",), "blue": ("azure",), "green": ("emerald",),
               "purple": ("lilac",), "yellow": ("golden",), "teal": ("cyan",)},
    "noun": {"ball": ("orb",), "box": ("carton",), "crate": ("chest",)},
    "size": {"small": ("tiny",), "big": ("huge",)},
    "place": {"room": ("inside a house",), "gym": ("in an arena",), "meadow": ("on the lawn",),
              "beach": ("on the shore",), "city": ("downtown",), "desert": ("in the dunes",),
              "snow": ("in a winter landscape",)},
    "camera": {"pan left": ("the camera sweeps left",), "pan right": ("the camera sweeps right",),
               "zoom in": ("the shot tightens",), "zoom out": ("the shot widens",)},
    "sound": {"metal": ("chimes of steel",), "wood": ("raps of wood",)},
}  # fmt: skip

_EVENTS: Options = {
    "drop stays": (
        "{S} falls~falling {H} {X} and stays~staying where it|they lands|land",
        "{S} drops~dropping {H} {X} and comes~coming to rest",
        "{S} falls~falling {X} without a bounce",
    ),
    "drop bounces": (
        "{S} falls~falling {H} {X} and bounces~bouncing {K}",
        "{S} drops~dropping {H} {X}, bouncing {K}",
        "{S} hits~hitting the ground {X} and bounces~bouncing {K}",
    ),
    "drop mixed": ("{S} falls~falling {H} {X}", "{S} drops~dropping {H} {X}"),
    "drop in the air": ("{S} falls~falling {H} {X}", "{S} is~being dropped {H} {X}"),
    "drop leaves": ("{S} falls~falling {H} {X} and leaves~leaving the picture",),
    "throw bounces": (
        "{S} flies~flying in {L} and bounces~bouncing {K}",
        "{S} bounces~bouncing {K} across the picture {L}",
        "{S} thrown {L} bounces~bouncing along {K}",
    ),
    "throw lands": (
        "{S} flies~flying in {L} and lands~landing",
        "{S} thrown {L} lands~landing and rolls~rolling on",
    ),
    "throw in the air": ("{S} flies~flying through the air {L}",),
    "throw leaves": ("{S} flies~flying past {L}",),
    "hoop scores clean": (
        "{S} flies~flying cleanly through a basketball hoop",
        "{S} goes~going straight into the hoop and through the net",
        "{S} is~being thrown and drops~dropping through the hoop without touching it",
    ),
    "hoop scores rim": (
        "{S} hits~hitting the rim of the hoop and drops~dropping through it",
        "{S} bounces~bouncing off the rim and into the basket",
        "{S} touches~touching the rim before it falls through the net",
    ),
    "hoop scores backboard": (
        "{S} bounces~bouncing off the backboard and into the hoop",
        "{S} goes~going in off the backboard",
    ),
    "hoop misses rim": (
        "{S} hits~hitting the rim of the hoop and bounces~bouncing away",
        "{S} misses~missing: it strikes the rim and rebounds",
        "{S} bounces~bouncing off the rim and stays~staying out",
    ),
    "hoop misses backboard": (
        "{S} hits~hitting the backboard and rebounds~rebounding without going in",
        "{S} bounces~bouncing off the backboard and misses~missing the hoop",
    ),
    "hoop misses air": (
        "{S} misses~missing the hoop completely",
        "{S} is~being thrown but falls~falling short of the hoop",
    ),
    "hoop in the air": ("{S} flies~flying towards a basketball hoop",),
    "ramp rolls": (
        "{S} {V} down a ramp {L}",
        "{S} comes~coming down a wooden ramp {L} and slows~slowing down",
    ),
    "ramp rolls out": (
        "{S} {V} down a ramp {L} and out of the picture",
        "{S} {V} down a wooden ramp {L} and away",
    ),
    "ramp short": ("{S} {V} down a ramp {L} but does~doing not reach {O}",),
    "ramp knocks over": (
        "{S} {V} down a ramp {L} and knocks~knocking over {O}",
        "{S} {V} down a wooden ramp and sends~sending {O} tumbling",
    ),
    "ramp bumps": (
        "{S} {V} down a ramp {L} and bumps~bumping into {O}",
        "{S} {V} down a wooden ramp and runs~running against {O}, which stays|stay standing",
    ),
    "roll crosses": (
        "{S} rolls~rolling along the ground {L}",
        "{S} rolls~rolling across the picture {L}",
    ),
    "roll creeps": ("{S} rolls~rolling slowly {L}", "{S} creeps~creeping along {L}"),
    "roll leaves": ("{S} rolls~rolling through the picture {L} and out of it",),
    "roll short": ("{S} rolls~rolling towards {O} but does~doing not reach it",),
    "roll pushes": (
        "{S} rolls~rolling {L} into {O} and pushes~pushing it along",
        "{S} runs~running {L} into {O}, which slides away",
    ),
    "roll bumps": (
        "{S} rolls~rolling {L} and bumps~bumping into {O}",
        "{S} rolls~rolling against {O} and stops~stopping there",
    ),
    "roll collide": (
        "{S} and {O} roll~rolling into each other",
        "{S} and {O} collide~colliding",
    ),
    "roll rebound": (
        "{S} and {O} collide~colliding and bounce~bouncing back from each other",
        "{S} and {O} roll~rolling towards each other, crash~crashing and rebound~rebounding",
    ),
    "billiards hits": (
        "the white cue ball hits~hitting {O} {W}",
        "the white ball strikes~striking {O} {W}",
    ),
    "billiards breaks": (
        "the white cue ball breaks~breaking a rack of six balls, {N} of which move",
        "the cue ball runs~running into a triangle of balls and scatters~scattering {N}",
    ),
    "billiards misses": ("the white cue ball misses~missing all other balls",),
    "billiards leaves": ("the white cue ball rolls~rolling slowly and touches~touching nothing",),
    "pendulum swings": (
        "{S} swings~swinging on a rod",
        "{S} hangs~hanging from a beam and swings~swinging freely {L}",
    ),
    "pendulum short": ("{S} swings~swinging {L} but does~doing not touch {O}",),
    "pendulum knocks over": (
        "{S} swings~swinging {L} and knocks~knocking over {O}",
        "{S} on a rod swings~swinging into {O} and throws~throwing it|them over",
    ),
    "pendulum pushes": (
        "{S} swings~swinging {L} and pushes~pushing {O} away",
        "{S} on a rod hits~hitting {O}, which slides|slide aside",
    ),
    "pendulum bumps": ("{S} swings~swinging {L} and hits~hitting {O}, which hardly moves|move",),
    "cradle clicks": (
        "{U} of a Newton's cradle with {B} swings~swinging in {L}, answered by the far side",
        "{U} of a Newton's cradle with {B} strikes~striking the row so that as many jump out",
        "{U} swings~swinging to and fro in a Newton's cradle with {B}",
    ),
    "cradle hangs": ("a Newton's cradle with {B} hangs~hanging there",),
    "domino all": (
        "{S} rolls~rolling into a row of {O}, which all fall",
        "{S} sets~setting off {O}, which topple one after the other",
        "a row of {O} falls~falling down completely, pushed by {S}",
    ),
    "domino some": (
        "{S} rolls~rolling into a row of {O}, of which only {N} fall",
        "{S} pushes~pushing a row of {O}, but just {N} topple",
    ),
    "domino none": (
        "{S} rolls~rolling against a row of {O}, none of which falls",
        "{S} bumps~bumping into {O}, which all stay standing",
    ),
    "tower topples": (
        "{S} {F} into a tower of {O}, of which {N} fall down",
        "{S} hits~hitting a stack of {O}, which topples",
        "a tower of {O} collapses~collapsing when {S} hits it {L}",
    ),
    "tower loses one": (
        "{S} {F} into a tower of {O}, of which one falls down",
        "{S} knocks~knocking one of {O} off a tower",
    ),
    "tower wobbles": (
        "{S} {F} into a tower of {O}, which shifts but stands",
        "{S} hits~hitting a stack of {O}, which stays up",
    ),
    "tower stands": (
        "{S} {F} into a tower of {O}, which does not fall",
        "{S} bounces~bouncing off a stack of {O}, which stands firm",
    ),
    "tower misses": ("{S} {F} past a tower of {O}",),
    "seesaw flies": (
        "{O} falls~falling on one end of a seesaw, which sends {S} flying",
        "{S} is~being thrown up from a seesaw when {O} lands on the other end",
        "a seesaw flings~flinging {S} up as {O} falls on it",
    ),
    "seesaw lifts": (
        "{O} falls~falling on a seesaw and lifts~lifting {S} a little",
        "a seesaw tips~tipping under {O} and lifts~lifting {S}",
    ),
    "seesaw stays": ("{O} falls~falling near a seesaw while {S} stays down",),
    "seesaw leaves": ("a seesaw throws~throwing {S} out of the picture as {O} falls on it",),
    "talk one": (
        '{S} says~saying {V}: "{Q}"',
        '{S} speaks~speaking {V} and says~saying "{Q}"',
        '{S} is~being heard {V}: "{Q}"',
    ),
    "talk two": (
        '{S} says~saying "{Q}" and {O} answers~answering "{R}"',
        '{S} tells~telling {O} "{Q}" and hears~hearing "{R}"',
        '{S} and {O} talk~talking: first "{Q}", then "{R}"',
    ),
    "talk listens": (
        '{S} says~saying "{Q}" while {O} listens',
        '{O} listens~listening to {S}, who says "{Q}"',
    ),
}

ENGLISH = Tongue(
    name="en",
    words=_WORDS,
    new_words=_NEW_WORDS,
    events=_EVENTS,
    shapes=(
        "{E} {P}.",
        "{P}, {E}.",
        "{Y} of {G} {P}.",
        "a video of {G} {P}.",
        "{G} {P}.",
        "we see {G} {P}.",
        "{P}, we see {G}.",
        "{E}. This happens {P}.",
        "this is {Y}: {E} {P}.",
        "{Y}. {E} {P}.",
        "a short clip shows {G} {P}.",
        "{P} there is {G}.",
        "{E} {P}, shown as {Y}.",
        "{Y} in which {E} {P}.",
        "the scene is set {P}: {E}.",
        "in {Y}, {E} {P}.",
        "{E} {P}, with the sound of {N}.",
        "to the sound of {N}, {E} {P}.",
        "{P}, {E}. We hear {N}.",
        "{E} {P} while {A}.",
        "{A} as {E} {P}.",
        "{A}. {P}, {E}.",
        "{Y}, {P}: {G}.",
        "what happens {P}? {E}.",
        "film {G} {P}.",
        "show me {G} {P}.",
    ),
    new_shapes=(
        "watch {G} {P}.",
        "imagine {G} {P}.",
        "here is {Y}, {P}: {E}.",
        "picture this: {E} {P}.",
        "{P} you can see {G}.",
        "someone filmed {G} {P}.",
        "{N} and {G} {P}.",
    ),
    tails={
        "A": ("{A}.", "in the background, {A}.", "{A} all the while."),
        "N": ("we hear {N}.", "the sound is {N}.", "{N} can be heard."),
        "M": ("{M} plays.", "in the background, {M} plays.", "the music is {M}."),
        "Y": ("it is {Y}.", "shown as {Y}.", "the style is that of {Y}."),
        "C": ("{C}.", "meanwhile {C}.", "{C} all the time."),
    },
    phrase=phrase,
    person=person,
    stranger=stranger,
    anybody=("somebody", "someone"),
    numbers=NUMBERS,
    table=("on a billiard table", "on a pool table seen from above"),
    again=("again and again", "several times"),
    tunes=("a {T} {I} tune in {K}", "{T} {I} music in {K} at {B} beats per minute"),
    instruments={},
    drives={"rolls": "rolls~rolling", "slides": "slides~sliding", "flies": "flies~flying"},
    basketball=("basketball", "ball"),
    conjunction="and",
    cushion=", which comes off the cushion",
)

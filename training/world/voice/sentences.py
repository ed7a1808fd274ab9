"""Short things to say, put together from the lexicon's words."""

from __future__ import annotations

import re

from ..scenes.dice import Dice

_ENGLISH: tuple[str, ...] = (
    "{hi}!",
    "{hi}, {friend}!",
    "Good {part}!",
    "Good {part}, {friend}.",
    "How are you {when}?",
    "I am {mood} {when}.",
    "I am so {mood}.",
    "I {like} the {nature}.",
    "I {like} my {thing}.",
    "We {like} {food}.",
    "Do you like {food}?",
    "Do you like my {colour} {thing}?",
    "Look at the {colour} {thing}!",
    "Look at that {nature}!",
    "The {nature} is {quality} {when}.",
    "What a {quality} {thing}!",
    "What a {quality} day!",
    "Where is my {colour} {thing}?",
    "Where is the {animal}?",
    "The {animal} can {verb}.",
    "I can {verb} and {verb}.",
    "Can you {verb} too?",
    "Let's {verb} together!",
    "Let's go to the {spot}.",
    "I want to {verb} {when}.",
    "Please bring me some {food}.",
    "We have {number} {many}.",
    "I see {number} {many}.",
    "Come here, little {animal}!",
    "Thank you so much!",
    "That's {quality}!",
    "It's very {feel} outside.",
    "It's time for {meal}.",
    "Tell me a {quality} story.",
    "See you {later}!",
    "Yes, of course!",
    "No, not today.",
    "Wait for me!",
    "Listen to the {sound}.",
    "Don't be sad, {friend}.",
    "My {family} is at home.",
    "Who wants to {verb}?",
    "Oh no, it's {feel}!",
    "Wow, such a {quality} surprise!",
    "Be careful with the {thing}.",
    "I have a {quality} idea.",
    "Take the {colour} {thing} home.",
    "We walk {way} the {place}.",
    "The {person} is {adjective}.",
    "You are very {adjective}.",
    "Is the {person} at home?",
    "I {did} the {thing} yesterday.",
    "Stop the {vehicle}, please!",
    "Open the {hole}!",
    "Let me {do} you.",
    "Every {person} has a {secret}.",
    "Today is my birthday!",
    "Tomorrow we {do} again.",
    "Nothing is wrong, {friend}.",
    "Why are you so {adjective}?",
    "When do we {verb}?",
    "Roll it down the {place}.",
    "It will bounce back!",
    "Throw me the ball!",
    "Catch it, catch it!",
    "All right, let's start!",
    "I never {do} at {meal}.",
)
_ENGLISH_WORDS: dict[str, tuple[str, ...]] = {
    "hi": ("hello", "hi", "hey", "welcome"),
    "friend": ("my friend", "everyone", "everybody", "little one", "friends"),
    "part": ("morning", "evening", "night", "afternoon"),
    "when": ("today", "now", "tonight", "again"),
    "mood": ("happy", "tired", "hungry", "ready", "busy", "lucky", "cold"),
    "like": ("like", "love", "see", "hear"),
    "nature": ("sea", "moon", "sky", "rain", "snow", "wind", "garden", "river", "mountain", "sun"),
    "thing": ("ball", "box", "hat", "book", "house", "car", "boat", "coat", "flower", "chair"),
    "food": ("apples", "bread", "cheese", "cake", "soup", "milk", "tea", "coffee"),
    "colour": ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white"),
    "quality": ("wonderful", "beautiful", "funny", "great", "lovely", "new", "nice", "perfect"),
    "animal": ("cat", "dog", "bear", "rabbit", "fox", "bird", "fish", "horse", "robot"),
    "verb": (
        "sing",
        "dance",
        "play",
        "run",
        "jump",
        "swim",
        "fly",
        "climb",
        "read",
        "draw",
        "paint",
        "walk",
        "laugh",
        "dream",
        "sleep",
        "eat",
    ),
    "spot": ("beach", "park", "city", "garden", "lake", "school", "kitchen", "river"),
    "number": ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "many": ("birds", "stars", "trees", "flowers", "apples", "friends", "clouds"),
    "feel": ("cold", "hot", "warm", "wet", "dry", "quiet", "loud"),
    "meal": ("breakfast", "lunch", "dinner", "tea", "bed", "school"),
    "later": ("soon", "later", "tomorrow", "tonight"),
    "sound": ("music", "rain", "wind", "birds", "sea", "song"),
    "way": ("to", "into", "over", "from", "up", "down"),
    "place": ("hill", "road", "street", "room", "house", "beach", "mountain", "garden"),
    "person": ("man", "woman", "boy", "girl", "baby", "robot", "bear"),
    "adjective": (
        "kind",
        "brave",
        "old",
        "young",
        "tall",
        "short",
        "small",
        "big",
        "slow",
        "fast",
        "sweet",
        "soft",
        "sad",
        "amazing",
        "careful",
    ),
    "did": ("lost", "had"),
    "vehicle": ("car", "train", "boat", "music", "game"),
    "hole": ("door", "window", "box", "book"),
    "do": (
        "help",
        "show",
        "teach",
        "find",
        "tell",
        "wake",
        "watch",
        "speak",
        "talk",
        "try",
        "learn",
        "build",
        "ride",
        "drive",
        "write",
        "wait",
        "smile",
    ),
    "secret": ("secret", "story", "dream", "name", "question", "wish", "hope", "song"),
    "family": ("mother", "father", "sister", "brother", "baby", "dog"),
}
_FRENCH: tuple[str, ...] = (
    "{hi} !",
    "{hi}, mon ami !",
    "{hi} tout le monde !",
    "Je suis {mood}.",
    "Regarde le {nature} !",
    "Regarde la {scene} !",
    "J'aime la {scene}.",
    "La {scene} est {pretty}.",
    "Le {nature} est beau.",
    "Le {animal} {act} bien.",
    "Quel beau {nature} !",
    "Merci beaucoup !",
    "Viens ici, petit {animal} !",
    "Oui, avec toi !",
    "Tu veux voir le {animal} ?",
    "Comment vas tu ?",
    "Il fait {feel} ici.",
    "Nous avons un {animal}.",
)
_FRENCH_WORDS: dict[str, tuple[str, ...]] = {
    "hi": ("Bonjour", "Salut", "Bonsoir", "Bravo"),
    "mood": ("bien", "ici", "avec vous"),
    "nature": ("ciel", "soleil", "jardin", "chat", "livre"),
    "scene": ("mer", "plage", "lune", "neige", "ville", "maison", "musique", "pluie"),
    "pretty": ("belle", "petite", "magnifique"),
    "animal": ("chat", "chien", "lapin", "renard", "oiseau", "ours"),
    "act": ("chante", "danse", "mange", "dors"),
    "feel": ("froid", "chaud", "noir", "beau"),
}


def draw_sentence(dice: Dice, language: str) -> str:
    """A sentence of two to six words."""
    shapes, words = (_ENGLISH, _ENGLISH_WORDS) if language == "en" else (_FRENCH, _FRENCH_WORDS)
    used: set[str] = set()

    def fill(match: re.Match[str]) -> str:
        options = [word for word in words[match[1]] if word not in used]
        used.add(chosen := dice.pick(options))
        return chosen

    text = re.sub(r"\{(\w+)\}", fill, dice.pick(shapes))
    return text[0].upper() + text[1:]


def vocabulary() -> set[str]:
    """Every word that can be said, in both languages."""
    said: set[str] = set()
    for shapes, words in ((_ENGLISH, _ENGLISH_WORDS), (_FRENCH, _FRENCH_WORDS)):
        texts = [*shapes, *(option for options in words.values() for option in options)]
        for text in texts:
            plain = re.sub(r"\{\w+\}", " ", text).lower().replace("'", "")
            said |= set(re.findall(r"[^\W\d_]+", plain))
    return said

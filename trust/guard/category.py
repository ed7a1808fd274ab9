"""What the guard looks for, in the words that policies, verdicts and manifests use."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """Kinds of content; the value is the name in policy files."""

    SEXUAL = "sexual"
    SEXUAL_MINORS = "sexual-minors"
    VIOLENCE = "violence"
    HATE = "hate"
    SELF_HARM = "self-harm"
    POLITICAL = "political"
    REAL_PERSON = "real-person"
    PROTECTED_CHARACTER = "protected-character"
    CAMEO = "cameo"


class Level(StrEnum):
    """How plainly something is shown; most policies refuse from ``strong`` on."""

    MILD = "mild"
    STRONG = "strong"


ALWAYS_REFUSED = Category.SEXUAL_MINORS
"""No policy, attestation or registry entry changes this one."""

ADVICE = {
    Category.SEXUAL: "Describe the scene without nudity or sexual acts",
    Category.SEXUAL_MINORS: "This is refused under every policy and cannot be configured",
    Category.VIOLENCE: "Describe the scene without gore, cruelty or instructions to harm",
    Category.HATE: "Describe people without attacking what they are",
    Category.SELF_HARM: (
        "Describe the scene without people harming themselves. If this is about you: you are not "
        "alone, and a helpline or someone you trust can help today"
    ),
    Category.POLITICAL: "Describe the scene without telling anybody how to vote or faking news",
    Category.REAL_PERSON: (
        "Describe an invented person, use a cameo of someone who agreed, or attest their agreement "
        "in Hibari Guard Prompt"
    ),
    Category.PROTECTED_CHARACTER: (
        "Invent a character of your own, or record the owner's licence in the rights registry"
    ),
    Category.CAMEO: "Leave out what the owner of the cameo does not allow",
}
"""What to do instead, the last sentence of a refusal."""

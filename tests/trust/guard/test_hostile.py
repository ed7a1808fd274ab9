"""Whatever is typed or written into a policy: a verdict or one sentence, never a crash."""

import random

import pytest
from hibari.trust.guard.check import Verdict, check_prompt
from hibari.trust.guard.graph import words_of
from hibari.trust.guard.policy import BUNDLED, load_policy, read_policy

PIECES = [
    "nude",
    "4",
    "%6",
    "\\x",
    "&#",
    "==",
    "aGVs",
    "\u200b",
    "а",
    "ﷺ",
    "🅰",
    "\ud83d",
    "*",
    ". ",
    "\n",
    "é",
    "0x6",
    "01100001 ",
]


@pytest.mark.parametrize("seed", range(40))
def test_any_text_gets_a_verdict(seed):
    draw = random.Random(seed)
    text = "".join(
        draw.choice([draw.choice(PIECES), chr(draw.randrange(0x20000))]) for _ in range(60)
    )
    assert isinstance(check_prompt(text, load_policy()), Verdict)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_policy_is_read_or_refused_with_a_line(seed):
    draw = random.Random(seed)
    text = list((BUNDLED / "default.toml").read_text("utf-8"))
    for _ in range(draw.randrange(1, 6)):
        text[draw.randrange(len(text))] = draw.choice('="[]\n#.x0 ')
    message, policy = outcome("".join(text))
    assert message.startswith("damaged.toml, line ") or policy is not None
    if policy is not None:
        assert not check_prompt("a nude child", policy).allowed


def outcome(text):
    """("", policy), or (message, None) when the text is refused."""
    try:
        return "", read_policy(text, "damaged", "damaged.toml")
    except ValueError as error:
        return str(error), None


@pytest.mark.parametrize(
    "inputs", [{}, {"x": [1, 2]}, {"x": ["a", True]}, {"x": {"y": 1}}, {"x": ["a", 0]}, {"x": None}]
)
def test_odd_links_are_walked(inputs):
    graph = {"a": {"class_type": "X", "inputs": inputs}, "b": {}}
    assert words_of(graph, "a").texts == words_of(graph, "b").texts == ()

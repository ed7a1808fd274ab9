"""How fields become one prompt."""

import pytest
from hibari.nodes.prompt_text import MAX_PROMPT_CHARS, join_prompt


@pytest.mark.parametrize("prompt", ["a red ball", " a red ball \n", "Une balle rouge tombe!", "球"])
def test_a_prompt_alone_stays_as_it_was_written(prompt):
    assert join_prompt(prompt) == prompt.strip()


def test_fields_become_sentences_in_one_order():
    text = join_prompt(
        "a red ball bounces",
        style="oil painting",
        camera="Pan.",
        ambience="rain",
        dialogue="Oh!",
    )
    assert text == 'a red ball bounces. Pan. oil painting. rain. "Oh!"'


def test_empty_fields_change_nothing():
    assert join_prompt("a ball", style="  ", camera="", ambience="\n", dialogue=" ") == "a ball"


@pytest.mark.parametrize("words", ['She says "hello"', "“hello”", "Il dit « salut »"])
def test_words_in_quotes_are_not_quoted_again(words):
    assert join_prompt("a man", dialogue=words).startswith(f"a man. {words}")


@pytest.mark.parametrize("prompt", ["", " ", "\n\t"])
def test_an_empty_prompt_is_refused(prompt):
    with pytest.raises(ValueError, match=r"the prompt is empty\. Describe"):
        join_prompt(prompt, style="oil painting")


def test_the_limit_counts_fields_too():
    assert len(join_prompt("a" * MAX_PROMPT_CHARS)) == MAX_PROMPT_CHARS
    with pytest.raises(ValueError, match="has 5006 characters, at most 5000"):
        join_prompt("a" * (MAX_PROMPT_CHARS - 1), style="blue")
    with pytest.raises(ValueError, match="has 10000 characters"):
        join_prompt("a" * 10_000)

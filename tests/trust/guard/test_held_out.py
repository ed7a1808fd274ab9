"""The bar on prompts that rules and classifier were not made from, and the set itself."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hibari.trust.guard.category import Category
from hibari.trust.guard.classifier import CATEGORIES, WEIGHTS, width
from hibari.trust.guard.lexicon import bundled_lexicon
from safetensors.numpy import load_file

ROOT = Path(__file__).parents[3]
BENCHMARK = ROOT / "benchmarks" / "guard.py"


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("guard_benchmark", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_set_is_large_balanced_and_split_in_half(benchmark):
    prompts = benchmark.labelled()
    assert len(prompts) >= 600
    assert len({prompt.text for prompt in prompts}) == len(prompts)
    halves = Counter((prompt.split, prompt.refuse) for prompt in prompts)
    assert max(halves.values()) - min(halves.values()) <= 10
    assert {prompt.category for prompt in prompts} == set(Category)
    assert sum(prompt.language == "fr" for prompt in prompts) >= len(prompts) / 4


@pytest.fixture(scope="module")
def judged(benchmark):
    return [(prompt, benchmark.refused(prompt)) for prompt in benchmark.labelled("held-out")]


def test_held_out_prompts_are_judged_above_the_bar(judged):
    refused = [prompt for prompt, stopped in judged if stopped]
    wanted = [prompt for prompt, _ in judged if prompt.refuse]
    hits = sum(prompt.refuse for prompt in refused)
    assert hits / len(wanted) >= 0.95
    assert hits / len(refused) >= 0.90


def test_no_phrase_is_missed_for_how_it_begins(benchmark):
    readings = [prompt.text.lower() for prompt in benchmark.labelled()]
    for phrases in bundled_lexicon().concepts.values():
        for text in readings:
            assert phrases._may_be_in(text) or not phrases._pattern.search(text)


def test_the_documented_numbers_are_what_is_measured(benchmark, judged):
    lines = list(benchmark.table(judged))
    assert "\n".join(lines) in (ROOT / "docs" / "guard.md").read_text("utf-8")
    recall, precision = (cell.strip() for cell in lines[-1].split("|")[4:6])
    said = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert f"refuses {recall} of what it should and {precision} of its refusals are right" in said


def test_the_weights_fit_the_features():
    tensors = load_file(WEIGHTS)
    assert tensors["weight"].shape == (len(CATEGORIES), width(bundled_lexicon()))
    assert np.isfinite(tensors["weight"].astype(np.float32)).all()
    assert WEIGHTS.stat().st_size < 500_000

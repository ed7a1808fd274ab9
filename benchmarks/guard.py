"""How well the guard reads prompts: recall and precision by category on labelled prompts.

python benchmarks/guard.py                  the held-out half, as in the README
python benchmarks/guard.py --split train    the half that rules and classifier were made from
python benchmarks/guard.py --errors         also lists what was judged wrongly
python benchmarks/guard.py --fit            fits the classifier again on the training half
python benchmarks/guard.py --features       compares features of the classifier, rules aside
"""

from __future__ import annotations

import argparse
import csv
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hibari.trust.guard.category import Category
from hibari.trust.guard.check import CameoRules, check_prompt
from hibari.trust.guard.classifier import CATEGORIES, WEIGHTS, features
from hibari.trust.guard.lexicon import bundled_lexicon
from hibari.trust.guard.policy import load_policy
from hibari.trust.guard.readings import plain

FOLDER = Path(__file__).parent / "guard_prompts"
CAMEO = CameoRules(
    "sample",
    frozenset({"alcohol", "smoking", "weapons", "swimwear", "politics", "romance"}),
)
PENALTY = 2e-3
FOLDS = 5


@dataclass(frozen=True)
class Prompt:
    """One labelled prompt."""

    category: Category
    split: str
    refuse: bool
    language: str
    text: str


def labelled(split: str | None = None) -> list[Prompt]:
    """Return the labelled prompts, of one half or all."""
    prompts = []
    for path in sorted(FOLDER.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                refuse = row["verdict"] == "refuse"
                category = Category(path.stem)
                prompts.append(
                    Prompt(category, row["split"], refuse, row["language"], row["prompt"])
                )
    return [prompt for prompt in prompts if split in (None, prompt.split)]


def refused(prompt: Prompt) -> bool:
    """Whether the default policy refuses a prompt (with the sample cameo for its category)."""
    cameos = (CAMEO,) if prompt.category is Category.CAMEO else ()
    return not check_prompt(prompt.text, load_policy(), cameos=cameos).allowed


def main(argv: Sequence[str] | None = None) -> None:
    """Print the asked table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", choices=("held-out", "train"), default="held-out")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--features", action="store_true")
    arguments = parser.parse_args(argv)
    logging.getLogger("hibari.trust.guard").setLevel(logging.ERROR)  # refusals are the point here
    if arguments.fit:
        fit_bundled()
    if arguments.features:
        compare_features()
        return
    prompts = labelled(arguments.split)
    judged = [(prompt, refused(prompt)) for prompt in prompts]
    print("\n".join(table(judged)))
    if arguments.errors:
        for prompt, stopped in judged:
            if stopped != prompt.refuse:
                print("missed " if prompt.refuse else "wrongly", prompt.category, prompt.text)


def table(judged: Sequence[tuple[Prompt, bool]]) -> Iterable[str]:
    """Lines of the table by category and language, and in total."""
    yield "| prompts | to refuse | look-alikes | recall | precision |"
    yield "|---|---|---|---|---|"
    for category in Category:
        yield row(str(category), [pair for pair in judged if pair[0].category is category])
    for language, name in (("en", "English"), ("fr", "French")):
        yield row(name, [pair for pair in judged if pair[0].language == language])
    yield row("all", judged)


def row(name: str, judged: Sequence[tuple[Prompt, bool]]) -> str:
    """One line: recall = refused of those to refuse, precision = to refuse of those refused."""
    hits = sum(stopped and prompt.refuse for prompt, stopped in judged)
    false_alarms = sum(stopped and not prompt.refuse for prompt, stopped in judged)
    wanted = sum(prompt.refuse for prompt, _ in judged)
    precision = hits / max(hits + false_alarms, 1)
    counts = f"{wanted} | {len(judged) - wanted}"
    return f"| {name} | {counts} | {hits / max(wanted, 1):.3f} | {precision:.3f} |"


Matrix = np.ndarray
Featurise = Callable[[Sequence[str]], Matrix]


def own_features(texts: Sequence[str]) -> Matrix:
    """Features of the bundled classifier [N, D]."""
    return np.stack([features(plain(text), bundled_lexicon()) for text in texts])


def encoder_features(texts: Sequence[str]) -> Matrix:
    """Mean and summary state of the bundled checkpoint's text encoder [N, 2 D]."""
    import torch
    from hibari.host import checkpoint_names, checkpoint_path
    from hibari.model.checkpoint import Checkpoint

    encoder = Checkpoint(checkpoint_path(checkpoint_names()[0])).load_text_encoder()
    rows = []
    with torch.inference_mode():
        for text in texts:
            states, _ = encoder.hidden(encoder.tokenize([text])[0])
            rows.append(torch.cat((states[0, 0], states[0, 1:].mean(0))).float().numpy())
    return np.stack(rows)


def labels(prompts: Sequence[Prompt]) -> Matrix:
    """1 where a prompt must be refused under the category of a column [N, K]."""
    return np.array(
        [[prompt.refuse and prompt.category is name for name in CATEGORIES] for prompt in prompts],
        dtype=np.float64,
    )


def fit(features_ND: Matrix, labels_NK: Matrix) -> tuple[Matrix, Matrix]:
    """Return weight [K, D] and bias [K] of logistic regressions with an L2 penalty."""
    import torch

    x = torch.from_numpy(features_ND).double()
    y = torch.from_numpy(labels_NK)
    weight = torch.zeros(y.shape[1], x.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.full((y.shape[1],), -2.0, dtype=torch.float64, requires_grad=True)
    steps = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        steps.zero_grad()
        logits = x @ weight.T + bias
        value = torch.nn.functional.binary_cross_entropy_with_logits(logits, y)
        value = value + PENALTY * weight.square().sum() / y.shape[1]
        value.backward()
        return value

    steps.step(loss)
    return weight.detach().numpy(), bias.detach().numpy()


def fit_bundled() -> None:
    """Fit the bundled classifier on the training half and write its weights."""
    from safetensors.numpy import save_file

    prompts = labelled("train")
    weight, bias = fit(own_features([prompt.text for prompt in prompts]), labels(prompts))
    partial = WEIGHTS.with_suffix(".part")
    save_file(
        {"weight": weight.astype(np.float16), "bias": bias.astype(np.float32)},
        partial,
        metadata={"prompts": str(len(prompts)), "categories": " ".join(CATEGORIES)},
    )
    partial.replace(WEIGHTS)


def compare_features() -> None:
    """Print held-out F1 of the classifier alone over its own features and the text encoder's."""
    train, held_out = labelled("train"), labelled("held-out")
    print("| features | recall | precision | F1, best threshold of the training half |")
    print("|---|---|---|---|")
    for name, featurise in (("own", own_features), ("bundled text encoder", encoder_features)):
        x, y = featurise([prompt.text for prompt in train]), labels(train)
        centre, scale = x.mean(0), np.sqrt((x - x.mean(0)).std() ** 2 + 1e-12)
        if name != "own":
            x = (x - centre) / scale / np.sqrt(x.shape[1])
        weight, bias = fit(x, y)
        other = featurise([prompt.text for prompt in held_out])
        if name != "own":
            other = (other - centre) / scale / np.sqrt(other.shape[1])
        threshold = best_threshold(x, y)
        print(f"| {name} | {scores(other @ weight.T + bias, labels(held_out), threshold)}")


def best_threshold(x: Matrix, y: Matrix) -> float:
    """The logit with the best F1 in cross-validation within the training half."""
    logits = np.zeros_like(y)
    for fold in range(FOLDS):
        kept = np.arange(len(x)) % FOLDS != fold
        weight, bias = fit(x[kept], y[kept])
        logits[~kept] = x[~kept] @ weight.T + bias
    choices = np.linspace(-4, 2, 61)
    return float(max(choices, key=lambda threshold: counts(logits, y, threshold)[2]))


def counts(logits: Matrix, y: Matrix, threshold: float) -> tuple[float, float, float]:
    """Recall, precision and F1 of "any category above the threshold"."""
    said, wanted = (logits > threshold).any(1), y.any(1)
    hits = (said & wanted).sum()
    recall, precision = hits / max(wanted.sum(), 1), hits / max(said.sum(), 1)
    return recall, precision, 2 * recall * precision / max(recall + precision, 1e-9)


def scores(logits: Matrix, y: Matrix, threshold: float) -> str:
    """The cells of one row."""
    return " | ".join(f"{value:.3f}" for value in counts(logits, y, threshold)) + " |"


if __name__ == "__main__":
    main()

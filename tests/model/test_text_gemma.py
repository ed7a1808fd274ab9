"""Gemma as an extra: honest refusals, and the path from prompts to connected context."""

import sys
from types import SimpleNamespace

import pytest
import torch
from hibari.model.text.gemma import GemmaEncoder
from hibari.model.text.projection import TextProjection
from hibari.model.transformer import AVTransformer, TransformerConfig

HIDDEN, LAYERS = 6, 3


class Tokenizer:
    bos_token_id = 2

    def __call__(self, text, truncation):
        assert truncation is False
        return {"input_ids": [3 + len(word) % 7 for word in text.split()]}


class LanguageModel:
    """States that depend on the token and the layer."""

    device = torch.device("cpu")

    def __call__(self, input_ids, output_hidden_states):
        assert output_hidden_states
        base = input_ids.unsqueeze(-1) * torch.linspace(-1.0, 1.0, HIDDEN)
        return SimpleNamespace(hidden_states=tuple(torch.sin(base + i) for i in range(LAYERS)))


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    transformer = AVTransformer(TransformerConfig.tiny()).eval()
    projection = TextProjection(HIDDEN, (32, 16), layers=LAYERS)
    return GemmaEncoder(LanguageModel(), Tokenizer(), projection, transformer.connect)


def test_features_are_padded_behind_and_masked(encoder):
    features, mask = encoder.features(["a bee flies", ""])
    assert features.shape == (2, 4, 48)
    assert mask.tolist() == [[True] * 4, [True, False, False, False]]
    assert features[1, 1:].eq(0).all()


@torch.no_grad()
def test_context_is_connected_and_the_same_in_any_batch(encoder):
    both, mask = encoder.encode(["a", "a bee flies"])
    assert both.shape == (2, 1024, 48)
    assert mask.all()
    alone, _ = encoder.encode(["a"])
    torch.testing.assert_close(both[:1], alone, atol=1e-4, rtol=1e-4)


def test_a_prompt_beyond_1024_tokens_is_refused(encoder):
    encoder.features(["word " * 1023])
    with pytest.raises(ValueError, match=r"has 1025 tokens; this model reads at most 1024"):
        encoder.features(["word " * 1024])


@pytest.mark.slow
def test_a_real_gemma_folder_gives_what_a_left_padded_batch_gives(tmp_path):
    """The reference pads on the left to 1024 tokens; running without padding is the same."""
    try:
        from transformers import Gemma3TextConfig, Gemma3TextModel, PreTrainedTokenizerFast
    except (ImportError, OSError) as error:
        pytest.skip(f"transformers cannot be imported here: {error}")
    from tokenizers import Tokenizer as Words
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    config = Gemma3TextConfig(
        vocab_size=8, hidden_size=16, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, head_dim=8, sliding_window=8,
    )  # fmt: skip
    Gemma3TextModel(config).save_pretrained(tmp_path)
    words = Words(WordLevel({"?": 0, "<pad>": 1, "<bos>": 2, "a": 3, "bee": 4}, unk_token="?"))
    words.pre_tokenizer = Whitespace()
    tokens = PreTrainedTokenizerFast(tokenizer_object=words, bos_token="<bos>", unk_token="?")
    tokens.save_pretrained(tmp_path)
    projection = TextProjection(16, (32, 16), layers=3)
    encoder = GemmaEncoder.from_folder(tmp_path, projection, max, dtype=torch.float32)
    features, _ = encoder.features(["a bee"])

    ids = torch.tensor([[1, 1, 1, 2, 3, 4]])
    padded = encoder.model(input_ids=ids, attention_mask=(ids != 1).long(),
                           output_hidden_states=True)  # fmt: skip
    states = torch.stack(padded.hidden_states, dim=-1)
    expected = projection(states, ids != 1)[:, 3:]
    torch.testing.assert_close(features, expected, atol=1e-5, rtol=1e-4)


def from_folder(folder):
    projection = TextProjection(HIDDEN, (32, 16), layers=LAYERS)
    return GemmaEncoder.from_folder(folder, projection, lambda features, mask: features)


def test_without_transformers_the_error_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ImportError, match=r'pip install "hibari\[gemma\]"'):
        from_folder(tmp_path)


def test_a_folder_without_a_model_is_refused(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "transformers", SimpleNamespace())
    with pytest.raises(ValueError, match=r"has no config\.json; give the folder of a Gemma-3"):
        from_folder(tmp_path)


def test_a_model_of_another_size_is_refused(monkeypatch, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    model = SimpleNamespace(get_input_embeddings=lambda: torch.nn.Embedding(5, 1152))
    loads = [SimpleNamespace(from_pretrained=lambda *a, made=m, **k: made) for m in (None, model)]
    fake = SimpleNamespace(AutoTokenizer=loads[0], AutoModel=loads[1])
    monkeypatch.setitem(sys.modules, "transformers", fake)
    with pytest.raises(ValueError, match=r"model of width 1152; this checkpoint needs 6"):
        from_folder(tmp_path)

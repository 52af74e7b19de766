# SPDX-License-Identifier: Apache-2.0
"""The hook in tiny random models of each kind: BERT, Llama, Gemma, Qwen; nothing is downloaded."""

import copy
import subprocess

import numpy as np
import opensofa
import pytest
from conftest import PROGRAMS

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
from opensofa.torch import _hook, export, replace  # noqa: E402

SIZES = {"vocab_size": 97, "hidden_size": 64, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4,
         "max_position_embeddings": 256}
GROUPED = {**SIZES, "num_key_value_heads": 2, "head_dim": 16}
SLIDING = {"sliding_window": 24, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}
KINDS = {
    "bert": lambda: transformers.BertForMaskedLM(transformers.BertConfig(**SIZES)),
    "llama": lambda: transformers.LlamaForCausalLM(transformers.LlamaConfig(**GROUPED)),
    "gemma3": lambda: transformers.Gemma3ForCausalLM(transformers.Gemma3TextConfig(**GROUPED, **SLIDING, query_pre_attn_scalar=16)),
    "qwen2": lambda: transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**GROUPED, **SLIDING, use_sliding_window=True)),
    "qwen3": lambda: transformers.Qwen3ForCausalLM(transformers.Qwen3Config(**GROUPED)),
}
ALL = opensofa.Config("small", head_dim=16, tile__kept_max=16)  # keeps 16 of 16


@pytest.fixture(scope="module", params=KINDS)
def model(request):
    torch.manual_seed(5)
    model = KINDS[request.param]().eval()
    with torch.no_grad():
        for parameter in model.parameters():  # larger than usual: attention that is not flat
            parameter.mul_(2.5 if parameter.ndim > 1 else 1)
    return model


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.no_grad():
        yield


def batch(rows=60, left=False):
    """Two sequences; the second is shorter."""
    ids = torch.randint(3, 97, (2, rows), generator=torch.Generator().manual_seed(7))
    mask = torch.ones_like(ids)
    mask[1, slice(0, 19) if left else slice(rows - 19, rows)] = 0
    return {"input_ids": ids, "attention_mask": mask}


def decibels(want, got):
    want, got = np.asarray(want, np.float64), np.asarray(got, np.float64)
    return 10 * np.log10((want**2).sum() / ((want - got) ** 2).sum())


def logits(model, inputs):
    """Of positions that are no padding."""
    return model(**inputs).logits[inputs["attention_mask"].bool()].numpy()


def exact(s):
    """float64 attention."""
    k, v = (np.repeat(x, len(s.q) // len(s.k), 0).astype(np.float64) for x in (s.k, s.v))
    key = np.arange(k.shape[1])
    seen = (key >= s.first[:, None]) & (key < s.visible[:, None])
    score = np.where(seen, s.q @ k.transpose(0, 2, 1) * s.scale, -np.inf)
    weight = np.exp(score - score.max(-1, keepdims=True))
    return weight @ v / weight.sum(-1, keepdims=True)


class Noisy:
    """float64 attention with the accelerator's error, its sign by chance for each head and column: what is wrong with K or V is wrong for all
    rows alike."""

    def __init__(self, config):
        self.config, self.random, self.worst = config, np.random.default_rng(1), np.inf

    def takes(self, layer, index):
        return True

    def attend(self, layer, index, s):
        want = exact(s)
        got = opensofa.attention(s.q, s.k, s.v, self.config, first=s.first, visible=s.visible, scale=s.scale, kept=16, report=False).o
        sign = self.random.choice([-1, 1], (len(want), 1, want.shape[-1]))
        self.worst = min(self.worst, *(decibels(a, b) for a, b in zip(want, got)))
        return (want + sign * (got - want)).astype(np.float32)


@pytest.mark.parametrize("left", [False, True], ids=["right", "left"])
@pytest.mark.parametrize("bits, least", [(16, 66), (8, 20)])
def test_everything_kept(model, left, bits, least):
    """The logits are as far from the float model's as noise in the place of the fixed point's errors makes them."""
    config = ALL.set(data__query_bits=bits, data__key_bits=bits, data__value_bits=bits)
    inputs = batch(left=left)
    want = logits(model, inputs)
    with replace(model, config, kept=16) as hardware:
        got = logits(model, inputs)
    assert hardware.kept_fraction == 1 and len(hardware.layers) == 3
    noisy = Noisy(config)
    before = _hook.put(model, noisy)
    like = logits(model, inputs)
    _hook.take_out(model, before)
    error, expected = decibels(want, got), decibels(want, like)
    print(f"heads {noisy.worst:.1f} dB at worst, logits {error:.1f} dB, with noise {expected:.1f} dB")
    assert noisy.worst > least and error > least - 10 and abs(error - expected) < 3
    np.testing.assert_array_equal(logits(model, inputs), want)  # it is the float model again


class Watcher:
    """torch computes; what would be attended is kept."""

    def __init__(self):
        self.seen = []

    def takes(self, layer, index):
        return True

    def attend(self, layer, index, s):
        self.seen.append(s)


@pytest.mark.parametrize("left", [False, True], ids=["right", "left"])
def test_padding_changes_nothing(model, left):
    """What the accelerator is given of a padded sequence is what it is given of the sequence alone."""
    inputs, seen = batch(left=left), []
    alone = {name: x[1:, 19:] if left else x[1:, :-19] for name, x in inputs.items()}
    for given in (inputs, alone):
        watcher = Watcher()
        before = _hook.put(model, watcher)
        model(**given)
        _hook.take_out(model, before)
        seen.append([s for s in watcher.seen if s.number == len(given["input_ids"]) - 1])
    causal = model.config.model_type != "bert"
    for padded, single in zip(*seen, strict=True):
        rows = single.q.shape[1]
        assert padded.k.shape[1] == single.k.shape[1] == rows
        assert padded.scale == single.scale and len(padded.q) == 4 and len(padded.k) == (2 if causal else 4)
        np.testing.assert_array_equal(padded.first[:rows], single.first)  # rows of padding behind the end see keys, too
        np.testing.assert_array_equal(padded.visible[:rows], single.visible)
        if causal:
            np.testing.assert_array_equal(single.visible, np.arange(1, rows + 1))
        if not left:
            np.testing.assert_allclose(padded.k, single.k, rtol=1e-4, atol=1e-4)
    widths = {int((s.visible - s.first).max()) for s in seen[1]}
    assert widths == ({24, 41} if hasattr(model.config, "layer_types") and "sliding_attention" in model.config.layer_types else {41})


def test_sparse(model):
    """Few pairs, per layer; the totals are those of the reports of the heads."""
    inputs = batch()
    want = logits(model, inputs)
    with replace(model, ALL, mass=0.03, layers={0: None, 2: {"kept": 2, "config": ALL.set(tile__keys=32, predict__keys=32)}}) as hardware:
        got = logits(model, inputs)
    names = [name for name, m in model.named_modules() if getattr(m, "layer_idx", None) in (1, 2) and hasattr(m, "scaling")]
    assert sorted(hardware.layers) == sorted(names)
    assert 0 < hardware.kept_fraction < 0.8 and np.isfinite(got).all() and 3 < decibels(want, got) < 60
    one, two = (hardware.layers[name] for name in sorted(names))
    assert one.heads == two.heads == 8 and hardware.cycles == one.cycles + two.cycles and one.bytes > 0
    assert two.kept_fraction != one.kept_fraction


def test_traces(model, tmp_path):
    """What is exported gives sofamodel the pairs that the model had."""
    inputs = batch()
    torch.manual_seed(1)
    paths = export(model, tmp_path, **inputs)
    assert len(paths) == len(list(tmp_path.iterdir())) == 6
    with replace(model, ALL, mass=0.05, report=True) as hardware:
        model(**inputs)
    layer = next(iter(hardware.layers))
    pairs, first = 0, [path for path in paths if path.name.startswith(f"{layer}-s")]
    assert len(first) == 2
    for path in first:
        with np.load(path) as arrays:
            result = opensofa.attention(**arrays, config=ALL, mass=0.05, accuracy=False)
        pairs += sum(report["pairs"] for report in result.reports)
    assert pairs == hardware.layers[layer].pairs
    command = [PROGRAMS / "sofamodel", "configs/small.yaml", first[0], "--fit", "--no-accuracy"]
    subprocess.run(command, check=True, capture_output=True, cwd=PROGRAMS.parents[1])


@pytest.mark.parametrize("kind", ["llama", "gemma3", "qwen2"])
def test_generate(kind):
    """With a cache of keys, that of sliding layers cropped: the tokens of the float model, and few rows a job."""
    torch.manual_seed(5)
    model = KINDS[kind]().eval()
    inputs = batch(rows=40, left=True)
    how = {"max_new_tokens": 6, "do_sample": False, "pad_token_id": 0, "eos_token_id": None}
    want = model.generate(**inputs, **how)
    with replace(model, ALL, kept=16, report=True) as hardware:
        got = model.generate(**inputs, **how)
    assert torch.equal(want, got)
    assert {layer.heads for layer in hardware.layers.values()} == {6 * 8}


def test_other_numbers():
    """A model in bfloat16 stays one; without a mask the model's own is_causal counts."""
    torch.manual_seed(5)
    model = KINDS["llama"]().eval().to(torch.bfloat16)
    with replace(model, ALL, kept=16):
        assert model(torch.arange(3, 40)[None]).logits.dtype == torch.bfloat16
    config = transformers.ViTConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16,
                                    patch_size=4)
    vision, image = transformers.ViTModel(config).eval(), torch.randn(1, 3, 16, 16)
    want = vision(image).last_hidden_state
    with replace(vision, ALL, kept=16) as hardware:
        got = vision(image).last_hidden_state
    assert decibels(want, got) > 60 and hardware.layers and hardware.kept_fraction == 1
    assert all(layer.visible_pairs == 2 * 17 * 17 for layer in hardware.layers.values())


def make(kind="llama"):
    torch.manual_seed(5)
    return KINDS[kind]().eval(), {"input_ids": torch.arange(3, 40)[None]}


def test_errors_of_use():
    model, inputs = make()
    for call, says in [
        (lambda: replace(model, ALL, mass=2), "--mass '2.0': must be a number between 0 and 1"),
        (lambda: replace(model, ALL, layers={7: None}), "the model has no layer 7"),
        (lambda: replace(model, ALL, layers={0: {"speed": 1}}), "there is no option 'speed'"),
        (lambda: replace(torch.nn.Linear(2, 2), ALL), "must be a PreTrainedModel"),
        (lambda: export(model, "/no/such", **inputs), "is no directory"),
    ]:
        with pytest.raises(opensofa.Error, match=says.replace("(", "\\(")):
            call()
    with replace(model, ALL, kept=16) as hardware:
        with pytest.raises(opensofa.Error, match="replaced already"):
            replace(model, ALL)
        with pytest.raises(opensofa.Error, match="was it copied"):
            copy.deepcopy(model)(**inputs)
        with torch.enable_grad(), pytest.raises(opensofa.Error, match="model.layers.0.self_attn: the accelerator has no gradients"):
            model(**inputs)
    hardware.restore()
    assert model.config._attn_implementation == "sdpa"
    replace(model, ALL, kept=16).restore()


def test_errors_of_models():
    """What the hardware has not is refused, and the model can be restored."""
    model, inputs = make()
    rows = inputs["input_ids"].shape[1]
    for mask, says in [
        (torch.rand(1, 1, rows, rows), "changes scores"),
        ((torch.arange(rows)[:, None] - torch.arange(rows)) % 2 == 0, "row 0 of sequence 0 sees keys with gaps"),
        (torch.stack([torch.ones(rows, rows), torch.eye(rows)] * 2).bool(), "heads have different masks"),
    ]:
        with replace(model, ALL, kept=16), pytest.raises(opensofa.Error, match=says):
            model(**inputs, attention_mask=mask.reshape(1, -1, rows, rows))
    with replace(model, opensofa.Config("small", head_dim=32), fit=False), pytest.raises(opensofa.Error, match="head_dim = 32; --set head_dim=16"):
        model(**inputs)
    capped = transformers.Gemma2ForCausalLM(transformers.Gemma2Config(**GROUPED)).eval()
    with replace(capped, ALL), pytest.raises(opensofa.Error, match="no capped scores"):
        capped(**inputs)
    dropping = transformers.BertModel(transformers.BertConfig(**SIZES)).train()
    with replace(dropping, ALL), pytest.raises(opensofa.Error, match="no dropout"):
        dropping(**inputs)

# SPDX-License-Identifier: Apache-2.0
"""The older character-level model as an adapter of measure.py: a GPT with learned positions, each head with keys of its own.

SOFA_CHARACTER names the directory of its weights.npz and valid.txt, which are not in this repository. data/demo.npz is a head of it. It
was fine-tuned with the published selection (tiles of 64), so it favours that rule."""

import os
import pathlib

import numpy as np

_HERE = pathlib.Path(os.environ.get("SOFA_CHARACTER", "."))
NAME = "character"
UNIT = "nats a character"
FILES = [_HERE / "weights.npz", _HERE / "valid.txt"]
WINDOW = 1024

_weights = {}


def _load():
    if not _weights:
        _weights.update(np.load(FILES[0]))
    return _weights


def windows():
    number = {int(c): i for i, c in enumerate(_load()["vocabulary"])}
    text = np.array([number[c] for c in FILES[1].read_bytes()])
    return [text[i:i + WINDOW + 1] for i in range(0, len(text) - WINDOW, WINDOW)]


def _norm(x, gain, bias):
    mean = x.mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-5) * gain + bias


def _gelu(x):
    """The exact form; erf by Abramowitz and Stegun 7.1.26, its error below 1.5e-7."""
    z = np.abs(x) / np.sqrt(np.float32(2))
    t = 1 / (1 + 0.3275911 * z)
    y = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * np.exp(-z * z)
    return x * (1 + np.sign(x) * y) / 2


def _attend(weights, heads, layer, x, attention):
    d = x.shape[1] // heads
    o = np.empty_like(x)
    for head in range(heads):
        own = slice(head * d, (head + 1) * d)
        wk, wv = weights("wk")[:, own], weights("wv")[:, own]
        trace = dict(q=x @ weights("wq")[:, own], k=x @ wk, v=x @ wv, visible=np.arange(1, len(x) + 1, dtype=np.int32), x=x, wk=wk, wv=wv)
        o[:, own] = attention(layer, head, trace)
    return o @ weights("wo")


def loss(window, attention):
    """Mean cross-entropy of window[1:], given what stands before each of its characters."""
    m = _load()
    x = m["token_embedding"][window[:-1]] + m["position_embedding"][:len(window) - 1]
    for layer in range(int(m["layers"])):
        def weights(name, layer=layer):
            return m[f"l{layer}.{name}"]
        x = x + _attend(weights, int(m["heads"]), layer, _norm(x, weights("ln1.g"), weights("ln1.b")), attention)
        h = _norm(x, weights("ln2.g"), weights("ln2.b"))
        x = x + _gelu(h @ weights("w1") + weights("b1")) @ weights("w2") + weights("b2")
    y = _norm(x, m["ln.g"], m["ln.b"]) @ m["head"]
    y -= y.max(-1, keepdims=True)
    return float((np.log(np.exp(y).sum(-1)) - y[np.arange(len(y)), window[1:]]).mean())

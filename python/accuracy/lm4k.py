# SPDX-License-Identifier: Apache-2.0
"""The language model of data/lm4k.npz, in numpy, as an adapter of measure.py.

Of the Llama kind: 8 layers, width 384, 6 query heads of 64 in 2 groups that share keys and values, rotary positions (dimensions i and
i + 32 are a pair, base 10000), RMS norm, SwiGLU, causal, trained with dense attention on windows of up to 4096 tokens. SOFA_LM4K names other
weights for it, made by narrow.py; data/lm4k_tuned.npz are those fine-tuned with selection by mass, as what they differ by."""

import os
import pathlib

import numpy as np

UNIT = "nats a token"
BASE = pathlib.Path(__file__).resolve().parents[2] / "data/lm4k.npz"
FILES = [pathlib.Path(os.environ.get("SOFA_LM4K") or BASE), BASE]
NAME = FILES[0].stem
WINDOW = 4096
LAYERS, HEADS, GROUPS, DIM = 8, 6, 2, 64
STEP = ".step"
MORE, MORE_STEPS = ".more", 4  # of a matrix that differs from BASE: by how much, in units of so many steps of its row

_weights = {}


def widen(arrays):
    """Float weights of integer ones: each row of a matrix has a step of its own, NAME.step. Floats are taken as they are."""
    wide = {}
    for name, value in arrays.items():
        if name.endswith(STEP) or name == "valid":
            continue
        steps = arrays.get(name + STEP)
        wide[name] = value.astype(np.float32) if steps is None else value * steps.astype(np.float32)[:, None]
    return wide


def together(base, more):
    """Arrays of a model that is told by what it differs from another one in; those of a whole model as they are."""
    if not any(name.endswith(MORE) for name in more):
        return more
    wide = widen(base)
    return {name: wide[name] + more[name + MORE] * (base[name + STEP].astype(np.float32) * MORE_STEPS)[:, None]
            if name + MORE in more else more[name] for name in wide}


def _load():
    if not _weights:
        _weights.update(widen(together(np.load(BASE), np.load(FILES[0]))))
    return _weights


def windows():
    """Validation tokens, WINDOW + 1 to a window: each but the first is predicted from those before it."""
    own = np.load(FILES[0])
    tokens = (own if "valid" in own else np.load(BASE))["valid"].astype(np.int64)
    return [tokens[i:i + WINDOW + 1] for i in range(0, len(tokens) - WINDOW, WINDOW)]


def _norm(x, gain):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * gain


def _turns(length):
    i = np.arange(DIM // 2, dtype=np.float32)
    angle = np.arange(length, dtype=np.float32)[:, None] * np.float32(10000) ** (-i / (DIM // 2))
    return np.cos(angle), np.sin(angle)


def _rotate(x, cos, sin):
    a, b = x[..., :DIM // 2], x[..., DIM // 2:]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], -1)


def _attend(m, layer, x, turns, attention):
    """All heads of a layer: x, normed tokens [S, width] -> [S, width]."""
    size, share = len(x), HEADS // GROUPS
    wq, wk, wv, wo = (m[f"l{layer}.{name}.weight"] for name in ("wq", "wk", "wv", "wo"))
    q = _rotate((x @ wq.T).reshape(size, HEADS, DIM).transpose(1, 0, 2), *turns)
    o = np.empty_like(q)
    for group in range(GROUPS):
        own = slice(group * DIM, (group + 1) * DIM)
        heads = slice(group * share, (group + 1) * share)
        key, value = wk[own].T, wv[own].T
        trace = dict(q=q[heads].reshape(-1, DIM), k=_rotate(x @ key, *turns), v=x @ value,
                     visible=np.tile(np.arange(1, size + 1, dtype=np.int32), share),
                     x=x, wk=key, wv=value, cos=turns[0], sin=turns[1])
        o[heads] = attention(layer, group, trace).reshape(share, size, DIM)
    return o.transpose(1, 0, 2).reshape(size, -1) @ wo.T


def _mix(m, layer, x):
    gate = x @ m[f"l{layer}.w1.weight"].T
    return (gate / (1 + np.exp(-gate)) * (x @ m[f"l{layer}.w3.weight"].T)) @ m[f"l{layer}.w2.weight"].T


def loss_of(m, window, attention):
    """As loss, with the weights m."""
    x = m["te.weight"][window[:-1]]
    turns = _turns(len(x))
    for layer in range(LAYERS):
        x = x + _attend(m, layer, _norm(x, m[f"l{layer}.n1"]), turns, attention)
        x = x + _mix(m, layer, _norm(x, m[f"l{layer}.n2"]))
    x, total = _norm(x, m["n"]), 0.0
    for row in range(0, len(x), 512):  # in parts, to keep the logits small
        y = x[row:row + 512] @ m["te.weight"].T
        y -= y.max(-1, keepdims=True)
        wanted = window[row + 1:row + 1 + len(y)]
        total += float((np.log(np.exp(y).sum(-1)) - y[np.arange(len(y)), wanted]).sum())
    return total / len(x)


def loss(window, attention):
    """Mean cross-entropy of window[1:], given what stands before each of its tokens."""
    return loss_of(_load(), window, attention)

# SPDX-License-Identifier: Apache-2.0
"""Mode tokens: the bits of sofamodel."""

import numpy as np
import opensofa
import pytest
from conftest import trace
from test_attention import config_file

KV = {"k", "v"}


@pytest.mark.filterwarnings("ignore::opensofa.SofaWarning")
@pytest.mark.parametrize("options, words", [
    ({"kept": 24}, ["--kept", "24"]),
    ({"mass": 0.01, "rows": (100, 300)}, ["--mass", "0.01", "--rows", "100:300"]),
])
def test_demo(program, options, words):
    arrays = {name: array for name, array in trace("demo_tokens.npz").items() if name not in KV}
    config = opensofa.Config("wide", mode="tokens")
    result = opensofa.attention_tokens(**arrays, config=config, selected=True, **options)
    program.agrees(result, arrays, config_file("wide"), "--set", "mode=tokens", *words)
    assert result.report["keys_generated"] > 0


@pytest.mark.filterwarnings("ignore::opensofa.SofaWarning")
@pytest.mark.parametrize("rotary", [False, True])
@pytest.mark.parametrize("integers", [False, True])
def test_random(program, random, rotary, integers):
    """Heads that share tokens, with biases, turned or not."""
    heads, rows, keys, hidden, d = 4, 23, 37, 40, 16
    arrays = {"q": random.standard_normal((heads, rows, d)), "x": random.standard_normal((keys, hidden)),
              "wk": random.standard_normal((2, hidden, d)), "wv": random.standard_normal((2, hidden, d))}
    if integers:
        for name in ("x", "wk", "wv"):
            arrays[name] = np.rint(arrays[name] * 30).astype("int8")
            arrays[f"{name}_scale"] = 1 / 30
    arrays |= {"bk": random.standard_normal((2, d)) / 2, "bv": random.standard_normal((2, d)) / 2}
    if rotary:
        angle = random.uniform(0, 6, (keys, d // 2))
        arrays |= {"cos": np.cos(angle), "sin": np.sin(angle)}
    result = opensofa.attention_tokens(**arrays, config="small", kept=4, fit=True, selected=True)
    program.agrees(result, arrays, config_file("small"), "--kept", "4", "--fit")
    assert result.config["kvgen.rotary"] == rotary and result.config["mode"] == "tokens"


def test_errors(random):
    x, w, q = random.standard_normal((20, 40)), random.standard_normal((40, 32)), random.standard_normal((20, 32))
    with pytest.raises(opensofa.Error, match="attention_tokens: array 'k': is missing; a trace of tokens needs mode: tokens"):
        opensofa.attention_tokens(x, w, w, q, "small")
    with pytest.raises(opensofa.Error, match="array 'wv': has 39 rows, must have as many as x has columns, 40"):
        opensofa.attention_tokens(x, w, w[1:], q, opensofa.Config(mode="tokens"))
    with pytest.raises(opensofa.Error, match="rotated by position; that needs --set kvgen.rotary=1"):
        opensofa.attention_tokens(x, w, w, q, opensofa.Config(mode="tokens"), cos=np.ones((20, 16)), sin=np.zeros((20, 16)))

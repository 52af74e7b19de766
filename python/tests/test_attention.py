# SPDX-License-Identifier: Apache-2.0
"""Mode kv: the bits of sofamodel, whatever way arrays come."""

import threading

import numpy as np
import opensofa
import pytest
from conftest import trace

CONFIGS = opensofa._config._SHIPPED


def config_file(name):
    return str(CONFIGS / f"{name}.yaml")


@pytest.mark.filterwarnings("ignore::opensofa.SofaWarning")
@pytest.mark.parametrize("options, words", [
    ({"kept": 24}, ["--kept", "24"]),
    ({"mass": 0.01, "order": "own:3", "balance": "on"}, ["--mass", "0.01", "--order", "own:3", "--balance", "on"]),
    ({"kept": 9, "radius": 2.5, "carry": True, "tile": 48}, ["--kept", "9", "--radius", "2.5", "--carry", "--tile", "48"]),
    ({"mass": 0.004, "rows": (130, 300)}, ["--mass", "0.004", "--rows", "130:300"]),
    ({"kept": 5, "balance": "off", "accuracy": False}, ["--kept", "5", "--balance", "off", "--no-accuracy"]),
])
def test_demo(program, options, words):
    arrays = trace("demo.npz")
    result = opensofa.attention(**arrays, config="wide", selected=True, **options)
    program.agrees(result, arrays, config_file("wide"), *words)
    np.testing.assert_array_equal(result.o, (result.o_int * result.o_scale).astype(np.float32))
    assert result.selected.sum() == result.report["pairs"] and result.cycles == result.report["cycles_predicted"]


def test_demo_hardware(program):
    """The RTL of `make demo`, its outputs."""
    arrays = trace("demo.npz")
    config = opensofa.Config("small", head_dim=64)
    result = opensofa.attention(**arrays, config=config, rows=(448, 512))
    outs, reports = program.run(arrays, config_file("small"), "--set", "head_dim=64", "--rows", "448:512", program="sofacosim")
    assert reports[0]["bit_exact"] and reports[0]["cycles"] == result.cycles
    np.testing.assert_array_equal(result.o_int, outs[0]["o_int"])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.filterwarnings("ignore::opensofa.SofaWarning")
def test_random_heads(program, seed):
    """Stacks of heads, grouped, sliding, of any type."""
    random = np.random.default_rng(seed)
    heads, group, rows, keys, d = 4, int(random.choice([1, 2, 4])), *random.integers(1, 90, 2), int(random.choice([16, 24, 40]))
    kind = random.choice(["float16", "float32", "float64", ">f8"])
    q, k, v = (random.standard_normal(shape).astype(kind) for shape in [(heads, rows, d)] + 2 * [(heads // group, keys, d)])
    visible = random.integers(0, keys + 1, rows)
    first = np.maximum(visible - 30, 0)
    arrays = {"q": q, "k": k, "v": v, "first": first, "visible": visible, "scale": 0.3}
    mass = float(random.choice([0.001, 0.05]))
    result = opensofa.attention(**arrays, config="small", mass=mass, fit=True, selected=True)
    program.agrees(result, arrays, config_file("small"), "--mass", repr(mass), "--fit")
    assert result.config["head_dim"] == d and f"head_dim={d}" in result.config.fitted


def test_integers(program, random):
    arrays = {name: random.integers(-900, 900, (40, 32)).astype("int16") for name in "qkv"}
    arrays |= {"q_scale": 0.002, "k_scale": 0.004, "v_scale": 0.01}
    result = opensofa.attention(**arrays, config="small", kept=4, selected=True)
    program.agrees(result, arrays, config_file("small"), "--kept", "4")


def test_axes_of_heads(random):
    """Two axes, broadcast and grouped, are as head after head."""
    q, k, v = (random.standard_normal(shape) for shape in ((2, 4, 20, 16), (2, 2, 30, 16), (1, 2, 30, 16)))
    visible = random.integers(1, 31, (2, 1, 20))
    config = opensofa.Config("small", head_dim=16)
    whole = opensofa.attention(q, k, v, config, visible=visible, mass=0.01, selected=True, accuracy=False, threads=3)
    assert whole.o.shape == q.shape and whole.selected.shape == (2, 4, 20, 30) and whole.o_scale.shape == (2, 4, 16)
    for b in range(2):
        for h in range(4):
            one = opensofa.attention(q[b, h], k[b, h // 2], v[0, h // 2], config, visible=visible[b, 0], mass=0.01, selected=True)
            for name in ("o_int", "o_scale", "selected"):
                np.testing.assert_array_equal(getattr(whole, name)[b, h], getattr(one, name))
            assert whole.reports[4 * b + h]["pairs"] == one.report["pairs"]
    pairs = whole.selected.sum()
    assert whole.kept_fraction == pytest.approx(pairs / (4 * visible.sum()))


def test_memory_as_it_comes(random):
    """Views, other orders, lists; inputs stay as they are."""
    q, k, v = random.standard_normal((3, 24, 32)).astype("float32")
    config = opensofa.Config()
    want = opensofa.attention(q, k, v, config, kept=4, report=False)
    spread = np.zeros((24, 64), "float32")
    spread[:, ::2] = k
    kept = spread.copy()
    got = opensofa.attention(np.asfortranarray(q), spread[:, ::2], v.tolist(), config, kept=4, report=False)
    np.testing.assert_array_equal(got.o_int, want.o_int)
    np.testing.assert_array_equal(spread, kept)
    assert got.reports == [] and got.selected is None
    with pytest.raises(opensofa.Error, match="report=False"):
        got.cycles


def test_threads_do_not_meet(random):
    """The library keeps nothing between calls: heads of other threads change no bit."""
    heads = [random.standard_normal((3, 64, 32)) for _ in range(4)]
    config = opensofa.Config()
    want = [opensofa.attention(*head, config, kept=3, report=False).o_int for head in heads]
    got = [None] * len(heads)

    def run(i):
        got[i] = opensofa.attention(*heads[i], config, kept=3, report=False).o_int

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(heads))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for a, b in zip(want, got):
        np.testing.assert_array_equal(a, b)


def test_everything_kept_is_dense(random):
    """Against attention in float64."""
    q, k, v = random.standard_normal((3, 48, 32))
    result = opensofa.attention(q, k, v, opensofa.Config(tile__kept_max=16), kept=16, balance="off")
    score = q @ k.T / np.sqrt(32)
    weight = np.exp(score - score.max(-1, keepdims=True))
    want = weight @ v / weight.sum(-1, keepdims=True)
    error = 10 * np.log10((want**2).sum() / ((result.o - want) ** 2).sum())
    assert error > 70 and result.kept_fraction == 1
    assert error == pytest.approx(result.report["output_snr_dense_given_db"], abs=0.01)


@pytest.mark.parametrize("change, options, words", [
    ({"q": None}, {}, []),
    ({"k": np.zeros((40, 33))}, {}, []),
    ({"v": np.zeros((41, 32))}, {}, []),
    ({"q": np.full((40, 32), np.nan)}, {}, []),
    ({"q": np.zeros((40, 32), "int8")}, {}, []),
    ({"visible": np.full(40, 99)}, {}, []),
    ({"scale": -1.0}, {}, []),
    ({}, {"kept": 0}, ["--kept", "0"]),
    ({}, {"mass": 1.5}, ["--mass", "1.5"]),
    ({}, {"kept": 17}, ["--kept", "17"]),
    ({}, {"order": "up"}, ["--order", "up"]),
    ({}, {"balance": "maybe"}, ["--balance", "maybe"]),
    ({}, {"rows": (30, 60)}, ["--rows", "30:60"]),
])
def test_errors_are_those_of_the_program(program, random, change, options, words):
    arrays = {name: random.standard_normal((40, 32)) for name in "qkv"} | change
    if arrays["q"] is None:
        arrays["q"] = np.zeros(32)
        with pytest.raises(opensofa.Error, match=r"array 'q': has shape \(32,\), must have 2 dimensions"):
            opensofa.attention(**arrays, config="small")
        return
    with pytest.raises(opensofa.Error) as caught:
        opensofa.attention(**arrays, config="small", name="mine", **options)
    assert str(caught.value).removeprefix("mine: ") == program.fails(arrays, config_file("small"), *words)


def test_errors_of_axes(random):
    q, k = random.standard_normal((4, 8, 32)), random.standard_normal((3, 8, 32))
    for arrays, says in [((q, k, k), "array 'k': has heads \\(3,\\)"), ((q[0], q, q), "array 'k': has 1 axes of heads, q has 0"),
                         ((q[:0], q, q), "there is no head")]:
        with pytest.raises(opensofa.Error, match=says):
            opensofa.attention(*arrays, "small")
    with pytest.raises(opensofa.Error, match="array 'visible': has shape \\(3,\\)"):
        opensofa.attention(q, q, q, "small", visible=np.zeros(3))
    with pytest.raises(opensofa.Error, match="attention, head 2: array 'v': element 7 is not finite"):
        bad = q.copy()
        bad[2, 0, 7] = np.inf
        opensofa.attention(q, q, bad, "small")


def test_warnings(random):
    q, k, v = random.standard_normal((3, 2, 64, 32))
    with pytest.warns(opensofa.SofaWarning) as caught:
        result = opensofa.attention(q, k, v, "small", kept=1)
    texts = [str(w.message) for w in caught]
    assert len(texts) == 2 and texts[0].startswith("attention, head 0: the output is only") and "head 1" in texts[1]
    assert result.reports[0]["warnings"][0] in texts[0]
    assert caught[0].filename == __file__


def test_export(program, random, tmp_path):
    arrays = {"q": random.standard_normal((4, 40, 32)), "k": random.standard_normal((2, 40, 32)), "visible": np.arange(1, 41)}
    directory = tmp_path / "traces"
    directory.mkdir()
    path = directory / "stack.npz"
    opensofa.export(path, v=arrays["k"], **arrays)
    with np.load(path) as file:
        loaded = dict(file)
    with pytest.warns(opensofa.SofaWarning):
        result = opensofa.attention(**loaded, config="small", selected=True)
    program.agrees(result, loaded, config_file("small"))
    before = path.read_bytes()
    for arrays, says in [({"q": 1, "keys": 2}, "has no array 'keys'"), ({"k": 1}, "array 'q' is missing")]:
        with pytest.raises(opensofa.Error, match=says):
            opensofa.export(path, **arrays)
    with pytest.raises(ValueError):
        opensofa.export(path, q=[[1, 2], [3]])
    assert path.read_bytes() == before and [p.name for p in directory.iterdir()] == ["stack.npz"]



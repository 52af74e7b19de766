# SPDX-License-Identifier: Apache-2.0
"""Configurations as objects."""

import json
import pickle
import subprocess
import warnings

import opensofa
import pytest
from conftest import PROGRAMS


def test_shipped():
    names = opensofa.configurations()
    assert {"small", "wide", "paper"} <= set(names)
    for name in names:
        assert opensofa.Config(name)["name"] == name
    assert opensofa.Config().hash == opensofa.Config("small").hash


def flat(section, prefix=""):
    keys = {}
    for name, value in section.items():
        keys.update(flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value})
    return keys


def test_keys_are_those_of_the_programs(tmp_path):
    """Every key, its value and the hash, against the manifest of sofagen."""
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nhead_dim: 48\ntile: {keys: 32, kept_max: 5}\nselect: {policy: mass}\n")
    config = opensofa.Config(path, {"memory.port_bits": 256}, data__key_bits=8)
    if not (PROGRAMS / "sofagen").exists():
        pytest.skip("sofagen is not built")
    command = [PROGRAMS / "sofagen", path, "--set", "memory.port_bits=256", "--set", "data.key_bits=8", "-o", tmp_path / "rtl"]
    subprocess.run(command, check=True, capture_output=True)
    manifest = json.loads((tmp_path / "rtl/manifest.json").read_text())
    assert config["head_dim"] == 48 and config["predict.keys"] == 32 and config["select.policy"] == "mass"
    assert config.hash == manifest["hash"].removeprefix("0x")
    named = {"target", "select.policy", "predict.weight_rounding", "predict.source", "name", "prefix", "mode"}
    assert {key: value for key, value in config.items() if key not in named}.items() <= flat(manifest["configuration"]).items()
    assert named <= set(config)


@pytest.mark.filterwarnings("ignore::opensofa.SofaWarning")
def test_set():
    wide = opensofa.Config("wide")
    other = wide.set({"tile.kept_max": 4}, head_dim=32, mode="tokens")
    assert (other["head_dim"], other["tile.kept_max"], other["mode"], wide["head_dim"]) == (32, 4, "tokens", 64)
    assert other.set(head_dim=64)["tile.kept_max"] == 4
    assert other != wide and other.set(head_dim=64, mode="kv", tile__kept_max=wide["tile.kept_max"]) == wide


def test_values_that_give_way_are_told_once():
    with pytest.warns(opensofa.SofaWarning) as caught:
        config = opensofa.Config("wide", head_dim=32)
    assert any("attend.width is 64, taken as 32 because head_dim is 32" in text for text in config.warnings)
    assert len(caught) == len(config.warnings) and caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert config.set(query_block=64)["attend.width"] == 32


@pytest.mark.parametrize("make, says", [
    (lambda path: opensofa.Config("no-such"), "no-such: "),
    (lambda path: opensofa.Config(path), "bad.yaml: line 2: "),
    (lambda path: opensofa.Config(speed=9), "--set speed=9: unknown key 'speed'"),
    (lambda path: opensofa.Config().set(head_dim=4), "--set: head_dim is 4, must be 8 to 256"),
    (lambda path: opensofa.Config({"head_dim": 32}), "expected"),
    (lambda path: opensofa.Config("a\0b"), "null character"),
    (lambda path: opensofa.Config(select__policy="best"), "must be rank (0), mass (1) or both (2)"),
])
def test_errors(tmp_path, make, says):
    path = tmp_path / "bad.yaml"
    path.write_text("name: bad\nhead_dims: 32\n")
    with pytest.raises((opensofa.Error, TypeError)) as caught:
        make(path)
    assert says in str(caught.value)


def test_pickle():
    """What gave way is not told again."""
    with pytest.warns(opensofa.SofaWarning):
        config = opensofa.Config("wide", {"tile.kept_max": 9}, head_dim=48)
    other = pickle.loads(pickle.dumps(config))
    assert other == config and hash(other) == hash(config) and repr(other) == repr(config)


def test_mapping():
    config = opensofa.Config()
    assert dict(config)["tile.keys"] == config["tile.keys"] == 16 and len(config) == len(list(config))
    with pytest.raises(KeyError):
        config["tile.key"]

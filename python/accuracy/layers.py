# SPDX-License-Identifier: Apache-2.0
"""Loss of a model whose layers have rules of their own, as one JSON object: an evaluation for sofaexplore.

Prints loss, dense (loss with dense attention), change (of it, in %), kept and needed (shares of pairs and V rows), cycles, layers and heads; where
--kept and --tile are given also the parts of the published objective: L_en (the loss), L_cmp and L_exp. Of grouped queries a group is a head."""

import argparse
import json
import pathlib
import shutil
import sys

import core
import measure
import tables


def chosen(values, place):
    """One is that of all."""
    return values[place if len(values) > 1 else 0]


def per_layer(text, option):
    """Values by layer, or with slashes a list of them for each head; one is that of every layer, one list that of every head."""
    lists = [values.split(",") for values in text.split("/")]
    try:
        [float(value) for values in lists for value in values]
    except ValueError:
        raise measure.UsageError(f"{option} {text}: must be numbers with commas between them, and slashes between heads") from None
    return lambda layer, head: chosen(chosen(lists, head), layer)


class Layers:
    """attention() for a model: each head of each layer by its own options of sofamodel."""

    def __init__(self, program, config, rule):
        self._program, self._config, self._rule, self._cores = program, config, rule, {}
        self.keys = {}  # of each layer

    def attention(self, layer, head, trace):
        if (layer, head) not in self._cores:
            try:
                options = self._rule(layer, head)
            except IndexError:
                raise measure.UsageError(f"layer {layer}, head {head} has no value; give as many as the model has layers and heads, or one "
                                         "for all") from None
            self._cores[layer, head] = core.Core(self._program, self._config, options)
        self.keys[layer] = len(trace["k"])
        return self._cores[layer, head].attention(layer, head, trace)

    @property
    def heads(self):
        return [head for _, machine in sorted(self._cores.items()) for head in machine.heads]


def rule_of(o):
    """Options of sofamodel for a layer."""
    given = {name: per_layer(getattr(o, name), f"--{name}") for name in ("mass", "kept", "tile") if getattr(o, name)}

    def options(*place):
        words = ["--set", f"tile.keys={given['tile'](*place)}"] if "tile" in given else []
        if "mass" in given:
            return [*words, "--mass", given["mass"](*place)]
        return [*words, "--set", f"tile.kept_max={given['kept'](*place)}", "--kept", given["kept"](*place)]

    return options


def window_of(model, number, tokens):
    window = model.windows()[number]
    return window[:tokens + 1] if tokens else window


def dense_losses(o, model, numbers):
    """Kept in --work: they depend on no rule."""
    store = measure.Store(o.work / f"{model.NAME}-{o.tokens or 'all'}", [o.model, *getattr(model, "FILES", [])], [], "")
    for number in numbers:
        if store.get(number, "") is None:
            store.put({"window": number, "rule": "", "loss": float(model.loss(window_of(model, number, o.tokens), core.dense)), "heads": []})
    return [store.get(number, "") for number in numbers]


def published(o, keys):
    """L_cmp and L_exp as opensofa.explore.evaluations.paper has them, with the values of each layer's first head; keys: of each layer."""
    if not (o.kept and o.tile):
        return {}
    tile, kept = (per_layer(getattr(o, name), f"--{name}") for name in ("tile", "kept"))
    tiles = {layer: float(tile(layer, 0)) for layer in keys}
    shares = {layer: float(kept(layer, 0)) / tiles[layer] for layer in keys}
    return {"L_cmp": sum(tiles[n] * shares[n] for n in keys) / sum(keys[n] * shares[n] for n in keys),
            "L_exp": sum(keys[n] / tiles[n] for n in keys)}


def by_head(records):
    """What each head keeps, over all windows."""
    heads = [head for record in records for head in record["heads"]]
    places = sorted({(head["layer"], head["head"]) for head in heads})
    sums = {place: [sum(head[name] for head in heads if (head["layer"], head["head"]) == place) for name in ("pairs", "visible")] for place in places}
    return [{"layer": layer, "head": head, "kept": pairs / max(1, visible)} for (layer, head), (pairs, visible) in sums.items()]


def run(o):
    model = measure.load_model(o.model)
    numbers = measure.choose(o.windows, len(model.windows()))
    program = shutil.which("sofamodel", path=None if o.bin is None else str(o.bin))
    if program is None:
        raise measure.UsageError("sofamodel is not in PATH; make builds it into build/bin, or give --bin DIR")
    records = dense_losses(o, model, numbers)
    for number in numbers:
        machine = Layers(program, o.config, rule_of(o))
        loss = float(model.loss(window_of(model, number, o.tokens), machine.attention))
        records.append({"window": number, "rule": "layers", "loss": loss, "heads": machine.heads})
    found = tables.summarise(["layers"], records)[0]
    return {"loss": found["loss"], "dense": found["dense"], "change": 100 * found["change"], "kept": found["kept"], "needed": found["needed"],
            "cycles": found["cycles"], "layers": found["layers"], "heads": by_head(records), "L_en": found["loss"], **published(o, machine.keys)}


def parse(words):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--mass", metavar="M,...", help="thresholds, for each layer or for all; M,.../M,...: for the first head of each, the second, ...")
    p.add_argument("--kept", metavar="N,...", help="instead: keys kept of a tile")
    p.add_argument("--tile", metavar="KEYS,...", help="keys of a tile (default: those of the configuration)")
    p.add_argument("--windows", default="0", help="all, or such as 0,3,5:8 (default: 0)")
    p.add_argument("--tokens", type=int, default=0, metavar="N", help="only the first N of each window")
    p.add_argument("--model", type=pathlib.Path, default=measure.ROOT / "python/accuracy/lm4k.py", metavar="FILE.py")
    p.add_argument("--config", type=pathlib.Path, default=measure.ROOT / "configs/wide.yaml", metavar="FILE.yaml")
    p.add_argument("--bin", type=pathlib.Path, metavar="DIR", help="where sofamodel is (default: in PATH)")
    p.add_argument("--work", type=pathlib.Path, default=measure.ROOT / "build/accuracy", metavar="DIR", help="dense losses, kept for the next run")
    o = p.parse_args(words)
    if bool(o.mass) == bool(o.kept):
        p.error("one of --mass and --kept must be given")
    if o.tokens < 0:
        p.error("--tokens must be 0 (all) or more")
    return o


def main(words=None):
    try:
        print(json.dumps(run(parse(words))))
    except (measure.UsageError, core.CoreError, OSError) as error:
        print(f"layers.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

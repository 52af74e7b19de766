# SPDX-License-Identifier: Apache-2.0
"""Makes data/lm4k.npz: the weights of lm4k in 8 bits, and validation tokens.

The sources are .npz files of 16-bit weights and an .npy file of token numbers. A matrix gets a step for each of its rows, vectors stay
as they are. With --base a model that was fine-tuned from that one is told by the differences, in units of lm4k.MORE_STEPS steps. Fails if
the loss with dense attention moves by more than 0.3 % in one of the windows that are tried."""

import argparse
import io
import os
import pathlib
import sys
import zipfile

import numpy as np

import core
import lm4k

BOUND = 0.003


def narrow(weights):
    out = {}
    for name, value in weights.items():
        if value.ndim < 2:
            out[name] = value
            continue
        wide = value.astype(np.float32)
        step = np.abs(wide).max(1) / np.float32(127)
        step[step == 0] = 1
        out[name] = np.rint(wide / step[:, None]).astype(np.int8)
        out[name + lm4k.STEP] = step
    return out


def differences(weights, base):
    """Of matrices; the rest as it is."""
    wide, out = lm4k.widen(base), {}
    for name, value in weights.items():
        if name + lm4k.STEP not in base:
            out[name] = value
            continue
        unit = base[name + lm4k.STEP].astype(np.float32)[:, None] * lm4k.MORE_STEPS
        out[name + lm4k.MORE] = np.rint((value.astype(np.float32) - wide[name]) / unit).astype(np.int8)
    return out


def save(path, arrays):
    """An .npz packed by lzma, which numpy reads as well: a fifth smaller here."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_LZMA) as file:
        for name, value in arrays.items():
            with io.BytesIO() as text:
                np.save(text, value)
                file.writestr(f"{name}.npy", text.getvalue())
    beside.replace(path)


def moved(weights, narrowed, tokens, window):
    """Relative change of the loss."""
    piece = tokens.astype(np.int64)[window * lm4k.WINDOW:(window + 1) * lm4k.WINDOW + 1]
    before, after = (lm4k.loss_of(lm4k.widen(w), piece, core.dense) for w in (weights, narrowed))
    print(f"window {window}: {before:.5f}, in 8 bits {after:.5f} ({100 * (after / before - 1):+.3f} %)")
    return abs(after / before - 1)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("weights", nargs="+", type=pathlib.Path, metavar="WEIGHTS.npz")
    p.add_argument("--tokens", type=pathlib.Path, metavar="VALID.npy", help="validation text (default: with --base that of BASE)")
    p.add_argument("--base", type=pathlib.Path, metavar="BASE.npz", help="only what differs from this model")
    p.add_argument("--windows", type=int, nargs="+", default=[0, 5, 11], metavar="N", help="windows to try (default: 0 5 11)")
    p.add_argument("-o", dest="out", required=True, type=pathlib.Path, metavar="OUT.npz")
    o = p.parse_args()
    weights = {name: value for path in o.weights for name, value in np.load(path).items()}
    base = dict(np.load(o.base)) if o.base else None
    if not (o.tokens or base):
        p.error("one of --tokens and --base must be given")
    tokens = np.load(o.tokens).astype(np.uint16) if o.tokens else base["valid"]
    narrowed = narrow(weights) if base is None else differences(weights, base)
    whole = narrowed if base is None else lm4k.together(base, narrowed)
    if max(moved(weights, whole, tokens, window) for window in o.windows) > BOUND:
        print(f"narrow.py: the loss moves by more than {100 * BOUND} %", file=sys.stderr)
        return 1
    save(o.out, narrowed if base is not None else {**narrowed, "valid": tokens})
    return 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Makes data/lm4k.npz: the weights of lm4k in 8 bits, and validation tokens.

The sources are .npz files of 16-bit weights and an .npy file of token numbers. A matrix gets a step for each of its rows, vectors stay
as they are. Fails if the loss with dense attention moves by more than 0.3 % in one of the windows that are tried."""

import argparse
import os
import pathlib
import sys

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


def moved(weights, narrowed, tokens, window):
    """Relative change of the loss."""
    piece = tokens.astype(np.int64)[window * lm4k.WINDOW:(window + 1) * lm4k.WINDOW + 1]
    before, after = (lm4k.loss_of(lm4k.widen(w), piece, core.dense) for w in (weights, narrowed))
    print(f"window {window}: {before:.5f}, in 8 bits {after:.5f} ({100 * (after / before - 1):+.3f} %)")
    return abs(after / before - 1)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("weights", nargs="+", type=pathlib.Path, metavar="WEIGHTS.npz")
    p.add_argument("--tokens", required=True, type=pathlib.Path, metavar="VALID.npy")
    p.add_argument("--windows", type=int, nargs="+", default=[0, 5, 11], metavar="N", help="windows to try (default: 0 5 11)")
    p.add_argument("-o", dest="out", required=True, type=pathlib.Path, metavar="OUT.npz")
    o = p.parse_args()
    weights = {name: value for path in o.weights for name, value in np.load(path).items()}
    tokens = np.load(o.tokens).astype(np.uint16)
    narrowed = narrow(weights)
    if max(moved(weights, narrowed, tokens, window) for window in o.windows) > BOUND:
        print(f"narrow.py: the loss moves by more than {100 * BOUND} %", file=sys.stderr)
        return 1
    beside = o.out.with_name(f"{o.out.name}.{os.getpid()}.npz")
    np.savez_compressed(beside, **narrowed, valid=tokens)
    beside.replace(o.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())

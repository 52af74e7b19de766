# SPDX-License-Identifier: Apache-2.0
"""Memory accesses: what reuse of K and V saves, and what tiles on chip save besides."""

import numpy as np

from table import Part, Row, Table

BLOCK = 128
RANK, MASS = "configs/wide.yaml data/demo.npz --all-visible --kept 16", "configs/wide.yaml data/demo.npz --all-visible --mass 0.007"
COMMAND = "make paper PAPER='--only traffic'"


def selected(t, words):
    path = t.work / "selected.npz"
    report = t.model(f"{words} -o {path.resolve()}")
    with np.load(path) as out:
        return report, out["selected"].astype(bool)


def fetched_in_turn(rows):
    """K rows of a block whose rows take their keys from left to right, one each at a time: rows that are at the same key share it."""
    lists = [np.flatnonzero(row) for row in rows]
    longest = max(map(len, lists))
    return sum(len({keys[step] for keys in lists if step < len(keys)}) for step in range(longest))


def reuse(chosen):
    """Fetches of K rows: one a pair, left to right, and each once a block."""
    blocks = [chosen[row : row + BLOCK] for row in range(0, len(chosen), BLOCK)]
    return int(chosen.sum()), sum(map(fetched_in_turn, blocks)), sum(int(block.any(0).sum()) for block in blocks)


def long_heads(t, mass):
    """Bytes of two ways for heads of 4096 keys, together."""
    reports = [
        head for path in t.heads(4096) for head in t.model(f"configs/wide.yaml {path.resolve()} --fit --no-accuracy --mass {mass}")["heads"]
    ]
    return [
        sum(head["bytes"]["total"] for head in reports),
        sum(head["bytes_plain_sparse"] for head in reports),
        sum(head["bytes_dense"] for head in reports),
    ]


def part(t):
    claims = t.published["claims"]
    rows, table = [], []
    for title, words in (("16 of 128 kept", RANK), ("by mass", MASS)):
        report, chosen = selected(t, words)
        pairs, turns, blocks = reuse(chosen)
        rows.append(
            Row(
                f"fetches of K and V rows by reuse, against left to right, {title}",
                claims["accesses_by_reuse"],
                blocks / turns - 1,
                "%",
                COMMAND,
                "a key comes once for a block of 128 rows, since it waits in a queue or a window until all that need it have had it; "
                "RASS holds few keys at a time",
            )
        )
        rows.append(
            Row(
                f"bytes by reuse and tiles, against plain dynamic sparsity, {title}",
                claims["accesses_by_all"],
                report["bytes"]["total"] / report["bytes_plain_sparse"] - 1,
                "%",
                f"sofamodel {words}",
                "plain: scores go to memory and back, K and V come for every pair; the paper's plain machine may keep some of them",
            )
        )
        table.append(
            [
                f"`sofamodel {words}`",
                str(pairs),
                str(turns),
                str(blocks),
                f"{report['bytes']['total'] / 1e6:.2f} MB",
                f"{report['bytes_plain_sparse'] / 1e6:.2f} MB",
                f"{report['bytes_dense'] / 1e6:.2f} MB",
            ]
        )
    own, plain, dense = long_heads(t, 0.007)
    rows.append(
        Row(
            "... of causal heads of 4096 keys of lm4k",
            claims["accesses_by_all"],
            own / plain - 1,
            "%",
            COMMAND,
            "as above; rows of a causal head have fewer keys in common",
        )
    )
    rows.append(
        Row(
            "... of the same, against dense attention in tiles",
            None,
            own / dense - 1,
            "%",
            COMMAND,
            "the paper has no such figure; tiles alone save most",
        )
    )
    head = ["run", "fetches, one a pair", "left to right", "once a block", "bytes moved", "plain sparsity", "dense, in tiles"]
    return Part("traffic", "Memory accesses", rows, [Table("What was counted", head, table, "")])

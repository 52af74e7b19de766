# SPDX-License-Identifier: Apache-2.0
"""Complexity of DLZS, SADS and SU-FA against 4-bit multiplication, a plain sort and FlashAttention-2.

Operations of a real head are counted and weighed by the transistors of their logic (weights.py)."""

import numpy as np

import weights
from table import Part, Row, Table

HEAD, TILE, KEPT, DIMS, KEYS = "data/demo.npz", 64, 16, 64, 1024
RUN = f"configs/paper.yaml {HEAD} --all-visible --kept {KEPT}"
MASS = f"configs/wide.yaml {HEAD} --all-visible --mass 0.0035"  # an error like that of RUN
COMMAND = "make paper PAPER='--only complexity'"
PLAIN = ("4-bit multiplication", "plain sort", "FlashAttention-2")
NETWORK = ["--set", "tile.keys=16", "--set", "tile.kept_max=4", "--set", "predict.keys=16"]  # the published core: 16 to 4


def sort_comparisons(values):
    """Of a merge sort, counted."""
    if len(values) < 2:
        return values, 0
    middle = len(values) // 2
    (low, a), (high, b) = sort_comparisons(values[:middle]), sort_comparisons(values[middle:])
    merged, count, i, k = [], a + b, 0, 0
    while i < len(low) and k < len(high):
        count += 1
        if low[i] >= high[k]:
            merged.append(low[i])
            i += 1
        else:
            merged.append(high[k])
            k += 1
    return merged + low[i:] + high[k:], count


def of_scores():
    """Mean comparisons of a plain sort of a row; recall of the largest of every tile by a product of 4 bits each."""
    with np.load("data/demo.npz") as head:
        q, k = (head[name].astype(np.float32) for name in ("q", "k"))
    exact = q @ k.T
    rows = range(0, len(q), 32)
    comparisons = sum(sort_comparisons(list(exact[row]))[1] for row in rows) / len(rows)
    coarse = _narrow(q) @ _narrow(k).T
    kept = np.argsort(-coarse.reshape(len(q), -1, TILE), axis=2, kind="stable")[:, :, :KEPT] + np.arange(0, KEYS, TILE)[None, :, None]
    largest = np.argsort(-exact, axis=1, kind="stable")[:, : kept[0].size]
    recall = np.mean([np.isin(a, b).mean() for a, b in zip(kept.reshape(len(q), -1), largest)])
    return comparisons, float(recall)


def _narrow(x):
    """4 bits, one step for the tensor."""
    return np.rint(x / (np.abs(x).max() / 7))


def attention(pairs, tiles, raises):
    """Operations of a row, products apart, of three ways to keep the row's maximum."""
    always = {weights.EXP2: pairs, "add": pairs, "compare": pairs}
    tile = {weights.EXP2: pairs + tiles, "add": pairs, "compare": pairs + tiles, "multiply": tiles * (1 + DIMS)}
    ascending = {weights.EXP2: 2 * pairs, "add": pairs, "multiply": pairs}
    return {"SU-FA": {**always, "shift": raises * (1 + DIMS)}, "FlashAttention-2": tile, "ascending": ascending}


def stages(t, report, mass):
    """Operations of a row of each way to do each of the three stages."""
    pairs, tiles, raises = (report[name] / report["rows"] for name in ("pairs", "tiles", "raises"))
    tiles *= report["rows"] / report["blocks"]
    comparisons, recall = of_scores()
    own, core = (weights.comparators(t, ["configs/paper.yaml", *more]) for more in ([], NETWORK))
    predict = {
        "4-bit multiplication": {"multiply by 4 bits and add": KEYS * DIMS},
        "DLZS, K^ of 8 bits": {"shift 8 bits and add": KEYS * DIMS, "encode": DIMS},
        "DLZS, K^ of 4 bits": {"shift 4 bits and add": KEYS * DIMS, "encode": DIMS},
        "DLZS, K^ of 4 bits, 4 powers": {"shift 4 bits by 4 places and add": KEYS * DIMS, "encode": DIMS},
    }
    select = {
        "plain sort": {"compare and exchange": comparisons},
        "SADS, 64 to 16 at once": {"compare and exchange": own * KEYS // TILE},
        "SADS, 16 to 4 in steps": {"compare and exchange": core * -(-(KEYS - 4) // 12)},
        "by mass": {"judge by mass": KEYS},
    }
    update = attention(pairs, tiles, raises)
    attend = {name: {"multiply 16 by 16 and add": 2 * DIMS * pairs, **counts} for name, counts in update.items()}
    few, raised = (mass[name] / mass["rows"] for name in ("pairs", "raises"))
    attend["SU-FA, kept by mass"] = {"multiply 16 by 16 and add": 2 * DIMS * few, **attention(few, tiles, raised)["SU-FA"]}
    return predict, select, attend, update, recall


def weigh(weight, counts):
    return sum(weight[name] * n for name, n in counts.items())


def rows_of(claims, at, update, whole, errors):
    """at: stage's way to its weight in a row."""
    plain = sum(at[name] for name in PLAIN)
    dlzs, narrow = ((at[name] - at["4-bit multiplication"]) / plain for name in ("DLZS, K^ of 4 bits", "DLZS, K^ of 4 bits, 4 powers"))
    others = (at["SADS, 64 to 16 at once"] + at["SU-FA"] - at["plain sort"] - at["FlashAttention-2"]) / plain
    by_mass = (at["DLZS, K^ of 4 bits, 4 powers"] + at["by mass"] + at["SU-FA, kept by mass"]) / plain - 1
    words = "the paper does not print its weights; "
    why = (
        words + "in gates a shift by seven places is three levels of multiplexers into a wider sum, no less than a product of 4 by 4 bits; "
        "recall is below"
    )
    rows = [
        Row("DLZS instead of 4-bit multiplication, of the whole", claims["dlzs_complexity"], dlzs, "%", COMMAND, why),
        Row(
            "... with 4 powers of two (predict.code_powers)",
            claims["dlzs_complexity"],
            narrow,
            "%",
            COMMAND,
            "costs a model next to nothing (docs/accuracy.md)",
        ),
        Row(
            "SADS and SU-FA instead of a plain sort and FlashAttention-2, of the whole",
            claims["sads_and_sufa_complexity"],
            others,
            "%",
            COMMAND,
            words + "products of 16 bits, alike on both sides, are most of the whole here",
        ),
        Row("all three", claims["all_complexity"], dlzs + others, "%", COMMAND, "the sum of the two"),
        Row(
            "all three, as built: 4 powers, selection by mass",
            claims["all_complexity"],
            by_mass,
            "%",
            COMMAND,
            f"at {errors[1]:.1f} dB from dense attention (the others {errors[0]:.1f}); this head was fine-tuned for rank and gains "
            "nothing by mass",
        ),
    ]

    def products(other):
        return f"{100 * (at['SU-FA'] / at[other] - 1):+.1f} % with the products of Q.K and P.V"

    change = {other: weigh_ratio(update, whole, other) for other in ("FlashAttention-2", "ascending")}
    rows += [
        Row(
            "SU-FA against FlashAttention-2, without products",
            claims["sufa_against_flashattention2"],
            change["FlashAttention-2"],
            "%",
            COMMAND,
            f"FlashAttention-2 multiplies a row of O in every tile; here tiles keep {KEPT} keys, and the paper does not say how many "
            f"its count has; {products('FlashAttention-2')}",
        ),
        Row(
            "SU-FA against ascending order, without products",
            claims["sufa_against_ascending"],
            change["ascending"],
            "%",
            COMMAND,
            "an exponential and a product of 16 bits less for each key; " + products("ascending"),
        ),
    ]
    return rows


def weigh_ratio(update, weight, other):
    return weigh(weight, update["SU-FA"]) / weigh(weight, update[other]) - 1


def part(t):
    weight, report, mass = weights.weigh(t), t.model(RUN), t.model(MASS)
    predict, select, attend, update, recall = stages(t, report, mass)
    at = {name: weigh(weight, counts) for stage in (predict, select, attend) for name, counts in stage.items()}
    rows = rows_of(t.published["claims"], at, update, weight, [run["output_snr_dense_given_db"] for run in (report, mass)])
    for name, bits in (("8", 8), ("4", 4)):
        found = t.model(f"{RUN} --set predict.operand_bits={bits}")["recall"]
        rows.append(
            Row(
                f"recall of the largest, DLZS with K^ of {name} bits",
                None,
                found,
                "share",
                f"sofamodel {RUN} --set predict.operand_bits={bits}",
                f"{100 * recall:.1f} % with products of 4 by 4 bits, one step a tensor; exact scores in the same tiles "
                f"{100 * report['recall_exact_scores']:.1f} %",
            )
        )
    counted = [
        [stage, name, f"{at[name] / 1e6:.2f}", ", ".join(f"{n:,.0f} {what}".replace(",", " ") for what, n in counts.items())]
        for stage, ways in (("predict", predict), ("select", select), ("attend", attend))
        for name, counts in ways.items()
    ]
    note = (
        f"A row of {HEAD}, 1024 keys, d = 64, {report['pairs'] / report['rows']:.0f} kept ({KEPT} of {TILE}); weights in millions of "
        f"transistors. {report['raises']} raises "
        f"of the maximum in {report['rows']} rows (`sofamodel {RUN}`)."
    )
    tables = [
        Table("Operations of a row", ["stage", "way", "weight", "operations"], counted, note),
        Table(
            "Transistors of an operation, mapped by Yosys to plain gates (`python/paper/operators.v`)",
            ["operation", "transistors"],
            [[name, str(n)] for name, n in weight.items()],
            "exp2 is the emitted module.",
        ),
    ]
    return Part("complexity", "Complexity", rows, tables)

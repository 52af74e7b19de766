# SPDX-License-Identifier: Apache-2.0
"""What records of windows say of rules, as one object and as markdown.

A record: {"window", "rule" (text; "" is dense attention), "loss", "heads": [what Core.heads holds]}."""

import math


def _share(heads, part, whole):
    return sum(h[part] for h in heads) / max(1, sum(h[whole] for h in heads))


def _layers(records):
    """Of each layer, over all windows and heads."""
    heads = [h for r in records for h in r["heads"]]
    return [{"layer": layer, "kept": _share(own, "pairs", "visible"), "needed": _share(own, "needed_rows", "key_rows")}
            for layer in sorted({h["layer"] for h in heads})
            for own in [[h for h in heads if h["layer"] == layer]]]


def _rule(text, records, dense):
    heads = [h for r in records for h in r["heads"]]
    change = [r["loss"] / dense[r["window"]] - 1 for r in records]
    loss, base = (sum(x) / len(records) for x in ([r["loss"] for r in records], [dense[r["window"]] for r in records]))
    return {"rule": text, "kept": _share(heads, "pairs", "visible"), "needed": _share(heads, "needed_rows", "key_rows"), "loss": loss,
            "dense": base, "change": loss / base - 1, "worst_window": max(change), "cycles": sum(h["cycles"] for h in heads),
            "saturated": sum(h["saturated"] for h in heads), "layers": _layers(records),
            "windows": [{"window": r["window"], "loss": r["loss"], "dense": dense[r["window"]],
                         "kept": _share(r["heads"], "pairs", "visible")} for r in records]}


def summarise(rules, records):
    """One object a rule, in the order of rules, each with the mean over its windows; rules without a record are left out."""
    dense = {r["window"]: r["loss"] for r in records if r["rule"] == ""}
    table = []
    for text in rules:
        own = sorted((r for r in records if r["rule"] == text and r["window"] in dense), key=lambda r: r["window"])
        if own:
            table.append(_rule(text, own, dense))
    return table


def _variant(text):
    """A rule without its threshold: rules of one variant lie on one curve of loss over kept pairs."""
    words = text.split()
    return tuple(w for i, w in enumerate(words) if w != "--mass" and (i == 0 or words[i - 1] != "--mass"))


def _between(curve, kept):
    """The curve's change at this kept share, along straight lines over its logarithm; None outside."""
    for (a, low), (b, high) in zip(curve, curve[1:]):
        if a <= kept <= b and b > a:
            return low + (high - low) * math.log(kept / a) / math.log(b / a)
    return None


def compare_curves(table):
    """Adds "excess" to rules by mass: change less that of the first variant by mass at the same kept share; None for that one itself and
    where it was not run."""
    masses = [row for row in table if "--mass" in row["rule"].split()]
    first = _variant(masses[0]["rule"]) if masses else None
    curve = sorted((row["kept"], row["change"]) for row in masses if _variant(row["rule"]) == first)
    for row in table:
        base = _between(curve, row["kept"]) if row in masses and _variant(row["rule"]) != first else None
        row["excess"] = None if base is None else row["change"] - base


def _percent(share, digits=2):
    return f"{100 * share:.{digits}f} %"


def _signed(share):
    return f"{100 * share:+.2f} %"


def _line(cells):
    return "| " + " | ".join(cells) + " |\n"


def _rules_table(table):
    excess = any(row["excess"] is not None for row in table)
    titles = ["rule", "pairs kept", "V rows needed", "loss", "against dense", "worst window"]
    titles += ["... more than the first by mass at the same kept"] * excess
    text = _line(titles) + "|---" * len(titles) + "|\n"
    for row in table:
        cells = [f"`{row['rule']}`", _percent(row["kept"]), _percent(row["needed"], 1), f"{row['loss']:.4f}", _signed(row["change"]),
                 _signed(row["worst_window"])]
        text += _line(cells + ["" if row["excess"] is None else _signed(row["excess"])] * excess)
    return text


def _layers_table(table):
    layers = [r["layer"] for r in table[0]["layers"]]
    text = _line(["kept; V rows needed"] + [f"layer {n}" for n in layers]) + "|---" * (len(layers) + 1) + "|\n"
    for row in table:
        text += _line([f"`{row['rule']}`"] + [f"{_percent(r['kept'], 1)}; {_percent(r['needed'], 0)}" for r in row["layers"]])
    return text


def markdown(title, unit, table):
    """A page: rules, then layers."""
    if not table:
        return f"# {title}\n\nNo window is done.\n"
    windows = sorted({w["window"] for row in table for w in row["windows"]})
    dense = sum(w["dense"] for w in table[0]["windows"]) / len(table[0]["windows"])
    text = f"# {title}\n\nMean over windows {', '.join(map(str, windows))}; dense attention in float32: {dense:.4f} {unit}.\n\n"
    uneven = [row["rule"] for row in table if len(row["windows"]) != len(windows)]
    if uneven:
        text += f"Not all windows are done of: {'; '.join(uneven)}.\n\n"
    return text + _rules_table(table) + "\n" + _layers_table(table)

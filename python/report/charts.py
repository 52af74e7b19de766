# SPDX-License-Identifier: Apache-2.0
"""Charts of what a run, a study of accuracy, a search and make ppa have written. Numbers come in, figures go out."""

import numpy as np
import plotly.colors
import plotly.graph_objects as go

CELLS = 256  # of a picture of pairs, in each direction


def share_of_pairs(selected):
    """Selected pairs of cells of rows and keys: their share, and how many rows and keys a cell has."""
    rows, keys = selected.shape
    high, wide = max(1, -(-rows // CELLS)), max(1, -(-keys // CELLS))
    padded = np.zeros((-(-rows // high) * high, -(-keys // wide) * wide), np.float32)
    padded[:rows, :keys] = selected != 0
    return padded.reshape(padded.shape[0] // high, high, -1, wide).mean((1, 3)), high, wide


def pairs(selected):
    share, high, wide = share_of_pairs(selected)
    figure = go.Figure(
        go.Heatmap(
            z=np.sqrt(share),
            customdata=100 * share,
            x0=wide / 2,
            dx=wide,
            y0=high / 2,
            dy=high,
            colorscale="Blues",
            showscale=False,
            hovertemplate="row %{y}, key %{x}: %{customdata:.1f} % selected<extra></extra>",
        )
    )
    figure.update_layout(height=640)
    figure.update_xaxes(title="key")
    figure.update_yaxes(title="row", autorange="reversed")
    return figure


def rule_of(text):
    """rank or mass, and the setting."""
    words = text.split()
    return ("mass", words[words.index("--mass") + 1]) if "--mass" in words else ("rank", words[words.index("--kept") + 1])


def loss(rules):
    """Change of the loss against pairs kept, a curve for each rule."""
    curves = {}
    for row in rules:
        rule, setting = rule_of(row["rule"])
        curves.setdefault(rule, []).append((100 * row["kept"], 100 * row["change"], setting))
    figure = go.Figure()
    for rule, points in sorted(curves.items()):
        kept, change, settings = zip(*sorted(points))
        figure.add_scatter(name="by " + rule, x=kept, y=change, text=settings, mode="lines+markers+text", textposition="top right")
    figure.update_xaxes(title="pairs kept, %", type="log")
    figure.update_yaxes(title="loss against dense attention, %", rangemode="tozero")
    return figure


def front(found):
    """All feasible points of a study in its first two objectives, the front among them; of one objective the best so far."""
    names = list(found["objectives"])
    trials = [t for t in found["trials"] if t["feasible"]]
    return _search(found, names[0], trials) if len(names) == 1 else _front(found, names, trials)


def _search(found, name, trials):
    best = np.maximum.accumulate if found["objectives"][name] == "maximize" else np.minimum.accumulate
    values = np.array([t["objectives"][name] for t in trials])
    numbers = [t["number"] for t in trials]
    figure = go.Figure()
    figure.add_scatter(name="evaluated", x=numbers, y=values, mode="markers")
    figure.add_scatter(name="best so far", x=numbers, y=best(values), mode="lines", line_shape="hv")
    figure.update_xaxes(title="evaluation")
    figure.update_yaxes(title=name)
    return figure


def _front(found, names, trials):
    best = {t["number"] for t in found["best"]}
    figure = go.Figure()
    for title, chosen, size in (
        ("others", [t for t in trials if t["number"] not in best], 6),
        ("Pareto front", [t for t in trials if t["number"] in best], 10),
    ):
        marker = {"size": size}
        if len(names) > 2 and title == "Pareto front":
            marker.update(color=[t["objectives"][names[2]] for t in chosen], colorscale="Viridis", colorbar={"title": names[2]})
        text = [
            ", ".join(
                f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                for key, value in {**t["objectives"], **t["parameters"]}.items()
            )
            for t in chosen
        ]
        figure.add_scatter(
            name=title,
            x=[t["objectives"][names[0]] for t in chosen],
            y=[t["objectives"][names[1]] for t in chosen],
            mode="markers",
            marker=marker,
            text=text,
            hovertemplate="%{text}<extra></extra>",
        )
    figure.update_xaxes(title=names[0])
    figure.update_yaxes(title=names[1])
    figure.update_layout(legend={"orientation": "h", "y": 1.1})
    return figure


def stacks(columns, unit):
    """columns: (name, [(part, value)])."""
    parts = list(dict.fromkeys(part for _, values in columns for part, _ in values))
    colours = dict(zip(parts, plotly.colors.qualitative.Light24 * 2))
    figure = go.Figure()
    for part in parts:
        at = [(name, value) for name, values in columns for one, value in values if one == part]
        figure.add_bar(
            name=part,
            x=[name for name, _ in at],
            y=[value for _, value in at],
            marker_color=colours[part],
            hovertemplate=part + ": %{y:.4g} " + unit + "<extra>%{x}</extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_yaxes(title=unit)
    return figure


def moved(report):
    """Bytes of one head, by kind, beside two other ways to compute the same attention."""
    kinds = [(kind, value / 1e6) for kind, value in report["bytes"].items() if kind != "total" and value > 0]
    columns = [
        ("this core", kinds),
        ("dense, in tiles", [("dense attention", report["bytes_dense"] / 1e6)]),
        ("plain dynamic sparsity", [("plain sparsity", report["bytes_plain_sparse"] / 1e6)]),
    ]
    return stacks(columns, "MB")

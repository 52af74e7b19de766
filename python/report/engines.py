# SPDX-License-Identifier: Apache-2.0
"""Engines over time: a Gantt chart of what sofamodel --timeline writes."""

import collections

import plotly.graph_objects as go

RESOLUTION = 2000  # a chart is as many gaps wide: closer spans of a kind are drawn as one
LANES = 8  # of more, as many are drawn


def read(trace):
    """Tracks in their order: name to spans (kind, begin, end); and the cycles of the job."""
    names, tracks = {}, {}
    for event in trace["traceEvents"]:
        if event["name"] == "thread_name":
            names[event["tid"]] = event["args"]["name"]
            tracks[event["args"]["name"]] = []
        elif event["ph"] == "X":
            tracks[names[event["tid"]]].append((_kind(event), event["ts"], event["ts"] + event["dur"]))
    return tracks, trace["otherData"]["cycles"]


def _kind(event):
    """Blocks and their tiles in two colours that take turns."""
    name, block = event["name"], event.get("args", {}).get("block")
    if block is None and name.startswith("block "):
        block = int(name.removeprefix("block "))
    if block is None:
        return name
    return ("keys of " if name.startswith("keys") else "") + ("even blocks" if block % 2 == 0 else "odd blocks")


def merge(spans, gap):
    """Those of one kind that are no more than gap apart become one."""
    merged = []
    for kind, begin, end in spans:
        if merged and merged[-1][0] == kind and begin - merged[-1][2] <= gap:
            merged[-1][2] = max(end, merged[-1][2])
        else:
            merged.append([kind, begin, end])
    return merged


def shown(tracks):
    """Of many lanes a few, evenly chosen; tracks where nothing happens are left out."""
    lanes = [name for name in tracks if name.startswith("lane ")]
    step = max(1, -(-len(lanes) // LANES))
    left = set(lanes) - set(lanes[::step])
    return {name: spans for name, spans in tracks.items() if spans and name not in left}, len(lanes)


def chart(trace):
    tracks, cycles = read(trace)
    tracks, lanes = shown(tracks)
    kinds = collections.defaultdict(list)
    for name, spans in tracks.items():
        for kind, begin, end in merge(spans, cycles / RESOLUTION):
            kinds[kind].append((name, begin, end - begin))
    figure = go.Figure()
    for kind, bars in kinds.items():
        rows, begins, lengths = zip(*bars)
        figure.add_bar(
            name=kind,
            orientation="h",
            y=rows,
            base=begins,
            x=lengths,
            marker_line_width=0,
            hovertemplate=kind + ": from cycle %{base}, %{x} cycles<extra>%{y}</extra>",
        )
    figure.update_layout(barmode="overlay", bargap=0.25, height=140 + 34 * len(tracks))
    figure.update_yaxes(categoryorder="array", categoryarray=list(tracks), autorange="reversed")
    figure.update_xaxes(title="cycles since the start of the job", range=[0, cycles])
    return figure, cycles, lanes

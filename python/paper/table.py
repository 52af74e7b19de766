# SPDX-License-Identifier: Apache-2.0
"""Rows of the table, and the page of them."""

import dataclasses

UNITS = {
    "%": (100, "{:+.1f} %"),
    "share": (100, "{:.2f} %"),
    "times": (1, "{:.2f} times"),
    "ms": (1, "{:.1f} ms"),
    "mm2": (1, "{:.2f} mm2"),
    "W": (1, "{:.2f} W"),
    "ns": (1, "{:.2f} ns"),
    "GOPS": (1, "{:,.0f} GOPS"),
    "GOPS/mm2": (1, "{:,.0f} GOPS/mm2"),
    "GOPS/W": (1, "{:,.0f} GOPS/W"),
    "GOPS/multiplier": (1, "{:.1f} GOPS/multiplier"),
}


@dataclasses.dataclass
class Row:
    """A figure of the paper (None: it has none) beside ours (None: see why).

    unit: a key of UNITS; "%" is a change, "share" a part of a whole."""

    what: str
    paper: float | None
    ours: float | None
    unit: str
    command: str
    why: str


@dataclasses.dataclass
class Table:
    """More figures of one kind: numbers as text."""

    title: str
    head: list
    rows: list
    note: str


@dataclasses.dataclass
class Part:
    name: str
    title: str
    rows: list
    tables: list


def text_of(value, unit):
    if value is None:
        return ""
    factor, form = UNITS[unit]
    return form.format(factor * value).replace(",", " ")


def _line(cells):
    return "| " + " | ".join(cells) + " |\n"


def _grid(head, rows):
    return _line(head) + "|---" * len(head) + "|\n" + "".join(map(_line, rows))


def markdown(parts, source):
    text = (
        "# The paper's figures and ours\n\nEvery figure of ours was made by the command beside it, or by `make paper`, which runs them "
        "all; the paper's stand in "
        f"`data/published.json` ({source}).\n"
    )
    for part in parts:
        text += f"\n## {part.title}\n\n"
        text += _grid(
            ["figure", "paper", "ours", "command", "why they differ"],
            [[r.what, text_of(r.paper, r.unit), text_of(r.ours, r.unit) or "not measured", f"`{r.command}`", r.why] for r in part.rows],
        )
        for table in part.tables:
            text += f"\n{table.title}:\n\n{_grid(table.head, table.rows)}" + (f"\n{table.note}\n" if table.note else "")
    return text

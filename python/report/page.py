# SPDX-License-Identifier: Apache-2.0
"""One HTML page of sections with charts. The script of plotly stands in it; a policy in its head forbids the browser to fetch anything."""

import dataclasses
import html

import plotly.graph_objects as go
import plotly.io
import plotly.offline

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
STYLE = """
body { font: 15px/1.45 Verdana, DejaVu Sans, sans-serif; color: #222; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
h1, h2 { font-weight: 600; color: #30475e; } h2 { margin-top: 2em; border-bottom: 1px solid #d5dbe1; }
nav a { margin-right: 1em; } code, pre { background: #f3f5f7; padding: 0.1em 0.3em; } p.missing { color: #8a2b0a; }
"""


@dataclasses.dataclass
class Section:
    """figure None: words say what to pass to get one. command: what made the data."""

    name: str
    title: str
    words: str
    command: str
    figure: go.Figure | None


def _chart(section):
    if section.figure is None:
        return ""
    section.figure.update_layout(
        template="plotly_white", margin={"t": 30, "l": 60, "r": 20, "b": 50}, font={"family": "Verdana, DejaVu Sans, sans-serif"}
    )
    inner = plotly.io.to_html(
        section.figure,
        include_plotlyjs=False,
        full_html=False,
        div_id=f"chart-{section.name}",
        config={"displaylogo": False, "responsive": True},
    )
    return f'<div class="chart">{inner}</div>\n'


def _section(section):
    kind = "" if section.figure is not None else ' class="missing"'
    command = f"<pre>{html.escape(section.command)}</pre>\n" if section.command else ""
    return (
        f'<section id="{section.name}">\n<h2>{html.escape(section.title)}</h2>\n<p{kind}>{html.escape(section.words)}</p>\n'
        f"{_chart(section)}{command}</section>\n"
    )


def page(title, words, sections):
    links = "".join(f'<a href="#{s.name}">{html.escape(s.title)}</a> ' for s in sections)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n<script>{plotly.offline.get_plotlyjs()}</script>\n</head>\n<body>\n"
        f"<h1>{html.escape(title)}</h1>\n<p>{html.escape(words)}</p>\n<nav>{links}</nav>\n"
        f"{''.join(map(_section, sections))}</body>\n</html>\n"
    )

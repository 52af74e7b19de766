# SPDX-License-Identifier: Apache-2.0
"""Renders the sources beside it to SVGs: *.dot with the looks of style.gvpr by graphviz, *.json by WaveDrom.

Each SVG ends with a mark, the CRC-32 of its source, style.gvpr and this file; one whose mark is right is left alone (--all: not so).
"""
import pathlib
import re
import subprocess
import sys
import zlib

import wavedrom

HERE = pathlib.Path(__file__).resolve().parent
STYLE = HERE / "style.gvpr"


def mark_of(source):
    made_of = source.read_bytes() + STYLE.read_bytes() + pathlib.Path(__file__).read_bytes()
    return f"<!-- made of {zlib.crc32(made_of):08x} -->\n"


def graph(source):
    looks = subprocess.run(["gvpr", "-c", "-f", STYLE, source], check=True, capture_output=True).stdout
    svg = subprocess.run(["dot", "-Tsvg"], input=looks, check=True, capture_output=True).stdout.decode()
    return re.sub(r"<!--.*?-->\n?", "", svg[svg.index("<svg"):], flags=re.DOTALL)


def waves(source):
    svg = wavedrom.render(source.read_text()).tostring()
    # the font of the graphs, which is wider, a white ground, and only those bricks that are used
    svg = svg.replace("font-size:11pt", "font-size:9pt").replace("font-family:Helvetica", "font-family:Verdana,DejaVu Sans,sans-serif")
    used, end = set(re.findall(r'href="#([^"]+)"', svg)), svg.index("</defs>")
    bricks = re.sub(r'<g id="([^"]+)">(?:(?!</?g\b).)*</g>', lambda brick: brick[0] if brick[1] in used else "", svg[:end])
    return bricks.replace("<svg ", '<svg style="background:white" ', 1) + svg[end:] + "\n"


def main(arguments):
    for source in sorted([*HERE.glob("*.dot"), *HERE.glob("*.json")]):
        target, mark = source.with_suffix(".svg"), mark_of(source)
        if "--all" not in arguments and target.exists() and target.read_text().endswith(mark):
            continue
        target.write_text((graph if source.suffix == ".dot" else waves)(source) + mark)
        print(target.relative_to(HERE.parents[1]))


if __name__ == "__main__":
    main(sys.argv[1:])

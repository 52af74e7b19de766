# SPDX-License-Identifier: Apache-2.0
"""netlist.py CORE OUT [--liberty FILE.lib[.gz]]

Maps an emitted core to cells with Yosys and writes OUT/sofa.f with the netlist, module by module, each cell written as what it does, and the
core's memory (sofa_ram stays what it is, as it would be a macro). The cells are those of a Liberty file, which says what they do; without one
Yosys' own simple gates. cells.txt counts them. What has been made of the same text is left as it is.
"""
import argparse
import gzip
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "ppa"))
import liberty      # noqa: E402
import verilog      # noqa: E402

RAM = "sofa_ram.v"
# Lint has nothing to say about what tools have written.
QUIET = "/* verilator lint_off UNOPTFLAT */ /* verilator lint_off WIDTH */ /* verilator tracing_off */\n"
# abc maps without its search for equal nodes: that takes minutes for each multiplier, and here no area counts.
GATES = """synth -top sofa_core -run begin:check
opt_clean -purge
"""
CELLS = """synth -noabc -top sofa_core -run begin:check
dfflibmap -liberty {library}
abc -liberty {library} -script +strash;balance;amap;topo
opt_clean -purge
"""
WRITE = """setattr -mod -unset src
setattr -unset src
tee -q -o kinds.txt stat
{write}
"""


class Failure(Exception):
    pass


def sources(core):
    """The Verilog files of a core, and its memory."""
    try:
        names = [line.strip() for line in (core / "sofa.f").read_text().splitlines()]
    except OSError as e:
        raise Failure(f"{core}/sofa.f: {e.strerror}: name a folder that sofagen has written") from None
    files = [core / name for name in names if name.endswith(".v")]
    rams = [path for path in files if path.name == RAM]
    if len(rams) != 1:
        raise Failure(f"{core}/sofa.f: has {len(rams)} files {RAM}: emit the core with prefix=sofa_ or none")
    return [path for path in files if path.name != RAM], rams[0]


def library_text(path):
    try:
        packed = pathlib.Path(path).read_bytes()
        text = gzip.decompress(packed) if path.endswith(".gz") else packed
    except (OSError, EOFError) as e:
        raise Failure(f"library {path}: {getattr(e, 'strerror', None) or e}") from None
    if not re.search(rb"^\s*library\s*\(", text, re.M):
        raise Failure(f"library {path}: no Liberty file: it has no group library")
    return text


def yosys(script, folder):
    (folder / "map.ys").write_text(script)
    done = subprocess.run(["yosys", "-q", "map.ys"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        raise Failure(f"yosys: {next((x for x in lines if 'ERROR' in x), lines[-1] if lines else 'failed')}")


def script_of(files, ram, library):
    reads = [f"read_verilog {path}" for path in files] + [f"read_verilog -lib {ram}", "hierarchy -check -top sofa_core"]
    cells, write = (CELLS, "write_json netlist.json") if library else (GATES, "write_verilog -noattr netlist.v")
    return "\n".join(reads) + "\n" + cells.format(library=library) + WRITE.format(write=write)


def kinds(folder):
    """Cells that the netlist has, by type."""
    rows = re.findall(r"^ +(\S+) +(\d+)$", (folder / "kinds.txt").read_text().rpartition("design hierarchy")[2], re.M)
    return {name: int(number) for name, number in rows}


def expand(folder):
    """The netlist as Verilog, each cell as the library says what it does."""
    cells = liberty.read(str(folder / "library.lib")).cells
    with open(folder / "netlist.v", "w") as out:
        try:
            verilog.write(json.loads((folder / "netlist.json").read_text()), cells, out)
        except verilog.Failure as e:
            raise Failure(str(e)) from None


def make(core, out, library_path):
    files, ram = sources(core)
    library = library_text(library_path) if library_path else b""
    with tempfile.TemporaryDirectory(dir=out, prefix=".new-") as name:
        folder = pathlib.Path(name)
        if library:
            (folder / "library.lib").write_bytes(library)
        yosys(script_of([path.resolve() for path in files], ram.resolve(), "library.lib" if library else ""), folder)
        if library:
            expand(folder)
        (out / "netlist.v").write_text(QUIET + (folder / "netlist.v").read_text())
        (out / RAM).write_text(ram.read_text())
        (out / "cells.txt").write_text("".join(f"{number:8} {kind}\n" for kind, number in sorted(kinds(folder).items())))
        (folder / "sofa.f").write_text(f"netlist.v\n{RAM}\n")
        os.replace(folder / "sofa.f", out / "sofa.f")


def digest(core, library_path):
    files, ram = sources(core)
    parts = [path.read_bytes() for path in (pathlib.Path(__file__), HERE / "verilog.py", HERE.parent / "ppa" / "liberty.py")]
    parts.append(library_text(library_path) if library_path else b"")
    parts += [path.read_bytes() for path in files + [ram]]
    return "\n".join(hashlib.sha256(part).hexdigest() for part in parts) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("core", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--liberty", default="")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        made_of, mark = digest(options.core, options.liberty), options.out / "made_of"
        if mark.is_file() and mark.read_text() == made_of:
            return 0
        mark.unlink(missing_ok=True)
        make(options.core, options.out, options.liberty)
        mark.write_text(made_of)
    except Failure as e:
        print(f"netlist.py: {e}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

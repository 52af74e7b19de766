# SPDX-License-Identifier: Apache-2.0
"""What Yosys makes of a core, with faults: its netlist, a sample of `mutate`, all of them in one Verilog text, and which change nothing."""
import pathlib
import re
import subprocess

WIDTH = 12                      # bits of a mutant's number
# What tools have written is not for lint to judge; the netlist was clean before faults were put in.
QUIET = "".join(f"/* verilator lint_off {name} */ " for name in ("WIDTH", "UNOPTFLAT", "CASEINCOMPLETE", "CASEOVERLAP", "CMPCONST", "UNSIGNED")) + "\n"
PREPARE = """{reads}
hierarchy -check -top sofa_core
proc
opt -fast
memory -nomap
wreduce
opt -fast
write_rtlil {out}
"""
# All mutants in one netlist. The number comes from the environment through the C++ of Verilator.
NUMBER = f"""  reg [{WIDTH - 1}:0] sofa_mutant;
  initial sofa_mutant = $c32("(std::getenv(\\"SOFA_MUTANT\\") ? std::atoi(std::getenv(\\"SOFA_MUTANT\\")) : 0)");
"""
# One module against itself with the fault, whatever its registers hold and its submodules answer.
COMPARE = """read_rtlil {netlist}
select -set others * =*{module} %d
blackbox @others
copy {module} faulty
{mutation}
rename {module} right
memory_map right faulty
dffunmap right faulty
setundef -zero right faulty
expose -evert -evert-dff right faulty
miter -equiv -flatten -make_outputs right faulty compare
hierarchy -top compare
opt -full
sat -timeout {seconds} -prove trigger 0 compare
"""
SAT_SECONDS = 10


class Failure(Exception):
    pass


def yosys(script, folder, name="script"):
    path = folder / f"{name}.ys"
    path.write_text(script)
    done = subprocess.run(["yosys", "-QT", path.name], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def must(script, folder, name):
    code, said = yosys(script, folder, name)
    if code:
        raise Failure(f"{folder}: yosys: {next((x for x in said.splitlines() if 'ERROR' in x), 'failed')}")


def plain_names(text):
    """Modules with parameters get names that scripts can say."""
    known = {}

    def name(found):
        known.setdefault(found[0], f"\\{found[1]}_{len(known) + 1}")
        return known[found[0]]
    return re.sub(r"\$paramod\S*?\\(sofa_\w+)\S*", name, text)


class Mutant:
    """One line of `mutate -list`."""

    def __init__(self, core, number, line):
        self.core, self.number, self.line = core, number, line
        self.values = {key: value for key, value in re.findall(r" -(\w+) (\S+)", line) if key != "src"}
        self.module, self.mode = self.values["module"].lstrip("\\"), self.values["mode"]
        self.sources = [source for source in re.findall(r" -src (\S+)", line) if ":0." not in source]

    @property
    def place(self):
        """File and line of the emitted text."""
        found = re.match(r"(.+?):(\d+)", self.sources[-1]) if self.sources else None
        return (found[1], int(found[2])) if found else ("", 0)

    @property
    def engine(self):
        return pathlib.Path(self.place[0]).parent.name or "?"

    @property
    def what(self):
        keys = ("cell", "port", "portbit", "ctrlbit", "wire", "wirebit")
        return " ".join(f"{key} {self.values[key]}" for key in keys if key in self.values)

    def clock(self):
        return self.values.get("wire") == "clk" or self.values.get("port") in ("CLK", "clk", "RD_CLK", "WR_CLK")


class Netlist:
    """A configuration in a folder of its own."""

    def __init__(self, folder, sofagen, configuration):
        self.folder, self.configuration = folder, configuration
        self.name = configuration.stem
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([sofagen, configuration, "-o", folder / "core"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise Failure(done.stderr.strip())

    def sources(self):
        lines = (self.folder / "core" / "sofa.f").read_text().splitlines()
        return ["core/" + line for line in lines if line.endswith(".v")]

    def prepare(self):
        reads = "\n".join(f"read_verilog {'-lib ' if file.endswith('/sofa_ram.v') else ''}{file}" for file in self.sources())
        must(PREPARE.format(reads=reads, out="raw.il"), self.folder, "prepare")
        (self.folder / "netlist.il").write_text(plain_names((self.folder / "raw.il").read_text()))

    def sample(self, count, seed):
        """Mutants by the seed; faults of the clock are left out."""
        listing = f"read_rtlil netlist.il\nmutate -list {count + count // 4 + 8} -seed {seed} -o list.txt\n"
        must(listing, self.folder, "list")
        lines = (self.folder / "list.txt").read_text().splitlines()
        found = [Mutant(self.name, 0, line) for line in lines]
        chosen = [mutant for mutant in found if not mutant.clock()][:count]
        for number, mutant in enumerate(chosen, 1):
            mutant.number = number
        return chosen

    def text(self, mutant):
        """The line of the emitted Verilog that the fault belongs to."""
        file, line = mutant.place
        path = self.folder / file
        lines = path.read_text().splitlines() if path.is_file() else []
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    def write(self, mutants):
        """RTL with all mutants, for SOFA_RTL."""
        script = "read_rtlil netlist.il\n" + "\n".join(
            m.line.replace("mutate ", f"mutate -ctrl sofa_mutant {WIDTH} {m.number} ", 1) for m in mutants)
        must(script + "\nwrite_verilog -noattr faulty.v\n", self.folder, "faulty")
        out = self.folder / "rtl"
        out.mkdir(exist_ok=True)
        (out / "core.v").write_text(QUIET + chosen_inside((self.folder / "faulty.v").read_text()))
        ram = next(file for file in self.sources() if file.endswith("/sofa_ram.v"))
        (out / "sofa_ram.v").write_text((self.folder / ram).read_text())
        (out / "sofa.f").write_text("core.v\nsofa_ram.v\n")
        return out

    def equivalent(self, mutant):
        """Whether SAT finds that the module cannot tell, in any state: True, False or None if it does not end."""
        line = re.sub(r" -module \S+", " -module faulty", mutant.line)
        script = COMPARE.format(netlist="netlist.il", module=mutant.module, mutation=line, seconds=SAT_SECONDS)
        _, said = yosys(script, self.folder, f"compare{mutant.number}")
        (self.folder / f"compare{mutant.number}.ys").unlink()
        if "no model found: SUCCESS" in said:
            return True
        return False if "model found: FAIL" in said else None


def chosen_inside(text):
    """The input of the top becomes a register of its own."""
    top = re.search(r"^module sofa_core\(.*?^endmodule", text, re.M | re.S)
    if not top:
        raise Failure("the netlist has no sofa_core")
    inside = re.sub(r",\s*sofa_mutant\)", ")", top[0], count=1)
    inside = re.sub(r"^  input \[\d+:0\] sofa_mutant;\n", "", inside, flags=re.M)
    inside = re.sub(r"^  wire \[\d+:0\] sofa_mutant;\n", lambda found: NUMBER, inside, count=1, flags=re.M)
    return text[:top.start()] + inside + text[top.end():]

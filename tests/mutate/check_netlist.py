# SPDX-License-Identifier: Apache-2.0
"""Faults in a netlist (netlist.py) of a few lines: they are switches, numbered, and SAT tells those that nobody can see."""
import pathlib
import tempfile
import unittest

import netlist
import netlists

# y is x whatever b is; z is not.
CORE = """module sofa_core(input wire clk, input wire a, input wire b, output reg y, output wire z);
wire x = (a & b) | (a & !b);
sofa_half #(.N(3)) half (.clk(clk), .d(b), .q(z));
always @(posedge clk) y <= x;
endmodule
module sofa_half #(parameter N = 1) (input wire clk, input wire d, output reg q);
always @(posedge clk) q <= !d;
endmodule
"""


class Small(netlist.Netlist):
    def __init__(self, folder):
        self.folder, self.name = folder, "small"

    def sources(self):
        return ["core.v", "core/sofa_ram.v"]


class Netlists(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.place.name)
        (folder / "core").mkdir()
        (folder / "core.v").write_text(CORE)
        (folder / "core" / "sofa_ram.v").write_text("module sofa_ram; endmodule\n")
        self.net = Small(folder)
        self.net.prepare()

    def tearDown(self):
        self.place.cleanup()

    def mutant(self, module, mode, **keys):
        words = " ".join(f"-{key} {value}" for key, value in keys.items())
        return netlist.Mutant("small", 1, f"mutate -mode {mode} -module {module} {words} -src core.v:2.1-2.5")

    def cell(self, kind, nth=0):
        text = (self.net.folder / "netlist.il").read_text().partition("module \\sofa_core")[2]
        return [line.split()[2] for line in text.splitlines() if line.split()[:2] == ["cell", kind]][nth]

    def test_switches(self):
        mutants = self.net.sample(6, 1)
        self.assertEqual([m.number for m in mutants], list(range(1, len(mutants) + 1)))
        self.assertFalse([m for m in mutants if m.clock()])
        text = (self.net.write(mutants) / "core.v").read_text()
        self.assertIn("getenv", text)
        self.assertNotIn("sofa_mutant);", text.partition("module sofa_core(")[2].partition("endmodule")[0].partition("\n")[0])
        for m in mutants:
            self.assertIn(f"{netlist.WIDTH}'h{m.number:03x}", text)

    def test_equivalent(self):
        inverted, half, whole = self.cell("$logic_not"), self.cell("$and", 1), self.cell("$or")
        self.assertIs(self.net.equivalent(self.mutant("sofa_core", "const1", cell=inverted, port="Y", portbit=0)), True)
        self.assertIs(self.net.equivalent(self.mutant("sofa_core", "const0", cell=inverted, port="Y", portbit=0)), False)
        self.assertIs(self.net.equivalent(self.mutant("sofa_core", "const1", cell=half, port="A", portbit=0)), False)
        self.assertIs(self.net.equivalent(self.mutant("sofa_core", "inv", cell=whole, port="Y", portbit=0)), False)
        self.assertIs(self.net.equivalent(self.mutant("sofa_core", "inv", cell="half", port="d", portbit=0)), False)

    def test_text(self):
        self.assertEqual(self.net.text(self.mutant("sofa_core", "inv")), "wire x = (a & b) | (a & !b);")

    def test_reasons(self):
        mutant = self.mutant("sofa_half_1", "const1", cell="c", port="D", portbit=31)
        known = [("sofa_half", r"y <= ", "portbit 31", "no"), ("sofa_half", r"wire x", "const1 .*portbit 31$", "nobody counts so far")]
        self.assertEqual(netlists.reason_of(mutant, "wire x = a", known), "nobody counts so far")
        self.assertIsNone(netlists.reason_of(mutant, "wire z = a", known))


class Journals(unittest.TestCase):
    def test_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "journal.txt"
            netlists.Journal(path, "key").add({"number": 3, "result": "killed"})
            self.assertEqual(netlists.Journal(path, "key").known, {3: {"number": 3, "result": "killed"}})
            self.assertEqual(netlists.Journal(path, "another").known, {})


if __name__ == "__main__":
    unittest.main()

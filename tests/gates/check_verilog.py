# SPDX-License-Identifier: Apache-2.0
"""Netlists as Verilog (tb/gates/verilog.py): functions of a library against their truth tables, a module word by word, what is refused."""
import io
import pathlib
import sys
import types
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tb" / "gates"), str(ROOT / "tb" / "ppa")]
import functions    # noqa: E402
import verilog      # noqa: E402

PINS = ["A", "B", "C"]


def computed(text, values):
    """Verilog's operators bind as Python's do."""
    words = verilog.expression(text, {pin: f"n{pin}" for pin in PINS}).replace("1'b", "")
    return eval(words, {f"n{pin}": value for pin, value in zip(PINS, values)}) & 1


def cell(**keys):
    return types.SimpleNamespace(**{"name": "X", "state": None, "outputs": [], "functions": {}, **keys})


NAND = cell(outputs=["ZN"], functions={"ZN": "!(A B)"})
FLOP = cell(outputs=["Q", "QN"], functions={"Q": "IQ", "QN": "IQN"}, state=("IQ", "IQN", "D", "CK"))


class Functions(unittest.TestCase):
    def test_truth_tables(self):
        for text in ("A B", "A & B ^ C", "!(A + B * C)", "A B' | C", "(A B)' + C", "((C & B) | (A & !C))", "A ^ 1", "A | 0", "1", "0"):
            table = functions.table(text, PINS)
            for n in range(8):
                self.assertEqual(computed(text, [n >> i & 1 for i in range(3)]), table >> n & 1, f"{text} of {n}")

    def test_refused(self):
        with self.assertRaisesRegex(verilog.Failure, "is not understood"):
            verilog.expression("A B)", {"A": "a", "B": "b"})


class Modules(unittest.TestCase):
    def written(self, cells, ports):
        out = io.StringIO()
        verilog.write({"modules": {"m": {"ports": ports, "cells": cells}, "ram": {"attributes": {"blackbox": "1"}, "ports": {}, "cells": {}}}},
                      {"NAND": NAND, "FLOP": FLOP}, out)
        return out.getvalue()

    def test_words(self):
        ports = {"clk": {"direction": "input", "bits": [2]}, "a": {"direction": "input", "bits": [3, 4]}, "y": {"direction": "output", "bits": [5, "0"]}}
        cells = {"g": {"type": "NAND", "parameters": {}, "connections": {"A": [3], "B": [4], "ZN": [6]}},
                 "f": {"type": "FLOP", "parameters": {}, "connections": {"D": [6], "CK": [2], "Q": [], "QN": [5]}},
                 "r": {"type": "ram", "parameters": {"W": "0010"}, "connections": {"d": [6, "1"]}}}
        text = self.written(cells, ports)
        for line in ("input wire [1:0] a;", "assign {n4, n3} = a;", "assign y = {1'b0, n5};", "assign n6 = ~(n3 & n4);", "reg q1;",
                     "always @(posedge n2) q1 <= n6;", "assign n5 = (~q1);", "ram #(.W(4'b0010)) u2 (.d({1'b1, n6}));"):
            self.assertIn("\n" + line + "\n", text)
        self.assertNotIn("module ram", text)

    def test_open_pin(self):
        with self.assertRaisesRegex(verilog.Failure, "m: g, a cell of type NAND: its pin 'B' is not connected"):
            self.written({"g": {"type": "NAND", "parameters": {}, "connections": {"A": [3], "ZN": [6]}}}, {})


if __name__ == "__main__":
    unittest.main()

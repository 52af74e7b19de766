# SPDX-License-Identifier: Apache-2.0
"""A job made by axi_case, and where its tensors stand in memory."""

import json
import pathlib

import numpy

KINDS = ("q", "k", "v", "o", "range", "khat")


class Case:
    """Integer tensors, registers and expected results."""

    def __init__(self, path):
        path = pathlib.Path(path)
        self.__dict__.update(json.loads(path.with_suffix(".json").read_text()))
        arrays = numpy.load(path.with_suffix(".npz"))
        bits = {"q": self.config["query_bits"], "k": self.config["key_bits"], "v": self.config["value_bits"]}
        self.rows = {name: [row.astype("<i1" if bits[name] == 8 else "<i2").tobytes() for row in arrays[name]]
                     for name in bits}
        self.rows["o"] = [row.astype("<i2").tobytes() for row in arrays["o"]]
        self.rows["khat"] = [row.tobytes() for row in arrays["khat"]]
        self.rows["range"] = [row.astype("<i4").tobytes() for row in arrays["range"]]


class Region:
    def __init__(self, base, stride, rows):
        self.base, self.stride, self.rows = base, stride, rows
        self.end = base + stride * len(rows)

    def place(self, memory, rng):
        """Writes the rows; what lies between them is garbage, so that whoever reads it computes wrong bits."""
        image = bytearray(rng.randbytes(self.end - self.base))
        for i, row in enumerate(self.rows):
            image[i * self.stride:i * self.stride + len(row)] = row
        memory.write(self.base, bytes(image))

    def crossings(self):
        """Rows that lie on both sides of a 4 KB boundary."""
        starts = range(self.base, self.end, self.stride)
        return sum(a // 4096 != (a + len(row) - 1) // 4096 for a, row in zip(starts, self.rows))


class Layout:
    """Bases and strides by chance, multiples of the port; all in the upper half of the address space."""

    def __init__(self, case, memory, rng):
        port = case.config["port_bits"] // 8
        address = 1 << (case.config["address_bits"] - 1)
        self.region = {}
        for kind in KINDS:
            rows = case.rows[kind]
            address += port * rng.randrange(1, 4096 // port)
            if kind == "o":     # its third row crosses 4 KB
                address += 4096 - address % 4096 - port
            stride = 8 if kind == "range" else -(-len(rows[0]) // port) * port + port * rng.randrange(3)
            if kind == "o":
                address -= 2 * stride
            self.region[kind] = Region(address, stride, rows)
            address = self.region[kind].end
            address += -address % port + port
        for kind in KINDS:
            if kind != "o":
                self.region[kind].place(memory, rng)
        o = self.region["o"]
        self.before = rng.randbytes(o.end - o.base)
        memory.write(o.base, self.before)

    def registers(self):
        values = {}
        for kind, region in self.region.items():
            values[f"{kind.upper()}_BASE_LO"] = region.base & 0xFFFFFFFF
            values[f"{kind.upper()}_BASE_HI"] = region.base >> 32
            if kind != "range":
                values[f"{kind.upper()}_STRIDE"] = region.stride
        return values

    def readable(self, address, length, port):
        return any(r.base <= address and address + length <= -(-r.end // port) * port
                   for kind, r in self.region.items() if kind != "o")

    def writable(self, address, length):
        o = self.region["o"]
        row, offset = divmod(address - o.base, o.stride)
        return 0 <= row < len(o.rows) and offset + length <= len(o.rows[0])

    def expected(self):
        o = self.region["o"]
        image = bytearray(self.before)
        for i, row in enumerate(o.rows):
            image[i * o.stride:i * o.stride + len(row)] = row
        return bytes(image)

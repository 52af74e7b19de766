# SPDX-License-Identifier: Apache-2.0
"""The proofs that stand in the heads of tests/formal/blocks/*.v.

    // proof NAME: METHOD: SETTINGS

A line that begins with four blanks more belongs to the one before. METHOD: `pdr` (property directed reachability: an inductive invariant is
found), `induction N` (k-induction of depth N). SETTINGS: parameters of the property module (NAME=VALUE in capitals) and keys of the
configuration (key=value). With `alone` the RTL's own assertions are left out. A line

    // smaller FILE: TEXT -> TEXT

changes the text of a template, where a proof takes a smaller memory than cores have.
"""
import dataclasses
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@dataclasses.dataclass
class Proof:
    block: str
    name: str
    method: str
    depth: int
    parameters: list[str]
    settings: list[str]
    alone: bool         # without the RTL's own assertions
    smaller: list[tuple[str, str, str]]     # file, its text, the text in its place

    @property
    def label(self):
        return f"{self.block}:{self.name}"

    @property
    def top(self):
        return f"sofa_prove_{self.block}"


def load():
    """All proofs, in the order of files and lines."""
    found = []
    for path in sorted(HERE.glob("blocks/*.v")):
        text = path.read_text().replace("\n//     ", " ")       # a proof may go on in the next lines
        smaller = re.findall(r"^// smaller (\S+): (.*) -> (.*)$", text, re.M)
        for name, method, depth, rest in re.findall(r"^// proof (\w+): (pdr|induction)(?: (\d+))?:(.*)$", text, re.M):
            words = [word for word in rest.split() if word != "alone"]
            parameters = [word for word in words if word[0].isupper()]
            settings = [word for word in words if not word[0].isupper()]
            found.append(Proof(path.stem.removeprefix("sofa_prove_"), name, method, int(depth or 0), parameters, settings,
                               "alone" in rest.split(), smaller))
    return found

# SPDX-License-Identifier: Apache-2.0
"""The proofs that stand in the heads of tests/formal/blocks/*.v.

    // proof NAME: METHOD: SETTINGS

METHOD: `pdr` (property directed reachability: an inductive invariant is found), `induction N` (k-induction of depth N). SETTINGS: parameters
of the property module (NAME=VALUE in capitals), keys of the configuration (key=value), and values that follow from these (d.name=value),
where a proof takes a smaller memory than cores have. A line

    // smaller FILE: TEXT -> TEXT

does so with the text of a template.
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
        text = path.read_text()
        smaller = re.findall(r"^// smaller (\S+): (.*) -> (.*)$", text, re.M)
        for name, method, depth, rest in re.findall(r"^// proof (\w+): (pdr|induction)(?: (\d+))?:(.*)$", text, re.M):
            words = rest.split()
            found.append(Proof(path.stem.removeprefix("sofa_prove_"), name, method, int(depth or 0),
                               [w for w in words if w[0].isupper()], [w for w in words if not w[0].isupper()], smaller))
    return found

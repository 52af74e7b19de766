# SPDX-License-Identifier: Apache-2.0
"""Stages of an engine, in the manner of OpenTitan's: each is a list of conditions, all of them computed from results. A stage is reached when its
own conditions and those of the stages before it hold."""

UNFINISHED = r"\b(TODO|FIXME|XXX|HACK)\b"


def share(counts):
    return 100.0 * counts["killed"] / counts["all"] if counts and counts["all"] else None


def known(value, holds):
    """A condition on a result: None where there is no result."""
    return None if value is None else bool(holds(value))


# (stage, condition in words, function of an engine's facts: True, False or None for not run)
RULES = (
    ("D1", "each module says in its head what it is for", lambda e: all(e["modules"].values())),
    ("D2", "area is measured", lambda e: known(e["ran"]["area"], lambda ran: e["area"] is not None or e["not_in_area"])),
    ("D2", "no mark of unfinished work", lambda e: not e["unfinished"]),
    ("D3", "longest path at most 1.0 ns, scaled", lambda e: known(e["ran"]["area"], lambda ran: e["area"] is None or (e["area"].get("path_ns") or 0) <= 1.0)),
    ("D3", "area is of the templates as they are", lambda e: known(e["ran"]["area"], lambda ran: "area" not in e["stale"])),
    ("V1", "a suite of make test names a module of it", lambda e: bool(e["benches"])),
    ("V1", "a mutant of it is killed", lambda e: known(e["mutants"], lambda m: m["killed"] > 0)),
    ("V2", "lines covered at least 90 %, toggles at least 80 %", lambda e: known(e["ran"]["coverage"], lambda ran: (e["coverage"] or {"lines": 0})["lines"] >= 90
                                                                                  and (e["coverage"] or {"toggles": 0})["toggles"] >= 80)),
    ("V2", "at least 90 % of the mutants killed", lambda e: known(share(e["mutants"]), lambda s: s >= 90)),
    ("V2", "at least 90 % of the netlists' mutants killed", lambda e: known(share(e["netlists"]), lambda s: s >= 90)),
    ("V3", "lines covered at least 99 %, toggles at least 95 %", lambda e: known(e["ran"]["coverage"], lambda ran: (e["coverage"] or {"lines": 0})["lines"] >= 99
                                                                                  and (e["coverage"] or {"toggles": 0})["toggles"] >= 95)),
    ("V3", "at least 98 % of the mutants killed", lambda e: known(share(e["mutants"]), lambda s: s >= 98)),
    ("V3", "at least 95 % of the netlists' mutants killed, each survivor explained", lambda e: known(share(e["netlists"]), lambda s: s >= 95 and not e["netlists"]["survivors"])),
    ("V3", "its proofs hold", lambda e: known(e["proofs"], lambda p: all(proof["result"] == "proven" for proof in p))),
    ("V3", "every fault that its proofs must notice is noticed", lambda e: known(e["faults"], lambda f: f["noticed"] == f["all"])),
    ("V3", "no result is older than a template", lambda e: not e["stale"] & {"coverage", "mutants", "netlists", "proofs"}),
)


def reached(engine):
    """({letter: stage or '-'}, [(stage, condition, state)])"""
    judged = [(stage, words, rule(engine)) for stage, words, rule in RULES]
    stages = {}
    for letter in "DV":
        stages[letter] = "-"
        for number in "123":
            if not all(state for stage, _, state in judged if stage == letter + number):
                break
            stages[letter] = letter + number
    return stages, judged

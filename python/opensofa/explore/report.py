# SPDX-License-Identifier: Apache-2.0
"""What a study has found: the best points or the Pareto front, as an object and as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from optuna.trial import FrozenTrial

from .command_words import text_of
from .parameters import families
from .session import Session
from .storage import hidden
from .trials import OUTCOME, WORKER, Count, error_of, feasible, kind


def collect(session: Session, rows: int = 10) -> dict[str, Any]:
    """Everything for programs: so many of the best (of a Pareto front all), then every trial in order."""
    trials = session.study.get_trials(deepcopy=False)
    plan, leaders = session.plan, best(session, trials)
    listed = leaders if len(plan.objectives) > 1 else leaders[:rows]
    return {"study": plan.name, "storage": hidden(session.storage.url), "sampler": plan.sampler, "seed": plan.seed,
            "objectives": {o.name: o.goal for o in plan.objectives}, "constraints": [c.text for c in plan.constraints],
            "count": vars(Count.of(trials)), "feasible": sum(map(feasible, trials)),
            "best": [entry(session, t) for t in listed], "ranked": len(leaders), "trials": [entry(session, t) for t in trials]}


def best(session: Session, trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Feasible trials, the best first; of several objectives the Pareto front in the order of the first one."""
    objectives = session.plan.objectives
    found = [t for t in trials if feasible(t)]
    if len(objectives) > 1:
        front = {t.number for t in session.study.best_trials}
        found = [t for t in found if t.number in front]
    sign = -1 if objectives[0].maximize else 1
    return sorted(found, key=lambda t: (sign * t.values[0], t.number))


def entry(session: Session, trial: FrozenTrial) -> dict[str, Any]:
    plan, known = session.plan, trial.user_attrs.get(OUTCOME, {})
    whole = all(p.name in trial.params for p in plan.parameters)
    excess = {c.text: trial.constraints.get(str(place)) for place, c in enumerate(plan.constraints)}
    values = dict(zip((o.name for o in plan.objectives), trial.values or []))
    return {"number": trial.number, "state": kind(trial).value, "parameters": families(plan.parameters, trial.params) if whole else None,
            "objectives": values or None, "figures": known.get("figures", {}), "excess": excess, "feasible": feasible(trial),
            "error": error_of(trial), "seconds": known.get("seconds"), "worker": trial.user_attrs.get(WORKER), "result": known.get("result")}


def table(found: dict[str, Any], rows: int) -> str:
    """For people: a line of counts, then the best in columns."""
    text = summary(found) + "\n"
    if not found["best"]:
        return text + nothing(found) + "\n"
    shown = found["best"][:rows]
    return text + _columns(_titles(shown[0]), [_cells(one) for one in shown]) + _rest(found, rows)


def summary(found: dict[str, Any]) -> str:
    count = found["count"]
    parts = [f"{count['done'] + count['failed']} evaluated", f"{found['feasible']} feasible"]
    parts += [f"{count[name]} {name}" for name in ("failed", "lost", "running", "waiting") if count[name]]
    kind_of_list = "Pareto front" if len(found["objectives"]) > 1 else "best first"
    goals = ", ".join(f"{goal} {name}" for name, goal in found["objectives"].items())
    return f"study {found['study']}: {', '.join(parts)}; {goals}" + (f"; {', '.join(found['constraints'])}" if found["constraints"] else "") \
        + (f"; {kind_of_list}:" if found["best"] else "")


def nothing(found: dict[str, Any]) -> str:
    """Why there is no best point."""
    errors = [t["error"] for t in found["trials"] if t["error"]]
    if found["count"]["done"]:
        return "nothing is feasible: loosen a constraint or widen a parameter"
    return f"nothing was evaluated well; the first failure: {errors[0]}" if errors else "nothing is evaluated yet"


def _titles(one: dict[str, Any]) -> list[str]:
    return ["trial", *one["objectives"], *one["figures"], *one["parameters"]]


def _cells(one: dict[str, Any]) -> list[str]:
    numbers = [*one["objectives"].values(), *one["figures"].values()]
    return [str(one["number"]), *(f"{value:.6g}" for value in numbers), *map(_short, one["parameters"].values())]


def _short(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_short, value))
    return f"{value:.4g}" if isinstance(value, float) else text_of(value)


def _columns(titles: list[str], rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(titles, *rows)]
    return "".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths)).rstrip() + "\n" for row in [titles, *rows])


def _rest(found: dict[str, Any], rows: int) -> str:
    more = found["ranked"] - rows
    return f"and {more} more (--rows)\n" if more > 0 else ""


def as_json(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=1) + "\n"

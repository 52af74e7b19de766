# SPDX-License-Identifier: Apache-2.0
"""How many evaluations until a sampler is within 1 % of the best of 2000 random points? The median over seeds, on a study file.

`make bench-explore`; random points are kept in --work, so that another sampler needs only its own. Exit status 1: more than --most."""

import argparse
import concurrent.futures
import dataclasses
import functools
import json
import math
import os
import pathlib
import statistics
import sys

import optuna
from opensofa.explore import explore, load
from opensofa.explore.evaluate import evaluate
from opensofa.explore.expression import ResultError

ROOT = pathlib.Path(__file__).resolve().parents[2]


def random_points(plan, count, seed):
    """In memory: these are not a study."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    return [study.ask({p.name: p.distribution for p in plan.parameters}).params for _ in range(count)]


def value(plan, point):
    """Of the first objective, the smaller the better; infinite where it is not feasible."""
    try:
        outcome = evaluate(plan, point)
    except ResultError:
        return math.inf
    sign = -1 if plan.objectives[0].maximize else 1
    return sign * outcome.values[0] if all(excess <= 0 for excess in outcome.excesses.values()) else math.inf


def best_of_random(plan, o):
    table = o.work / f"{plan.name}-random-{o.random}.json"
    if not table.is_file():
        with concurrent.futures.ProcessPoolExecutor(o.jobs) as pool:
            values = list(pool.map(functools.partial(value, plan), random_points(plan, o.random, 12345), chunksize=10))
        table.write_text(json.dumps([v if math.isfinite(v) else None for v in values]))
    return [math.inf if v is None else v for v in json.loads(table.read_text())]


def evaluations_until(plan, seed, bound, o):
    """How many evaluations it took; None: more than tried."""
    storage = o.work / f"{plan.name}-{o.sampler}-{seed}.sqlite"
    found = explore(dataclasses.replace(plan, seed=seed, sampler=o.sampler, trials=o.trials), str(storage))
    sign = -1 if plan.objectives[0].maximize else 1
    for done, trial in enumerate(found["trials"], 1):
        if trial["feasible"] and sign * trial["objectives"][plan.objectives[0].name] <= bound:
            return done
    return None


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("study", nargs="?", type=pathlib.Path, default=ROOT / "configs/explore/cycles.yaml", metavar="STUDY.yaml")
    p.add_argument("--sampler", default="tpe")
    p.add_argument("--seeds", type=int, default=5)
    p.add_argument("--trials", type=int, default=200, help="at most, of a seed")
    p.add_argument("--random", type=int, default=2000)
    p.add_argument("--most", type=int, default=100, help="the median may be")
    p.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    p.add_argument("--work", type=pathlib.Path, default=ROOT / "build/explore")
    o = p.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    plan = load(o.study)
    o.work.mkdir(parents=True, exist_ok=True)
    values = best_of_random(plan, o)
    best = min(values)
    bound = best + 0.01 * abs(best)
    print(f"{plan.name}: best of {len(values)} random points {best:.6g}, {sum(map(math.isfinite, values))} feasible", flush=True)
    counts = []
    for seed in range(1, o.seeds + 1):
        counts.append(evaluations_until(plan, seed, bound, o))
        print(f"{o.sampler}, seed {seed}: {counts[-1] or f'more than {o.trials}'} evaluations", flush=True)
    median = statistics.median(count or math.inf for count in counts)
    print(f"median {median}, may be {o.most}")
    return 0 if median <= o.most else 1


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Which configuration? Searches for it with Optuna, over processes and machines (`pip install opensofa[explore]`).

    plan = opensofa.explore.load("configs/explore/cycles.yaml")
    found = opensofa.explore.explore(plan, "cycles.sqlite", jobs=2)
    found["best"][0]["parameters"]

A study file says what varies, which command evaluates a point and what is best; `sofaexplore` does the same from a shell.
docs/exploration.md describes both.
"""

from ._errors import ExploreError
from ._python import explore
from .study_file import StudyFile, load

__all__ = ["ExploreError", "StudyFile", "explore", "load"]

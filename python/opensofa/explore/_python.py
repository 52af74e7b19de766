# SPDX-License-Identifier: Apache-2.0
"""A study from Python."""

from __future__ import annotations

import functools
from typing import Any

from . import pool, report
from .command import work
from .session import begin
from .storage import HEARTBEAT, Storage, address
from .study_file import StudyFile


def explore(plan: StudyFile, storage: str | None = None, *, jobs: int = 1, heartbeat: int = HEARTBEAT) -> dict[str, Any]:
    """Evaluates what the study still wants and returns what `sofaexplore run --json` writes. From the main thread only."""
    url = address(storage, plan.name)
    plan.words.find_program()
    session = begin(plan, Storage(url, plan.name, heartbeat))
    pool.run(functools.partial(work, plan, url, heartbeat), jobs)
    return report.collect(session)

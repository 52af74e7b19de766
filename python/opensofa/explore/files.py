# SPDX-License-Identifier: Apache-2.0
"""Files that are whole or not there."""

from __future__ import annotations

import os
import pathlib

from ._errors import ExploreError


def write(path: pathlib.Path, text: str, option: str) -> None:
    """All of the new text or what was there before; errors name the option that gave the path."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        beside.write_text(text)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ExploreError(f"{option} {path}: {error.strerror}; name a file that can be written") from None

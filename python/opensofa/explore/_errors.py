# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a study."""

from .._errors import Error


class ExploreError(Error):
    """A study, a storage or an option that cannot be used: one line that names the culprit and the remedy."""


class ResultError(ExploreError):
    """What an evaluation printed has no such number: this evaluation fails, others go on."""


def one_line(text: str, most: int = 500) -> str:
    """The words of a message of many lines."""
    words = " ".join(text.split())
    return words if len(words) <= most else words[:most - 3] + "..."

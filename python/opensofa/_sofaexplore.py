# SPDX-License-Identifier: Apache-2.0
"""`sofaexplore`: what it needs besides the package may be missing, which is then said in one line."""

import sys


def main() -> int:
    try:
        from .explore.command import main as explore
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("opensofa"):
            raise
        print(f"sofaexplore: needs the Python module {error.name}; pip install 'opensofa[explore]'", file=sys.stderr)
        return 2
    return explore()

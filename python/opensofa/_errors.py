# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, in the words of the programs."""


class Error(ValueError):
    """An input that cannot be used: one line that names the culprit and the remedy, as sofamodel prints it."""


class SofaWarning(UserWarning):
    """What a user should know although it is no error, as sofamodel prints it."""

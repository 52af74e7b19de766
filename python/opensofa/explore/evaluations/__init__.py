# SPDX-License-Identifier: Apache-2.0
"""Evaluations for study files: programs that print one JSON object. configs/explore/ uses them; `sofamodel --json` is another one."""

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Debian's ABC for the newest SymbiYosys, which gives pdr a switch for its log that this ABC does not know yet.
set -- "$1" "$(printf '%s' "$2" | sed 's/pdr\(.*\) -v -l/pdr\1 -v/')"
exec yosys-abc "$@"

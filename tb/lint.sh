#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lint.sh SOFAGEN CONFIG.yaml: lints what the generator emits for a configuration.
exec "$(dirname "$1")/sofasweep" --lint "$2"

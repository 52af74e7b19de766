#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh BIN NETLIST CONFIG [--set KEY=VALUE]...: self-test of a simulated netlist; NETLIST holds sofa.f.
set -e
bin=$1 netlist=$2 config=$3
shift 3
name=$(mktemp)
SOFA_RTL=$netlist "$bin/sofaboard" "$config" "$@" > "$name" &
board=$!
trap 'kill $board 2>/dev/null; rm -f "$name"' EXIT
trap 'exit 143' HUP INT TERM
while ! [ -s "$name" ]; do
    kill -0 $board 2>/dev/null || { echo "check.sh: the simulated board does not start" >&2; exit 2; }
    sleep 1
done
# The baud rate says only how long the host waits for an answer: a netlist is simulated slowly.
"$bin/sofahost" --port "$(cat "$name")" --baud 300 --config "$config" "$@" --timeout 600 selftest

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh TREE SECONDS TARGET...: runs each target from its corpus; what it finds stays in TREE/corpus and TREE/findings. Exit status 1 if one
# finds something. The corpora below tests/fuzz/corpus are not changed.
tree=$1 seconds=$2
shift 2
found=0
for target; do
    mkdir -p "$tree/corpus/$target" "$tree/findings"
    begun=$(date +%s)
    "$tree/fuzz/$target" -max_total_time="$seconds" -max_len=4096 -timeout=60 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$tree/findings/$target-" "$tree/corpus/$target" "tests/fuzz/corpus/$target" > "$tree/$target.log" 2>&1
    status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$tree/$target.log")
    if [ $status = 0 ]; then what='nothing found'
    else
        found=1 what="FINDING, see $tree/$target.log"
    fi
    echo "$target: $what, ${runs:-?} runs in $(($(date +%s) - begun)) s"
done
exit $found

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh TREE: the fuzzing of registers can find something. A core that does not hear an abort while it runs must be found by the corpus.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -r rtl_templates "$work/templates"
control=$work/templates/top/sofa_control.v
sed 's/range_error || i_abort || expired/range_error || expired/' rtl_templates/top/sofa_control.v > "$control"
if cmp -s rtl_templates/top/sofa_control.v "$control"; then
    echo 'check.sh: the fault no longer applies to rtl_templates/top/sofa_control.v' >&2
    exit 1
fi
SOFA_TEMPLATES=$work/templates "$1/fuzz/registers" tests/fuzz/corpus/registers/abort0 > "$work/log" 2>&1
if grep -q 'finding: a read is asked for after an abort' "$work/log"; then
    echo 'registers: finds a core that does not hear an abort'
else
    cat "$work/log" >&2
    echo 'check.sh: a core that does not hear an abort is not found' >&2
    exit 1
fi

# SPDX-License-Identifier: Apache-2.0
# Does make test notice a fault? MUTANTS=REGEX takes those whose file or name matches.
MUTANTS ?=

.PHONY: mutate
mutate:
	python3 -B tests/mutate/run.py --build $(BUILD) --only '$(MUTANTS)'

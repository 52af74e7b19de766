# SPDX-License-Identifier: Apache-2.0
# The paper's figures beside ours. With LIBERTY also area and energy, of wide on a head of 4096 keys; without it what make ppa has left is
# taken.
PAPER ?=
PAPER_DIR := $(BUILD)/paper
PAPER_HEAD := $(PAPER_DIR)/head.npz

.PHONY: paper paper-check
ifneq ($(filter paper,$(MAKECMDGOALS)),)
CONFIG := configs/wide.yaml
TRACE := $(PAPER_HEAD)
ARGS := --mass 0.007 --set keys_max=4096 --set select.policy=mass
ppa: $(PAPER_HEAD)
endif
paper: $(BUILD)/bin/sofamodel $(BUILD)/bin/sofagen $(ACCURACY_ENV)/ready $(if $(LIBERTY),ppa)
	@$(ACCURACY_ENV)/bin/python -B python/paper/paper.py --bin $(BUILD)/bin --work $(PAPER_DIR) --ppa $(PPA_DIR)/wide.json $(PAPER)

$(PAPER_HEAD): data/lm4k.npz python/paper/head.py $(ACCURACY_ENV)/ready
	@OPENBLAS_NUM_THREADS=1 $(ACCURACY_ENV)/bin/python -B python/paper/head.py -o $@

# Arithmetic of the table on small numbers.
paper-check: $(BUILD)/bin/sofamodel $(BUILD)/bin/sofagen $(ACCURACY_ENV)/ready
	@SOFA_BIN=$(abspath $(BUILD)/bin) $(ACCURACY_ENV)/bin/python -B -m unittest discover -s python/paper -p 'check_*.py'
verify-checks: paper-check

# SPDX-License-Identifier: Apache-2.0
# Loss of language models through the bits of the core: numpy, pinned, in a Python environment of its own.
ACCURACY_ENV := $(BUILD)/accuracy-env
ACCURACY ?= --study quick

.PHONY: accuracy accuracy-check
accuracy: $(BUILD)/bin/sofamodel $(ACCURACY_ENV)/ready
	@$(ACCURACY_ENV)/bin/python -B python/accuracy/measure.py --bin $(BUILD)/bin --work $(BUILD)/accuracy $(ACCURACY)

accuracy-check: $(BUILD)/bin/sofamodel $(ACCURACY_ENV)/ready
	@SOFA_BIN=$(abspath $(BUILD)/bin) $(ACCURACY_ENV)/bin/python -B -m unittest discover -s python/accuracy -p 'check_*.py'
verify-checks: accuracy-check

$(ACCURACY_ENV)/ready: python/accuracy/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(ACCURACY_ENV))

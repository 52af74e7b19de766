# SPDX-License-Identifier: Apache-2.0
# The sign-off sheet, out of what other commands have written below $(BUILD): it runs none of them.
.PHONY: signoff
signoff:
	@$(PYTHON) -B tests/signoff/signoff.py --build $(BUILD)

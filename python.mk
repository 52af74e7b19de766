# SPDX-License-Identifier: Apache-2.0
# Python packages in environments of their own: DIRECTORY/ready depends on the requirements, pinned, that fill DIRECTORY.
PYTHON ?= python3
PYTHON_NEEDED := $(PYTHON)=python3 python:ensurepip=python3-venv
# $(call environment,DIRECTORY): the recipe of DIRECTORY/ready.
define environment
@rm -rf $(1); mkdir -p $(1)
$(PYTHON) -m venv $(1)
$(1)/bin/python -m pip install --quiet --disable-pip-version-check $(addprefix -r ,$(filter %requirements.txt,$^))
@touch $@
endef

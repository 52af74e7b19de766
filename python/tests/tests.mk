# SPDX-License-Identifier: Apache-2.0
# The Python package: built from the sources into an environment of its own, its types checked, its tests run beside the programs. PyTorch is
# large, so it has another environment; TORCH_ENV may name one that has it.
PACKAGE_ENV := $(BUILD)/package-env
TORCH_ENV := $(BUILD)/torch-env
PACKAGE_TESTS ?=

# $(call test_package,ENVIRONMENT,TESTS): a recipe.
define test_package
@OPENSOFA_BUILD=$(abspath $(BUILD)) $(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --force-reinstall ./python
@cd python && $(abspath $(1))/bin/python -m mypy --cache-dir $(abspath $(BUILD))/mypy opensofa
@cd python && SOFA_BIN=$(abspath $(BUILD)/bin) PYTHONDONTWRITEBYTECODE=1 $(abspath $(1))/bin/pytest -q -p no:cacheprovider $(2)
endef

.PHONY: test-python test-torch
test-python: programs $(PACKAGE_ENV)/ready
	$(call test_package,$(PACKAGE_ENV),$(PACKAGE_TESTS))

test-torch: programs $(TORCH_ENV)/ready
	$(call test_package,$(TORCH_ENV),-rP tests/test_torch.py $(PACKAGE_TESTS))

$(PACKAGE_ENV)/ready: python/tests/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(PACKAGE_ENV))

$(TORCH_ENV)/ready: python/tests/requirements.txt python/tests/torch-requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(TORCH_ENV))

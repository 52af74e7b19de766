# SPDX-License-Identifier: Apache-2.0
# The Python package: built from the sources into an environment of its own, its types checked, its tests run beside the programs.
PACKAGE_ENV := $(BUILD)/package-env
PACKAGE_TESTS ?=

.PHONY: test-python
test-python: $(BUILD)/bin/sofamodel $(BUILD)/bin/sofacosim $(PACKAGE_ENV)/ready
	@OPENSOFA_BUILD=$(abspath $(BUILD)) $(PACKAGE_ENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --no-build-isolation --force-reinstall ./python
	@cd python && $(abspath $(PACKAGE_ENV))/bin/python -m mypy --cache-dir $(abspath $(BUILD))/mypy opensofa
	@cd python && SOFA_BIN=$(abspath $(BUILD)/bin) PYTHONDONTWRITEBYTECODE=1 $(abspath $(PACKAGE_ENV))/bin/pytest -q -p no:cacheprovider $(PACKAGE_TESTS)

$(PACKAGE_ENV)/ready: python/tests/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(PACKAGE_ENV))

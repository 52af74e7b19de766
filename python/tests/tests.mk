# SPDX-License-Identifier: Apache-2.0
# The Python package: built from the sources into an environment of its own, its types checked, its tests run beside the programs. PyTorch is
# large, so it has another environment; TORCH_ENV may name one that has it. Exploration has one with Optuna.
PACKAGE_ENV := $(BUILD)/package-env
TORCH_ENV := $(BUILD)/torch-env
EXPLORE_ENV := $(BUILD)/explore-env
PACKAGE_TESTS ?=
EXPLORE ?= --help
EXPLORE_BENCH ?=

# $(call install_package,ENVIRONMENT), $(call test_package,ENVIRONMENT,TESTS): recipes.
install_package = @OPENSOFA_BUILD=$(abspath $(BUILD)) $(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
    --no-build-isolation --force-reinstall ./python
define test_package
$(call install_package,$(1))
@cd python && $(abspath $(1))/bin/python -m mypy --cache-dir $(abspath $(BUILD))/mypy opensofa
@cd python && SOFA_BIN=$(abspath $(BUILD)/bin) PYTHONDONTWRITEBYTECODE=1 $(abspath $(1))/bin/pytest -q -p no:cacheprovider $(2)
endef

.PHONY: test-python test-torch test-explore explore bench-explore
test-python: programs $(PACKAGE_ENV)/ready
	$(call test_package,$(PACKAGE_ENV),$(PACKAGE_TESTS))

test-torch: programs $(TORCH_ENV)/ready
	$(call test_package,$(TORCH_ENV),-rP tests/test_torch.py $(PACKAGE_TESTS))

# Without these two the tests that need them are skipped, where nobody may install them.
EXPLORE_SERVERS := pg_ctlcluster=postgresql slurmctld=slurmctld slurmd=slurmd sbatch=slurm-client munged=munge
test-explore: programs $(EXPLORE_ENV)/ready
	@PATH="$$PATH:/usr/sbin" ./packages.sh $(EXPLORE_SERVERS) || true
	$(call test_package,$(EXPLORE_ENV),-rs tests/test_explore*.py $(PACKAGE_TESTS))

# sofaexplore with sofamodel in its PATH.
explore: $(BUILD)/bin/sofamodel $(EXPLORE_ENV)/ready
	$(call install_package,$(EXPLORE_ENV))
	@mkdir -p $(BUILD)/explore
	@PATH="$(abspath $(BUILD)/bin):$$PATH" SOFAEXPLORE_STORAGE="$${SOFAEXPLORE_STORAGE:-$(BUILD)/explore}" $(EXPLORE_ENV)/bin/sofaexplore $(EXPLORE)

bench-explore: $(BUILD)/bin/sofamodel $(EXPLORE_ENV)/ready
	$(call install_package,$(EXPLORE_ENV))
	@PATH="$(abspath $(BUILD)/bin):$$PATH" $(EXPLORE_ENV)/bin/python -B python/tests/bench_explore.py --work $(BUILD)/explore $(EXPLORE_BENCH)

$(PACKAGE_ENV)/ready: python/tests/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(PACKAGE_ENV))

$(TORCH_ENV)/ready: python/tests/requirements.txt python/tests/torch-requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(TORCH_ENV))

$(EXPLORE_ENV)/ready: python/tests/requirements.txt python/tests/explore-requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(EXPLORE_ENV))

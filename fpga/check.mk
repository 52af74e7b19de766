# SPDX-License-Identifier: Apache-2.0
# Target check: what would be loaded into the board, turned back into a netlist, is simulated behind a pseudo-terminal; sofahost's self-test
# must pass on it. The family says how to get NETLIST/board.v and NETLIST/cells.v; boards/NAME/netlist.v puts board_top in the place of sofa_soc.
NETLIST := $(OUT)/netlist
.PHONY: check
check: $(NETLIST)/sofa.f $(TREE)/bin/sofaboard $(TREE)/bin/sofahost
	./check.sh $(TREE)/bin $(NETLIST) $(CONFIG) $(SET)

# Names, widths and loops of a netlist are those of the tools that wrote it, so lint has nothing to say about it.
$(NETLIST)/sofa.f: $(HERE)/netlist.v $(NETLIST)/board.v
	cp $(HERE)/netlist.v $(NETLIST)/netlist.v
	printf '%s\n' -Wno-fatal -Wno-lint -Wno-TIMESCALEMOD $(NETLIST_FLAGS) netlist.v board.v cells.v > $@

$(TREE)/bin/sofaboard: | $(SOFAGEN)
$(TREE)/bin/sofahost: | $(TREE)/bin/sofaboard
$(TREE)/bin/sofaboard $(TREE)/bin/sofahost: FORCE
	@$(MAKE) --no-print-directory -C $(ROOT) $(BUILD)/bin/$(notdir $@)

# SPDX-License-Identifier: Apache-2.0
# The benches' part of the Makefile.
$(BUILD)/obj/tb/shim_text.o: tb/shim.cpp tb/shim.h tb/assertion.cpp tb/assertion.h
$(BUILD)/obj/tb/shim_text.o: tb/board/board_shim.cpp tb/waves.cpp tb/lint/gate.mk

BENCH_OBJECTS += $(call objects,tb/board/board.c tb/board/faults.c)
PROGRAMS += $(BUILD)/bin/sofaboard $(BUILD)/bin/sofahost
$(BUILD)/bin/sofaboard: $(BUILD)/obj/tb/board/sofaboard.o $(BUILD)/libtb.a $(BUILD)/libgen.a $(BUILD)/libsofa.a
$(BUILD)/bin/sofahost: $(call objects,$(wildcard fpga/*.c)) $(BUILD)/libsofa.a

# Jobs over a serial line that damages, loses and adds bytes.
verify-line: $(BUILD)/test/sofatest
	SOFA_FRAMES=10000 $(BUILD)/test/sofatest board

# Each value that RTL and cycle model share, changed.
verify-shared: $(BUILD)/test/sofatest
	SOFA_WHOLE=1 $(BUILD)/test/sofatest shared

# The benches' part of the Makefile.
$(BUILD)/obj/tb/shim_text.o: tb/shim.cpp tb/shim.h
$(BUILD)/obj/tb/shim_text.o: tb/board/board_shim.cpp

BENCH_OBJECTS += $(call objects,tb/board/board.c tb/board/faults.c)
PROGRAMS += $(BUILD)/bin/sofaboard $(BUILD)/bin/sofahost
$(BUILD)/bin/sofaboard: $(BUILD)/obj/tb/board/sofaboard.o $(BUILD)/libtb.a $(BUILD)/libgen.a $(BUILD)/libsofa.a
$(BUILD)/bin/sofahost: $(call objects,$(wildcard fpga/*.c)) $(BUILD)/libsofa.a

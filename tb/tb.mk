# The benches' part of the Makefile.
$(BUILD)/obj/tb/shim_text.o: tb/shim.cpp tb/shim.h

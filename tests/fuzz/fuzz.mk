# SPDX-License-Identifier: Apache-2.0
# Fuzzing with libFuzzer under ASan and UBSan: FUZZ=REGEX takes the targets whose name matches, each for SECONDS.
FUZZ ?=
SECONDS ?= 600
FUZZ_CC ?= clang
FUZZ_TARGETS := set yaml npy npz trace link registers
FUZZ_TREE := $(BUILD)/fuzz

.PHONY: fuzz fuzz-programs fuzz-check
fuzz: fuzz-programs
	sh tests/fuzz/fuzz.sh $(FUZZ_TREE) $(SECONDS) $(shell printf '%s\n' $(FUZZ_TARGETS) | grep -E '$(FUZZ)')

# That it can find something.
fuzz-check: fuzz-programs
	sh tests/fuzz/check.sh $(FUZZ_TREE)

# A build tree of its own.
fuzz-programs:
	./packages.sh $(firstword $(FUZZ_CC))=clang fuzzer:$(firstword $(FUZZ_CC))=libclang-rt-14-dev
	+$(MAKE) --no-print-directory BUILD=$(FUZZ_TREE) CC='$(FUZZ_CC)' OPTIMISE='-O1 -g' \
	    CFLAGS='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' \
	    $(FUZZ_TARGETS:%=$(FUZZ_TREE)/fuzz/%)

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/fuzz.o $(ARCHIVES) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBRARIES)

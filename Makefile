# SPDX-License-Identifier: Apache-2.0
# make help lists the targets. Everything is built below $(BUILD); missing packages are installed on first use.
include build.mk
include python.mk
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

MODULES := yaml-0.1 lua5.4 libzip jansson check zlib
NEEDED := $(firstword $(CC))=gcc pkg-config=pkg-config g++=g++ verilator=verilator iverilog=iverilog yosys=yosys \
          lib:yaml-0.1=libyaml-dev lib:lua5.4=liblua5.4-dev lib:libzip=libzip-dev lib:jansson=libjansson-dev lib:check=check \
          lib:zlib=zlib1g-dev

# Compiler and linker flags of the libraries. The file is made by installing what is missing, then make starts again.
ifneq ($(filter-out clean help,$(or $(MAKECMDGOALS),all)),)
include $(BUILD)/packages.mk
ifneq ($(shell ./packages.sh --missing $(NEEDED)),)
$(BUILD)/packages.mk: FORCE
endif
endif

OPTIMISE ?= -O3
CFLAGS ?=
ALL_CFLAGS = $(STANDARD) $(OPTIMISE) $(WARNINGS) -I. $(LIBRARY_CFLAGS) $(CFLAGS)
LIBRARIES = $(LIBRARY_LIBS) -ldl -lm -lpthread

PROGRAMS := $(patsubst %,$(BUILD)/bin/%,$(notdir $(basename $(wildcard cmodel/sofamodel.c gen/sofagen.c \
            tb/sofacosim.c tb/sofasweep.c))))
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
MODEL_OBJECTS := $(call objects,$(wildcard cmodel/*/*.c))
GEN_OBJECTS := $(call objects,$(filter-out gen/sofa%.c,$(wildcard gen/*.c)))
BENCH_OBJECTS := $(call objects,$(filter-out tb/sofa%.c,$(wildcard tb/*.c)))
TEST_OBJECTS := $(call objects,$(wildcard tests/*.c))
ARCHIVES := $(BUILD)/libtb.a $(BUILD)/libgen.a $(BUILD)/libsofa.a

# May add to GEN_OBJECTS and BENCH_OBJECTS.
-include gen/gen.mk
-include tb/tb.mk
-include tb/lint/lint.mk
-include python/accuracy/accuracy.mk
include python/library.mk
-include python/tests/tests.mk
-include tests/axi/axi.mk
-include tb/ppa/ppa.mk
-include tb/gates/gates.mk
-include tests/mutate/mutate.mk
-include tests/formal/formal.mk
-include tests/signoff/signoff.mk
-include tests/fuzz/fuzz.mk
-include tests/coverage/coverage.mk
-include docs/pictures/pictures.mk
-include python/report/report.mk
-include python/paper/paper.mk

.PHONY: all programs test test-full demo verify bench sanitize clean help
all: programs $(BUILD)/test/sofatest
programs: $(PROGRAMS)

help:
	@echo 'make            build the programs into $(BUILD)/bin and the tests'
	@echo 'make demo       run a real attention head through RTL and model'
	@echo 'make test       build all and run the tests (JOBS=N suites at a time)'
	@echo 'make sanitize   run the tests of the C code under ASan and UBSan'
	@echo 'make lint       lint the RTL of every configuration in configs/ (needs python3 with venv)'
	@echo 'make verify     everything at length (PART="$(VERIFY_PARTS)"; COUNT=40 SMALL=250 SEED=1)'
	@echo 'make campaigns  errors, silence, aborts, resets and bad values at every place of small jobs, in turn'
	@echo 'make test-full  test, sanitize, lint and verify'
	@echo 'make verify-axi jobs over AXI against cocotbext-axi (AXI_SEED=1; needs python3 with venv)'
	@echo 'make mutate     what make test notices of 600 plausible faults (MUTANTS=REGEX: file or name)'
	@echo 'make mutate-netlist  what co-simulation notices of 500 faults in netlists (MUTANTS=REGEX: configuration; NETLIST_MUTANTS=N NETLIST_SEED=N)'
	@echo 'make formal     proofs of the RTL (PROOFS=REGEX: block:proof), make formal-faults what they notice (needs python3 with venv)'
	@echo 'make signoff    what is known of each engine, and the stages that follow from it, out of the results of other commands'
	@echo 'make fuzz       whatever users, boards and hosts may say, under sanitizers (FUZZ=REGEX SECONDS=600; installs clang)'
	@echo 'make coverage   lines and branches of the C code that the tests reach (COVERAGE=SUITES), make coverage-rtl lines and toggles of the RTL'
	@echo 'make coverage-functional  kinds of jobs that a sweep runs: sources, policies, orders, sizes, memories, ends'
	@echo 'make gates      netlists of cores in cells against the model, and from unknown flip-flops (LIBERTY=FILE.lib[.gz]; without: simple gates)'
	@echo 'make ppa        area, longest paths, throughput and energy (LIBERTY=FILE.lib[.gz] TRACE=HEAD.npz, CONFIG=, ARGS=options of sofamodel)'
	@echo 'make timing     longest path of every engine (LIBERTY=FILE.lib[.gz], CONFIG=configs/wide.yaml; needs python3)'
	@echo 'make accuracy   loss of a language model through the bits of the core (ACCURACY=--help; needs python3 with venv)'
	@echo 'make test-python  the Python package: types, bits against the programs (PACKAGE_TESTS=...; needs python3 with venv)'
	@echo 'make test-torch   its hook for PyTorch in tiny models (TORCH_ENV=DIR: an environment with torch; else gigabytes are fetched)'
	@echo 'make test-explore sofaexplore: study files, workers, PostgreSQL, Slurm (installs both with apt-get where it may)'
	@echo 'make explore    sofaexplore, built and with sofamodel at hand (EXPLORE="run configs/explore/cycles.yaml")'
	@echo 'make pictures   the pictures of docs/architecture.md whose source has changed (PICTURES=--all; graphviz, python3 with venv)'
	@echo 'make paper      the figures of the SOFA paper beside ours, each measured (PAPER=--help; area and energy with LIBERTY; docs/evidence.md)'
	@echo 'make report     one HTML page: engines over time, selected pairs, loss, Pareto front, bytes; area and power with LIBERTY (docs/evidence.md)'
	@echo 'make test-report  that page in a browser (installs chromium)'
	@echo 'make bench      speed of the model against dense attention'
	@echo 'make clean      remove $(BUILD)'

demo: programs
	@$(BUILD)/bin/sofacosim configs/small.yaml data/demo.npz --set head_dim=64 --rows 448:512
	@echo; echo 'the same model from its tokens, K and V generated on demand (mode tokens):'
	@$(BUILD)/bin/sofacosim configs/small.yaml data/demo_tokens.npz --set head_dim=64 --set mode=tokens --rows 496:512

# One suite more than processors: some wait for designs that others compile.
JOBS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
test: all
	SOFA_JOBS=$(JOBS) $(BUILD)/test/sofatest

# A second build tree. SOFA_FAST skips tests that only start other programs.
sanitize:
	+$(MAKE) --no-print-directory BUILD=$(BUILD)/asan OPTIMISE='-O1 -g' \
	    CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' all
	SOFA_JOBS=$(JOBS) SOFA_FAST=1 $(BUILD)/asan/test/sofatest

# Parts, each a job of its own if need be: make verify PART="pairs corners". docs/verification.md says what each proves.
VERIFY_PARTS := random pairs corners campaigns shared line checks
PART ?= $(VERIFY_PARTS)
ifneq ($(filter-out $(VERIFY_PARTS),$(PART)),)
$(error PART is '$(PART)': must be some of $(VERIFY_PARTS))
endif
COUNT ?= 40
SMALL ?= 250
SEED ?= 1
.PHONY: $(VERIFY_PARTS:%=verify-%)
verify: $(PART:%=verify-%)
verify-random: programs
	$(BUILD)/bin/sofasweep --count $(COUNT) --small $(SMALL) --seed $(SEED)
verify-pairs: programs
	$(BUILD)/bin/sofasweep --pairs --seed $(SEED)
verify-corners: programs
	$(BUILD)/bin/sofasweep --corners --lint-every 8 --seed $(SEED)

# At every place of small jobs in turn something goes wrong.
CAMPAIGNS := bus control fields queue
.PHONY: campaigns $(CAMPAIGNS:%=campaign-%)
verify-campaigns: campaigns
campaigns: $(CAMPAIGNS:%=campaign-%)
$(CAMPAIGNS:%=campaign-%): campaign-%: $(BUILD)/test/sofatest
	SOFA_WHOLE=1 $(BUILD)/test/sofatest campaign_$*

test-full:
	+$(MAKE) test
	+$(MAKE) sanitize
	+$(MAKE) lint
	+$(MAKE) verify

bench: $(BUILD)/test/bench_model
	$(BUILD)/test/bench_model

clean:
	$(call check_ours,$(BUILD))
	rm -rf $(BUILD)

$(BUILD)/libsofa.a: $(MODEL_OBJECTS)
$(BUILD)/libgen.a: $(GEN_OBJECTS)
$(BUILD)/libtb.a: $(BENCH_OBJECTS)
$(ARCHIVES):
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $(filter %.o,$^)

$(BUILD)/bin/sofamodel: $(BUILD)/obj/cmodel/sofamodel.o $(BUILD)/libsofa.a
$(BUILD)/bin/sofagen: $(BUILD)/obj/gen/sofagen.o $(BUILD)/libgen.a $(BUILD)/libsofa.a
$(BUILD)/bin/sofacosim: $(BUILD)/obj/tb/sofacosim.o $(ARCHIVES)
$(BUILD)/bin/sofasweep: $(BUILD)/obj/tb/sofasweep.o $(ARCHIVES)
$(BUILD)/test/sofatest: $(TEST_OBJECTS) $(ARCHIVES)
$(BUILD)/test/bench_model: $(BUILD)/obj/tests/bench/bench_model.o $(BUILD)/libsofa.a
$(PROGRAMS) $(BUILD)/test/sofatest $(BUILD)/test/bench_model: $(BUILD)/flags
$(PROGRAMS) $(BUILD)/test/sofatest $(BUILD)/test/bench_model:
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LIBRARIES)

$(BUILD)/flags: FORCE
	$(call remember,$@,$(CC) $(ALL_CFLAGS) $(LDFLAGS))

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/*/*/*.d)

$(BUILD)/packages.mk: packages.sh
	$(call begin_build,$(BUILD))
	@./packages.sh $(NEEDED)
	@{ echo "LIBRARY_CFLAGS := $$(pkg-config --cflags $(MODULES))" && \
	   echo "LIBRARY_LIBS := $$(pkg-config --libs $(MODULES))"; } > $@.tmp
	@mv $@.tmp $@

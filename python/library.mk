# SPDX-License-Identifier: Apache-2.0
# libsofa.so: the model for other languages (cmodel/front/library.h). The Makefile includes this; setup.py runs it by itself, in the directory
# above. Nothing but the functions of that header can be called from outside.
include build.mk

PIC := $(BUILD)/pic
PIC_OBJECTS := $(patsubst %.c,$(PIC)/%.o,$(wildcard cmodel/*/*.c))
PIC_PACKAGES := lib:yaml-0.1=libyaml-dev lib:libzip=libzip-dev lib:jansson=libjansson-dev lib:zlib=zlib1g-dev
PIC_LIBRARIES := $(patsubst lib:%,%,$(foreach item,$(PIC_PACKAGES),$(firstword $(subst =, ,$(item)))))
PIC_CFLAGS = $(STANDARD) -O3 -I. -fPIC -fvisibility=hidden $(shell pkg-config --cflags $(PIC_LIBRARIES))

# For those who may not or cannot install packages.
.PHONY: check-library-packages
check-library-packages:
	@missing=$$(./packages.sh --missing $(PIC_PACKAGES)); [ -z "$$missing" ] || \
	    { echo "missing:$$missing (Debian: $(foreach item,$(PIC_PACKAGES),$(lastword $(subst =, ,$(item)))))" >&2; exit 2; }

$(BUILD)/libsofa.so: $(PIC_OBJECTS)
	$(CC) -shared -Wl,--no-undefined $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(PIC_LIBRARIES)) -lm -lpthread

$(PIC)/flags: FORCE
	$(call remember,$@,$(CC) $(PIC_CFLAGS))

$(PIC)/%.o: %.c $(PIC)/flags
	@mkdir -p $(@D)
	$(CC) $(PIC_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(PIC)/*/*/*.d)

# SPDX-License-Identifier: Apache-2.0
# Embeds the templates into libgen and keeps docs/registers.md.
TEMPLATES := $(sort $(wildcard rtl_templates/*/*.v rtl_templates/lib/*.lua))
GEN_OBJECTS += $(BUILD)/obj/gen/templates.o

$(BUILD)/gen/embed: gen/embed/embed.c
	@mkdir -p $(@D)
	$(CC) $(STANDARD) $(WARNINGS) -o $@ $<

# Changes only when a template comes or goes.
$(BUILD)/gen/templates.list: FORCE
	$(call remember,$@,$(TEMPLATES))
.PHONY: docs

$(BUILD)/gen/templates.c: $(BUILD)/gen/embed $(BUILD)/gen/templates.list $(TEMPLATES)
	$(BUILD)/gen/embed $@ $(TEMPLATES)

$(BUILD)/obj/gen/templates.o: $(BUILD)/gen/templates.c gen/library.h $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

docs: $(BUILD)/bin/sofagen
	$(BUILD)/bin/sofagen --registers > docs/registers.md.tmp
	mv docs/registers.md.tmp docs/registers.md

# SPDX-License-Identifier: Apache-2.0
# What both Makefiles share. Everything that is built stands below $(BUILD), relative to the repository's root.
BUILD ?= build
ifneq ($(words $(BUILD)),1)
$(error BUILD is '$(BUILD)': must be the name of one directory without spaces)
endif

# Of all C sources.
STANDARD := -std=c11 -D_GNU_SOURCE
WARNINGS := -Wall -Wextra -Wconversion -Werror

# $(call remember,FILE,TEXT): a recipe that writes TEXT into FILE unless FILE holds it: what depends on FILE is made again when TEXT changes.
remember = @mkdir -p $(dir $(1)); printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $(1) || printf '%s\n' '$(subst ','\'',$(2))' > $(1)

.PHONY: FORCE
FORCE:

# Only a directory that was new or empty when a build began in it may be removed as a whole. Older builds made no mark.
BUILD_MARK := .sofa-build
# $(call begin_build,DIRECTORY), $(call check_ours,DIRECTORY): recipes.
begin_build = @mkdir -p $(1); [ -n "$$(ls -A $(1))" ] || : > $(1)/$(BUILD_MARK)
check_ours = @[ ! -e $(1) ] || [ -e $(1)/$(BUILD_MARK) ] || { [ $(BUILD) = build ] && [ -e $(1)/packages.mk ]; } || \
    { echo 'make clean: $(1) was not made by a build: it is left alone' >&2; exit 2; }

# SPDX-License-Identifier: Apache-2.0
# The pictures of docs/architecture.md: *.dot by graphviz, *.json by WaveDrom, which stands in a Python environment of its own.
PICTURES_ENV := $(BUILD)/pictures-env
PICTURES ?=

.PHONY: pictures
pictures: $(PICTURES_ENV)/ready
	@./packages.sh dot=graphviz gvpr=graphviz
	@$(PICTURES_ENV)/bin/python -B docs/pictures/render.py $(PICTURES)

$(PICTURES_ENV)/ready: docs/pictures/requirements.txt python.mk
	./packages.sh $(PYTHON_NEEDED)
	$(call environment,$(PICTURES_ENV))

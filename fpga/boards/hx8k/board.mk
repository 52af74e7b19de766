# SPDX-License-Identifier: Apache-2.0
FAMILY := ice40
DEVICE := hx8k
PACKAGE := ct256
TARGET_MHZ := 24
YOSYS_DEVICE := hx
PLAIN := yes

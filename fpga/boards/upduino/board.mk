# SPDX-License-Identifier: Apache-2.0
FAMILY := ice40
DEVICE := up5k
PACKAGE := sg48
TARGET_MHZ := 24
# with seed 1 the placement cannot be routed
SEED ?= 2

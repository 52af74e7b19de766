# SPDX-License-Identifier: Apache-2.0
FAMILY := ice40
DEVICE := up5k
PACKAGE := sg48
TARGET_MHZ := 24

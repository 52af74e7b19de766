# SPDX-License-Identifier: Apache-2.0
FAMILY := xilinx
TOP := board_top

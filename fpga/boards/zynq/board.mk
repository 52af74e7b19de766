# SPDX-License-Identifier: Apache-2.0
FAMILY := xilinx
TOP := sofa_axi_top

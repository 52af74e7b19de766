FAMILY := xilinx
TOP := sofa_axi_top

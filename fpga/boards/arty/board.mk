FAMILY := xilinx
TOP := board_top

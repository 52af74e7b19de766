//% -- SPDX-License-Identifier: Apache-2.0
// sofa_address: one address for each index, base + index * stride in order; it stands until it is taken. Base and stride stand still.
// proof prompt: pdr: memory.address_bits=16 memory.port_bits=8
// proof spaced: pdr: target=fpga head_dim=16 attend.width=16 attend.lanes=1 predict.dims=8 memory.port_bits=32 memory.address_bits=16
//     data.query_bits=8 data.key_bits=8 data.value_bits=8 predict.source=rows predict.operand_bits=8
`default_nettype none
module sofa_prove_address (
    input wire        clk,
    input wire        rst,
    input wire        valid,
    input wire        ready,
    input wire [$(ADDRESS_BITS-1):0] base, stride,
    input wire [1:0]  index
);
    localparam SPACED = $(REGISTERED_LINKS and 1 or 0);
    wire        can_take, offer;
    wire [$(ADDRESS_BITS-1):0] addr;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_address #(.IBITS(2)) dut (
        .clk(clk), .rst(rst), .i_valid(valid), .o_ready(can_take), .i_base(base), .i_index(index), .i_stride(stride), .o_valid(offer),
        .i_ready(ready), .o_addr(addr));
    reg         owed, begun, settled;
    reg  [1:0]  index_before;
    reg  [$(ADDRESS_BITS-1):0] base_before, stride_before, expected;
    always @(posedge clk) begin
        base_before <= base;
        stride_before <= stride;
        index_before <= index;
        begun <= 1'b1;
        settled <= begun;
        if (valid && can_take)
            expected <= base + (index == 2'd0 ? $(ADDRESS_BITS)'d0 : index == 2'd1 ? stride : index == 2'd2 ? stride << 1 :
                (stride << 1) + stride);
        owed <= !rst && (can_take ? valid : owed);
    end
    initial begun = 1'b0;
    initial settled = 1'b0;
    always @(posedge clk) begin
        assume (!begun || (base == base_before && stride == stride_before));
        assume (rst || !valid || SPACED == 0 || (settled && index == index_before));
        if (!rst) begin
            address_offers: assert (offer == owed && can_take == (!owed || ready));
            address_right: assert (!offer || addr == expected);
        end
    end
endmodule
`default_nettype wire

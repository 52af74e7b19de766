//% -- SPDX-License-Identifier: Apache-2.0
// Address of a row: base + index * stride, modulo the address space. Latency $(latency("address", 1)) cycle, throughput one a cycle,
// valid/ready.
//% if REGISTERED_LINKS then
// i_index stands from the cycle before i_valid on.
//% end
`default_nettype none
module sofa_address #(
    parameter IBITS = 4
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    output wire             o_ready,
    input  wire [$(ADDRESS_BITS-1):0]  i_base,
    input  wire [IBITS-1:0] i_index,
    input  wire [$(ADDRESS_BITS-1):0]  i_stride,
    output reg              o_valid,
    input  wire             i_ready,
    output reg  [$(ADDRESS_BITS-1):0]  o_addr
);
    // an index beyond the address space counts modulo it
    wire [$(ADDRESS_BITS)+IBITS-1:0] wide = {$(ADDRESS_BITS)'d0, i_index};
    wire [$(ADDRESS_BITS-1):0]  index = wide[$(ADDRESS_BITS-1):0];
    wire             unused_wide = &{1'b0, wide[$(ADDRESS_BITS)+IBITS-1:$(ADDRESS_BITS)]};
//% if REGISTERED_LINKS then
    reg  [$(ADDRESS_BITS-1):0] offset, stride;          // the stride stands still during a job
    always @(posedge clk) begin
        stride <= i_stride;
        offset <= index * stride;
    end
//% else
    wire [$(ADDRESS_BITS-1):0] offset = index * i_stride;
//% end
    assign o_ready = !o_valid || i_ready;

    always @(posedge clk) begin
        if (i_valid && o_ready)
            o_addr <= i_base + offset;
        if (rst)
            o_valid <= 1'b0;
        else if (o_ready)
            o_valid <= i_valid;
    end

$(stands("address_stands", "o_valid", "i_ready", "o_addr", ADDRESS_BITS))
endmodule
`default_nettype wire

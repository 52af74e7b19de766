// Address of a row: base + index * stride. Latency 1 cycle, throughput one a cycle, valid/ready.
//% local A = cfg.memory.address_bits
`default_nettype none
module sofa_address #(
    parameter IBITS = 4
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    output wire             o_ready,
    input  wire [$(A-1):0]  i_base,
    input  wire [IBITS-1:0] i_index,
    input  wire [31:0]      i_stride,
    output reg              o_valid,
    input  wire             i_ready,
    output reg  [$(A-1):0]  o_addr
);
    // modulo the address space
//% local W = math.max(A, 32)
    wire [$(W-1):0] product = {{$(W)-IBITS{1'b0}}, i_index} * $(ext("i_stride", 32, W));
    assign o_ready = !o_valid || i_ready;
//% if A < W then
    wire unused_product = &{1'b0, product[$(W-1):$(A)]};
//% end

    always @(posedge clk) begin
        if (i_valid && o_ready)
            o_addr <= i_base + product[$(A-1):0];
        if (rst)
            o_valid <= 1'b0;
        else if (o_ready)
            o_valid <= i_valid;
    end
endmodule
`default_nettype wire

// Address of a tile's row: base + index * stride. Latency 1 cycle, throughput one a cycle, valid/ready.
//% local A, IB = cfg.memory.address_bits, d.index_bits
`default_nettype none
module sofa_address #(
    parameter META = 8
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    output wire             o_ready,
    input  wire [$(A-1):0]  i_base,
    input  wire [$(IB-1):0] i_index,
    input  wire [31:0]      i_stride,
    input  wire [META-1:0]  i_meta,
    output reg              o_valid,
    input  wire             i_ready,
    output reg  [$(A-1):0]  o_addr,
    output reg  [META-1:0]  o_meta
);
    wire [$(IB+31):0] offset = i_index * i_stride;
//% local W = IB + 32
//% local off = A > W and "{{" .. (A-W) .. "{1'b0}}, offset}" or (A == W and "offset" or "offset[" .. (A-1) .. ":0]")
    assign o_ready = !o_valid || i_ready;
//% if A < W then
    wire unused_offset = &{1'b0, offset[$(W-1):$(A)]};
//% end

    always @(posedge clk) begin
        if (i_valid && o_ready) begin
            o_addr <= i_base + $(off);
            o_meta <= i_meta;
        end
        if (rst)
            o_valid <= 1'b0;
        else if (o_ready)
            o_valid <= i_valid;
    end
endmodule
`default_nettype wire

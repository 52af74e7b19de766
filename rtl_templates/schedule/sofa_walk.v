// Walks the set bits of two masks: those of i_first ascending, then those of i_second ascending.
// Latency: the first index two cycles after i_load; throughput one index a cycle; o_valid/i_ready handshake. Equals sofa_tile_order().
//% local N, IB = cfg.tile.keys, d.index_bits
`default_nettype none
module sofa_walk (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_load,
    input  wire [$(N-1):0]  i_first,
    input  wire [$(N-1):0]  i_second,
    output wire             o_idle,    // may be loaded
    output reg              o_valid,
    input  wire             i_ready,
    output reg  [$(IB-1):0] o_index,
    output reg              o_last
);
    reg  [$(N-1):0] first, second;
    wire            in_first = |first;
    wire [$(N-1):0] mask = in_first ? first : second;
    wire [$(N-1):0] lowest = mask & (~mask + $(N)'d1);
    wire [$(N-1):0] rest = mask & ~lowest;
    wire            any = in_first || |second;
    wire            step = any && (!o_valid || i_ready);
    reg  [$(IB-1):0] index;
    integer i;

    assign o_idle = !any && (!o_valid || i_ready);

    always @* begin
        index = $(IB)'d0;
        for (i = 0; i < $(N); i = i + 1)
            if (lowest[i])
                index = index | i[$(IB-1):0];
    end

    always @(posedge clk) begin
        if (step) begin
            o_index <= index;
            o_last <= rest == $(N)'d0 && (!in_first || second == $(N)'d0);
        end
        if (rst) begin
            first <= $(N)'d0;
            second <= $(N)'d0;
            o_valid <= 1'b0;
        end else begin
            if (i_load) begin
                first <= i_first;
                second <= i_second;
            end else if (step) begin
                if (in_first)
                    first <= rest;
                else
                    second <= rest;
            end
            if (step)
                o_valid <= 1'b1;
            else if (i_ready)
                o_valid <= 1'b0;
        end
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Walks the set bits of two masks: those of i_first ascending, then those of i_second ascending.
//% -- REGISTERED_LINKS: o_index stands a cycle before o_valid, and the masks follow it a cycle later
// Latency: the first index $(latency("walk", REGISTERED_LINKS and 3 or 2)) cycles after i_load; throughput one index
// $(REGISTERED_LINKS and "in two cycles" or "a cycle"); o_valid/i_ready handshake. Equals sofa_tile_order().
//% if REGISTERED_LINKS then
// o_index stands from the cycle before o_valid on.
//% end
`default_nettype none
module sofa_walk (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_load,
    input  wire [$(TILE_KEYS-1):0]  i_first,
    input  wire [$(TILE_KEYS-1):0]  i_second,
    input  wire             i_any,     // a bit of them is set
    output wire             o_idle,    // may be loaded
    output reg              o_valid,
    input  wire             i_ready,
    output reg  [$(INDEX_BITS-1):0] o_index,
    output reg              o_last
);
    // both masks lose their lowest bit in parallel; which of them counts is known late
    reg  [$(TILE_KEYS-1):0] first, second;
    reg             any;               // a bit of them is set
    wire [$(TILE_KEYS-1):0] rest_first, rest_second;
    wire [$(INDEX_BITS-1):0] index_first, index_second;
    wire            first_some, first_several, second_some, second_several;
    sofa_lowest u_first (
        .i_mask(first), .o_some(first_some), .o_several(first_several), .o_index(index_first), .o_rest(rest_first));
    sofa_lowest u_second (
        .i_mask(second), .o_some(second_some), .o_several(second_several), .o_index(index_second), .o_rest(rest_second));
    wire            last = first_some ? !first_several && !second_some : !second_several;
//% if REGISTERED_LINKS then
    reg             follow;            // the masks lose their lowest bit
    wire            step = any && !follow && (!o_valid || i_ready);
    assign o_idle = !any && !follow && (!o_valid || i_ready);
//% else
    wire            step = any && (!o_valid || i_ready);
    wire            follow = step;
    assign o_idle = !any && (!o_valid || i_ready);
//% end

    always @(posedge clk) begin
        if (step) begin
            o_index <= first_some ? index_first : index_second;
            o_last <= last;
        end
        if (rst) begin
            first <= $(TILE_KEYS)'d0;
            second <= $(TILE_KEYS)'d0;
            any <= 1'b0;
//% if REGISTERED_LINKS then
            follow <= 1'b0;
//% end
            o_valid <= 1'b0;
        end else begin
            if (i_load) begin
                first <= i_first;
                second <= i_second;
            end else if (follow) begin
                if (first_some)
                    first <= rest_first;
                else
                    second <= rest_second;
            end
            if (i_load)
                any <= i_any;
            else if (step)
                any <= !last;
//% if REGISTERED_LINKS then
            follow <= step;
//% end
            if (follow)
                o_valid <= 1'b1;
            else if (i_ready)
                o_valid <= 1'b0;
        end
    end
endmodule
`default_nettype wire

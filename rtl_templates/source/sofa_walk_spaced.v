//% -- SPDX-License-Identifier: Apache-2.0
// Walks the set bits of a mask, ascending; o_index stands from the cycle before o_valid on. A variant of sofa_walk_prompt.
// Latency: the first index $(latency("walk_spaced", 3)) cycles after i_load; throughput one index in two cycles. Handshake: valid/ready.
`default_nettype none
module sofa_walk_spaced (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_load,
    input  wire [$(TILE_KEYS-1):0]  i_mask,
    input  wire             i_any,     // a bit of it is set
    output wire             o_idle,    // may be loaded
    output reg              o_valid,
    input  wire             i_ready,
    output reg  [$(INDEX_BITS-1):0] o_index,
    output reg              o_last
);
    reg  [$(TILE_KEYS-1):0] mask;
    reg             any;               // a bit of it is set
    wire [$(TILE_KEYS-1):0] rest;
    wire [$(INDEX_BITS-1):0] index;
    wire            several, unused_some;
    sofa_lowest u_lowest (.i_mask(mask), .o_some(unused_some), .o_several(several), .o_index(index), .o_rest(rest));
    reg             follow;            // the mask loses its lowest bit
    wire            step = any && !follow && (!o_valid || i_ready);
    assign o_idle = !any && !follow && (!o_valid || i_ready);

    always @(posedge clk) begin
        if (step) begin
            o_index <= index;
            o_last <= !several;
        end
        if (i_load)
            mask <= i_mask;
        else if (follow)
            mask <= rest;
        if (rst) begin
            any <= 1'b0;
            follow <= 1'b0;
            o_valid <= 1'b0;
        end else begin
            if (i_load)
                any <= i_any;
            else if (step)
                any <= several;
            follow <= step;
            if (follow)
                o_valid <= 1'b1;
            else if (i_ready)
                o_valid <= 1'b0;
        end
    end

$(holds("walk_spaced_idle", "!i_load || !(any || (o_valid && !i_ready))"))
$(stands("walk_spaced_stands", "o_valid", "i_ready", "{o_index, o_last}", INDEX_BITS + 1))
endmodule
`default_nettype wire

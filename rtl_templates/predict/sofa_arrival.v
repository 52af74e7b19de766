//% -- SPDX-License-Identifier: Apache-2.0
// Whether the keys of a group have arrived: of slot i_slot all below i_beyond. Keys come in ascending order, slots are filled in order
// 0 to $(TILE_SLOTS-1), 0 ... Latency: a key counts in the cycle after it has come.
`default_nettype none
module sofa_arrival (
    input  wire               clk,
    input  wire               rst,
    input  wire               i_filling,       // pulse: the next slot is being filled
    input  wire               i_key_valid,
    input  wire [1:0]         i_key_slot,
    input  wire [$(INDEX_BITS-1):0]   i_key,
    input  wire               i_key_last,      // of its slot
    input  wire [1:0]         i_slot,
    input  wire [$(INDEX_BITS):0]     i_beyond,
    output wire               o_here
);
    reg  [$(TILE_SLOTS-1):0] complete;
    reg               some;           // key `arrived` of slot `arrived_slot` and all visible before it are here
    reg  [1:0]        arrived_slot;
    reg  [$(INDEX_BITS-1):0]  arrived;
    reg  [1:0]        filled;         // slot that is filled next
    wire              whole_slot = $(pick("complete", 1, TILE_SLOTS, "i_slot", 2));
    assign o_here = whole_slot || (some && arrived_slot == i_slot && {1'b0, arrived} >= i_beyond);
    always @(posedge clk) begin
        if (i_key_valid) begin
            arrived_slot <= i_key_slot;
            arrived <= i_key;
        end
        if (rst) begin
            complete <= $(lit(TILE_SLOTS, 0));
            some <= 1'b0;
            filled <= 2'd0;
        end else begin
            if (i_filling)
                filled <= $(next_slot("filled"));
            if (i_key_valid)
                some <= 1'b1;
            else if (i_filling && arrived_slot == filled)
                some <= 1'b0;
//% for slot = 0, TILE_SLOTS - 1 do
            complete[$(slot)] <= (complete[$(slot)] && !(i_filling && filled == 2'd$(slot)))
                           || (i_key_valid && i_key_last && i_key_slot == 2'd$(slot));
//% end
        end
    end
endmodule
`default_nettype wire

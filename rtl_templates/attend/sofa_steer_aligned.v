//% -- SPDX-License-Identifier: Apache-2.0
// By how many steps of two places an accumulator is shifted: by the raise of its pair (i_shift), or, as it retires, by the places that
// normalisation tells (i_places) but for the last $(NORM_SHIFT) bit(s) of their number. i_retire comes a cycle before the shift.
// sofa_steer_plain has the same ports. No handshake.
//% local places_bits = math.max(LEADING_BITS, RAISE_BITS + 1)
//% local taken = lit(places_bits, (1 << places_bits) - (1 << NORM_SHIFT))
`default_nettype none
module sofa_steer_aligned (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_retire,
    input  wire [$(LEADING_BITS-1):0] i_places,
    input  wire [$(RAISE_BITS-1):0] i_shift,
    output wire [$(RAISE_BITS-1):0] o_move
);
    wire [$(places_bits-1):0] places = $(ext("i_places", LEADING_BITS, places_bits)) & $(taken);
    wire               unused = &{1'b0, places};
$(travel({{"retire", 1, 1, "i_retire", reset = true}}))
    assign o_move = retire_1 ? places[$(RAISE_BITS):1] : i_shift;
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// By what an accumulator is shifted: by the raise of its pair (i_shift), or, as it retires, by what normalisation tells (i_places) but for
// the last $(NORM_SHIFT) bit(s). i_retire comes a cycle before the shift. sofa_steer_plain has the same ports. No handshake.
//% local places_bits = math.max(clog2((1 << LEADING_BITS) + 3), NORM_SHIFT + 1)     -- at most 2^LEADING_BITS - 1 + 3
`default_nettype none
module sofa_steer_aligned (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_retire,
    input  wire [$(LEADING_BITS-1):0] i_places,         // less 3
    input  wire [5:0]          i_shift,
    output wire [5:0]          o_move
);
    wire [$(places_bits-1):0] places = $(ext("i_places", LEADING_BITS, places_bits)) + $(places_bits)'d3;
    wire [5:0]         all_places = $(ext("places", places_bits, 6)) & 6'd$(64 - (1 << NORM_SHIFT));
$(travel({{"retire", 1, 1, "i_retire", reset = true}}))
    assign o_move = retire_1 ? all_places : i_shift;
endmodule
`default_nettype wire

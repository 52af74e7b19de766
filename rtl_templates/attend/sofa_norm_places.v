//% -- SPDX-License-Identifier: Apache-2.0
// By how many places O of a row is shifted right before it is multiplied: floor(log2 l) - 14. A
// lane that aligns its rows does all of it but for the last bit(s) of the number (o_places); the unit does the rest (o_rest), which it
// needs later. i_leading: floor(log2 l) - 14, the cycle after i_l. No handshake.
//% built("output_fraction", 1)     -- O of a sum of weights below 2 is not shifted
`default_nettype none
module sofa_norm_places (
    input  wire                 clk,
    input  wire [$(DENOMINATOR_BITS-1):0] i_l,
    input  wire [$(LEADING_BITS-1):0] i_leading,
    output wire [$(LEADING_BITS-1):0] o_places,
    output wire [$(NORM_REST_BITS-1):0] o_rest
);
//% if NORM_STARTS_EARLY then
    // the lane needs it before the reciprocal begins
    reg  [$(LEADING_BITS-1):0]  places;
    integer bit_number;
    always @(posedge clk) begin
        places <= $(lit(LEADING_BITS, 0));
        for (bit_number = 1; bit_number < $(DENOMINATOR_BITS-14); bit_number = bit_number + 1)
            if (i_l[14+bit_number])
                places <= bit_number[$(LEADING_BITS-1):0];
    end
    assign o_places = places;
    wire                        unused = &{1'b0, i_l};
//% else
    assign o_places = i_leading;
    wire                        unused = &{1'b0, i_l};
//% end
    // as long as the last word of the row before needs its own
//% local stages = NORM_STARTS_EARLY and 2 or 1
    wire [$(LEADING_BITS+NORM_REST_BITS-1):0] leading = $(ext("i_leading", LEADING_BITS, LEADING_BITS + NORM_REST_BITS));
    wire [$(NORM_REST_BITS-1):0] rest_0 = leading[$(NORM_REST_BITS-1):0];
$(travel({{"rest", NORM_REST_BITS, stages, "rest_0"}}))
    assign o_rest = rest_$(stages);
    wire                        unused_leading = &{1'b0, leading};
endmodule
`default_nettype wire

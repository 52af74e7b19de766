//% -- SPDX-License-Identifier: Apache-2.0
// The radius of a row: the job's, shifted by the row's exponent, and no larger than a score's range.
// Latency: $(latency("row_radius", 2)) cycles. Handshake: none.
`default_nettype none
module sofa_row_radius (
    input  wire        clk,
    input  wire [31:0] i_radius,
    input  wire [3:0]  i_exponent,
    output reg  [$(SCORE_BITS-1):0] o_radius
);
    wire [31:0]        shifted = i_radius >> i_exponent;
    reg  [$(SCORE_BITS-1):0] radius;
    always @(posedge clk) begin
        radius <= |shifted[31:$(SCORE_BITS)] ? $(SCORE_BITS)'d$((1 << SCORE_BITS) - 1) : shifted[$(SCORE_BITS-1):0];
        o_radius <= radius;
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Turns the K^ of a key. Even beats hold the lower half of a pair, odd ones the upper; the pair is turned into the lower, then the upper
// half, with two multipliers. i_odd: an odd beat came a cycle ago; i_difference: the products of now are of the lower half.
// Latency: $(latency("turn_khat", 3)) cycles from the beat behind i_khat to its half; throughput one beat a cycle. Handshake: none.
// Equals sofa_rotate_khat().
//% local product_bits, sum_bits = KHAT_BITS + 8, KHAT_BITS + 9
`default_nettype none
module sofa_turn_khat (
    input  wire        clk,
    input  wire        i_odd,
    input  wire        i_difference,
    input  wire [$(KHAT_BITS-1):0] i_khat,
    input  wire [15:0] i_turn,        // {sine, cosine}
    output reg  [$(KHAT_BITS-1):0] o_khat
);
    reg  [$(KHAT_BITS-1):0] previous, earlier;
    wire signed [$(KHAT_BITS-1):0] lower = i_odd ? previous : earlier;
    wire signed [$(KHAT_BITS-1):0] upper = i_odd ? i_khat : previous;
    wire signed [7:0]  lower_by = i_odd ? i_turn[7:0] : i_turn[15:8];
    wire signed [7:0]  upper_by = i_odd ? i_turn[15:8] : i_turn[7:0];
    reg  signed [$(product_bits-1):0] lower_part, upper_part;
//% local lower, upper = sext("lower_part", product_bits, sum_bits), sext("upper_part", product_bits, sum_bits)
    wire [$(sum_bits-1):0] sum = (i_difference ? $(lower) - $(upper) : $(lower) + $(upper)) + $(lit(sum_bits, 32));
    wire [$(sum_bits-7):0] rounded = sum[$(sum_bits-1):6];
    wire               unused_fraction = &{1'b0, sum[5:0]};
    always @(posedge clk) begin
        previous <= i_khat;
        earlier <= previous;
        lower_part <= lower * lower_by;
        upper_part <= upper * upper_by;
        o_khat <= $(saturated("rounded", sum_bits - 6, KHAT_BITS));
    end
endmodule
`default_nettype wire

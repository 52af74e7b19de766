//% -- SPDX-License-Identifier: Apache-2.0
// t = round(s * mantissa >> shift), saturated to 32 bits, bit by bit: a score takes the multiplier 16 cycles and then the shifter 15.
// Latency $(latency("scale_bits", d.scale_time)) cycles from the cycle in which i_step is $(BEATS-1), when i_s is taken; throughput a
// score each $(BEATS) cycles; o_t stays until the next. i_step counts 0 to $(BEATS-1) for ever. No handshake. Equals the scaling in
// sofa_attend_pair().
`default_nettype none
module sofa_scale_bits (
    input  wire            clk,
    input  wire [$(PHASE_BITS-1):0] i_step,
    input  wire [$(DOT_BITS-1):0] i_s,
    input  wire [15:0]     i_mantissa,
    input  wire [5:0]      i_shift,
    output reg  [31:0]     o_t
);
    // ---- product: what the step adds at the top moves down a place ----
    wire                    last = i_step == $(BEAT_BITS)'d15;
//% if BEATS > 16 then
    wire                    idle = i_step > $(BEAT_BITS)'d15;
//% end
    reg  signed [$(DOT_BITS-1):0] s, upper;
    reg  [14:0]             lower;
    wire signed [$(DOT_BITS):0]   sum = $(sext("upper", DOT_BITS, DOT_BITS + 1)) +
        ({$(sext("s", DOT_BITS, DOT_BITS + 1))} & {$(DOT_BITS+1){i_mantissa[i_step[3:0]]}});
    always @(posedge clk) begin
        if (i_step == $(BEAT_BITS)'d$(BEATS-1))
            s <= i_s;
        if (last$(BEATS > 16 and " || idle" or ""))
            upper <= $(DOT_BITS)'sd0;
        else
            upper <= sum[$(DOT_BITS):1];
        lower <= {sum[0], lower[14:1]};
    end

    // ---- shift: seven steps by eight or not at all, seven by one ----
    reg  signed [$(SCALED_BITS-1):0] placed;
    reg  [3:0]              count;
    wire                    by_eight = count < {1'b0, i_shift[5:3]};
    wire                    by_one = count > 4'd6 && count < {1'b0, i_shift[2:0]} + 4'd7;
    always @(posedge clk) begin
        if (last)
            placed <= {sum, lower, 1'b0};
        else if (by_eight)
            placed <= placed >>> 8;
        else if (by_one)
            placed <= placed >>> 1;
        count <= last ? 4'd0 : &count ? count : count + 4'd1;
    end

    // ---- round, saturate ----
    wire signed [$(SCALED_BITS-1):0] rounded = {placed[$(SCALED_BITS-1)], placed[$(SCALED_BITS-1):1]} + {$(SCALED_BITS-1)'d0, placed[0]};
    wire                    fits = &rounded[$(SCALED_BITS-1):31] || ~|rounded[$(SCALED_BITS-1):31];
    always @(posedge clk)
        if (count == 4'd14)
            o_t <= fits ? rounded[31:0] : {rounded[$(SCALED_BITS-1)], {31{!rounded[$(SCALED_BITS-1)]}}};
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Selection by mass takes the logarithm of a row's sum within its bound: for every sum of 1 or more, place + mantissa / 16 is log2(1 +
// x) for x cut to 1/16, so at most 0.0861 + 1/16 too low and never too high. Where it is too low by 0.0861 says sofa_sum_log2_bound().
// proof few: induction 2: alone select.policy=mass tile.keys=4 predict.keys=4 query_block=4 keys_max=1024
// proof many: induction 2: alone select.policy=mass tile.keys=4 predict.keys=4 query_block=4 keys_max=65536
//% local sum_bits, fraction, place_bits = d.weight_sum_bits, d.sum_fraction, clog2(KEY_NUMBER_BITS + 1)
`default_nettype none
module sofa_prove_mass (
    input wire        clk,
    input wire        rst,
    input wire        valid, new_block,
    input wire [$(ROW_BITS-1):0] row,
    input wire [$(PREDICT_KEYS*OCTAVE_BITS-1):0] scores,
    input wire [$(PREDICT_KEYS-1):0] seen,
    input wire [9:0]  mass
);
    wire        out_valid;
    wire [$(ROW_BITS-1):0] out_row;
    wire [$(PREDICT_KEYS-1):0] need;
    sofa_mass dut (
        .clk(clk), .rst(rst), .i_valid(valid), .i_row(row), .i_new_block(new_block), .i_scores(scores), .i_seen(seen), .i_mass(mass),
        .o_valid(out_valid), .o_row(out_row), .o_need(need));
    (* hierconn *) wire [$(sum_bits-1):0] \dut.sum ;
    (* hierconn *) wire [$(place_bits-1):0] \dut.place ;
    (* hierconn *) wire [3:0] \dut.mantissa ;
    // 2^place * (1 + mantissa / 16) <= sum < 2^place * (1 + (mantissa + 1) / 16), in units of 2^-$(fraction + 4)
    wire [$(sum_bits+5):0] sixteen = {2'b00, \dut.sum , 4'd0};
    wire [$(sum_bits+5):0] low = ($(sum_bits+6)'d16 + $(ext("\\dut.mantissa ", 4, sum_bits+6))) << (\dut.place + $(fraction));
    wire [$(sum_bits+5):0] high = ($(sum_bits+6)'d17 + $(ext("\\dut.mantissa ", 4, sum_bits+6))) << (\dut.place + $(fraction));
    always @(posedge clk)
        if (!rst && \dut.sum >= $(sum_bits)'d$(1 << fraction)) begin
            mass_low: assert (low <= sixteen);
            mass_high: assert (sixteen < high);
        end
endmodule
`default_nettype wire

// SPDX-License-Identifier: Apache-2.0
// Plays stimulus.hex into sofa_mass, a word a cycle, and compares every cycle with expected.hex; tests/test_mass_rtl.c writes both.
// Prints "pass" or the first difference.
`default_nettype none
module mass_tb #(
    parameter CYCLES = 1,
    parameter RB = 1, // row
    parameter KP = 1, // keys of a beat
    parameter OB = 1, // score
    parameter QB = 1  // rows
);
    localparam IN = 2 + 10 + RB + KP + KP * OB;
    localparam OUT = 1 + RB + KP;
    reg [IN-1:0]  stimulus [0:CYCLES-1];
    reg [OUT-1:0] expected [0:CYCLES-1];
    reg           clk, rst;
    reg [IN-1:0]  in;
    wire          valid;
    wire [OUT-2:0] out;
    integer       cycle, word;

    sofa_mass dut (
        .clk(clk), .rst(rst), .i_valid(in[IN-1]), .i_new_block(in[IN-2]), .i_mass(in[KP*OB+KP+RB +: 10]), .i_row(in[KP*OB+KP +: RB]),
        .i_seen(in[KP*OB +: KP]), .i_scores(in[KP*OB-1:0]), .o_valid(valid), .o_row(out[KP +: RB]), .o_need(out[KP-1:0])
    );

    task step;
        begin
            #1 clk = 1'b1;
            #1 clk = 1'b0;
        end
    endtask

    // What memories hold at power-up must not matter; but Icarus would carry its X through comparisons that i_new_block decides.
    initial begin
        for (word = 0; word < QB; word = word + 1) begin
            dut.u_most.word[word] = $random;
            dut.u_sum.word[word] = {$random, $random};
        end
        dut.u_most.o_rdata = $random;
        dut.u_sum.o_rdata = {$random, $random};
    end

    initial begin
        $readmemh("stimulus.hex", stimulus);
        $readmemh("expected.hex", expected);
        clk = 1'b0;
        rst = 1'b1;
        in = {IN{1'b1}}; // reset wins over i_valid
        for (cycle = 0; cycle < 4; cycle = cycle + 1)
            step;
        rst = 1'b0;
        for (cycle = 0; cycle < CYCLES; cycle = cycle + 1) begin
            in = stimulus[cycle];
            #1;
            if (valid !== expected[cycle][OUT-1] || (valid && out !== expected[cycle][OUT-2:0])) begin
                $display("cycle %0d: {row, need} = %b %h, want %b %h", cycle, valid, out, expected[cycle][OUT-1], expected[cycle][OUT-2:0]);
                $finish;
            end
            step;
        end
        $display("pass");
        $finish;
    end
endmodule
`default_nettype wire

// Plays stimulus.hex into sofa_select, a word a cycle, and compares every cycle with expected.hex; tests/test_select_rtl.c
// writes both. Prints "pass" or the first difference.
`default_nettype none
module select_tb #(
    parameter CYCLES = 1,
    parameter RB = 1,  // row
    parameter EN = 1,  // entries of a beat
    parameter SB = 1,  // score
    parameter CB = 1,  // counts
    parameter BC = 1,  // keys
    parameter KEPT = 1,
    parameter CARRY = 0
);
    localparam IN = 5 + RB + SB + EN;
    localparam OUT = 2 + RB + 2 * CB + 2 * BC;
    reg [IN-1:0]  stimulus [0:CYCLES-1];
    reg [OUT-1:0] expected [0:CYCLES-1];
    reg           clk, rst;
    reg [IN-1:0]  in;
    wire          valid;
    wire [OUT-2:0] out;
    integer       cycle;

    sofa_select dut (
        .clk(clk), .rst(rst), .i_valid(in[IN-1]), .i_first(in[IN-2]), .i_last(in[IN-3]), .i_new_block(in[IN-4]),
        .i_radius_on(in[IN-5]), .i_row(in[EN+SB +: RB]), .i_radius_row(in[EN +: SB]), .i_entries(in[EN-1:0]),
        .i_kept(KEPT[CB-1:0]), .i_carry(CARRY[0]),
        .o_valid(valid), .o_any(out[OUT-2]), .o_row(out[2*CB+2*BC +: RB]), .o_count(out[CB+2*BC +: CB]),
        .o_clipped(out[2*BC +: CB]), .o_best(out[BC +: BC]), .o_need(out[BC-1:0])
    );

    task step;
        begin
            #1 clk = 1'b1;
            #1 clk = 1'b0;
        end
    endtask

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
                $display("cycle %0d: {any, row, count, clipped, best, need} = %b %h, want %b %h", cycle, valid, out,
                         expected[cycle][OUT-1], expected[cycle][OUT-2:0]);
                $finish;
            end
            step;
        end
        $display("pass");
        $finish;
    end
endmodule
`default_nettype wire

// SPDX-License-Identifier: Apache-2.0
// Plays stimulus.hex into a module that is a function of its inputs, a word a cycle, and compares what comes LATENCY cycles later with
// expected.hex, whose top bit says that it counts; tests/test_arith_rtl.c writes both. Prints "pass" or the first difference.
`default_nettype none
module function_tb #(
    parameter KIND = 0, // 0: sofa_exp2, 1: sofa_recip, 2: sofa_encode
    parameter CYCLES = 1,
    parameter IN = 1,
    parameter OUT = 1,
    parameter LATENCY = 1
);
    reg [IN-1:0]  stimulus [0:CYCLES-1];
    reg [OUT:0]   expected [0:CYCLES-1];
    reg           clk, rst;
    reg [IN-1:0]  in;
    wire [OUT-1:0] out;
    integer       cycle;
    generate
        if (KIND == 0) begin : exp2
            sofa_exp2 dut (.clk(clk), .i_x(in[16:0]), .i_tiny(in[17]), .o_p(out));
        end else if (KIND == 1) begin : recip
            // a row's sum stays for two cycles; how far it is shifted comes three cycles before the rest
            localparam ABOVE = OUT - 16;
            wire [ABOVE-1:0] above;
            reg  [3*ABOVE-1:0] late;
            always @(posedge clk) late <= {late[2*ABOVE-1:0], above};
            sofa_recip dut (.clk(clk), .rst(rst), .i_valid(in[IN-1]), .i_l(in[IN-2:0]), .o_above(above), .o_y(out[15:0]));
            assign out[OUT-1:16] = late[3*ABOVE-1 -: ABOVE];
        end else begin : encode
            wire valid;
            sofa_encode dut (
                .clk(clk), .rst(rst), .i_valid(1'b1), .i_row(in), .o_valid(valid), .o_codes(out[OUT-5:0]), .o_exponent(out[OUT-1:OUT-4]));
        end
    endgenerate

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
        in = {IN{1'b0}};
        for (cycle = 0; cycle < 8; cycle = cycle + 1)
            step;
        rst = 1'b0;
        for (cycle = 0; cycle < CYCLES + LATENCY - 1; cycle = cycle + 1) begin
            in = cycle < CYCLES ? stimulus[cycle] : {IN{1'b0}};
            step;
            if (cycle + 1 >= LATENCY && expected[cycle+1-LATENCY][OUT] && out !== expected[cycle+1-LATENCY][OUT-1:0]) begin
                $display("of %h: %h, want %h", stimulus[cycle+1-LATENCY], out, expected[cycle+1-LATENCY][OUT-1:0]);
                $finish;
            end
        end
        $display("pass");
        $finish;
    end
endmodule
`default_nettype wire

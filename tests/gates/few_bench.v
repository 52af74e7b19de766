// SPDX-License-Identifier: Apache-2.0
// Says what few_lines.v, or its netlist, puts out.
module few_bench;
    reg        clk = 0, rst = 1;
    reg  [3:0] a = 3;
    wire [3:0] y, r;
    integer    i;
    always #2 clk = ~clk;
    sofa_core core (.clk(clk), .rst(rst), .a(a), .y(y), .r(r));
    initial begin
        repeat (4) @(negedge clk);
        rst = 0;
        for (i = 0; i < 40; i = i + 1) begin
            @(negedge clk) a = i * 7 + (i >> 2);
            #1 $display("%b %b", y, r);
        end
        $finish;
    end
endmodule

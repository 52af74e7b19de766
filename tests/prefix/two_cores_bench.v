// SPDX-License-Identifier: Apache-2.0
// Reads CONFIG_HASH and VERSION of both cores of two_cores.v; prints "pass" if each core answers with its own.
`default_nettype none
`timescale 1ns / 1ns
module two_cores_bench;
    reg clk = 1'b0, rst = 1'b1, enable = 1'b0;
    reg [9:0] offset = 10'd0;
    wire valid;
    wire [31:0] a, b;
    integer bad = 0;

    two_cores u_both (.clk(clk), .rst(rst), .i_enable(enable), .i_offset(offset), .o_valid(valid), .o_a(a), .o_b(b), .o_other());
    always #5 clk = !clk;

    task expect_words(input [31:0] at, input [31:0] a_word, input [31:0] b_word);
        begin
            @(negedge clk) enable = 1'b1;
            offset = at[9:0];
            @(negedge clk) enable = 1'b0;
            while (valid !== 1'b1)
                @(negedge clk);
            if (a !== a_word || b !== b_word) begin
                $display("at %x: %x %x, not %x %x", at, a, b, a_word, b_word);
                bad = bad + 1;
            end
        end
    endtask

    initial begin
        repeat (4) @(negedge clk);
        rst = 1'b0;
        expect_words(`A_REG_CONFIG_HASH, `A_REG_CONFIG_HASH_VALUE, `B_REG_CONFIG_HASH_VALUE);
        expect_words(`B_REG_VERSION, `A_REG_VERSION_VALUE, `B_REG_VERSION_VALUE);
        if (bad == 0)
            $display("pass");
        $finish;
    end
    initial #10000 begin
        $display("no answer");
        $finish;
    end
endmodule
`default_nettype wire

// SPDX-License-Identifier: Apache-2.0
// The operations that complexity.py counts, each as combinational logic, to be mapped and weighed by Yosys.

// A product of A by B bits joins a sum of S bits.
module multiply_add #(parameter A = 4, B = 4, S = 14) (input wire signed [A-1:0] a, input wire signed [B-1:0] b,
                                                       input wire signed [S-1:0] sum, output wire signed [S-1:0] y);
    assign y = sum + a * b;
endmodule

// A shifted operand of A bits, its sign changed or not, or nothing, joins a sum: score prediction.
module shift_add #(parameter A = 4, P = 7, S = 16) (input wire signed [A-1:0] a, input wire [2:0] code, input wire negative,
                                                    input wire signed [S-1:0] sum, output wire signed [S-1:0] y);
    wire signed [A+P-1:0] shifted = code == 0 ? 0 : (a <<< (code - 3'd1));
    assign y = negative ? sum - shifted : sum + shifted;
endmodule

// Code of an element of W bits: its leading one below that of the row.
module encode #(parameter W = 16) (input wire signed [W-1:0] q, input wire [3:0] row, output reg [2:0] code);
    wire [W-1:0] size = q[W-1] ? -q : q;
    reg [4:0] place, i;
    always @* begin
        place = 0;
        for (i = 0; i < W; i = i + 1)
            if (size[i]) place = i;
        code = size == 0 || place + 5'd7 <= row ? 3'd0 : place + 5'd7 - row;
    end
endmodule

// The larger of two words of W bits and the smaller one.
module compare_exchange #(parameter W = 16) (input wire [W-1:0] a, b, output wire [W-1:0] more, less);
    wire swap = a < b;
    assign more = swap ? b : a;
    assign less = swap ? a : b;
endmodule

// The larger one only.
module maximum #(parameter W = 16) (input wire signed [W-1:0] a, b, output wire signed [W-1:0] more);
    assign more = a < b ? b : a;
endmodule

// Selection by mass, of a key: its weight as a power of two joins the sum, and it is compared with the threshold.
module mass_key #(parameter W = 12, S = 32) (input wire signed [W-1:0] score, top, threshold, input wire [S-1:0] sum,
                                               output wire [S-1:0] y, output wire kept);
    wire [W-3:0] below = top[W-1:2] - score[W-1:2];
    assign y = sum + (below > 16 ? 17'd0 : 17'h10000 >> below[4:0]);
    assign kept = score >= threshold;
endmodule

module add #(parameter W = 16) (input wire [W-1:0] a, b, output wire [W-1:0] y);
    assign y = a + b;
endmodule

module multiply #(parameter A = 16, B = 16) (input wire signed [A-1:0] a, input wire signed [B-1:0] b, output wire signed [A+B-1:0] y);
    assign y = a * b;
endmodule

// A word moves down by up to 62 places.
module shift #(parameter W = 34) (input wire signed [W-1:0] a, input wire [5:0] by, output wire signed [W-1:0] y);
    assign y = a >>> by;
endmodule

// SPDX-License-Identifier: Apache-2.0
// Multiplication by radix-4 digits (Booth): of the factor with fewer bits, two make a digit of -2 to 2, so half as many partial products
// are added as it has bits. What the product is added to joins the same sum. Small factors are left alone.
(* techmap_celltype = "$mul" *)
module _80_booth (A, B, Y);
    parameter A_SIGNED = 0;
    parameter B_SIGNED = 0;
    parameter A_WIDTH = 1;
    parameter B_WIDTH = 1;
    parameter Y_WIDTH = 1;
    (* force_downto *) input [A_WIDTH-1:0] A;
    (* force_downto *) input [B_WIDTH-1:0] B;
    (* force_downto *) output [Y_WIDTH-1:0] Y;

    localparam IS_SIGNED = A_SIGNED && B_SIGNED;
    localparam SWAPPED = A_WIDTH < B_WIDTH;
    localparam LONG = SWAPPED ? B_WIDTH : A_WIDTH;
    localparam SHORT = SWAPPED ? A_WIDTH : B_WIDTH;
    wire _TECHMAP_FAIL_ = SHORT < (IS_SIGNED ? 8 : 9);
    wire [LONG-1:0] long = SWAPPED ? B : A;
    wire [SHORT-1:0] short = SWAPPED ? A : B;

    // both signed: the multiplicand of WIDTH bits, the other one with a zero below and sign bits above
    localparam WIDTH = IS_SIGNED ? LONG : LONG + 1;
    localparam DIGITS = IS_SIGNED ? (SHORT + 1) / 2 : (SHORT + 2) / 2;
    wire [WIDTH-1:0] many = {1'b0, long};
    wire [SHORT+2:0] few = {{2{IS_SIGNED && short[SHORT-1]}}, short, 1'b0};

    // a digit's product is inverted where it is negative, and one is added; its sign bit s stands for -s, which is !s less one
    function [Y_WIDTH-1:0] less_ones;
        input unused;
        integer digit;
        begin
            less_ones = {Y_WIDTH{1'b0}};
            for (digit = 0; digit < DIGITS; digit = digit + 1)
                if (WIDTH + 2 * digit < Y_WIDTH)
                    less_ones = less_ones - ({{Y_WIDTH-1{1'b0}}, 1'b1} << (WIDTH + 2 * digit));
        end
    endfunction
    wire [DIGITS:0] negative;
    wire [(DIGITS+1)*Y_WIDTH-1:0] sums;
    assign negative[0] = 1'b0;
    assign sums[0 +: Y_WIDTH] = {{Y_WIDTH{1'b0}}, negative[DIGITS]} << (2 * DIGITS - 2);
    genvar digit;
    generate
        for (digit = 0; digit < DIGITS; digit = digit + 1) begin : digits
            wire high = few[2*digit+2], middle = few[2*digit+1], low = few[2*digit];
            wire one = middle ^ low;
            wire two = high ? !middle && !low : middle && low;
            assign negative[digit+1] = high && !(middle && low);
            wire [WIDTH:0] part = ({WIDTH+1{one}} & {many[WIDTH-1], many} | {WIDTH+1{two}} & {many, 1'b0}) ^ {WIDTH+1{negative[digit+1]}};
            wire [Y_WIDTH+WIDTH+2*DIGITS+3:0] placed;
            if (digit == 0)
                assign placed = {!part[WIDTH], part[WIDTH-1:0]};
            else
                assign placed = {!part[WIDTH], part[WIDTH-1:0], 1'b0, negative[digit]} << (2 * digit - 2);
            assign sums[(digit+1)*Y_WIDTH +: Y_WIDTH] = sums[digit*Y_WIDTH +: Y_WIDTH] + placed[Y_WIDTH-1:0];
        end
    endgenerate
    assign Y = sums[DIGITS*Y_WIDTH +: Y_WIDTH] + less_ones(1'b0);
endmodule

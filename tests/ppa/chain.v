// SPDX-License-Identifier: Apache-2.0
// For check_ppa.py: five links that differ in a constant, each a register of 8 bits with an enable, and a memory.
module sofa_ram #(parameter WIDTH = 8, DEPTH = 16, ABITS = 4) (
    input wire clk, i_we, input wire [ABITS-1:0] i_waddr, input wire [WIDTH-1:0] i_wdata,
    input wire i_re, input wire [ABITS-1:0] i_raddr, output reg [WIDTH-1:0] o_rdata
);
    reg [WIDTH-1:0] word [0:DEPTH-1];
    always @(posedge clk) begin
        if (i_we) word[i_waddr] <= i_wdata;
        if (i_re) o_rdata <= word[i_raddr];
    end
endmodule

module sofa_link #(parameter [7:0] PLACE = 0) (input wire clk, i_take, input wire [7:0] i_x, input wire [7:0] i_mask, output reg [7:0] o_x);
    always @(posedge clk)
        if (i_take) o_x <= (i_x & i_mask) ^ PLACE;
endmodule

module sofa_chain (input wire clk, i_take, input wire [7:0] i_x, output wire [7:0] o_x);
    wire [7:0] x1, x2, x3, x4, x5;
    sofa_link #(1) u_1 (clk, i_take, i_x, 8'h0F, x1);
    sofa_link #(2) u_2 (clk, i_take, x1, 8'h0F, x2);
    sofa_link #(4) u_3 (clk, i_take, x2, 8'h0F, x3);
    sofa_link #(8) u_4 (clk, i_take, x3, 8'h0F, x4);
    sofa_link #(3) u_5 (clk, i_take, x4, 8'h0F, x5);
    sofa_ram #(8, 16, 4) u_ram (clk, i_take, x5[3:0], x5, 1'b1, x5[7:4], o_x);
endmodule

module sofa_core (input wire clk, i_take, input wire [7:0] i_x, output wire [7:0] o_x);
    sofa_chain u_chain (clk, i_take, i_x, o_x);
endmodule

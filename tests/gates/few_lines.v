// SPDX-License-Identifier: Apache-2.0
// As little as a core can be for tb/gates/netlist.py: a register, a module with a parameter, the memory.
module sofa_core (
    input  wire       clk,
    input  wire       rst,
    input  wire [3:0] a,
    output reg  [3:0] y,
    output wire [3:0] r
);
    wire [3:0] p;
    sofa_square #(.N(4)) square (.clk(clk), .a(a), .p(p));
    sofa_ram #(.WIDTH(4), .DEPTH(4), .ABITS(2)) u_ram (
        .clk(clk), .i_we(a[0]), .i_waddr(a[1:0]), .i_wdata(y), .i_re(1'b1), .i_raddr(a[3:2]), .o_rdata(r));
    always @(posedge clk)
        y <= rst ? 4'd5 : y + p;
endmodule

module sofa_square #(
    parameter N = 1
) (
    input  wire         clk,
    input  wire [N-1:0] a,
    output reg  [N-1:0] p
);
    always @(posedge clk)
        if (a != 0)
            p <= a * a;
endmodule

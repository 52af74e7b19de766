//% -- SPDX-License-Identifier: Apache-2.0
// The sum l of the weights of each row of a group: l = (l >> 2 raise) + p, from 0 when i_fresh.
// A row comes with i_place; what it had as sum, and its place, stand at the output a cycle later, when i_pair, p, raise and fresh come.
// Throughput: one pair a cycle, the same row again three cycles later; no handshake. Equals the sum in sofa_attend_pair().
`default_nettype none
module sofa_weight_sum (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(GROUP_PLACE_BITS-1):0] i_place,
    input  wire                 i_pair,
    input  wire [15:0]          i_p,
    input  wire                 i_fresh,
    input  wire [$(RAISE_BITS-1):0] i_raise,
    output reg  [$(GROUP_PLACE_BITS-1):0] o_place,
    output wire [$(DENOMINATOR_BITS-1):0] o_l
);
    reg  [$(GROUP_PLACE_BITS-1):0] write_place;
    reg  [$(DENOMINATOR_BITS-1):0] kept;
    reg  [15:0]                 more;
    reg                         write;
    wire [$(DENOMINATOR_BITS-1):0] sum = kept + $(ext("more", 16, DENOMINATOR_BITS));
    sofa_ram #($(parameters("WIDTH", DENOMINATOR_BITS, "DEPTH", GROUP_PLACES, "ABITS", GROUP_PLACE_BITS))) u_sum (
        .clk(clk), .i_we(write), .i_waddr(write_place), .i_wdata(sum),
        .i_re(1'b1), .i_raddr(i_place), .o_rdata(o_l));
    always @(posedge clk) begin
        o_place <= i_place;
        write_place <= o_place;
        kept <= i_fresh ? $(DENOMINATOR_BITS)'d0 : o_l >> {i_raise, 1'b0};
        more <= i_p;
        write <= i_pair && !rst;
    end

//% local sum_ports = {we = "write", waddr = "write_place", raddr = "i_place", used = "i_pair && !i_fresh"}
$(written("weight_sum_written", GROUP_PLACES, GROUP_PLACE_BITS, sum_ports))
endmodule
`default_nettype wire

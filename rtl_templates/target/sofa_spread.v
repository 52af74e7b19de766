//% -- SPDX-License-Identifier: Apache-2.0
// A wide memory in PARTS parts, each with registers of its own for addresses and enables, so that no wire goes to all of them.
// Addresses and the enable come a cycle before they count; i_wdata comes in the cycle of the write. Latency of a read:
// $(latency("spread.read", 2)) cycles; throughput one write and one read a cycle; no handshake.
`default_nettype none
module sofa_spread #(
    parameter WIDTH = 64,
    parameter PARTS = 8,
    parameter DEPTH = 16,
    parameter ABITS = 4
) (
    input  wire             clk,
    input  wire             i_we,
    input  wire [ABITS-1:0] i_waddr,
    input  wire [WIDTH-1:0] i_wdata,
    input  wire [ABITS-1:0] i_raddr,
    output wire [WIDTH-1:0] o_rdata
);
    localparam PART = (WIDTH + PARTS - 1) / PARTS;
    genvar p;
    generate
        for (p = 0; p * PART < WIDTH; p = p + 1) begin : part
            localparam BITS = (p + 1) * PART <= WIDTH ? PART : WIDTH - p * PART;
            wire             we;
            wire [ABITS-1:0] waddr, raddr;
            sofa_copy #(.WIDTH(1 + 2 * ABITS)) u_control (
                .clk(clk), .i_data({i_we, i_waddr, i_raddr}), .o_data({we, waddr, raddr}));
            sofa_ram #(.WIDTH(BITS), .DEPTH(DEPTH), .ABITS(ABITS)) u_part (
                .clk(clk), .i_we(we), .i_waddr(waddr), .i_wdata(i_wdata[p*PART +: BITS]),
                .i_re(1'b1), .i_raddr(raddr), .o_rdata(o_rdata[p*PART +: BITS]));
        end
    endgenerate
endmodule
`default_nettype wire

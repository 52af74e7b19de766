//% -- SPDX-License-Identifier: Apache-2.0
// A memory of rows that are written beat by beat. Each beat's part has registers of its own for addresses and its enable, each two parts
// for the beat itself, so that no wire goes to all of them. A write counts one cycle later than it is offered.
// Latency of a read: $(latency("beats.read", 1)) cycle, or 2 with FAR_READ = 1, when the address stands in a register near the part first.
// Throughput: one beat written and one row read a cycle; no handshake.
`default_nettype none
module sofa_beats #(
    parameter BEAT     = 64,
    parameter BEATS    = 8,
    parameter HBITS    = 3,
    parameter DEPTH    = 16,
    parameter ABITS    = 4,
    parameter FAR_READ = 0
) (
    input  wire                  clk,
    input  wire                  i_we,
    input  wire [HBITS-1:0]      i_index,      // of the beat in its row
    input  wire [ABITS-1:0]      i_waddr,
    input  wire [BEAT-1:0]       i_wdata,
    input  wire [ABITS-1:0]      i_raddr,
    output wire [BEATS*BEAT-1:0] o_rdata
);
    genvar h, p;
    generate
        for (h = 0; h < BEATS; h = h + 2) begin : pair
            wire [BEAT-1:0] wdata;
            sofa_copy #(.WIDTH(BEAT)) u_data (.clk(clk), .i_data(i_wdata), .o_data(wdata));
            for (p = h; p < h + 2 && p < BEATS; p = p + 1) begin : part
                wire             we;
                wire [ABITS-1:0] waddr, raddr;
                sofa_copy #(.WIDTH(1 + ABITS)) u_write (
                    .clk(clk), .i_data({i_we && i_index == p[HBITS-1:0], i_waddr}), .o_data({we, waddr}));
                if (FAR_READ) begin : far
                    sofa_copy #(.WIDTH(ABITS)) u_read (.clk(clk), .i_data(i_raddr), .o_data(raddr));
                end else begin : near
                    assign raddr = i_raddr;
                end
                sofa_ram #(.WIDTH(BEAT), .DEPTH(DEPTH), .ABITS(ABITS)) u_part (
                    .clk(clk), .i_we(we), .i_waddr(waddr), .i_wdata(wdata), .i_re(1'b1), .i_raddr(raddr),
                    .o_rdata(o_rdata[p*BEAT +: BEAT]));
            end
        end
    endgenerate
endmodule
`default_nettype wire

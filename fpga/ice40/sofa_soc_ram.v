// SPDX-License-Identifier: Apache-2.0
// The on-chip memory in single-port RAM blocks of the UP5K, 32 KiB each. Same ports and latency as the emitted file of this name.
`default_nettype none
module sofa_soc_ram #(
    parameter WIDTH = 16,
    parameter DEPTH = 16384,
    parameter ABITS = 14
) (
    input  wire               clk,
    input  wire               i_enable,
    input  wire [WIDTH/8-1:0] i_strb,
    input  wire [ABITS-1:0]   i_addr,
    input  wire [WIDTH-1:0]   i_wdata,
    output wire [WIDTH-1:0]   o_rdata
);
    localparam COLUMNS = WIDTH / 16;              // the port has 16 bits or more
    localparam ROWS = (DEPTH + 16383) / 16384;
    wire [13:0]           low;
    wire [ROWS*WIDTH-1:0] rdata;
    reg  [1:0]            chosen;
    wire [1:0]            row;
    generate
        if (ABITS > 14) begin : g_high
            assign low = i_addr[13:0];
            assign row = i_addr[ABITS-1:14];
        end else begin : g_low
            assign low = i_addr;
            assign row = 2'd0;
        end
    endgenerate
    always @(posedge clk)
        if (i_enable)
            chosen <= row;
    assign o_rdata = rdata[chosen*WIDTH +: WIDTH];

    genvar r, c;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : g_row
            for (c = 0; c < COLUMNS; c = c + 1) begin : g_column
                SB_SPRAM256KA u_ram (
                    .ADDRESS(low), .DATAIN(i_wdata[c*16 +: 16]),
                    .MASKWREN({{2{i_strb[2*c+1]}}, {2{i_strb[2*c]}}}), .WREN(|i_strb), .CHIPSELECT(i_enable && row == r[1:0]),
                    .CLOCK(clk), .STANDBY(1'b0), .SLEEP(1'b0), .POWEROFF(1'b1), .DATAOUT(rdata[r*WIDTH + c*16 +: 16]));
            end
        end
    endgenerate
endmodule
`default_nettype wire

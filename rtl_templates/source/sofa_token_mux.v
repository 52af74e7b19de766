//% -- SPDX-License-Identifier: Apache-2.0
// Rows of X are read for prediction, and once more for generation, which goes first. The tag says whose they are (generate_it).
// Combinational, the clock is for the assertion. Handshake: valid/ready.
`default_nettype none
module sofa_token_mux (
    input  wire             clk,
    input  wire             rst,
    // generation
    input  wire             i_x_ask,
    output wire             o_x_asked,
    input  wire [$(ADDRESS_BITS-1):0] i_x_addr,
    input  wire [7:0]       i_x_len,
    input  wire             i_x_final,
    // prediction
    input  wire             i_scan_ask,
    output wire             o_scan_asked,
    input  wire [$(ADDRESS_BITS-1):0] i_scan_addr,
    input  wire [7:0]       i_scan_len,
    input  wire [$(TILE_TAG.bits-1):0] i_scan_meta,
    // read channel
    output wire             o_token_ask,
    input  wire             i_token_asked,
    output wire [$(ADDRESS_BITS-1):0] o_token_addr,
    output wire [7:0]       o_token_len,
    output wire [$(TILE_TAG.bits-1):0] o_token_meta
);
    assign o_token_ask = i_x_ask || i_scan_ask;
    assign o_x_asked = i_token_asked;
    assign o_scan_asked = i_token_asked && !i_x_ask;
    assign o_token_addr = i_x_ask ? i_x_addr : i_scan_addr;
    assign o_token_len = i_x_ask ? i_x_len : i_scan_len;
//% local again = TILE_TAG.pack{last_slice = "i_x_final", generate_it = "1'b1", last = "1'b0", slot = "2'd0", key = lit(INDEX_BITS, 0)}
    assign o_token_meta = i_x_ask ? $(again) : i_scan_meta;
    wire unused = &{1'b0, clk, rst};

$(holds("token_grant_one", "!(i_x_ask && o_x_asked && o_scan_asked)"))
endmodule
`default_nettype wire

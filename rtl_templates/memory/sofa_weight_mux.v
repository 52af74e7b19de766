//% -- SPDX-License-Identifier: Apache-2.0
// Codes and weights share a client of a read channel; codes go first. The tag says whose a beat is: 0 of codes, 1 of weights.
// Combinational, the clock is for the assertion. Handshake: valid/ready.
`default_nettype none
module sofa_weight_mux (
    input  wire             clk,
    input  wire             rst,
    // codes
    input  wire             i_code_ask,
    output wire             o_code_asked,
    input  wire [$(ADDRESS_BITS-1):0] i_code_addr,
    input  wire [7:0]       i_code_len,
    output wire             o_code_come,
    input  wire             i_code_taken,
    // weights
    input  wire             i_array_ask,
    output wire             o_array_asked,
    input  wire [$(ADDRESS_BITS-1):0] i_array_addr,
    input  wire [7:0]       i_array_len,
    output wire             o_array_come,
    input  wire             i_array_taken,
    // read channel
    output wire             o_weight_ask,
    input  wire             i_weight_asked,
    output wire [$(ADDRESS_BITS-1):0] o_weight_addr,
    output wire [7:0]       o_weight_len,
    output wire             o_weight_meta,
    input  wire             i_weight_come,
    input  wire             i_weight_tag,
    output wire             o_weight_taken
);
    assign o_weight_ask = i_code_ask || i_array_ask;
    assign o_code_asked = i_weight_asked && i_code_ask;
    assign o_array_asked = i_weight_asked && !i_code_ask;
    assign o_weight_addr = i_code_ask ? i_code_addr : i_array_addr;
    assign o_weight_len = i_code_ask ? i_code_len : i_array_len;
    assign o_weight_meta = !i_code_ask;
    assign o_code_come = i_weight_come && !i_weight_tag;
    assign o_array_come = i_weight_come && i_weight_tag;
    assign o_weight_taken = i_weight_tag ? i_array_taken : i_code_taken;
    wire unused = &{1'b0, clk, rst};

$(holds("weight_grant_one", "!(o_code_asked && o_array_asked) && !(o_code_come && o_array_come)"))
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// What the array multiplies: a word of a key's tokens for column o_load_column, or a dimension of all keys of a group's K^ (o_load_dims
// says which). Latency: $(latency("token_operands", 1)) cycle from the loader's read. Handshake: none. K^ is written a dimension at a time.
`default_nettype none
module sofa_token_operands (
    input  wire               clk,
    input  wire               rst,
    // reads of the loader; tokens come a cycle later
    input  wire               i_token_read,
    input  wire               i_token_visible,
    input  wire               i_khat_read,
    input  wire [$(KHAT_PLACE_BITS-1):0] i_khat_addr,
    input  wire [$(COLUMN_BITS-1):0] i_read_column,
    input  wire [$(PREDICT_DIMS*8-1):0] i_tokens,
    output wire               o_tokens_any,
    // K^
    input  wire               i_new_khat_valid,
    input  wire [$(KHAT_PLACE_BITS-1):0] i_new_khat_addr,
    input  wire [$(PREDICT_KEYS*KHAT_BITS-1):0] i_new_khat,
    output wire [$(PREDICT_KEYS*KHAT_BITS-1):0] o_khat,
    output reg                o_load,
    output reg  [$(COLUMN_BITS-1):0] o_load_column,
    output reg  [$(PREDICT_DIMS-1):0] o_load_dims,
    output wire [$(PREDICT_DIMS*ARRAY_BITS-1):0] o_operand
);
    reg                       visible;
    sofa_ram #(.WIDTH($(PREDICT_KEYS*KHAT_BITS)), .DEPTH($(math.max(2, KEY_GROUPS*HEAD_DIM))), .ABITS($(KHAT_PLACE_BITS))) u_khat (
        .clk(clk), .i_we(i_new_khat_valid), .i_waddr(i_new_khat_addr), .i_wdata(i_new_khat),
        .i_re(1'b1), .i_raddr(i_khat_addr), .o_rdata(o_khat));
    wire [$(PREDICT_DIMS*8-1):0] tokens = i_tokens & {$(PREDICT_DIMS*8){visible}};
//% for dim = 0, PREDICT_DIMS - 1 do
//%   local token = "tokens[" .. dim*8 .. " +: 8]"
//%   local sign = ARRAY_BITS > 8 and "{" .. ARRAY_BITS - 8 .. "{tokens[" .. dim*8+7 .. "]}}" or nil
    assign o_operand[$(dim*ARRAY_BITS) +: $(ARRAY_BITS)] = $(sign and "{" .. sign .. ", " .. token .. "}" or token);
//% end
    assign o_tokens_any = |tokens;
    always @(posedge clk) begin
        o_load <= i_token_read && !rst;
        o_load_column <= i_read_column;
        visible <= i_token_visible;
//% for dim = 0, PREDICT_DIMS - 1 do
        o_load_dims[$(dim)] <= i_khat_read && i_read_column == $(lit(COLUMN_BITS, dim));
//% end
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// The three that are combinational in mode tokens: what is granted is who asked, one at a time, with its address and tag; what comes
// goes to the one that its tag names, and to nobody else; who goes first does not wait.
// proof streamed: induction 2: mode=tokens memory.port_bits=8 memory.address_bits=16 head_dim=8 attend.width=8 predict.dims=8
//     hidden_max=64 kvgen.slice=8 keys_max=64
`default_nettype none
module sofa_prove_muxes (
    input wire        clk,
    input wire        rst,
    // codes and weights
    input wire        code_ask, array_ask, weight_asked, weight_come, weight_tag, code_taken, array_taken,
    input wire [$(ADDRESS_BITS-1):0] code_addr, array_addr,
    input wire [7:0]  code_len, array_len,
    // rows of X
    input wire        x_ask, x_final, scan_ask, token_asked,
    input wire [$(ADDRESS_BITS-1):0] x_addr, scan_addr,
    input wire [7:0]  x_len, scan_len,
    input wire [$(TILE_TAG.bits-1):0] scan_meta,
    // rows of K and V
    input wire        new_k, new_v, key_come, value_come,
    input wire [$(RING_BITS-1):0] new_k_place, new_v_place, key_tag, value_tag,
    input wire [$(HEAD_DIM*KEY_BITS-1):0] new_k_row, key_row,
    input wire [$(HEAD_DIM*VALUE_BITS-1):0] new_v_row, value_row
);
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    wire        code_asked, array_asked, code_come, array_come, weight_ask, weight_meta, taken;
    wire [$(ADDRESS_BITS-1):0] weight_addr;
    wire [7:0]  weight_len;
    sofa_weight_mux weights (
        .clk(clk), .rst(rst), .i_code_ask(code_ask), .o_code_asked(code_asked), .i_code_addr(code_addr), .i_code_len(code_len),
        .o_code_come(code_come), .i_code_taken(code_taken), .i_array_ask(array_ask), .o_array_asked(array_asked),
            .i_array_addr(array_addr),
        .i_array_len(array_len), .o_array_come(array_come), .i_array_taken(array_taken), .o_weight_ask(weight_ask),
        .i_weight_asked(weight_asked), .o_weight_addr(weight_addr), .o_weight_len(weight_len), .o_weight_meta(weight_meta),
        .i_weight_come(weight_come), .i_weight_tag(weight_tag), .o_weight_taken(taken));
    wire        x_asked, scan_asked, token_ask;
    wire [$(ADDRESS_BITS-1):0] token_addr;
    wire [7:0]  token_len;
    wire [$(TILE_TAG.bits-1):0] token_meta;
    sofa_token_mux tokens (
        .clk(clk), .rst(rst), .i_x_ask(x_ask), .o_x_asked(x_asked), .i_x_addr(x_addr), .i_x_len(x_len), .i_x_final(x_final),
        .i_scan_ask(scan_ask), .o_scan_asked(scan_asked), .i_scan_addr(scan_addr), .i_scan_len(scan_len), .i_scan_meta(scan_meta),
        .o_token_ask(token_ask), .i_token_asked(token_asked), .o_token_addr(token_addr), .o_token_len(token_len),
            .o_token_meta(token_meta));
    wire        key_taken, value_taken, k_valid, v_valid;
    wire [$(RING_BITS-1):0] k_place, v_place;
    wire [$(HEAD_DIM*KEY_BITS-1):0] k;
    wire [$(HEAD_DIM*VALUE_BITS-1):0] v;
    sofa_row_mux rows (
        .i_new_k(new_k), .i_new_v(new_v), .i_new_k_place(new_k_place), .i_new_v_place(new_v_place), .i_new_k_row(new_k_row),
        .i_new_v_row(new_v_row), .i_key_come(key_come), .o_key_taken(key_taken), .i_key_tag(key_tag), .i_key_row(key_row),
        .i_value_come(value_come), .o_value_taken(value_taken), .i_value_tag(value_tag), .i_value_row(value_row), .o_k_valid(k_valid),
        .o_k_place(k_place), .o_k(k), .o_v_valid(v_valid), .o_v_place(v_place), .o_v(v));
    always @(posedge clk) begin
        assume (!weight_asked || weight_ask);
        assume (!token_asked || token_ask);
        if (!rst) begin
            weight_offers: assert (weight_ask == (code_ask || array_ask));
            weight_first: assert (code_asked == (weight_asked && code_ask));
            weight_second: assert (array_asked == (weight_asked && !code_ask) && (!array_asked || array_ask));
            weight_request: assert (!weight_asked || {weight_addr, weight_len, weight_meta} ==
                (code_asked ? {code_addr, code_len, 1'b0} : {array_addr, array_len, 1'b1}));
            weight_gives: assert (code_come == (weight_come && weight_tag == 1'b0) && array_come == (weight_come && weight_tag == 1'b1));
            weight_waits: assert (!weight_come || taken == (code_come ? code_taken : array_taken));
            token_offers: assert (token_ask == (x_ask || scan_ask));
            token_first: assert (!x_ask || (x_asked == token_asked && !scan_asked));
            token_second: assert (x_ask || scan_asked == token_asked);
            token_request: assert (!token_asked || {token_addr, token_len} == (x_ask ? {x_addr, x_len} : {scan_addr, scan_len}));
            token_whose: assert (!token_asked || (x_ask ? $(TILE_TAG.of("generate_it", "token_meta")) &&
                $(TILE_TAG.of("last_slice", "token_meta")) == x_final : token_meta == scan_meta));
            row_k: assert (k_valid == (new_k || key_come) && (!k_valid || {k_place, k} == (new_k ? {new_k_place, new_k_row} : {key_tag,
                key_row})));
            row_v: assert (v_valid == (new_v || value_come) &&
                (!v_valid || {v_place, v} == (new_v ? {new_v_place, new_v_row} : {value_tag, value_row})));
            row_waits: assert (key_taken == !new_k && value_taken == !new_v);
        end
    end
endmodule
`default_nettype wire

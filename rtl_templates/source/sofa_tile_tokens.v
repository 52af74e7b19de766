//% -- SPDX-License-Identifier: Apache-2.0
// Fetches the rows of X of a tile's visible keys, each whole, into the token slot that is the tile slot: one key a cycle
// (sofa_walk_prompt). Handshake: valid/ready; i_fill only while o_ready. meta of a request: {last slice, 0, last of tile, slot,
// index}. A variant of sofa_tile_rows.
`default_nettype none
module sofa_tile_tokens (
    input  wire             clk,
    input  wire             rst,
    // job
    input  wire [$(ADDRESS_BITS-1):0]  i_row_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_row_stride,
    input  wire             i_hidden_ready,
    input  wire [7:0]       i_len_last,      // of a row
    // tile
    input  wire             i_fill,          // take it
    output wire             o_ready,
    input  wire             i_job,           // that it is of
    input  wire [1:0]       i_slot,
    input  wire [$(TILE_KEYS-1):0] i_mask,   // its visible keys
    input  wire             i_any_key,
    input  wire [$(TILE_END_BITS-1):0] i_base,          // its first key
    // requests of rows
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    output reg  [7:0]       o_req_len,
    output wire             o_req_job,
    output reg  [$(TILE_TAG.bits-1):0] o_req_meta,
    output wire             o_key_row        // pulse: a row is asked for
);
    reg  [1:0]       fetch_slot;
    reg  [$(KEY_NUMBER_BITS-1):0] fetch_base;
    wire             unused_base = &{1'b0, i_base};
    always @(posedge clk)
        if (i_fill) begin
            fetch_slot <= i_slot;
            fetch_base <= i_base[$(KEY_NUMBER_BITS-1):0];
        end
    wire             key_valid, key_ready, key_last, walk_idle;
    wire [$(INDEX_BITS-1):0] key;
    sofa_walk_$(WALK) u_walk (
        .clk(clk), .rst(rst), .i_load(i_fill), .i_mask(i_mask), .i_any(i_any_key), .o_idle(walk_idle),
        .o_valid(key_valid), .i_ready(key_ready), .o_index(key), .o_last(key_last));
    assign o_req_job = i_job;                // one at a time
    assign o_ready = walk_idle && i_hidden_ready;
    wire [$(KEY_NUMBER_BITS-1):0] number = fetch_base + $(ext("key", INDEX_BITS, KEY_NUMBER_BITS));
    sofa_address #(.IBITS($(KEY_NUMBER_BITS))) u_address (
        .clk(clk), .rst(rst), .i_valid(key_valid), .o_ready(key_ready), .i_base(i_row_base), .i_index(number),
        .i_stride(i_row_stride), .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));
    always @(posedge clk)
        if (key_valid && key_ready) begin
//% local tag = TILE_TAG.pack{last_slice = "1'b1", generate_it = "1'b0", last = "key_last", slot = "fetch_slot", key = "key"}
            o_req_meta <= $(tag);
            o_req_len <= i_len_last;
        end
    assign o_key_row = key_valid && key_ready;
endmodule
`default_nettype wire

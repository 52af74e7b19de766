//% -- SPDX-License-Identifier: Apache-2.0
// Fetches what a tile is predicted from, the packed keys or K rows of its visible keys, a row each, as fast as sofa_walk_$(WALK) finds
// them.
// Handshake: valid/ready; i_fill only while o_ready. meta of a request: {last of tile, slot, index}.
`default_nettype none
module sofa_tile_rows (
    input  wire             clk,
    input  wire             rst,
    // job
    input  wire [$(JOBS*ADDRESS_BITS-1):0]  i_row_base,      // for each job
    input  wire [$(ADDRESS_BITS-1):0]  i_row_stride,
    // tile
    input  wire             i_fill,          // take it
    input  wire             i_filled,        // one cycle later
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
    output wire [7:0]       o_req_len,
    output reg              o_req_job,
    output reg  [$(TILE_TAG.bits-1):0] o_req_meta
);
    reg              fetch_job;
    reg  [1:0]       fetch_slot;
    reg  [$(KEY_NUMBER_BITS-1):0] fetch_base;
    wire             unused_base = &{1'b0, i_base};
    always @(posedge clk)
        if (i_fill) begin
            fetch_slot <= i_slot;
            fetch_job <= i_job;
            fetch_base <= i_base[$(KEY_NUMBER_BITS-1):0];
        end
    wire             key_valid, key_ready, key_last, walk_idle;
    wire [$(INDEX_BITS-1):0] key;
    sofa_walk_$(WALK) u_walk (
        .clk(clk), .rst(rst), .i_load($(REGISTERED_LINKS and "i_filled" or "i_fill")), .i_mask(i_mask), .i_any(i_any_key),
        .o_idle(walk_idle), .o_valid(key_valid), .i_ready(key_ready), .o_index(key), .o_last(key_last));
    wire             unused_filled = i_filled;
    assign o_ready = walk_idle;
    wire [$(KEY_NUMBER_BITS-1):0] number = fetch_base + $(ext("key", INDEX_BITS, KEY_NUMBER_BITS));
    wire [$(ADDRESS_BITS-1):0]  row_base = $(of_job("i_row_base", ADDRESS_BITS, "fetch_job"));
    sofa_address #(.IBITS($(KEY_NUMBER_BITS))) u_address (
        .clk(clk), .rst(rst), .i_valid(key_valid), .o_ready(key_ready), .i_base(row_base), .i_index(number),
        .i_stride(i_row_stride), .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));
    always @(posedge clk)
        if (key_valid && key_ready) begin
            o_req_job <= fetch_job;
            o_req_meta <= $(TILE_TAG.pack{last = "key_last", slot = "fetch_slot", key = "key"});
        end
    assign o_req_len = 8'd$(d.khat_beats - 1);
endmodule
`default_nettype wire

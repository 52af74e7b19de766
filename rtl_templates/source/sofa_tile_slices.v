//% -- SPDX-License-Identifier: Apache-2.0
// Fetches the rows of X of a tile's visible keys a slice at a time, all slices of a tile one after the other, each into a token slot;
// one key a cycle (sofa_walk_prompt). When X is one slice, token slots are tile slots; else one is free when it has been predicted from
// (i_token_free). Handshake: valid/ready; i_fill only while o_ready. meta of a request: {last slice, 0, last of tile, token slot, index}.
// A variant of sofa_tile_tokens.
`default_nettype none
module sofa_tile_slices (
    input  wire             clk,
    input  wire             rst,
    // job
    input  wire [$(ADDRESS_BITS-1):0]  i_row_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_row_stride,
    input  wire             i_hidden_ready,
    input  wire [$(SLICE_COUNT_BITS-1):0] i_slices,
    input  wire [7:0]       i_len_last,      // of the last slice
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
    output wire             o_key_row,       // pulse: the first slice of a row is asked for
    // token slots
    output reg              o_chunk,         // pulse: the next token slot is being filled
    input  wire             i_token_free     // pulse: the oldest token slot is free again (more than one slice)
);
    reg  [$(SLICE_COUNT_BITS-1):0] chunks_left;     // the tile's slices that are still to fetch
    reg  [1:0]       tokens_used, token_slot, fetch_slot;
    reg  [$(KEY_NUMBER_BITS-1):0] fetch_base;
    reg  [$(ADDRESS_BITS-1):0] slice_base;   // of the slice that is fetched, in the row of key 0
    wire             unused_base = &{1'b0, i_base};
    reg  [$(TILE_KEYS-1):0] fetch_mask;
    reg              fetch_final, first_chunk;
    wire             walk_idle;
    wire             streamed = i_slices != $(lit(SLICE_COUNT_BITS, 1));
    wire             token_space = !streamed || tokens_used != 2'd$(TILE_SLOTS);
    wire             next_chunk = chunks_left != $(SLICE_COUNT_BITS)'d0 && token_space && walk_idle;
    wire             chunk = (i_fill && i_any_key) || next_chunk;
    assign o_req_job = i_job;                // one at a time
    assign o_ready = walk_idle && i_hidden_ready && chunks_left == $(SLICE_COUNT_BITS)'d0 && token_space;
    always @(posedge clk) begin
        if (i_fill) begin
            fetch_slot <= streamed ? token_slot : i_slot;
            fetch_base <= i_base[$(KEY_NUMBER_BITS-1):0];
            slice_base <= i_row_base;
            fetch_mask <= i_mask;
            fetch_final <= !streamed;
        end
        if (next_chunk) begin
            slice_base <= slice_base + $(lit(ADDRESS_BITS, SLICE_WORDS * PREDICT_DIMS));
            fetch_slot <= token_slot;
            fetch_final <= chunks_left == $(lit(SLICE_COUNT_BITS, 1));
        end
        if (i_fill || next_chunk)
            first_chunk <= i_fill;
        if (rst) begin
            chunks_left <= $(SLICE_COUNT_BITS)'d0;
            tokens_used <= 2'd0;
            o_chunk <= 1'b0;
            token_slot <= 2'd0;
        end else begin
            if (i_fill && i_any_key)
                chunks_left <= i_slices - 1'b1;
            else if (next_chunk)
                chunks_left <= chunks_left - 1'b1;
            tokens_used <= tokens_used + {1'b0, chunk} - {1'b0, i_token_free};
            o_chunk <= chunk;
            if (chunk)
                token_slot <= $(next_slot("token_slot"));
        end
    end
    wire             key_valid, key_ready, key_last;
    wire [$(INDEX_BITS-1):0] key;
    sofa_walk_$(WALK) u_walk (
        .clk(clk), .rst(rst), .i_load(i_fill || next_chunk), .i_mask(next_chunk ? fetch_mask : i_mask), .i_any(next_chunk || i_any_key),
        .o_idle(walk_idle), .o_valid(key_valid), .i_ready(key_ready), .o_index(key), .o_last(key_last));
    wire [$(KEY_NUMBER_BITS-1):0] number = fetch_base + $(ext("key", INDEX_BITS, KEY_NUMBER_BITS));
    sofa_address #(.IBITS($(KEY_NUMBER_BITS))) u_address (
        .clk(clk), .rst(rst), .i_valid(key_valid), .o_ready(key_ready), .i_base(slice_base), .i_index(number),
        .i_stride(i_row_stride), .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));
    always @(posedge clk)
        if (key_valid && key_ready) begin
//% local tag = TILE_TAG.pack{last_slice = "fetch_final", generate_it = "1'b0", last = "key_last", slot = "fetch_slot", key = "key"}
            o_req_meta <= $(tag);
            o_req_len <= fetch_final ? i_len_last : 8'd$(d.slice_beats - 1);
        end
    assign o_key_row = key_valid && key_ready && first_chunk;
endmodule
`default_nettype wire

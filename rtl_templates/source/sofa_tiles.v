//% -- SPDX-License-Identifier: Apache-2.0
// Finds the tiles that some row of a block sees, which rows see which of their key groups, and fetches their visible keys.
// A tile is scanned (sofa_tile_scan) while the previous one is fetched (sofa_tile_rows or a variant of it).
// Three tile slots: a scanned tile waits for a free one (i_slot_free). Tile information stands in o_info_* by slot until then.
// Handshake: valid/ready. Equals sofa_tile_see() of the model.
`default_nettype none
module sofa_tiles (
    input  wire             clk,
    input  wire             rst,
    // job
    input  wire [$(KEY_NUMBER_BITS-1):0] i_keys,
    input  wire [$(TILE_BITS-1):0] i_tile,
    input  wire             i_has_ranges,
    input  wire [1:0]       i_order,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_own_offset,
    input  wire [$(JOBS*ADDRESS_BITS-1):0]  i_row_base,      // of what tiles are predicted from, for each job
    input  wire [$(ADDRESS_BITS-1):0]  i_row_stride,
//% if TOKENS then
    input  wire             i_hidden_ready,
    input  wire [7:0]       i_len_last,      // of the last slice
    output wire             o_key_row,       // pulse: the first slice of a row is asked for
//% end
//% if STREAMED then
    input  wire [$(SLICE_COUNT_BITS-1):0] i_slices,
    output wire             o_chunk,         // pulse: the next token slot is being filled
    input  wire             i_token_free,    // pulse: the oldest token slot is free again (more than one slice)
//% end
    // block
    input  wire             i_block_valid,
    output wire             o_block_ready,
    input  wire [$(ROW_BITS):0]   i_block_rows,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_block_low,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_block_high,
    input  wire             i_block_bank,
    input  wire             i_block_first,   // of its job
    input  wire [1:0]       i_bank_jobs,
    // range memory
    input  wire             i_range_write,
    input  wire             i_range_bank,
    input  wire [$(ROW_BITS-1):0] i_range_row,
    input  wire [$(2*KEY_NUMBER_BITS-1):0] i_range,
    // tiles, in order; the slot is implied: 0, 1, 2, 0 ...
    output wire             o_tile,          // pulse: the next slot is filled
    input  wire             i_slot_free,     // pulse: the oldest slot is free again
//% for _, field in ipairs(TILE_INFO) do
    output wire [$(TILE_SLOTS*field.bits-1):0] o_info_$(field.name),
//% end
    // requests of rows
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    output wire [$(TILE_TAG.bits-1):0] o_req_meta,
    output wire             o_req_job,
//% if KHAT_KEYS > 1 then
    input  wire             i_row_free,      // pulse: a row has been taken apart
//% end
    output wire             o_busy,          // looking for a tile
    output wire             o_seen           // pulse: a tile with visible keys
);
    localparam [2:0] IDLE = 3'd0, FIND = 3'd1, SEEK = 3'd2, SCAN = 3'd3, DRAIN = 3'd4, READY = 3'd5;
    reg  [2:0]       state;
    reg              empty_block;     // none is seen, once the block is begun
    reg              any_key;         // |mask, which stands still since a cycle
    reg  [1:0]       used;            // slots
    reg  [1:0]       slot;
    wire .*;

    wire             hand_over = state == READY && used != 2'd$(TILE_SLOTS) && fetch_ready;
    sofa_tile_order u_order (
        .i_begin(state == IDLE && i_block_valid), .i_find(state == FIND), .i_seek(state == SEEK), .i_next(hand_over && !empty_block),
        .o_last(last_tile), .*);
    sofa_tile_ascending u_ascending (
        .i_begin(state == IDLE && i_block_valid), .i_find(state == FIND), .i_seek(state == SEEK), .i_next(hand_over && !empty_block),
        .o_last(last_tile), .*);
    wire             begin_scan = state == SEEK && there;
    sofa_tile_scan u_scan (
        .i_new_block(state == IDLE), .i_clear(begin_scan || state == IDLE), .i_first(state == SEEK), .i_step(state == SCAN),
        .o_end(scan_end), .*);

    // slots; order 2 may end with a tile that no row sees
    wire             fill = hand_over && (any_key || empty_block$(ORDERS and " || last_tile" or ""));
    always @(posedge clk) begin
        any_key <= |mask && state != IDLE;
        if (rst) begin
            used <= 2'd0;
            slot <= 2'd0;
        end else begin
            used <= used + {1'b0, fill} - {1'b0, i_slot_free};
            if (fill)
                slot <= $(next_slot("slot"));
        end
    end
    sofa_tile_info u_info (
        .i_base(base[$(KEY_NUMBER_BITS-1):0]), .i_rows(i_block_rows), .i_bank(i_block_bank), .i_last(last_tile || empty_block),
        .i_seen(any_key), .*);

    // rows of its visible keys
    wire             job = i_block_bank ? i_bank_jobs[1] : i_bank_jobs[0];
    sofa_tile_rows u_rows (.i_filled(o_tile), .o_ready(fetch_ready), .*);
    sofa_tile_plane u_plane (.o_ready(fetch_ready), .*);
    sofa_tile_tokens u_tokens (.o_ready(fetch_ready), .*);
    sofa_tile_slices u_slices (.o_ready(fetch_ready), .*);

    assign o_busy = state == SEEK || state == SCAN;
    assign o_block_ready = hand_over && (last_tile || empty_block);
    wire             none_seen = i_block_low >= i_block_high;
    always @(posedge clk) begin
        if (state == IDLE)
            empty_block <= none_seen;
        if (rst)
            state <= IDLE;
        else
            case (state)
                IDLE: if (i_block_valid)
                    state <= finds ? FIND : none_seen ? READY : SEEK;
                FIND: if (found)
                    state <= empty_block ? READY : SEEK;
                SEEK: if (begin_scan)
                    state <= SCAN;
                SCAN: if (scan_end)
                    state <= DRAIN;
                DRAIN: if (!draining)
                    state <= READY;
                READY: if (hand_over)
                    state <= last_tile || empty_block ? IDLE : SEEK;
                default: state <= IDLE;
            endcase
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Finds the tiles that some row of a block sees, which rows see which of their key groups, and fetches their visible keys.
// A tile is scanned (one row a cycle; one cycle without range table) while the previous one is fetched (one key a cycle).
// Three tile slots: a scanned tile waits for a free one (i_slot_free). Tile information stands in o_info_* by slot until then.
//% if TOKENS then
// What is fetched are rows of X, a slice at a time; all slices of a tile one after the other, each into a token slot. When X is
// one slice, token slots are tile slots; else a token slot is free when it has been predicted from (i_token_free).
//% end
// Handshake: valid/ready. Equals sofa_tile_see() of the model.
//% local fetched = TOKENS and "x" or "k"        -- rows that are fetched
//% -- WORD_MEMORIES: key addresses from the number of the key, so no bases of tiles
//% -- REGISTERED_LINKS: what a row sees of a tile, and the tile's information, go through a register
//% local tag_bits = TOKENS and INDEX_BITS + 5 or KEY_TAG_BITS
`default_nettype none
module sofa_tiles (
    input  wire             clk,
    input  wire             rst,
    // job
//% if not WORD_MEMORIES then
    input  wire             i_start,
//% end
    input  wire [$(KEY_NUMBER_BITS-1):0] i_keys,
    input  wire [$(TILE_BITS-1):0] i_tile,
    input  wire             i_has_ranges,
    input  wire [1:0]       i_order,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_own_offset,
    input  wire [$(ADDRESS_BITS-1):0]  i_$(fetched)_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_$(fetched)_stride,
//% if TOKENS then
    input  wire             i_hidden_ready,
//%   if STREAMED then
    input  wire [$(SLICE_COUNT_BITS-1):0] i_slices,
//%   end
    input  wire [7:0]       i_len_last,      // of the last slice
//% elseif not WORD_MEMORIES then
    input  wire [$(ADDRESS_BITS-1):0]  i_v_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_v_stride,
//% end
    // block
    input  wire             i_block_valid,
    output wire             o_block_ready,
    input  wire [$(ROW_BITS):0]   i_block_rows,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_block_low,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_block_high,
    input  wire             i_block_bank,
    // range memory
    input  wire             i_range_write,
    input  wire             i_range_bank,
    input  wire [$(ROW_BITS-1):0] i_range_row,
    input  wire [$(2*KEY_NUMBER_BITS-1):0] i_range,
    // tiles, in order; the slot is implied: 0, 1, 2, 0 ...
    output reg              o_tile,          // pulse: slot o_tile_slot is filled
    input  wire             i_slot_free,     // pulse: the oldest slot is free again
    output reg  [$(3*KEY_NUMBER_BITS-1):0] o_info_base,
//% if TOKENS then
    output reg  [$(3*TILE_KEYS-1):0] o_info_mask,   // keys that some row sees
//% elseif not WORD_MEMORIES then
    output reg  [$(3*ADDRESS_BITS-1):0]  o_info_v_base,
//% end
    output reg  [2:0]       o_info_bank,
    output reg  [2:0]       o_info_last,     // last tile of its block
    output reg  [2:0]       o_info_seen,
    output reg  [$(3*(ROW_BITS+1)-1):0] o_info_rows,
    output reg  [$(3*KEY_GROUPS-1):0] o_info_group_any,
    output reg  [$(3*KEY_GROUPS*ROW_BITS-1):0] o_info_group_from,
    output reg  [$(3*KEY_GROUPS*ROW_BITS-1):0] o_info_group_to,
//% if TOKENS then
//%   if STREAMED then
    output reg              o_chunk,         // pulse: the next token slot is being filled
    input  wire             i_token_free,    // pulse: the oldest token slot is free again (more than one slice)
//%   end
    // row requests; meta = {last slice, 0, last of tile, token slot, index}
//% else
    // key requests; meta = {$(WORD_MEMORIES and "room, " or "")last of tile, slot, index}
//% end
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    output $(TOKENS and "reg " or "wire") [7:0]       o_req_len,
    output reg  [$(tag_bits-1):0] o_req_meta,
    output wire             o_busy,          // looking for a tile
//% if TOKENS then
    output wire             o_key_row,       // pulse: the first slice of a row is asked for
//% end
    output reg              o_seen           // pulse: a tile with visible keys
);
    // scan
    localparam [2:0] IDLE = 3'd0, FIND = 3'd1, SEEK = 3'd2, SCAN = 3'd3, DRAIN = 3'd4, READY = 3'd5;
    reg  [2:0]       state;
    reg  [$(ROW_BITS):0]   row;
    wire [$(TILE_END_BITS-1):0] tile_wide = $(ext("i_tile", TILE_BITS, TILE_END_BITS));
    wire             none_seen = i_block_low >= i_block_high;
    reg              empty_block;     // none_seen, once the block is begun
    wire             hand_over;
//% local bases = TOKENS and {"x"} or WORD_MEMORIES and {} or {"k", "v"}
//% for _, n in ipairs(bases) do
    wire [$(ADDRESS_BITS-1):0]  $(n)_base;
//% end
    wire [$(TILE_END_BITS-1):0] base;
    wire             finds, found, there, last_tile;
    $(ORDERS and "sofa_tile_order" or "sofa_tile_ascending") u_order (
        .clk(clk), .rst(rst), .i_keys(i_keys), .i_tile(i_tile), .i_order(i_order), .i_own_offset(i_own_offset),
//% if not WORD_MEMORIES then
        .i_start(i_start),
//% end
//% for _, n in ipairs(bases) do
        .i_$(n)_base(i_$(n)_base), .i_$(n)_stride(i_$(n)_stride), .o_$(n)_base($(n)_base),
//% end
        .i_begin(state == IDLE && i_block_valid), .i_block_rows(i_block_rows), .i_block_low(i_block_low), .i_block_high(i_block_high),
        .o_finds(finds), .i_find(state == FIND), .o_found(found), .i_seek(state == SEEK), .o_there(there),
        .i_next(hand_over && !empty_block), .o_last(last_tile), .o_base(base));
    wire             scan_step = state == SCAN;
    wire             scan_end = row + 1'b1 == i_block_rows || !i_has_ranges;
    wire [$(2*KEY_NUMBER_BITS-1):0] range;

    sofa_ram #(.WIDTH($(2*KEY_NUMBER_BITS)), .DEPTH($(2 << ROW_BITS)), .ABITS($(ROW_BITS+1))) u_ranges (
        .clk(clk), .i_we(i_range_write), .i_waddr({i_range_bank, i_range_row}), .i_wdata(i_range),
        .i_re(1'b1), .i_raddr({i_block_bank, row[$(ROW_BITS-1):0]}), .o_rdata(range));

    // what the row sees of the tile: keys low .. high-1
    reg              seen_valid, scan_valid;
    reg  [$(ROW_BITS-1):0] seen_row, scan_row;
    reg  [$(TILE_BITS-1):0] low, high;
    wire [$(KEY_NUMBER_BITS-1):0] first = i_has_ranges ? range[$(KEY_NUMBER_BITS-1):0] : $(KEY_NUMBER_BITS)'d0;
    wire [$(KEY_NUMBER_BITS-1):0] visible = i_has_ranges ? range[$(2*KEY_NUMBER_BITS-1):$(KEY_NUMBER_BITS)] : i_keys;
    wire [$(TILE_END_BITS-1):0] first_wide = $(ext("first", KEY_NUMBER_BITS, TILE_END_BITS));
    wire [$(TILE_END_BITS-1):0] visible_wide = $(ext("visible", KEY_NUMBER_BITS, TILE_END_BITS));
    wire [$(TILE_END_BITS-1):0] from_base = first_wide - base;
    wire [$(TILE_END_BITS-1):0] to_base = visible_wide - base;
    wire [$(TILE_BITS-1):0] from_clip = from_base[$(TILE_END_BITS-1)] ? $(TILE_BITS)'d0 : from_base > tile_wide ? i_tile :
        from_base[$(TILE_BITS-1):0];
    wire [$(TILE_BITS-1):0] to_clip = to_base[$(TILE_END_BITS-1)] ? $(TILE_BITS)'d0 : to_base > tile_wide ? i_tile :
        to_base[$(TILE_BITS-1):0];
    wire             begin_scan = state == SEEK && there;

    reg  [$(TILE_KEYS-1):0] mask;
    reg  [$(KEY_GROUPS-1):0]  group_any;
    reg  [$(KEY_GROUPS*ROW_BITS-1):0] group_from, group_to;
    $(REGISTERED_LINKS and "reg " or "wire") [$(ROW_BITS-1):0] sees_row$(REGISTERED_LINKS and "" or " = seen_row");
    wire [$(ROW_BITS-1):0] to_row = i_has_ranges ? sees_row : i_block_rows[$(ROW_BITS-1):0] - 1'b1;
    integer g;
    // keys and groups that the row sees
    $(REGISTERED_LINKS and "reg " or "wire") [$(TILE_KEYS-1):0] sees_key;
    $(REGISTERED_LINKS and "reg " or "wire") [$(KEY_GROUPS-1):0]  sees_group;
//% local assignment = REGISTERED_LINKS and "<=" or "="
//% for k = 0, TILE_KEYS - 1 do
//%   local sees = "seen_valid && low < high && low <= " .. lit(TILE_BITS, k) .. " && high > " .. lit(TILE_BITS, k)
    $(REGISTERED_LINKS and "always @(posedge clk)" or "assign") sees_key[$(k)] $(assignment) $(sees);
//% end
//% for g = 0, KEY_GROUPS - 1 do
//%   local sees = "seen_valid && low < high && high > " .. lit(TILE_BITS, g * PREDICT_KEYS) .. " && {1'b0, low} < "
//%       .. lit(TILE_BITS + 1, (g + 1) * PREDICT_KEYS)
    $(REGISTERED_LINKS and "always @(posedge clk)" or "assign") sees_group[$(g)] $(assignment) $(sees);
//% end
//% if REGISTERED_LINKS then
    reg              sees_valid;
    always @(posedge clk) begin
        sees_row <= seen_row;
        sees_valid <= seen_valid && !rst;
    end
//% else
    wire             sees_valid = 1'b0;      // nothing comes after seen_valid
//% end
    always @(posedge clk) begin
        scan_row <= row[$(ROW_BITS-1):0];
        seen_row <= scan_row;
        low <= from_clip;
        high <= to_clip;
        if (begin_scan || state == IDLE) begin
            mask <= $(TILE_KEYS)'d0;
            group_any <= $(KEY_GROUPS)'d0;
        end else begin
            mask <= mask | sees_key;
            for (g = 0; g < $(KEY_GROUPS); g = g + 1)
                if (sees_group[g]) begin
                    group_any[g] <= 1'b1;
                    if (!group_any[g])
                        group_from[g*$(ROW_BITS) +: $(ROW_BITS)] <= sees_row;
                    group_to[g*$(ROW_BITS) +: $(ROW_BITS)] <= to_row;
                end
        end
        if (rst) begin
            scan_valid <= 1'b0;
            seen_valid <= 1'b0;
        end else begin
            scan_valid <= scan_step;
            seen_valid <= scan_valid;
        end
    end

    // slots
    reg  [1:0]      used;
    reg  [1:0]      slot;
    wire            walk_idle;
//% if STREAMED then
    // the tile's slices that are still to fetch, and token slots
    reg  [$(SLICE_COUNT_BITS-1):0] chunks_left;
    reg  [1:0]      tokens_used, token_slot;
    wire            streamed = i_slices != $(lit(SLICE_COUNT_BITS, 1));
    wire            token_space = !streamed || tokens_used != 2'd$(d.tile_slots);
    wire            next_chunk = chunks_left != $(SLICE_COUNT_BITS)'d0 && token_space && walk_idle;
    assign          hand_over = state == READY && used != 2'd$(d.tile_slots) && walk_idle && i_hidden_ready &&
        chunks_left == $(SLICE_COUNT_BITS)'d0 && token_space;
//% else
    assign          hand_over = state == READY && used != 2'd$(d.tile_slots) && walk_idle$(TOKENS and " && i_hidden_ready" or "");
//% end
    reg             any_key;          // |mask, which stands still since a cycle
    always @(posedge clk)
        any_key <= |mask && state != IDLE;
//% -- order 2 may end with a tile that no row sees
    wire            fill = hand_over && (any_key || empty_block$(ORDERS and " || last_tile" or ""));
    reg  [1:0]      fetch_slot;
//% if WORD_MEMORIES then
    reg  [$(KEY_ROOM_BITS-1):0] room, fetch_room;    // of the K memory
//% end
    reg  [$(WORD_MEMORIES and KEY_NUMBER_BITS or ADDRESS_BITS)-1:0] fetch_base;$(WORD_MEMORIES and "   // first key of the tile" or "")
//% if STREAMED then
    reg  [$(TILE_KEYS-1):0] fetch_mask;
    reg             fetch_final;
    wire            chunk = (fill && any_key) || next_chunk;
//% end

//% local info = {{"base", "base[" .. (KEY_NUMBER_BITS-1) .. ":0]", KEY_NUMBER_BITS}, {"rows", "i_block_rows", ROW_BITS + 1},
//%     {"bank", "i_block_bank", 1}, {"last", "last_tile || empty_block", 1}}
//% if TOKENS then info[#info+1] = {"mask", "mask", TILE_KEYS} elseif not WORD_MEMORIES
//%     then info[#info+1] = {"v_base", "v_base", ADDRESS_BITS} end
//% -- the rest still stands in the cycle after
//% local rest = {{"group_any", "group_any", KEY_GROUPS}, {"group_from", "group_from", KEY_GROUPS * ROW_BITS},
//%     {"group_to", "group_to", KEY_GROUPS * ROW_BITS}, {"seen", "any_key", 1}}
//% if REGISTERED_LINKS then
    reg  [1:0]      filled;
//%   for _, i in ipairs(info) do
    reg  [$(i[3]-1):0] $(i[1])1;
    always @(posedge clk) $(i[1])1 <= $(i[2]);
//%     i[2] = i[1] .. "1"
//%   end
    always @(posedge clk) filled <= slot;
//% end
//% table.move(rest, 1, #rest, #info + 1, info)
    always @(posedge clk) begin
//% for n = 0, 2 do
        if ($(REGISTERED_LINKS and "o_tile && filled" or "fill && slot") == 2'd$(n)) begin
//%   for _, i in ipairs(info) do
            o_info_$(i[1])[$(i[3] == 1 and n or n*i[3] .. " +: " .. i[3])] <= $(i[2]);
//%   end
        end
//% end
        if (fill) begin
            fetch_slot <= slot;
//% if WORD_MEMORIES then
            fetch_room <= room;
//% end
            fetch_base <= $(WORD_MEMORIES and "base[" .. (KEY_NUMBER_BITS-1) .. ":0]" or fetched .. "_base");
//% if STREAMED then
            fetch_mask <= mask;
            fetch_final <= !streamed;
        end
        if (next_chunk) begin
            fetch_base <= fetch_base + $(lit(ADDRESS_BITS, SLICE_WORDS * PREDICT_DIMS));
            fetch_slot <= token_slot;
            fetch_final <= chunks_left == $(lit(SLICE_COUNT_BITS, 1));
        end
        if (fill && streamed)
            fetch_slot <= token_slot;
        if (rst) begin
            chunks_left <= $(SLICE_COUNT_BITS)'d0;
            tokens_used <= 2'd0;
            o_chunk <= 1'b0;
            token_slot <= 2'd0;
        end else begin
            if (fill && any_key)
                chunks_left <= i_slices - 1'b1;
            else if (next_chunk)
                chunks_left <= chunks_left - 1'b1;
            tokens_used <= tokens_used + {1'b0, chunk} - {1'b0, i_token_free};
            o_chunk <= chunk;
            if (chunk)
                token_slot <= token_slot == 2'd$(d.tile_slots-1) ? 2'd0 : token_slot + 2'd1;
        end
//% else
        end
//% end
        if (rst) begin
            used <= 2'd0;
            slot <= 2'd0;
//% if WORD_MEMORIES then
            room <= $(KEY_ROOM_BITS)'d0;
//% end
            o_tile <= 1'b0;
            o_seen <= 1'b0;
        end else begin
            o_tile <= fill;
            o_seen <= fill && any_key;
            used <= used + {1'b0, fill} - {1'b0, i_slot_free};
            if (fill)
                slot <= slot == 2'd$(d.tile_slots-1) ? 2'd0 : slot + 2'd1;
//% if WORD_MEMORIES then
            if (fill)
                room <= room == $(KEY_ROOM_BITS)'d$(d.key_rooms-1) ? $(KEY_ROOM_BITS)'d0 : room + 1'b1;
//% end
        end
    end

    // fetch
    wire             key_valid, key_ready, key_last;
    wire [$(INDEX_BITS-1):0] key;
    sofa_walk u_walk (
//% if STREAMED then
        .clk(clk), .rst(rst), .i_load(fill || next_chunk), .i_mask(next_chunk ? fetch_mask : mask), .i_any(next_chunk || any_key),
        .o_idle(walk_idle),
//% else
        .clk(clk), .rst(rst), .i_load($(REGISTERED_LINKS and "o_tile" or "fill")), .i_mask(mask), .i_any(any_key), .o_idle(walk_idle),
//% end
        .o_valid(key_valid), .i_ready(key_ready), .o_index(key), .o_last(key_last));
//% if WORD_MEMORIES then
    wire [$(KEY_NUMBER_BITS-1):0] absolute = fetch_base + $(ext("key", INDEX_BITS, KEY_NUMBER_BITS));
    sofa_address #(.IBITS($(KEY_NUMBER_BITS))) u_address (
        .clk(clk), .rst(rst), .i_valid(key_valid), .o_ready(key_ready), .i_base(i_k_base), .i_index(absolute),
//% else
    sofa_address #(.IBITS($(INDEX_BITS))) u_address (
        .clk(clk), .rst(rst), .i_valid(key_valid), .o_ready(key_ready), .i_base(fetch_base), .i_index(key),
//% end
        .i_stride(i_$(fetched)_stride), .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));
    always @(posedge clk)
        if (key_valid && key_ready)
//% if STREAMED then
        begin
            o_req_meta <= {fetch_final, 1'b0, key_last, fetch_slot, key};
            o_req_len <= fetch_final ? i_len_last : 8'd$(d.slice_beats - 1);
        end
//% elseif TOKENS then
        begin
            o_req_meta <= {2'b10, key_last, fetch_slot, key};
            o_req_len <= i_len_last;
        end
//% else
            o_req_meta <= {$(WORD_MEMORIES and "fetch_room, " or "")key_last, fetch_slot, key};
    assign o_req_len = 8'd$(d.key_beats - 1);
//% end
//% if STREAMED then
    reg             first_chunk;
    always @(posedge clk)
        if (fill || next_chunk)
            first_chunk <= fill;
    assign o_key_row = key_valid && key_ready && first_chunk;
//% elseif TOKENS then
    assign o_key_row = key_valid && key_ready;
//% end
    assign o_busy = state == SEEK || state == SCAN;

    assign o_block_ready = hand_over && (last_tile || empty_block);

    always @(posedge clk) begin
        if (state == IDLE)
            empty_block <= none_seen;
        if (state == SEEK)
            row <= $(ROW_BITS+1)'d0;
        if (state == SCAN)
            row <= row + 1'b1;
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
//% built("scan_time", REGISTERED_LINKS and 4 or 3)
                DRAIN: if (!scan_valid && !seen_valid && !sees_valid)
                    state <= READY;
                READY: if (hand_over)
                    state <= last_tile || empty_block ? IDLE : SEEK;
                default: state <= IDLE;
            endcase
    end
endmodule
`default_nettype wire

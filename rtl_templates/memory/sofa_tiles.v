//% -- SPDX-License-Identifier: Apache-2.0
// Finds the tiles that some row of a block sees, which rows see which of their key groups, and fetches their visible keys.
// A tile is scanned (one row a cycle; one cycle without range table) while the previous one is fetched (one key a cycle).
// Three tile slots: a scanned tile waits for a free one (i_slot_free). Tile information stands in o_info_* by slot until then.
//% local T = cfg.mode == "tokens"
//% if T then
// What is fetched are rows of X, a slice at a time; all slices of a tile one after the other, each into a token slot. When X is
// one slice, token slots are tile slots; else a token slot is free when it has been predicted from (i_token_free).
//% end
// Handshake: valid/ready. Equals sofa_tile_see() of the model.
//% local A, KB, RB, IB, TB = cfg.memory.address_bits, d.key_bits, d.row_bits, d.index_bits, d.tile_bits
//% local BC, KP, G = cfg.tile.keys, cfg.predict.keys, d.groups
//% local WB = math.max(KB, TB) + 1   -- holds a tile's end, which may lie past keys_max
//% local X = T and "x" or "k"        -- rows that are fetched
//% local narrow = d.narrow == 1   -- key addresses from the number of the key, so no bases of tiles
//% local far = d.far_reads == 1   -- what a row sees of a tile, and the tile's information, go through a register
//% local TAG = T and IB + 5 or d.key_tag_bits
//% local STREAM, SB = T and d.hidden_slices > 1, clog2(d.hidden_slices + 1)
`default_nettype none
module sofa_tiles (
    input  wire             clk,
    input  wire             rst,
    // job
//% if not narrow then
    input  wire             i_start,
//% end
    input  wire [$(KB-1):0] i_keys,
    input  wire [$(TB-1):0] i_tile,
    input  wire             i_has_ranges,
    input  wire [1:0]       i_order,
    input  wire [$(KB-1):0] i_own_offset,
    input  wire [$(A-1):0]  i_$(X)_base,
    input  wire [$(A-1):0]  i_$(X)_stride,
//% if T then
    input  wire             i_hidden_ready,
//%   if STREAM then
    input  wire [$(SB-1):0] i_slices,
//%   end
    input  wire [7:0]       i_len_last,      // of the last slice
//% elseif not narrow then
    input  wire [$(A-1):0]  i_v_base,
    input  wire [$(A-1):0]  i_v_stride,
//% end
    // block
    input  wire             i_block_valid,
    output wire             o_block_ready,
    input  wire [$(RB):0]   i_block_rows,
    input  wire [$(KB-1):0] i_block_low,
    input  wire [$(KB-1):0] i_block_high,
    input  wire             i_block_bank,
    // range memory
    input  wire             i_range_write,
    input  wire             i_range_bank,
    input  wire [$(RB-1):0] i_range_row,
    input  wire [$(2*KB-1):0] i_range,
    // tiles, in order; the slot is implied: 0, 1, 2, 0 ...
    output reg              o_tile,          // pulse: slot o_tile_slot is filled
    input  wire             i_slot_free,     // pulse: the oldest slot is free again
    output reg  [$(3*KB-1):0] o_info_base,
//% if T then
    output reg  [$(3*BC-1):0] o_info_mask,   // keys that some row sees
//% elseif not narrow then
    output reg  [$(3*A-1):0]  o_info_v_base,
//% end
    output reg  [2:0]       o_info_bank,
    output reg  [2:0]       o_info_last,     // last tile of its block
    output reg  [2:0]       o_info_seen,
    output reg  [$(3*(RB+1)-1):0] o_info_rows,
    output reg  [$(3*G-1):0] o_info_group_any,
    output reg  [$(3*G*RB-1):0] o_info_group_from,
    output reg  [$(3*G*RB-1):0] o_info_group_to,
//% if T then
//%   if STREAM then
    output reg              o_chunk,         // pulse: the next token slot is being filled
    input  wire             i_token_free,    // pulse: the oldest token slot is free again (more than one slice)
//%   end
    // row requests; meta = {last slice, 0, last of tile, token slot, index}
//% else
    // key requests; meta = {$(d.narrow == 1 and "room, " or "")last of tile, slot, index}
//% end
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(A-1):0]  o_req_addr,
    output $(T and "reg " or "wire") [7:0]       o_req_len,
    output reg  [$(TAG-1):0] o_req_meta,
    output wire             o_busy,          // looking for a tile
//% if T then
    output wire             o_key_row,       // pulse: the first slice of a row is asked for
//% end
    output reg              o_seen           // pulse: a tile with visible keys
);
    // scan
    localparam [2:0] IDLE = 3'd0, FIND = 3'd1, SEEK = 3'd2, SCAN = 3'd3, DRAIN = 3'd4, READY = 3'd5;
    reg  [2:0]       state;
    reg  [$(RB):0]   row;
    wire [$(WB-1):0] tile_wide = $(ext("i_tile", TB, WB));
    wire             none_seen = i_block_low >= i_block_high;
    reg              empty_block;     // none_seen, once the block is begun
    wire             hand_over;
//% local bases = T and {"x"} or narrow and {} or {"k", "v"}
//% for _, n in ipairs(bases) do
    wire [$(A-1):0]  $(n)_base;
//% end
    wire [$(WB-1):0] base;
    wire             finds, found, there, last_tile;
    $(d.orders == 1 and "sofa_tile_order" or "sofa_tile_ascending") u_order (
        .clk(clk), .rst(rst), .i_keys(i_keys), .i_tile(i_tile), .i_order(i_order), .i_own_offset(i_own_offset),
//% if not narrow then
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
    wire [$(2*KB-1):0] range;

    sofa_ram #(.WIDTH($(2*KB)), .DEPTH($(2 << RB)), .ABITS($(RB+1))) u_ranges (
        .clk(clk), .i_we(i_range_write), .i_waddr({i_range_bank, i_range_row}), .i_wdata(i_range),
        .i_re(1'b1), .i_raddr({i_block_bank, row[$(RB-1):0]}), .o_rdata(range));

    // what the row sees of the tile: keys low .. high-1
    reg              seen_valid, scan_valid;
    reg  [$(RB-1):0] seen_row, scan_row;
    reg  [$(TB-1):0] low, high;
    wire [$(KB-1):0] first = i_has_ranges ? range[$(KB-1):0] : $(KB)'d0;
    wire [$(KB-1):0] visible = i_has_ranges ? range[$(2*KB-1):$(KB)] : i_keys;
    wire [$(WB-1):0] first_wide = $(ext("first", KB, WB));
    wire [$(WB-1):0] visible_wide = $(ext("visible", KB, WB));
    wire [$(WB-1):0] from_base = first_wide - base;
    wire [$(WB-1):0] to_base = visible_wide - base;
    wire [$(TB-1):0] from_clip = from_base[$(WB-1)] ? $(TB)'d0 : from_base > tile_wide ? i_tile : from_base[$(TB-1):0];
    wire [$(TB-1):0] to_clip = to_base[$(WB-1)] ? $(TB)'d0 : to_base > tile_wide ? i_tile : to_base[$(TB-1):0];
    wire             begin_scan = state == SEEK && there;

    reg  [$(BC-1):0] mask;
    reg  [$(G-1):0]  group_any;
    reg  [$(G*RB-1):0] group_from, group_to;
    $(far and "reg " or "wire") [$(RB-1):0] sees_row$(far and "" or " = seen_row");
    wire [$(RB-1):0] to_row = i_has_ranges ? sees_row : i_block_rows[$(RB-1):0] - 1'b1;
    integer g;
    // keys and groups that the row sees
    $(far and "reg " or "wire") [$(BC-1):0] sees_key;
    $(far and "reg " or "wire") [$(G-1):0]  sees_group;
//% local set = far and "<=" or "="
//% for k = 0, BC - 1 do
//%   local sees = "seen_valid && low < high && low <= " .. lit(TB, k) .. " && high > " .. lit(TB, k)
    $(far and "always @(posedge clk)" or "assign") sees_key[$(k)] $(set) $(sees);
//% end
//% for g = 0, G - 1 do
//%   local sees = "seen_valid && low < high && high > " .. lit(TB, g * KP) .. " && {1'b0, low} < " .. lit(TB + 1, (g + 1) * KP)
    $(far and "always @(posedge clk)" or "assign") sees_group[$(g)] $(set) $(sees);
//% end
//% if far then
    reg              sees_valid;
    always @(posedge clk) begin
        sees_row <= seen_row;
        sees_valid <= seen_valid && !rst;
    end
//% else
    wire             sees_valid = 1'b0;      // nothing comes after seen_valid
//% end
    always @(posedge clk) begin
        scan_row <= row[$(RB-1):0];
        seen_row <= scan_row;
        low <= from_clip;
        high <= to_clip;
        if (begin_scan || state == IDLE) begin
            mask <= $(BC)'d0;
            group_any <= $(G)'d0;
        end else begin
            mask <= mask | sees_key;
            for (g = 0; g < $(G); g = g + 1)
                if (sees_group[g]) begin
                    group_any[g] <= 1'b1;
                    if (!group_any[g])
                        group_from[g*$(RB) +: $(RB)] <= sees_row;
                    group_to[g*$(RB) +: $(RB)] <= to_row;
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
//% if STREAM then
    // the tile's slices that are still to fetch, and token slots
    reg  [$(SB-1):0] chunks_left;
    reg  [1:0]      tokens_used, token_slot;
    wire            streamed = i_slices != $(lit(SB, 1));
    wire            token_space = !streamed || tokens_used != 2'd$(d.tile_slots);
    wire            next_chunk = chunks_left != $(SB)'d0 && token_space && walk_idle;
    assign          hand_over = state == READY && used != 2'd$(d.tile_slots) && walk_idle && i_hidden_ready && chunks_left == $(SB)'d0 && token_space;
//% else
    assign          hand_over = state == READY && used != 2'd$(d.tile_slots) && walk_idle$(T and " && i_hidden_ready" or "");
//% end
    reg             any_key;          // |mask, which stands still since a cycle
    always @(posedge clk)
        any_key <= |mask && state != IDLE;
//% -- order 2 may end with a tile that no row sees
    wire            fill = hand_over && (any_key || empty_block$(d.orders == 1 and " || last_tile" or ""));
    reg  [1:0]      fetch_slot;
//% local MB = clog2(d.key_rooms)
//% if d.narrow == 1 then
    reg  [$(MB-1):0] room, fetch_room;    // of the K memory
//% end
    reg  [$(narrow and KB or A)-1:0] fetch_base;$(narrow and "   // first key of the tile" or "")
//% if STREAM then
    reg  [$(BC-1):0] fetch_mask;
    reg             fetch_final;
    wire            chunk = (fill && any_key) || next_chunk;
//% end

//% local info = {{"base", "base[" .. (KB-1) .. ":0]", KB}, {"rows", "i_block_rows", RB + 1}, {"bank", "i_block_bank", 1}, {"last", "last_tile || empty_block", 1}}
//% if T then info[#info+1] = {"mask", "mask", BC} elseif not narrow then info[#info+1] = {"v_base", "v_base", A} end
//% -- the rest still stands in the cycle after
//% local rest = {{"group_any", "group_any", G}, {"group_from", "group_from", G * RB}, {"group_to", "group_to", G * RB}, {"seen", "any_key", 1}}
//% if far then
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
        if ($(far and "o_tile && filled" or "fill && slot") == 2'd$(n)) begin
//%   for _, i in ipairs(info) do
            o_info_$(i[1])[$(i[3] == 1 and n or n*i[3] .. " +: " .. i[3])] <= $(i[2]);
//%   end
        end
//% end
        if (fill) begin
            fetch_slot <= slot;
//% if d.narrow == 1 then
            fetch_room <= room;
//% end
            fetch_base <= $(narrow and "base[" .. (KB-1) .. ":0]" or X .. "_base");
//% if STREAM then
            fetch_mask <= mask;
            fetch_final <= !streamed;
        end
        if (next_chunk) begin
            fetch_base <= fetch_base + $(lit(A, d.slice_words * cfg.predict.dims));
            fetch_slot <= token_slot;
            fetch_final <= chunks_left == $(lit(SB, 1));
        end
        if (fill && streamed)
            fetch_slot <= token_slot;
        if (rst) begin
            chunks_left <= $(SB)'d0;
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
//% if d.narrow == 1 then
            room <= $(MB)'d0;
//% end
            o_tile <= 1'b0;
            o_seen <= 1'b0;
        end else begin
            o_tile <= fill;
            o_seen <= fill && any_key;
            used <= used + {1'b0, fill} - {1'b0, i_slot_free};
            if (fill)
                slot <= slot == 2'd$(d.tile_slots-1) ? 2'd0 : slot + 2'd1;
//% if d.narrow == 1 then
            if (fill)
                room <= room == $(MB)'d$(d.key_rooms-1) ? $(MB)'d0 : room + 1'b1;
//% end
        end
    end

    // fetch
    wire             key_valid, key_ready, key_last;
    wire [$(IB-1):0] key;
    sofa_walk_mask u_walk (
//% if STREAM then
        .clk(clk), .rst(rst), .i_load(fill || next_chunk), .i_mask(next_chunk ? fetch_mask : mask), .i_any(next_chunk || any_key), .o_idle(walk_idle),
//% else
        .clk(clk), .rst(rst), .i_load($(far and "o_tile" or "fill")), .i_mask(mask), .i_any(any_key), .o_idle(walk_idle),
//% end
        .o_valid(key_valid), .i_ready(key_ready), .o_index(key), .o_last(key_last));
//% if narrow then
    wire [$(KB-1):0] absolute = fetch_base + $(ext("key", IB, KB));
    sofa_address #(.IBITS($(KB))) u_address (
        .clk(clk), .rst(rst), .i_valid(key_valid), .o_ready(key_ready), .i_base(i_k_base), .i_index(absolute),
//% else
    sofa_address #(.IBITS($(IB))) u_address (
        .clk(clk), .rst(rst), .i_valid(key_valid), .o_ready(key_ready), .i_base(fetch_base), .i_index(key),
//% end
        .i_stride(i_$(X)_stride), .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));
    always @(posedge clk)
        if (key_valid && key_ready)
//% if STREAM then
        begin
            o_req_meta <= {fetch_final, 1'b0, key_last, fetch_slot, key};
            o_req_len <= fetch_final ? i_len_last : 8'd$(d.slice_beats - 1);
        end
//% elseif T then
        begin
            o_req_meta <= {2'b10, key_last, fetch_slot, key};
            o_req_len <= i_len_last;
        end
//% else
            o_req_meta <= {$(d.narrow == 1 and "fetch_room, " or "")key_last, fetch_slot, key};
    assign o_req_len = 8'd$(d.key_beats - 1);
//% end
//% if STREAM then
    reg             first_chunk;
    always @(posedge clk)
        if (fill || next_chunk)
            first_chunk <= fill;
    assign o_key_row = key_valid && key_ready && first_chunk;
//% elseif T then
    assign o_key_row = key_valid && key_ready;
//% end
    assign o_busy = state == SEEK || state == SCAN;

    assign o_block_ready = hand_over && (last_tile || empty_block);

    always @(posedge clk) begin
        if (state == IDLE)
            empty_block <= none_seen;
        if (state == SEEK)
            row <= $(RB+1)'d0;
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
//% built("scan_time", far and 4 or 3)
                DRAIN: if (!scan_valid && !seen_valid && !sees_valid)
                    state <= READY;
                READY: if (hand_over)
                    state <= last_tile || empty_block ? IDLE : SEEK;
                default: state <= IDLE;
            endcase
    end
endmodule
`default_nettype wire

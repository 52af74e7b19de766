//% -- SPDX-License-Identifier: Apache-2.0
// Resident window: $(WINDOW) slots of a K and a V row, and the list of entries (slot, block, rows that still need the key) by age.
// A key enters when its V row stands in the prefetch buffer and a slot is free: one a cycle. It leaves the list when no row needs it any
// more; its slot is free once K has been read. The V side is the K side $(WEIGHT_TIME - 1) cycles later, as SA-2 follows SA-1, so one slot
// number serves both. i_keys of the lanes: chunk i_phase_keys of every slot one cycle later; the same for values.
//% if TOKENS then
// K rows come like V rows, each into its place of a ring, in any order: fetched or generated.
//% end
// Blocks are opened (o_open) when their queries are in place, and end when all their keys have entered (o_retire_ready) and no row is owed.
// Handshake: valid/ready on keys and V rows. Equals the pairs of sofa_model_run() in order.
//% local follow_time = d.value_hold - 1
//% -- WORD_MEMORIES: entries carry the places of their K and V rows instead of slots
//% -- REGISTERED_LINKS: what lets a key enter stands in registers, a block is opened through one
`default_nettype none
module sofa_window (
    input  wire                  clk,
    input  wire                  rst,
    // keys in issue order
    input  wire                  i_key_valid,
    output wire                  o_key_ready,
    input  wire [$(LISTED_KEY.bits-1):0]      i_key,
    input  wire [$(3*(ROW_BITS+1)-1):0] i_info_rows,     // rows of the block, by tile slot
    output wire                  o_read_parity,   // need matrix and K memory: data in the next cycle
    output wire [$(INDEX_BITS-1):0]      o_read_key,
    output wire [1:0]            o_read_slot,
    input  wire [$(QUERY_BLOCK-1):0]      i_rows,
//% if not (WORD_MEMORIES or TOKENS) then
    input  wire [$(HEAD_DIM*KEY_BITS-1):0]    i_k,
//% end
    output reg  [1:0]            o_parity_free,   // pulses
    output reg                   o_slot_free,
//% if TOKENS then
    // K and V rows
    input  wire                  i_k_valid,
    input  wire [$(VALUE_PLACE_BITS-1):0]      i_k_place,
    input  wire [$(HEAD_DIM*KEY_BITS-1):0]    i_k,
    input  wire [$(VALUE_PLACE_BITS-1):0]      i_v_place,
//% else
    // V rows in issue order
//% end
    input  wire                  i_v_valid,
//% if SLOT_MEMORIES and not (TOKENS or REGISTERED_LINKS) then
    input  wire                  i_v_next,        // i_v_valid of the next cycle
//% end
//% if WORD_MEMORIES or REGISTERED_LINKS then
    input  wire                  i_word_valid,    // of the row that comes next with i_v_valid or before it
    input  wire [$(VALUE_WORD_BITS-1):0]      i_word_index,
    input  wire [$(PORT_BITS-1):0]       i_word,
//% else
    input  wire [$(HEAD_DIM*VALUE_BITS-1):0]    i_v,
//% end
    output wire                  o_v_space,       // pulse: a row has left the prefetch buffer
    // lanes
    output wire [$(WINDOW*ENTRY_PLACE_BITS-1):0]    o_entry_slot,
    output reg  [$(WINDOW-1):0]       o_entry_bank,
    output wire [$(WINDOW-1):0]       o_move,
    output wire [$(WINDOW-1):0]       o_load,
    output wire                  o_load_any,
    output wire [$(QUERY_BLOCK-1):0]      o_load_rows,
    output wire                  o_load_bank,
    input  wire [$(WINDOW-1):0]       i_entry_any,
    input  wire [1:0]            i_query_ready,
    output $(REGISTERED_LINKS and "reg " or "wire")                  o_open,
    output $(REGISTERED_LINKS and "reg " or "wire")                  o_open_bank,
    output wire [$(QUERY_BLOCK-1):0]      o_open_rows,
    output $(REGISTERED_LINKS and "reg " or "wire") [$(ROW_BITS):0]        o_open_count,
    input  wire [1:0]            i_owed,
    output reg                   o_retire_bank,
    output wire                  o_retire_ready,
//% if WORD_MEMORIES then
    input  wire [$(VALUE_PLACE_BITS+VALUE_WORD_BITS-1):0]   i_value_addr,    // {row, word}
    output wire [$(PORT_BITS-1):0]       o_value
//% else
//%   if BEATS > 1 then
    input  wire [$(BEAT_BITS-1):0]      i_phase_keys,
    input  wire [$(BEAT_BITS-1):0]      i_phase_values,
//%   end
//%   if SLOT_MEMORIES then
    input  wire [$(SLOT_BITS-1):0]      i_key_slot,
    output wire [$(WIDTH*KEY_BITS-1):0]    o_key,           // two cycles later
    input  wire [$(SLOT_BITS-1):0]      i_value_slot,
    output wire [$(WIDTH*VALUE_BITS-1):0]    o_value
//%   else
    output wire [$(WINDOW*WIDTH*KEY_BITS-1):0]  o_keys,
    output wire [$(WINDOW*WIDTH*VALUE_BITS-1):0]  o_values
//%   end
//% end
);
    wire             has_key = i_key[$(LISTED_KEY.bits-1)];
    wire [$(INDEX_BITS-1):0] key = i_key[6 +: $(INDEX_BITS)];
    wire             parity = i_key[5];
    wire [1:0]       tile_slot = i_key[4:3];
    wire             bank = i_key[2];
    wire             tile_last = i_key[1];
    wire             block_last = i_key[0];

    // ---- entry of a key ----
    reg              block_open;
//% if TOKENS then
    reg  [$(PREFETCH-1):0] k_here, v_here;  // rows in the ring that have not entered
    reg  [$(VALUE_PLACE_BITS-1):0] head;            // of the next key
    wire             data_here = k_here[head] && v_here[head];
//% else
    reg  [$(PREFETCH_COUNT_BITS-1):0] ready_rows;      // V rows in the prefetch buffer that have not entered
//%   if REGISTERED_LINKS then
    reg              data_here;       // ready_rows is not 0
//%   else
    wire             data_here = ready_rows != $(PREFETCH_COUNT_BITS)'d0;
//%   end
//% end
    reg  [$(WINDOW-1):0]  free;
//% if REGISTERED_LINKS then
    reg              slot_here;       // free is not 0
//% else
    wire             slot_here = free != $(WINDOW)'d0;
//% end
    wire [$(WINDOW-1):0]  free_slot = free & (~free + $(WINDOW)'d1);
//% if WORD_MEMORIES then
    // a tile without needed keys does not overtake keys whose K rows are still read
    wire             enter = i_key_valid && block_open && (has_key ? data_here && slot_here : &free);
//% else
    wire             enter = i_key_valid && block_open && (!has_key || (data_here && slot_here));
//% end
    wire             load = enter && has_key;
//% if REGISTERED_LINKS then
    always @(posedge clk)
        data_here <= !rst && (i_v_valid || |ready_rows[$(PREFETCH_COUNT_BITS-1):1] || (ready_rows[0] && !load));
//% end
    assign o_key_ready = enter;
    wire             opens = i_key_valid && !block_open && i_query_ready[bank];
//% if REGISTERED_LINKS then
    always @(posedge clk) begin
        o_open <= opens && !rst;
        o_open_bank <= bank;
        o_open_count <= $(pick("i_info_rows", ROW_BITS+1, 3, "tile_slot", 2));
    end
//% else
    assign o_open = opens;
    assign o_open_bank = bank;
    assign o_open_count = $(pick("i_info_rows", ROW_BITS+1, 3, "tile_slot", 2));
//% end
//% for r = 0, QUERY_BLOCK - 1 do
    assign o_open_rows[$(r)] = o_open_count > $(ROW_BITS+1)'d$(r);
//% end
    assign o_read_parity = parity;
    assign o_read_key = key;
    assign o_read_slot = tile_slot;

    reg              load1, bank1, last1;
//% if not SLOT_MEMORIES then
    reg  [$(WINDOW-1):0]  slot1;           // one-hot
    always @(posedge clk) slot1 <= free_slot;
//% end
    reg  [1:0]       loaded;          // all keys of the bank's block have entered
    always @(posedge clk) begin
        bank1 <= bank;
        if (rst) begin
            block_open <= 1'b0;
            load1 <= 1'b0;
            last1 <= 1'b0;
            o_parity_free <= 2'b00;
            o_slot_free <= 1'b0;
        end else begin
            block_open <= opens || (block_open && !(enter && block_last));
            load1 <= load;
            last1 <= enter && block_last;
            o_parity_free <= {enter && tile_last && parity, enter && tile_last && !parity};
            o_slot_free <= enter && tile_last;
        end
    end

    // ---- blocks to retire, the older first ----
    assign o_retire_ready = o_retire_bank ? loaded[1] : loaded[0];
    wire             retired = o_retire_ready && !(o_retire_bank ? i_owed[1] : i_owed[0]);
    always @(posedge clk)
        if (rst) begin
            loaded <= 2'b00;
            o_retire_bank <= 1'b0;
        end else begin
            loaded <= (loaded | {last1 && bank1, last1 && !bank1}) & ~{retired && o_retire_bank, retired && !o_retire_bank};
            o_retire_bank <= o_retire_bank ^ retired;
        end

    // ---- entries, the oldest first ----
    reg  [$(WINDOW-1):0]  held;            // entries in use
    reg  [$(WINDOW*SLOT_BITS-1):0] entry_slot;
//% for e = 0, WINDOW - 1 do
    wire             empty_$(e) = held[$(e)] && !i_entry_any[$(e)];
    wire             move_$(e) = empty_$(e)$(e > 0 and " || move_" .. (e-1) or "");
    assign o_move[$(e)] = move_$(e);
//% end
    wire             remove = move_$(WINDOW-1);
//% for e = 0, WINDOW - 1 do
    assign o_load[$(e)] = load1 && (remove ? held[$(e)]$(e < WINDOW - 1 and " && !held[" .. (e+1) .. "]" or "") :
        !held[$(e)]$(e > 0 and " && held[" .. (e-1) .. "]" or ""));
//% end
    assign o_load_any = load1;
    assign o_load_rows = i_rows;
    assign o_load_bank = bank1;
//% if WORD_MEMORIES then
    reg  [$(KEY_ROOM_BITS-1):0] room;              // of the tile whose keys enter
    reg  [$(VALUE_PLACE_BITS-1):0] v_put, v_get;
    reg  [$(ENTRY_PLACE_BITS-1):0] place1;
    reg  [$(WINDOW*ENTRY_PLACE_BITS-1):0] entry_place;
    assign o_entry_slot = entry_place;
    always @(posedge clk) begin
        place1 <= {room, key, v_get};
//%   for e = 0, WINDOW - 1 do
        if (o_load[$(e)])
            entry_place[$(e*ENTRY_PLACE_BITS) +: $(ENTRY_PLACE_BITS)] <= place1;
//%     if e < WINDOW - 1 then
        else if (move_$(e))
            entry_place[$(e*ENTRY_PLACE_BITS) +: $(ENTRY_PLACE_BITS)] <= entry_place[$((e+1)*ENTRY_PLACE_BITS) +: $(ENTRY_PLACE_BITS)];
//%     end
//%   end
        if (rst) begin
            room <= $(KEY_ROOM_BITS)'d0;
            v_put <= $(VALUE_PLACE_BITS)'d0;
            v_get <= $(VALUE_PLACE_BITS)'d0;
        end else begin
            if (enter && tile_last)
                room <= room == $(KEY_ROOM_BITS)'d$(d.key_rooms-1) ? $(KEY_ROOM_BITS)'d0 : room + 1'b1;
            v_put <= v_put + $(ext("i_v_valid", 1, VALUE_PLACE_BITS));
            v_get <= v_get + $(ext("load", 1, VALUE_PLACE_BITS));
        end
    end
//% else
    assign o_entry_slot = entry_slot;
//% end
//% local removed = {}
//% for e = 0, WINDOW - 1 do
//%   removed[#removed+1] = "({" .. SLOT_BITS .. "{" .. (e == 0 and "move_0" or "move_" .. e .. " && !move_" .. (e-1)) .. "}} & entry_slot["
//%       .. (e*SLOT_BITS) .. " +: " .. SLOT_BITS .. "])"
//% end
    wire [$(SLOT_BITS-1):0] removed_slot = $(table.concat(removed, " | "));
//% if SLOT_MEMORIES then
    reg  [$(SLOT_BITS-1):0] free_index, slot1_index;
    always @(posedge clk) slot1_index <= free_index;
//%   index = {"free_index", "free_slot"}
//% else
    reg  [$(SLOT_BITS-1):0] slot1_index;
//%   index = {"slot1_index", "slot1"}
//% end
    integer i;
    always @* begin
        $(index[1]) = $(SLOT_BITS)'d0;
        for (i = 0; i < $(WINDOW); i = i + 1)
            if ($(index[2])[i])
                $(index[1]) = $(index[1]) | i[$(SLOT_BITS-1):0];
    end
    always @(posedge clk) begin
//% for e = 0, WINDOW - 1 do
        if (o_load[$(e)]) begin
            entry_slot[$(e*SLOT_BITS) +: $(SLOT_BITS)] <= slot1_index;
            o_entry_bank[$(e)] <= bank1;
        end
//%   if e < WINDOW - 1 then
        else if (move_$(e)) begin
            entry_slot[$(e*SLOT_BITS) +: $(SLOT_BITS)] <= entry_slot[$((e+1)*SLOT_BITS) +: $(SLOT_BITS)];
            o_entry_bank[$(e)] <= o_entry_bank[$(e+1)];
        end
//%   end
//% end
        if (rst)
            held <= $(WINDOW)'d0;
        else if (load1 != remove)
            held <= $(WINDOW > 1 and 'load1 ? {held[' .. WINDOW-2 .. ':0], 1\'b1} : {1\'b0, held[' .. WINDOW-1 .. ':1]}' or 'load1');
    end

    // ---- slots: free again when the last pair's K chunks have been read ----
//% local hold_time = d.slot_hold
//% if hold_time > 0 then
    reg  [$(hold_time-1):0] leaving;
    reg  [$(hold_time*SLOT_BITS-1):0] leaving_slot;
    always @(posedge clk) begin
        leaving_slot <= $(hold_time > 1 and "{leaving_slot[" .. ((hold_time-1)*SLOT_BITS-1) .. ":0], removed_slot}" or "removed_slot");
        if (rst)
            leaving <= $(hold_time)'d0;
        else
            leaving <= $(hold_time > 1 and "{leaving[" .. (hold_time-2) .. ":0], remove}" or "remove");
    end
    wire             freed = leaving[$(hold_time-1)];
    wire [$(SLOT_BITS-1):0] freed_slot = leaving_slot[$((hold_time-1)*SLOT_BITS) +: $(SLOT_BITS)];
//% else
    wire             freed = remove;
    wire [$(SLOT_BITS-1):0] freed_slot = removed_slot;
//% end
//% if REGISTERED_LINKS then
    always @(posedge clk)
        slot_here <= rst || freed || |(free & ~free_slot) || (|free && !load);
//% end
    always @(posedge clk)
        if (rst)
            free <= {$(WINDOW){1'b1}};
        else begin
//% for s = 0, WINDOW - 1 do
            free[$(s)] <= (free[$(s)] && !(load && free_slot[$(s)])) || (freed && freed_slot == $(SLOT_BITS)'d$(s));
//% end
        end

//% if WORD_MEMORIES then
    // ---- V memory; a row's place is requested again when its key has entered: there are enough for the lane to be done with it first ----
    always @(posedge clk)
        if (rst)
            ready_rows <= $(PREFETCH_COUNT_BITS)'d0;
        else
            ready_rows <= ready_rows + $(ext("i_v_valid", 1, PREFETCH_COUNT_BITS)) - $(ext("load", 1, PREFETCH_COUNT_BITS));
//% built("value_hold", 1)
    assign o_v_space = load1;
    sofa_ram #(.WIDTH($(PORT_BITS)), .DEPTH($(d.value_rooms << VALUE_WORD_BITS)), .ABITS($(VALUE_PLACE_BITS+VALUE_WORD_BITS))) u_values (
        .clk(clk), .i_we(i_word_valid), .i_waddr({v_put, i_word_index}), .i_wdata(i_word), .i_re(1'b1), .i_raddr(i_value_addr),
        .o_rdata(o_value));
//% else
    // ---- prefetch buffer of V rows; a row leaves $(follow_time) cycles after its key has entered ----
    reg  [$(VALUE_PLACE_BITS-1):0] $(TOKENS and "" or "v_put, ")v_get;
//% if TOKENS then
    wire [$(VALUE_PLACE_BITS-1):0] v_put = i_v_place;
    wire [$(HEAD_DIM*KEY_BITS-1):0] k;
    sofa_ram #(.WIDTH($(HEAD_DIM*KEY_BITS)), .DEPTH($(PREFETCH)), .ABITS($(VALUE_PLACE_BITS))) u_keys (
        .clk(clk), .i_we(i_k_valid), .i_waddr(i_k_place), .i_wdata(i_k), .i_re(1'b1), .i_raddr(head), .o_rdata(k));
    always @(posedge clk)
        if (rst) begin
            k_here <= $(PREFETCH)'d0;
            v_here <= $(PREFETCH)'d0;
            head <= $(VALUE_PLACE_BITS)'d0;
        end else begin
//%   for n = 0, PREFETCH - 1 do
            k_here[$(n)] <= (k_here[$(n)] && !(load && head == $(VALUE_PLACE_BITS)'d$(n))) ||
                (i_k_valid && i_k_place == $(VALUE_PLACE_BITS)'d$(n));
            v_here[$(n)] <= (v_here[$(n)] && !(load && head == $(VALUE_PLACE_BITS)'d$(n))) ||
                (i_v_valid && i_v_place == $(VALUE_PLACE_BITS)'d$(n));
//%   end
            if (load)
                head <= head == $(VALUE_PLACE_BITS)'d$(PREFETCH-1) ? $(VALUE_PLACE_BITS)'d0 : head + 1'b1;
        end
//% else
    wire [$(HEAD_DIM*KEY_BITS-1):0] k = i_k;
//% end
    wire [$(HEAD_DIM*VALUE_BITS-1):0] v;
    reg  [$(follow_time-1):0] follow;
    reg  [$(follow_time*SLOT_BITS-1):0] follow_slot;
    wire             v_read = follow[$(follow_time-1)];
    reg              v_write;
    always @(posedge clk) begin
        follow_slot <= {follow_slot[$((follow_time-1)*SLOT_BITS-1):0], slot1_index};
        if (rst) begin
//% if not TOKENS then
            ready_rows <= $(PREFETCH_COUNT_BITS)'d0;
            v_put <= $(VALUE_PLACE_BITS)'d0;
//% end
            v_get <= $(VALUE_PLACE_BITS)'d0;
            follow <= $(follow_time)'d0;
            v_write <= 1'b0;
        end else begin
//% if not TOKENS then
            ready_rows <= ready_rows + $(ext("i_v_valid", 1, PREFETCH_COUNT_BITS)) - $(ext("load", 1, PREFETCH_COUNT_BITS));
            if (i_v_valid)
                v_put <= v_put == $(VALUE_PLACE_BITS)'d$(PREFETCH-1) ? $(VALUE_PLACE_BITS)'d0 : v_put + 1'b1;
//% end
            if (v_read)
                v_get <= v_get == $(VALUE_PLACE_BITS)'d$(PREFETCH-1) ? $(VALUE_PLACE_BITS)'d0 : v_get + 1'b1;
            follow <= {follow[$(follow_time-2):0], load};
            v_write <= v_read;
        end
    end
    assign o_v_space = v_write;
//% local memory_parts = math.ceil(WIDTH / 8)
//% if REGISTERED_LINKS then
    wire [$(VALUE_PLACE_BITS-1):0] v_get_next = rst ? $(VALUE_PLACE_BITS)'d0 : !v_read ? v_get :
        v_get == $(VALUE_PLACE_BITS)'d$(PREFETCH-1) ? $(VALUE_PLACE_BITS)'d0 : v_get + 1'b1;
//% local prefetch_parameters = parameters("BEAT", PORT_BITS, "BEATS", d.value_beats, "HBITS", VALUE_WORD_BITS, "DEPTH", PREFETCH, "ABITS",
//%     VALUE_PLACE_BITS, "FAR_READ", 1)
    sofa_beats #($(prefetch_parameters)) u_prefetch (
        .clk(clk), .i_we(i_word_valid && !rst), .i_index(i_word_index), .i_waddr(v_put), .i_wdata(i_word),
        .i_raddr(v_get_next), .o_rdata(v));
//% elseif SLOT_MEMORIES and not TOKENS then
    wire [$(VALUE_PLACE_BITS-1):0] v_put_next = rst ? $(VALUE_PLACE_BITS)'d0 : !i_v_valid ? v_put :
        v_put == $(VALUE_PLACE_BITS)'d$(PREFETCH-1) ? $(VALUE_PLACE_BITS)'d0 : v_put + 1'b1;
    wire [$(VALUE_PLACE_BITS-1):0] v_get_next = rst ? $(VALUE_PLACE_BITS)'d0 : !v_read ? v_get :
        v_get == $(VALUE_PLACE_BITS)'d$(PREFETCH-1) ? $(VALUE_PLACE_BITS)'d0 : v_get + 1'b1;
    sofa_spread #(.WIDTH($(HEAD_DIM*VALUE_BITS)), .PARTS($(memory_parts)), .DEPTH($(PREFETCH)), .ABITS($(VALUE_PLACE_BITS))) u_prefetch (
        .clk(clk), .i_we(i_v_next), .i_waddr(v_put_next), .i_wdata(i_v), .i_raddr(v_get_next), .o_rdata(v));
//% else
    sofa_ram #(.WIDTH($(HEAD_DIM*VALUE_BITS)), .DEPTH($(PREFETCH)), .ABITS($(VALUE_PLACE_BITS))) u_prefetch (
        .clk(clk), .i_we(i_v_valid), .i_waddr(v_put), .i_wdata(i_v), .i_re(v_read), .i_raddr(v_get), .o_rdata(v));
//% end

    // ---- slots' data ----
    wire [$(SLOT_BITS-1):0] v_slot = follow_slot[$((follow_time-1)*SLOT_BITS) +: $(SLOT_BITS)];
//% if SLOT_MEMORIES then
    sofa_spread #(.WIDTH($(WIDTH*KEY_BITS)), .PARTS($(memory_parts)), .DEPTH($(WINDOW)), .ABITS($(SLOT_BITS))) u_key_slots (
        .clk(clk), .i_we(load && !rst), .i_waddr(free_index), .i_wdata($(ext("k", HEAD_DIM*KEY_BITS, WIDTH*KEY_BITS))),
        .i_raddr(i_key_slot), .o_rdata(o_key));
    sofa_spread #(.WIDTH($(WIDTH*VALUE_BITS)), .PARTS($(memory_parts)), .DEPTH($(WINDOW)), .ABITS($(SLOT_BITS))) u_value_slots (
        .clk(clk), .i_we(v_read && !rst), .i_waddr(follow_slot[$((follow_time-2)*SLOT_BITS) +: $(SLOT_BITS)]),
        .i_wdata($(ext("v", HEAD_DIM*VALUE_BITS, WIDTH*VALUE_BITS))),
        .i_raddr(i_value_slot), .o_rdata(o_value));
    wire unused_v_slot = &{1'b0, v_slot};
//% else
//% for s = 0, WINDOW - 1 do
    reg  [$(HEAD_DIM*KEY_BITS-1):0] k_$(s);
    reg  [$(HEAD_DIM*VALUE_BITS-1):0] v_$(s);
    always @(posedge clk) begin
        if (load1 && slot1[$(s)])
            k_$(s) <= k;
        if (v_write && v_slot == $(SLOT_BITS)'d$(s))
            v_$(s) <= v;
    end
//%   if BEATS > 1 then
    wire [$(BEATS*WIDTH*KEY_BITS-1):0] k_pad_$(s) = $(ext("k_" .. s, HEAD_DIM*KEY_BITS, BEATS*WIDTH*KEY_BITS));
    wire [$(BEATS*WIDTH*VALUE_BITS-1):0] v_pad_$(s) = $(ext("v_" .. s, HEAD_DIM*VALUE_BITS, BEATS*WIDTH*VALUE_BITS));
    reg  [$(WIDTH*KEY_BITS-1):0] k_chunk_$(s);
    reg  [$(WIDTH*VALUE_BITS-1):0] v_chunk_$(s);
    always @(posedge clk) begin
        case (i_phase_keys)
//%     for c = 1, BEATS - 1 do
            $(BEAT_BITS)'d$(c): k_chunk_$(s) <= k_pad_$(s)[$(c*WIDTH*KEY_BITS) +: $(WIDTH*KEY_BITS)];
//%     end
            default: k_chunk_$(s) <= k_pad_$(s)[0 +: $(WIDTH*KEY_BITS)];
        endcase
        case (i_phase_values)
//%     for c = 1, BEATS - 1 do
            $(BEAT_BITS)'d$(c): v_chunk_$(s) <= v_pad_$(s)[$(c*WIDTH*VALUE_BITS) +: $(WIDTH*VALUE_BITS)];
//%     end
            default: v_chunk_$(s) <= v_pad_$(s)[0 +: $(WIDTH*VALUE_BITS)];
        endcase
    end
    assign o_keys[$(s*WIDTH*KEY_BITS) +: $(WIDTH*KEY_BITS)] = k_chunk_$(s);
    assign o_values[$(s*WIDTH*VALUE_BITS) +: $(WIDTH*VALUE_BITS)] = v_chunk_$(s);
//%   else
    assign o_keys[$(s*WIDTH*KEY_BITS) +: $(WIDTH*KEY_BITS)] = k_$(s);
    assign o_values[$(s*WIDTH*VALUE_BITS) +: $(WIDTH*VALUE_BITS)] = v_$(s);
//%   end
//% end
//% end
//% end
endmodule
`default_nettype wire

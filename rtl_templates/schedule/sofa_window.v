//% -- SPDX-License-Identifier: Apache-2.0
// Resident window: $(cfg.attend.window) slots of a K and a V row, and the list of entries (slot, block, rows that still need the key) by age.
// A key enters when its V row stands in the prefetch buffer and a slot is free: one a cycle. It leaves the list when no row needs it any
// more; its slot is free once K has been read. The V side is the K side $(d.weight_time - 1) cycles later, as SA-2 follows SA-1, so one slot number serves
// both. i_keys of the lanes: chunk i_phase_keys of every slot one cycle later; the same for values.
//% local T = cfg.mode == "tokens"
//% if T then
// K rows come like V rows, each into its place of a ring, in any order: fetched or generated.
//% end
// Blocks are opened (o_open) when their queries are in place, and end when all their keys have entered (o_retire_ready) and no row is owed.
// Handshake: valid/ready on keys and V rows. Equals the pairs of sofa_model_run() in order.
//% local D, N, B, KW, VW, W, QB, RB, IB = cfg.head_dim, cfg.attend.width, d.beats, cfg.data.key_bits, cfg.data.value_bits, cfg.attend.window, cfg.query_block, d.row_bits, d.index_bits
//% local WB, BB, PF, DV = math.max(1, clog2(W)), clog2(d.beats), cfg.memory.prefetch, d.value_hold - 1
//% local PB, CB = math.max(1, clog2(d.value_rooms)), clog2(PF + 1)
//% -- narrow: entries carry the places of their K and V rows instead of slots
//% local narrow, P, MB, HB = d.narrow == 1, cfg.memory.port_bits, clog2(d.key_rooms), clog2(d.value_beats)
//% local EW = narrow and MB + IB + PB or WB
//% local EB = IB + 7
//% local far = d.far_reads == 1      -- what lets a key enter stands in registers, a block is opened through one
`default_nettype none
module sofa_window (
    input  wire                  clk,
    input  wire                  rst,
    // keys in issue order
    input  wire                  i_key_valid,
    output wire                  o_key_ready,
    input  wire [$(EB-1):0]      i_key,
    input  wire [$(3*(RB+1)-1):0] i_info_rows,     // rows of the block, by tile slot
    output wire                  o_read_parity,   // need matrix and K memory: data in the next cycle
    output wire [$(IB-1):0]      o_read_key,
    output wire [1:0]            o_read_slot,
    input  wire [$(QB-1):0]      i_rows,
//% if not (narrow or T) then
    input  wire [$(D*KW-1):0]    i_k,
//% end
    output reg  [1:0]            o_parity_free,   // pulses
    output reg                   o_slot_free,
//% if T then
    // K and V rows
    input  wire                  i_k_valid,
    input  wire [$(PB-1):0]      i_k_place,
    input  wire [$(D*KW-1):0]    i_k,
    input  wire [$(PB-1):0]      i_v_place,
//% else
    // V rows in issue order
//% end
    input  wire                  i_v_valid,
//% if d.slot_memories == 1 and not (T or far) then
    input  wire                  i_v_next,        // i_v_valid of the next cycle
//% end
//% if narrow or far then
    input  wire                  i_word_valid,    // of the row that comes next with i_v_valid or before it
    input  wire [$(HB-1):0]      i_word_index,
    input  wire [$(P-1):0]       i_word,
//% else
    input  wire [$(D*VW-1):0]    i_v,
//% end
    output wire                  o_v_space,       // pulse: a row has left the prefetch buffer
    // lanes
    output wire [$(W*EW-1):0]    o_entry_slot,
    output reg  [$(W-1):0]       o_entry_bank,
    output wire [$(W-1):0]       o_move,
    output wire [$(W-1):0]       o_load,
    output wire                  o_load_any,
    output wire [$(QB-1):0]      o_load_rows,
    output wire                  o_load_bank,
    input  wire [$(W-1):0]       i_entry_any,
    input  wire [1:0]            i_query_ready,
    output $(far and "reg " or "wire")                  o_open,
    output $(far and "reg " or "wire")                  o_open_bank,
    output wire [$(QB-1):0]      o_open_rows,
    output $(far and "reg " or "wire") [$(RB):0]        o_open_count,
    input  wire [1:0]            i_owed,
    output reg                   o_retire_bank,
    output wire                  o_retire_ready,
//% if narrow then
    input  wire [$(PB+HB-1):0]   i_value_addr,    // {row, word}
    output wire [$(P-1):0]       o_value
//% else
//%   if B > 1 then
    input  wire [$(BB-1):0]      i_phase_keys,
    input  wire [$(BB-1):0]      i_phase_values,
//%   end
//%   if d.slot_memories == 1 then
    input  wire [$(WB-1):0]      i_key_slot,
    output wire [$(N*KW-1):0]    o_key,           // two cycles later
    input  wire [$(WB-1):0]      i_value_slot,
    output wire [$(N*VW-1):0]    o_value
//%   else
    output wire [$(W*N*KW-1):0]  o_keys,
    output wire [$(W*N*VW-1):0]  o_values
//%   end
//% end
);
    wire             has_key = i_key[$(EB-1)];
    wire [$(IB-1):0] key = i_key[6 +: $(IB)];
    wire             parity = i_key[5];
    wire [1:0]       tile_slot = i_key[4:3];
    wire             bank = i_key[2];
    wire             tile_last = i_key[1];
    wire             block_last = i_key[0];

    // ---- entry of a key ----
    reg              block_open;
//% if T then
    reg  [$(PF-1):0] k_here, v_here;  // rows in the ring that have not entered
    reg  [$(PB-1):0] head;            // of the next key
    wire             data_here = k_here[head] && v_here[head];
//% else
    reg  [$(CB-1):0] ready_rows;      // V rows in the prefetch buffer that have not entered
//%   if far then
    reg              data_here;       // ready_rows is not 0
//%   else
    wire             data_here = ready_rows != $(CB)'d0;
//%   end
//% end
    reg  [$(W-1):0]  free;
//% if far then
    reg              slot_here;       // free is not 0
//% else
    wire             slot_here = free != $(W)'d0;
//% end
    wire [$(W-1):0]  free_slot = free & (~free + $(W)'d1);
//% if narrow then
    // a tile without needed keys does not overtake keys whose K rows are still read
    wire             enter = i_key_valid && block_open && (has_key ? data_here && slot_here : &free);
//% else
    wire             enter = i_key_valid && block_open && (!has_key || (data_here && slot_here));
//% end
    wire             load = enter && has_key;
//% if far then
    always @(posedge clk)
        data_here <= !rst && (i_v_valid || |ready_rows[$(CB-1):1] || (ready_rows[0] && !load));
//% end
    assign o_key_ready = enter;
    wire             opens = i_key_valid && !block_open && i_query_ready[bank];
//% if far then
    always @(posedge clk) begin
        o_open <= opens && !rst;
        o_open_bank <= bank;
        o_open_count <= $(pick("i_info_rows", RB+1, 3, "tile_slot", 2));
    end
//% else
    assign o_open = opens;
    assign o_open_bank = bank;
    assign o_open_count = $(pick("i_info_rows", RB+1, 3, "tile_slot", 2));
//% end
//% for r = 0, QB - 1 do
    assign o_open_rows[$(r)] = o_open_count > $(RB+1)'d$(r);
//% end
    assign o_read_parity = parity;
    assign o_read_key = key;
    assign o_read_slot = tile_slot;

    reg              load1, bank1, last1;
//% if d.slot_memories == 0 then
    reg  [$(W-1):0]  slot1;           // one-hot
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
    reg  [$(W-1):0]  held;            // entries in use
    reg  [$(W*WB-1):0] entry_slot;
//% for e = 0, W - 1 do
    wire             empty_$(e) = held[$(e)] && !i_entry_any[$(e)];
    wire             move_$(e) = empty_$(e)$(e > 0 and " || move_" .. (e-1) or "");
    assign o_move[$(e)] = move_$(e);
//% end
    wire             remove = move_$(W-1);
//% for e = 0, W - 1 do
    assign o_load[$(e)] = load1 && (remove ? held[$(e)]$(e < W - 1 and " && !held[" .. (e+1) .. "]" or "") : !held[$(e)]$(e > 0 and " && held[" .. (e-1) .. "]" or ""));
//% end
    assign o_load_any = load1;
    assign o_load_rows = i_rows;
    assign o_load_bank = bank1;
//% if narrow then
    reg  [$(MB-1):0] room;              // of the tile whose keys enter
    reg  [$(PB-1):0] v_put, v_get;
    reg  [$(EW-1):0] place1;
    reg  [$(W*EW-1):0] entry_place;
    assign o_entry_slot = entry_place;
    always @(posedge clk) begin
        place1 <= {room, key, v_get};
//%   for e = 0, W - 1 do
        if (o_load[$(e)])
            entry_place[$(e*EW) +: $(EW)] <= place1;
//%     if e < W - 1 then
        else if (move_$(e))
            entry_place[$(e*EW) +: $(EW)] <= entry_place[$((e+1)*EW) +: $(EW)];
//%     end
//%   end
        if (rst) begin
            room <= $(MB)'d0;
            v_put <= $(PB)'d0;
            v_get <= $(PB)'d0;
        end else begin
            if (enter && tile_last)
                room <= room == $(MB)'d$(d.key_rooms-1) ? $(MB)'d0 : room + 1'b1;
            v_put <= v_put + $(ext("i_v_valid", 1, PB));
            v_get <= v_get + $(ext("load", 1, PB));
        end
    end
//% else
    assign o_entry_slot = entry_slot;
//% end
//% local first = {}
//% for e = 0, W - 1 do
//%   first[#first+1] = "({" .. WB .. "{" .. (e == 0 and "move_0" or "move_" .. e .. " && !move_" .. (e-1)) .. "}} & entry_slot[" .. (e*WB) .. " +: " .. WB .. "])"
//% end
    wire [$(WB-1):0] removed_slot = $(table.concat(first, " | "));
//% if d.slot_memories == 1 then
    reg  [$(WB-1):0] free_index, slot1_index;
    always @(posedge clk) slot1_index <= free_index;
//%   index = {"free_index", "free_slot"}
//% else
    reg  [$(WB-1):0] slot1_index;
//%   index = {"slot1_index", "slot1"}
//% end
    integer i;
    always @* begin
        $(index[1]) = $(WB)'d0;
        for (i = 0; i < $(W); i = i + 1)
            if ($(index[2])[i])
                $(index[1]) = $(index[1]) | i[$(WB-1):0];
    end
    always @(posedge clk) begin
//% for e = 0, W - 1 do
        if (o_load[$(e)]) begin
            entry_slot[$(e*WB) +: $(WB)] <= slot1_index;
            o_entry_bank[$(e)] <= bank1;
        end
//%   if e < W - 1 then
        else if (move_$(e)) begin
            entry_slot[$(e*WB) +: $(WB)] <= entry_slot[$((e+1)*WB) +: $(WB)];
            o_entry_bank[$(e)] <= o_entry_bank[$(e+1)];
        end
//%   end
//% end
        if (rst)
            held <= $(W)'d0;
        else if (load1 != remove)
            held <= $(W > 1 and 'load1 ? {held[' .. W-2 .. ':0], 1\'b1} : {1\'b0, held[' .. W-1 .. ':1]}' or 'load1');
    end

    // ---- slots: free again when the last pair's K chunks have been read ----
//% local wait = d.slot_hold
//% if wait > 0 then
    reg  [$(wait-1):0] leaving;
    reg  [$(wait*WB-1):0] leaving_slot;
    always @(posedge clk) begin
        leaving_slot <= $(wait > 1 and "{leaving_slot[" .. ((wait-1)*WB-1) .. ":0], removed_slot}" or "removed_slot");
        if (rst)
            leaving <= $(wait)'d0;
        else
            leaving <= $(wait > 1 and "{leaving[" .. (wait-2) .. ":0], remove}" or "remove");
    end
    wire             freed = leaving[$(wait-1)];
    wire [$(WB-1):0] freed_slot = leaving_slot[$((wait-1)*WB) +: $(WB)];
//% else
    wire             freed = remove;
    wire [$(WB-1):0] freed_slot = removed_slot;
//% end
//% if far then
    always @(posedge clk)
        slot_here <= rst || freed || |(free & ~free_slot) || (|free && !load);
//% end
    always @(posedge clk)
        if (rst)
            free <= {$(W){1'b1}};
        else begin
//% for s = 0, W - 1 do
            free[$(s)] <= (free[$(s)] && !(load && free_slot[$(s)])) || (freed && freed_slot == $(WB)'d$(s));
//% end
        end

//% if narrow then
    // ---- V memory; a row's place is requested again when its key has entered: there are enough for the lane to be done with it first ----
    always @(posedge clk)
        if (rst)
            ready_rows <= $(CB)'d0;
        else
            ready_rows <= ready_rows + $(ext("i_v_valid", 1, CB)) - $(ext("load", 1, CB));
//% built("value_hold", 1)
    assign o_v_space = load1;
    sofa_ram #(.WIDTH($(P)), .DEPTH($(d.value_rooms << HB)), .ABITS($(PB+HB))) u_values (
        .clk(clk), .i_we(i_word_valid), .i_waddr({v_put, i_word_index}), .i_wdata(i_word), .i_re(1'b1), .i_raddr(i_value_addr),
        .o_rdata(o_value));
//% else
    // ---- prefetch buffer of V rows; a row leaves $(DV) cycles after its key has entered ----
    reg  [$(PB-1):0] $(T and "" or "v_put, ")v_get;
//% if T then
    wire [$(PB-1):0] v_put = i_v_place;
    wire [$(D*KW-1):0] k;
    sofa_ram #(.WIDTH($(D*KW)), .DEPTH($(PF)), .ABITS($(PB))) u_keys (
        .clk(clk), .i_we(i_k_valid), .i_waddr(i_k_place), .i_wdata(i_k), .i_re(1'b1), .i_raddr(head), .o_rdata(k));
    always @(posedge clk)
        if (rst) begin
            k_here <= $(PF)'d0;
            v_here <= $(PF)'d0;
            head <= $(PB)'d0;
        end else begin
//%   for n = 0, PF - 1 do
            k_here[$(n)] <= (k_here[$(n)] && !(load && head == $(PB)'d$(n))) || (i_k_valid && i_k_place == $(PB)'d$(n));
            v_here[$(n)] <= (v_here[$(n)] && !(load && head == $(PB)'d$(n))) || (i_v_valid && i_v_place == $(PB)'d$(n));
//%   end
            if (load)
                head <= head == $(PB)'d$(PF-1) ? $(PB)'d0 : head + 1'b1;
        end
//% else
    wire [$(D*KW-1):0] k = i_k;
//% end
    wire [$(D*VW-1):0] v;
    reg  [$(DV-1):0] follow;
    reg  [$(DV*WB-1):0] follow_slot;
    wire             v_read = follow[$(DV-1)];
    reg              v_write;
    always @(posedge clk) begin
        follow_slot <= {follow_slot[$((DV-1)*WB-1):0], slot1_index};
        if (rst) begin
//% if not T then
            ready_rows <= $(CB)'d0;
            v_put <= $(PB)'d0;
//% end
            v_get <= $(PB)'d0;
            follow <= $(DV)'d0;
            v_write <= 1'b0;
        end else begin
//% if not T then
            ready_rows <= ready_rows + $(ext("i_v_valid", 1, CB)) - $(ext("load", 1, CB));
            if (i_v_valid)
                v_put <= v_put == $(PB)'d$(PF-1) ? $(PB)'d0 : v_put + 1'b1;
//% end
            if (v_read)
                v_get <= v_get == $(PB)'d$(PF-1) ? $(PB)'d0 : v_get + 1'b1;
            follow <= {follow[$(DV-2):0], load};
            v_write <= v_read;
        end
    end
    assign o_v_space = v_write;
//% local parts = math.ceil(N / 8)
//% if far then
    wire [$(PB-1):0] v_get_next = rst ? $(PB)'d0 : !v_read ? v_get : v_get == $(PB)'d$(PF-1) ? $(PB)'d0 : v_get + 1'b1;
    sofa_beats #(.BEAT($(P)), .BEATS($(d.value_beats)), .HBITS($(HB)), .DEPTH($(PF)), .ABITS($(PB)), .FAR_READ(1)) u_prefetch (
        .clk(clk), .i_we(i_word_valid && !rst), .i_index(i_word_index), .i_waddr(v_put), .i_wdata(i_word),
        .i_raddr(v_get_next), .o_rdata(v));
//% elseif d.slot_memories == 1 and not T then
    wire [$(PB-1):0] v_put_next = rst ? $(PB)'d0 : !i_v_valid ? v_put : v_put == $(PB)'d$(PF-1) ? $(PB)'d0 : v_put + 1'b1;
    wire [$(PB-1):0] v_get_next = rst ? $(PB)'d0 : !v_read ? v_get : v_get == $(PB)'d$(PF-1) ? $(PB)'d0 : v_get + 1'b1;
    sofa_spread #(.WIDTH($(D*VW)), .PARTS($(parts)), .DEPTH($(PF)), .ABITS($(PB))) u_prefetch (
        .clk(clk), .i_we(i_v_next), .i_waddr(v_put_next), .i_wdata(i_v), .i_raddr(v_get_next), .o_rdata(v));
//% else
    sofa_ram #(.WIDTH($(D*VW)), .DEPTH($(PF)), .ABITS($(PB))) u_prefetch (
        .clk(clk), .i_we(i_v_valid), .i_waddr(v_put), .i_wdata(i_v), .i_re(v_read), .i_raddr(v_get), .o_rdata(v));
//% end

    // ---- slots' data ----
    wire [$(WB-1):0] v_slot = follow_slot[$((DV-1)*WB) +: $(WB)];
//% if d.slot_memories == 1 then
    sofa_spread #(.WIDTH($(N*KW)), .PARTS($(parts)), .DEPTH($(W)), .ABITS($(WB))) u_key_slots (
        .clk(clk), .i_we(load && !rst), .i_waddr(free_index), .i_wdata($(ext("k", D*KW, N*KW))), .i_raddr(i_key_slot), .o_rdata(o_key));
    sofa_spread #(.WIDTH($(N*VW)), .PARTS($(parts)), .DEPTH($(W)), .ABITS($(WB))) u_value_slots (
        .clk(clk), .i_we(v_read && !rst), .i_waddr(follow_slot[$((DV-2)*WB) +: $(WB)]), .i_wdata($(ext("v", D*VW, N*VW))),
        .i_raddr(i_value_slot), .o_rdata(o_value));
    wire unused_v_slot = &{1'b0, v_slot};
//% else
//% for s = 0, W - 1 do
    reg  [$(D*KW-1):0] k_$(s);
    reg  [$(D*VW-1):0] v_$(s);
    always @(posedge clk) begin
        if (load1 && slot1[$(s)])
            k_$(s) <= k;
        if (v_write && v_slot == $(WB)'d$(s))
            v_$(s) <= v;
    end
//%   if B > 1 then
    wire [$(B*N*KW-1):0] k_pad_$(s) = $(ext("k_" .. s, D*KW, B*N*KW));
    wire [$(B*N*VW-1):0] v_pad_$(s) = $(ext("v_" .. s, D*VW, B*N*VW));
    reg  [$(N*KW-1):0] k_chunk_$(s);
    reg  [$(N*VW-1):0] v_chunk_$(s);
    always @(posedge clk) begin
        case (i_phase_keys)
//%     for c = 1, B - 1 do
            $(BB)'d$(c): k_chunk_$(s) <= k_pad_$(s)[$(c*N*KW) +: $(N*KW)];
//%     end
            default: k_chunk_$(s) <= k_pad_$(s)[0 +: $(N*KW)];
        endcase
        case (i_phase_values)
//%     for c = 1, B - 1 do
            $(BB)'d$(c): v_chunk_$(s) <= v_pad_$(s)[$(c*N*VW) +: $(N*VW)];
//%     end
            default: v_chunk_$(s) <= v_pad_$(s)[0 +: $(N*VW)];
        endcase
    end
    assign o_keys[$(s*N*KW) +: $(N*KW)] = k_chunk_$(s);
    assign o_values[$(s*N*VW) +: $(N*VW)] = v_chunk_$(s);
//%   else
    assign o_keys[$(s*N*KW) +: $(N*KW)] = k_$(s);
    assign o_values[$(s*N*VW) +: $(N*VW)] = v_$(s);
//%   end
//% end
//% end
//% end
endmodule
`default_nettype wire

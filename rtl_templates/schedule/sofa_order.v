//% -- SPDX-License-Identifier: Apache-2.0
// Issue order: tiles as they complete; in a tile the needed keys, ascending. The keys go to $(LIST), which has their rows fetched and
// hands them to the window.
// Throughput: one key a cycle. Handshake: valid/ready. Equals sofa_tile_order().
//% local fields = {{"base", KEY_NUMBER_BITS}, {"rows", ROW_BITS + 1}, {"bank", 1}, {"last", 1}, {"slot", 2}}      -- of a tile
//% local TOLD_TILE = record(fields)
//% local info = {slot = "which"}
//% for index = 1, 4 do info[fields[index][1]] = pick("i_info_" .. fields[index][1], fields[index][2], TILE_SLOTS, "which", 2) end
`default_nettype none
module sofa_order (
    input  wire              clk,
    input  wire              rst,
    // need matrix
    input  wire              i_complete,      // pulse: that of the next tile is complete
    output wire              o_mask_parity,   // of the tile whose mask is wanted
    input  wire [$(TILE_KEYS-1):0]  i_mask,   // its needed keys
    input  wire              i_some,          // there are any
    output wire              o_read_parity,   // of a key whose rows are wanted in the next cycle
    output wire [$(INDEX_BITS-1):0] o_read_key,
    input  wire              i_here,          // it can be read
    output wire              o_taken,         // pulse: it is read
    input  wire [$(QUERY_BLOCK-1):0] i_rows,
    output wire [1:0]        o_parity_free,   // pulses
    // tile slots
    input  wire              i_loaded,        // pulse: the passes of a tile are loaded; its slot
    input  wire [1:0]        i_loaded_slot,
    input  wire [$(TILE_SLOTS*KEY_NUMBER_BITS-1):0] i_info_base,
    input  wire [$(TILE_SLOTS*(ROW_BITS+1)-1):0] i_info_rows,
    input  wire [$(TILE_SLOTS-1):0] i_info_bank,
    input  wire [1:0]        i_bank_jobs,
    input  wire [$(TILE_SLOTS-1):0] i_info_last,
    output wire              o_slot_free,     // pulse: the oldest slot
    // rows that are wanted: $(ASKED_KEY.names()), wanted: $(WANTED_KEY.names())
    output wire              o_ask_valid,
    input  wire              i_ask_ready,
    output wire [$(ASKED_KEY.bits-1):0] o_ask,
    input  wire              i_space,         // pulse: a K and a V row have left the ring
    // keys: $(LISTED_KEY.names())
    output wire              o_key_valid,
    input  wire              i_key_ready,
    output wire [$(LISTED_KEY.bits-1):0]  o_key,
    output wire [$(QUERY_BLOCK-1):0]      o_rows      // that need the key taken a cycle ago
);
    reg  [1:0]       complete;     // tiles not yet begun
    reg              parity;       // of the next tile to begin
    reg              walking, none;
    reg              fresh;        // no key of the block has been listed
    wire             walk_idle, walk_valid, walk_last, take;
    wire [$(INDEX_BITS-1):0] walk_key;
    wire             begin_tile = complete != 2'd0 && !walking;
    assign o_mask_parity = parity;

    // the tile at hand
    reg              tile_parity;
    reg  [$(TOLD_TILE.bits-1):0] tile;
    wire [$(TOLD_TILE.bits-1):0] told;
//% if QUEUED then
    // slots may have other tiles by then
    wire [1:0]       which = i_loaded_slot;
    wire [$(TOLD_TILE.bits-1):0] loaded = $(TOLD_TILE.pack(info));
    wire             told_ready, told_valid;
    sofa_fifo #(.WIDTH($(TOLD_TILE.bits)), .DEPTH(4), .ABITS(2)) u_told (
        .clk(clk), .rst(rst), .i_valid(i_loaded), .o_ready(told_ready), .i_data(loaded),
        .o_valid(told_valid), .i_ready(begin_tile), .o_data(told));
    wire             unused_told = &{1'b0, told_ready, told_valid};
//% else
    reg  [1:0]       which;
    always @(posedge clk)
        if (rst)
            which <= 2'd0;
        else if (begin_tile)
            which <= $(next_slot("which"));
    assign told = $(TOLD_TILE.pack(info));
    wire             unused_loaded = &{1'b0, i_loaded, i_loaded_slot};
//% end
    always @(posedge clk)
        if (begin_tile) begin
            tile_parity <= parity;
            tile <= told;
            none <= !i_some;
        end

    // its keys
    sofa_walk_$(WALK) u_walk (
        .clk(clk), .rst(rst), .i_load(begin_tile), .i_mask(i_mask), .i_any(i_some), .o_idle(walk_idle),
        .o_valid(walk_valid), .i_ready(o_taken), .o_index(walk_key), .o_last(walk_last));
    wire             unused_idle = walk_idle;
    assign o_taken = take && !none;
    wire             end_tile = none || walk_last;
    $(LIST) u_list (
        .i_walked(walking && (none || (walk_valid && i_here))), .o_take(take), .i_has_key(!none), .i_index(walk_key), .i_fresh(fresh),
        .i_end(end_tile),
        .i_parity(tile_parity), .i_base($(TOLD_TILE.of("base", "tile"))), .i_block_rows($(TOLD_TILE.of("rows", "tile"))),
        .i_bank($(TOLD_TILE.of("bank", "tile"))), .i_last($(TOLD_TILE.of("last", "tile"))), .i_slot($(TOLD_TILE.of("slot", "tile"))), .*);

    always @(posedge clk)
        if (rst) begin
            complete <= 2'd0;
            parity <= 1'b0;
            walking <= 1'b0;
            fresh <= 1'b1;
        end else begin
            complete <= complete + {1'b0, i_complete} - {1'b0, begin_tile};
            if (begin_tile)
                parity <= !parity;
            walking <= begin_tile || (walking && !(take && end_tile));
            if (take)
                fresh <= (end_tile && $(TOLD_TILE.of("last", "tile"))) || (fresh && none);
        end

//% if QUEUED then
$(holds("order_tile_told", "!begin_tile || told_valid"))
$(holds("order_told_fits", "!i_loaded || told_ready"))
//% end
endmodule
`default_nettype wire

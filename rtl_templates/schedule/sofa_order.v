//% -- SPDX-License-Identifier: Apache-2.0
// Issue order: tiles as they complete; in a tile the needed keys, ascending. Asks for the K and V row of each key ahead, each to come
// into the next place of the ring, as there is space, and lists the keys for the window.
// Throughput: one key a cycle. Handshake: valid/ready. Equals sofa_tile_order().
`default_nettype none
module sofa_order (
    input  wire              clk,
    input  wire              rst,
    input  wire              i_complete,      // pulse: the need matrix of the next tile is complete
    output wire              o_mask_parity,   // of the tile whose mask is wanted
    input  wire [$(TILE_KEYS-1):0]  i_mask,   // its needed keys
    input  wire              i_some,          // there are any
    // tile slots
    input  wire [$(3*KEY_NUMBER_BITS-1):0] i_info_base,
    input  wire [2:0]        i_info_bank,
    input  wire [2:0]        i_info_last,
    // rows that are wanted: $(ASKED_KEY.names()), wanted: $(WANTED_KEY.names())
    output wire              o_ask_valid,
    input  wire              i_ask_ready,
    output wire [$(ASKED_KEY.bits-1):0] o_ask,
    input  wire              i_space,         // pulse: a K and a V row have left the ring
    // keys: $(LISTED_KEY.names())
    output wire              o_key_valid,
    input  wire              i_key_ready,
    output wire [$(LISTED_KEY.bits-1):0]  o_key
);
    reg  [1:0]       complete;     // tiles not yet begun
    reg              parity;       // of the next tile to begin
    reg  [1:0]       slot;
    reg              walking, none;
    wire             walk_idle, walk_valid, walk_last;
    wire [$(INDEX_BITS-1):0] walk_key;
    wire             begin_tile = complete != 2'd0 && !walking;
    assign o_mask_parity = parity;

    // the tile at hand
    reg              tile_parity, tile_bank, tile_last;
    reg  [1:0]       tile_slot;
    reg  [$(KEY_NUMBER_BITS-1):0] tile_base;
    always @(posedge clk)
        if (begin_tile) begin
            tile_parity <= parity;
            tile_slot <= slot;
            tile_bank <= $(pick("i_info_bank", 1, 3, "slot", 2));
            tile_last <= $(pick("i_info_last", 1, 3, "slot", 2));
            tile_base <= $(pick("i_info_base", KEY_NUMBER_BITS, 3, "slot", 2));
            none <= !i_some;
        end

    // space in the ring, list of keys
    reg  [$(PREFETCH_COUNT_BITS-1):0] space;
    wire             list_ready;
    $(REGISTERED_LINKS and "reg " or "wire")
        space_here$(REGISTERED_LINKS and ";      // space is not 0" or " = space != " .. PREFETCH_COUNT_BITS .. "'d0;")
    assign o_ask_valid = walk_valid && list_ready && space_here;
    wire             request = o_ask_valid && i_ask_ready;
//% if REGISTERED_LINKS then
    always @(posedge clk)
        space_here <= rst || i_space || |space[$(PREFETCH_COUNT_BITS-1):1] || (space[0] && !request);
//% end
    wire             step = request || (walking && none && list_ready);
    wire             end_tile = step && (none || walk_last);

    sofa_walk_$(WALK) u_walk (
        .clk(clk), .rst(rst), .i_load(begin_tile), .i_mask(i_mask), .i_any(i_some), .o_idle(walk_idle),
        .o_valid(walk_valid), .i_ready(request), .o_index(walk_key), .o_last(walk_last));
    reg              fresh;        // no key of the block has been asked for
    reg  [$(RING_BITS-1):0] place;
//% local key = "tile_base + " .. ext("walk_key", INDEX_BITS, KEY_NUMBER_BITS)
//% local wanted = WANTED_KEY.pack{slot = "tile_slot", index = "walk_key", ring = "place", key = key}
    assign o_ask = $(ASKED_KEY.pack{block_first = "fresh", tile_last = "walk_last", wanted = wanted});
    always @(posedge clk)
        if (rst) begin
            fresh <= 1'b1;
            place <= $(RING_BITS)'d0;
        end else begin
            if (begin_tile && tile_last)
                fresh <= 1'b1;
            else if (request)
                fresh <= 1'b0;
            if (request)
                place <= $(next_of("place", RING_BITS, PREFETCH));
        end
//% local listed = LISTED_KEY.pack{has_key = "!none", key = "walk_key", parity = "tile_parity", slot = "tile_slot", bank = "tile_bank",
//%     tile_last = "end_tile", block_last = "end_tile && tile_last"}
    sofa_fifo #(.WIDTH($(LISTED_KEY.bits)), .DEPTH($(1 << LIST_BITS)), .ABITS($(LIST_BITS))) u_list (
        .clk(clk), .rst(rst), .i_valid(step), .o_ready(list_ready),
        .i_data($(listed)),
        .o_valid(o_key_valid), .i_ready(i_key_ready), .o_data(o_key));

    always @(posedge clk)
        if (rst) begin
            complete <= 2'd0;
            parity <= 1'b0;
            slot <= 2'd0;
            walking <= 1'b0;
            space <= $(PREFETCH_COUNT_BITS)'d$(PREFETCH);
        end else begin
            complete <= complete + {1'b0, i_complete} - {1'b0, begin_tile};
            if (begin_tile) begin
                parity <= !parity;
                slot <= $(next_slot("slot"));
            end
            walking <= begin_tile || (walking && !end_tile);
            space <= space + $(ext("i_space", 1, PREFETCH_COUNT_BITS)) - $(ext("request", 1, PREFETCH_COUNT_BITS));
        end
    wire unused_idle = walk_idle;

$(holds("order_places_counted", at_most("space", PREFETCH_COUNT_BITS, PREFETCH)))
$(stands("order_ask_stands", "o_ask_valid", "i_ask_ready", "o_ask", ASKED_KEY.bits))
endmodule
`default_nettype wire

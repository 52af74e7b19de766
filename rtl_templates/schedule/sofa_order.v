//% -- SPDX-License-Identifier: Apache-2.0
// Issue order: tiles as they complete; in a tile the needed keys, ascending. Requests the V
// row of each key ahead, as space in the prefetch buffer allows, and lists the keys for the window.
//% if TOKENS then
// The K and V row of a key is asked for (o_ask) instead of the V row requested: it is fetched or generated into a place of the ring.
//% end
// Throughput: one key a cycle. Handshake: valid/ready. Equals sofa_tile_order().
//% local info, base_bits = "i_info_v_base", ADDRESS_BITS          -- what the list takes of a tile
//% if TOKENS or WORD_MEMORIES then info, base_bits = "i_info_base", KEY_NUMBER_BITS end
`default_nettype none
module sofa_order (
    input  wire              clk,
    input  wire              rst,
//% if not TOKENS then
    input  wire [$(ADDRESS_BITS-1):0]   i_v_stride,
//% end
    input  wire              i_complete,      // pulse: the need matrix of the next tile is complete
    output wire              o_mask_parity,   // of the tile whose mask is wanted
    input  wire [$(TILE_KEYS-1):0]  i_mask,   // its needed keys
    input  wire              i_some,          // there are any
    // tile slots
//% if WORD_MEMORIES then
    input  wire [$(ADDRESS_BITS-1):0]   i_v_base,
//% end
//% if TOKENS or WORD_MEMORIES then
    input  wire [$(3*KEY_NUMBER_BITS-1):0] i_info_base,
//% else
    input  wire [$(3*ADDRESS_BITS-1):0] i_info_v_base,
//% end
    input  wire [2:0]        i_info_bank,
    input  wire [2:0]        i_info_last,
//% if TOKENS then
    // keys that are wanted: $(ASKED_KEY.names()), wanted: $(WANTED_KEY.names())
    output reg               o_ask_valid,
    input  wire              i_ask_ready,
    output reg  [$(ASKED_KEY.bits-1):0] o_ask,
//% else
    // V requests
    output wire              o_req_valid,
    input  wire              i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]   o_req_addr,
    output wire [7:0]        o_req_len,
//% end
    input  wire              i_space,         // pulse: a row has left the prefetch buffer
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
    reg  [$((TOKENS or WORD_MEMORIES) and KEY_NUMBER_BITS-1 or ADDRESS_BITS-1):0]  tile_base;
    always @(posedge clk)
        if (begin_tile) begin
            tile_parity <= parity;
            tile_slot <= slot;
            tile_bank <= $(pick("i_info_bank", 1, 3, "slot", 2));
            tile_last <= $(pick("i_info_last", 1, 3, "slot", 2));
            tile_base <= $(pick(info, base_bits, 3, "slot", 2));
            none <= !i_some;
        end

    // space in the prefetch buffer, list of keys
    reg  [$(PREFETCH_COUNT_BITS-1):0] space;
    wire             list_ready, address_ready;
    $(REGISTERED_LINKS and "reg " or "wire")
        space_here$(REGISTERED_LINKS and ";      // space is not 0" or " = space != " .. PREFETCH_COUNT_BITS .. "'d0;")
    wire             request = walk_valid && list_ready && address_ready && space_here;
//% if REGISTERED_LINKS then
    always @(posedge clk)
        space_here <= rst || i_space || |space[$(PREFETCH_COUNT_BITS-1):1] || (space[0] && !request);
//% end
    wire             step = request || (walking && none && list_ready);
    wire             end_tile = step && (none || walk_last);

    sofa_walk u_walk (
        .clk(clk), .rst(rst), .i_load(begin_tile), .i_mask(i_mask), .i_any(i_some), .o_idle(walk_idle),
        .o_valid(walk_valid), .i_ready(request), .o_index(walk_key), .o_last(walk_last));
//% if TOKENS then
    reg              fresh;        // no key of the block has been asked for
    reg  [$(PREFETCH_BITS-1):0] place;
    assign address_ready = !o_ask_valid || i_ask_ready;
    always @(posedge clk) begin
//%   local key = "tile_base + " .. ext("walk_key", INDEX_BITS, KEY_NUMBER_BITS)
//%   local wanted = WANTED_KEY.pack{slot = "tile_slot", index = "walk_key", ring = "place", key = key}
        if (request)
            o_ask <= $(ASKED_KEY.pack{block_first = "fresh", tile_last = "walk_last", wanted = wanted});
        if (rst) begin
            o_ask_valid <= 1'b0;
            fresh <= 1'b1;
            place <= $(PREFETCH_BITS)'d0;
        end else begin
            if (address_ready)
                o_ask_valid <= request;
            if (begin_tile && tile_last)
                fresh <= 1'b1;
            else if (request)
                fresh <= 1'b0;
            if (request)
                place <= $(next_of("place", PREFETCH_BITS, PREFETCH));
        end
    end
//% elseif WORD_MEMORIES then
    wire [$(KEY_NUMBER_BITS-1):0] absolute = tile_base + $(ext("walk_key", INDEX_BITS, KEY_NUMBER_BITS));
    sofa_address #(.IBITS($(KEY_NUMBER_BITS))) u_address (
        .clk(clk), .rst(rst), .i_valid(request), .o_ready(address_ready), .i_base(i_v_base), .i_index(absolute), .i_stride(i_v_stride),
        .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));
    assign o_req_len = 8'd$(d.value_beats - 1);
//% else
    sofa_address #(.IBITS($(INDEX_BITS))) u_address (
        .clk(clk), .rst(rst), .i_valid(request), .o_ready(address_ready), .i_base(tile_base), .i_index(walk_key), .i_stride(i_v_stride),
        .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));
    assign o_req_len = 8'd$(d.value_beats - 1);
//% end
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
endmodule
`default_nettype wire

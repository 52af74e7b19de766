//% -- SPDX-License-Identifier: Apache-2.0
// Keys between issue order and window: as many as have places in the ring. Their rows are asked for when they are listed; which rows need
// them stays in the need matrix, and what is known of their tile in its slot, until the tile's last key is taken.
// Latency: $(latency("list_matrix", 1)) cycle from a key to the window; throughput one key a cycle. Handshake: valid/ready.
//% local flags = {"has_key", "bank", "block_last"}
//% local WAITING = record{{"has_key", 1}, {"key", INDEX_BITS}, {"parity", 1}, {"slot", 2}, {"bank", 1}, {"tile_last", 1},
//%     {"block_last", 1}}
`default_nettype none
module sofa_list_matrix (
    input  wire              clk,
    input  wire              rst,
    // keys as they are walked through, or a tile without one
    input  wire              i_walked,
    output wire              o_take,          // it is listed
    input  wire              i_has_key,
    input  wire              i_fresh,         // the first key of its block
    input  wire [$(INDEX_BITS-1):0] i_index,
    input  wire              i_end,           // of its tile
    input  wire              i_parity,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_base,
    input  wire [$(ROW_BITS):0]   i_block_rows,
    input  wire              i_bank,
    input  wire [1:0]        i_bank_jobs,
    input  wire              i_last,          // tile of its block
    input  wire [1:0]        i_slot,
    // need matrix
    output wire              o_read_parity,   // of a key whose rows are wanted in the next cycle
    output wire [$(INDEX_BITS-1):0] o_read_key,
    input  wire [$(QUERY_BLOCK-1):0] i_rows,
    output reg  [1:0]        o_parity_free,   // pulses
    // tile slots
    input  wire              i_loaded,        // pulse: the passes of a tile are loaded
    input  wire [$(TILE_SLOTS*(ROW_BITS+1)-1):0] i_info_rows,
    output reg               o_slot_free,     // pulse: the oldest slot
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
    wire             list_ready, place_here;
    wire [$(RING_BITS-1):0] place;
    wire             may_list = list_ready && (!i_has_key || (place_here && i_ask_ready));
    wire             request = o_ask_valid && i_ask_ready;
    assign o_ask_valid = i_walked && i_has_key && list_ready && place_here;
    assign o_take = may_list && i_walked;
    sofa_places u_places (
        .clk(clk), .rst(rst), .i_take(request), .i_space(i_space), .o_here(place_here), .o_place(place));
//% local key = "i_base + " .. ext("i_index", INDEX_BITS, KEY_NUMBER_BITS)
//% local wanted = WANTED_KEY.pack_known{slot = "i_slot", index = "i_index", ring = "place", key = key, job = "job"}
    wire             job = i_bank ? i_bank_jobs[1] : i_bank_jobs[0];
    assign o_ask = $(ASKED_KEY.pack_known{block_first = "i_fresh", tile_last = "i_end", wanted = wanted});

//% local listed = WAITING.pack{has_key = "i_has_key", key = "i_index", parity = "i_parity", slot = "i_slot", bank = "i_bank",
//%     tile_last = "i_end", block_last = "i_end && i_last"}
    wire [$(WAITING.bits-1):0] first;
    sofa_fifo #(.WIDTH($(WAITING.bits)), .DEPTH($(1 << LIST_BITS)), .ABITS($(LIST_BITS))) u_list (
        .clk(clk), .rst(rst), .i_valid(o_take), .o_ready(list_ready), .i_data($(listed)),
        .o_valid(o_key_valid), .i_ready(i_key_ready), .o_data(first));
    wire [1:0]       slot = $(WAITING.of("slot", "first"));
//% local block_rows = pick("i_info_rows", ROW_BITS+1, TILE_SLOTS, "slot", 2)
//% local of_first = {block_rows = block_rows}
//% for _, flag in ipairs(flags) do of_first[flag] = WAITING.of(flag, "first") end
    assign o_key = $(LISTED_KEY.pack(of_first));
    assign o_read_parity = $(WAITING.of("parity", "first"));
    assign o_read_key = $(WAITING.of("key", "first"));
    assign o_rows = i_rows;
    wire             tile_end = o_key_valid && i_key_ready && $(WAITING.of("tile_last", "first"));
    always @(posedge clk)
        if (rst) begin
            o_parity_free <= 2'b00;
            o_slot_free <= 1'b0;
        end else begin
            o_parity_free <= {tile_end && o_read_parity, tile_end && !o_read_parity};
            o_slot_free <= tile_end;
        end
    wire             unused = &{1'b0, i_loaded, i_block_rows, i_fresh, job};

$(stands("order_ask_stands", "o_ask_valid", "i_ask_ready", "o_ask", ASKED_KEY.bits))
endmodule
`default_nettype wire

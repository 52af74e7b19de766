//% -- SPDX-License-Identifier: Apache-2.0
// Keys between issue order and window, $(QUEUE) of them with the rows that need them, so that prediction may be far ahead of attention: the
// need matrix is free when its keys are listed$(TOKENS and "" or ", a tile slot when its passes are loaded"). Rows of K and V are asked for
// in the same order as places of the ring become free. A variant of sofa_list_matrix.
// Latency: $(latency("list_queue", d.queue_time + 1)) cycles from a key to the window; throughput one key a cycle. Handshake: valid/ready.
//% local WAITING = record{{"has_key", 1}, {"bank", 1}, {"tile_last", 1}, {"block_last", 1}, {"rows", QUERY_BLOCK}}
//% local ASKING = record(JOBS > 1 and {{"job", 1}, {"key", KEY_NUMBER_BITS}} or {{"key", KEY_NUMBER_BITS}})
//% if TOKENS then
//%   ASKING = record{{"block_first", 1}, {"tile_last", 1}, {"slot", 2}, {"index", INDEX_BITS}, {"key", KEY_NUMBER_BITS}}
//% end
//% local function queue(bits) return parameters("WIDTH", bits, "DEPTH", QUEUE, "ABITS", QUEUE_BITS) end
`default_nettype none
module sofa_list_queue (
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
    output reg  [$(QUERY_BLOCK-1):0]      o_rows      // that need the key taken a cycle ago
);
    reg  [$(QUEUE_BITS):0] space;       // for keys
    wire             leave = o_key_valid && i_key_ready;
    assign o_take = i_walked && space != $(QUEUE_BITS+1)'d0;
    always @(posedge clk)
        if (rst)
            space <= $(QUEUE_BITS+1)'d$(QUEUE);
        else
            space <= space + $(ext("leave", 1, QUEUE_BITS+1)) - $(ext("o_take", 1, QUEUE_BITS+1));

    // to the window; rows come out of the need matrix a cycle later. No more than two blocks wait: their rows are told by bank
    assign o_read_parity = i_parity;
    assign o_read_key = i_index;
    reg              taken, has_key, bank, tile_last, block_last;
    reg  [$(ROW_BITS):0] block_rows0, block_rows1;
    always @(posedge clk) begin
        taken <= o_take && !rst;
        has_key <= i_has_key;
        bank <= i_bank;
        tile_last <= i_end;
        block_last <= i_end && i_last;
        if (o_take && !i_bank)
            block_rows0 <= i_block_rows;
        if (o_take && i_bank)
            block_rows1 <= i_block_rows;
    end
    wire [$(WAITING.bits-1):0] first;
//% local flags = {"has_key", "bank", "block_last"}
//% local waiting, of_first = {tile_last = "tile_last", rows = "i_rows"}, {block_rows = "first_bank ? block_rows1 : block_rows0"}
//% for _, flag in ipairs(flags) do waiting[flag], of_first[flag] = flag, WAITING.of(flag, "first") end
    wire             first_bank = $(WAITING.of("bank", "first"));
    sofa_queue #($(queue(WAITING.bits))) u_keys (
        .clk(clk), .rst(rst), .i_valid(taken), .i_data($(WAITING.pack(waiting))),
        .o_valid(o_key_valid), .i_ready(i_key_ready), .o_data(first));
    assign o_key = $(LISTED_KEY.pack(of_first));
    always @(posedge clk)
        if (leave)
            o_rows <= $(WAITING.of("rows", "first"));

    // to what fetches or generates rows
//% local number = "i_base + " .. ext("i_index", INDEX_BITS, KEY_NUMBER_BITS)
//% local asking = ASKING.pack_known{
//%     block_first = "i_fresh", tile_last = "i_end", slot = "i_slot", index = "i_index", key = number, job = "job"}
    wire             job = i_bank ? i_bank_jobs[1] : i_bank_jobs[0];
    wire [$(ASKING.bits-1):0] next;
    wire             next_here, place_here;
    wire [$(RING_BITS-1):0] place;
    wire             request = o_ask_valid && i_ask_ready;
    sofa_queue #($(queue(ASKING.bits))) u_asks (
        .clk(clk), .rst(rst), .i_valid(o_take && i_has_key), .i_data($(asking)),
        .o_valid(next_here), .i_ready(request), .o_data(next));
    sofa_places u_places (
        .clk(clk), .rst(rst), .i_take(request), .i_space(i_space), .o_here(place_here), .o_place(place));
//% if REGISTERED_LINKS then
    reg              stood;        // a cycle at least
    always @(posedge clk)
        stood <= next_here && !request && !rst;
//% end
    assign o_ask_valid = next_here && place_here$(REGISTERED_LINKS and " && stood" or "");
//% local fields = TOKENS and {"block_first", "tile_last", "slot", "index", "key"} or JOBS > 1 and {"job", "key"} or {"key"}
//% local of_next = {ring = "place"}
//% for _, field in ipairs(fields) do of_next[field] = ASKING.of(field, "next") end
//% of_next.wanted = WANTED_KEY.pack_known(of_next)
    assign o_ask = $(ASKED_KEY.pack_known(of_next));

    always @(posedge clk)
        if (rst) begin
            o_parity_free <= 2'b00;
            o_slot_free <= 1'b0;
        end else begin
            o_parity_free <= {2{o_take && i_end}} & {i_parity, !i_parity};
            o_slot_free <= $(TOKENS and "leave && " .. WAITING.of("tile_last", "first") or "i_loaded");
        end
    wire             unused = &{1'b0, i_loaded, i_info_rows, i_fresh, i_slot, job, first};

$(holds("list_space_counted", at_most("space", QUEUE_BITS + 1, QUEUE)))
$(stands("list_ask_stands", "o_ask_valid", "i_ask_ready", "o_ask", ASKED_KEY.bits))
endmodule
`default_nettype wire

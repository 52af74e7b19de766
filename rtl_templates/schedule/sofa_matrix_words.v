//% -- SPDX-License-Identifier: Apache-2.0
//% local word = d.need_word
//% local banks = TILE_KEYS // word                    -- memories that a row has words in
//% local rows = d.need_rows                           -- that are read at once
//% local sets, steps = rows // banks, QUERY_BLOCK // rows
//% local set_bits = clog2(sets)
//% local bank_bits, word_bits, step_bits = clog2(banks), clog2(word), clog2(steps)
//% local step_width = math.max(1, step_bits)
//% local address_bits = ROW_BITS + 1 - set_bits
// Need matrices in memories of words of $(word) keys of a row: word g of row r stands in number (g + r) modulo $(banks) of
// $(sets) set(s), so that all words of a row are written at once, and one of $(rows) rows each is read at once. Keys come in groups of
// a word, of all rows in $(steps) cycle(s), ascending, groups that no row needs left out, into one of two buffers; from the other one
// keys are read, ascending. sofa_matrix_registers has the same ports.
// Latency: $(latency("matrix_words", steps + 4)) cycles from i_complete to the first key, one from i_key to o_rows; throughput a row in,
// a group in $(steps) cycle(s) and a column out a cycle. Handshake: i_taken only when o_here.
`default_nettype none
module sofa_matrix_words (
    input  wire             clk,
    input  wire             rst,
    input  wire [1:0]       i_write,     // row i_row of a parity
    input  wire [$(ROW_BITS-1):0] i_row,
    input  wire [$(TILE_KEYS-1):0] i_need,
    input  wire [1:0]       i_clear,
    input  wire             i_complete,  // pulse: that of the next tile is complete
    input  wire [$(TILE_KEYS-1):0] i_mask0,     // keys of the parities that some row needs
    input  wire [$(TILE_KEYS-1):0] i_mask1,
    // reader
    input  wire             i_parity_read,
    input  wire [$(INDEX_BITS-1):0] i_key,
    input  wire             i_taken,
    output wire             o_here,
    output reg  [$(QUERY_BLOCK-1):0] o_rows
);
    // ---- groups of keys that are read, one after the other ----
    reg  [1:0]              complete;    // tiles not yet begun
    reg                     parity, next_parity;
    reg  [$(banks-1):0]     groups;      // of the tile begun, left
    reg                     reading, group_parity, side, fill, head;
    reg  [$(bank_bits-1):0] group;
    reg  [$(step_width-1):0] step;
    reg  [1:0]              kept;        // buffers that are being filled or full
    wire [$(banks-1):0]     others = groups & (groups - $(lit(banks, 1)));
    wire [$(banks-1):0]     lowest = groups & ~others;
    wire                    last = step == $(lit(step_width, steps - 1));
    wire                    start = groups != $(lit(banks, 0)) && !(fill ? kept[1] : kept[0]) && (!reading || last);
    wire                    begin_tile = complete != 2'd0 && groups == $(lit(banks, 0));
    wire [$(TILE_KEYS-1):0] mask = next_parity ? i_mask1 : i_mask0;
    wire [1:0]              starts = {start && fill, start && !fill};
    wire [1:0]              done;
    reg  [$(bank_bits-1):0] lowest_index;
    reg  [$(banks-1):0]     any;         // key of the word is needed
    integer                 bank;
    always @* begin
        lowest_index = $(lit(bank_bits, 0));
        for (bank = 0; bank < $(banks); bank = bank + 1) begin
            lowest_index = lowest_index | (bank[$(bank_bits-1):0] & {$(bank_bits){lowest[bank]}});
            any[bank] = |mask[bank*$(word) +: $(word)];
        end
    end
    always @(posedge clk) begin
        if (begin_tile)
            parity <= next_parity;
        if (start) begin
            group <= lowest_index;
            group_parity <= parity;
            side <= fill;
        end
        step <= start ? $(lit(step_width, 0)) : step + 1'b1;
        if (rst) begin
            complete <= 2'd0;
            next_parity <= 1'b0;
            groups <= $(lit(banks, 0));
            reading <= 1'b0;
            fill <= 1'b0;
            kept <= 2'b00;
        end else begin
            complete <= complete + {1'b0, i_complete} - {1'b0, begin_tile};
            next_parity <= next_parity ^ begin_tile;
            groups <= begin_tile ? any : start ? others : groups;
            reading <= start || (reading && !last);
            fill <= fill ^ start;
            kept <= (kept | starts) & ~done;
        end
    end

    // ---- memories ----
    wire [$(bank_bits-1):0] row_turn = $(lit(bank_bits, 0)) - i_row[$(bank_bits-1):0];
    wire [$(2*TILE_KEYS-1):0] need_turned = {i_need, i_need} >> {row_turn, $(lit(word_bits, 0))};
    wire                    write_parity = i_write[1];
    wire [$(rows*word-1):0] read;
//% local above = bank_bits + set_bits                -- bits of a row below its step
//% local write_row = join(ROW_BITS > above and range("i_row", ROW_BITS - 1, above) or "", range("i_row", bank_bits - 1, 0))
//% for bank = 0, banks - 1 do
    wire [$(bank_bits-1):0] place_$(bank) = $(lit(bank_bits, bank)) - group;
//%   for set = 0, sets - 1 do
//%     local of_set = set_bits > 0 and " && i_row[" .. bank_bits .. "] == 1'b" .. set or ""
    sofa_ram #($(parameters("WIDTH", word, "DEPTH", 1 << address_bits, "ABITS", address_bits))) u_words_$(set)_$(bank) (
        .clk(clk), .i_we(|i_write$(of_set)), .i_waddr({write_parity, $(write_row)}), .i_wdata($(nth("need_turned", bank, word))),
        .i_re(reading), .i_raddr({group_parity, $(step_bits > 0 and "step, " or "")place_$(bank)}),
        .o_rdata($(nth("read", set * banks + bank, word))));
//%   end
//% end

    // ---- rows that were written since the parity was cleared; others have what there was ----
    reg  [$(QUERY_BLOCK-1):0] written0, written1;
    always @(posedge clk)
        if (rst) begin
            written0 <= $(lit(QUERY_BLOCK, 0));
            written1 <= $(lit(QUERY_BLOCK, 0));
        end else begin
//% for parity = 0, 1 do
            if (i_clear[$(parity)])
                written$(parity) <= $(lit(QUERY_BLOCK, 0));
            else if (i_write[$(parity)])
                written$(parity)[i_row] <= 1'b1;
//% end
        end

    // ---- buffers, by rows ----
    reg                     come, come_last, come_side, come_parity;
    reg  [$(step_width-1):0] come_step;
    reg  [$(bank_bits-1):0] come_group;
    always @(posedge clk) begin
        come <= reading && !rst;
        come_last <= last;
        come_side <= side;
        come_parity <= group_parity;
        come_step <= step;
        come_group <= group;
    end
//% for set = 0, sets - 1 do
//%   local of_set = nth("read", set, TILE_KEYS)
    wire [$(2*TILE_KEYS-1):0] in_order_$(set) = {$(of_set), $(of_set)} >> {come_group, $(lit(word_bits, 0))};
//% end
    wire [$(QUERY_BLOCK-1):0] written = come_parity ? written1 : written0;
    wire [$(rows-1):0]      written_now = $(steps > 1 and "written[come_step*" .. rows .. " +: " .. rows .. "]" or "written");
    wire [$(rows*word-1):0] now;         // a word each of the rows that are read at once
    reg  [$(steps*rows*word-1):0] buffer0, buffer1;
    genvar row;
    generate
        for (row = 0; row < $(banks); row = row + 1) begin : arriving
//% for set = 0, sets - 1 do
//%   local place = set > 0 and "row+" .. set * banks or "row"
            assign now[($(place))*$(word) +: $(word)] = in_order_$(set)[row*$(word) +: $(word)] & {$(word){written_now[$(place)]}};
//% end
        end
        for (row = 0; row < $(QUERY_BLOCK); row = row + 1) begin : rows
            wire [$(word-1):0] held = head ? buffer1[row*$(word) +: $(word)] : buffer0[row*$(word) +: $(word)];
            always @(posedge clk) o_rows[row] <= held[i_key[$(word_bits-1):0]];
        end
    endgenerate
    always @(posedge clk) begin
//% for step = 0, steps - 1 do
        if (come && come_step == $(lit(step_width, step))) begin
            if (come_side)
                $(nth("buffer1", step, rows * word)) <= now;
            else
                $(nth("buffer0", step, rows * word)) <= now;
        end
//% end
    end

    // ---- the reader is done with a group with the last key of it ----
    reg  [1:0]              full;
    wire [1:0]              filled = {2{come && come_last}} & {come_side, !come_side};
    wire [$(bank_bits-1):0] key_group = i_key[$(INDEX_BITS-1):$(word_bits)];
    wire [$(TILE_KEYS-1):0] read_mask = i_parity_read ? i_mask1 : i_mask0;
    reg  [$(word-1):0]      needed;      // keys of the group
    always @* begin
        needed = $(lit(word, 0));
        for (bank = 0; bank < $(banks); bank = bank + 1)
            needed = needed | (read_mask[bank*$(word) +: $(word)] & {$(word){key_group == bank[$(bank_bits-1):0]}});
    end
    wire [$(word-1):0]      left = needed >> i_key[$(word_bits-1):0];    // of them, from the key on
    assign done = {2{i_taken && left == $(lit(word, 1))}} & {head, !head};
    assign o_here = head ? full[1] : full[0];
    always @(posedge clk)
        if (rst) begin
            full <= 2'b00;
            head <= 1'b0;
        end else begin
            full <= (full | filled) & ~done;
            head <= head ^ (|done);
        end
    wire                    unused = &{1'b0, need_turned$(sets > 1 and ", in_order_1" or ""), in_order_0};

$(holds("matrix_key_here", "!i_taken || (o_here && left[0])"))
endmodule
`default_nettype wire

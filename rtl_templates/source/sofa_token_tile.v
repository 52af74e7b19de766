//% -- SPDX-License-Identifier: Apache-2.0
//% local function gcd(one, other) return other == 0 and one or gcd(other, one % other) end
//% local unit_bytes = gcd(PORT_BYTES, PREDICT_DIMS)                    -- bytes that data is shifted by
//% local unit_bits = clog2(unit_bytes)
//% local port_units, word_units = PORT_BYTES // unit_bytes, PREDICT_DIMS // unit_bytes
//% local fill_bits = clog2(port_units + word_units)                   -- holds 0 .. port_units + word_units - 1
// Tokens on chip: cuts the port beats of X rows into words of $(PREDICT_DIMS) tokens and holds a slice of $(SLICE_WORDS) words of each key
// of a tile, in three tile slots. Tokens beyond the hidden size are zero.
// Throughput: a beat or a word a cycle, whichever is slower. Handshake: valid/ready on beats (ready does not depend on valid); words
// of keys that are read once more for generation come out as they are cut (o_word_valid).
// Latency: a beat's first word is cut in the next cycle; reads take $(latency("token_tile.read", 1)) cycle.
// The meta word of a beat: $(TILE_TAG.names()), as it is of the last slice of X, for generation, of the last key of the tile's slice.
`default_nettype none
module sofa_token_tile (
    input  wire             clk,
    input  wire             rst,
    input  wire [$(SLICE_WORD_BITS-1):0] i_words_last,
    input  wire [$(WORD_TAIL_BITS-1):0] i_tail,
    input  wire             i_valid,
    output wire             o_ready,
    input  wire [$(PORT_BITS-1):0]  i_beat,
    input  wire [$(TILE_TAG.bits-1):0] i_meta,
    // a key's slice has come
    output wire             o_key_valid,
    output wire             o_key_last,
    output wire [1:0]       o_key_slot,
    output wire [$(INDEX_BITS-1):0] o_key,
    // words for generation
    output wire             o_word_valid,
    output wire             o_word_last,
    output wire [$(PREDICT_DIMS*8-1):0] o_word,
    // reads for key prediction and, from another slot, for generation
    input  wire             i_read,
    input  wire [1:0]       i_read_slot,
    input  wire [$(TOKEN_PLACE_BITS-1):0] i_read_addr,
    output wire [$(PREDICT_DIMS*8-1):0] o_read,
    input  wire [1:0]       i_take_slot,
    input  wire [$(TOKEN_PLACE_BITS-1):0] i_take_addr,
    output wire [$(PREDICT_DIMS*8-1):0] o_take
);
    // ---- beats to words: `fill` units of $(unit_bytes) byte(s) are held, the present word's first ----
    reg  [$((port_units+word_units)*unit_bytes*8-1):0] hold;
    reg  [$(fill_bits-1):0] fill;
    reg              last_slice, generate_it, last;
    reg  [1:0]       slot;
    reg  [$(INDEX_BITS-1):0] key;
    reg  [$(SLICE_WORD_BITS-1):0] word;            // of the key's slice
    reg  [$(TOKEN_PLACE_BITS-1):0] base;
    wire             word_last = word == (last_slice ? i_words_last : $(lit(SLICE_WORD_BITS, SLICE_WORDS))) - 1'b1;
    wire             in_tail = last_slice && word_last;
//% if word_units > 1 then
    // units that the last word needs
    wire [$(WORD_TAIL_BITS-1):0] need_bytes = i_tail + $(lit(WORD_TAIL_BITS, unit_bytes - 1));
    wire [$(fill_bits-1):0] need =
        $(ext(unit_bits > 0 and range("need_bytes", WORD_TAIL_BITS-1, unit_bits) or "need_bytes", WORD_TAIL_BITS-unit_bits, fill_bits));
//%   if unit_bits > 0 then
    wire             unused_need = &{1'b0, need_bytes[$(unit_bits-1):0]};
//%   end
    wire             emit = fill >= $(lit(fill_bits, word_units)) || (in_tail && fill != $(fill_bits)'d0 && fill >= need);
//% else
    wire             emit = fill >= $(lit(fill_bits, word_units));
//% end
    wire             end_of_key = emit && word_last;
    wire [$(fill_bits-1):0] left = !emit ? fill : word_last ? $(fill_bits)'d0 : fill - $(lit(fill_bits, word_units));
//% if word_units > 1 then
    // the rest of the key is here, so the next beat is another key's
    wire [$(SLICE_WORD_BITS-1):0] next_word = word + $(ext("emit", 1, SLICE_WORD_BITS));
    wire             next_last = next_word == i_words_last - 1'b1;
    wire             complete = last_slice && !end_of_key && next_last && left != $(fill_bits)'d0 && left >= need;
    assign o_ready = left < $(lit(fill_bits, word_units)) && !complete;
//% else
    assign o_ready = left < $(lit(fill_bits, word_units));
//% end
    wire             take = i_valid && o_ready;
    wire             begin_key = take && (end_of_key || (fill == $(fill_bits)'d0 && word == $(SLICE_WORD_BITS)'d0));
    wire [$((port_units+word_units)*unit_bytes*8-1):0] shifted = emit ?
        {$(word_units*unit_bytes*8)'d0, hold[$((port_units+word_units)*unit_bytes*8-1):$(word_units*unit_bytes*8)]} : hold;

    always @(posedge clk) begin
        hold <= shifted;
        if (take)
            case (left)
//% for unit = 1, word_units - 1 do
                $(lit(fill_bits, unit)): hold[$(unit*unit_bytes*8) +: $(PORT_BITS)] <= i_beat;
//% end
                default: hold[0 +: $(PORT_BITS)] <= i_beat;
            endcase
        if (begin_key) begin
            $(TILE_TAG.names()) <= i_meta;
            base <= $(ext(TILE_TAG.of("key", "i_meta"), INDEX_BITS, math.max(TOKEN_PLACE_BITS, INDEX_BITS))) *
                $(lit(math.max(TOKEN_PLACE_BITS, INDEX_BITS), SLICE_WORDS));
        end
        if (rst) begin
            fill <= $(fill_bits)'d0;
            word <= $(SLICE_WORD_BITS)'d0;
        end else begin
            fill <= left + (take ? $(lit(fill_bits, port_units)) : $(fill_bits)'d0);
            if (emit)
                word <= word_last ? $(SLICE_WORD_BITS)'d0 : word + 1'b1;
        end
    end

    wire [$(PREDICT_DIMS*8-1):0] cut;
//% for dim = 0, PREDICT_DIMS - 1 do
    assign cut[$(dim*8) +: 8] = in_tail && i_tail <= $(lit(WORD_TAIL_BITS, dim)) ? 8'd0 : hold[$(dim*8) +: 8];
//% end
    assign o_key_valid = end_of_key && !generate_it;
    assign o_key_last = last;
    assign o_key_slot = slot;
    assign o_key = key;
    assign o_word_valid = emit && generate_it;
    assign o_word_last = word_last;
    assign o_word = cut;

    // ---- tile slots ----
    wire             store = emit && !generate_it;
    wire [$(TOKEN_PLACE_BITS-1):0] store_addr = base + $(ext("word", SLICE_WORD_BITS, TOKEN_PLACE_BITS));
    reg  [1:0]       read_slot, take_slot;
    always @(posedge clk) begin
        read_slot <= i_read_slot;
        take_slot <= i_take_slot;
    end
    wire [$(TILE_SLOTS*PREDICT_DIMS*8-1):0] tokens;
//% for slot = 0, TILE_SLOTS - 1 do
    sofa_ram #(.WIDTH($(PREDICT_DIMS*8)), .DEPTH($(math.max(2, TILE_KEYS*SLICE_WORDS))), .ABITS($(TOKEN_PLACE_BITS))) u_tokens_$(slot) (
        .clk(clk), .i_we(store && slot == 2'd$(slot)), .i_waddr(store_addr), .i_wdata(cut), .i_re(1'b1),
        .i_raddr(i_read && i_read_slot == 2'd$(slot) ? i_read_addr : i_take_addr), .o_rdata($(nth("tokens", slot, PREDICT_DIMS*8))));
//% end
    assign o_read = $(pick("tokens", PREDICT_DIMS*8, TILE_SLOTS, "read_slot", 2));
    assign o_take = $(pick("tokens", PREDICT_DIMS*8, TILE_SLOTS, "take_slot", 2));
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// What a lane multiplies: of the row that it took a chunk of Q, and of K and V the same of the row that the slot tells the place of. All
// stand in memories of port words: Q in one of the lane, K and V in memories elsewhere, which answer a cycle after {row, word}.
// sofa_operands_slots and sofa_operands_window do the same from other memories.
// Latency from i_chunk_q to o_q and o_k, and from i_chunk_value to o_v: one cycle; throughput a chunk a cycle; no handshake.
//% -- of elements of `bits` bits: what numbers a chunk in its word, the chunk, and what numbers the word
//% local function below(bits) return clog2(PORT_BITS // (WIDTH * bits)) end
//% local function chunk(word, number, number_bits, bits)
//%   local select = number_bits > 1 and range(number, below(bits) - 1, 0) or number
//%   return below(bits) == 0 and word or word .. "[" .. select .. "*" .. WIDTH * bits .. " +: " .. WIDTH * bits .. "]"
//% end
//% local function word(name, bits) return range(name, BEAT_BITS - 1, BEAT_BITS - bits) end
//% local key_chunk_bits, value_chunk_bits = math.max(below(QUERY_BITS), below(KEY_BITS)), below(VALUE_BITS)
`default_nettype none
module sofa_operands_words (
    input  wire                 clk,
    input  wire                 i_query_we,
    input  wire [$(QUERY_PLACE_BITS-1):0] i_query_addr,    // {row, bank, word}
    input  wire [$(LANE_QUERY_BITS-1):0] i_query,
    // Q and K: row and place of the key with i_take
    input  wire                 i_take,
    input  wire [$(LANE_PLACE_BITS-1):0] i_row,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_slot,
    input  wire [$(PHASE_BITS-1):0] i_chunk_q,
    output wire [$(KEY_FETCH_BITS-1):0] o_key_addr,
    input  wire [$(KEY_BUS_BITS-1):0] i_key,
    output wire [$(WIDTH*QUERY_BITS-1):0] o_q,
    output wire [$(WIDTH*KEY_BITS-1):0] o_k,
    // V: its place with i_take_value, $(VALUE_LATE) cycle(s) before its first chunk
    input  wire                 i_take_value,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_value_slot,
    input  wire [$(PHASE_BITS-1):0] i_chunk_value,
    output wire [$(VALUE_FETCH_BITS-1):0] o_value_addr,
    input  wire [$(VALUE_BUS_BITS-1):0] i_value,
    output wire [$(WIDTH*VALUE_BITS-1):0] o_v
);
    reg  [$(LANE_PLACE_BITS-1):0] row;
    reg  [$(ENTRY_PLACE_BITS-1):0] slot;
    reg  [$(ENTRY_PLACE_BITS-1):0] value_slot_0;
    wire [$(PORT_BITS-1):0]     q_word;
    always @(posedge clk) begin
        if (i_take) begin
            row <= i_row;
            slot <= i_slot;
        end
        if (i_take_value)
            value_slot_0 <= i_value_slot;
    end
$(travel({{"value_slot", ENTRY_PLACE_BITS, VALUE_LATE, "value_slot_0"}}))
    sofa_ram #($(parameters("WIDTH", PORT_BITS, "DEPTH", QUERY_PLACES, "ABITS", QUERY_PLACE_BITS))) u_query (
        .clk(clk), .i_we(i_query_we), .i_waddr(i_query_addr), .i_wdata(i_query),
        .i_re(1'b1), .i_raddr({row, $(word("i_chunk_q", QUERY_WORD_BITS))}), .o_rdata(q_word));
    assign o_key_addr = {slot, $(word("i_chunk_q", KEY_WORD_BITS))};
    assign o_value_addr = {value_slot_$(VALUE_LATE), $(word("i_chunk_value", VALUE_WORD_BITS))};

    // ---- chunks of words, where a word has several ----
$(travel({{"chunk", key_chunk_bits, math.min(1, key_chunk_bits), range("i_chunk_q", key_chunk_bits - 1, 0)}}))
$(travel({{"chunk_value", value_chunk_bits, math.min(1, value_chunk_bits), range("i_chunk_value", value_chunk_bits - 1, 0)}}))
    assign o_q = $(chunk("q_word", "chunk_1", key_chunk_bits, QUERY_BITS));
    assign o_k = $(chunk("i_key", "chunk_1", key_chunk_bits, KEY_BITS));
    assign o_v = $(chunk("i_value", "chunk_value_1", value_chunk_bits, VALUE_BITS));
endmodule
`default_nettype wire

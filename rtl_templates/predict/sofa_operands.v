//% -- SPDX-License-Identifier: Apache-2.0
// K^ of the tiles on chip, and on its way into the array: the slices of $(LOAD_KEYS) key(s), from one that the loader reads on, are
// o_operand, for columns $(LOAD_KEYS) * o_load_column + n.
// Latency: $(latency("operands", COPIED_REGISTERS and not MASS and 2 or 1)) cycle(s) from i_read. Handshake: none.
//% -- slices of K^ in a word of its memory; bits of a port word's place in its slice
//% local word_elements = WORD_MEMORIES and PORT_BITS // KHAT_ELEMENT_BITS or REGISTERED_LINKS and PREDICT_DIMS or HEAD_DIM
//% local part_bits = REGISTERED_LINKS and clog2(PREDICT_DIMS * KHAT_ELEMENT_BITS // PORT_BITS) or 0
`default_nettype none
module sofa_operands (
    input  wire               clk,
    input  wire               rst,
    // keys as they arrive
    input  wire               i_key_valid,
    input  wire [1:0]         i_key_slot,
    input  wire [$(INDEX_BITS-1):0] i_key,
//% if QUERY_IN_WORDS then
    input  wire               i_word_valid,      // of the key that comes next with i_key_valid or before it
    input  wire [$(KHAT_WORD_BITS-1):0] i_word_index,
    input  wire [$(PORT_BITS//KHAT_ELEMENT_BITS*KHAT_BITS-1):0] i_khat,
//% else
    input  wire               i_key_both,        // and the key after it
    input  wire [$(LOAD_KEYS*HEAD_DIM*KHAT_BITS-1):0] i_khat,
//% end
    // reads of the loader
    input  wire               i_read,
    input  wire [1:0]         i_read_slot,
    input  wire [$(INDEX_BITS-1):0] i_read_key,
    input  wire [$(DIM_SLICE_BITS-1):0] i_read_slice,
    input  wire [$(COLUMN_BITS-1):0] i_read_column,
    output wire               o_load,
    output wire [$(COLUMN_BITS-1):0] o_load_column,
    output wire [$(LOAD_KEYS*PREDICT_DIMS*KHAT_BITS-1):0] o_operand
);
//% local slot_bits = clog2(TILE_SLOTS)
    wire [$(slot_bits-1):0]   key_slot = $(range("i_key_slot", slot_bits - 1, 0));
    wire [$(slot_bits-1):0]   read_slot = $(range("i_read_slot", slot_bits - 1, 0));
    wire [$(LOAD_KEYS*word_elements*KHAT_BITS-1):0] khat;
    wire                      unused = &{1'b0, i_key_valid, i_key_slot, i_read_slot, i_read_key$(QUERY_IN_WORDS and "" or ", i_key_both")};
//% if WORD_MEMORIES then
//%   local place = range("i_read_slice", DIM_SLICE_BITS - 1, DIM_SLICE_BITS - KHAT_WORD_BITS)     -- the word that the slice is in
//%   local words, place_bits = TILE_SLOTS << INDEX_BITS + KHAT_WORD_BITS, INDEX_BITS + slot_bits + KHAT_WORD_BITS
    sofa_ram #(.WIDTH($(word_elements*KHAT_BITS)), .DEPTH($(words)), .ABITS($(place_bits))) u_khat (
        .clk(clk), .i_we(i_word_valid), .i_waddr({key_slot, i_key, i_word_index}), .i_wdata(i_khat),
        .i_re(1'b1), .i_raddr({read_slot, i_read_key, $(place)}), .o_rdata(khat));
//% elseif REGISTERED_LINKS then
    // the memory is as wide as a slice
    sofa_beats #(
        .BEAT($(PORT_BITS//KHAT_ELEMENT_BITS*KHAT_BITS)), .BEATS($(1 << part_bits)), .HBITS($(math.max(1, part_bits))),
        .DEPTH($(TILE_SLOTS << INDEX_BITS + DIM_SLICE_BITS)), .ABITS($(INDEX_BITS+DIM_SLICE_BITS+slot_bits))
    ) u_khat (
        .clk(clk), .i_we(i_word_valid && !rst), .i_index($(part_bits > 0 and "i_word_index[" .. part_bits-1 .. ":0]" or "1'b0")),
        .i_waddr({key_slot, i_key, $(DIM_SLICES > 1 and "i_word_index[" .. KHAT_WORD_BITS-1 .. ":" .. part_bits .. "]" or "1'b0")}),
        .i_wdata(i_khat), .i_raddr({read_slot, i_read_key, i_read_slice}), .o_rdata(khat));
//% else
//%   -- of two keys that come and are read at once one is even
//%   local below = clog2(LOAD_KEYS)                -- bits of a key that say in which memory it is
//%   local first_khat, next_khat = nth("i_khat", 0, HEAD_DIM*KHAT_BITS), nth("i_khat", LOAD_KEYS - 1, HEAD_DIM*KHAT_BITS)
//%   local function place(key) return range(key, INDEX_BITS - 1, below) end
//%   if LOAD_KEYS > 1 then
    wire [$(INDEX_BITS-1):0]  next_key = i_key + 1'b1;
    wire                      unused_next = next_key[0];
//%   end
//%   for bank = 0, LOAD_KEYS - 1 do
//%     local words, place_bits = TILE_SLOTS << INDEX_BITS - below, INDEX_BITS + slot_bits - below
//%     local function written(first, next) return LOAD_KEYS > 1 and "first_" .. bank .. " ? " .. first .. " : " .. next or first end
    wire                      first_$(bank) = $(LOAD_KEYS > 1 and "i_key[0] == 1'b" .. bank or "1'b1");
    wire [$(INDEX_BITS-1-below):0]  place_$(bank) = $(written(place("i_key"), place("next_key")));
    sofa_ram #(.WIDTH($(HEAD_DIM*KHAT_BITS)), .DEPTH($(words)), .ABITS($(place_bits))) u_khat_$(bank) (
        .clk(clk), .i_we(i_key_valid && (first_$(bank) || i_key_both)), .i_waddr({key_slot, place_$(bank)}),
        .i_wdata($(written(first_khat, next_khat))), .i_re(i_read), .i_raddr({read_slot, $(place("i_read_key"))}),
        .o_rdata($(nth("khat", bank, HEAD_DIM*KHAT_BITS))));
//%   end
//% end
//% local cycles = SHIFT_COPIES and 2 or 1      -- the memory is far: its word comes through a register
$(travel({{"load", 1, cycles, "i_read", reset = true}, {"column", COLUMN_BITS, cycles, "i_read_column"}}))
    reg  [$(DIM_SLICE_BITS-1):0] slice;
    always @(posedge clk) slice <= i_read_slice;
    wire                      unused_slice = &{1'b0, slice};
    assign o_load = load_$(cycles);
    assign o_load_column = column_$(cycles);
//% -- of the elements that are read, the slice
//% local bits, all_bits = PREDICT_DIMS * KHAT_BITS, LOAD_KEYS * PREDICT_DIMS * KHAT_BITS
//% local slices_in_word = clog2(word_elements // PREDICT_DIMS)
    reg  [$(all_bits-1):0]    chosen;
//% if REGISTERED_LINKS or DIM_SLICES == 1 or WORD_MEMORIES and slices_in_word == 0 then
    always @* chosen = khat;
//% elseif WORD_MEMORIES then
    always @* chosen = khat[slice[$(slices_in_word-1):0]*$(bits) +: $(bits)];
//% else
//%   for bank = 0, LOAD_KEYS - 1 do
    wire [$(DIM_SLICES*bits-1):0] padded_$(bank) = $(ext(nth("khat", bank, HEAD_DIM*KHAT_BITS), HEAD_DIM*KHAT_BITS, DIM_SLICES*bits));
    always @*
        case (slice)
//%     for slice = 1, DIM_SLICES - 1 do
            $(DIM_SLICE_BITS)'d$(slice): $(nth("chosen", bank, bits)) = padded_$(bank)[$(slice*bits) +: $(bits)];
//%     end
            default: $(nth("chosen", bank, bits)) = padded_$(bank)[0 +: $(bits)];
        endcase
//%   end
//% end
//% if SHIFT_COPIES then
    reg  [$(all_bits-1):0]    operand;
    always @(posedge clk) operand <= chosen;
    assign o_operand = operand;
//% else
    assign o_operand = chosen;
//% end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
//% if cfg.mode ~= "tokens" then skip() end
//% local DC, CW, BC, IB, P, BYTES = cfg.predict.dims, d.slice_words, cfg.tile.keys, d.index_bits, cfg.memory.port_bits, d.port_bytes
//% local WB, TB = clog2(CW + 1), clog2(DC + 1)
//% local AB = math.max(1, clog2(BC * CW))
//% local STREAM = d.hidden_slices > 1
//% local function gcd(a, b) return b == 0 and a or gcd(b, a % b) end
//% local U = gcd(BYTES, DC)                    -- bytes that data is shifted by
//% local NP, ND = BYTES // U, DC // U
//% local FB = clog2(NP + ND)                   -- holds 0 .. NP + ND - 1
// Tokens on chip: cuts the port beats of X rows into words of $(DC) tokens and holds a slice of $(CW) words of each key of a tile, in three
// tile slots. Tokens beyond the hidden size are zero.
// Throughput: a beat or a word a cycle, whichever is slower. Handshake: valid/ready on beats (ready does not depend on valid); words
// of keys that are read once more for generation come out as they are cut (o_word_valid).
// Latency: a beat's first word is cut in the next cycle; reads take $(latency("token_tile.read", 1)) cycle.
// The meta word of a beat: {last slice of X, for generation, last key of the tile's slice, slot, key in the tile}.
`default_nettype none
module sofa_token_tile (
    input  wire             clk,
    input  wire             rst,
    input  wire [$(WB-1):0] i_words_last,
    input  wire [$(TB-1):0] i_tail,
    input  wire             i_valid,
    output wire             o_ready,
    input  wire [$(P-1):0]  i_beat,
    input  wire [$(IB+4):0] i_meta,
    // a key's slice has come
    output wire             o_key_valid,
    output wire             o_key_last,
    output wire [1:0]       o_key_slot,
    output wire [$(IB-1):0] o_key,
    // words for generation
    output wire             o_word_valid,
    output wire             o_word_last,
    output wire [$(DC*8-1):0] o_word,
    // reads for key prediction and, from another slot, for generation
    input  wire             i_read,
    input  wire [1:0]       i_read_slot,
    input  wire [$(AB-1):0] i_read_addr,
    output wire [$(DC*8-1):0] o_read,
    input  wire [1:0]       i_take_slot,
    input  wire [$(AB-1):0] i_take_addr,
    output wire [$(DC*8-1):0] o_take
);
    // ---- beats to words: `fill` units of $(U) byte(s) are held, the present word's first ----
    reg  [$((NP+ND)*U*8-1):0] hold;
    reg  [$(FB-1):0] fill;
    reg              last_slice, generate_it, last;
    reg  [1:0]       slot;
    reg  [$(IB-1):0] key;
    reg  [$(WB-1):0] word;            // of the key's slice
    reg  [$(AB-1):0] base;
    wire             word_last = word == (last_slice ? i_words_last : $(lit(WB, CW))) - 1'b1;
    wire             in_tail = last_slice && word_last;
//% if ND > 1 then
    // units that the last word needs
    wire [$(TB-1):0] need_bytes = i_tail + $(lit(TB, U - 1));
    wire [$(FB-1):0] need = $(clog2(U) > 0 and ext("need_bytes[" .. (TB-1) .. ":" .. clog2(U) .. "]", TB - clog2(U), FB) or ext("need_bytes", TB, FB));
//%   if clog2(U) > 0 then
    wire             unused_need = &{1'b0, need_bytes[$(clog2(U)-1):0]};
//%   end
    wire             emit = fill >= $(lit(FB, ND)) || (in_tail && fill != $(FB)'d0 && fill >= need);
//% else
    wire             emit = fill >= $(lit(FB, ND));
//% end
    wire             end_of_key = emit && word_last;
    wire [$(FB-1):0] left = !emit ? fill : word_last ? $(FB)'d0 : fill - $(lit(FB, ND));
//% if ND > 1 then
    // the rest of the key is here, so the next beat is another key's
    wire [$(WB-1):0] next_word = word + $(ext("emit", 1, WB));
    wire             next_last = next_word == i_words_last - 1'b1;
    wire             complete = last_slice && !end_of_key && next_last && left != $(FB)'d0 && left >= need;
    assign o_ready = left < $(lit(FB, ND)) && !complete;
//% else
    assign o_ready = left < $(lit(FB, ND));
//% end
    wire             take = i_valid && o_ready;
    wire             begin_key = take && (end_of_key || (fill == $(FB)'d0 && word == $(WB)'d0));
    wire [$((NP+ND)*U*8-1):0] shifted = emit ? {$(ND*U*8)'d0, hold[$((NP+ND)*U*8-1):$(ND*U*8)]} : hold;

    always @(posedge clk) begin
        hold <= shifted;
        if (take)
            case (left)
//% for n = 1, ND - 1 do
                $(lit(FB, n)): hold[$(n*U*8) +: $(P)] <= i_beat;
//% end
                default: hold[0 +: $(P)] <= i_beat;
            endcase
        if (begin_key) begin
            {last_slice, generate_it, last, slot, key} <= i_meta;
            base <= $(ext("i_meta[" .. (IB-1) .. ":0]", IB, math.max(AB, IB))) * $(lit(math.max(AB, IB), CW));
        end
        if (rst) begin
            fill <= $(FB)'d0;
            word <= $(WB)'d0;
        end else begin
            fill <= left + (take ? $(lit(FB, NP)) : $(FB)'d0);
            if (emit)
                word <= word_last ? $(WB)'d0 : word + 1'b1;
        end
    end

    wire [$(DC*8-1):0] cut;
//% for i = 0, DC - 1 do
    assign cut[$(i*8) +: 8] = in_tail && i_tail <= $(lit(TB, i)) ? 8'd0 : hold[$(i*8) +: 8];
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
    wire [$(AB-1):0] store_addr = base + $(ext("word", WB, AB));
    reg  [1:0]       read_slot, take_slot;
    always @(posedge clk) begin
        read_slot <= i_read_slot;
        take_slot <= i_take_slot;
    end
//% for n = 0, 2 do
    wire [$(DC*8-1):0] tokens_$(n);
    sofa_ram #(.WIDTH($(DC*8)), .DEPTH($(math.max(2, BC*CW))), .ABITS($(AB))) u_tokens_$(n) (
        .clk(clk), .i_we(store && slot == 2'd$(n)), .i_waddr(store_addr), .i_wdata(cut), .i_re(1'b1),
        .i_raddr(i_read && i_read_slot == 2'd$(n) ? i_read_addr : i_take_addr), .o_rdata(tokens_$(n)));
//% end
    assign o_read = read_slot == 2'd0 ? tokens_0 : read_slot == 2'd1 ? tokens_1 : tokens_2;
    assign o_take = take_slot == 2'd0 ? tokens_0 : take_slot == 2'd1 ? tokens_1 : tokens_2;
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
//% local BEAT_WORDS, WORD_BEATS = math.max(1, PORT_BITS // d.turn_unit), math.max(1, d.turn_unit // PORT_BITS)
// Cosines and sines of predicted keys: a word for each pair of dimensions, {sine, cosine} of $(PREDICT_KEYS) keys, 8 bits each. Two halves,
// a key group each, loaded in the order in which they are asked for (i_ask_*), read in the same order; i_release is the end of a group.
// Latency of reads: $(latency("turns.read", 1)) cycle. Handshake and throughput: sofa_slices; a group can be asked for when the one before
// has been requested.
`default_nettype none
module sofa_turns (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
    input  wire [$(ADDRESS_BITS-1):0]  i_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_stride,
    input  wire             i_ask_valid,
    output wire             o_ask_ready,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_ask_key,     // first of the tile
    input  wire [$(KEY_GROUP_BITS-1):0] i_ask_group,
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    input  wire             i_beat_valid,
    output wire             o_beat_ready,
    input  wire [$(PORT_BITS-1):0]  i_beat,
    output wire             o_landed,      // pulse: one more group is here
    input  wire             i_release,
    input  wire [$(HEAD_PAIR_BITS-1):0] i_pair,
    output wire [$(PREDICT_KEYS*16-1):0] o_turns
);
    reg  [$(ADDRESS_BITS-1):0]  base;                 // of the group asked for last
//% if KEY_NUMBER_BITS > ADDRESS_BITS then
    wire             unused_ask_key = &{1'b0, i_ask_key[$(KEY_NUMBER_BITS-1):$(ADDRESS_BITS)]};
//% end
    wire [$(ADDRESS_BITS-1):0]  offset = $(ext("i_ask_key", KEY_NUMBER_BITS, ADDRESS_BITS)) * i_stride;
    wire [$(ADDRESS_BITS-1):0]  group_offset = $(ext("i_ask_group", KEY_GROUP_BITS, ADDRESS_BITS))
        * $(lit(ADDRESS_BITS, d.turn_beats * PORT_BYTES));
    wire             demand = i_ask_valid && o_ask_ready;
    reg              half;                 // that is read
    reg  [1:0]       loaded_before;
    wire [1:0]       loaded;
    assign o_landed = |(loaded & ~loaded_before);
    always @(posedge clk) begin
        if (demand)
            base <= i_base + offset + group_offset;
        if (rst) begin
            half <= 1'b0;
            loaded_before <= 2'b00;
        end else begin
            half <= half ^ i_release;
            loaded_before <= loaded;
        end
    end
    wire             unused_write, unused_half;
    wire [$(PREDICT_KEYS*16-1):0] unused_word;
    wire             unused = &{1'b0, unused_write, unused_half, unused_word};
    sofa_slices #(
        .WORD($(PREDICT_KEYS*16)), .PER($(BEAT_WORDS)), .LPER($(clog2(BEAT_WORDS))), .GATHER($(WORD_BEATS)),
        .DEPTH($(HEAD_PAIRS)), .ABITS($(HEAD_PAIR_BITS)), .HALVES(2), .ONCE(0)
    ) u_words (
        .clk(clk), .rst(rst), .i_start(i_start), .i_base(base), .i_slices(16'd1), .i_words_last(24'd$(HEAD_PAIRS)), .i_demand(demand),
        .o_req_valid(o_req_valid), .i_req_ready(i_req_ready), .o_req_addr(o_req_addr), .o_req_len(o_req_len),
        .i_beat_valid(i_beat_valid), .o_beat_ready(o_beat_ready), .i_beat(i_beat), .o_settled(o_ask_ready), .o_loaded(loaded),
        .i_release(i_release), .i_half(half), .i_raddr(i_pair), .o_rdata(o_turns),
        .o_write(unused_write), .o_write_half(unused_half), .o_word(unused_word));
endmodule
`default_nettype wire

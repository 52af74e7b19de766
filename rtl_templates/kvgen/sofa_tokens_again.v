//% -- SPDX-License-Identifier: Apache-2.0
//% -- slices of keys' tokens that are read ahead, so that other reads of the channel hold nothing up
//% local parts = d.token_parts
//% local place_bits, count_bits = math.max(1, clog2(parts * SLICE_WORDS)), clog2(parts + 1)
//% local none, no_part, last_part = lit(count_bits, 0), lit(place_bits, 0), lit(place_bits, (parts - 1) * SLICE_WORDS)
// The tokens of a batch's keys, read once more from memory: a key's slice at a time, up to $(parts) of them ahead of the array.
// Handshake: valid/ready on requests, words of X are always taken; i_key_end frees the slice at hand. Latency of a read: one cycle.
`default_nettype none
module sofa_tokens_again (
    input  wire             clk,
    input  wire             rst,
    input  wire [15:0]      i_slices,
    input  wire [$(ADDRESS_BITS-1):0]  i_x_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_x_stride,
    input  wire [7:0]       i_len_last,     // of the last slice
    // the batch
    input  wire             i_streamed,
    input  wire             i_listing,      // i_key becomes number i_listed of the batch
    input  wire [$(RING_BITS-1):0]  i_listed,
    input  wire [$(GENERATED_KEY.bits-1):0]  i_key,
    input  wire             i_complete,     // pulse: all keys are listed
    input  wire [$(RING_BITS-1):0]  i_last_turn,
    // memory; o_x_final: the last slice of X
    output wire             o_x_valid,
    input  wire             i_x_ready,
    output reg  [$(ADDRESS_BITS-1):0]  o_x_addr,
    output wire [7:0]       o_x_len,
    output wire             o_x_final,
    input  wire             i_x_word_valid,
    input  wire [$(PREDICT_DIMS*8-1):0] i_x_word,
    input  wire             i_x_word_last,
    // the slice at hand
    output wire             o_tokens_here,
    input  wire             i_key_end,
    input  wire [$(SLICE_WORD_BITS-1):0]  i_word,
    input  wire [$(PREDICT_DIMS*8-1):0] i_token,        // with one slice a job: as it stands on chip
    output wire [$(PREDICT_DIMS*8-1):0] o_token_word
);
    localparam [1:0] REST = 2'd0, LOOK = 2'd1, PLACE = 2'd2, ASK = 2'd3;
    reg  [1:0]        fetch;
    reg  [$(RING_BITS-1):0]  fetch_turn;
    reg  [15:0]       fetch_slice;
    reg  [$(ADDRESS_BITS-1):0]   fetch_offset;
    reg  [$(count_bits-1):0]  used, here;          // parts of the buffer: asked for, whole
    reg  [$(place_bits-1):0]  put_base, get_base;  // the parts at hand
    reg  [$(SLICE_WORD_BITS-1):0]  put_word;
    wire [$(WANTED_KEY.bits-1):0]  wanted = $(GENERATED_KEY.of("wanted", "i_key"));
    wire [$(KEY_NUMBER_BITS-1):0]  fetch_key;
    wire              sent = o_x_valid && i_x_ready;
    wire              last_fetch = fetch_turn == i_last_turn;
    wire              landed = i_x_word_valid && i_x_word_last;
    wire              freed = i_streamed && i_key_end;
    sofa_ram #(.WIDTH($(KEY_NUMBER_BITS)), .DEPTH($(PREFETCH)), .ABITS($(RING_BITS))) u_keys (
        .clk(clk), .i_we(i_listing), .i_waddr(i_listed), .i_wdata($(WANTED_KEY.of("key", "wanted"))),
        .i_re(1'b1), .i_raddr(fetch_turn), .o_rdata(fetch_key));
    wire              unused_key = &{1'b0, i_key, wanted, fetch_key};
    wire [$(ADDRESS_BITS-1):0]   offset = $(ext("fetch_key", KEY_NUMBER_BITS, ADDRESS_BITS)) * i_x_stride;
    assign o_x_valid = fetch == ASK && used != $(lit(count_bits, parts));
    assign o_x_final = fetch_slice + 16'd1 == i_slices;
    assign o_x_len = o_x_final ? i_len_last : 8'd$(d.slice_beats - 1);
    assign o_tokens_here = !i_streamed || here != $(none);
    always @(posedge clk) begin
        if (fetch == PLACE)
            o_x_addr <= i_x_base + offset + fetch_offset;
        if (rst) begin
            fetch <= REST;
            fetch_turn <= $(RING_BITS)'d0;
            fetch_slice <= 16'd0;
            fetch_offset <= $(ADDRESS_BITS)'d0;
            used <= $(none);
            here <= $(none);
            put_base <= $(no_part);
            get_base <= $(no_part);
            put_word <= $(SLICE_WORD_BITS)'d0;
        end else begin
            case (fetch)
                REST: if (i_complete)
                    fetch <= LOOK;
                LOOK: fetch <= PLACE;
                PLACE: fetch <= ASK;
                default: if (sent) begin
                    fetch <= last_fetch && o_x_final ? REST : LOOK;
                    fetch_turn <= last_fetch ? $(RING_BITS)'d0 : fetch_turn + 1'b1;
                    if (last_fetch) begin
                        fetch_slice <= o_x_final ? 16'd0 : fetch_slice + 16'd1;
                        fetch_offset <= o_x_final ? $(ADDRESS_BITS)'d0 : fetch_offset + $(lit(ADDRESS_BITS, SLICE_WORDS * PREDICT_DIMS));
                    end
                end
            endcase
            used <= used + $(ext("sent", 1, count_bits)) - $(ext("freed", 1, count_bits));
            here <= here + $(ext("landed", 1, count_bits)) - $(ext("freed", 1, count_bits));
            if (i_x_word_valid)
                put_word <= i_x_word_last ? $(SLICE_WORD_BITS)'d0 : put_word + 1'b1;
            if (landed)
                put_base <= put_base == $(last_part) ? $(no_part) : put_base + $(lit(place_bits, SLICE_WORDS));
            if (freed)
                get_base <= get_base == $(last_part) ? $(no_part) : get_base + $(lit(place_bits, SLICE_WORDS));
        end
    end
    wire [$(place_bits-1):0]  put_place = put_base + $(ext("put_word", SLICE_WORD_BITS, place_bits));
    wire [$(place_bits-1):0]  get_place = get_base + $(ext("i_word", SLICE_WORD_BITS, place_bits));
    wire [$(PREDICT_DIMS*8-1):0] again;
    sofa_ram #(.WIDTH($(PREDICT_DIMS*8)), .DEPTH($(parts*SLICE_WORDS)), .ABITS($(place_bits))) u_tokens (
        .clk(clk), .i_we(i_x_word_valid), .i_waddr(put_place), .i_wdata(i_x_word), .i_re(1'b1), .i_raddr(get_place),
        .o_rdata(again));
    assign o_token_word = i_streamed ? again : i_token;
endmodule
`default_nettype wire

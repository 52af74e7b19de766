//% -- SPDX-License-Identifier: Apache-2.0
// The order of keys in the KV array when X has several slices: keys come in batches of up to $(PREFETCH), which are listed; then slice
// after slice of the weights passes over them, key after key. With one slice a job keys pass as they come, as in sofa_resident_keys.
// Streamed weights are demanded when the first key of a batch waits. Throughput: a key's slice after the other, without a gap in a slice of
// the weights. Handshake: valid/ready.
`default_nettype none
module sofa_batched_keys (
    input  wire             clk,
    input  wire             rst,
    input  wire [15:0]      i_slices,
    input  wire [$(SLICE_WORD_BITS-1):0] i_words_last,
    input  wire             i_tokens_come,
    // keys: $(GENERATED_KEY.names()), wanted: $(WANTED_KEY.names())
    input  wire             i_key_valid,
    output wire             o_key_ready,
    input  wire [$(GENERATED_KEY.bits-1):0]  i_key,
    // the key at hand
    output wire             o_take,
    output wire [$(WANTED_KEY.bits-1):0] o_next,
    output reg              o_have,
    input  wire             i_key_end,
    output wire             o_first_slice,
    output wire             o_final_slice,
    output wire [$(SLICE_WORD_BITS-1):0]  o_slice_words,
    output wire [$(RING_BITS-1):0]  o_turn,       // its place in the batch
    // weights
    output wire             o_demand,
    input  wire [$(SLICE_HALVES-1):0] i_weights_loaded,
    output wire             o_weights_here,
    output wire             o_weight_half,
    output wire             o_weight_release,
    // the batch that is listed
    output wire             o_streamed,
    output wire             o_listing,      // i_key becomes number o_listed of the batch
    output wire [$(RING_BITS-1):0]  o_listed,
    output wire             o_complete,     // pulse: all keys are listed
    output wire [$(RING_BITS-1):0]  o_last_turn
);
    localparam [2:0] IDLE = 3'd0, COLLECT = 3'd1, FETCH = 3'd2, FIRST = 3'd3, RUN = 3'd4, GAP = 3'd5;
    reg  [2:0]        state;
    reg  [$(RING_BITS):0]    count;               // keys of the batch
    reg  [$(RING_BITS-1):0]  turn, peek;          // key at hand, and the one after it
    reg  [15:0]       slice;
    reg  [1:0]        gap;
    reg               half;                // of the weights
    reg               demanded;            // the weights for the batch whose keys come
    wire [$(WANTED_KEY.bits-1):0] listed;
    wire              streamed = i_slices != 16'd1;
    wire              entry_end = $(GENERATED_KEY.of("batch_end", "i_key"));
    wire [$(RING_BITS-1):0]  last_turn = count[$(RING_BITS-1):0] - 1'b1;
    wire              collect = i_key_valid && streamed && (state == IDLE || state == COLLECT);
    wire              complete = collect && entry_end;
    wire              end_of_slice = i_key_end && turn == last_turn;
    wire              end_of_batch = end_of_slice && o_final_slice;
    assign o_streamed = streamed;
    assign o_listing = collect && !entry_end;
    assign o_listed = count[$(RING_BITS-1):0];
    assign o_complete = complete;
    assign o_last_turn = last_turn;
    assign o_turn = turn;
    sofa_ram #(.WIDTH($(WANTED_KEY.bits)), .DEPTH($(PREFETCH)), .ABITS($(RING_BITS))) u_list (
        .clk(clk), .i_we(o_listing), .i_waddr(o_listed), .i_wdata($(GENERATED_KEY.of("wanted", "i_key"))),
        .i_re(1'b1), .i_raddr(peek), .o_rdata(listed));
    assign o_key_ready = streamed ? state == IDLE || state == COLLECT : !o_have || i_key_end;
    assign o_next = streamed ? listed : $(GENERATED_KEY.of("wanted", "i_key"));
    assign o_take = streamed ? state == FIRST || (state == RUN && i_key_end && !end_of_slice) : i_key_valid && o_key_ready;
    assign o_demand = streamed ? i_key_valid && !entry_end && !demanded : i_tokens_come;
    assign o_first_slice = slice == 16'd0;
    assign o_final_slice = slice + 16'd1 == i_slices;
    assign o_slice_words = o_final_slice ? i_words_last : $(lit(SLICE_WORD_BITS, SLICE_WORDS));
    assign o_weight_half = half;
    assign o_weights_here = half ? i_weights_loaded[1] : i_weights_loaded[0];
    assign o_weight_release = streamed && end_of_slice;
    always @(posedge clk) begin
        peek <= state == IDLE || state == COLLECT || state == GAP ? $(RING_BITS)'d0
              : o_take ? (peek == last_turn ? $(RING_BITS)'d0 : peek + 1'b1) : peek;
        if (state == FIRST)
            turn <= $(RING_BITS)'d0;
        else if (o_take)
            turn <= turn + 1'b1;
        if (rst) begin
            state <= IDLE;
            o_have <= 1'b0;
            count <= $(RING_BITS+1)'d0;
            slice <= 16'd0;
            half <= 1'b0;
            gap <= 2'd0;
            demanded <= 1'b0;
        end else begin
            demanded <= streamed && !complete && (demanded || o_demand);
            o_have <= o_take || (o_have && !i_key_end);
            case (state)
                IDLE, COLLECT: if (collect) begin
                    state <= entry_end ? FETCH : COLLECT;
                    if (!entry_end)
                        count <= count + 1'b1;
                end
                FETCH: state <= FIRST;      // of key 0 from the list
                FIRST: state <= RUN;
                RUN: if (end_of_slice) begin
                    slice <= end_of_batch ? 16'd0 : slice + 16'd1;
                    half <= !half;
                    gap <= 2'd0;
                    state <= end_of_batch ? IDLE : GAP;
                    if (end_of_batch)
                        count <= $(RING_BITS+1)'d0;
                end
                // the last key's partial sums must be in their memory
                GAP: begin
                    gap <= gap + 2'd1;
                    if (gap == 2'd$(d.slice_gap - 1))
                        state <= FETCH;
                end
                default: state <= IDLE;
            endcase
        end
    end

//% local empty = "state == IDLE && !collect"
//% local key_ports = {clear = empty, we = "o_listing", waddr = "o_listed", raddr = "peek", used = "streamed && o_take"}
$(written("batch_key_written", PREFETCH, RING_BITS, key_ports))
$(holds("batch_key_fits", "!o_listing || count != " .. lit(RING_BITS + 1, PREFETCH)))
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
//% local lines = d.bitmap_words
//% local line_bits = clog2(lines)
//% local function line_of(name)          -- of the bitmap
//%   if KEY_NUMBER_BITS - 5 >= line_bits then return name .. "[" .. (line_bits + 4) .. ":5]" end
//%   return KEY_NUMBER_BITS > 5 and ext(name .. "[" .. (KEY_NUMBER_BITS-1) .. ":5]", KEY_NUMBER_BITS - 5, line_bits) or lit(line_bits, 0)
//% end
// Where the K and V row of a wanted key comes from: from memory, if this job or an earlier one generated it, else from the KV array.
// A bitmap says which keys have been generated. A row is read back only after the write responses of all rows that were generated
// before the block (keys of the block itself are wanted once, so they are not read back in it).
// When X has several slices, generation goes by batches: $(PREFETCH) keys in issue order, or the rest of the tile; o_gen's top bit ends a
// batch. Throughput: a key every second cycle. Handshake: valid/ready. Equals sofa_kvgen_need().
`default_nettype none
module sofa_supply (
    input  wire             clk,
    input  wire             rst,
    // what earlier jobs generated
    input  wire             i_cold,         // reset of the core
    input  wire             i_command,      // pulse: CONTROL.start; i_start follows when the descriptor is good
    input  wire             i_start,
    input  wire             i_keep,
    input  wire             i_invalidate,   // pulse
    input  wire             i_success,      // pulse: a job has ended without error
    // wanted keys: $(ASKED_KEY.names()), wanted: $(WANTED_KEY.names())
    input  wire             i_ask_valid,
    output wire             o_ask_ready,
    input  wire [$(ASKED_KEY.bits-1):0] i_ask,
    // K and V rows from memory; meta = place
    input  wire [$(ADDRESS_BITS-1):0]  i_k_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_k_stride,
    input  wire [$(ADDRESS_BITS-1):0]  i_v_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_v_stride,
    output wire             o_k_valid,
    input  wire             i_k_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_k_addr,
    output wire [$(RING_BITS-1):0] o_k_place,
    output wire             o_v_valid,
    input  wire             i_v_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_v_addr,
    output wire [$(RING_BITS-1):0] o_v_place,
    // keys to generate: $(GENERATED_KEY.names())
//% if STREAMED then
    input  wire             i_streamed,
//% end
    output wire             o_gen_valid,
    input  wire             i_gen_ready,
    output wire [$(GENERATED_KEY.bits-1):0] o_gen,
    input  wire             i_written,      // pulse: write response of a generated row
    output wire             o_generated,    // pulses
    output wire             o_fetched
);
    localparam [1:0] CLEAR = 2'd0, IDLE = 2'd1, LOOK = 2'd2$(STREAMED and ", MARK = 2'd3" or "");
    reg  [1:0]       state;
    reg              trusted;         // the bitmap and the rows in memory belong together
    reg              spoilt;          // an i_invalidate came after the job's i_command
    reg  [$(line_bits-1):0] line;            // that is cleared
    reg  [$(ASKED_KEY.bits-1):0] ask;
    wire [$(WANTED_KEY.bits-1):0] wanted = $(ASKED_KEY.of("wanted", "ask"));
    wire [$(KEY_NUMBER_BITS-1):0] key = $(WANTED_KEY.of("key", "wanted"));
    wire             unused_key = &{1'b0, key};
    wire             take = i_ask_valid && o_ask_ready;
    assign o_ask_ready = state == IDLE;

    // ---- bitmap ----
    wire [31:0]      valid;
    reg  [31:0]      bit_of_key;
    integer i;
    always @*
        for (i = 0; i < 32; i = i + 1)
            bit_of_key[i] = $(ext("key", KEY_NUMBER_BITS, 5)) == i[4:0];
    wire             gen_ready;
    wire .*;
    reg  [15:0]      written_left, barrier;   // rows without response: all, those that were generated before the block
    wire             hit = |(valid & bit_of_key);
    wire             generate_it = state == LOOK && !hit && gen_ready;
    wire             fetch = state == LOOK && hit && barrier == 16'd0 && fetch_ready;
    wire             done = generate_it || fetch;
    sofa_ram #(.WIDTH(32), .DEPTH($(lines)), .ABITS($(line_bits))) u_valid (
        .clk(clk), .i_we(state == CLEAR || generate_it), .i_waddr(state == CLEAR ? line : $(line_of("key"))),
        .i_wdata(state == CLEAR ? 32'd0 : valid | bit_of_key), .i_re(take),
        .i_raddr($(line_of("i_ask"))), .o_rdata(valid));

    // ---- from memory ----
    sofa_fetch_pairs u_fetch (
        .i_ask_valid(state == LOOK && hit && barrier == 16'd0), .o_ask_ready(fetch_ready), .i_ask(ask), .*);
    wire             unused_jobs = &{1'b0, k_job, v_job};

    // ---- from the KV array ----
//% if STREAMED then
    reg  [$(RING_BITS-1):0] batch_key;       // of the batch, from 0
    reg              batch_any;
    wire             batch_end = $(ASKED_KEY.of("tile_last", "ask")) || batch_key == $(RING_BITS)'d$(PREFETCH-1);
    wire             mark = state == MARK;
    sofa_fifo #(.WIDTH($(GENERATED_KEY.bits)), .DEPTH($(1 << LIST_BITS)), .ABITS($(LIST_BITS))) u_list (
        .clk(clk), .rst(rst), .i_valid(generate_it || mark), .o_ready(gen_ready),
        .i_data($(GENERATED_KEY.pack{batch_end = "mark", wanted = "wanted"})),
        .o_valid(o_gen_valid), .i_ready(i_gen_ready), .o_data(o_gen));
    always @(posedge clk)
        if (rst) begin
            batch_key <= $(RING_BITS)'d0;
            batch_any <= 1'b0;
        end else if (done) begin
            batch_key <= batch_end ? $(RING_BITS)'d0 : batch_key + 1'b1;
            batch_any <= !batch_end && (batch_any || generate_it);
        end
//% else
    sofa_fifo #(.WIDTH($(WANTED_KEY.bits)), .DEPTH($(1 << LIST_BITS)), .ABITS($(LIST_BITS))) u_list (
        .clk(clk), .rst(rst), .i_valid(generate_it), .o_ready(gen_ready), .i_data(wanted),
        .o_valid(o_gen_valid), .i_ready(i_gen_ready), .o_data($(GENERATED_KEY.of("wanted", "o_gen"))));
    assign           $(GENERATED_KEY.of("batch_end", "o_gen")) = 1'b0;
    wire             unused_end = &{1'b0, $(ASKED_KEY.of("tile_last", "ask"))};
//% end
    wire             unused_first = &{1'b0, $(ASKED_KEY.of("block_first", "ask"))};
    assign o_generated = generate_it;
    assign o_fetched = fetch;

    always @(posedge clk) begin
        if (take)
            ask <= i_ask;
        spoilt <= !i_command && (spoilt || i_invalidate);
        if (i_cold || i_start || i_invalidate)
            trusted <= 1'b0;
        else if (i_success)
            trusted <= !spoilt;
        if (rst) begin
            state <= IDLE;
            line <= $(line_bits)'d0;
            written_left <= 16'd0;
            barrier <= 16'd0;
        end else begin
            case (state)
                CLEAR: begin
                    line <= line + 1'b1;
                    if (line == $(lit(line_bits, lines - 1)))
                        state <= IDLE;
                end
                IDLE: if (i_start && !(i_keep && trusted))
                    state <= CLEAR;
                else if (take)
                    state <= LOOK;
//% if STREAMED then
                LOOK: if (done)
                    state <= i_streamed && batch_end && (batch_any || generate_it) ? MARK : IDLE;
                MARK: if (gen_ready)
                    state <= IDLE;
//% else
                LOOK: if (done)
                    state <= IDLE;
//% end
                default: state <= IDLE;
            endcase
            written_left <= written_left + {14'd0, generate_it, 1'b0} - {15'd0, i_written};
            if (take && $(ASKED_KEY.of("block_first", "i_ask")))
                barrier <= written_left - {15'd0, i_written};
            else if (barrier != 16'd0 && i_written)
                barrier <= barrier - 16'd1;
        end
    end
endmodule
`default_nettype wire

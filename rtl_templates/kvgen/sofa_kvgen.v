//% -- SPDX-License-Identifier: Apache-2.0
//% if not TOKENS then skip() end
//% local row_blocks, word_steps = d.project_blocks, d.project_steps
//% local queue_rows = d.write_back_rows
//% local block_bits, step_bits = clog2(2 * row_blocks), math.max(1, clog2(word_steps))
//% local weight_words = 2 * row_blocks * SLICE_WORDS * word_steps
//% local weight_place_bits = math.max(1, clog2(weight_words))
//% local function packing(unit)
//%   local units = math.max(1, PORT_BITS // unit)
//%   return parameters("PER", units, "LPER", clog2(units), "GATHER", math.max(1, unit // PORT_BITS))
//% end
//% local bias_bytes = (2 * row_blocks * d.bias_unit + PORT_BITS - 1) // PORT_BITS * PORT_BYTES
//% local sum_time = d.generate_time - 2       -- a run's last beat to its sums
//% -- slices of keys' tokens that are read ahead, so that other reads of the channel hold nothing up
//% local slices_ahead = d.token_parts
//% local ahead_place_bits, ahead_bits = math.max(1, clog2(slices_ahead * SLICE_WORDS)), clog2(slices_ahead + 1)
//% local partial_place_bits = math.max(1, clog2(PREFETCH * 2 * row_blocks))
// Generates the K and V row of a key from its tokens: $(PROJECT_OUTPUTS) outputs x $(PROJECT_INPUTS) hidden units a cycle, K first, then V,
// then the next key, without a gap as long as keys wait and the write-back has room.
//% if STREAMED then
// When X has several slices, keys come in batches: slice after slice of the weights, key after key, partial sums in between; the tokens
// are read once more from memory.
//% end
// Resident weights are loaded while the first tile of tokens is predicted from, streamed ones for every batch, from when its first key
// waits: the first slice comes while the batch before is in its last.
// Finished rows go to the ring (o_k_valid, o_v_valid; always taken) and to a queue of $(queue_rows) rows for the write-back.
//% if ROTARY then
// K rows are turned on their way (sofa_rotate): the next K row begins when the one before has left, a V row may overtake its K row.
//% end
// Latency: $(latency("kvgen", sum_time + 2)) cycles from a row's last beat to the row. Handshake: valid/ready. Equals sofa_generate() of
// sofa_project().
`default_nettype none
module sofa_kvgen (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
    input  wire [15:0]      i_slices,
    input  wire [$(SLICE_WORD_BITS-1):0] i_words_last,
    input  wire [4:0]       i_k_shift,
    input  wire [4:0]       i_v_shift,
    input  wire [$(ADDRESS_BITS-1):0]  i_weight_base,
//% if STREAMED then
    input  wire [$(ADDRESS_BITS-1):0]  i_x_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_x_stride,
    input  wire [7:0]       i_len_last,
//% end
    input  wire             i_tokens_come,  // pulse: a tile of tokens is here
    output wire             o_settled,      // no weights are left to request
    // keys: {end of batch, tile slot, index, place in the ring, key}
    input  wire             i_key_valid,
    output wire             o_key_ready,
    input  wire [$(WANTED_KEY_BITS):0]  i_key,
    // biases and weights
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    input  wire             i_beat_valid,
    output wire             o_beat_ready,
    input  wire [$(PORT_BITS-1):0]  i_beat,
    // tokens on chip: data one cycle later
    output wire [1:0]       o_token_slot,
    output wire [$(TOKEN_PLACE_BITS-1):0] o_token_addr,
    input  wire [$(PREDICT_DIMS*8-1):0] i_token,
//% if STREAMED then
    // tokens from memory; o_x_final: the last slice of X
    output wire             o_x_valid,
    input  wire             i_x_ready,
    output reg  [$(ADDRESS_BITS-1):0]  o_x_addr,
    output wire [7:0]       o_x_len,
    output wire             o_x_final,
    input  wire             i_x_word_valid,
    input  wire [$(PREDICT_DIMS*8-1):0] i_x_word,
    input  wire             i_x_word_last,
//% end
    // rows
    output wire             o_k_valid,
    output wire             o_v_valid,
//% if ROTARY then
    // cosines and sines of a key
    input  wire [$(ADDRESS_BITS-1):0]  i_rotary_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_rotary_stride,
    output wire             o_turn_valid,
    input  wire             i_turn_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_turn_addr,
    input  wire             i_turns_valid,
    input  wire [$(HEAD_DIM*16-1):0] i_turns,
    output wire [$(PREFETCH_BITS-1):0] o_k_ring,
    output wire [$(PREFETCH_BITS-1):0] o_v_ring,
//% else
    output wire [$(PREFETCH_BITS-1):0] o_row_ring,
//% end
    output wire [$(HEAD_DIM*KEY_BITS-1):0] o_k_row,
    output wire [$(HEAD_DIM*VALUE_BITS-1):0] o_v_row,
    output wire             o_wr_valid,
    input  wire             i_wr_ready,
    output wire             o_wr_is_v,
    output wire [$(KEY_NUMBER_BITS-1):0] o_wr_key,
    output wire [$(GENERATED_ROW_BITS-1):0] o_wr_row,
    output wire             o_busy,
    output wire             o_starved,
    output wire             o_blocked
);
    // ---- biases, then weights ----
    wire              bias_ask, bias_ready, bias_loaded, weight_ask, weight_ready;
    wire [$(ADDRESS_BITS-1):0]   bias_addr, weight_addr;
    wire [7:0]        bias_len, weight_len;
    wire [$(SLICE_HALVES-1):0] weights_loaded;
    wire [$(block_bits-1):0]  bias_at;
    wire [$(PROJECT_OUTPUTS*32-1):0] biases;
    wire [$(weight_place_bits-1):0] weight_at;
    wire [$(PROJECT_OUTPUTS*PROJECT_INPUTS*8-1):0] weights;
    wire              weight_half, weight_release, demand, biases_settled, weights_settled;
    assign o_settled = biases_settled && weights_settled;
    wire              unused_bias_write, unused_bias_half, unused_weight_write, unused_weight_half;
    wire [$(PROJECT_OUTPUTS*32-1):0] unused_bias;
    wire [$(PROJECT_OUTPUTS*PROJECT_INPUTS*8-1):0] unused_weight;
//% local biases_parameters = parameters("WORD", PROJECT_OUTPUTS*32) .. ", " .. packing(d.bias_unit) .. ", "
//%     .. parameters("DEPTH", 2*row_blocks, "ABITS", block_bits, "HALVES", 1)
    sofa_slices #($(biases_parameters)) u_biases (
        .clk(clk), .rst(rst), .i_start(i_start), .i_base(i_weight_base), .i_slices(16'd1), .i_words_last(24'd$(2*row_blocks)),
        .i_demand(demand),
        .o_req_valid(bias_ask), .i_req_ready(i_req_ready && bias_ask), .o_req_addr(bias_addr), .o_req_len(bias_len),
        .i_beat_valid(i_beat_valid && !bias_loaded), .o_beat_ready(bias_ready), .i_beat(i_beat), .o_settled(biases_settled),
        .o_loaded(bias_loaded), .i_release(1'b0),
        .i_half(1'b0), .i_raddr(bias_at), .o_rdata(biases), .o_write(unused_bias_write), .o_write_half(unused_bias_half),
        .o_word(unused_bias));
//% local weights_parameters = parameters("WORD", PROJECT_OUTPUTS*PROJECT_INPUTS*8) .. ", " .. packing(d.weight_unit) .. ", "
//%     .. parameters("DEPTH", weight_words, "ABITS", weight_place_bits, "HALVES", SLICE_HALVES)
    sofa_slices #($(weights_parameters)) u_weights (
        .clk(clk), .rst(rst), .i_start(i_start), .i_base(i_weight_base + $(lit(ADDRESS_BITS, bias_bytes))), .i_slices(i_slices),
        .i_words_last($(ext("i_words_last", SLICE_WORD_BITS, 24)) * 24'd$(2*row_blocks*word_steps)), .i_demand(demand),
        .o_req_valid(weight_ask), .i_req_ready(i_req_ready && !bias_ask && bias_loaded), .o_req_addr(weight_addr), .o_req_len(weight_len),
        .i_beat_valid(i_beat_valid && bias_loaded), .o_beat_ready(weight_ready), .i_beat(i_beat), .o_settled(weights_settled),
        .o_loaded(weights_loaded),
        .i_release(weight_release), .i_half(weight_half), .i_raddr(weight_at), .o_rdata(weights),
        .o_write(unused_weight_write), .o_write_half(unused_weight_half), .o_word(unused_weight));
    // weights are asked for when the biases are there, so that beats need no names
    assign o_req_valid = bias_ask || (weight_ask && bias_loaded);
    assign o_req_addr = bias_ask ? bias_addr : weight_addr;
    assign o_req_len = bias_ask ? bias_len : weight_len;
    assign o_beat_ready = bias_loaded ? weight_ready : bias_ready;
    wire              unused_writes = &{1'b0, unused_bias_write, unused_bias_half, unused_weight_write, unused_weight_half, unused_bias,
        unused_weight};

    // ---- the key at hand: blocks of a row, words of its slice, steps of a word ----
    reg               have;
    reg  [1:0]        slot;
    reg  [$(INDEX_BITS-1):0]  index;
    reg  [$(PREFETCH_BITS-1):0]  ring;
    reg  [$(KEY_NUMBER_BITS-1):0]  key;
    reg  [$(block_bits-1):0]  block;
    reg  [$(SLICE_WORD_BITS-1):0]  word;
//% if word_steps > 1 then
    reg  [$(step_bits-1):0]  step;
    wire              last_step = step == $(lit(step_bits, word_steps - 1));
//% else
    wire              last_step = 1'b1;
//% end
    reg  [$(weight_place_bits-1):0] weight;
    reg  [$(TOKEN_PLACE_BITS-1):0] token_base;
    reg  [$(clog2(queue_rows+1)-1):0] credit;      // free rows of the write-back queue
    wire              $(STREAMED and "first_slice, " or "")final_slice;
    wire [$(SLICE_WORD_BITS-1):0]  slice_words;
    wire              first_word = word == $(SLICE_WORD_BITS)'d0$(word_steps > 1 and " && step == " .. lit(step_bits, 0) or "");
    wire              last_word = word == slice_words - 1'b1 && last_step;
    wire              is_v = block >= $(lit(block_bits, row_blocks));
    wire              row_start = final_slice && first_word && (block == $(block_bits)'d0 || block == $(lit(block_bits, row_blocks)));
    wire              row_end = final_slice && last_word && (block == $(lit(block_bits, row_blocks - 1)) ||
        block == $(lit(block_bits, 2*row_blocks - 1)));
//% if ROTARY then
    wire              turn_free;
    wire              credit_here = !row_start || (credit != $(clog2(queue_rows+1))'d0 && (is_v || turn_free));
//% else
    wire              credit_here = !row_start || credit != $(clog2(queue_rows+1))'d0;
//% end
    wire              tokens_here, weights_here;
    wire              issue = have && tokens_here && weights_here && bias_loaded && credit_here;
    wire              key_end = issue && last_word && block == $(lit(block_bits, 2*row_blocks - 1));
    wire              back_taken = o_wr_valid && i_wr_ready;
    assign o_busy = issue;
    assign o_blocked = have && tokens_here && weights_here && bias_loaded && !credit_here;
    assign o_starved = have && !(tokens_here && weights_here && bias_loaded);
    assign weight_at = weight;

    wire              take;                // the next key's fields are loaded from `next`
    wire [$(WANTED_KEY_BITS-1):0] next;
//% local next_index = range("next", INDEX_BITS + PREFETCH_BITS + KEY_NUMBER_BITS - 1, PREFETCH_BITS + KEY_NUMBER_BITS)
    wire [$(TOKEN_PLACE_BITS-1):0] next_base =
        $(ext(next_index, INDEX_BITS, TOKEN_PLACE_BITS)) * $(lit(TOKEN_PLACE_BITS, SLICE_WORDS));
    always @(posedge clk) begin
        if (take) begin
            {slot, index, ring, key} <= next;
            token_base <= next_base;
        end
        if (take || key_end) begin
            block <= $(block_bits)'d0;
            word <= $(SLICE_WORD_BITS)'d0;
            weight <= $(weight_place_bits)'d0;
//% if word_steps > 1 then
            step <= $(lit(step_bits, 0));
//% end
        end else if (issue) begin
            weight <= weight + 1'b1;
//% if word_steps > 1 then
            step <= last_step ? $(lit(step_bits, 0)) : step + 1'b1;
            if (last_step)
                word <= last_word ? $(SLICE_WORD_BITS)'d0 : word + 1'b1;
//% else
            word <= last_word ? $(SLICE_WORD_BITS)'d0 : word + 1'b1;
//% end
            if (last_word)
                block <= block + 1'b1;
        end
        if (rst)
            credit <= $(lit(clog2(queue_rows+1), queue_rows));
        else
            credit <= credit - $(ext("(issue && row_start)", 1, clog2(queue_rows+1))) + $(ext("back_taken", 1, clog2(queue_rows+1)));
    end

    assign o_token_slot = slot;
    assign o_token_addr = token_base + $(ext("word", SLICE_WORD_BITS, TOKEN_PLACE_BITS));
    wire              unused_index = &{1'b0, index};
//% if not STREAMED then
    // ---- all weights and tokens are on chip ----
    assign next = i_key[$(WANTED_KEY_BITS-1):0];
    assign take = i_key_valid && o_key_ready;
    assign o_key_ready = !have || key_end;
    assign demand = i_tokens_come;
    assign tokens_here = 1'b1;
    assign weights_here = weights_loaded;
    assign weight_half = 1'b0;
    assign weight_release = 1'b0;
    assign final_slice = 1'b1;
    assign slice_words = i_words_last;
    wire              unused_end = &{1'b0, i_key[$(WANTED_KEY_BITS)]};
    always @(posedge clk)
        if (rst)
            have <= 1'b0;
        else
            have <= take || (have && !key_end);
//% else
    wire              streamed = i_slices != 16'd1;
    wire              entry_end = i_key[$(WANTED_KEY_BITS)];

    // ---- batches: keys are listed, then all slices of the weights pass over them ----
    localparam [2:0] IDLE = 3'd0, COLLECT = 3'd1, FETCH = 3'd2, FIRST = 3'd3, RUN = 3'd4, GAP = 3'd5;
    reg  [2:0]        state;
    reg  [$(PREFETCH_BITS):0]    count;               // keys of the batch
    reg  [$(PREFETCH_BITS-1):0]  turn, peek;          // key at hand, and the one after it
    reg  [15:0]       slice;
    reg  [1:0]        gap;
    wire [$(WANTED_KEY_BITS-1):0] listed;
    wire [$(PREFETCH_BITS-1):0]  last_turn = count[$(PREFETCH_BITS-1):0] - 1'b1;
    reg               demanded;            // the weights for the batch whose keys come
    wire              collect = i_key_valid && streamed && (state == IDLE || state == COLLECT);
    wire              complete = collect && entry_end;
    wire              end_of_slice = key_end && turn == last_turn;
    wire              end_of_batch = end_of_slice && final_slice;
    sofa_ram #(.WIDTH($(WANTED_KEY_BITS)), .DEPTH($(PREFETCH)), .ABITS($(PREFETCH_BITS))) u_list (
        .clk(clk), .i_we(collect && !entry_end), .i_waddr(count[$(PREFETCH_BITS-1):0]), .i_wdata(i_key[$(WANTED_KEY_BITS-1):0]),
        .i_re(1'b1), .i_raddr(peek), .o_rdata(listed));
    assign o_key_ready = streamed ? state == IDLE || state == COLLECT : !have || key_end;
    assign next = streamed ? listed : i_key[$(WANTED_KEY_BITS-1):0];
    assign take = streamed ? state == FIRST || (state == RUN && key_end && !end_of_slice) : i_key_valid && o_key_ready;
    assign demand = streamed ? i_key_valid && !entry_end && !demanded : i_tokens_come;
    assign first_slice = slice == 16'd0;
    assign final_slice = slice + 16'd1 == i_slices;
    assign slice_words = final_slice ? i_words_last : $(lit(SLICE_WORD_BITS, SLICE_WORDS));
    reg               half;                // of the weights
    assign weight_half = half;
    assign weights_here = half ? weights_loaded[1] : weights_loaded[0];
    assign weight_release = streamed && end_of_slice;
    always @(posedge clk) begin
        peek <= state == IDLE || state == COLLECT || state == GAP ? $(PREFETCH_BITS)'d0
              : take ? (peek == last_turn ? $(PREFETCH_BITS)'d0 : peek + 1'b1) : peek;
        if (state == FIRST)
            turn <= $(PREFETCH_BITS)'d0;
        else if (take)
            turn <= turn + 1'b1;
        if (rst) begin
            state <= IDLE;
            have <= 1'b0;
            count <= $(PREFETCH_BITS+1)'d0;
            slice <= 16'd0;
            half <= 1'b0;
            gap <= 2'd0;
            demanded <= 1'b0;
        end else begin
            demanded <= streamed && !complete && (demanded || demand);
            have <= take || (have && !key_end);
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
                        count <= $(PREFETCH_BITS+1)'d0;
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

    // ---- tokens once more, a key's slice at a time ahead of the array ----
    localparam [1:0] REST = 2'd0, LOOK = 2'd1, PLACE = 2'd2, ASK = 2'd3;
    reg  [1:0]        fetch;
    reg  [$(PREFETCH_BITS-1):0]  fetch_turn;
    reg  [15:0]       fetch_slice;
    reg  [$(ADDRESS_BITS-1):0]   fetch_offset;
    reg  [$(ahead_bits-1):0]  used, here;          // parts of the buffer: asked for, whole
    reg  [$(ahead_place_bits-1):0]  put_base, get_base;  // the parts at hand
    reg  [$(SLICE_WORD_BITS-1):0]  put_word;
    wire [$(KEY_NUMBER_BITS-1):0]  fetch_key;
    wire              x_sent = o_x_valid && i_x_ready;
    wire              last_fetch = fetch_turn == last_turn;
    wire              x_landed = i_x_word_valid && i_x_word_last;
    wire              x_freed = streamed && key_end;
    sofa_ram #(.WIDTH($(KEY_NUMBER_BITS)), .DEPTH($(PREFETCH)), .ABITS($(PREFETCH_BITS))) u_keys (
        .clk(clk), .i_we(collect && !entry_end), .i_waddr(count[$(PREFETCH_BITS-1):0]), .i_wdata(i_key[$(KEY_NUMBER_BITS-1):0]),
        .i_re(1'b1), .i_raddr(fetch_turn), .o_rdata(fetch_key));
//% if KEY_NUMBER_BITS > ADDRESS_BITS then
    wire              unused_fetch_key = &{1'b0, fetch_key[$(KEY_NUMBER_BITS-1):$(ADDRESS_BITS)]};
//% end
    wire [$(ADDRESS_BITS-1):0]   x_offset = $(ext("fetch_key", KEY_NUMBER_BITS, ADDRESS_BITS)) * i_x_stride;
    assign o_x_valid = fetch == ASK && used != $(lit(ahead_bits, slices_ahead));
    assign o_x_final = fetch_slice + 16'd1 == i_slices;
    assign o_x_len = o_x_final ? i_len_last : 8'd$(d.slice_beats - 1);
    assign tokens_here = !streamed || here != $(lit(ahead_bits, 0));
    always @(posedge clk) begin
        if (fetch == PLACE)
            o_x_addr <= i_x_base + x_offset + fetch_offset;
        if (rst) begin
            fetch <= REST;
            fetch_turn <= $(PREFETCH_BITS)'d0;
            fetch_slice <= 16'd0;
            fetch_offset <= $(ADDRESS_BITS)'d0;
            used <= $(lit(ahead_bits, 0));
            here <= $(lit(ahead_bits, 0));
            put_base <= $(lit(ahead_place_bits, 0));
            get_base <= $(lit(ahead_place_bits, 0));
            put_word <= $(SLICE_WORD_BITS)'d0;
        end else begin
            case (fetch)
                REST: if (complete)
                    fetch <= LOOK;
                LOOK: fetch <= PLACE;
                PLACE: fetch <= ASK;
                default: if (x_sent) begin
                    fetch <= last_fetch && o_x_final ? REST : LOOK;
                    fetch_turn <= last_fetch ? $(PREFETCH_BITS)'d0 : fetch_turn + 1'b1;
                    if (last_fetch) begin
                        fetch_slice <= o_x_final ? 16'd0 : fetch_slice + 16'd1;
                        fetch_offset <= o_x_final ? $(ADDRESS_BITS)'d0 : fetch_offset + $(lit(ADDRESS_BITS, SLICE_WORDS * PREDICT_DIMS));
                    end
                end
            endcase
            used <= used + $(ext("x_sent", 1, ahead_bits)) - $(ext("x_freed", 1, ahead_bits));
            here <= here + $(ext("x_landed", 1, ahead_bits)) - $(ext("x_freed", 1, ahead_bits));
            if (i_x_word_valid)
                put_word <= i_x_word_last ? $(SLICE_WORD_BITS)'d0 : put_word + 1'b1;
            if (x_landed)
                put_base <= put_base == $(lit(ahead_place_bits, (slices_ahead-1) * SLICE_WORDS)) ? $(lit(ahead_place_bits, 0)) :
                    put_base + $(lit(ahead_place_bits, SLICE_WORDS));
            if (x_freed)
                get_base <= get_base == $(lit(ahead_place_bits, (slices_ahead-1) * SLICE_WORDS)) ? $(lit(ahead_place_bits, 0)) :
                    get_base + $(lit(ahead_place_bits, SLICE_WORDS));
        end
    end
    wire [$(ahead_place_bits-1):0]  put_at = put_base + $(ext("put_word", SLICE_WORD_BITS, ahead_place_bits));
    wire [$(ahead_place_bits-1):0]  get_at = get_base + $(ext("word", SLICE_WORD_BITS, ahead_place_bits));
    wire [$(PREDICT_DIMS*8-1):0] streamed_token;
    sofa_ram #(.WIDTH($(PREDICT_DIMS*8)), .DEPTH($(slices_ahead*SLICE_WORDS)), .ABITS($(ahead_place_bits))) u_tokens (
        .clk(clk), .i_we(i_x_word_valid), .i_waddr(put_at), .i_wdata(i_x_word), .i_re(1'b1), .i_raddr(get_at), .o_rdata(streamed_token));
//% end

    // ---- what travels beside a beat: name_n is n cycles after its issue ----
//% local travel = {{"run", 1, "issue", 2}, {"first", 1, "first_word", 2}, {"last", 1, "last_word", 2},
//%     {"block", block_bits, "block", sum_time + 1}, {"is_v", 1, "is_v", sum_time + 2},
//%                 {"end", 1, "row_end && issue", sum_time + 2}, {"ring", PREFETCH_BITS, "ring", sum_time + 2},
//%                     {"key", KEY_NUMBER_BITS, "key", sum_time + 2}}
//% if STREAMED then
//%   travel[#travel+1] = {"begin", 1, "first_slice", PROJECT_TREE + 3}
//%   travel[#travel+1] = {"final", 1, "final_slice", sum_time}
//%   travel[#travel+1] = {"turn", PREFETCH_BITS, "turn", sum_time}
//% end
//% if word_steps > 1 then travel[#travel+1] = {"step", step_bits, "step", 1} end
//% for _, t in ipairs(travel) do
//%   for n = 1, t[4] do
    reg $(t[2] > 1 and "[" .. (t[2]-1) .. ":0] " or "")$(t[1])_$(n);
    always @(posedge clk) $(t[1])_$(n) <=
        $(n == 1 and t[3] or t[1] .. "_" .. (n-1))$((t[1] == "run" or t[1] == "end") and " && !rst" or "");
//%   end
//% end

    // ---- cycle 1: the tokens of the step; cycle 2 on: the multipliers ----
    wire [$(PREDICT_DIMS*8-1):0] token = $(STREAMED and "streamed ? streamed_token : i_token" or "i_token");
    reg  [$(PROJECT_INPUTS*8-1):0] tokens_2;
    reg  [$(PROJECT_OUTPUTS*PROJECT_INPUTS*8-1):0] weights_2;
//% if word_steps > 1 then
    wire [$(word_steps*PROJECT_INPUTS*8-1):0] token_pad = $(ext("token", PREDICT_DIMS*8, word_steps*PROJECT_INPUTS*8));
//% end
    always @(posedge clk) begin
        weights_2 <= weights;
//% if word_steps > 1 then
        case (step_1)
//%   for n = 1, word_steps - 1 do
            $(lit(step_bits, n)): tokens_2 <= token_pad[$(n*PROJECT_INPUTS*8) +: $(PROJECT_INPUTS*8)];
//%   end
            default: tokens_2 <= token_pad[0 +: $(PROJECT_INPUTS*8)];
        endcase
//% else
        tokens_2 <= token;
//% end
    end
    assign bias_at = block_$(PROJECT_TREE+2);
    wire [$(PROJECT_OUTPUTS*PROJECT_BITS-1):0] initial_sums, sums;
    wire              sums_valid;
    sofa_project u_array (
        .clk(clk), .rst(rst), .i_valid(run_2), .i_first(first_2), .i_last(last_2), .i_tokens(tokens_2), .i_weights(weights_2),
        .i_initial(initial_sums), .o_valid(sums_valid), .o_sums(sums));
//% if STREAMED then
//%   local function partial_place(cycle)      -- {key of the batch, block}
//%     return ext("turn_" .. cycle, PREFETCH_BITS, partial_place_bits) .. " * " .. lit(partial_place_bits, 2 * row_blocks) .. " + "
//%         .. ext("block_" .. cycle, block_bits, partial_place_bits)
//%   end
    wire [$(PROJECT_OUTPUTS*PROJECT_BITS-1):0] partial;
    sofa_ram #(.WIDTH($(PROJECT_OUTPUTS*PROJECT_BITS)), .DEPTH($(PREFETCH*2*row_blocks)), .ABITS($(partial_place_bits))) u_partial (
        .clk(clk), .i_we(sums_valid && !final_$(sum_time)), .i_waddr($(partial_place(sum_time))), .i_wdata(sums),
        .i_re(1'b1), .i_raddr($(partial_place(PROJECT_TREE + 2))), .o_rdata(partial));
//% end
//% for o = 0, PROJECT_OUTPUTS - 1 do
    assign initial_sums[$(o*PROJECT_BITS) +: $(PROJECT_BITS)] =
        $(STREAMED and "!begin_" .. (PROJECT_TREE+3) .. " ? " .. nth("partial", o, PROJECT_BITS) .. " : " or "")
        biases[$(o*32) +: $(PROJECT_BITS)];
    wire              unused_bias_$(o) = &{1'b0, biases[$(o*32+PROJECT_BITS) +: $(32-PROJECT_BITS)]};
//% end

    // ---- to rows: shift, round, saturate ----
    wire [4:0]        shift = is_v_$(sum_time) ? i_v_shift : i_k_shift;
    reg               scaled_valid;
    always @(posedge clk)
        scaled_valid <= sums_valid$(STREAMED and " && final_" .. sum_time or "") && !rst;
    wire [$(PROJECT_OUTPUTS*GENERATED_BITS-1):0] elements;
    wire [$(block_bits-1):0]  place = is_v_$(sum_time+1) ? block_$(sum_time+1) - $(lit(block_bits, row_blocks)) : block_$(sum_time+1);
//% for o = 0, PROJECT_OUTPUTS - 1 do
    wire signed [$(PROJECT_BITS):0] doubled_$(o) = {sums[$(o*PROJECT_BITS) +: $(PROJECT_BITS)], 1'b0};
    reg  signed [$(PROJECT_BITS):0] shifted_$(o);
    always @(posedge clk) shifted_$(o) <= doubled_$(o) >>> shift;
    wire [$(PROJECT_BITS):0]    rounded_$(o) = shifted_$(o) + $(lit(PROJECT_BITS+1, 1));
//%   local function saturated(bits)
//%     local top = "rounded_" .. o .. "[" .. PROJECT_BITS .. ":" .. bits .. "]"
//%     return "(&" .. top .. " || ~|" .. top .. ") ? rounded_" .. o .. "[" .. bits .. ":1] : {rounded_" .. o .. "[" .. PROJECT_BITS
//%         .. "], {" .. (bits-1) .. "{!rounded_" .. o .. "[" .. PROJECT_BITS .. "]}}}"
//%   end
//%   if KEY_BITS == VALUE_BITS then
    assign elements[$(o*GENERATED_BITS) +: $(GENERATED_BITS)] = $(saturated(GENERATED_BITS));
//%   else
    wire [$(KEY_BITS-1):0]  k_$(o) = $(saturated(KEY_BITS));
    wire [$(VALUE_BITS-1):0]  v_$(o) = $(saturated(VALUE_BITS));
    assign elements[$(o*GENERATED_BITS) +: $(GENERATED_BITS)] = is_v_$(sum_time+1) ? $(ext("v_" .. o, VALUE_BITS, GENERATED_BITS)) :
        $(ext("k_" .. o, KEY_BITS, GENERATED_BITS));
//%   end
    wire              unused_half_$(o) = rounded_$(o)[0];
//% end
    reg  [$(HEAD_DIM*GENERATED_BITS-1):0] row;
    always @(posedge clk) begin
//% for n = 0, row_blocks - 1 do
        if (scaled_valid && place == $(lit(block_bits, n)))
            row[$(n*PROJECT_OUTPUTS*GENERATED_BITS) +: $(math.min(PROJECT_OUTPUTS, HEAD_DIM - n*PROJECT_OUTPUTS)*GENERATED_BITS)] <=
                elements[$(math.min(PROJECT_OUTPUTS, HEAD_DIM - n*PROJECT_OUTPUTS)*GENERATED_BITS-1):0];
//% end
    end
    assign o_v_valid = end_$(sum_time+2) && is_v_$(sum_time+2);
//% if ROTARY then
    wire [$(KEY_NUMBER_BITS-1):0]  turned_key;
    wire [$(HEAD_DIM*KEY_BITS-1):0] k_row;
    sofa_rotate u_rotate (
        .clk(clk), .rst(rst), .i_base(i_rotary_base), .i_stride(i_rotary_stride), .o_free(turn_free),
        .i_begin(issue && row_start && !is_v), .i_key(key), .i_ring(ring), .o_req_valid(o_turn_valid), .i_req_ready(i_turn_ready),
        .o_req_addr(o_turn_addr), .i_turns_valid(i_turns_valid), .i_turns(i_turns), .i_row_valid(end_$(sum_time+2) && !is_v_$(sum_time+2)),
        .i_row(k_row),
        .i_hold(o_v_valid), .o_valid(o_k_valid), .o_key(turned_key), .o_ring(o_k_ring), .o_row(o_k_row));
    assign o_v_ring = ring_$(sum_time+2);
//% else
    assign o_k_valid = end_$(sum_time+2) && !is_v_$(sum_time+2);
    assign o_row_ring = ring_$(sum_time+2);
//% end
//% local k_row = ROTARY and "k_row" or "o_k_row"
//% if KEY_BITS == VALUE_BITS then
    assign $(k_row) = row;
    assign o_v_row = row;
    wire [$(GENERATED_ROW_BITS-1):0] back = $(ROTARY and "o_v_valid ? o_v_row : o_k_row" or "row");
//% else
//%   for i = 0, HEAD_DIM - 1 do
    assign $(k_row)[$(i*KEY_BITS) +: $(KEY_BITS)] = row[$(i*GENERATED_BITS) +: $(KEY_BITS)];
    assign o_v_row[$(i*VALUE_BITS) +: $(VALUE_BITS)] = row[$(i*GENERATED_BITS) +: $(VALUE_BITS)];
//%   end
    wire [$(GENERATED_ROW_BITS-1):0] back = o_v_valid ? $(ext("o_v_row", HEAD_DIM*VALUE_BITS, GENERATED_ROW_BITS)) :
        $(ext("o_k_row", HEAD_DIM*KEY_BITS, GENERATED_ROW_BITS));
//% end

//% local last = sum_time + 2
//% local back_key = ROTARY and "o_v_valid, o_v_valid ? key_" .. last .. " : turned_key" or "is_v_" .. last .. ", key_" .. last
    sofa_queue #(.WIDTH($(GENERATED_ROW_BITS+KEY_NUMBER_BITS+1)), .DEPTH($(queue_rows)), .ABITS($(clog2(queue_rows)))) u_back (
        .clk(clk), .rst(rst), .i_valid($(ROTARY and "o_k_valid || o_v_valid" or "end_" .. (sum_time+2))),
        .i_data({$(back_key), back}),
        .o_valid(o_wr_valid), .i_ready(i_wr_ready), .o_data({o_wr_is_v, o_wr_key, o_wr_row}));
endmodule
`default_nettype wire

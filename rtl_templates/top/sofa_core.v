//% -- SPDX-License-Identifier: Apache-2.0
// The accelerator: $(cfg.name), block of $(QUERY_BLOCK) rows, tile of $(TILE_KEYS) keys, head_dim $(HEAD_DIM).
// Ports: registers (one access at a time, answered by o_reg_valid), $(READ_CHANNELS) read channel(s), one write channel; valid/ready
// everywhere, write responses always accepted. rst: for at least two cycles, since copies of it reach the engines a cycle later.
// Registers and jobs: registers.md. A job equals sofa_model_run().
//
//   ranges -> tiles -> [K^ memory] -> predict -> select -> need matrix -> order -> fetch -> [ring of K and V] -> window -> attend -> store
//   query fetch -> queries (codes to predict, rows to the lanes of attend)
//% if TOKENS then
// K and V of needed keys come from tokens:
//   ranges -> tiles -> [token tile] -> predict (keys, then scores) ... order -> supply -> kvgen or memory -> [ring of K and V] -> window
//                                                                                       kvgen -> write-back -> memory
//% end
`default_nettype none
module sofa_core (
    input  wire             clk,
    input  wire             rst,
    // registers
    input  wire             i_reg_enable,
    input  wire             i_reg_write,
    input  wire [7:0]       i_reg_addr,
    input  wire [31:0]      i_reg_wdata,
    output wire             o_reg_valid,
    output wire [31:0]      o_reg_rdata,
    output wire             o_irq,
//% for channel = 0, READ_CHANNELS - 1 do
    // read channel $(channel)
    output wire             o_rd$(channel)_req_valid,
    input  wire             i_rd$(channel)_req_ready,
    output wire [$(ADDRESS_BITS-1):0] o_rd$(channel)_req_addr,
    output wire [7:0]       o_rd$(channel)_req_len,
    input  wire             i_rd$(channel)_data_valid,
    output wire             o_rd$(channel)_data_ready,
    input  wire [$(PORT_BITS-1):0] i_rd$(channel)_data,
    input  wire             i_rd$(channel)_data_error,
//% end
    // write channel
    output wire             o_wr_req_valid,
    input  wire             i_wr_req_ready,
    output wire [$(ADDRESS_BITS-1):0] o_wr_req_addr,
    output wire [7:0]       o_wr_req_len,
    output wire             o_wr_data_valid,
    input  wire             i_wr_data_ready,
    output wire [$(PORT_BITS-1):0] o_wr_data,
    output wire [$(PORT_BYTES-1):0] o_wr_strb,
    output wire             o_wr_last,
    input  wire             i_wr_resp_valid,
    input  wire             i_wr_resp_error
);
    wire .*;
//% for _, counter in ipairs(counters()) do
    wire [$(counter.bits-1):0] inc_$(counter.name);
//% end

    // ---- registers and control ----
//% local flushed = JOB_QUEUE and "rst || flush || bus_lost" or "rst || flush"
//% for _, part in ipairs({"", "_predict", "_schedule", "_attend"}) do
    wire        reset$(part);
//%   if COPIED_REGISTERS then
    // goes far, with a copy for each part of the machine; a flush comes a cycle earlier for it
    sofa_copy #(.WIDTH(1)) u_reset$(part) (.clk(clk), .i_data($(flushed)), .o_data(reset$(part)));
//%   else
    assign reset$(part) = $(flushed);
//%   end
//% end
//% local begun, ended, ending, works = "command_start", "done_set", "error_code", "busy"
//% if JOB_QUEUE then
//%   begun, ended, ending, works = "begun", "ended", "ending", "works"
    wire        begun = command_start || job_start;
    wire        ended = jobs_done || (done_set && !jobs_busy);
    wire [7:0]  ending = jobs_busy || jobs_done ? jobs_error : error_code;
    wire        works = busy || jobs_busy;
    wire        cold = rst || bus_lost;
//% else
    wire        oldest = 1'b0, joining = 1'b0, fetches = 1'b0, word_job = 1'b0;
//% end
    wire        unused_jobs = &{1'b0, word_job, runs, answered, failed};
//% local cold = JOB_QUEUE and "cold" or "rst"
    sofa_registers u_registers (
        .o_start(command_start), .o_abort(command_abort), .o_invalidate(command_invalidate), .i_error($(ending)), .i_busy($(works)),
        .i_done_set($(ended)), .*);
//% if not ORDERS then
    wire [31:0] cfg_own_offset = 32'd0;
    wire [1:0]  cfg_order = 2'd0;
//% end
//% if RANK then
    wire        carry = cfg_flags[0];
//% end
    wire        has_ranges = cfg_flags[1];
    wire [$(KEY_NUMBER_BITS-1):0] keys = cfg_keys[$(KEY_NUMBER_BITS-1):0];
    wire [$(KEY_NUMBER_BITS-1):0] own_offset = cfg_own_offset[$(KEY_NUMBER_BITS-1):0];
    wire [$(TILE_BITS-1):0] tile_keys = cfg_tile[$(TILE_BITS-1):0];
//% -- addresses and strides are multiples of the port's bytes
//% local low = {"(cfg_range_base[" .. PORT_BYTE_BITS-1 .. ":0] & {" .. PORT_BYTE_BITS .. "{has_ranges}})"}
//% for _, base in ipairs(bases()) do
//%   low[#low+1] = base.name ~= "range" and "cfg_" .. base.name .. "_base[" .. PORT_BYTE_BITS-1 .. ":0]" or nil
//% end
//% for _, tensor in ipairs(strides()) do
    wire [$(ADDRESS_BITS-1):0] $(tensor.name)_stride = $(ext("cfg_" .. tensor.name .. "_stride", tensor.bits, ADDRESS_BITS));
//%   low[#low+1] = "cfg_" .. tensor.name .. "_stride[" .. PORT_BYTE_BITS-1 .. ":0]"
//% end
    wire        bus_idle = reads_idle && writes_idle;
    wire        progress = read_beat || write_beat || i_wr_resp_valid || tiles_busy || inc_predict_busy
        || |inc_pairs$(TOKENS and " || inc_khat_busy || inc_kvgen_busy" or "");
    // upper bits, which control has looked at
    wire        unused_descriptor = &{1'b0, cfg_keys, cfg_own_offset, cfg_tile, cfg_scale_shift,
        cfg_flags$(RANK and ", cfg_kept, cfg_score_shift" or "")};
    // a job starts: the oldest, with a session, or the one behind it, which joins
    wire        starts = start || joining;
    wire        starting = oldest ^ joining;
    wire        front_idle = ranges_idle && query_fetch_idle && queries_idle;
    wire        unused_starting = &{1'b0, starting, front_idle};
    sofa_control u_control (
        .rst($(cold)), .i_start($(begun)), .i_jobs_rows($(of_jobs("rows"))), .i_abort(command_abort), .i_rows(cfg_rows),
        .i_keys(cfg_keys), .i_tile(cfg_tile), .i_kept(cfg_kept),
        .i_mode(cfg_mode), .i_order(cfg_order), .i_score_shift(cfg_score_shift), .i_scale_normal(cfg_scale_mantissa[15]),
        .i_scale_shift(cfg_scale_shift), .i_watchdog(cfg_watchdog), .o_error(error_code),
        .i_low($(table.concat(low, " | "))), .*);
//% for _, output in ipairs(job_outputs()) do
    wire        unused_$(output.name) = &{1'b0, cfg_$(output.name), jobs_$(output.name)};
//% end
    sofa_jobs u_jobs (
        .i_abort(command_abort), .o_busy(jobs_busy), .o_done_set(jobs_done), .i_watchdog(cfg_watchdog), .i_notify(cfg_flags[3]),
        .i_stop(cfg_flags[4]), .o_start(job_start), .i_may_join($(JOBS > 1 and "front_idle" or "1'b0")), .i_ended(done_set),
        .i_error(error_code), .o_lost(bus_lost), .*);

    // ---- memory ----
    wire [7:0]  key_len = 8'd$(d.key_beats - 1);
    wire [7:0]  value_len = 8'd$(d.value_beats - 1);
//% if ROTARY then
    wire [7:0]  rotary_len = 8'd$(d.rotary_beats - 1);
//% end
    wire        query_job = range_job;
    sofa_reads u_reads (.rst(reset), .o_idle(reads_idle), .o_error(read_error), .o_beat(read_beat), .*);
    sofa_token_mux u_token_mux (.*);
    sofa_weight_mux u_weight_mux (.*);
    sofa_writes u_writes (
        .rst(reset), .i_begin(start), .i_o_base($(of_jobs("o_base"))), .i_k_base(cfg_k_base), .i_v_base(cfg_v_base),
        .o_idle(writes_idle), .o_error(write_error),
        .o_beat(write_beat), .*);

    // ---- blocks, ranges and queries ----
    sofa_ranges u_ranges (
        .rst(reset), .i_start(starts), .i_job(starting), .i_rows($(of_job(of_jobs("rows"), ROWS_BITS, "starting"))),
        .i_range_base($(of_job(of_jobs("range_base"), ADDRESS_BITS, "starting"))), .o_idle(ranges_idle),
        .o_req_valid(range_ask), .i_req_ready(range_asked),
        .o_req_addr(range_addr), .o_req_len(range_len), .i_row_valid(range_come), .o_row_ready(range_taken),
        .i_word_valid(range_word_valid), .i_word_index(range_word_index), .i_word(range_word), .i_row(range_row),
        .o_range_row(ranged_row), .*);
    sofa_query_fetch u_query_fetch (
        .rst(reset), .i_start(starts), .i_rows($(of_job(of_jobs("rows"), ROWS_BITS, "starting"))),
        .i_base($(of_job(of_jobs("q_base"), ADDRESS_BITS, "starting"))), .o_idle(query_fetch_idle), .i_stride(q_stride),
        .o_req_valid(query_ask), .i_req_ready(query_asked),
        .o_req_addr(query_addr), .o_req_len(query_len), .*);
    sofa_queries u_queries (
        .rst(reset), .i_start(starts), .i_rows($(of_job(of_jobs("rows"), ROWS_BITS, "starting"))), .o_idle(queries_idle),
        .i_row_valid(query_come), .o_row_ready(query_taken), .i_word_valid(query_word_valid),
        .i_word_index(query_word_index), .i_word(query_word), .i_row(query_row), .o_ready(query_ready), .o_query_we(lane_query_we),
        .o_query_addr(lane_query_addr), .o_query(lane_query), .*);
    sofa_blocks u_blocks (.rst(reset), .i_stored(row_stored), .o_retired(block_retired), .*);

    // ---- tiles and what is predicted from ----
//% local scan, row = STREAMED and "scan" or TOKENS and "token" or "khat", TOKENS and "x" or PLANE and "khat" or "k"
//% local again = STREAMED and "x" or "unused_x"
    sofa_hidden u_hidden (
        .rst(reset), .i_hidden(cfg_hidden), .i_words(cfg_hidden_words), .o_legal(hidden_legal), .o_ready(hidden_ready), .*);
    sofa_tiles u_tiles (
        .rst(reset), .i_tile(tile_keys), .i_order(cfg_order), .i_row_base($(of_jobs(row .. "_base"))), .i_row_stride($(row)_stride),
        .i_range_row(ranged_row), .o_req_valid($(scan)_ask), .i_req_ready($(scan)_asked), .o_req_addr($(scan)_addr),
        .o_req_len($(scan)_len), .o_req_meta($(scan)_meta), .o_req_job($(scan)_job),
        .o_busy(tiles_busy), .o_key_row(inc_key_rows), .o_seen(tile_seen), .*);
    wire        unused_tile_job = $(scan)_job;
    $(KHAT_SOURCE) u_khat (
        .rst(reset), .i_come(khat_come), .i_tag(khat_tag), .i_row(khat_row), .i_word(khat_word),
        .o_valid(key_arrived), .o_slot(key_slot), .o_index(key_index), .o_both(key_both), .o_last(key_last), .*);
    sofa_token_tile u_token_tile (
        .rst(reset), .i_valid(token_come), .o_ready(token_taken), .i_beat(token_row), .i_meta(token_tag), .o_key_valid(key_arrived),
        .o_key(key_index), .o_word_valid($(again)_word_valid), .o_word_last($(again)_word_last), .o_word($(again)_word),
        .i_read(token_read), .i_read_slot(token_slot), .i_read_addr(token_addr_read), .o_read(tokens), .i_take_slot(x_slot),
        .i_take_addr(x_place), .o_take(x_tokens), .*);
    sofa_codes u_codes (
        .rst(reset), .i_base(cfg_code_base), .i_slices($(ext("slices", SLICE_COUNT_BITS, 16))), .i_demand(tile_seen),
        .o_req_valid(code_ask), .i_req_ready(code_asked), .o_req_addr(code_addr), .o_req_len(code_len), .i_beat_valid(code_come),
        .o_beat_ready(code_taken), .i_beat(weight_row), .o_loaded(codes_loaded), .i_release(code_release), .i_half(code_half),
        .i_raddr(code_place), .o_rdata(weight_codes), .*);
    sofa_turns u_turns (
        .rst(reset), .i_base(cfg_turn_base), .i_stride(turn_stride), .i_ask_valid(group_ask), .o_ask_ready(group_asked),
        .i_ask_key(group_key), .i_ask_group(group_number), .o_req_valid(turn_ask), .i_req_ready(turn_asked), .o_req_addr(turn_addr),
        .o_req_len(turn_len), .i_beat_valid(turn_come), .o_beat_ready(turn_taken), .i_beat(turn_row), .o_landed(group_landed),
        .i_release(turn_release), .i_pair(turn_pair), .o_turns(turns), .*);

    wire        unused_places = &{1'b0, key_meta, value_meta};       // where rows come in order

    // ---- prediction and selection ----
    wire        by_mass = $(BOTH_POLICIES and "cfg_policy" or MASS and "1'b1" or "1'b0");
    wire        unused_by_mass = by_mass;
    sofa_predict u_predict (
        .rst(reset_predict), .i_score_shift(cfg_score_shift[3:0]), .i_octave_shift($(of_jobs("octave_shift"))), .i_radius(cfg_radius),
        .i_khat_shift(cfg_khat_shift), .o_token_addr(token_addr_read), .o_code_addr(code_place), .o_khat_busy(inc_khat_busy),
        .o_turn_ask(group_ask), .i_turn_asked(group_asked), .o_turn_key(group_key), .o_turn_group(group_number),
        .i_turn_landed(group_landed), .i_key_valid(key_arrived), .i_key(key_index),
        .i_word_valid(khat_word_valid), .i_word_index(khat_word_index), .i_range_we(range_write),
        .i_range_row({range_bank, ranged_row}), .o_valid(beat_valid), .o_first(beat_first), .o_last(beat_last), .o_row(beat_row),
        .o_new_block(beat_new), .o_bank(beat_bank), .o_parity(beat_parity), .o_end(beat_end), .o_busy(inc_predict_busy),
        .o_starved(inc_predict_starved), .o_blocked(inc_predict_blocked), .*);
    sofa_select u_select (
        .rst(reset_predict), .i_valid(rank_beat), .i_first(beat_first), .i_last(beat_last), .i_row(beat_row), .i_new_block(beat_new),
        .i_bank(beat_bank), .i_radius(cfg_radius), .i_kept(cfg_kept[$(KEPT_BITS-1):0]), .o_valid(rank_valid), .o_row(rank_row),
        .o_need(rank_need), .o_clipped(inc_clipped), .*);
    sofa_mass u_mass (
        .rst(reset_predict), .i_valid(mass_beat), .i_row(beat_row), .i_new_block(beat_new), .i_mass(cfg_mass), .o_valid(mass_valid),
        .o_row(mass_row), .o_need(mass_need), .*);
    $(CHOICE) u_choice (.i_valid(beat_valid), .o_valid(chosen), .o_row(chosen_row), .*);

    // ---- schedule ----
    sofa_need u_need (
        .rst(reset_schedule), .i_parity(beat_parity), .i_end(beat_end), .i_valid(chosen), .i_row(chosen_row), .i_clear(parity_free),
        .o_complete(complete), .o_some(mask_some), .i_parity_read(read_parity), .i_key(read_key),
        .i_taken(need_taken), .o_here(need_here), .o_rows(matrix_rows), .*);
    sofa_order u_order (
        .rst(reset_schedule), .i_some(mask_some), .i_here(need_here), .o_taken(need_taken), .i_rows(matrix_rows),
        .o_ask_valid(wanted_valid), .i_ask_ready(wanted_ready),
        .o_ask(wanted), .i_space(value_space), .o_key_valid(listed_valid), .i_key_ready(listed_ready), .o_key(listed),
        .o_rows(key_rows), .*);
    sofa_window u_window (
        .rst(reset_schedule), .i_key_valid(listed_valid), .o_key_ready(listed_ready), .i_key(listed), .i_rows(key_rows),
        .o_v_space(value_space), .i_key_slot(key_read_slot), .o_key(lane_key), .i_value_slot(value_read_slot), .o_value(lane_value),
        .o_keys(slot_keys), .o_values(slot_values), .o_enter(key_enters), .*);

    // ---- K and V of needed keys ----
//% if not TOKENS then
    $(FETCH) u_fetch (
        .rst(reset), .i_ask_valid(wanted_valid), .o_ask_ready(wanted_ready), .i_ask(wanted), .i_k_base($(of_jobs("k_base"))),
        .i_v_base($(of_jobs("v_base"))), .o_k_valid(key_ask), .o_k_job(key_job), .i_k_ready(key_asked), .o_k_addr(key_addr),
        .o_k_place(key_meta), .o_v_job(value_job),
        .o_v_valid(value_ask), .i_v_ready(value_asked), .o_v_addr(value_addr), .o_v_place(value_meta), .*);
//% end
    sofa_supply u_supply (
        .rst(reset), .i_cold(rst), .i_command($(begun)), .i_keep(cfg_flags[2]), .i_invalidate(command_invalidate),
        .i_success(done_set && error_code == 8'd0), .i_ask_valid(wanted_valid), .o_ask_ready(wanted_ready), .i_ask(wanted),
        .i_k_base(cfg_k_base), .i_v_base(cfg_v_base), .o_k_valid(key_ask), .i_k_ready(key_asked), .o_k_addr(key_addr), .o_k_place(key_meta),
        .o_v_valid(value_ask), .i_v_ready(value_asked), .o_v_addr(value_addr), .o_v_place(value_meta),
        .i_streamed(slices != $(lit(SLICE_COUNT_BITS, 1))), .o_gen_valid(generate_valid), .i_gen_ready(generate_ready),
        .o_gen(generate_key), .i_written(row_written), .o_generated(inc_generated), .o_fetched(inc_fetched), .*);
    sofa_kvgen u_kvgen (
        .rst(reset), .i_slices($(ext("slices", SLICE_COUNT_BITS, 16))), .i_k_shift(cfg_k_shift), .i_v_shift(cfg_v_shift),
        .i_weight_base(cfg_weight_base), .i_x_base(cfg_x_base), .i_rotary_base(cfg_rotary_base), .o_turn_valid(rotary_ask),
        .i_turn_ready(rotary_asked), .o_turn_addr(rotary_addr), .i_turns_valid(rotary_come), .i_turns(rotary_row),
        .i_tokens_come(key_arrived && key_last), .i_key_valid(generate_valid), .o_key_ready(generate_ready), .i_key(generate_key),
        .o_req_valid(array_ask), .i_req_ready(array_asked), .o_req_addr(array_addr), .o_req_len(array_len), .i_beat_valid(array_come),
        .o_beat_ready(array_taken), .i_beat(weight_row), .o_token_slot(x_slot), .o_token_addr(x_place), .i_token(x_tokens),
        .o_x_valid(x_ask), .i_x_ready(x_asked), .o_k_valid(new_k), .o_v_valid(new_v), .o_k_ring(new_k_place), .o_v_ring(new_v_place),
        .o_k_row(new_k_row), .o_v_row(new_v_row), .o_wr_valid(back_valid), .i_wr_ready(back_ready),
        .o_wr_is_v(back_is_v), .o_wr_key(back_key), .o_wr_row(back_row), .o_busy(inc_kvgen_busy), .o_starved(inc_kvgen_starved),
        .o_blocked(inc_kvgen_blocked), .*);
    sofa_row_mux u_row_mux (.*);
//% local key, value = {"key_come", "key_tag", "key_row"}, {"value_come", "value_tag", "value_row"}
//% if TOKENS then key, value = {"k_valid", "k_place", "k"}, {"v_valid", "v_place", "v"} end
    $(RING) u_ring (
        .rst(reset_schedule), .i_k_valid($(key[1])), .i_k_place($(key[2])), .i_k($(key[3])), .i_v_valid($(value[1])),
        .i_v_place($(value[2])), .i_v($(value[3])), .i_k_word_valid(key_word_valid), .i_k_word_index(key_word_index), .i_k_word(key_word),
        .i_v_word_valid(value_word_valid), .i_v_word_index(value_word_index), .i_v_word(value_word), .i_load(key_enters),
        .i_key_addr(lane_key_addr), .o_key(lane_key), .i_value_addr(lane_value_addr), .o_value(lane_value), .*);

    // ---- attention ----
//% local scale_shift = JOBS > 1 and "{jobs_scale_shift[13:8], jobs_scale_shift[5:0]}" or "cfg_scale_shift[5:0]"
    sofa_attend u_attend (
        .rst(reset_attend), .i_scale_mantissa($(of_jobs("scale_mantissa"))),
        .i_scale_shift($(scale_shift)), .o_key_addr(lane_key_addr),
        .i_key(lane_key), .o_value_addr(lane_value_addr), .i_value(lane_value), .o_key_slot(key_read_slot),
        .o_value_slot(value_read_slot), .i_keys(slot_keys), .i_values(slot_values), .i_query_we(lane_query_we),
        .i_query_addr(lane_query_addr), .i_query(lane_query), .o_row_valid(done_valid), .i_row_ready(done_ready),
        .o_row_bank(done_bank), .o_row(done_row), .i_read(done_read), .i_read_index(done_read_index), .o_data(done_data),
        .o_pairs(inc_pairs), .o_raises(inc_raises), .o_active(inc_attend_busy), .*);

    // ---- counters ----
//% local lanes_bits = clog2(LANES + 1)
    reg  [$(lanes_bits-1):0] lanes_idle;
    always @(posedge clk)
        lanes_idle <= busy ? $(lit(lanes_bits, LANES)) - inc_attend_busy : $(lit(lanes_bits, 0));
    assign inc_attend_starved = lanes_idle;
    assign inc_select_busy = beat_valid;
    assign inc_need_keys = $(TOKENS and "inc_generated || inc_fetched" or "value_come");
//% if not TOKENS then
    assign inc_key_rows = $(LOAD_KEYS > 1 and "{key_arrived && key_both, key_arrived && !key_both}" or "key_arrived");
    wire        unused_both = key_both;
//% end
    assign inc_empty_rows = {$(ROW_BITS)'d0, empty_row};
    assign inc_blocks = open;
    assign inc_tiles = tile_seen;
endmodule
`default_nettype wire

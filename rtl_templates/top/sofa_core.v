//% -- SPDX-License-Identifier: Apache-2.0
// The accelerator: $(cfg.name), block of $(cfg.query_block) rows, tile of $(cfg.tile.keys) keys, head_dim $(cfg.head_dim).
// Ports: registers (one access at a time, answered by o_reg_valid), $(cfg.memory.read_channels) read channel(s), one write channel; valid/ready everywhere, write
// responses always accepted. Registers and jobs: registers.md. A job equals sofa_model_run().
//
//   ranges -> tiles -> [K memory, K^ memory] -> predict -> select -> need matrix -> order -> [V prefetch] -> window -> attend -> store
//   query fetch -> queries (codes to predict, rows to the lanes of attend)
//% if TOKENS then
// K and V of needed keys come from tokens:
//   ranges -> tiles -> [token tile] -> predict (keys, then scores) ... order -> supply -> kvgen or memory -> [ring of K and V] -> window
//                                                                                       kvgen -> write-back -> memory
//% end
//% local ROW_BEATS = math.max(d.query_beats, d.key_beats, d.value_beats, d.range_beats, d.rotary_beats)
//% local ROW_BUS_BITS = (WORD_MEMORIES and d.range_beats or ROW_BEATS) * PORT_BITS
//% local WORD_INDEX_BITS, GATHERED = clog2(ROW_BEATS), not REGISTERED_LINKS and not (WORD_MEMORIES and PORT_BITS < 64)     -- read channels put beats together
//% -- the clients of each channel, who goes first
//% local clients = {}
//% for channel = 1, READ_CHANNELS do clients[channel] = {} end
//% for _, client in ipairs(ROTARY and {"key", "value", "range", "query", "rotary", "turn", "weight", "token"} or TOKENS and {"key", "value", "range", "query", "weight", "token"} or {"key", "value", "range", "query"}) do
//%   table.insert(clients[(client == "value" or client == "range" or client == "query") and d.value_channel + 1 or 1], client)
//% end
//% for channel = 1, READ_CHANNELS do table.sort(clients[channel], function(one, other) return d[one .. "_rank"] < d[other .. "_rank"] end) end
//% local untagged = {range = true, query = true, rotary = true, turn = true}
//% local streams = {token = true, weight = true, turn = true}      -- clients that take single beats
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
    // read channel $(channel): $(table.concat(clients[channel+1], ", "))
    output wire             o_rd$(channel)_req_valid,
    input  wire             i_rd$(channel)_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_rd$(channel)_req_addr,
    output wire [7:0]       o_rd$(channel)_req_len,
    input  wire             i_rd$(channel)_data_valid,
    output wire             o_rd$(channel)_data_ready,
    input  wire [$(PORT_BITS-1):0]  i_rd$(channel)_data,
    input  wire             i_rd$(channel)_data_error,
//% end
    // write channel
    output wire             o_wr_req_valid,
    input  wire             i_wr_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_wr_req_addr,
    output wire [7:0]       o_wr_req_len,
    output wire             o_wr_data_valid,
    input  wire             i_wr_data_ready,
    output wire [$(PORT_BITS-1):0]  o_wr_data,
    output wire [$(PORT_BYTES-1):0] o_wr_strb,
    output wire             o_wr_last,
    input  wire             i_wr_resp_valid,
    input  wire             i_wr_resp_error
);
    // ---- registers and control ----
    wire        command_start, command_abort, busy, done_set, start, halt, flush;
    wire [7:0]  error_code;
//% if COPIED_REGISTERS then
    // goes far, with a copy for each part of the machine; a flush comes a cycle earlier for it
    wire        reset, reset_predict, reset_schedule, reset_attend;
    sofa_copy #(.WIDTH(1)) u_reset (.clk(clk), .i_data(rst || flush), .o_data(reset));
    sofa_copy #(.WIDTH(1)) u_reset_predict (.clk(clk), .i_data(rst || flush), .o_data(reset_predict));
    sofa_copy #(.WIDTH(1)) u_reset_schedule (.clk(clk), .i_data(rst || flush), .o_data(reset_schedule));
    sofa_copy #(.WIDTH(1)) u_reset_attend (.clk(clk), .i_data(rst || flush), .o_data(reset_attend));
//% else
    wire        reset = rst || flush;
    wire        reset_predict = reset, reset_schedule = reset, reset_attend = reset;
//% end
//% for _, tensor in ipairs(ROTARY and {"q", "k", "v", "o", "range", "x", "code", "weight", "rotary", "turn"} or TOKENS and {"q", "k", "v", "o", "range", "x", "code", "weight"} or {"q", "k", "v", "o", "range"}) do
    wire [$(ADDRESS_BITS-1):0] cfg_$(tensor)_base;
//% end
//% local STRIDE_BITS = math.min(ADDRESS_BITS, 32)
//% local strided = ROTARY and {"q", "k", "v", "o", "x", "rotary", "turn"} or TOKENS and {"q", "k", "v", "o", "x"} or {"q", "k", "v", "o"}
//% for _, tensor in ipairs(strided) do
    wire [$(STRIDE_BITS-1):0] cfg_$(tensor)_stride;
    wire [$(ADDRESS_BITS-1):0] $(tensor)_stride = $(ext("cfg_" .. tensor .. "_stride", STRIDE_BITS, ADDRESS_BITS));
//% end
    wire [$(ROWS_BITS-1):0] cfg_rows;
    wire [$(d.watchdog_bits-1):0] cfg_watchdog;
    wire [31:0] cfg_keys, cfg_radius;
    wire [31:0] cfg_own_offset$(ORDERS and "" or " = 32'd0");
    wire [1:0]  cfg_order$(ORDERS and "" or " = 2'd0");
//% if MASS then
    wire [9:0]  cfg_mass;
    wire [5:0]  cfg_octave_shift;
//%   if RANK then
    wire        cfg_policy;
//%   end
//% end
    wire [15:0] cfg_tile, cfg_kept, cfg_scale_mantissa;
    wire [7:0]  cfg_mode, cfg_score_shift, cfg_scale_shift;
    wire [$(TOKENS and 2 or 1):0]  cfg_flags;
//% if TOKENS then
    wire        command_invalidate, hidden_legal, settled;
    wire [15:0] cfg_hidden, cfg_hidden_words;
    wire [4:0]  cfg_khat_shift, cfg_k_shift, cfg_v_shift;
//% end
    wire        carry = cfg_flags[0];
    wire        has_ranges = cfg_flags[1];
//% local increments = {}
//% for _, register in ipairs(registers()) do
//%   if register.kind == "counter" and register.lower:match("_lo$") and register.lower ~= "cycles_lo" then
//%     increments[#increments+1] = {register.lower:sub(1, -4), register.increment_bits}
    wire [$(register.increment_bits-1):0] inc_$(register.lower:sub(1, -4));
//%   end
//% end
    sofa_registers u_registers (
        .clk(clk), .rst(rst), .i_reg_enable(i_reg_enable), .i_reg_write(i_reg_write), .i_reg_addr(i_reg_addr),
        .i_reg_wdata(i_reg_wdata), .o_reg_valid(o_reg_valid), .o_reg_rdata(o_reg_rdata), .o_irq(o_irq),
//% if TOKENS then
        .o_invalidate(command_invalidate), .o_cfg_hidden(cfg_hidden), .o_cfg_hidden_words(cfg_hidden_words),
        .o_cfg_khat_shift(cfg_khat_shift), .o_cfg_k_shift(cfg_k_shift), .o_cfg_v_shift(cfg_v_shift), .o_cfg_x_base(cfg_x_base),
        .o_cfg_code_base(cfg_code_base), .o_cfg_weight_base(cfg_weight_base), .o_cfg_x_stride(cfg_x_stride),
//% end
//% if ROTARY then
        .o_cfg_rotary_base(cfg_rotary_base), .o_cfg_rotary_stride(cfg_rotary_stride), .o_cfg_turn_base(cfg_turn_base),
        .o_cfg_turn_stride(cfg_turn_stride),
//% end
        .o_start(command_start), .o_abort(command_abort), .i_busy(busy), .i_done_set(done_set), .i_error(error_code),
//% for _, i in ipairs(increments) do
        .i_inc_$(i[1])(inc_$(i[1])),
//% end
        .o_cfg_watchdog(cfg_watchdog), .o_cfg_rows(cfg_rows), .o_cfg_keys(cfg_keys), .o_cfg_tile(cfg_tile), .o_cfg_kept(cfg_kept),
        .o_cfg_flags(cfg_flags), .o_cfg_mode(cfg_mode), .o_cfg_radius(cfg_radius), .o_cfg_score_shift(cfg_score_shift),
        .o_cfg_scale_mantissa(cfg_scale_mantissa), .o_cfg_scale_shift(cfg_scale_shift),$(ORDERS and " .o_cfg_order(cfg_order), .o_cfg_own_offset(cfg_own_offset)," or "")
//% if MASS then
        .o_cfg_mass(cfg_mass), .o_cfg_octave_shift(cfg_octave_shift),$(RANK and " .o_cfg_policy(cfg_policy)," or "")
//% end
        .o_cfg_q_base(cfg_q_base), .o_cfg_k_base(cfg_k_base), .o_cfg_v_base(cfg_v_base), .o_cfg_o_base(cfg_o_base),
        .o_cfg_range_base(cfg_range_base), .o_cfg_q_stride(cfg_q_stride), .o_cfg_k_stride(cfg_k_stride),
        .o_cfg_v_stride(cfg_v_stride), .o_cfg_o_stride(cfg_o_stride));

    wire        progress, bus_idle, range_error, read_error, write_error;
    wire [1:0]  row_stored;
    sofa_control u_control (
        .clk(clk), .rst(rst), .i_start(command_start), .i_abort(command_abort), .i_rows(cfg_rows), .i_keys(cfg_keys),
        .i_tile(cfg_tile), .i_kept(cfg_kept), .i_mode(cfg_mode), .i_order(cfg_order), .i_score_shift(cfg_score_shift),
        .i_scale_normal(cfg_scale_mantissa[15]), .i_scale_shift(cfg_scale_shift), .i_watchdog(cfg_watchdog),
//% if PORT_BYTE_BITS > 0 then
//%   local low = {"(cfg_range_base[" .. (PORT_BYTE_BITS-1) .. ":0] & {" .. PORT_BYTE_BITS .. "{has_ranges}})"}
//%   if TOKENS then low[#low+1] = "cfg_code_base[" .. (PORT_BYTE_BITS-1) .. ":0] | cfg_weight_base[" .. (PORT_BYTE_BITS-1) .. ":0]" end
//%   for _, tensor in ipairs(strided) do low[#low+1] = "cfg_" .. tensor .. "_base[" .. (PORT_BYTE_BITS-1) .. ":0] | cfg_" .. tensor .. "_stride[" .. (PORT_BYTE_BITS-1) .. ":0]" end
        .i_low($(table.concat(low, " | "))),
//% end
//% if TOKENS then
        .i_hidden_legal(hidden_legal), .i_settled(settled),
//% end
        .o_start(start), .o_halt(halt), .o_flush(flush), .i_progress(progress), .i_row_stored(|row_stored), .i_bus_idle(bus_idle),
        .i_range_error(range_error), .i_read_error(read_error), .i_write_error(write_error),
        .o_busy(busy), .o_done_set(done_set), .o_error(error_code));

    // ---- read channels ----
//% for _, client in ipairs(ROTARY and {"range", "key", "value", "query", "token", "weight", "rotary", "turn"} or TOKENS and {"range", "key", "value", "query", "token", "weight"} or {"range", "key", "value", "query"}) do
    wire            $(client)_ask, $(client)_asked, $(client)_come, $(client)_next, $(client)_taken;
//%   if QUERY_IN_WORDS then
    wire            $(client)_word_valid;
    wire [$(WORD_INDEX_BITS-1):0] $(client)_word_index;
    wire [$(PORT_BITS-1):0] $(client)_word;
//%   end
    wire [$(ADDRESS_BITS-1):0] $(client)_addr;
    wire [7:0]      $(client)_len;
//%   if GATHERED then
    wire [$(ROW_BUS_BITS-1):0] $(client)_row;
//%   end
//% end
    wire unused_next = &{1'b0$(TOKENS and ", token_next, weight_next" or "")$(ROTARY and ", rotary_next, turn_next" or ""), range_next, key_next, value_next, query_next};
    wire [$(KEY_TAG_BITS-1):0] key_meta, key_tag;
//% if TOKENS then
    wire [$(KEY_TAG_BITS-1):0] value_meta, value_tag, token_meta, token_tag, weight_meta, weight_tag;
//% end
//% for channel = 0, READ_CHANNELS - 1 do
//%   local count = #clients[channel+1]
//%   local function all(suffix)
//%     local signals = {}
//%     for i = count, 1, -1 do signals[#signals+1] = clients[channel+1][i] .. suffix end
//%     return "{" .. table.concat(signals, ", ") .. "}"
//%   end
//%   local metas = {}
//%   for i = count, 1, -1 do metas[#metas+1] = (TOKENS and not untagged[clients[channel+1][i]] or clients[channel+1][i] == "key") and clients[channel+1][i] .. "_meta" or KEY_TAG_BITS .. "'d0" end
//%   local stream, prompts = "", ""
//%   for i = count, 1, -1 do
//%     stream = stream .. (streams[clients[channel+1][i]] and "1" or "0")
//%     prompts = prompts .. ((clients[channel+1][i] == "key" or clients[channel+1][i] == "value") and "1" or "0")
//%   end
//%   local parameters = TOKENS and ", .STREAM(" .. count .. "'b" .. stream .. ")" or REGISTERED_LINKS and ", .PROMPT(" .. count .. "'b" .. prompts .. ")" or ""
    wire            read_idle_$(channel), read_error_$(channel), read_beat_$(channel);
    wire [$(count-1):0] beat_client_$(channel);
//%   if GATHERED then
    wire [$(ROW_BUS_BITS-1):0] read_row_$(channel);
//%   end
    wire [$(KEY_TAG_BITS-1):0] read_meta_$(channel);
//%   if QUERY_IN_WORDS then
    wire [$(WORD_INDEX_BITS-1):0] word_index_$(channel);
    wire [$(PORT_BITS-1):0] word_$(channel);
//%     for i, client in ipairs(clients[channel+1]) do
    assign $(client)_word_index = word_index_$(channel);
    assign $(client)_word = word_$(channel);
//%     end
//%   end
    sofa_read #(.CLIENTS($(count)), .CBITS($(math.max(1, clog2(count))))$(parameters)) u_read_$(channel) (
        .clk(clk), .rst(reset), .i_halt(halt), .o_idle(read_idle_$(channel)), .o_error(read_error_$(channel)), .o_beat(read_beat_$(channel)),
        .o_beat_client(beat_client_$(channel)),
        .i_valid($(all("_ask"))), .o_ready($(all("_asked"))), .i_addr($(all("_addr"))), .i_len($(all("_len"))),
        .i_meta({$(table.concat(metas, ", "))}),
//%   if QUERY_IN_WORDS then
        .o_word_valid($(all("_word_valid"))), .o_word_index(word_index_$(channel)), .o_word(word_$(channel)),
//%   end
        .o_row_valid($(all("_come"))), .o_row_next($(all("_next"))), .i_row_ready($(all("_taken"))), $(GATHERED and ".o_row(read_row_" .. channel .. "), " or "").o_meta(read_meta_$(channel)),
        .o_req_valid(o_rd$(channel)_req_valid), .i_req_ready(i_rd$(channel)_req_ready), .o_req_addr(o_rd$(channel)_req_addr), .o_req_len(o_rd$(channel)_req_len),
        .i_data_valid(i_rd$(channel)_data_valid), .o_data_ready(o_rd$(channel)_data_ready), .i_data(i_rd$(channel)_data), .i_data_error(i_rd$(channel)_data_error));
//%   for i, client in ipairs(clients[channel+1]) do
//%     if GATHERED then
    assign $(client)_row = read_row_$(channel);
//%     end
//%     if client == "rotary" then
    assign inc_rotary_beats = {1'b0, read_beat_$(channel) && (beat_client_$(channel)[$(i-1)] || beat_client_$(channel)[$(i)])};
//%     elseif client ~= "turn" then
    assign inc_$(client)_beats = {1'b0, read_beat_$(channel) && beat_client_$(channel)[$(i-1)]};
//%     end
//%     if TOKENS and not untagged[client] or client == "key" then
    assign $(client)_tag = read_meta_$(channel);
//%     end
//%   end
//%   if READ_CHANNELS == 2 and channel == 1 and not TOKENS then
    wire unused_meta = &{1'b0, read_meta_1};
//%   end
//% end

    // ---- blocks, ranges and queries ----
    wire              block_retired, block_valid, block_ready, block_bank, range_we, range_bank, empty_row;
    wire [$(ROW_BITS-1):0]  range_row_index;
    wire [$(2*KEY_NUMBER_BITS-1):0] range;
    wire [$(ROW_BITS):0]    block_rows;
    wire [$(KEY_NUMBER_BITS-1):0]  block_low, block_high;
    sofa_ranges u_ranges (
        .clk(clk), .rst(reset), .i_start(start), .i_block_retired(block_retired), .i_rows(cfg_rows), .i_keys(cfg_keys[$(KEY_NUMBER_BITS-1):0]),
        .i_has_ranges(has_ranges), .i_range_base(cfg_range_base),
        .o_req_valid(range_ask), .i_req_ready(range_asked), .o_req_addr(range_addr), .o_req_len(range_len),
        .i_row_valid(range_come), .o_row_ready(range_taken), $(QUERY_IN_WORDS and PORT_BITS < 64 and ".i_word_valid(range_word_valid), .i_word_index(range_word_index[" .. (clog2(64//PORT_BITS)-1) .. ":0]), .i_word(range_word)" or REGISTERED_LINKS and ".i_row(range_word)" or ".i_row(range_row[" .. (d.range_records*64-1) .. ":0])"),
        .o_range_write(range_we), .o_range_bank(range_bank), .o_range_row(range_row_index), .o_range(range),
        .o_block_valid(block_valid), .i_block_ready(block_ready), .o_block_rows(block_rows), .o_block_low(block_low),
        .o_block_high(block_high), .o_block_bank(block_bank), .o_empty_row(empty_row), .o_range_error(range_error));
    sofa_query_fetch u_query_fetch (
        .clk(clk), .rst(reset), .i_start(start), .i_block_retired(block_retired), .i_rows(cfg_rows), .i_base(cfg_q_base),
        .i_stride(q_stride), .o_req_valid(query_ask), .i_req_ready(query_asked), .o_req_addr(query_addr), .o_req_len(query_len));

    wire [1:0]        query_ready;
    wire              code_we;
    wire [$(ROW_BITS):0]    code_row;
//% if WORD_MEMORIES then
    wire [$(QUERY_WORD_BITS-1):0]  code_index;
    wire [$(PORT_BITS//QUERY_BITS*6-1):0] code;
    wire              exponent_we;
    wire [$(ROW_BITS):0]    exponent_row;
    wire [3:0]        exponent;
//% else
    wire [$(HEAD_DIM*4+3):0] code;
//% end
    wire [$(LANES-1):0] lane_query_we;
    wire [$(QUERY_BUSES*QUERY_PLACE_BITS-1):0] lane_query_addr;
    wire [$(QUERY_IN_WORDS and PORT_BITS or QUERY_BUSES*WIDTH*QUERY_BITS)-1:0] lane_query;
    sofa_queries u_queries (
        .clk(clk), .rst(reset), .i_start(start), .i_rows(cfg_rows), .i_block_retired(block_retired), .i_row_valid(query_come),
        .o_row_ready(query_taken), .o_ready(query_ready), .o_code_we(code_we), .o_code_row(code_row),
//% if WORD_MEMORIES then
        .o_code_index(code_index), .o_exponent_we(exponent_we), .o_exponent_row(exponent_row), .o_exponent(exponent),
//% end
//% if QUERY_IN_WORDS then
        .i_word_valid(query_word_valid), .i_word_index(query_word_index[$(QUERY_WORD_BITS-1):0]), .i_word(query_word),
//% else
        .i_row(query_row[$(HEAD_DIM*QUERY_BITS-1):0]),
//% end
        .o_code(code), .o_query_we(lane_query_we), .o_query_addr(lane_query_addr), .o_query(lane_query));

    // ---- tiles and keys ----
    wire              tile, slot_free, tiles_busy, tile_seen;
    wire [$(3*KEY_NUMBER_BITS-1):0] info_base;
//% if TOKENS then
    // hidden size; tokens of a tile; codes of Wk
    wire              hidden_ready;
    wire [$(SLICE_COUNT_BITS-1):0] slices;
    wire [$(SLICE_WORD_BITS-1):0] words_last;
    wire [7:0]        len_last;
    wire [$(WORD_TAIL_BITS-1):0] tail;
    sofa_hidden u_hidden (
//%   if STREAMED then
        .clk(clk), .rst(reset), .i_start(start),
//%   end
        .i_hidden(cfg_hidden), .i_words(cfg_hidden_words), .o_legal(hidden_legal), .o_ready(hidden_ready), .o_slices(slices),
        .o_words_last(words_last), .o_len_last(len_last), .o_tail(tail));

    wire [2:0]        info_bank, info_last, info_seen;
    wire [$(3*(ROW_BITS+1)-1):0] info_rows;
    wire [$(3*KEY_GROUPS-1):0] info_group_any;
    wire [$(3*KEY_GROUPS*ROW_BITS-1):0] info_group_from, info_group_to;
    wire [$(3*TILE_KEYS-1):0] info_mask;
    wire              tile_ask, tile_asked;
    wire [$(ADDRESS_BITS-1):0]   tile_addr;
    wire [7:0]        tile_len;
    wire [$(INDEX_BITS+4):0]  tile_meta;
//%   if STREAMED then
    wire              chunk, token_free;
//%   end
    sofa_tiles u_tiles (
        .clk(clk), .rst(reset), .i_start(start), .i_keys(cfg_keys[$(KEY_NUMBER_BITS-1):0]), .i_tile(cfg_tile[$(TILE_BITS-1):0]), .i_has_ranges(has_ranges),
        .i_order(cfg_order), .i_own_offset(cfg_own_offset[$(KEY_NUMBER_BITS-1):0]),
        .i_x_base(cfg_x_base), .i_x_stride(x_stride), .i_hidden_ready(hidden_ready), .i_len_last(len_last),
//%   if STREAMED then
        .i_slices(slices), .o_chunk(chunk), .i_token_free(token_free),
//%   end
        .i_block_valid(block_valid), .o_block_ready(block_ready), .i_block_rows(block_rows), .i_block_low(block_low),
        .i_block_high(block_high), .i_block_bank(block_bank),
        .i_range_write(range_we), .i_range_bank(range_bank), .i_range_row(range_row_index), .i_range(range),
        .o_tile(tile), .i_slot_free(slot_free), .o_info_base(info_base), .o_info_mask(info_mask), .o_info_bank(info_bank),
        .o_info_last(info_last), .o_info_seen(info_seen), .o_info_rows(info_rows), .o_info_group_any(info_group_any),
        .o_info_group_from(info_group_from), .o_info_group_to(info_group_to),
        .o_req_valid(tile_ask), .i_req_ready(tile_asked), .o_req_addr(tile_addr), .o_req_len(tile_len), .o_req_meta(tile_meta),
        .o_busy(tiles_busy), .o_key_row(inc_key_rows), .o_seen(tile_seen));

    // rows of X: for prediction, and once more for generation
    wire              x_word_valid, x_word_last, token_read;
    wire [$(PREDICT_DIMS*8-1):0] x_word, tokens, x_tokens;
    wire [1:0]        token_slot, x_slot;
    wire [$(TOKEN_PLACE_BITS-1):0] token_at, x_at;
//%   if STREAMED then
    wire              x_ask, x_asked, x_final;
    wire [$(ADDRESS_BITS-1):0]   x_addr;
    wire [7:0]        x_len;
    assign token_ask = x_ask || tile_ask;
    assign x_asked = token_asked;
    assign tile_asked = token_asked && !x_ask;
    assign token_addr = x_ask ? x_addr : tile_addr;
    assign token_len = x_ask ? x_len : tile_len;
    assign token_meta = $(ext("(x_ask ? {x_final, 1'b1, " .. (INDEX_BITS+3) .. "'d0} : tile_meta)", INDEX_BITS + 5, KEY_TAG_BITS));
//%   else
    assign token_ask = tile_ask;
    assign tile_asked = token_asked;
    assign token_addr = tile_addr;
    assign token_len = tile_len;
    assign token_meta = $(ext("tile_meta", INDEX_BITS + 5, KEY_TAG_BITS));
    wire              unused_x_word = &{1'b0, x_word_valid, x_word_last, x_word};
//%   end
    wire              key_arrived, key_last;
    wire [1:0]        key_slot;
    wire [$(INDEX_BITS-1):0]  key_index;
    sofa_token_tile u_token_tile (
        .clk(clk), .rst(reset), .i_words_last(words_last), .i_tail(tail), .i_valid(token_come), .o_ready(token_taken),
        .i_beat(token_row[$(PORT_BITS-1):0]), .i_meta(token_tag[$(INDEX_BITS+4):0]), .o_key_valid(key_arrived), .o_key_last(key_last),
        .o_key_slot(key_slot), .o_key(key_index), .o_word_valid(x_word_valid), .o_word_last(x_word_last), .o_word(x_word),
        .i_read(token_read), .i_read_slot(token_slot), .i_read_addr(token_at), .o_read(tokens),
        .i_take_slot(x_slot), .i_take_addr(x_at), .o_take(x_tokens));

    // codes and weights share a client: bit 0 of the tag says whose beat it is
    wire              code_ask, code_beat_ready, array_ask, array_beat_ready;
    wire [$(ADDRESS_BITS-1):0]   code_addr, array_addr;
    wire [7:0]        code_len, array_len;
    assign weight_ask = code_ask || array_ask;
    assign weight_addr = code_ask ? code_addr : array_addr;
    assign weight_len = code_ask ? code_len : array_len;
    assign weight_meta = {$(KEY_TAG_BITS-1)'d0, !code_ask};
    assign weight_taken = weight_tag[0] ? array_beat_ready : code_beat_ready;
    wire [$(STREAMED and 1 or 0):0]        codes_loaded;
    wire [$(SLICE_WORD_BITS-1):0] flag_word;
    wire [$(HEAD_DIM-1):0]   flags;
    wire [$(CODE_PLACE_BITS-1):0] code_at;
    wire [$(PREDICT_DIMS*4-1):0] weight_codes;
//%   if STREAMED then
    wire              flag_half, code_half, code_release;
//%   end
    sofa_codes u_codes (
        .clk(clk), .rst(reset), .i_start(start), .i_base(cfg_code_base), .i_slices($(ext("slices", SLICE_COUNT_BITS, 16))),
        .i_words_last($(ext("words_last", SLICE_WORD_BITS, SLICE_WORD_BITS))), .i_demand(tile_seen),
        .o_req_valid(code_ask), .i_req_ready(weight_asked && code_ask), .o_req_addr(code_addr), .o_req_len(code_len),
        .i_beat_valid(weight_come && !weight_tag[0]), .o_beat_ready(code_beat_ready), .i_beat(weight_row[$(PORT_BITS-1):0]),
        .o_loaded(codes_loaded),
//%   if STREAMED then
        .i_release(code_release), .i_flag_half(flag_half), .i_half(code_half),
//%   end
        .i_flag_word(flag_word), .o_flags(flags), .i_raddr(code_at), .o_rdata(weight_codes));
//% else
//%   if not WORD_MEMORIES then
    wire [$(3*ADDRESS_BITS-1):0] info_v_base;
//%   end
    wire [2:0]        info_bank, info_last, info_seen;
    wire [$(3*(ROW_BITS+1)-1):0] info_rows;
    wire [$(3*KEY_GROUPS-1):0] info_group_any;
    wire [$(3*KEY_GROUPS*ROW_BITS-1):0] info_group_from, info_group_to;
    sofa_tiles u_tiles (
        .clk(clk), .rst(reset), .i_keys(cfg_keys[$(KEY_NUMBER_BITS-1):0]), .i_tile(cfg_tile[$(TILE_BITS-1):0]), .i_has_ranges(has_ranges),
        .i_order(cfg_order), .i_own_offset(cfg_own_offset[$(KEY_NUMBER_BITS-1):0]),
        .i_k_base(cfg_k_base), .i_k_stride(k_stride),
//%   if not WORD_MEMORIES then
        .i_start(start), .i_v_base(cfg_v_base), .i_v_stride(v_stride), .o_info_v_base(info_v_base),
//%   end
        .i_block_valid(block_valid), .o_block_ready(block_ready), .i_block_rows(block_rows), .i_block_low(block_low),
        .i_block_high(block_high), .i_block_bank(block_bank),
        .i_range_write(range_we), .i_range_bank(range_bank), .i_range_row(range_row_index), .i_range(range),
        .o_tile(tile), .i_slot_free(slot_free), .o_info_base(info_base), .o_info_bank(info_bank),
        .o_info_last(info_last), .o_info_seen(info_seen), .o_info_rows(info_rows), .o_info_group_any(info_group_any),
        .o_info_group_from(info_group_from), .o_info_group_to(info_group_to),
        .o_req_valid(key_ask), .i_req_ready(key_asked), .o_req_addr(key_addr), .o_req_len(key_len), .o_req_meta(key_meta),
        .o_busy(tiles_busy), .o_seen(tile_seen));
    assign key_taken = 1'b1;
    wire              key_last = key_tag[$(INDEX_BITS+2)];
    wire [1:0]        key_slot = key_tag[$(INDEX_BITS+1):$(INDEX_BITS)];
    wire [$(INDEX_BITS-1):0]  key_index = key_tag[$(INDEX_BITS-1):0];

    wire [1:0]        read_slot;
    wire [$(INDEX_BITS-1):0]  read_key;
//% if WORD_MEMORIES then
    wire [$(KEY_ROOM_BITS-1):0]  key_room = key_tag[$(KEY_TAG_BITS-1):$(INDEX_BITS+3)];
    wire [$(KEY_ROOM_BITS+INDEX_BITS+KEY_WORD_BITS-1):0] lane_key_addr;
    wire [$(PORT_BITS-1):0]   lane_key;
    sofa_ram #(.WIDTH($(PORT_BITS)), .DEPTH($(d.key_rooms << (INDEX_BITS+KEY_WORD_BITS))), .ABITS($(KEY_ROOM_BITS+INDEX_BITS+KEY_WORD_BITS))) u_keys (
        .clk(clk), .i_we(key_word_valid), .i_waddr({key_room, key_index, key_word_index[$(KEY_WORD_BITS-1):0]}), .i_wdata(key_word),
        .i_re(1'b1), .i_raddr(lane_key_addr), .o_rdata(lane_key));
    wire [$(PORT_BITS//KEY_BITS*KHAT_BITS-1):0] khat;
//%   for i = 0, PORT_BITS // KEY_BITS - 1 do
    assign khat[$(i*KHAT_BITS) +: $(KHAT_BITS)] = key_word[$(i*KEY_BITS+KEY_BITS-KHAT_BITS) +: $(KHAT_BITS)];
//%   end
    wire              unused_read_slot = &{1'b0, read_slot};
//% else
    wire [$(HEAD_DIM*KEY_BITS-1):0] k;
//%   if REGISTERED_LINKS then
    sofa_beats #(.BEAT($(PORT_BITS)), .BEATS($(d.key_beats)), .HBITS($(KEY_WORD_BITS)), .DEPTH($(3 << INDEX_BITS)), .ABITS($(INDEX_BITS+2))) u_keys (
        .clk(clk), .i_we(key_word_valid && !reset), .i_index(key_word_index[$(KEY_WORD_BITS-1):0]), .i_waddr({key_slot, key_index}), .i_wdata(key_word),
        .i_raddr({read_slot, read_key}), .o_rdata(k));
    wire [$(PORT_BITS//KEY_BITS*KHAT_BITS-1):0] khat;
//%     for i = 0, PORT_BITS // KEY_BITS - 1 do
    assign khat[$(i*KHAT_BITS) +: $(KHAT_BITS)] = key_word[$(i*KEY_BITS+KEY_BITS-KHAT_BITS) +: $(KHAT_BITS)];
//%     end
//%   else
    sofa_ram #(.WIDTH($(HEAD_DIM*KEY_BITS)), .DEPTH($(3 << INDEX_BITS)), .ABITS($(INDEX_BITS+2))) u_keys (
        .clk(clk), .i_we(key_come), .i_waddr({key_slot, key_index}), .i_wdata(key_row[$(HEAD_DIM*KEY_BITS-1):0]),
        .i_re(1'b1), .i_raddr({read_slot, read_key}), .o_rdata(k));
    wire [$(HEAD_DIM*KHAT_BITS-1):0] khat;
//%   for i = 0, HEAD_DIM - 1 do
    assign khat[$(i*KHAT_BITS) +: $(KHAT_BITS)] = key_row[$(i*KEY_BITS+KEY_BITS-KHAT_BITS) +: $(KHAT_BITS)];
//%   end
//%   end
//% end
//% end

    // ---- prediction and selection ----
    wire              beat_valid, beat_first, beat_last, beat_new, beat_parity, beat_end, radius_on;
    wire [$(ROW_BITS-1):0]  beat_row, chosen_row;
//% if RANK then
    wire [$(PREDICT_KEYS*ENTRY_BITS-1):0] entries;
//% end
//% if MASS then
    wire [$(PREDICT_KEYS*OCTAVE_BITS-1):0] scores;
    wire [$(PREDICT_KEYS-1):0]  seen;
//% end
//% if BOTH_POLICIES then
    wire              by_mass = cfg_policy;
//% end
//% if STORED_RADII then
    wire              beat_bank;
//% else
    wire [$(SCORE_BITS-1):0]  radius_row;
//% end
    wire [1:0]        parity_free;
//% if ROTARY then
    wire              group_ask, group_asked, group_landed, turn_release;
    wire [$(KEY_NUMBER_BITS-1):0]  group_key;
    wire [$(KEY_GROUP_BITS-1):0] group_index;
    wire [$(HEAD_PAIR_BITS-1):0] turn_pair;
    wire [$(PREDICT_KEYS*16-1):0] turns;
    sofa_turns u_turns (
        .clk(clk), .rst(reset), .i_start(start), .i_base(cfg_turn_base), .i_stride(turn_stride), .i_ask_valid(group_ask),
        .o_ask_ready(group_asked), .i_ask_key(group_key), .i_ask_group(group_index), .o_req_valid(turn_ask), .i_req_ready(turn_asked),
        .o_req_addr(turn_addr), .o_req_len(turn_len), .i_beat_valid(turn_come), .o_beat_ready(turn_taken), .i_beat(turn_row[$(PORT_BITS-1):0]),
        .o_landed(group_landed), .i_release(turn_release), .i_pair(turn_pair), .o_turns(turns));
//% end
    sofa_predict u_predict (
        .clk(clk), .rst(reset_predict), .i_score_shift(cfg_score_shift[3:0]), .i_radius(cfg_radius), .i_has_ranges(has_ranges),
//% if MASS then
        .i_octave_shift(cfg_octave_shift), $(RANK and ".i_by_mass(by_mass), " or "").o_scores(scores), .o_seen(seen),
//% end
        .i_keys(cfg_keys[$(KEY_NUMBER_BITS-1):0]), .i_tile_keys(cfg_tile[$(TILE_BITS-1):0]), .i_tile(tile), .i_info_base(info_base), .i_info_bank(info_bank),
        .i_info_seen(info_seen), .i_info_group_any(info_group_any), .i_info_group_from(info_group_from), .i_info_group_to(info_group_to),
//% if TOKENS then
        .i_info_mask(info_mask), .i_khat_shift(cfg_khat_shift), .i_words_last(words_last), .i_key_valid(key_arrived), .i_key_slot(key_slot),
        .i_key(key_index), .i_key_last(key_last), .o_token_read(token_read), .o_token_slot(token_slot), .o_token_addr(token_at),
        .i_tokens(tokens), .i_codes_loaded(codes_loaded), .o_flag_word(flag_word), .i_flags(flags), .o_code_addr(code_at),
        .i_weight_codes(weight_codes), .o_khat_busy(inc_khat_busy),
//%   if ROTARY then
        .o_turn_ask(group_ask), .i_turn_asked(group_asked), .o_turn_key(group_key), .o_turn_group(group_index), .i_turn_landed(group_landed),
        .o_turn_pair(turn_pair), .o_turn_release(turn_release), .i_turns(turns),
//%   end
//%   if STREAMED then
        .i_slices(slices), .i_chunk(chunk), .o_token_free(token_free), .o_flag_half(flag_half), .o_code_half(code_half),
        .o_code_release(code_release),
//%   end
//% else
        .i_key_valid(key_come), .i_key_slot(key_slot), .i_key(key_index), .i_key_last(key_last),
//% if QUERY_IN_WORDS then
        .i_word_valid(key_word_valid), .i_word_index(key_word_index[$(KEY_WORD_BITS-1):0]), .i_word(khat),
//% else
        .i_khat(khat),
//% end
//% if WORD_MEMORIES then
        .i_code_index(code_index), .i_exponent_we(exponent_we), .i_exponent_row(exponent_row), .i_exponent(exponent),
//% end
//% end
        .i_code_we(code_we), .i_code_row(code_row), .i_code(code), .i_query_ready(query_ready),
        .i_range_we(range_we), .i_range_row({range_bank, range_row_index}), .i_range(range), .i_parity_free(parity_free),
        .o_valid(beat_valid), .o_first(beat_first), .o_last(beat_last), .o_row(beat_row), .o_new_block(beat_new), $(RANK and ".o_entries(entries)," or "")
        $(STORED_RADII and ".o_bank(beat_bank)" or ".o_radius_row(radius_row)"), .o_radius_on(radius_on), .o_parity(beat_parity), .o_end(beat_end),
        .o_busy(inc_predict_busy), .o_starved(inc_predict_starved), .o_blocked(inc_predict_blocked));

    wire              chosen, chosen_any;
    wire [$(TILE_KEYS-1):0]  need, best;
    wire [$(KEPT_BITS-1):0]  chosen_count, chosen_clipped;
//% if MASS then
    wire              massive;
    wire [$(ROW_BITS-1):0]  massive_row;
    wire [$(TILE_KEYS-1):0]  massive_need;
    sofa_mass u_mass (
        .clk(clk), .rst(reset_predict), .i_valid(beat_valid$(RANK and " && by_mass" or "")), .i_row(beat_row), .i_new_block(beat_new), .i_scores(scores),
        .i_seen(seen), .i_mass(cfg_mass), .o_valid(massive), .o_row(massive_row), .o_need(massive_need));
//% end
//% if RANK then
    wire              ranked;
    wire [$(ROW_BITS-1):0]  ranked_row;
    wire [$(TILE_KEYS-1):0]  ranked_need, ranked_best;
    sofa_select u_select (
        .clk(clk), .rst(reset_predict), .i_valid(beat_valid$(MASS and " && !by_mass" or "")), .i_first(beat_first), .i_last(beat_last), .i_row(beat_row), .i_new_block(beat_new),
        .i_entries(entries), $(STORED_RADII and ".i_bank(beat_bank), .i_radius(cfg_radius), .i_exponent_we(exponent_we), .i_exponent_row(exponent_row), .i_exponent(exponent)" or ".i_radius_row(radius_row)"), .i_radius_on(radius_on), .i_kept(cfg_kept[$(KEPT_BITS-1):0]), .i_carry(carry),
        .o_valid(ranked), .o_row(ranked_row), .o_need(ranked_need), .o_best(ranked_best), .o_any(chosen_any), .o_count(chosen_count),
        .o_clipped(chosen_clipped));
    wire              unused_chosen = &{1'b0, chosen_any, chosen_count};
//% else
    assign chosen_any = 1'b0;
    assign chosen_count = $(KEPT_BITS)'d0;
    assign chosen_clipped = $(KEPT_BITS)'d0;
    wire              unused_chosen = &{1'b0, chosen_any, chosen_count, beat_first, beat_last, radius_on, radius_row, carry};
//% end
    assign chosen = $(BOTH_POLICIES and "by_mass ? massive : ranked" or MASS and "massive" or "ranked");
    assign chosen_row = $(BOTH_POLICIES and "by_mass ? massive_row : ranked_row" or MASS and "massive_row" or "ranked_row");
    assign need = $(BOTH_POLICIES and "by_mass ? massive_need : ranked_need" or MASS and "massive_need" or "ranked_need");
    assign best = $(RANK and "ranked_best" or TILE_KEYS .. "'d0")$(BOTH_POLICIES and " & {" .. TILE_KEYS .. "{!by_mass}}" or "");

    // ---- schedule ----
    wire              complete, mask_parity, mask_some, read_parity;
    wire [$(TILE_KEYS-1):0]  mask_best, mask_others;
    wire [$(QUERY_BLOCK-1):0]  key_rows;
//% if TOKENS then
    wire [1:0]        read_slot;
    wire [$(INDEX_BITS-1):0]  read_key;
    wire              unused_read_slot = &{1'b0, read_slot};
//% end
    sofa_need u_need (
        .clk(clk), .rst(reset_schedule), .i_parity(beat_parity), .i_end(beat_end), $(BOTH_POLICIES and ".i_by_mass(by_mass), " or "").i_valid(chosen), .i_row(chosen_row), .i_need(need),
        .i_best(best), .i_clear(parity_free), .o_complete(complete), .i_mask_parity(mask_parity), .o_best(mask_best),
        .o_others(mask_others), .o_some(mask_some), .i_parity_read(read_parity), .i_key(read_key), .o_rows(key_rows));
    wire              listed_valid, listed_ready, value_space;
    wire [$(INDEX_BITS+6):0]  listed;
//% if TOKENS then
    wire              wanted_valid, wanted_ready;
    wire [$(WANTED_KEY_BITS+1):0] wanted;
//% end
    sofa_order u_order (
        .clk(clk), .rst(reset_schedule), $(TOKENS and "" or ".i_v_stride(v_stride), ").i_complete(complete), .o_mask_parity(mask_parity), .i_best(mask_best),
        .i_others(mask_others), .i_some(mask_some), $(TOKENS and ".i_info_base(info_base)" or WORD_MEMORIES and ".i_v_base(cfg_v_base), .i_info_base(info_base)" or ".i_info_v_base(info_v_base)"), .i_info_bank(info_bank), .i_info_last(info_last),
//% if TOKENS then
        .o_ask_valid(wanted_valid), .i_ask_ready(wanted_ready), .o_ask(wanted), .i_space(value_space),
//% else
        .o_req_valid(value_ask), .i_req_ready(value_asked), .o_req_addr(value_addr), .o_req_len(value_len), .i_space(value_space),
//% end
        .o_key_valid(listed_valid), .i_key_ready(listed_ready), .o_key(listed));
//% if not TOKENS then
    assign value_taken = 1'b1;
//% else

    // ---- K and V of wanted keys ----
    wire              generate_valid, generate_ready, row_written;
    wire [$(WANTED_KEY_BITS):0]   generate_key;
    wire [$(PREFETCH_BITS-1):0] k_place, v_place;
    sofa_supply u_supply (
        .clk(clk), .rst(reset), .i_cold(rst), .i_command(command_start), .i_start(start), .i_keep(cfg_flags[2]), .i_invalidate(command_invalidate),
        .i_success(done_set && error_code == 8'd0), .i_ask_valid(wanted_valid), .o_ask_ready(wanted_ready), .i_ask(wanted),
        .i_k_base(cfg_k_base), .i_k_stride(k_stride), .i_v_base(cfg_v_base), .i_v_stride(v_stride),
        .o_k_valid(key_ask), .i_k_ready(key_asked), .o_k_addr(key_addr), .o_k_place(k_place),
        .o_v_valid(value_ask), .i_v_ready(value_asked), .o_v_addr(value_addr), .o_v_place(v_place),
//%   if STREAMED then
        .i_streamed(slices != $(lit(SLICE_COUNT_BITS, 1))),
//%   end
        .o_gen_valid(generate_valid), .i_gen_ready(generate_ready), .o_gen(generate_key), .i_written(row_written),
        .o_generated(inc_generated), .o_fetched(inc_fetched));
    assign key_len = 8'd$(d.key_beats - 1);
    assign value_len = 8'd$(d.value_beats - 1);
    assign key_meta = $(ext("k_place", PREFETCH_BITS, KEY_TAG_BITS));
    assign value_meta = $(ext("v_place", PREFETCH_BITS, KEY_TAG_BITS));

    wire              new_k, new_v, back_valid, back_ready, back_is_v;
    wire [$(PREFETCH_BITS-1):0] new_place$(ROTARY and ", new_v_place" or "");
    wire [$(HEAD_DIM*KEY_BITS-1):0] new_k_row;
    wire [$(HEAD_DIM*VALUE_BITS-1):0] new_v_row;
    wire [$(KEY_NUMBER_BITS-1):0]  back_key;
    wire [$(HEAD_DIM*math.max(KEY_BITS, VALUE_BITS)-1):0] back_row;
    sofa_kvgen u_kvgen (
        .clk(clk), .rst(reset), .i_start(start), .i_slices($(ext("slices", SLICE_COUNT_BITS, 16))), .i_words_last(words_last), .i_k_shift(cfg_k_shift),
        .i_v_shift(cfg_v_shift), .i_weight_base(cfg_weight_base),
//%   if STREAMED then
        .i_x_base(cfg_x_base), .i_x_stride(x_stride), .i_len_last(len_last),
//%   end
//%   if ROTARY then
        .i_rotary_base(cfg_rotary_base), .i_rotary_stride(rotary_stride), .o_turn_valid(rotary_ask), .i_turn_ready(rotary_asked),
        .o_turn_addr(rotary_addr), .i_turns_valid(rotary_come), .i_turns(rotary_row[$(HEAD_DIM*16-1):0]),
//%   end
        .i_tokens_come(key_arrived && key_last), .o_settled(settled),
        .i_key_valid(generate_valid), .o_key_ready(generate_ready), .i_key(generate_key),
        .o_req_valid(array_ask), .i_req_ready(weight_asked && !code_ask), .o_req_addr(array_addr), .o_req_len(array_len),
        .i_beat_valid(weight_come && weight_tag[0]), .o_beat_ready(array_beat_ready), .i_beat(weight_row[$(PORT_BITS-1):0]),
        .o_token_slot(x_slot), .o_token_addr(x_at), .i_token(x_tokens),
//%   if STREAMED then
        .o_x_valid(x_ask), .i_x_ready(x_asked), .o_x_addr(x_addr), .o_x_len(x_len), .o_x_final(x_final),
        .i_x_word_valid(x_word_valid), .i_x_word(x_word), .i_x_word_last(x_word_last),
//%   end
        .o_k_valid(new_k), .o_v_valid(new_v), $(ROTARY and ".o_k_ring(new_place), .o_v_ring(new_v_place)" or ".o_row_ring(new_place)"), .o_k_row(new_k_row), .o_v_row(new_v_row),
        .o_wr_valid(back_valid), .i_wr_ready(back_ready), .o_wr_is_v(back_is_v), .o_wr_key(back_key), .o_wr_row(back_row),
        .o_busy(inc_kvgen_busy), .o_starved(inc_kvgen_starved), .o_blocked(inc_kvgen_blocked));
//%   if ROTARY then
    assign rotary_len = 8'd$(d.rotary_beats - 1);
    assign rotary_taken = 1'b1;
//%   end
    // a generated row first
    assign key_taken = !new_k;
    assign value_taken = !new_v;
//% end

    wire [$(WINDOW*ENTRY_PLACE_BITS-1):0] entry_slot;
    wire [$(WINDOW-1):0]   entry_bank, entry_move, entry_load, entry_any;
    wire              load_any;
    wire [$(QUERY_BLOCK-1):0]  load_rows, open_rows;
    wire              open, open_bank, load_bank, retire_bank, retire_ready;
    wire [$(ROW_BITS):0]    open_count;
    wire [1:0]        owed;
//% if WORD_MEMORIES then
    wire [$(VALUE_PLACE_BITS+VALUE_WORD_BITS-1):0] lane_value_addr;
    wire [$(PORT_BITS-1):0]   lane_value;
//% elseif SLOT_MEMORIES then
    wire [$(ENTRY_PLACE_BITS-1):0]  key_read_slot, value_read_slot;
    wire [$(WIDTH*KEY_BITS-1):0] lane_key;
    wire [$(WIDTH*VALUE_BITS-1):0] lane_value;
//% else
    wire [$(WINDOW*WIDTH*KEY_BITS-1):0] keys;
    wire [$(WINDOW*WIDTH*VALUE_BITS-1):0] values;
//%   if BEATS > 1 then
    wire [$(BEAT_BITS-1):0]  phase_keys, phase_values;
//%   end
//% end
    sofa_window u_window (
        .clk(clk), .rst(reset_schedule), .i_key_valid(listed_valid), .o_key_ready(listed_ready), .i_key(listed), .i_info_rows(info_rows),
        .o_read_parity(read_parity), .o_read_key(read_key), .o_read_slot(read_slot), .i_rows(key_rows),
//% if TOKENS then
        .i_k_valid(new_k || key_come), .i_k_place(new_k ? new_place : key_tag[$(PREFETCH_BITS-1):0]), .i_k(new_k ? new_k_row : key_row[$(HEAD_DIM*KEY_BITS-1):0]),
        .i_v_place(new_v ? $(ROTARY and "new_v_place" or "new_place") : value_tag[$(PREFETCH_BITS-1):0]), .i_v_valid(new_v || value_come), .i_v(new_v ? new_v_row : value_row[$(HEAD_DIM*VALUE_BITS-1):0]),
        .o_parity_free(parity_free), .o_slot_free(slot_free), .o_v_space(value_space),
//% else
        .o_parity_free(parity_free), .o_slot_free(slot_free), .i_v_valid(value_come), $(SLOT_MEMORIES and not REGISTERED_LINKS and ".i_v_next(value_next), " or "").o_v_space(value_space),
//% end
        .o_entry_slot(entry_slot), .o_entry_bank(entry_bank), .o_move(entry_move), .o_load(entry_load), .o_load_any(load_any), .o_load_rows(load_rows), .o_load_bank(load_bank),
        .i_entry_any(entry_any), .i_query_ready(query_ready), .o_open(open), .o_open_bank(open_bank), .o_open_rows(open_rows),
        .o_open_count(open_count), .i_owed(owed), .o_retire_bank(retire_bank), .o_retire_ready(retire_ready),
//% if QUERY_IN_WORDS then
        .i_word_valid(value_word_valid), .i_word_index(value_word_index[$(VALUE_WORD_BITS-1):0]), .i_word(value_word),
//% end
//% if WORD_MEMORIES then
        .i_value_addr(lane_value_addr), .o_value(lane_value));
//% else
//%   if BEATS > 1 then
        .i_phase_keys(phase_keys), .i_phase_values(phase_values),
//%   end
//%   if not TOKENS then
        .i_k(k),$(REGISTERED_LINKS and "" or " .i_v(value_row[" .. (HEAD_DIM*VALUE_BITS-1) .. ":0]),")
//%   end
//%   if SLOT_MEMORIES then
        .i_key_slot(key_read_slot), .o_key(lane_key), .i_value_slot(value_read_slot), .o_value(lane_value));
//%   else
        .o_keys(keys), .o_values(values));
//%   end
//% end
    sofa_blocks u_blocks (
        .clk(clk), .rst(reset), .i_open(open), .i_open_bank(open_bank), .i_open_count(open_count), .i_stored(row_stored),
        .o_retired(block_retired));

    // ---- attention and output ----
    wire [$(NORM_UNITS-1):0]  done_valid, done_ready, done_bank;
    wire [$(NORM_UNITS*ROW_BITS-1):0] done_row;
//% if OUTPUT_WORDS then
    wire              done_read;
    wire [$(clog2(d.norm_words)-1):0] done_read_index;
    wire [$(PORT_BITS-1):0]   done_data;
//% else
    wire [$(NORM_UNITS*HEAD_DIM*16-1):0] done_data;
//% end
    sofa_attend u_attend (
        .clk(clk), .rst(reset_attend), .i_scale_mantissa(cfg_scale_mantissa), .i_scale_shift(cfg_scale_shift[5:0]), .i_entry_slot(entry_slot),
        .i_entry_bank(entry_bank), .i_move(entry_move), .i_load(entry_load), .i_load_any(load_any), .i_load_rows(load_rows), .i_load_bank(load_bank), .o_entry_any(entry_any),
        .i_open(open), .i_open_bank(open_bank), .i_open_rows(open_rows), .o_owed(owed), .i_retire_bank(retire_bank),
        .i_retire_ready(retire_ready),
//% if WORD_MEMORIES then
        .o_key_addr(lane_key_addr), .i_key(lane_key), .o_value_addr(lane_value_addr), .i_value(lane_value),
//% elseif SLOT_MEMORIES then
        .o_key_slot(key_read_slot), .i_key(lane_key), .o_value_slot(value_read_slot), .i_value(lane_value),
//% else
//%   if BEATS > 1 then
        .o_phase_keys(phase_keys), .o_phase_values(phase_values),
//%   end
        .i_keys(keys), .i_values(values),
//% end
        .i_query_we(lane_query_we), .i_query_addr(lane_query_addr), .i_query(lane_query),
        .o_row_valid(done_valid), .i_row_ready(done_ready), .o_row_bank(done_bank), .o_row(done_row),$(OUTPUT_WORDS and " .i_read(done_read), .i_read_index(done_read_index)," or "") .o_data(done_data),
        .o_pairs(inc_pairs), .o_raises(inc_raises), .o_active(inc_attend_busy));

    // address of the two blocks in the machine
    reg  [$(ADDRESS_BITS-1):0]   block_base, bank_base0, bank_base1;
    reg  [$(ADDRESS_BITS-1):0]   block_span;
    always @(posedge clk) begin
        block_span <= o_stride * $(ADDRESS_BITS)'d$(QUERY_BLOCK);
        if (start)
            block_base <= cfg_o_base;
        else if (open)
            block_base <= block_base + block_span;
        if (open && !open_bank)
            bank_base0 <= block_base;
        if (open && open_bank)
            bank_base1 <= block_base;
    end
    wire              store_idle, store_beat;
    wire [$(clog2(PORT_BYTES+1)-1):0] store_bytes;
//% if TOKENS then
    // O rows and generated rows share the write channel
//%   for _, writer in ipairs({"store", "back"}) do
    wire              $(writer)_req_valid, $(writer)_req_ready, $(writer)_data_valid, $(writer)_data_ready, $(writer)_last, $(writer)_resp_valid, $(writer)_resp_error;
    wire [$(ADDRESS_BITS-1):0]   $(writer)_req_addr;
    wire [7:0]        $(writer)_req_len;
    wire [$(PORT_BITS-1):0]   $(writer)_data;
    wire [$(PORT_BYTES-1):0] $(writer)_strb;
//%   end
    wire              store_error, back_error, back_idle, back_beat, mux_idle;
    wire [$(clog2(PORT_BYTES+1)-1):0] back_bytes;
    assign write_error = store_error || back_error;
    assign row_written = back_resp_valid;
    sofa_store u_store (
        .clk(clk), .rst(reset), .i_halt(halt), .o_idle(store_idle), .o_error(store_error), .i_base({bank_base1, bank_base0}),
        .i_stride(o_stride), .i_row_valid(done_valid), .o_row_ready(done_ready), .i_row_bank(done_bank), .i_row(done_row),
        .i_data(done_data),$(OUTPUT_WORDS and " .o_read(done_read), .o_read_index(done_read_index)," or "") .o_stored(row_stored), .o_beat(store_beat), .o_bytes(store_bytes),
        .o_req_valid(store_req_valid), .i_req_ready(store_req_ready), .o_req_addr(store_req_addr), .o_req_len(store_req_len),
        .o_data_valid(store_data_valid), .i_data_ready(store_data_ready), .o_data(store_data), .o_strb(store_strb), .o_last(store_last),
        .i_resp_valid(store_resp_valid), .i_resp_error(store_resp_error));
    sofa_write_back u_write_back (
        .clk(clk), .rst(reset), .i_halt(halt), .o_idle(back_idle), .o_error(back_error), .i_k_base(cfg_k_base), .i_k_stride(k_stride),
        .i_v_base(cfg_v_base), .i_v_stride(v_stride), .i_row_valid(back_valid), .o_row_ready(back_ready), .i_row_is_v(back_is_v),
        .i_row_key(back_key), .i_row(back_row), .o_beat(back_beat), .o_bytes(back_bytes),
        .o_req_valid(back_req_valid), .i_req_ready(back_req_ready), .o_req_addr(back_req_addr), .o_req_len(back_req_len),
        .o_data_valid(back_data_valid), .i_data_ready(back_data_ready), .o_data(back_data), .o_strb(back_strb), .o_last(back_last),
        .i_resp_valid(back_resp_valid), .i_resp_error(back_resp_error));
    sofa_write_mux u_write_mux (
        .clk(clk), .rst(reset), .o_idle(mux_idle),
        .i_req_valid({back_req_valid, store_req_valid}), .o_req_ready({back_req_ready, store_req_ready}),
        .i_req_addr({back_req_addr, store_req_addr}), .i_req_len({back_req_len, store_req_len}),
        .i_data_valid({back_data_valid, store_data_valid}), .o_data_ready({back_data_ready, store_data_ready}),
        .i_data({back_data, store_data}), .i_strb({back_strb, store_strb}), .i_last({back_last, store_last}),
        .o_resp_valid({back_resp_valid, store_resp_valid}), .o_resp_error({back_resp_error, store_resp_error}),
        .o_req_valid(o_wr_req_valid), .i_req_ready(i_wr_req_ready), .o_req_addr(o_wr_req_addr), .o_req_len(o_wr_req_len),
        .o_data_valid(o_wr_data_valid), .i_data_ready(i_wr_data_ready), .o_data(o_wr_data), .o_strb(o_wr_strb), .o_last(o_wr_last),
        .i_resp_valid(i_wr_resp_valid), .i_resp_error(i_wr_resp_error));
//% else
    sofa_store u_store (
        .clk(clk), .rst(reset), .i_halt(halt), .o_idle(store_idle), .o_error(write_error), .i_base({bank_base1, bank_base0}),
        .i_stride(o_stride), .i_row_valid(done_valid), .o_row_ready(done_ready), .i_row_bank(done_bank), .i_row(done_row),
        .i_data(done_data),$(OUTPUT_WORDS and " .o_read(done_read), .o_read_index(done_read_index)," or "") .o_stored(row_stored), .o_beat(store_beat), .o_bytes(store_bytes),
        .o_req_valid(o_wr_req_valid), .i_req_ready(i_wr_req_ready), .o_req_addr(o_wr_req_addr), .o_req_len(o_wr_req_len),
        .o_data_valid(o_wr_data_valid), .i_data_ready(i_wr_data_ready), .o_data(o_wr_data), .o_strb(o_wr_strb), .o_last(o_wr_last),
        .i_resp_valid(i_wr_resp_valid), .i_resp_error(i_wr_resp_error));
//% end

//% local idle, errors, beats = {}, {}, {}
//% for channel = 0, READ_CHANNELS - 1 do idle[#idle+1] = "read_idle_" .. channel; errors[#errors+1] = "read_error_" .. channel; beats[#beats+1] = "read_beat_" .. channel end
//% if TOKENS then idle[#idle+1] = "back_idle"; idle[#idle+1] = "mux_idle"; beats[#beats+1] = "back_beat" end
    assign bus_idle = store_idle && $(table.concat(idle, " && "));
    assign read_error = $(table.concat(errors, " || "));
    assign progress = $(table.concat(beats, " || ")) || store_beat || i_wr_resp_valid || tiles_busy || inc_predict_busy || inc_pairs != $(clog2(LANE_GROUPS+1))'d0$(TOKENS and " || inc_khat_busy || inc_kvgen_busy" or "");

    // ---- counters ----
    assign inc_select_busy = beat_valid;
//% local LANE_COUNT_BITS = clog2(LANES + 1)
    reg  [$(LANE_COUNT_BITS-1):0]  lanes_idle;
    always @(posedge clk)
        lanes_idle <= busy ? $(lit(LANE_COUNT_BITS, LANES)) - inc_attend_busy : $(lit(LANE_COUNT_BITS, 0));
    assign inc_attend_starved = lanes_idle;
//% if TOKENS then
    assign inc_need_keys = inc_generated || inc_fetched;
    assign inc_cache_bytes = back_beat ? back_bytes : $(lit(clog2(PORT_BYTES+1), 0));
    wire unused_tags = &{1'b0, key_tag, value_tag, token_tag, weight_tag, token_row, weight_row$(ROTARY and ", rotary_row, turn_row" or "")};
//% else
    assign inc_need_keys = value_come;
    assign inc_key_rows = key_come;
//% end
    assign inc_clipped = $(RANK and "ranked" or "chosen") ? chosen_clipped : $(KEPT_BITS)'d0;
    assign inc_empty_rows = {$(ROW_BITS)'d0, empty_row};
    assign inc_blocks = open;
    assign inc_tiles = tile_seen;
    assign inc_output_bytes = store_beat ? store_bytes : $(lit(clog2(PORT_BYTES+1), 0));
//% -- upper bits of shared row buses and of the descriptor
    wire unused_rows = &{1'b0,$(QUERY_IN_WORDS and " range_word_valid, range_word_index, range_word, key_word_index, value_word_index, query_word_index," or "")$(GATHERED and " range_row, key_row, value_row, query_row," or "") cfg_keys, cfg_own_offset, cfg_tile, cfg_kept, cfg_score_shift, cfg_scale_shift};
endmodule
`default_nettype wire

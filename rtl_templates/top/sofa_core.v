//% -- SPDX-License-Identifier: Apache-2.0
// The accelerator: $(cfg.name), block of $(cfg.query_block) rows, tile of $(cfg.tile.keys) keys, head_dim $(cfg.head_dim).
// Ports: registers (one access at a time, answered by o_reg_valid), $(cfg.memory.read_channels) read channel(s), one write channel; valid/ready everywhere, write
// responses always accepted. Registers and jobs: registers.md. A job equals sofa_model_run().
//
//   ranges -> tiles -> [K memory, K^ memory] -> predict -> select -> need matrix -> order -> [V prefetch] -> window -> attend -> store
//   query fetch -> queries (codes to predict, rows to the lanes of attend)
//% local T = cfg.mode == "tokens"
//% local ROT = d.rotary == 1
//% local STREAM = T and d.hidden_slices > 1
//% if T then
// K and V of needed keys come from tokens:
//   ranges -> tiles -> [token tile] -> predict (keys, then scores) ... order -> supply -> kvgen or memory -> [ring of K and V] -> window
//                                                                                       kvgen -> write-back -> memory
//% end
//% local A, P, NC = cfg.memory.address_bits, cfg.memory.port_bits, cfg.memory.read_channels
//% local D, QB, BC, KP, G, W, NU = cfg.head_dim, cfg.query_block, cfg.tile.keys, cfg.predict.keys, d.groups, cfg.attend.window, d.norm_units
//% local QW, KW, VW, PB = cfg.data.query_bits, cfg.data.key_bits, cfg.data.value_bits, cfg.predict.operand_bits
//% local RB, IB, TB, KB, CB, EW, SB = d.row_bits, d.index_bits, d.tile_bits, d.key_bits, d.kept_bits, d.entry_bits, cfg.predict.score_bits
//% local N, B, LANES, NB, NG = cfg.attend.width, d.beats, cfg.attend.lanes, d.query_buses, d.lane_groups
//% local narrow, HQ, HK, HV, MB, VB = d.narrow == 1, clog2(d.query_beats), clog2(d.key_beats), clog2(d.value_beats), clog2(d.key_rooms), clog2(d.value_rooms)
//% local WB, BB = narrow and MB + IB + VB or math.max(1, clog2(W)), clog2(B)
//% local far = d.far_reads == 1
//% local words = narrow or far                            -- rows come word by word
//% local AB = 1 + clog2(d.lane_rows) + (words and HQ or BB)
//% local MAXB = math.max(d.query_beats, d.key_beats, d.value_beats, d.range_beats, d.rotary_beats)
//% local ROW, META = (narrow and d.range_beats or MAXB) * P, d.key_tag_bits
//% local HW, put = clog2(MAXB), not far and not (narrow and P < 64)     -- put: read channels put beats together
//% local PLB = math.max(1, clog2(cfg.memory.prefetch))
//% -- the clients of each channel, who goes first
//% local clients = {}
//% for c = 1, NC do clients[c] = {} end
//% for _, x in ipairs(ROT and {"key", "value", "range", "query", "rotary", "turn", "weight", "token"} or T and {"key", "value", "range", "query", "weight", "token"} or {"key", "value", "range", "query"}) do
//%   table.insert(clients[(x == "value" or x == "range" or x == "query") and d.value_channel + 1 or 1], x)
//% end
//% for c = 1, NC do table.sort(clients[c], function(x, y) return d[x .. "_rank"] < d[y .. "_rank"] end) end
//% local untagged = {range = true, query = true, rotary = true, turn = true}
//% local streams = {token = true, weight = true, turn = true}      -- clients that take single beats
//% local DC, CW, HWB, TLB = cfg.predict.dims, d.slice_words, clog2(d.slice_words + 1), clog2(cfg.predict.dims + 1)
//% local TAB, KAB, SLB = math.max(1, clog2(BC * CW)), math.max(1, clog2(CW * D)), clog2(d.hidden_slices + 1)
//% local KEY = IB + PLB + KB + 2                       -- {tile slot, index, place, key}
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
//% for c = 0, NC - 1 do
    // read channel $(c): $(table.concat(clients[c+1], ", "))
    output wire             o_rd$(c)_req_valid,
    input  wire             i_rd$(c)_req_ready,
    output wire [$(A-1):0]  o_rd$(c)_req_addr,
    output wire [7:0]       o_rd$(c)_req_len,
    input  wire             i_rd$(c)_data_valid,
    output wire             o_rd$(c)_data_ready,
    input  wire [$(P-1):0]  i_rd$(c)_data,
    input  wire             i_rd$(c)_data_error,
//% end
    // write channel
    output wire             o_wr_req_valid,
    input  wire             i_wr_req_ready,
    output wire [$(A-1):0]  o_wr_req_addr,
    output wire [7:0]       o_wr_req_len,
    output wire             o_wr_data_valid,
    input  wire             i_wr_data_ready,
    output wire [$(P-1):0]  o_wr_data,
    output wire [$(P//8-1):0] o_wr_strb,
    output wire             o_wr_last,
    input  wire             i_wr_resp_valid,
    input  wire             i_wr_resp_error
);
    // ---- registers and control ----
    wire        command_start, command_abort, busy, done_set, start, halt, flush;
    wire [7:0]  error_code;
//% if d.copies == 1 then
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
//% for _, x in ipairs(ROT and {"q", "k", "v", "o", "range", "x", "code", "weight", "rotary", "turn"} or T and {"q", "k", "v", "o", "range", "x", "code", "weight"} or {"q", "k", "v", "o", "range"}) do
    wire [$(A-1):0] cfg_$(x)_base;
//% end
//% local STB = math.min(A, 32)
//% local strided = ROT and {"q", "k", "v", "o", "x", "rotary", "turn"} or T and {"q", "k", "v", "o", "x"} or {"q", "k", "v", "o"}
//% for _, x in ipairs(strided) do
    wire [$(STB-1):0] cfg_$(x)_stride;
    wire [$(A-1):0] $(x)_stride = $(ext("cfg_" .. x .. "_stride", STB, A));
//% end
    wire [$(d.rows_bits-1):0] cfg_rows;
    wire [$(d.watchdog_bits-1):0] cfg_watchdog;
    wire [31:0] cfg_keys, cfg_radius;
    wire [31:0] cfg_own_offset$(d.orders == 1 and "" or " = 32'd0");
    wire [1:0]  cfg_order$(d.orders == 1 and "" or " = 2'd0");
//% if d.by_mass == 1 then
    wire [9:0]  cfg_mass;
    wire [5:0]  cfg_octave_shift;
//%   if d.by_rank == 1 then
    wire        cfg_policy;
//%   end
//% end
    wire [15:0] cfg_tile, cfg_kept, cfg_scale_mantissa;
    wire [7:0]  cfg_mode, cfg_score_shift, cfg_scale_shift;
    wire [$(T and 2 or 1):0]  cfg_flags;
//% if T then
    wire        command_invalidate, hidden_legal, settled;
    wire [15:0] cfg_hidden, cfg_hidden_words;
    wire [4:0]  cfg_khat_shift, cfg_k_shift, cfg_v_shift;
//% end
    wire        carry = cfg_flags[0];
    wire        has_ranges = cfg_flags[1];
//% local inc = {}
//% for _, r in ipairs(registers()) do
//%   if r.kind == "counter" and r.lower:match("_lo$") and r.lower ~= "cycles_lo" then
//%     inc[#inc+1] = {r.lower:sub(1, -4), r.increment_bits}
    wire [$(r.increment_bits-1):0] inc_$(r.lower:sub(1, -4));
//%   end
//% end
    sofa_registers u_registers (
        .clk(clk), .rst(rst), .i_reg_enable(i_reg_enable), .i_reg_write(i_reg_write), .i_reg_addr(i_reg_addr),
        .i_reg_wdata(i_reg_wdata), .o_reg_valid(o_reg_valid), .o_reg_rdata(o_reg_rdata), .o_irq(o_irq),
//% if T then
        .o_invalidate(command_invalidate), .o_cfg_hidden(cfg_hidden), .o_cfg_hidden_words(cfg_hidden_words),
        .o_cfg_khat_shift(cfg_khat_shift), .o_cfg_k_shift(cfg_k_shift), .o_cfg_v_shift(cfg_v_shift), .o_cfg_x_base(cfg_x_base),
        .o_cfg_code_base(cfg_code_base), .o_cfg_weight_base(cfg_weight_base), .o_cfg_x_stride(cfg_x_stride),
//% end
//% if ROT then
        .o_cfg_rotary_base(cfg_rotary_base), .o_cfg_rotary_stride(cfg_rotary_stride), .o_cfg_turn_base(cfg_turn_base),
        .o_cfg_turn_stride(cfg_turn_stride),
//% end
        .o_start(command_start), .o_abort(command_abort), .i_busy(busy), .i_done_set(done_set), .i_error(error_code),
//% for _, i in ipairs(inc) do
        .i_inc_$(i[1])(inc_$(i[1])),
//% end
        .o_cfg_watchdog(cfg_watchdog), .o_cfg_rows(cfg_rows), .o_cfg_keys(cfg_keys), .o_cfg_tile(cfg_tile), .o_cfg_kept(cfg_kept),
        .o_cfg_flags(cfg_flags), .o_cfg_mode(cfg_mode), .o_cfg_radius(cfg_radius), .o_cfg_score_shift(cfg_score_shift),
        .o_cfg_scale_mantissa(cfg_scale_mantissa), .o_cfg_scale_shift(cfg_scale_shift),$(d.orders == 1 and " .o_cfg_order(cfg_order), .o_cfg_own_offset(cfg_own_offset)," or "")
//% if d.by_mass == 1 then
        .o_cfg_mass(cfg_mass), .o_cfg_octave_shift(cfg_octave_shift),$(d.by_rank == 1 and " .o_cfg_policy(cfg_policy)," or "")
//% end
        .o_cfg_q_base(cfg_q_base), .o_cfg_k_base(cfg_k_base), .o_cfg_v_base(cfg_v_base), .o_cfg_o_base(cfg_o_base),
        .o_cfg_range_base(cfg_range_base), .o_cfg_q_stride(cfg_q_stride), .o_cfg_k_stride(cfg_k_stride),
        .o_cfg_v_stride(cfg_v_stride), .o_cfg_o_stride(cfg_o_stride));

    wire        progress, bus_idle, range_error, read_error, write_error;
    wire [1:0]  row_stored;
//% local LOW = clog2(d.port_bytes)
    sofa_control u_control (
        .clk(clk), .rst(rst), .i_start(command_start), .i_abort(command_abort), .i_rows(cfg_rows), .i_keys(cfg_keys),
        .i_tile(cfg_tile), .i_kept(cfg_kept), .i_mode(cfg_mode), .i_order(cfg_order), .i_score_shift(cfg_score_shift),
        .i_scale_normal(cfg_scale_mantissa[15]), .i_scale_shift(cfg_scale_shift), .i_watchdog(cfg_watchdog),
//% if LOW > 0 then
//%   local low = {"(cfg_range_base[" .. (LOW-1) .. ":0] & {" .. LOW .. "{has_ranges}})"}
//%   if T then low[#low+1] = "cfg_code_base[" .. (LOW-1) .. ":0] | cfg_weight_base[" .. (LOW-1) .. ":0]" end
//%   for _, x in ipairs(strided) do low[#low+1] = "cfg_" .. x .. "_base[" .. (LOW-1) .. ":0] | cfg_" .. x .. "_stride[" .. (LOW-1) .. ":0]" end
        .i_low($(table.concat(low, " | "))),
//% end
//% if T then
        .i_hidden_legal(hidden_legal), .i_settled(settled),
//% end
        .o_start(start), .o_halt(halt), .o_flush(flush), .i_progress(progress), .i_row_stored(|row_stored), .i_bus_idle(bus_idle),
        .i_range_error(range_error), .i_read_error(read_error), .i_write_error(write_error),
        .o_busy(busy), .o_done_set(done_set), .o_error(error_code));

    // ---- read channels ----
//% for _, x in ipairs(ROT and {"range", "key", "value", "query", "token", "weight", "rotary", "turn"} or T and {"range", "key", "value", "query", "token", "weight"} or {"range", "key", "value", "query"}) do
    wire            $(x)_ask, $(x)_asked, $(x)_come, $(x)_next, $(x)_taken;
//%   if words then
    wire            $(x)_word_valid;
    wire [$(HW-1):0] $(x)_word_index;
    wire [$(P-1):0] $(x)_word;
//%   end
    wire [$(A-1):0] $(x)_addr;
    wire [7:0]      $(x)_len;
//%   if put then
    wire [$(ROW-1):0] $(x)_row;
//%   end
//% end
    wire unused_next = &{1'b0$(T and ", token_next, weight_next" or "")$(ROT and ", rotary_next, turn_next" or ""), range_next, key_next, value_next, query_next};
    wire [$(META-1):0] key_meta, key_tag;
//% if T then
    wire [$(META-1):0] value_meta, value_tag, token_meta, token_tag, weight_meta, weight_tag;
//% end
//% for c = 0, NC - 1 do
//%   local n = #clients[c+1]
//%   local function all(suffix) local t = {}; for i = n, 1, -1 do t[#t+1] = clients[c+1][i] .. suffix end; return "{" .. table.concat(t, ", ") .. "}" end
//%   local metas = {}
//%   for i = n, 1, -1 do metas[#metas+1] = (T and not untagged[clients[c+1][i]] or clients[c+1][i] == "key") and clients[c+1][i] .. "_meta" or META .. "'d0" end
//%   local stream, prompt = "", ""
//%   for i = n, 1, -1 do
//%     stream = stream .. (streams[clients[c+1][i]] and "1" or "0")
//%     prompt = prompt .. ((clients[c+1][i] == "key" or clients[c+1][i] == "value") and "1" or "0")
//%   end
//%   local more = T and ", .STREAM(" .. n .. "'b" .. stream .. ")" or d.far_reads == 1 and ", .PROMPT(" .. n .. "'b" .. prompt .. ")" or ""
    wire            read_idle_$(c), read_error_$(c), read_beat_$(c);
    wire [$(n-1):0] beat_client_$(c);
//%   if put then
    wire [$(ROW-1):0] read_row_$(c);
//%   end
    wire [$(META-1):0] read_meta_$(c);
//%   if words then
    wire [$(HW-1):0] word_index_$(c);
    wire [$(P-1):0] word_$(c);
//%     for i, x in ipairs(clients[c+1]) do
    assign $(x)_word_index = word_index_$(c);
    assign $(x)_word = word_$(c);
//%     end
//%   end
    sofa_read #(.CLIENTS($(n)), .CBITS($(math.max(1, clog2(n))))$(more)) u_read_$(c) (
        .clk(clk), .rst(reset), .i_halt(halt), .o_idle(read_idle_$(c)), .o_error(read_error_$(c)), .o_beat(read_beat_$(c)),
        .o_beat_client(beat_client_$(c)),
        .i_valid($(all("_ask"))), .o_ready($(all("_asked"))), .i_addr($(all("_addr"))), .i_len($(all("_len"))),
        .i_meta({$(table.concat(metas, ", "))}),
//%   if words then
        .o_word_valid($(all("_word_valid"))), .o_word_index(word_index_$(c)), .o_word(word_$(c)),
//%   end
        .o_row_valid($(all("_come"))), .o_row_next($(all("_next"))), .i_row_ready($(all("_taken"))), $(put and ".o_row(read_row_" .. c .. "), " or "").o_meta(read_meta_$(c)),
        .o_req_valid(o_rd$(c)_req_valid), .i_req_ready(i_rd$(c)_req_ready), .o_req_addr(o_rd$(c)_req_addr), .o_req_len(o_rd$(c)_req_len),
        .i_data_valid(i_rd$(c)_data_valid), .o_data_ready(o_rd$(c)_data_ready), .i_data(i_rd$(c)_data), .i_data_error(i_rd$(c)_data_error));
//%   for i, x in ipairs(clients[c+1]) do
//%     if put then
    assign $(x)_row = read_row_$(c);
//%     end
//%     if x == "rotary" then
    assign inc_rotary_beats = {1'b0, read_beat_$(c) && (beat_client_$(c)[$(i-1)] || beat_client_$(c)[$(i)])};
//%     elseif x ~= "turn" then
    assign inc_$(x)_beats = {1'b0, read_beat_$(c) && beat_client_$(c)[$(i-1)]};
//%     end
//%     if T and not untagged[x] or x == "key" then
    assign $(x)_tag = read_meta_$(c);
//%     end
//%   end
//%   if NC == 2 and c == 1 and not T then
    wire unused_meta = &{1'b0, read_meta_1};
//%   end
//% end

    // ---- blocks, ranges and queries ----
    wire              block_retired, block_valid, block_ready, block_bank, range_we, range_bank, empty_row;
    wire [$(RB-1):0]  range_row_index;
    wire [$(2*KB-1):0] range;
    wire [$(RB):0]    block_rows;
    wire [$(KB-1):0]  block_low, block_high;
    sofa_ranges u_ranges (
        .clk(clk), .rst(reset), .i_start(start), .i_block_retired(block_retired), .i_rows(cfg_rows), .i_keys(cfg_keys[$(KB-1):0]),
        .i_has_ranges(has_ranges), .i_range_base(cfg_range_base),
        .o_req_valid(range_ask), .i_req_ready(range_asked), .o_req_addr(range_addr), .o_req_len(range_len),
        .i_row_valid(range_come), .o_row_ready(range_taken), $(words and P < 64 and ".i_word_valid(range_word_valid), .i_word_index(range_word_index[" .. (clog2(64//P)-1) .. ":0]), .i_word(range_word)" or far and ".i_row(range_word)" or ".i_row(range_row[" .. (d.range_records*64-1) .. ":0])"),
        .o_range_write(range_we), .o_range_bank(range_bank), .o_range_row(range_row_index), .o_range(range),
        .o_block_valid(block_valid), .i_block_ready(block_ready), .o_block_rows(block_rows), .o_block_low(block_low),
        .o_block_high(block_high), .o_block_bank(block_bank), .o_empty_row(empty_row), .o_range_error(range_error));
    sofa_query_fetch u_query_fetch (
        .clk(clk), .rst(reset), .i_start(start), .i_block_retired(block_retired), .i_rows(cfg_rows), .i_base(cfg_q_base),
        .i_stride(q_stride), .o_req_valid(query_ask), .i_req_ready(query_asked), .o_req_addr(query_addr), .o_req_len(query_len));

    wire [1:0]        query_ready;
    wire              code_we;
    wire [$(RB):0]    code_row;
//% if narrow then
    wire [$(HQ-1):0]  code_index;
    wire [$(P//QW*6-1):0] code;
    wire              exponent_we;
    wire [$(RB):0]    exponent_row;
    wire [3:0]        exponent;
//% else
    wire [$(D*4+3):0] code;
//% end
    wire [$(LANES-1):0] lane_query_we;
    wire [$(NB*AB-1):0] lane_query_addr;
    wire [$(words and P or NB*N*QW)-1:0] lane_query;
    sofa_queries u_queries (
        .clk(clk), .rst(reset), .i_start(start), .i_rows(cfg_rows), .i_block_retired(block_retired), .i_row_valid(query_come),
        .o_row_ready(query_taken), .o_ready(query_ready), .o_code_we(code_we), .o_code_row(code_row),
//% if narrow then
        .o_code_index(code_index), .o_exponent_we(exponent_we), .o_exponent_row(exponent_row), .o_exponent(exponent),
//% end
//% if words then
        .i_word_valid(query_word_valid), .i_word_index(query_word_index[$(HQ-1):0]), .i_word(query_word),
//% else
        .i_row(query_row[$(D*QW-1):0]),
//% end
        .o_code(code), .o_query_we(lane_query_we), .o_query_addr(lane_query_addr), .o_query(lane_query));

    // ---- tiles and keys ----
    wire              tile, slot_free, tiles_busy, tile_seen;
    wire [$(3*KB-1):0] info_base;
//% if T then
    // hidden size; tokens of a tile; codes of Wk
    wire              hidden_ready;
    wire [$(SLB-1):0] slices;
    wire [$(HWB-1):0] words_last;
    wire [7:0]        len_last;
    wire [$(TLB-1):0] tail;
    sofa_hidden u_hidden (
//%   if STREAM then
        .clk(clk), .rst(reset), .i_start(start),
//%   end
        .i_hidden(cfg_hidden), .i_words(cfg_hidden_words), .o_legal(hidden_legal), .o_ready(hidden_ready), .o_slices(slices),
        .o_words_last(words_last), .o_len_last(len_last), .o_tail(tail));

    wire [2:0]        info_bank, info_last, info_seen;
    wire [$(3*(RB+1)-1):0] info_rows;
    wire [$(3*G-1):0] info_group_any;
    wire [$(3*G*RB-1):0] info_group_from, info_group_to;
    wire [$(3*BC-1):0] info_mask;
    wire              tile_ask, tile_asked;
    wire [$(A-1):0]   tile_addr;
    wire [7:0]        tile_len;
    wire [$(IB+4):0]  tile_meta;
//%   if STREAM then
    wire              chunk, token_free;
//%   end
    sofa_tiles u_tiles (
        .clk(clk), .rst(reset), .i_start(start), .i_keys(cfg_keys[$(KB-1):0]), .i_tile(cfg_tile[$(TB-1):0]), .i_has_ranges(has_ranges),
        .i_order(cfg_order), .i_own_offset(cfg_own_offset[$(KB-1):0]),
        .i_x_base(cfg_x_base), .i_x_stride(x_stride), .i_hidden_ready(hidden_ready), .i_len_last(len_last),
//%   if STREAM then
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
    wire [$(DC*8-1):0] x_word, tokens, x_tokens;
    wire [1:0]        token_slot, x_slot;
    wire [$(TAB-1):0] token_at, x_at;
//%   if STREAM then
    wire              x_ask, x_asked, x_final;
    wire [$(A-1):0]   x_addr;
    wire [7:0]        x_len;
    assign token_ask = x_ask || tile_ask;
    assign x_asked = token_asked;
    assign tile_asked = token_asked && !x_ask;
    assign token_addr = x_ask ? x_addr : tile_addr;
    assign token_len = x_ask ? x_len : tile_len;
    assign token_meta = $(ext("(x_ask ? {x_final, 1'b1, " .. (IB+3) .. "'d0} : tile_meta)", IB + 5, META));
//%   else
    assign token_ask = tile_ask;
    assign tile_asked = token_asked;
    assign token_addr = tile_addr;
    assign token_len = tile_len;
    assign token_meta = $(ext("tile_meta", IB + 5, META));
    wire              unused_x_word = &{1'b0, x_word_valid, x_word_last, x_word};
//%   end
    wire              key_arrived, key_last;
    wire [1:0]        key_slot;
    wire [$(IB-1):0]  key_index;
    sofa_token_tile u_token_tile (
        .clk(clk), .rst(reset), .i_words_last(words_last), .i_tail(tail), .i_valid(token_come), .o_ready(token_taken),
        .i_beat(token_row[$(P-1):0]), .i_meta(token_tag[$(IB+4):0]), .o_key_valid(key_arrived), .o_key_last(key_last),
        .o_key_slot(key_slot), .o_key(key_index), .o_word_valid(x_word_valid), .o_word_last(x_word_last), .o_word(x_word),
        .i_read(token_read), .i_read_slot(token_slot), .i_read_addr(token_at), .o_read(tokens),
        .i_take_slot(x_slot), .i_take_addr(x_at), .o_take(x_tokens));

    // codes and weights share a client: bit 0 of the tag says whose beat it is
    wire              code_ask, code_beat_ready, array_ask, array_beat_ready;
    wire [$(A-1):0]   code_addr, array_addr;
    wire [7:0]        code_len, array_len;
    assign weight_ask = code_ask || array_ask;
    assign weight_addr = code_ask ? code_addr : array_addr;
    assign weight_len = code_ask ? code_len : array_len;
    assign weight_meta = {$(META-1)'d0, !code_ask};
    assign weight_taken = weight_tag[0] ? array_beat_ready : code_beat_ready;
    wire [$(STREAM and 1 or 0):0]        codes_loaded;
    wire [$(HWB-1):0] flag_word;
    wire [$(D-1):0]   flags;
    wire [$(KAB-1):0] code_at;
    wire [$(DC*4-1):0] weight_codes;
//%   if STREAM then
    wire              flag_half, code_half, code_release;
//%   end
    sofa_codes u_codes (
        .clk(clk), .rst(reset), .i_start(start), .i_base(cfg_code_base), .i_slices($(ext("slices", SLB, 16))),
        .i_words_last($(ext("words_last", HWB, HWB))), .i_demand(tile_seen),
        .o_req_valid(code_ask), .i_req_ready(weight_asked && code_ask), .o_req_addr(code_addr), .o_req_len(code_len),
        .i_beat_valid(weight_come && !weight_tag[0]), .o_beat_ready(code_beat_ready), .i_beat(weight_row[$(P-1):0]),
        .o_loaded(codes_loaded),
//%   if STREAM then
        .i_release(code_release), .i_flag_half(flag_half), .i_half(code_half),
//%   end
        .i_flag_word(flag_word), .o_flags(flags), .i_raddr(code_at), .o_rdata(weight_codes));
//% else
//%   if not narrow then
    wire [$(3*A-1):0] info_v_base;
//%   end
    wire [2:0]        info_bank, info_last, info_seen;
    wire [$(3*(RB+1)-1):0] info_rows;
    wire [$(3*G-1):0] info_group_any;
    wire [$(3*G*RB-1):0] info_group_from, info_group_to;
    sofa_tiles u_tiles (
        .clk(clk), .rst(reset), .i_keys(cfg_keys[$(KB-1):0]), .i_tile(cfg_tile[$(TB-1):0]), .i_has_ranges(has_ranges),
        .i_order(cfg_order), .i_own_offset(cfg_own_offset[$(KB-1):0]),
        .i_k_base(cfg_k_base), .i_k_stride(k_stride),
//%   if not narrow then
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
    wire              key_last = key_tag[$(IB+2)];
    wire [1:0]        key_slot = key_tag[$(IB+1):$(IB)];
    wire [$(IB-1):0]  key_index = key_tag[$(IB-1):0];

    wire [1:0]        read_slot;
    wire [$(IB-1):0]  read_key;
//% if narrow then
    wire [$(MB-1):0]  key_room = key_tag[$(META-1):$(IB+3)];
    wire [$(MB+IB+HK-1):0] lane_key_addr;
    wire [$(P-1):0]   lane_key;
    sofa_ram #(.WIDTH($(P)), .DEPTH($(d.key_rooms << (IB+HK))), .ABITS($(MB+IB+HK))) u_keys (
        .clk(clk), .i_we(key_word_valid), .i_waddr({key_room, key_index, key_word_index[$(HK-1):0]}), .i_wdata(key_word),
        .i_re(1'b1), .i_raddr(lane_key_addr), .o_rdata(lane_key));
    wire [$(P//KW*PB-1):0] khat;
//%   for i = 0, P // KW - 1 do
    assign khat[$(i*PB) +: $(PB)] = key_word[$(i*KW+KW-PB) +: $(PB)];
//%   end
    wire              unused_read_slot = &{1'b0, read_slot};
//% else
    wire [$(D*KW-1):0] k;
//%   if far then
    sofa_beats #(.BEAT($(P)), .BEATS($(d.key_beats)), .HBITS($(HK)), .DEPTH($(3 << IB)), .ABITS($(IB+2))) u_keys (
        .clk(clk), .i_we(key_word_valid && !reset), .i_index(key_word_index[$(HK-1):0]), .i_waddr({key_slot, key_index}), .i_wdata(key_word),
        .i_raddr({read_slot, read_key}), .o_rdata(k));
    wire [$(P//KW*PB-1):0] khat;
//%     for i = 0, P // KW - 1 do
    assign khat[$(i*PB) +: $(PB)] = key_word[$(i*KW+KW-PB) +: $(PB)];
//%     end
//%   else
    sofa_ram #(.WIDTH($(D*KW)), .DEPTH($(3 << IB)), .ABITS($(IB+2))) u_keys (
        .clk(clk), .i_we(key_come), .i_waddr({key_slot, key_index}), .i_wdata(key_row[$(D*KW-1):0]),
        .i_re(1'b1), .i_raddr({read_slot, read_key}), .o_rdata(k));
    wire [$(D*PB-1):0] khat;
//%   for i = 0, D - 1 do
    assign khat[$(i*PB) +: $(PB)] = key_row[$(i*KW+KW-PB) +: $(PB)];
//%   end
//%   end
//% end
//% end

    // ---- prediction and selection ----
    wire              beat_valid, beat_first, beat_last, beat_new, beat_parity, beat_end, radius_on;
    wire [$(RB-1):0]  beat_row, chosen_row;
//% local RANK, MASS, BOTH = d.by_rank == 1, d.by_mass == 1, d.by_rank == 1 and d.by_mass == 1
//% if RANK then
    wire [$(KP*EW-1):0] entries;
//% end
//% if MASS then
    wire [$(KP*d.octave_bits-1):0] scores;
    wire [$(KP-1):0]  seen;
//% end
//% if BOTH then
    wire              by_mass = cfg_policy;
//% end
//% if d.radius_rows == 1 then
    wire              beat_bank;
//% else
    wire [$(SB-1):0]  radius_row;
//% end
    wire [1:0]        parity_free;
//% if ROT then
    wire              group_ask, group_asked, group_landed, turn_release;
    wire [$(KB-1):0]  group_key;
    wire [$(math.max(1, clog2(G))-1):0] group_index;
    wire [$(math.max(1, clog2(D // 2))-1):0] turn_pair;
    wire [$(KP*16-1):0] turns;
    sofa_turns u_turns (
        .clk(clk), .rst(reset), .i_start(start), .i_base(cfg_turn_base), .i_stride(turn_stride), .i_ask_valid(group_ask),
        .o_ask_ready(group_asked), .i_ask_key(group_key), .i_ask_group(group_index), .o_req_valid(turn_ask), .i_req_ready(turn_asked),
        .o_req_addr(turn_addr), .o_req_len(turn_len), .i_beat_valid(turn_come), .o_beat_ready(turn_taken), .i_beat(turn_row[$(P-1):0]),
        .o_landed(group_landed), .i_release(turn_release), .i_pair(turn_pair), .o_turns(turns));
//% end
    sofa_predict u_predict (
        .clk(clk), .rst(reset_predict), .i_score_shift(cfg_score_shift[3:0]), .i_radius(cfg_radius), .i_has_ranges(has_ranges),
//% if MASS then
        .i_octave_shift(cfg_octave_shift), $(RANK and ".i_by_mass(by_mass), " or "").o_scores(scores), .o_seen(seen),
//% end
        .i_keys(cfg_keys[$(KB-1):0]), .i_tile_keys(cfg_tile[$(TB-1):0]), .i_tile(tile), .i_info_base(info_base), .i_info_bank(info_bank),
        .i_info_seen(info_seen), .i_info_group_any(info_group_any), .i_info_group_from(info_group_from), .i_info_group_to(info_group_to),
//% if T then
        .i_info_mask(info_mask), .i_khat_shift(cfg_khat_shift), .i_words_last(words_last), .i_key_valid(key_arrived), .i_key_slot(key_slot),
        .i_key(key_index), .i_key_last(key_last), .o_token_read(token_read), .o_token_slot(token_slot), .o_token_addr(token_at),
        .i_tokens(tokens), .i_codes_loaded(codes_loaded), .o_flag_word(flag_word), .i_flags(flags), .o_code_addr(code_at),
        .i_weight_codes(weight_codes), .o_khat_busy(inc_khat_busy),
//%   if ROT then
        .o_turn_ask(group_ask), .i_turn_asked(group_asked), .o_turn_key(group_key), .o_turn_group(group_index), .i_turn_landed(group_landed),
        .o_turn_pair(turn_pair), .o_turn_release(turn_release), .i_turns(turns),
//%   end
//%   if STREAM then
        .i_slices(slices), .i_chunk(chunk), .o_token_free(token_free), .o_flag_half(flag_half), .o_code_half(code_half),
        .o_code_release(code_release),
//%   end
//% else
        .i_key_valid(key_come), .i_key_slot(key_slot), .i_key(key_index), .i_key_last(key_last),
//% if words then
        .i_word_valid(key_word_valid), .i_word_index(key_word_index[$(HK-1):0]), .i_word(khat),
//% else
        .i_khat(khat),
//% end
//% if narrow then
        .i_code_index(code_index), .i_exponent_we(exponent_we), .i_exponent_row(exponent_row), .i_exponent(exponent),
//% end
//% end
        .i_code_we(code_we), .i_code_row(code_row), .i_code(code), .i_query_ready(query_ready),
        .i_range_we(range_we), .i_range_row({range_bank, range_row_index}), .i_range(range), .i_parity_free(parity_free),
        .o_valid(beat_valid), .o_first(beat_first), .o_last(beat_last), .o_row(beat_row), .o_new_block(beat_new), $(RANK and ".o_entries(entries)," or "")
        $(d.radius_rows == 1 and ".o_bank(beat_bank)" or ".o_radius_row(radius_row)"), .o_radius_on(radius_on), .o_parity(beat_parity), .o_end(beat_end),
        .o_busy(inc_predict_busy), .o_starved(inc_predict_starved), .o_blocked(inc_predict_blocked));

    wire              chosen, chosen_any;
    wire [$(BC-1):0]  need, best;
    wire [$(CB-1):0]  chosen_count, chosen_clipped;
//% if MASS then
    wire              massive;
    wire [$(RB-1):0]  massive_row;
    wire [$(BC-1):0]  massive_need;
    sofa_mass u_mass (
        .clk(clk), .rst(reset_predict), .i_valid(beat_valid$(RANK and " && by_mass" or "")), .i_row(beat_row), .i_new_block(beat_new), .i_scores(scores),
        .i_seen(seen), .i_mass(cfg_mass), .o_valid(massive), .o_row(massive_row), .o_need(massive_need));
//% end
//% if RANK then
    wire              ranked;
    wire [$(RB-1):0]  ranked_row;
    wire [$(BC-1):0]  ranked_need, ranked_best;
    sofa_select u_select (
        .clk(clk), .rst(reset_predict), .i_valid(beat_valid$(MASS and " && !by_mass" or "")), .i_first(beat_first), .i_last(beat_last), .i_row(beat_row), .i_new_block(beat_new),
        .i_entries(entries), $(d.radius_rows == 1 and ".i_bank(beat_bank), .i_radius(cfg_radius), .i_exponent_we(exponent_we), .i_exponent_row(exponent_row), .i_exponent(exponent)" or ".i_radius_row(radius_row)"), .i_radius_on(radius_on), .i_kept(cfg_kept[$(CB-1):0]), .i_carry(carry),
        .o_valid(ranked), .o_row(ranked_row), .o_need(ranked_need), .o_best(ranked_best), .o_any(chosen_any), .o_count(chosen_count),
        .o_clipped(chosen_clipped));
    wire              unused_chosen = &{1'b0, chosen_any, chosen_count};
//% else
    assign chosen_any = 1'b0;
    assign chosen_count = $(CB)'d0;
    assign chosen_clipped = $(CB)'d0;
    wire              unused_chosen = &{1'b0, chosen_any, chosen_count, beat_first, beat_last, radius_on, radius_row, carry};
//% end
    assign chosen = $(BOTH and "by_mass ? massive : ranked" or MASS and "massive" or "ranked");
    assign chosen_row = $(BOTH and "by_mass ? massive_row : ranked_row" or MASS and "massive_row" or "ranked_row");
    assign need = $(BOTH and "by_mass ? massive_need : ranked_need" or MASS and "massive_need" or "ranked_need");
    assign best = $(RANK and "ranked_best" or BC .. "'d0")$(BOTH and " & {" .. BC .. "{!by_mass}}" or "");

    // ---- schedule ----
    wire              complete, mask_parity, mask_some, read_parity;
    wire [$(BC-1):0]  mask_best, mask_others;
    wire [$(QB-1):0]  key_rows;
//% if T then
    wire [1:0]        read_slot;
    wire [$(IB-1):0]  read_key;
    wire              unused_read_slot = &{1'b0, read_slot};
//% end
    sofa_need u_need (
        .clk(clk), .rst(reset_schedule), .i_parity(beat_parity), .i_end(beat_end), $(BOTH and ".i_by_mass(by_mass), " or "").i_valid(chosen), .i_row(chosen_row), .i_need(need),
        .i_best(best), .i_clear(parity_free), .o_complete(complete), .i_mask_parity(mask_parity), .o_best(mask_best),
        .o_others(mask_others), .o_some(mask_some), .i_parity_read(read_parity), .i_key(read_key), .o_rows(key_rows));
    wire              listed_valid, listed_ready, value_space;
    wire [$(IB+6):0]  listed;
//% if T then
    wire              wanted_valid, wanted_ready;
    wire [$(KEY+1):0] wanted;
//% end
    sofa_order u_order (
        .clk(clk), .rst(reset_schedule), $(T and "" or ".i_v_stride(v_stride), ").i_complete(complete), .o_mask_parity(mask_parity), .i_best(mask_best),
        .i_others(mask_others), .i_some(mask_some), $(T and ".i_info_base(info_base)" or narrow and ".i_v_base(cfg_v_base), .i_info_base(info_base)" or ".i_info_v_base(info_v_base)"), .i_info_bank(info_bank), .i_info_last(info_last),
//% if T then
        .o_ask_valid(wanted_valid), .i_ask_ready(wanted_ready), .o_ask(wanted), .i_space(value_space),
//% else
        .o_req_valid(value_ask), .i_req_ready(value_asked), .o_req_addr(value_addr), .o_req_len(value_len), .i_space(value_space),
//% end
        .o_key_valid(listed_valid), .i_key_ready(listed_ready), .o_key(listed));
//% if not T then
    assign value_taken = 1'b1;
//% else

    // ---- K and V of wanted keys ----
    wire              generate_valid, generate_ready, row_written;
    wire [$(KEY):0]   generate_key;
    wire [$(PLB-1):0] k_place, v_place;
    sofa_supply u_supply (
        .clk(clk), .rst(reset), .i_cold(rst), .i_command(command_start), .i_start(start), .i_keep(cfg_flags[2]), .i_invalidate(command_invalidate),
        .i_success(done_set && error_code == 8'd0), .i_ask_valid(wanted_valid), .o_ask_ready(wanted_ready), .i_ask(wanted),
        .i_k_base(cfg_k_base), .i_k_stride(k_stride), .i_v_base(cfg_v_base), .i_v_stride(v_stride),
        .o_k_valid(key_ask), .i_k_ready(key_asked), .o_k_addr(key_addr), .o_k_place(k_place),
        .o_v_valid(value_ask), .i_v_ready(value_asked), .o_v_addr(value_addr), .o_v_place(v_place),
//%   if STREAM then
        .i_streamed(slices != $(lit(SLB, 1))),
//%   end
        .o_gen_valid(generate_valid), .i_gen_ready(generate_ready), .o_gen(generate_key), .i_written(row_written),
        .o_generated(inc_generated), .o_fetched(inc_fetched));
    assign key_len = 8'd$(d.key_beats - 1);
    assign value_len = 8'd$(d.value_beats - 1);
    assign key_meta = $(ext("k_place", PLB, META));
    assign value_meta = $(ext("v_place", PLB, META));

    wire              new_k, new_v, back_valid, back_ready, back_is_v;
    wire [$(PLB-1):0] new_place$(ROT and ", new_v_place" or "");
    wire [$(D*KW-1):0] new_k_row;
    wire [$(D*VW-1):0] new_v_row;
    wire [$(KB-1):0]  back_key;
    wire [$(D*math.max(KW, VW)-1):0] back_row;
    sofa_kvgen u_kvgen (
        .clk(clk), .rst(reset), .i_start(start), .i_slices($(ext("slices", SLB, 16))), .i_words_last(words_last), .i_k_shift(cfg_k_shift),
        .i_v_shift(cfg_v_shift), .i_weight_base(cfg_weight_base),
//%   if STREAM then
        .i_x_base(cfg_x_base), .i_x_stride(x_stride), .i_len_last(len_last),
//%   end
//%   if ROT then
        .i_rotary_base(cfg_rotary_base), .i_rotary_stride(rotary_stride), .o_turn_valid(rotary_ask), .i_turn_ready(rotary_asked),
        .o_turn_addr(rotary_addr), .i_turns_valid(rotary_come), .i_turns(rotary_row[$(D*16-1):0]),
//%   end
        .i_tokens_come(key_arrived && key_last), .o_settled(settled),
        .i_key_valid(generate_valid), .o_key_ready(generate_ready), .i_key(generate_key),
        .o_req_valid(array_ask), .i_req_ready(weight_asked && !code_ask), .o_req_addr(array_addr), .o_req_len(array_len),
        .i_beat_valid(weight_come && weight_tag[0]), .o_beat_ready(array_beat_ready), .i_beat(weight_row[$(P-1):0]),
        .o_token_slot(x_slot), .o_token_addr(x_at), .i_token(x_tokens),
//%   if STREAM then
        .o_x_valid(x_ask), .i_x_ready(x_asked), .o_x_addr(x_addr), .o_x_len(x_len), .o_x_final(x_final),
        .i_x_word_valid(x_word_valid), .i_x_word(x_word), .i_x_word_last(x_word_last),
//%   end
        .o_k_valid(new_k), .o_v_valid(new_v), $(ROT and ".o_k_ring(new_place), .o_v_ring(new_v_place)" or ".o_row_ring(new_place)"), .o_k_row(new_k_row), .o_v_row(new_v_row),
        .o_wr_valid(back_valid), .i_wr_ready(back_ready), .o_wr_is_v(back_is_v), .o_wr_key(back_key), .o_wr_row(back_row),
        .o_busy(inc_kvgen_busy), .o_starved(inc_kvgen_starved), .o_blocked(inc_kvgen_blocked));
//%   if ROT then
    assign rotary_len = 8'd$(d.rotary_beats - 1);
    assign rotary_taken = 1'b1;
//%   end
    // a generated row first
    assign key_taken = !new_k;
    assign value_taken = !new_v;
//% end

    wire [$(W*WB-1):0] entry_slot;
    wire [$(W-1):0]   entry_bank, entry_move, entry_load, entry_any;
    wire              load_any;
    wire [$(QB-1):0]  load_rows, open_rows;
    wire              open, open_bank, load_bank, retire_bank, retire_ready;
    wire [$(RB):0]    open_count;
    wire [1:0]        owed;
//% if narrow then
    wire [$(VB+HV-1):0] lane_value_addr;
    wire [$(P-1):0]   lane_value;
//% elseif d.slot_memories == 1 then
    wire [$(WB-1):0]  key_read_slot, value_read_slot;
    wire [$(N*KW-1):0] lane_key;
    wire [$(N*VW-1):0] lane_value;
//% else
    wire [$(W*N*KW-1):0] keys;
    wire [$(W*N*VW-1):0] values;
//%   if B > 1 then
    wire [$(BB-1):0]  phase_keys, phase_values;
//%   end
//% end
    sofa_window u_window (
        .clk(clk), .rst(reset_schedule), .i_key_valid(listed_valid), .o_key_ready(listed_ready), .i_key(listed), .i_info_rows(info_rows),
        .o_read_parity(read_parity), .o_read_key(read_key), .o_read_slot(read_slot), .i_rows(key_rows),
//% if T then
        .i_k_valid(new_k || key_come), .i_k_place(new_k ? new_place : key_tag[$(PLB-1):0]), .i_k(new_k ? new_k_row : key_row[$(D*KW-1):0]),
        .i_v_place(new_v ? $(ROT and "new_v_place" or "new_place") : value_tag[$(PLB-1):0]), .i_v_valid(new_v || value_come), .i_v(new_v ? new_v_row : value_row[$(D*VW-1):0]),
        .o_parity_free(parity_free), .o_slot_free(slot_free), .o_v_space(value_space),
//% else
        .o_parity_free(parity_free), .o_slot_free(slot_free), .i_v_valid(value_come), $(d.slot_memories == 1 and not far and ".i_v_next(value_next), " or "").o_v_space(value_space),
//% end
        .o_entry_slot(entry_slot), .o_entry_bank(entry_bank), .o_move(entry_move), .o_load(entry_load), .o_load_any(load_any), .o_load_rows(load_rows), .o_load_bank(load_bank),
        .i_entry_any(entry_any), .i_query_ready(query_ready), .o_open(open), .o_open_bank(open_bank), .o_open_rows(open_rows),
        .o_open_count(open_count), .i_owed(owed), .o_retire_bank(retire_bank), .o_retire_ready(retire_ready),
//% if words then
        .i_word_valid(value_word_valid), .i_word_index(value_word_index[$(HV-1):0]), .i_word(value_word),
//% end
//% if narrow then
        .i_value_addr(lane_value_addr), .o_value(lane_value));
//% else
//%   if B > 1 then
        .i_phase_keys(phase_keys), .i_phase_values(phase_values),
//%   end
//%   if not T then
        .i_k(k),$(far and "" or " .i_v(value_row[" .. (D*VW-1) .. ":0]),")
//%   end
//%   if d.slot_memories == 1 then
        .i_key_slot(key_read_slot), .o_key(lane_key), .i_value_slot(value_read_slot), .o_value(lane_value));
//%   else
        .o_keys(keys), .o_values(values));
//%   end
//% end
    sofa_blocks u_blocks (
        .clk(clk), .rst(reset), .i_open(open), .i_open_bank(open_bank), .i_open_count(open_count), .i_stored(row_stored),
        .o_retired(block_retired));

    // ---- attention and output ----
    wire [$(NU-1):0]  done_valid, done_ready, done_bank;
    wire [$(NU*RB-1):0] done_row;
//% if d.output_words == 1 then
    wire              done_read;
    wire [$(clog2(d.norm_words)-1):0] done_read_index;
    wire [$(P-1):0]   done_data;
//% else
    wire [$(NU*D*16-1):0] done_data;
//% end
    sofa_attend u_attend (
        .clk(clk), .rst(reset_attend), .i_scale_mantissa(cfg_scale_mantissa), .i_scale_shift(cfg_scale_shift[5:0]), .i_entry_slot(entry_slot),
        .i_entry_bank(entry_bank), .i_move(entry_move), .i_load(entry_load), .i_load_any(load_any), .i_load_rows(load_rows), .i_load_bank(load_bank), .o_entry_any(entry_any),
        .i_open(open), .i_open_bank(open_bank), .i_open_rows(open_rows), .o_owed(owed), .i_retire_bank(retire_bank),
        .i_retire_ready(retire_ready),
//% if narrow then
        .o_key_addr(lane_key_addr), .i_key(lane_key), .o_value_addr(lane_value_addr), .i_value(lane_value),
//% elseif d.slot_memories == 1 then
        .o_key_slot(key_read_slot), .i_key(lane_key), .o_value_slot(value_read_slot), .i_value(lane_value),
//% else
//%   if B > 1 then
        .o_phase_keys(phase_keys), .o_phase_values(phase_values),
//%   end
        .i_keys(keys), .i_values(values),
//% end
        .i_query_we(lane_query_we), .i_query_addr(lane_query_addr), .i_query(lane_query),
        .o_row_valid(done_valid), .i_row_ready(done_ready), .o_row_bank(done_bank), .o_row(done_row),$(d.output_words == 1 and " .i_read(done_read), .i_read_index(done_read_index)," or "") .o_data(done_data),
        .o_pairs(inc_pairs), .o_raises(inc_raises), .o_active(inc_attend_busy));

    // address of the two blocks in the machine
    reg  [$(A-1):0]   block_base, bank_base0, bank_base1;
    reg  [$(A-1):0]   block_span;
    always @(posedge clk) begin
        block_span <= o_stride * $(A)'d$(QB);
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
    wire [$(clog2(d.port_bytes+1)-1):0] store_bytes;
//% if T then
    // O rows and generated rows share the write channel
//%   for _, w in ipairs({"store", "back"}) do
    wire              $(w)_req_valid, $(w)_req_ready, $(w)_data_valid, $(w)_data_ready, $(w)_last, $(w)_resp_valid, $(w)_resp_error;
    wire [$(A-1):0]   $(w)_req_addr;
    wire [7:0]        $(w)_req_len;
    wire [$(P-1):0]   $(w)_data;
    wire [$(d.port_bytes-1):0] $(w)_strb;
//%   end
    wire              store_error, back_error, back_idle, back_beat, mux_idle;
    wire [$(clog2(d.port_bytes+1)-1):0] back_bytes;
    assign write_error = store_error || back_error;
    assign row_written = back_resp_valid;
    sofa_store u_store (
        .clk(clk), .rst(reset), .i_halt(halt), .o_idle(store_idle), .o_error(store_error), .i_base({bank_base1, bank_base0}),
        .i_stride(o_stride), .i_row_valid(done_valid), .o_row_ready(done_ready), .i_row_bank(done_bank), .i_row(done_row),
        .i_data(done_data),$(d.output_words == 1 and " .o_read(done_read), .o_read_index(done_read_index)," or "") .o_stored(row_stored), .o_beat(store_beat), .o_bytes(store_bytes),
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
        .i_data(done_data),$(d.output_words == 1 and " .o_read(done_read), .o_read_index(done_read_index)," or "") .o_stored(row_stored), .o_beat(store_beat), .o_bytes(store_bytes),
        .o_req_valid(o_wr_req_valid), .i_req_ready(i_wr_req_ready), .o_req_addr(o_wr_req_addr), .o_req_len(o_wr_req_len),
        .o_data_valid(o_wr_data_valid), .i_data_ready(i_wr_data_ready), .o_data(o_wr_data), .o_strb(o_wr_strb), .o_last(o_wr_last),
        .i_resp_valid(i_wr_resp_valid), .i_resp_error(i_wr_resp_error));
//% end

//% local idle, err, beats = {}, {}, {}
//% for c = 0, NC - 1 do idle[#idle+1] = "read_idle_" .. c; err[#err+1] = "read_error_" .. c; beats[#beats+1] = "read_beat_" .. c end
//% if T then idle[#idle+1] = "back_idle"; idle[#idle+1] = "mux_idle"; beats[#beats+1] = "back_beat" end
    assign bus_idle = store_idle && $(table.concat(idle, " && "));
    assign read_error = $(table.concat(err, " || "));
    assign progress = $(table.concat(beats, " || ")) || store_beat || i_wr_resp_valid || tiles_busy || inc_predict_busy || inc_pairs != $(clog2(NG+1))'d0$(T and " || inc_khat_busy || inc_kvgen_busy" or "");

    // ---- counters ----
    assign inc_select_busy = beat_valid;
//% local LB = clog2(LANES + 1)
    reg  [$(LB-1):0]  lanes_idle;
    always @(posedge clk)
        lanes_idle <= busy ? $(lit(LB, LANES)) - inc_attend_busy : $(lit(LB, 0));
    assign inc_attend_starved = lanes_idle;
//% if T then
    assign inc_need_keys = inc_generated || inc_fetched;
    assign inc_cache_bytes = back_beat ? back_bytes : $(lit(clog2(d.port_bytes+1), 0));
    wire unused_tags = &{1'b0, key_tag, value_tag, token_tag, weight_tag, token_row, weight_row$(ROT and ", rotary_row, turn_row" or "")};
//% else
    assign inc_need_keys = value_come;
    assign inc_key_rows = key_come;
//% end
    assign inc_clipped = $(RANK and "ranked" or "chosen") ? chosen_clipped : $(CB)'d0;
    assign inc_empty_rows = {$(RB)'d0, empty_row};
    assign inc_blocks = open;
    assign inc_tiles = tile_seen;
    assign inc_output_bytes = store_beat ? store_bytes : $(lit(clog2(d.port_bytes+1), 0));
//% -- upper bits of shared row buses and of the descriptor
    wire unused_rows = &{1'b0,$(words and " range_word_valid, range_word_index, range_word, key_word_index, value_word_index, query_word_index," or "")$(put and " range_row, key_row, value_row, query_row," or "") cfg_keys, cfg_own_offset, cfg_tile, cfg_kept, cfg_score_shift, cfg_scale_shift};
endmodule
`default_nettype wire

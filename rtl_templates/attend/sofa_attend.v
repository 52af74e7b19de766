//% -- SPDX-License-Identifier: Apache-2.0
// The SU-FA engine: $(LANE_GROUPS) group(s) of $(GROUP_LANES) lane(s) of $(WIDTH) multipliers (each for SA-1 and SA-2) and $(NORM_UNITS)
// normalisation unit(s). Row r belongs to lane r mod $(LANES), lane l to group l mod $(LANE_GROUPS). A phase counter of $(BEATS) step(s)
// tells which lane of each group may start and which chunk of the window's keys and values is on the buses. Throughput: $(LANE_GROUPS)
// pair(s) a cycle at most. Equals sofa_attend_pair() and sofa_attend_finish().
//% local phase = {}
`default_nettype none
module sofa_attend (
    input  wire                  clk,
    input  wire                  rst,
    input  wire [15:0]           i_scale_mantissa,
    input  wire [5:0]            i_scale_shift,
    // window
    input  wire [$(WINDOW*ENTRY_PLACE_BITS-1):0]    i_entry_slot,
    input  wire [$(WINDOW-1):0]       i_entry_bank,
    input  wire [$(WINDOW-1):0]       i_move,
    input  wire [$(WINDOW-1):0]       i_load,
    input  wire                  i_load_any,
    input  wire [$(QUERY_BLOCK-1):0]      i_load_rows,
    input  wire                  i_load_bank,
    output wire [$(WINDOW-1):0]       o_entry_any,
    input  wire                  i_open,
    input  wire                  i_open_bank,
    input  wire [$(QUERY_BLOCK-1):0]      i_open_rows,
    output wire [1:0]            o_owed,
    input  wire                  i_retire_bank,
    input  wire                  i_retire_ready,
//% if WORD_MEMORIES then
    output wire [$(KEY_PLACE_BITS+KEY_WORD_BITS-1):0]   o_key_addr,       // {row, word}
    input  wire [$(PORT_BITS-1):0]       i_key,
    output wire [$(VALUE_PLACE_BITS+VALUE_WORD_BITS-1):0]   o_value_addr,
    input  wire [$(PORT_BITS-1):0]       i_value,
//% elseif SLOT_MEMORIES then
    output wire [$(ENTRY_PLACE_BITS-1):0]      o_key_slot,
    input  wire [$(WIDTH*KEY_BITS-1):0]    i_key,
    output wire [$(ENTRY_PLACE_BITS-1):0]      o_value_slot,
    input  wire [$(WIDTH*VALUE_BITS-1):0]    i_value,
//% else
//%   if BEATS > 1 then
    output wire [$(BEAT_BITS-1):0]      o_phase_keys,     // chunks that the window shall put on the buses next
    output wire [$(BEAT_BITS-1):0]      o_phase_values,
//%   end
    input  wire [$(WINDOW*WIDTH*KEY_BITS-1):0]  i_keys,
    input  wire [$(WINDOW*WIDTH*VALUE_BITS-1):0]  i_values,
//% end
    // queries
    input  wire [$(LANES-1):0]   i_query_we,
    input  wire [$(QUERY_BUSES*QUERY_PLACE_BITS-1):0]   i_query_addr,
    input  wire [$(QUERY_IN_WORDS and PORT_BITS or QUERY_BUSES*WIDTH*QUERY_BITS)-1:0] i_query,
    // finished rows
    output wire [$(NORM_UNITS-1):0]      o_row_valid,
    input  wire [$(NORM_UNITS-1):0]      i_row_ready,
    output wire [$(NORM_UNITS-1):0]      o_row_bank,
    output wire [$(NORM_UNITS*ROW_BITS-1):0]   o_row,
//% if d.output_words == 1 then
    input  wire                  i_read,
    input  wire [$(NORM_WORD_BITS-1):0]      i_read_index,
    output wire [$(PORT_BITS-1):0]       o_data,
//% else
    output wire [$(NORM_UNITS*HEAD_DIM*16-1):0] o_data,
//% end
    // counters
    output reg  [$(clog2(LANE_GROUPS+1)-1):0] o_pairs,
    output reg  [$(clog2(LANE_GROUPS+1)-1):0] o_raises,
    output reg  [$(clog2(LANES+1)-1):0] o_active
);
//% if BEATS > 1 then
    // ---- phases: phase_k is the counter k cycles ago (mod $(BEATS)) ----
//%   local names = {issue=0, take=1, query=2, sum=5+d.dot_tree, score=1+d.dot_time, scalar=SCORE_TIME+d.scale_time, value=WEIGHT_TIME,
//%       weight=WEIGHT_TIME+1, output=WEIGHT_TIME+2, chunk=WEIGHT_TIME+(d.norm_wait > 0 and 3 or 8)}
//%   if d.scale_time > 4 then names.scale = SCORE_TIME + 2 end
//%   local used = {}
//%   for name, k in pairs(names) do phase[name] = "phase_" .. (k % BEATS); used[k % BEATS] = true end
//%   for k = 0, BEATS - 1 do
//%     if used[k] then
    reg [$(BEAT_BITS-1):0] phase_$(k);
    always @(posedge clk)
        if (rst)
            phase_$(k) <= $(BEAT_BITS)'d$((BEATS - k) % BEATS);
        else
            phase_$(k) <= phase_$(k) == $(BEAT_BITS)'d$(BEATS-1) ? $(BEAT_BITS)'d0 : phase_$(k) + 1'b1;
//%     end
//%   end
//%   if not WORD_MEMORIES then
    assign o_phase_keys = $(phase.take);
    assign o_phase_values = $(phase.value);
//%   end
//% end

    // ---- groups ----
    wire [$(LANE_GROUPS-1):0]     turn, retire, norm_valid, norm_started, norm_bank, pair, raise;
    wire [$(LANE_GROUPS*ROW_BITS-1):0]  norm_row;
    wire [$(LANE_GROUPS*DENOMINATOR_BITS-1):0]  norm_l;
    wire [$(LANE_GROUPS*WIDTH*NORM_BITS-1):0] norm_o;
//% if LANE_ALIGNS then
    wire [$(LEADING_BITS-1):0]     norm_places;
//% end
    wire [$(LANE_GROUPS*GROUP_LANES-1):0]  active;
//% local any, owed = {}, {}
//% for g = 0, LANE_GROUPS - 1 do
//%   local load, open, write, addr, query, present = {}, {}, {}, {}, {}, ""
//%   for p = GROUP_LANES - 1, 0, -1 do
//%     local lane = g + LANE_GROUPS * p
//%     present = present .. (lane < LANES and "1" or "0")
//%     write[#write+1] = lane < LANES and "i_query_we[" .. lane .. "]" or "1'b0"
//%     addr[#addr+1] = lane < LANES and "i_query_addr[" .. (lane % QUERY_BUSES * QUERY_PLACE_BITS) .. " +: " .. QUERY_PLACE_BITS .. "]"
//%         or QUERY_PLACE_BITS .. "'d0"
//%     query[#query+1] = lane < LANES and (QUERY_IN_WORDS and "i_query"
//%         or "i_query[" .. (lane % QUERY_BUSES * WIDTH * QUERY_BITS) .. " +: " .. (WIDTH*QUERY_BITS) .. "]")
//%         or (WIDTH*QUERY_BITS) .. "'d0"
//%     for j = LANE_ROWS - 1, 0, -1 do
//%       local row = lane + LANES * j
//%       local there = lane < LANES and row < QUERY_BLOCK
//%       load[#load+1] = there and "i_load_rows[" .. row .. "]" or "1'b0"
//%       open[#open+1] = there and "i_open_rows[" .. row .. "]" or "1'b0"
//%     end
//%   end
    wire [$(WINDOW-1):0]      any_$(g);
    wire [1:0]           owed_$(g);
    sofa_group #(.GROUP($(ROW_BITS)'d$(g % (1 << ROW_BITS))), .PRESENT($(GROUP_LANES)'b$(present))) u_group_$(g) (
        .clk(clk), .rst(rst), .i_scale_mantissa(i_scale_mantissa), .i_scale_shift(i_scale_shift),
//%   if BEATS > 1 then
        .i_phase_issue($(phase.issue)), .i_phase_take($(phase.take)), .i_phase_query($(phase.query)), .i_phase_sum($(phase.sum)),
        .i_phase_score($(phase.score)),$(d.scale_time > 4 and " .i_phase_scale(" .. phase.scale .. ")," or "")
        .i_phase_scalar($(phase.scalar)), .i_phase_value($(phase.value)),
        .i_phase_weight($(phase.weight)), .i_phase_output($(phase.output)),
//%   end
        .i_entry_slot(i_entry_slot), .i_entry_bank(i_entry_bank), .i_move(i_move), .i_load(i_load), .i_load_any(i_load_any),
        .i_load_rows({$(table.concat(load, ", "))}), .i_load_bank(i_load_bank), .o_entry_any(any_$(g)),
        .i_open(i_open), .i_open_bank(i_open_bank), .i_open_rows({$(table.concat(open, ", "))}), .o_owed(owed_$(g)),
        .i_retire_bank(i_retire_bank), .i_retire_ready(i_retire_ready), .i_retire_turn(turn[$(g)]), .o_retire(retire[$(g)]),
        .i_query_we({$(table.concat(write, ", "))}), .i_query_addr({$(table.concat(addr, ", "))}), .i_query({$(table.concat(query, ", "))}),
//%   if WORD_MEMORIES then
        .o_key_addr(o_key_addr), .i_key(i_key), .o_value_addr(o_value_addr), .i_value(i_value),
//%   elseif SLOT_MEMORIES then
        .o_key_slot(o_key_slot), .i_key(i_key), .o_value_slot(o_value_slot), .i_value(i_value),
//%   else
        .i_keys(i_keys), .i_values(i_values),
//%   end
        .o_norm_valid(norm_valid[$(g)]), .o_norm_started(norm_started[$(g)]), .o_norm_bank(norm_bank[$(g)]),
        .o_norm_row(norm_row[$(g*ROW_BITS) +: $(ROW_BITS)]), .o_norm_l(norm_l[$(g*DENOMINATOR_BITS) +: $(DENOMINATOR_BITS)]),
        .o_norm_o(norm_o[$(g*WIDTH*NORM_BITS) +: $(WIDTH*NORM_BITS)]),$(LANE_ALIGNS and " .i_norm_places(norm_places)," or "")
        .o_pair(pair[$(g)]), .o_raise(raise[$(g)]), .o_active(active[$(g*GROUP_LANES) +: $(GROUP_LANES)]));
//%   any[#any+1], owed[#owed+1] = "any_" .. g, "owed_" .. g
//% end
    assign o_entry_any = $(table.concat(any, " | "));
    assign o_owed = $(table.concat(owed, " | "));

    // ---- normalisation ----
//% for u = 0, NORM_UNITS - 1 do
//%   local function part(name, width) return name .. "[" .. (u*NORM_UNIT_GROUPS*width) .. " +: " .. (NORM_UNIT_GROUPS*width) .. "]" end
//%   local data_ports = d.output_words == 1 and ".i_read(i_read), .i_read_index(i_read_index), .o_data(o_data)"
//%       or ".o_data(" .. nth("o_data", u, HEAD_DIM*16) .. ")"
    sofa_norm u_norm_$(u) (
        .clk(clk), .rst(rst),
//%   if BEATS > 1 then
        .i_phase_chunk($(phase.chunk)),$(NORM_UNIT_GROUPS > 1 and " .i_phase_issue(" .. phase.issue .. ")," or "")
//%   end
        .i_retire($(part("retire", 1))), .o_turn($(part("turn", 1))), .i_valid($(part("norm_valid", 1))),
        .i_started($(part("norm_started", 1))), .i_bank($(part("norm_bank", 1))), .i_row($(part("norm_row", ROW_BITS))),
        .i_l($(part("norm_l", DENOMINATOR_BITS))),
        .i_o($(part("norm_o", WIDTH*NORM_BITS))),$(LANE_ALIGNS and " .o_places(norm_places)," or "")
        .o_row_valid(o_row_valid[$(u)]), .i_row_ready(i_row_ready[$(u)]), .o_row_bank(o_row_bank[$(u)]),
        .o_row(o_row[$(u*ROW_BITS) +: $(ROW_BITS)]),
            $(data_ports));
//% end

    // ---- counters ----
    reg [$(LANE_GROUPS-1):0]    pair1, raise1;
    reg [$(LANE_GROUPS*GROUP_LANES-1):0] active1;
    reg [$(clog2(LANE_GROUPS+1)-1):0] pairs, raises;
    reg [$(clog2(LANES+1)-1):0] actives;
    integer i;
    always @* begin
        pairs = $(clog2(LANE_GROUPS+1))'d0;
        raises = $(clog2(LANE_GROUPS+1))'d0;
        actives = $(clog2(LANES+1))'d0;
        for (i = 0; i < $(LANE_GROUPS); i = i + 1) begin
            pairs = pairs + $(ext("pair1[i]", 1, clog2(LANE_GROUPS+1)));
            raises = raises + $(ext("raise1[i]", 1, clog2(LANE_GROUPS+1)));
        end
        for (i = 0; i < $(LANE_GROUPS*GROUP_LANES); i = i + 1)
            actives = actives + $(ext("active1[i]", 1, clog2(LANES+1)));
    end
    always @(posedge clk) begin
        pair1 <= pair;
        raise1 <= raise;
        active1 <= active;
        o_pairs <= pairs;
        o_raises <= raises;
        o_active <= actives;
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// The SU-FA engine: $(LANE_GROUPS) group(s) of $(GROUP_LANES) lane(s) of $(WIDTH) multipliers (each for SA-1 and SA-2) and $(NORM_UNITS)
// normalisation unit(s). Row r belongs to lane r mod $(LANES), lane l to group l mod $(LANE_GROUPS). A phase counter of $(BEATS) step(s)
// tells which lane of each group may start and which chunk of the window's keys and values is on the buses. Throughput: $(LANE_GROUPS)
// pair(s) a cycle at most. Equals sofa_attend_pair() and sofa_attend_finish().
//% local insert, concat = table.insert, table.concat
`default_nettype none
module sofa_attend (
    input  wire                  clk,
    input  wire                  rst,
    input  wire [$(JOBS*16-1):0] i_scale_mantissa,     // of each job
    input  wire [$(JOBS*6-1):0]  i_scale_shift,
    input  wire [1:0]            i_bank_jobs,
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
//% local key_addr, key, value_addr, value = "o_key_addr", "i_key", "o_value_addr", "i_value"
//% if WORD_MEMORIES then
    output wire [$(RING_BITS+KEY_WORD_BITS-1):0]   o_key_addr,       // {row, word}
    input  wire [$(PORT_BITS-1):0]       i_key,
    output wire [$(RING_BITS+VALUE_WORD_BITS-1):0]   o_value_addr,
    input  wire [$(PORT_BITS-1):0]       i_value,
//% elseif SLOT_MEMORIES then
    output wire [$(ENTRY_PLACE_BITS-1):0]      o_key_slot,
    input  wire [$(WIDTH*KEY_BITS-1):0]    i_key,
    output wire [$(ENTRY_PLACE_BITS-1):0]      o_value_slot,
    input  wire [$(WIDTH*VALUE_BITS-1):0]    i_value,
//%   key_addr, value_addr = "o_key_slot", "o_value_slot"
//% else
//%   if BEATS > 1 then
    output wire [$(BEAT_BITS-1):0]      o_phase_keys,     // chunks that the window shall put on the buses next
    output wire [$(BEAT_BITS-1):0]      o_phase_values,
//%   end
    input  wire [$(KEY_BUS_BITS-1):0]  i_keys,
    input  wire [$(VALUE_BUS_BITS-1):0]  i_values,
//%   key, value = "i_keys", "i_values"
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
//% if OUTPUT_WORDS then
    input  wire                  i_read,
    input  wire [$(NORM_WORD_BITS-1):0]      i_read_index,
//% end
    output wire [$(NORM_UNITS*NORM_DATA_BITS-1):0] o_data,
    // counters
    output reg  [$(clog2(LANE_GROUPS+1)-1):0] o_pairs,
    output reg  [$(clog2(LANE_GROUPS+1)-1):0] o_raises,
    output reg  [$(clog2(LANES+1)-1):0] o_active
);
    // ---- phases: phase_k is the counter k cycles ago (mod $(BEATS)) ----
//% local phase, ages = {}, {issue = 0, take = 1, query = 2, sum = 1 + d.dot_time - BEATS, score = 1 + d.dot_time, scalar = SCALAR_TIME,
//%     value = WEIGHT_TIME, value_bus = WEIGHT_TIME + VALUE_LATE, fetch = WEIGHT_TIME + 1 + VALUE_LATE, weight = WEIGHT_TIME + 1,
//%     output = WEIGHT_TIME + 2,
//%     scale = SCALE == "bits" and SCORE_TIME + 2 or SCALAR_TIME, chunk = WEIGHT_TIME + (d.norm_wait > 0 and 3 or 8)}
//% local used = {}
//% for name, age in pairs(ages) do
//%   phase[name] = "phase_" .. age % BEATS
//%   used[age % BEATS] = true
//% end
//% if BEATS > 1 then
//%   for age in pairs(used) do
    reg  [$(PHASE_BITS-1):0] phase_$(age);
    always @(posedge clk)
        if (rst)
            phase_$(age) <= $(lit(PHASE_BITS, -age % BEATS));
        else
            phase_$(age) <= phase_$(age) == $(lit(PHASE_BITS, BEATS - 1)) ? $(lit(PHASE_BITS, 0)) : phase_$(age) + 1'b1;
//%   end
//%   if OPERANDS == "window" then
    assign o_phase_keys = $(phase.take);
    assign o_phase_values = $(phase.value_bus);
//%   end
//% else
    wire [$(PHASE_BITS-1):0] phase_0 = $(lit(PHASE_BITS, 0));
//% end

    // ---- groups ----
    wire [$(LANE_GROUPS-1):0]     turn, retire, norm_valid, norm_started, norm_bank, pair, raise;
    wire [$(LANE_GROUPS*ROW_BITS-1):0]  norm_row;
    wire [$(LANE_GROUPS*DENOMINATOR_BITS-1):0]  norm_l;
    wire [$(LANE_GROUPS*WIDTH*NORM_BITS-1):0] norm_o;
    wire [$(NORM_UNITS*LEADING_BITS-1):0]     norm_places;
    wire [$(LANE_GROUPS*GROUP_LANES-1):0]  active;
//% local needed, owed = {}, {}
//% for group = 0, LANE_GROUPS - 1 do
//%   local load, open, write, addr, query, present = {}, {}, {}, {}, {}, ""
//%   for place = GROUP_LANES - 1, 0, -1 do
//%     local lane = group + LANE_GROUPS * place
//%     local function of_lane(text, bits) return lane < LANES and text or lit(bits, 0) end
//%     present = present .. (lane < LANES and "1" or "0")
//%     insert(write, of_lane("i_query_we[" .. lane .. "]", 1))
//%     insert(addr, of_lane(nth("i_query_addr", lane % QUERY_BUSES, QUERY_PLACE_BITS), QUERY_PLACE_BITS))
//%     insert(query, lane < LANES and nth("i_query", lane % QUERY_BUSES, LANE_QUERY_BITS) or LANE_QUERY_BITS .. "'d0")
//%     for lane_row = LANE_ROWS - 1, 0, -1 do
//%       local row = lane + LANES * lane_row
//%       local there = lane < LANES and row < QUERY_BLOCK
//%       insert(load, there and "i_load_rows[" .. row .. "]" or "1'b0")
//%       insert(open, there and "i_open_rows[" .. row .. "]" or "1'b0")
//%     end
//%   end
    wire [$(WINDOW-1):0]      any_$(group);
    wire [1:0]           owed_$(group);
    sofa_group #(.GROUP($(ROW_BITS)'d$(group % (1 << ROW_BITS))), .PRESENT($(GROUP_LANES)'b$(present))) u_group_$(group) (
        .i_phase_issue($(phase.issue)), .i_phase_take($(phase.take)), .i_phase_query($(phase.query)), .i_phase_sum($(phase.sum)),
        .i_phase_score($(phase.score)), .i_phase_scale($(phase.scale)), .i_phase_scalar($(phase.scalar)),
        .i_phase_value($(phase.value)), .i_phase_weight($(phase.weight)), .i_phase_fetch($(phase.fetch)), .i_phase_output($(phase.output)),
        .i_load_rows({$(concat(load, ", "))}), .o_entry_any(any_$(group)), .i_open_rows({$(concat(open, ", "))}), .o_owed(owed_$(group)),
        .i_retire_turn(turn[$(group)]), .o_retire(retire[$(group)]), .i_query_we({$(concat(write, ", "))}),
        .i_query_addr({$(concat(addr, ", "))}), .i_query({$(concat(query, ", "))}),
        .o_key_addr($(key_addr)), .i_key($(key)), .o_value_addr($(value_addr)), .i_value($(value)),
        .o_norm_valid(norm_valid[$(group)]), .o_norm_started(norm_started[$(group)]), .o_norm_bank(norm_bank[$(group)]),
        .o_norm_row($(nth("norm_row", group, ROW_BITS))), .o_norm_l($(nth("norm_l", group, DENOMINATOR_BITS))),
        .o_norm_o($(nth("norm_o", group, WIDTH * NORM_BITS))),
        .i_norm_places($(nth("norm_places", group // NORM_UNIT_GROUPS, LEADING_BITS))),
        .o_pair(pair[$(group)]), .o_raise(raise[$(group)]), .o_active($(nth("active", group, GROUP_LANES))), .*);
//%   needed[#needed+1], owed[#owed+1] = "any_" .. group, "owed_" .. group
//% end
    assign o_entry_any = $(concat(needed, " | "));
    assign o_owed = $(concat(owed, " | "));

    // ---- normalisation ----
//% for unit = 0, NORM_UNITS - 1 do
//%   local function part(name, bits) return nth(name, unit, NORM_UNIT_GROUPS * bits) end
    sofa_norm u_norm_$(unit) (
        .i_phase_chunk($(phase.chunk)), .i_phase_issue($(phase.issue)), .i_retire($(part("retire", 1))), .o_turn($(part("turn", 1))),
        .i_valid($(part("norm_valid", 1))), .i_started($(part("norm_started", 1))), .i_bank($(part("norm_bank", 1))),
        .i_row($(part("norm_row", ROW_BITS))), .i_l($(part("norm_l", DENOMINATOR_BITS))), .i_o($(part("norm_o", WIDTH * NORM_BITS))),
        .o_places($(nth("norm_places", unit, LEADING_BITS))), .o_row_valid(o_row_valid[$(unit)]), .i_row_ready(i_row_ready[$(unit)]),
        .o_row_bank(o_row_bank[$(unit)]), .o_row($(nth("o_row", unit, ROW_BITS))), .o_data($(nth("o_data", unit, NORM_DATA_BITS))), .*);
//% end

    // ---- counters ----
    reg [$(LANE_GROUPS-1):0]    pair1, raise1;
    reg [$(LANE_GROUPS*GROUP_LANES-1):0] active1;
    reg [$(clog2(LANE_GROUPS+1)-1):0] pairs, raises;
    reg [$(clog2(LANES+1)-1):0] actives;
    integer number;
    always @* begin
        pairs = $(clog2(LANE_GROUPS+1))'d0;
        raises = $(clog2(LANE_GROUPS+1))'d0;
        actives = $(clog2(LANES+1))'d0;
        for (number = 0; number < $(LANE_GROUPS); number = number + 1) begin
            pairs = pairs + $(ext("pair1[number]", 1, clog2(LANE_GROUPS+1)));
            raises = raises + $(ext("raise1[number]", 1, clog2(LANE_GROUPS+1)));
        end
        for (number = 0; number < $(LANE_GROUPS*GROUP_LANES); number = number + 1)
            actives = actives + $(ext("active1[number]", 1, clog2(LANES+1)));
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

//% -- SPDX-License-Identifier: Apache-2.0
// A group of $(GROUP_LANES) lane(s): the issue of pairs and retirements, and the scalar part of attention they share (scale, reference,
// exp2, sum of weights). One operation starts a cycle, that of the lane whose turn the phase is.
// Times count from cycle 0, the cycle after issue: s in cycle $(latency("group.score", SCORE_TIME)), p in cycle
// $(latency("group.weight", WEIGHT_TIME)), accumulators of a retiring row from cycle
// $(latency("group.output", WEIGHT_TIME + d.row_interval - 1 + d.lane_aligns)). No back-pressure inside. Equals sofa_attend_pair().
`default_nettype none
module sofa_group #(
    parameter [$(ROW_BITS-1):0] GROUP = $(ROW_BITS)'d0,
    parameter [$(GROUP_LANES-1):0] PRESENT = {$(GROUP_LANES){1'b1}}
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(JOBS*16-1):0] i_scale_mantissa,     // of each job
    input  wire [$(JOBS*6-1):0] i_scale_shift,
    input  wire [1:0]           i_bank_jobs,
    // the phase counter, delayed by as many cycles as the name says
    input  wire [$(PHASE_BITS-1):0]     i_phase_issue,
    input  wire [$(PHASE_BITS-1):0]     i_phase_take,
    input  wire [$(PHASE_BITS-1):0]     i_phase_query,
    input  wire [$(PHASE_BITS-1):0]     i_phase_sum,
    input  wire [$(PHASE_BITS-1):0]     i_phase_score,
    input  wire [$(PHASE_BITS-1):0]     i_phase_scale,
    input  wire [$(PHASE_BITS-1):0]     i_phase_scalar,
    input  wire [$(PHASE_BITS-1):0]     i_phase_value,
    input  wire [$(PHASE_BITS-1):0]     i_phase_weight,
    input  wire [$(PHASE_BITS-1):0]     i_phase_fetch,
    input  wire [$(PHASE_BITS-1):0]     i_phase_output,
    // window and rows of blocks: see sofa_pairs
    input  wire [$(WINDOW*ENTRY_PLACE_BITS-1):0]   i_entry_slot,
    input  wire [$(WINDOW-1):0]      i_entry_bank,
    input  wire [$(WINDOW-1):0]      i_move,
    input  wire [$(WINDOW-1):0]      i_load,
    input  wire                 i_load_any,
    input  wire [$(GROUP_ROWS-1):0]      i_load_rows,
    input  wire                 i_load_bank,
    output wire [$(WINDOW-1):0]      o_entry_any,
    input  wire                 i_open,
    input  wire                 i_open_bank,
    input  wire [$(GROUP_ROWS-1):0]      i_open_rows,
    output wire [1:0]           o_owed,
    input  wire                 i_retire_bank,
    input  wire                 i_retire_ready,
    input  wire                 i_retire_turn,
    output wire                 o_retire,
    // queries, keys and values: see sofa_lane
    input  wire [$(GROUP_LANES-1):0]     i_query_we,
    input  wire [$(GROUP_LANES*QUERY_PLACE_BITS-1):0]  i_query_addr,
    input  wire [$(GROUP_LANES*LANE_QUERY_BITS-1):0]  i_query,
//% if ADDRESSES_OPERANDS then
    output wire [$(KEY_FETCH_BITS-1):0]  o_key_addr,
    output wire [$(VALUE_FETCH_BITS-1):0]  o_value_addr,
//% end
    input  wire [$(KEY_BUS_BITS-1):0]      i_key,
    input  wire [$(VALUE_BUS_BITS-1):0]      i_value,
    // to normalisation
    output wire                 o_norm_valid,
    output wire                 o_norm_started,
    output wire                 o_norm_bank,
    output wire [$(ROW_BITS-1):0]     o_norm_row,
    output wire [$(DENOMINATOR_BITS-1):0]     o_norm_l,
    output wire [$(WIDTH*NORM_BITS-1):0]   o_norm_o,
    input  wire [$(LEADING_BITS-1):0]     i_norm_places,
    // counters
    output wire                 o_pair,
    output wire                 o_raise,
    output wire [$(GROUP_LANES-1):0]     o_active
);
//% -- of a row of the lane whose turn the phase is: its place in the memories of the group
//% local function place(row, phase) return join(row, GROUP_LANE_BITS > 0 and range(phase, GROUP_LANE_BITS - 1, 0) or "") end
//% local way = HOLDS_STAGES and "held" or "shifted"
    wire [$(ENTRY_PLACE_BITS-1):0] op_slot;
    wire [$(GROUP_PLACE_BITS-1):0] norm_place;
    wire .*;

    // ---- issue, and the way of an operation ----
    sofa_pairs u_pairs (.*);
    sofa_way_$(way) u_way (.i_op_slot(op_slot), .*);
    assign o_pair = op_pair;

    // ---- score: one lane's sum a cycle ----
    wire [$(GROUP_LANES*DOT_BITS-1):0] lane_s;
//% if GROUP_LANES > 1 then
    reg  [$(DOT_BITS-1):0] s;
    always @(posedge clk) begin
        case (i_phase_score)
//%   for lane = 1, GROUP_LANES - 1 do
            $(lit(PHASE_BITS, lane)): s <= $(nth("lane_s", lane, DOT_BITS));
//%   end
            default: s <= lane_s[0 +: $(DOT_BITS)];
        endcase
    end
//% else
    wire [$(DOT_BITS-1):0] s = lane_s;
//% end
    // the descriptor stands still since before the job
    wire        job = score_bank ? i_bank_jobs[1] : i_bank_jobs[0];
    wire        unused_job = job;
//% local shifts = d.scale_time - 2          -- cycles from the score to the shift of its product
$(travel({{"job", 1, JOBS > 1 and shifts or 0, "job"}}))
    wire [15:0] mantissa = $(of_job("i_scale_mantissa", 16, "job"));
    wire [5:0]  scale_shift = $(of_job("i_scale_shift", 6, "job_" .. shifts));
$(travel({{"mantissa", 16, d.copied_registers, "mantissa"}, {"scale_shift", 6, d.copied_registers, "scale_shift"}}))
    sofa_scale_$(SCALE) u_scale (
        .i_step(i_phase_scale), .i_mantissa($(d.copied_registers > 0 and "mantissa_" .. d.copied_registers or "mantissa")),
        .i_shift($(d.copied_registers > 0 and "scale_shift_" .. d.copied_registers or "scale_shift")), .*);

    // ---- reference, weight and its sum ----
    sofa_reference u_reference (
        .i_place($(place("scalar_row", "i_phase_scalar"))), .i_pair(scalar_pair), .i_retire(scalar_retire),
        .o_raise(raise), .o_raised(o_raise), .*);
    sofa_exp2 u_exp2 (.*);
    sofa_weight_sum u_weight_sum (
        .i_place($(place("sum_row", "i_phase_value"))), .i_pair(weigh_pair), .o_place(norm_place), .o_l(o_norm_l), .*);

    // ---- to normalisation: the row's number is that of its group, lane and row of the lane ----
//% local lane_mask = (1 << GROUP_LANE_BITS) - 1
    wire [$(GROUP_PLACE_BITS-1):0] norm_lane = norm_place & $(lit(GROUP_PLACE_BITS, lane_mask));
    wire [$(GROUP_PLACE_BITS-1):0] norm_lane_row = norm_place >> $(GROUP_LANE_BITS + 1);
    assign o_norm_valid = weigh_retire;
    assign o_norm_started = !fresh;
    assign o_norm_bank = norm_place[$(GROUP_LANE_BITS)];
    assign o_norm_row = GROUP + $(ext("norm_lane", GROUP_PLACE_BITS, ROW_BITS)) * $(lit(ROW_BITS, LANE_GROUPS % (1 << ROW_BITS))) +
        $(ext("norm_lane_row", GROUP_PLACE_BITS, ROW_BITS)) * $(lit(ROW_BITS, LANES % (1 << ROW_BITS)));
    wire unused_places = &{1'b0, norm_lane, norm_lane_row};

    // ---- lanes ----
    generate
//% local outputs = {}
//% for lane = 0, GROUP_LANES - 1 do
//%   local number = lit(PHASE_BITS, lane)
//%   outputs[#outputs+1] = "lane_o_" .. lane
    wire [$(WIDTH*NORM_BITS-1):0] lane_o_$(lane);
    if (PRESENT[$(lane)]) begin : lane_$(lane)
        sofa_lane u_lane (
            .i_query_we(i_query_we[$(lane)]), .i_query_addr($(nth("i_query_addr", lane, QUERY_PLACE_BITS))),
            .i_query($(nth("i_query", lane, LANE_QUERY_BITS))),
            .i_take(i_phase_take == $(number)), .i_pair(op_pair), .i_row(op_row), .i_slot(op_slot),
            .i_chunk_q(i_phase_query), .i_first_beat(i_phase_sum == $(number)), .o_s($(nth("lane_s", lane, DOT_BITS))),
            .i_take_value(i_phase_value == $(number)), .i_chunk_value(i_phase_fetch),
            .i_weigh(i_phase_weight == $(number)), .i_weigh_first(fresh), .i_weigh_shift(raise), .i_weight(p),
            .i_chunk_v(i_phase_output), .i_places(i_norm_places), .o_o(lane_o_$(lane)), .o_active(o_active[$(lane)]), .*);
//%   local chunk_bits = QUERY_PLACE_BITS - LANE_PLACE_BITS
//%   local base, last = lane * QUERY_PLACE_BITS, lit(math.max(1, chunk_bits), (QUERY_IN_WORDS and d.query_beats or BEATS) - 1)
//%   local row_end = chunk_bits > 0 and " && i_query_addr[" .. base .. " +: " .. chunk_bits .. "] == " .. last or ""
//%   local row_ports = {we = "i_query_we[" .. lane .. "]" .. row_end, waddr = "i_query_addr[" .. base + chunk_bits .. " +: "
//%       .. LANE_PLACE_BITS .. "]", raddr = "op_row", used = "pair_before"}
$(before("pair", "op_pair && i_phase_take == " .. number .. " && !rst"))
$(written("query_row_written", LANE_PLACES, LANE_PLACE_BITS, row_ports))
    end else begin : absent_$(lane)
        assign $(nth("lane_s", lane, DOT_BITS)) = $(DOT_BITS)'d0;
        assign lane_o_$(lane) = $(WIDTH*NORM_BITS)'d0;
        assign o_active[$(lane)] = 1'b0;
        wire unused_lane = &{1'b0, i_query_we[$(lane)], $(nth("i_query_addr", lane, QUERY_PLACE_BITS)),
            $(nth("i_query", lane, LANE_QUERY_BITS))};
    end
//% end
    endgenerate
    assign o_norm_o = $(table.concat(outputs, " | "));
    // what needs a lane alone, and a memory of its own
    wire unused = &{1'b0, op_slot, i_phase_score, i_phase_scalar, i_phase_value, i_phase_fetch};
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// A group of $(GROUP_LANES) lane(s): issue of pairs and retirements, and the scalar part of attention they share (scale, reference, exp2,
// sum of weights). One operation starts a cycle, that of the lane whose turn the phase is.
// Issue: the oldest entry of the window that a row of the lane needs, its lowest such row; a row starts at most every $(d.row_interval)
// cycles. A row that has met all keys of its block retires first (o_retire) if its normalisation unit allows.
// Times count from cycle 0, the cycle after issue: s in cycle $(latency("group.score", SCORE_TIME)), p in cycle
// $(latency("group.weight", WEIGHT_TIME)), accumulators of a retiring row from cycle
// $(latency("group.output", WEIGHT_TIME + d.row_interval - 1 + d.lane_aligns)). No back-pressure inside. Equals sofa_attend_pair().
//% local lane_bits = clog2(GROUP_LANES)
//% local lane_query_bits = QUERY_IN_WORDS and PORT_BITS or WIDTH * QUERY_BITS      -- bits of a query word
//% local row_place_bits = LANE_PLACE_BITS + lane_bits            -- {bank, row of the lane, lane}
//% -- SLOT_MEMORIES: the score comes through a register
//% local row_interval = d.row_interval
`default_nettype none
module sofa_group #(
    parameter [$(ROW_BITS-1):0] GROUP = $(ROW_BITS)'d0,
    parameter [$(GROUP_LANES-1):0] PRESENT = {$(GROUP_LANES){1'b1}}
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [15:0]          i_scale_mantissa,
    input  wire [5:0]           i_scale_shift,
//% if BEATS > 1 then
    // the phase counter, delayed by as many cycles as the name says
    input  wire [$(BEAT_BITS-1):0]     i_phase_issue,
    input  wire [$(BEAT_BITS-1):0]     i_phase_take,
    input  wire [$(BEAT_BITS-1):0]     i_phase_query,
    input  wire [$(BEAT_BITS-1):0]     i_phase_sum,
    input  wire [$(BEAT_BITS-1):0]     i_phase_score,
//%   if d.scale_time > 4 then
    input  wire [$(BEAT_BITS-1):0]     i_phase_scale,
//%   end
    input  wire [$(BEAT_BITS-1):0]     i_phase_scalar,
    input  wire [$(BEAT_BITS-1):0]     i_phase_value,
    input  wire [$(BEAT_BITS-1):0]     i_phase_weight,
    input  wire [$(BEAT_BITS-1):0]     i_phase_output,
//% end
    // window: entries from the oldest on
    input  wire [$(WINDOW*ENTRY_PLACE_BITS-1):0]   i_entry_slot,
    input  wire [$(WINDOW-1):0]      i_entry_bank,
    input  wire [$(WINDOW-1):0]      i_move,          // entry takes the next one's content
    input  wire [$(WINDOW-1):0]      i_load,          // entry takes i_load_rows
    input  wire                 i_load_any,      // some entry does
    input  wire [$(GROUP_ROWS-1):0]      i_load_rows,
    input  wire                 i_load_bank,
    output wire [$(WINDOW-1):0]      o_entry_any,
    // rows of blocks
    input  wire                 i_open,
    input  wire                 i_open_bank,
    input  wire [$(GROUP_ROWS-1):0]      i_open_rows,
    output wire [1:0]           o_owed,
    input  wire                 i_retire_bank,
    input  wire                 i_retire_ready,  // all keys of that block are or were in the window
    input  wire                 i_retire_turn,
    output wire                 o_retire,
    // queries
    input  wire [$(GROUP_LANES-1):0]     i_query_we,
    input  wire [$(GROUP_LANES*QUERY_PLACE_BITS-1):0]  i_query_addr,
    input  wire [$(GROUP_LANES*lane_query_bits-1):0]  i_query,
//% if WORD_MEMORIES then
    // K and V memories: {row, word}; a word one cycle later
    output wire [$(KEY_PLACE_BITS+KEY_WORD_BITS-1):0]  o_key_addr,
    input  wire [$(PORT_BITS-1):0]      i_key,
    output wire [$(VALUE_PLACE_BITS+VALUE_WORD_BITS-1):0]  o_value_addr,
    input  wire [$(PORT_BITS-1):0]      i_value,
//% elseif SLOT_MEMORIES then
    output wire [$(ENTRY_PLACE_BITS-1):0]     o_key_slot,
    input  wire [$(WIDTH*KEY_BITS-1):0]   i_key,
    output wire [$(ENTRY_PLACE_BITS-1):0]     o_value_slot,
    input  wire [$(WIDTH*VALUE_BITS-1):0]   i_value,
//% else
    // keys and values: a chunk of every window slot
    input  wire [$(WINDOW*WIDTH*KEY_BITS-1):0] i_keys,
    input  wire [$(WINDOW*WIDTH*VALUE_BITS-1):0] i_values,
//% end
    // to normalisation
    output wire                 o_norm_valid,
    output wire                 o_norm_started,
    output wire                 o_norm_bank,
    output wire [$(ROW_BITS-1):0]     o_norm_row,
    output wire [$(DENOMINATOR_BITS-1):0]     o_norm_l,
//% -- LANE_ALIGNS: O leaves shifted for normalisation, but for the last bits
    output wire [$(WIDTH*NORM_BITS-1):0]   o_norm_o,
//% if LANE_ALIGNS then
    input  wire [$(LEADING_BITS-1):0]     i_norm_places,
//% end
    // counters
    output wire                 o_pair,
    output wire                 o_raise,
    output wire [$(GROUP_LANES-1):0]     o_active
);
    // ---- issue ----
    reg  [$(WINDOW*GROUP_ROWS-1):0]  pending;
    reg  [$(2*GROUP_ROWS-1):0]  owed;
    reg  [$(2*GROUP_ROWS-1):0]  idle;        // of these, rows of the bank without pending keys a cycle ago, nor with a key that came then
    reg  [$(WINDOW*LANE_ROWS-1):0] here;        // pending rows of the lane whose turn it is
    reg  [$(2*LANE_ROWS-1):0] idle_here;
//% if BEATS > 1 then
    always @*
        case (i_phase_issue)
//%   for p = 0, GROUP_LANES - 1 do
//%     local parts, base = {}, p * LANE_ROWS
//%     for e = WINDOW - 1, 0, -1 do parts[#parts+1] = "pending[" .. (e*GROUP_ROWS+base+LANE_ROWS-1) .. ":" .. (e*GROUP_ROWS+base)
//%         .. "]" end
            $(BEAT_BITS)'d$(p): begin
                here = {$(table.concat(parts, ", "))};
                idle_here = {idle[$(GROUP_ROWS+base+LANE_ROWS-1):$(GROUP_ROWS+base)], idle[$(base+LANE_ROWS-1):$(base)]};
            end
//%   end
//%   if GROUP_LANES < (1 << BEAT_BITS) then
            default: begin
                here = $(WINDOW*LANE_ROWS)'d0;
                idle_here = $(2*LANE_ROWS)'d0;
            end
//%   end
        endcase
//% else
    always @* begin
        here = pending;
        idle_here = idle;
    end
//% end

//% if BEATS <= 2 then
    // one cycle ago, $(row_interval > 3 and "two, up to three" or BEATS == 1 and "one or two" or "two")
    reg  [$(LANE_ROWS-1):0] just_started, $(row_interval > 3 and "two_ago, " or "")recent;
//% else
    wire [$(LANE_ROWS-1):0] recent = $(LANE_ROWS)'d0;
//% end
//% local any, rows = {}, {}
//% for e = 0, WINDOW - 1 do
    wire [$(LANE_ROWS-1):0] can_$(e) = here[$(e*LANE_ROWS+LANE_ROWS-1):$(e*LANE_ROWS)] & ~recent;
    wire [$(LANE_ROWS-1):0] first_$(e) = can_$(e) & (~can_$(e) + $(LANE_ROWS)'d1);
    wire             any_$(e) = |can_$(e);
//%   if e > 0 then
    wire             older_$(e) = any_$(e-1)$(e > 1 and " || older_" .. (e-1) or "");
//%   end
    wire             pick_$(e) = any_$(e)$(e > 0 and " && !older_" .. e or "");
//%   any[#any+1] = "any_" .. e
//%   rows[#rows+1] = "({" .. LANE_ROWS .. "{pick_" .. e .. "}} & first_" .. e .. ")"
//% end
    wire [$(LANE_ROWS-1):0] row = $(table.concat(rows, " | "));
//% if LANE_ROW_BITS == 0 and BEATS > 2 then
    wire            unused_row = row;       // there is one, and it is never recent
//% end
    // a row with a pair since `idle` was taken is recent
    wire [$(LANE_ROWS-1):0] done = (i_retire_bank ? idle_here[$(2*LANE_ROWS-1):$(LANE_ROWS)] : idle_here[$(LANE_ROWS-1):0]) & ~recent;
    wire [$(LANE_ROWS-1):0] done_row = done & (~done + $(LANE_ROWS)'d1);
    wire             retire = |done && i_retire_ready && i_retire_turn;
    wire             pair = ($(table.concat(any, " || "))) && !retire;
    assign o_retire = retire;

//% for p = 0, GROUP_LANES - 1 do
//%   local its_turn = BEATS > 1 and " && i_phase_issue == " .. BEAT_BITS .. "'d" .. p or ""
    wire [$(LANE_ROWS-1):0] retired_$(p) = done_row & {$(LANE_ROWS){retire$(its_turn)}};
//% end
//% local retired = {}
//% for p = GROUP_LANES - 1, 0, -1 do retired[#retired+1] = "retired_" .. p end
    wire [$(GROUP_ROWS-1):0] retired = $(join(table.unpack(retired)));
//% for e = 0, WINDOW - 1 do
//%   local taken = {}
//%   for p = GROUP_LANES - 1, 0, -1 do
//%     taken[#taken+1] = "first_" .. e .. " & {" .. LANE_ROWS .. "{pick_" .. e .. " && !retire"
//%         .. (BEATS > 1 and " && i_phase_issue == " .. BEAT_BITS .. "'d" .. p or "") .. "}}"
//%   end
    wire [$(GROUP_ROWS-1):0] left_$(e) = pending[$(e*GROUP_ROWS) +: $(GROUP_ROWS)] &
        ~$(#taken == 1 and "(" .. taken[1] .. ")" or join(table.unpack(taken)));
//% end

    wire [$(2*GROUP_ROWS-1):0] rest;      // owed still
//% for b = 0, 1 do
    assign rest[$(b*GROUP_ROWS) +: $(GROUP_ROWS)] = owed[$(b*GROUP_ROWS) +: $(GROUP_ROWS)] &
        ~(retired & {$(GROUP_ROWS){i_retire_bank == 1'b$(b)}});
//% end
    always @(posedge clk) begin
        if (rst) begin
            pending <= $(WINDOW*GROUP_ROWS)'d0;
            owed <= $(2*GROUP_ROWS)'d0;
            idle <= $(2*GROUP_ROWS)'d0;
//% if BEATS <= 2 then
            just_started <= $(LANE_ROWS)'d0;
            recent <= $(LANE_ROWS)'d0;
//%   if row_interval > 3 then
            two_ago <= $(LANE_ROWS)'d0;
//%   end
//% end
        end else begin
//% for e = 0, WINDOW - 1 do
            pending[$(e*GROUP_ROWS) +: $(GROUP_ROWS)] <= i_load[$(e)] ? i_load_rows : i_move[$(e)] ?
                $(e < WINDOW - 1 and "left_" .. (e+1) or GROUP_ROWS .. "'d0") : left_$(e);
//% end
//% for b = 0, 1 do
//%   local still = {"({" .. GROUP_ROWS .. "{i_load_any && i_load_bank == 1'b" .. b .. "}} & i_load_rows)"}
//%   for e = 0, WINDOW - 1 do still[#still+1] = "({" .. GROUP_ROWS .. "{i_entry_bank[" .. e .. "] == 1'b" .. b .. "}} & pending["
//%       .. (e*GROUP_ROWS) .. " +: " .. GROUP_ROWS .. "])" end
            idle[$(b*GROUP_ROWS) +: $(GROUP_ROWS)] <= rest[$(b*GROUP_ROWS) +: $(GROUP_ROWS)] & ~($(table.concat(still, " | ")));
//% end
//% for b = 0, 1 do
            owed[$(b*GROUP_ROWS) +: $(GROUP_ROWS)] <= i_open && i_open_bank == 1'b$(b) ? i_open_rows :
                rest[$(b*GROUP_ROWS) +: $(GROUP_ROWS)];
//% end
//% if BEATS <= 2 then
            just_started <= retire ? done_row : row;
            recent <= $(BEATS == 1 and "(retire ? done_row : row) | " or "")just_started$(row_interval > 3 and " | two_ago" or "");
//%   if row_interval > 3 then
            two_ago <= just_started;
//%   end
//% end
        end
    end
//% if row_interval > 3 then
    // from registers: of the pending rows, more than one, or one that is not taken now
    reg  [$(WINDOW-1):0]   some;
    assign o_entry_any = some;
//%   for e = 0, WINDOW - 1 do
    wire [$(GROUP_ROWS-1):0]   pending_$(e) = pending[$(e*GROUP_ROWS) +: $(GROUP_ROWS)];
    wire              stays_$(e) = some[$(e)] && (!(pick_$(e) && !retire) || |(pending_$(e) & (pending_$(e) - $(GROUP_ROWS)'d1)));
//%   end
//%   for e = 0, WINDOW - 1 do
    always @(posedge clk)
        // a key that comes is needed
        some[$(e)] <= !rst &&
            (i_load[$(e)] || (i_move[$(e)] ? $(e < WINDOW - 1 and "stays_" .. (e+1) or "1'b0") : stays_$(e)));
//%   end
//% else
//%   for e = 0, WINDOW - 1 do
    assign o_entry_any[$(e)] = |pending[$(e*GROUP_ROWS) +: $(GROUP_ROWS)];
//%   end
//% end
    assign o_owed = {|owed[$(2*GROUP_ROWS-1):$(GROUP_ROWS)], |owed[$(GROUP_ROWS-1):0]};

    // ---- the operation, from cycle 0 on ----
//% built("issue_time", 1)
    reg              op_pair, op_retire, op_bank;
    reg  [$(ENTRY_PLACE_BITS-1):0] op_slot;
//% if LANE_ROW_BITS > 0 then
    reg  [$(LANE_ROW_BITS-1):0] op_row, row_index, done_index;
    integer j;
    always @* begin
        row_index = $(LANE_ROW_BITS)'d0;
        done_index = $(LANE_ROW_BITS)'d0;
        for (j = 0; j < $(LANE_ROWS); j = j + 1) begin
            if (row[j])
                row_index = row_index | j[$(LANE_ROW_BITS-1):0];
            if (done_row[j])
                done_index = done_index | j[$(LANE_ROW_BITS-1):0];
        end
    end
    wire [$(LANE_PLACE_BITS-1):0] op_state = {op_bank, op_row};
//% else
    wire             op_state = op_bank;
//% end
//% local slots, banks = {}, {}
//% for e = 0, WINDOW - 1 do
//%   slots[#slots+1] = "({" .. ENTRY_PLACE_BITS .. "{pick_" .. e .. "}} & i_entry_slot[" .. (e*ENTRY_PLACE_BITS) .. " +: "
//%       .. ENTRY_PLACE_BITS .. "])"
//%   banks[#banks+1] = "(pick_" .. e .. " && i_entry_bank[" .. e .. "])"
//% end
    always @(posedge clk) begin
        op_slot <= $(table.concat(slots, " | "));
        op_bank <= retire ? i_retire_bank : $(table.concat(banks, " || "));
//% if LANE_ROW_BITS > 0 then
        op_row <= retire ? done_index : row_index;
//% end
        if (rst) begin
            op_pair <= 1'b0;
            op_retire <= 1'b0;
        end else begin
            op_pair <= pair;
            op_retire <= retire;
        end
    end
    assign o_pair = op_pair;

//% local holds_stages = GROUP_LANES == 1 and BEATS > 1
//% if holds_stages then
    // its way through the pipeline: operations stand $(BEATS) cycles apart, so stage n holds what is n * $(BEATS) + 1 to (n + 1) * $(BEATS)
    // cycles old
//%   local held_slot_bits = WORD_MEMORIES and VALUE_PLACE_BITS or ENTRY_PLACE_BITS
//%   for n = 0, (WEIGHT_TIME - 1) // BEATS do
//%     local before = n == 0 and "op_" or "stage" .. (n-1) .. "_"
    reg              stage$(n)_pair, stage$(n)_retire;
    reg  [$(LANE_PLACE_BITS-1):0] stage$(n)_state;
//%     if n <= (WEIGHT_TIME - 2) // BEATS then
    reg  [$(held_slot_bits-1):0] stage$(n)_slot;
    always @(posedge clk)
        if (i_phase_take == $(BEAT_BITS)'d0)
            stage$(n)_slot <= $(before)slot$(WORD_MEMORIES and n == 0 and "[" .. (held_slot_bits-1) .. ":0]" or "");
//%     end
    always @(posedge clk)
        if (rst) begin
            stage$(n)_pair <= 1'b0;
            stage$(n)_retire <= 1'b0;
        end else if (i_phase_take == $(BEAT_BITS)'d0) begin
            stage$(n)_pair <= $(before)pair;
            stage$(n)_retire <= $(before)retire;
            stage$(n)_state <= $(before)state;
        end
//%   end
//% else
    // its way through the pipeline: what stands in cycle t is element t - 1
    reg  [$(WEIGHT_TIME-1):0]      pair_at, retire_at;
    reg  [$(WEIGHT_TIME*LANE_PLACE_BITS-1):0]   state_at;
    reg  [$((WEIGHT_TIME-1)*ENTRY_PLACE_BITS-1):0] slot_at;
    always @(posedge clk) begin
        state_at <= {state_at[$((WEIGHT_TIME-1)*LANE_PLACE_BITS-1):0], op_state};
        slot_at <= {slot_at[$((WEIGHT_TIME-2)*ENTRY_PLACE_BITS-1):0], op_slot};
        if (rst) begin
            pair_at <= $(WEIGHT_TIME)'d0;
            retire_at <= $(WEIGHT_TIME)'d0;
        end else begin
            pair_at <= {pair_at[$(WEIGHT_TIME-2):0], op_pair};
            retire_at <= {retire_at[$(WEIGHT_TIME-2):0], op_retire};
        end
    end
//% end
//% local function stage(t, what) return "stage" .. ((t-1) // BEATS) .. "_" .. what end
//% local function state(t) return holds_stages and stage(t, "state")
//%     or "state_at[" .. ((t-1)*LANE_PLACE_BITS) .. " +: " .. LANE_PLACE_BITS .. "]" end
//% local function slot(t) return holds_stages and stage(t, "slot")
//%     or "slot_at[" .. ((t-1)*ENTRY_PLACE_BITS) .. " +: " .. ENTRY_PLACE_BITS .. "]" end
//% local function now(t, what) return holds_stages and "(" .. stage(t, what) .. " && i_phase_take == " .. BEAT_BITS .. "'d" .. (t % BEATS)
//%     .. ")" or what .. "_at[" .. (t-1) .. "]" end

    // the descriptor stands still since before the job
//% if COPIED_REGISTERS then
    reg  [15:0] scale_mantissa;
    reg  [5:0]  scale_shift;
    always @(posedge clk) begin
        scale_mantissa <= i_scale_mantissa;
        scale_shift <= i_scale_shift;
    end
//% else
    wire [15:0] scale_mantissa = i_scale_mantissa;
    wire [5:0]  scale_shift = i_scale_shift;
//% end

    // ---- score: one lane's sum a cycle ----
    wire [$(GROUP_LANES*DOT_BITS-1):0] lane_s;
//% if GROUP_LANES > 1 then
    reg  [$(DOT_BITS-1):0] s;
    always @(posedge clk)
        case (i_phase_score)
//%   for p = 1, GROUP_LANES - 1 do
            $(BEAT_BITS)'d$(p): s <= lane_s[$(p*DOT_BITS) +: $(DOT_BITS)];
//%   end
            default: s <= lane_s[0 +: $(DOT_BITS)];
        endcase
//% else
    wire [$(DOT_BITS-1):0] s = lane_s;
//% end

//% local scale_time = d.scale_time
//% if scale_time > 4 then
    wire [31:0] t;
    sofa_scale u_scale (.clk(clk), .i_step(i_phase_scale), .i_s(s), .i_mantissa(scale_mantissa), .i_shift(scale_shift), .o_t(t));
//% else
    // t = round(s * mantissa >> shift), saturated
//% local parts = {}
//% if WHOLE_PRODUCTS then
    // a multiplier has 18 x 18 bits$(SLOT_MEMORIES and "; the score is registered in it" or "")
    wire signed [16:0]      mantissa = {1'b0, scale_mantissa};
//%   local low = 0
//%   repeat
//%     local last_part = DOT_BITS - low <= 18
//%     local part_bits = last_part and DOT_BITS - low or 18
    wire signed [$(part_bits-1):0]   score_$(low) =
        $(last_part and "s[" .. (DOT_BITS-1) .. ":" .. low .. "]" or "{1'b0, s[" .. (low+16) .. ":" .. low .. "]}");
//%     if SLOT_MEMORIES then
    wire signed [$(part_bits+16):0]  scaled_$(low);
    sofa_multiply #(.A($(part_bits)), .B(17)) u_scaled_$(low) (.clk(clk), .i_a(score_$(low)), .i_b(mantissa), .o_p(scaled_$(low)));
//%     else
    reg  signed [$(part_bits+16):0]  scaled_$(low);
    always @(posedge clk) scaled_$(low) <= score_$(low) * mantissa;
//%     end
//%     parts[#parts+1] = low == 0 and sext("scaled_0", 35, SCALED_BITS)
//%         or "{" .. sext("scaled_" .. low, part_bits+17, SCALED_BITS-low) .. ", " .. low .. "'d0}"
//%     low = low + 17
//%   until last_part
//% else
    wire signed [$(DOT_BITS-1):0] score = s;
    wire signed [8:0]       mantissa_low = {1'b0, scale_mantissa[7:0]};
    wire signed [8:0]       mantissa_high = {1'b0, scale_mantissa[15:8]};
    reg  signed [$(DOT_BITS+8):0] scaled_low, scaled_high;
    always @(posedge clk) begin
        scaled_low <= score * mantissa_low;
        scaled_high <= score * mantissa_high;
    end
//%   parts = {"{scaled_high, 8'd0}", sext("scaled_low", DOT_BITS+9, SCALED_BITS)}
//% end
    reg  signed [$(SCALED_BITS-1):0] scaled, shifted;
    reg                     half;
    wire signed [$(SCALED_BITS):0]   halves = {scaled, 1'b0};
    wire signed [$(SCALED_BITS):0]   placed = halves >>> scale_shift;
    wire signed [$(SCALED_BITS):0]   rounded = {shifted[$(SCALED_BITS-1)], shifted} + {{$(SCALED_BITS){1'b0}}, half};
    wire                    fits = &rounded[$(SCALED_BITS):31] || ~|rounded[$(SCALED_BITS):31];
    reg  [31:0]             t;
    always @(posedge clk) begin
        scaled <= $(table.concat(parts, " + "));
        shifted <= placed[$(SCALED_BITS):1];
        half <= placed[0];
        t <= fits ? rounded[31:0] : {rounded[$(SCALED_BITS)], {31{!rounded[$(SCALED_BITS)]}}};
    end
//% end

    // ---- reference: x = t - 2m; a raise when x reaches 2 octaves ----
//% local scalar = lane_bits > 0 and "{" .. state(SCORE_TIME+scale_time-1) .. ", i_phase_scalar[" .. (lane_bits-1) .. ":0]}"
//%     or state(SCORE_TIME+scale_time-1)
//% local row_places = 1 << row_place_bits
    wire [$(row_place_bits-1):0]    m_addr = $(scalar);
//% if BEATS > 1 then
    wire                unused_phase = &{1'b0, i_phase_scalar, i_phase_score};
//% end
    reg  [$(row_place_bits-1):0]    m_addr1;
    reg  [$(row_places-1):0] started;
    wire [18:0]         m;
    wire                begun = started[m_addr1];
    wire                scalar_pair = $(now(SCORE_TIME+scale_time, "pair"));
    wire                scalar_retire = $(now(SCORE_TIME+scale_time, "retire"));
    wire signed [32:0]  excess = {t[31], t} - {m[18], m, 13'd0};
    wire                over = begun && !excess[32] && excess[31:13] != 19'd0;
    wire [19:0]         steps = excess[32:13];
//% -- WORD_MEMORIES: fewer registers; others judge a cycle later
//% if WORD_MEMORIES then
    wire [32:0]         x_next = begun && !over ? excess : {20'd0, t[12:0]};
    reg  [16:0]         x;
    reg                 tiny;
//% else
    reg  [32:0]         x;
    wire                tiny = x[32] && x[31:16] != 16'hFFFF;
//% end
    reg  [5:0]          raise1;
    reg                 raised;
//% if holds_stages and BEATS > 5 then
    reg                 fresh;      // from the cycle of x until p is there
    reg  [5:0]          raise;
//% else
    reg  [4:0]          fresh_at;   // of x, then of the stages of exp2
    reg  [$(5*6-1):0]   raise_at;
    wire                fresh = fresh_at[4];
    wire [5:0]          raise = raise_at[29:24];
//% end

    sofa_ram #(.WIDTH(19), .DEPTH($(row_places)), .ABITS($(row_place_bits))) u_reference (
        .clk(clk), .i_we(scalar_pair && (!begun || over)), .i_waddr(m_addr1), .i_wdata(t[31:13]),
        .i_re(1'b1), .i_raddr(m_addr), .o_rdata(m));

    always @* begin
        raise1 = 6'd0;
        if (over)
            raise1 = steps > 20'd31 ? 6'd62 : {steps[4:0], 1'b0};
    end
    always @(posedge clk) begin
        m_addr1 <= m_addr;
//% if WORD_MEMORIES then
        x <= x_next[16:0];
        tiny <= x_next[32] && x_next[31:16] != 16'hFFFF;
//% else
        x <= begun && !over ? excess : {20'd0, t[12:0]};
//% end
//% if holds_stages and BEATS > 5 then
        if (i_phase_take == $(BEAT_BITS)'d$((SCORE_TIME+scale_time) % BEATS)) begin
            fresh <= !begun;
            raise <= raise1;
        end
//% else
        fresh_at <= {fresh_at[3:0], !begun};
        raise_at <= {raise_at[23:0], raise1};
//% end
        if (rst) begin
            started <= $(row_places)'d0;
            raised <= 1'b0;
        end else begin
            raised <= scalar_pair && over;
            if (scalar_pair || scalar_retire)
                started[m_addr1] <= scalar_pair;
        end
    end
    assign o_raise = raised;

    // ---- weight and its sum ----
    wire [15:0] p;
    sofa_exp2 u_exp2 (.clk(clk), .i_x(x[16:0]), .i_tiny(tiny), .o_p(p));

//% local weigh = lane_bits > 0 and "{" .. state(WEIGHT_TIME-1) .. ", i_phase_value[" .. (lane_bits-1) .. ":0]}" or state(WEIGHT_TIME-1)
    wire [$(row_place_bits-1):0] l_addr = $(weigh);
    reg  [$(row_place_bits-1):0] l_addr1, l_addr2;
    wire [$(DENOMINATOR_BITS-1):0] l;
    reg  [$(DENOMINATOR_BITS-1):0] l_kept;
    reg  [15:0]      l_more;
    reg              l_write;
    wire [$(DENOMINATOR_BITS-1):0] l_new = l_kept + $(ext("l_more", 16, DENOMINATOR_BITS));
    sofa_ram #(.WIDTH($(DENOMINATOR_BITS)), .DEPTH($(row_places)), .ABITS($(row_place_bits))) u_sum (
        .clk(clk), .i_we(l_write), .i_waddr(l_addr2), .i_wdata(l_new),
        .i_re(1'b1), .i_raddr(l_addr), .o_rdata(l));
    always @(posedge clk) begin
        l_addr1 <= l_addr;
        l_addr2 <= l_addr1;
        l_kept <= fresh ? $(DENOMINATOR_BITS)'d0 : l >> raise;
        l_more <= p;
        l_write <= $(now(WEIGHT_TIME, "pair")) && !rst;
    end

    assign o_norm_valid = $(now(WEIGHT_TIME, "retire"));
    assign o_norm_started = !fresh;
    assign o_norm_bank = l_addr1[$(row_place_bits-1)];
    assign o_norm_l = l;
//% local lane_term = GROUP_LANES > 1 and " + i_phase_weight_wide * " .. lit(ROW_BITS, LANE_GROUPS % (1 << ROW_BITS)) or ""
//% local row_term = LANE_ROW_BITS > 0 and " + " .. ext("l_row", LANE_ROW_BITS, ROW_BITS) .. " * " .. lit(ROW_BITS, LANES % (1 << ROW_BITS))
//%     or ""
//% if LANE_ROW_BITS > 0 then
    wire [$(LANE_ROW_BITS-1):0] l_row = l_addr1[$(row_place_bits-2) -: $(LANE_ROW_BITS)];
//% end
//% if GROUP_LANES > 1 then
    wire [$(ROW_BITS-1):0] i_phase_weight_wide =
        $(BEAT_BITS >= ROW_BITS and "i_phase_weight[" .. (ROW_BITS-1) .. ":0]" or ext("i_phase_weight", BEAT_BITS, ROW_BITS));
//% end
    assign o_norm_row = GROUP$(lane_term)$(row_term);

    // ---- lanes ----
//% local key_ports = WORD_MEMORIES and ".o_key_addr(o_key_addr), .i_key(i_key)"
//%     or SLOT_MEMORIES and ".o_key_slot(o_key_slot), .i_key(i_key)" or ".i_keys(i_keys)"
//% local value_ports = WORD_MEMORIES and ".i_chunk_value(i_phase_weight), .o_value_addr(o_value_addr), .i_value(i_value)"
//%     or SLOT_MEMORIES and ".o_value_slot(o_value_slot), .i_value(i_value)" or ".i_values(i_values)"
    generate
//% for i = 0, GROUP_LANES - 1 do
//%   local function its_turn(name) return BEATS > 1 and "i_phase_" .. name .. " == " .. BEAT_BITS .. "'d" .. i or "1'b1" end
    wire [$(WIDTH*NORM_BITS-1):0] lane_o_$(i);
    if (PRESENT[$(i)]) begin : lane_$(i)
        sofa_lane u_lane (
            .clk(clk), .rst(rst),
            .i_query_we(i_query_we[$(i)]), .i_query_addr(i_query_addr[$(i*QUERY_PLACE_BITS) +: $(QUERY_PLACE_BITS)]),
            .i_query(i_query[$(i*lane_query_bits) +: $(lane_query_bits)]),
            .i_take($(its_turn("take"))), .i_row(op_state),
            .i_slot($(WORD_MEMORIES and "op_slot[" .. (ENTRY_PLACE_BITS-1) .. ":" .. VALUE_PLACE_BITS .. "]" or "op_slot")),
//%   if BEATS > 1 then
            .i_chunk_q(i_phase_query), .i_first_beat($(its_turn("sum"))),
//%   end
            $(key_ports), .o_s($(nth("lane_s", i, DOT_BITS))),
            .i_take_value($(its_turn("value"))), .i_value_slot($(slot(WEIGHT_TIME-1))),
            .i_weigh($(its_turn("weight"))), .i_weigh_pair($(now(WEIGHT_TIME, "pair"))), .i_weigh_retire($(now(WEIGHT_TIME, "retire"))),
            .i_weigh_row($(state(WEIGHT_TIME))), .i_weigh_first(fresh), .i_weigh_shift(raise), .i_weight(p),
//%   if BEATS > 1 then
            .i_chunk_v(i_phase_output),
//%   end
            $(value_ports), .o_o(lane_o_$(i)),$(LANE_ALIGNS and " .i_places(i_norm_places)," or "") .o_active(o_active[$(i)]));
    end else begin : absent_$(i)
        assign lane_s[$(i*DOT_BITS) +: $(DOT_BITS)] = $(DOT_BITS)'d0;
        assign lane_o_$(i) = $(WIDTH*NORM_BITS)'d0;
        assign o_active[$(i)] = 1'b0;
//%   if WORD_MEMORIES then
        assign o_key_addr = $(KEY_PLACE_BITS+KEY_WORD_BITS)'d0;
        assign o_value_addr = $(VALUE_PLACE_BITS+VALUE_WORD_BITS)'d0;
//%   end
        wire unused_lane = &{1'b0, i_query_we[$(i)], i_query_addr[$(i*QUERY_PLACE_BITS) +: $(QUERY_PLACE_BITS)],
            i_query[$(i*lane_query_bits) +:
            $(lane_query_bits)]$(WORD_MEMORIES and ", i_key, i_value" or "")$(LANE_ALIGNS and ", i_norm_places" or "")};
    end
//% end
    endgenerate
//% local lane_outputs = {}
//% for i = 0, GROUP_LANES - 1 do lane_outputs[#lane_outputs+1] = "lane_o_" .. i end
    assign o_norm_o = $(table.concat(lane_outputs, " | "));
endmodule
`default_nettype wire

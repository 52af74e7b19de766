//% -- SPDX-License-Identifier: Apache-2.0
// A group of $(d.group_lanes) lane(s): issue of pairs and retirements, and the scalar part of attention they share (scale, reference, exp2,
// sum of weights). One operation starts a cycle, that of the lane whose turn the phase is.
// Issue: the oldest entry of the window that a row of the lane needs, its lowest such row; a row starts at most every $(d.row_interval) cycles.
// A row that has met all keys of its block retires first (o_retire) if its normalisation unit allows.
// Times count from cycle 0, the cycle after issue: s in cycle $(latency("group.score", d.score_time)), p in cycle $(latency("group.weight", d.weight_time)), accumulators of a retiring row from
// cycle $(latency("group.output", d.weight_time + d.row_interval - 1 + d.lane_places)). No back-pressure inside. Equals sofa_attend_pair().
//% local N, B, GL, LR, LANES, NG, QB = cfg.attend.width, d.beats, d.group_lanes, d.lane_rows, cfg.attend.lanes, d.lane_groups, cfg.query_block
//% local QW, KW, VW, OA, SW, LB, RB = cfg.data.query_bits, cfg.data.key_bits, cfg.data.value_bits, d.output_acc_bits, d.dot_bits, d.weight_bits, d.row_bits
//% local W = cfg.attend.window
//% local R = GL * LR
//% local narrow, P = d.narrow == 1, cfg.memory.port_bits
//% local KP, VP = clog2(d.key_rooms) + d.index_bits, clog2(d.value_rooms)     -- narrow: places of a K and a V row
//% local KH, VH, QH = clog2(d.key_beats), clog2(d.value_beats), clog2(d.query_beats)
//% local WB, BB, JB, PB = narrow and KP + VP or math.max(1, clog2(W)), clog2(B), clog2(LR), clog2(GL)
//% local words = narrow or d.far_reads == 1     -- query rows come in words of the port
//% local SB, AB = 1 + JB, 1 + JB + (words and QH or BB)
//% local CQ = words and P or N * QW      -- bits of a query word
//% local MB = SB + PB            -- {bank, row of the lane, lane}
//% local late = d.slot_memories == 1     -- the score comes through a register
//% local WT, ST, INTERVAL = d.weight_time, d.score_time, d.row_interval
//% local function join(...) local t = {}; for _, x in ipairs({...}) do if x ~= "" then t[#t+1] = x end end; return #t == 1 and t[1] or "{" .. table.concat(t, ", ") .. "}" end
`default_nettype none
module sofa_group #(
    parameter [$(RB-1):0] GROUP = $(RB)'d0,
    parameter [$(GL-1):0] PRESENT = {$(GL){1'b1}}
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [15:0]          i_scale_mantissa,
    input  wire [5:0]           i_scale_shift,
//% if B > 1 then
    // the phase counter, delayed by as many cycles as the name says
    input  wire [$(BB-1):0]     i_phase_issue,
    input  wire [$(BB-1):0]     i_phase_take,
    input  wire [$(BB-1):0]     i_phase_query,
    input  wire [$(BB-1):0]     i_phase_sum,
    input  wire [$(BB-1):0]     i_phase_score,
//%   if d.scale_time > 4 then
    input  wire [$(BB-1):0]     i_phase_scale,
//%   end
    input  wire [$(BB-1):0]     i_phase_scalar,
    input  wire [$(BB-1):0]     i_phase_value,
    input  wire [$(BB-1):0]     i_phase_weight,
    input  wire [$(BB-1):0]     i_phase_output,
//% end
    // window: entries from the oldest on
    input  wire [$(W*WB-1):0]   i_entry_slot,
    input  wire [$(W-1):0]      i_entry_bank,
    input  wire [$(W-1):0]      i_move,          // entry takes the next one's content
    input  wire [$(W-1):0]      i_load,          // entry takes i_load_rows
    input  wire                 i_load_any,      // some entry does
    input  wire [$(R-1):0]      i_load_rows,
    input  wire                 i_load_bank,
    output wire [$(W-1):0]      o_entry_any,
    // rows of blocks
    input  wire                 i_open,
    input  wire                 i_open_bank,
    input  wire [$(R-1):0]      i_open_rows,
    output wire [1:0]           o_owed,
    input  wire                 i_retire_bank,
    input  wire                 i_retire_ready,  // all keys of that block are or were in the window
    input  wire                 i_retire_turn,
    output wire                 o_retire,
    // queries
    input  wire [$(GL-1):0]     i_query_we,
    input  wire [$(GL*AB-1):0]  i_query_addr,
    input  wire [$(GL*CQ-1):0]  i_query,
//% if narrow then
    // K and V memories: {row, word}; a word one cycle later
    output wire [$(KP+KH-1):0]  o_key_addr,
    input  wire [$(P-1):0]      i_key,
    output wire [$(VP+VH-1):0]  o_value_addr,
    input  wire [$(P-1):0]      i_value,
//% elseif d.slot_memories == 1 then
    output wire [$(WB-1):0]     o_key_slot,
    input  wire [$(N*KW-1):0]   i_key,
    output wire [$(WB-1):0]     o_value_slot,
    input  wire [$(N*VW-1):0]   i_value,
//% else
    // keys and values: a chunk of every window slot
    input  wire [$(W*N*KW-1):0] i_keys,
    input  wire [$(W*N*VW-1):0] i_values,
//% end
    // to normalisation
    output wire                 o_norm_valid,
    output wire                 o_norm_started,
    output wire                 o_norm_bank,
    output wire [$(RB-1):0]     o_norm_row,
    output wire [$(LB-1):0]     o_norm_l,
//% local early = d.lane_places == 1   -- O leaves shifted for normalisation, but for the last bits
//% local IW, XB = d.norm_bits, clog2(LB - 14)
    output wire [$(N*IW-1):0]   o_norm_o,
//% if early then
    input  wire [$(XB-1):0]     i_norm_places,
//% end
    // counters
    output wire                 o_pair,
    output wire                 o_raise,
    output wire [$(GL-1):0]     o_active
);
    // ---- issue ----
    reg  [$(W*R-1):0]  pending;
    reg  [$(2*R-1):0]  owed;
    reg  [$(2*R-1):0]  idle;        // of these, rows of the bank without pending keys a cycle ago, nor with a key that came then
    reg  [$(W*LR-1):0] here;        // pending rows of the lane whose turn it is
    reg  [$(2*LR-1):0] idle_here;
//% if B > 1 then
    always @*
        case (i_phase_issue)
//%   for p = 0, GL - 1 do
//%     local parts, base = {}, p * LR
//%     for e = W - 1, 0, -1 do parts[#parts+1] = "pending[" .. (e*R+base+LR-1) .. ":" .. (e*R+base) .. "]" end
            $(BB)'d$(p): begin
                here = {$(table.concat(parts, ", "))};
                idle_here = {idle[$(R+base+LR-1):$(R+base)], idle[$(base+LR-1):$(base)]};
            end
//%   end
//%   if GL < (1 << BB) then
            default: begin
                here = $(W*LR)'d0;
                idle_here = $(2*LR)'d0;
            end
//%   end
        endcase
//% else
    always @* begin
        here = pending;
        idle_here = idle;
    end
//% end

//% if B <= 2 then
    reg  [$(LR-1):0] just_started, $(INTERVAL > 3 and "two_ago, " or "")recent;     // one cycle ago, $(INTERVAL > 3 and "two, up to three" or B == 1 and "one or two" or "two")
//% else
    wire [$(LR-1):0] recent = $(LR)'d0;
//% end
//% local any, rows = {}, {}
//% for e = 0, W - 1 do
    wire [$(LR-1):0] can_$(e) = here[$(e*LR+LR-1):$(e*LR)] & ~recent;
    wire [$(LR-1):0] first_$(e) = can_$(e) & (~can_$(e) + $(LR)'d1);
    wire             any_$(e) = |can_$(e);
//%   if e > 0 then
    wire             older_$(e) = any_$(e-1)$(e > 1 and " || older_" .. (e-1) or "");
//%   end
    wire             pick_$(e) = any_$(e)$(e > 0 and " && !older_" .. e or "");
//%   any[#any+1] = "any_" .. e
//%   rows[#rows+1] = "({" .. LR .. "{pick_" .. e .. "}} & first_" .. e .. ")"
//% end
    wire [$(LR-1):0] row = $(table.concat(rows, " | "));
//% if JB == 0 and B > 2 then
    wire            unused_row = row;       // there is one, and it is never recent
//% end
    // a row with a pair since `idle` was taken is recent
    wire [$(LR-1):0] done = (i_retire_bank ? idle_here[$(2*LR-1):$(LR)] : idle_here[$(LR-1):0]) & ~recent;
    wire [$(LR-1):0] done_row = done & (~done + $(LR)'d1);
    wire             retire = |done && i_retire_ready && i_retire_turn;
    wire             pair = ($(table.concat(any, " || "))) && !retire;
    assign o_retire = retire;

//% for p = 0, GL - 1 do
//%   local at = B > 1 and " && i_phase_issue == " .. BB .. "'d" .. p or ""
    wire [$(LR-1):0] retired_$(p) = done_row & {$(LR){retire$(at)}};
//% end
//% local retired = {}
//% for p = GL - 1, 0, -1 do retired[#retired+1] = "retired_" .. p end
    wire [$(R-1):0] retired = $(join(table.unpack(retired)));
//% for e = 0, W - 1 do
//%   local taken = {}
//%   for p = GL - 1, 0, -1 do
//%     taken[#taken+1] = "first_" .. e .. " & {" .. LR .. "{pick_" .. e .. " && !retire" .. (B > 1 and " && i_phase_issue == " .. BB .. "'d" .. p or "") .. "}}"
//%   end
    wire [$(R-1):0] left_$(e) = pending[$(e*R) +: $(R)] & ~$(#taken == 1 and "(" .. taken[1] .. ")" or join(table.unpack(taken)));
//% end

    wire [$(2*R-1):0] rest;      // owed still
//% for b = 0, 1 do
    assign rest[$(b*R) +: $(R)] = owed[$(b*R) +: $(R)] & ~(retired & {$(R){i_retire_bank == 1'b$(b)}});
//% end
    always @(posedge clk) begin
        if (rst) begin
            pending <= $(W*R)'d0;
            owed <= $(2*R)'d0;
            idle <= $(2*R)'d0;
//% if B <= 2 then
            just_started <= $(LR)'d0;
            recent <= $(LR)'d0;
//%   if INTERVAL > 3 then
            two_ago <= $(LR)'d0;
//%   end
//% end
        end else begin
//% for e = 0, W - 1 do
            pending[$(e*R) +: $(R)] <= i_load[$(e)] ? i_load_rows : i_move[$(e)] ? $(e < W - 1 and "left_" .. (e+1) or R .. "'d0") : left_$(e);
//% end
//% for b = 0, 1 do
//%   local still = {"({" .. R .. "{i_load_any && i_load_bank == 1'b" .. b .. "}} & i_load_rows)"}
//%   for e = 0, W - 1 do still[#still+1] = "({" .. R .. "{i_entry_bank[" .. e .. "] == 1'b" .. b .. "}} & pending[" .. (e*R) .. " +: " .. R .. "])" end
            idle[$(b*R) +: $(R)] <= rest[$(b*R) +: $(R)] & ~($(table.concat(still, " | ")));
//% end
//% for b = 0, 1 do
            owed[$(b*R) +: $(R)] <= i_open && i_open_bank == 1'b$(b) ? i_open_rows : rest[$(b*R) +: $(R)];
//% end
//% if B <= 2 then
            just_started <= retire ? done_row : row;
            recent <= $(B == 1 and "(retire ? done_row : row) | " or "")just_started$(INTERVAL > 3 and " | two_ago" or "");
//%   if INTERVAL > 3 then
            two_ago <= just_started;
//%   end
//% end
        end
    end
//% if INTERVAL > 3 then
    // from registers: of the pending rows, more than one, or one that is not taken now
    reg  [$(W-1):0]   some;
    assign o_entry_any = some;
//%   for e = 0, W - 1 do
    wire [$(R-1):0]   pending_$(e) = pending[$(e*R) +: $(R)];
    wire              stays_$(e) = some[$(e)] && (!(pick_$(e) && !retire) || |(pending_$(e) & (pending_$(e) - $(R)'d1)));
//%   end
//%   for e = 0, W - 1 do
    always @(posedge clk)
        some[$(e)] <= !rst && (i_load[$(e)] || $(e < W - 1 and "(i_move[" .. e .. "] ? stays_" .. (e+1) .. " : stays_" .. e .. ")" or "(stays_" .. e .. " && !i_move[" .. e .. "])"));     // a key that comes is needed
//%   end
//% else
//%   for e = 0, W - 1 do
    assign o_entry_any[$(e)] = |pending[$(e*R) +: $(R)];
//%   end
//% end
    assign o_owed = {|owed[$(2*R-1):$(R)], |owed[$(R-1):0]};

    // ---- the operation, from cycle 0 on ----
//% built("issue_time", 1)
    reg              op_pair, op_retire, op_bank;
    reg  [$(WB-1):0] op_slot;
//% if JB > 0 then
    reg  [$(JB-1):0] op_row, row_index, done_index;
    integer j;
    always @* begin
        row_index = $(JB)'d0;
        done_index = $(JB)'d0;
        for (j = 0; j < $(LR); j = j + 1) begin
            if (row[j])
                row_index = row_index | j[$(JB-1):0];
            if (done_row[j])
                done_index = done_index | j[$(JB-1):0];
        end
    end
    wire [$(SB-1):0] op_state = {op_bank, op_row};
//% else
    wire             op_state = op_bank;
//% end
//% local slots, banks = {}, {}
//% for e = 0, W - 1 do
//%   slots[#slots+1] = "({" .. WB .. "{pick_" .. e .. "}} & i_entry_slot[" .. (e*WB) .. " +: " .. WB .. "])"
//%   banks[#banks+1] = "(pick_" .. e .. " && i_entry_bank[" .. e .. "])"
//% end
    always @(posedge clk) begin
        op_slot <= $(table.concat(slots, " | "));
        op_bank <= retire ? i_retire_bank : $(table.concat(banks, " || "));
//% if JB > 0 then
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

//% local held = GL == 1 and B > 1
//% if held then
    // its way through the pipeline: operations stand $(B) cycles apart, so stage n holds what is n * $(B) + 1 to (n + 1) * $(B) cycles old
//%   local VB = narrow and VP or WB
//%   for n = 0, (WT - 1) // B do
//%     local before = n == 0 and "op_" or "stage" .. (n-1) .. "_"
    reg              stage$(n)_pair, stage$(n)_retire;
    reg  [$(SB-1):0] stage$(n)_state;
//%     if n <= (WT - 2) // B then
    reg  [$(VB-1):0] stage$(n)_slot;
    always @(posedge clk)
        if (i_phase_take == $(BB)'d0)
            stage$(n)_slot <= $(before)slot$(narrow and n == 0 and "[" .. (VB-1) .. ":0]" or "");
//%     end
    always @(posedge clk)
        if (rst) begin
            stage$(n)_pair <= 1'b0;
            stage$(n)_retire <= 1'b0;
        end else if (i_phase_take == $(BB)'d0) begin
            stage$(n)_pair <= $(before)pair;
            stage$(n)_retire <= $(before)retire;
            stage$(n)_state <= $(before)state;
        end
//%   end
//% else
    // its way through the pipeline: what stands in cycle t is element t - 1
    reg  [$(WT-1):0]      pair_at, retire_at;
    reg  [$(WT*SB-1):0]   state_at;
    reg  [$((WT-1)*WB-1):0] slot_at;
    always @(posedge clk) begin
        state_at <= {state_at[$((WT-1)*SB-1):0], op_state};
        slot_at <= {slot_at[$((WT-2)*WB-1):0], op_slot};
        if (rst) begin
            pair_at <= $(WT)'d0;
            retire_at <= $(WT)'d0;
        end else begin
            pair_at <= {pair_at[$(WT-2):0], op_pair};
            retire_at <= {retire_at[$(WT-2):0], op_retire};
        end
    end
//% end
//% local function stage(t, what) return "stage" .. ((t-1) // B) .. "_" .. what end
//% local function state(t) return held and stage(t, "state") or "state_at[" .. ((t-1)*SB) .. " +: " .. SB .. "]" end
//% local function slot(t) return held and stage(t, "slot") or "slot_at[" .. ((t-1)*WB) .. " +: " .. WB .. "]" end
//% local function now(t, what) return held and "(" .. stage(t, what) .. " && i_phase_take == " .. BB .. "'d" .. (t % B) .. ")" or what .. "_at[" .. (t-1) .. "]" end

    // the descriptor stands still since before the job
//% if d.copies == 1 then
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
    wire [$(GL*SW-1):0] lane_s;
//% if GL > 1 then
    reg  [$(SW-1):0] s;
    always @(posedge clk)
        case (i_phase_score)
//%   for p = 1, GL - 1 do
            $(BB)'d$(p): s <= lane_s[$(p*SW) +: $(SW)];
//%   end
            default: s <= lane_s[0 +: $(SW)];
        endcase
//% else
    wire [$(SW-1):0] s = lane_s;
//% end

//% local SCT, TW = d.scale_time, SW + 17
//% if SCT > 4 then
    wire [31:0] t;
    sofa_scale u_scale (.clk(clk), .i_step(i_phase_scale), .i_s(s), .i_mantissa(scale_mantissa), .i_shift(scale_shift), .o_t(t));
//% else
    // t = round(s * mantissa >> shift), saturated
//% local parts = {}
//% if d.whole_products == 1 then
    // a multiplier has 18 x 18 bits$(late and "; the score is registered in it" or "")
    wire signed [16:0]      mantissa = {1'b0, scale_mantissa};
//%   local low = 0
//%   repeat
//%     local top = SW - low <= 18
//%     local w = top and SW - low or 18
    wire signed [$(w-1):0]   score_$(low) = $(top and "s[" .. (SW-1) .. ":" .. low .. "]" or "{1'b0, s[" .. (low+16) .. ":" .. low .. "]}");
//%     if late then
    wire signed [$(w+16):0]  scaled_$(low);
    sofa_multiply #(.A($(w)), .B(17)) u_scaled_$(low) (.clk(clk), .i_a(score_$(low)), .i_b(mantissa), .o_p(scaled_$(low)));
//%     else
    reg  signed [$(w+16):0]  scaled_$(low);
    always @(posedge clk) scaled_$(low) <= score_$(low) * mantissa;
//%     end
//%     parts[#parts+1] = low == 0 and sext("scaled_0", 35, TW) or "{" .. sext("scaled_" .. low, w+17, TW-low) .. ", " .. low .. "'d0}"
//%     low = low + 17
//%   until top
//% else
    wire signed [$(SW-1):0] score = s;
    wire signed [8:0]       mantissa_low = {1'b0, scale_mantissa[7:0]};
    wire signed [8:0]       mantissa_high = {1'b0, scale_mantissa[15:8]};
    reg  signed [$(SW+8):0] scaled_low, scaled_high;
    always @(posedge clk) begin
        scaled_low <= score * mantissa_low;
        scaled_high <= score * mantissa_high;
    end
//%   parts = {"{scaled_high, 8'd0}", sext("scaled_low", SW+9, TW)}
//% end
    reg  signed [$(TW-1):0] scaled, shifted;
    reg                     half;
    wire signed [$(TW):0]   halves = {scaled, 1'b0};
    wire signed [$(TW):0]   placed = halves >>> scale_shift;
    wire signed [$(TW):0]   rounded = {shifted[$(TW-1)], shifted} + {{$(TW){1'b0}}, half};
    wire                    fits = &rounded[$(TW):31] || ~|rounded[$(TW):31];
    reg  [31:0]             t;
    always @(posedge clk) begin
        scaled <= $(table.concat(parts, " + "));
        shifted <= placed[$(TW):1];
        half <= placed[0];
        t <= fits ? rounded[31:0] : {rounded[$(TW)], {31{!rounded[$(TW)]}}};
    end
//% end

    // ---- reference: x = t - 2m; a raise when x reaches 2 octaves ----
//% local scalar = PB > 0 and "{" .. state(ST+SCT-1) .. ", i_phase_scalar[" .. (PB-1) .. ":0]}" or state(ST+SCT-1)
//% local lanes = 1 << MB
    wire [$(MB-1):0]    m_addr = $(scalar);
//% if B > 1 then
    wire                unused_phase = &{1'b0, i_phase_scalar, i_phase_score};
//% end
    reg  [$(MB-1):0]    m_addr1;
    reg  [$(lanes-1):0] started;
    wire [18:0]         m;
    wire                begun = started[m_addr1];
    wire                scalar_pair = $(now(ST+SCT, "pair"));
    wire                scalar_retire = $(now(ST+SCT, "retire"));
    wire signed [32:0]  excess = {t[31], t} - {m[18], m, 13'd0};
    wire                over = begun && !excess[32] && excess[31:13] != 19'd0;
    wire [19:0]         steps = excess[32:13];
//% local early_tiny = d.narrow == 1      -- fewer registers; others judge a cycle later
//% if early_tiny then
    wire [32:0]         x_next = begun && !over ? excess : {20'd0, t[12:0]};
    reg  [16:0]         x;
    reg                 tiny;
//% else
    reg  [32:0]         x;
    wire                tiny = x[32] && x[31:16] != 16'hFFFF;
//% end
    reg  [5:0]          raise1;
    reg                 raised;
//% if held and B > 5 then
    reg                 fresh;      // from the cycle of x until p is there
    reg  [5:0]          raise;
//% else
    reg  [4:0]          fresh_at;   // of x, then of the stages of exp2
    reg  [$(5*6-1):0]   raise_at;
    wire                fresh = fresh_at[4];
    wire [5:0]          raise = raise_at[29:24];
//% end

    sofa_ram #(.WIDTH(19), .DEPTH($(lanes)), .ABITS($(MB))) u_reference (
        .clk(clk), .i_we(scalar_pair && (!begun || over)), .i_waddr(m_addr1), .i_wdata(t[31:13]),
        .i_re(1'b1), .i_raddr(m_addr), .o_rdata(m));

    always @* begin
        raise1 = 6'd0;
        if (over)
            raise1 = steps > 20'd31 ? 6'd62 : {steps[4:0], 1'b0};
    end
    always @(posedge clk) begin
        m_addr1 <= m_addr;
//% if early_tiny then
        x <= x_next[16:0];
        tiny <= x_next[32] && x_next[31:16] != 16'hFFFF;
//% else
        x <= begun && !over ? excess : {20'd0, t[12:0]};
//% end
//% if held and B > 5 then
        if (i_phase_take == $(BB)'d$((ST+SCT) % B)) begin
            fresh <= !begun;
            raise <= raise1;
        end
//% else
        fresh_at <= {fresh_at[3:0], !begun};
        raise_at <= {raise_at[23:0], raise1};
//% end
        if (rst) begin
            started <= $(lanes)'d0;
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

//% local weigh = PB > 0 and "{" .. state(WT-1) .. ", i_phase_value[" .. (PB-1) .. ":0]}" or state(WT-1)
    wire [$(MB-1):0] l_addr = $(weigh);
    reg  [$(MB-1):0] l_addr1, l_addr2;
    wire [$(LB-1):0] l;
    reg  [$(LB-1):0] l_kept;
    reg  [15:0]      l_more;
    reg              l_write;
    wire [$(LB-1):0] l_new = l_kept + $(ext("l_more", 16, LB));
    sofa_ram #(.WIDTH($(LB)), .DEPTH($(lanes)), .ABITS($(MB))) u_sum (
        .clk(clk), .i_we(l_write), .i_waddr(l_addr2), .i_wdata(l_new),
        .i_re(1'b1), .i_raddr(l_addr), .o_rdata(l));
    always @(posedge clk) begin
        l_addr1 <= l_addr;
        l_addr2 <= l_addr1;
        l_kept <= fresh ? $(LB)'d0 : l >> raise;
        l_more <= p;
        l_write <= $(now(WT, "pair")) && !rst;
    end

    assign o_norm_valid = $(now(WT, "retire"));
    assign o_norm_started = !fresh;
    assign o_norm_bank = l_addr1[$(MB-1)];
    assign o_norm_l = l;
//% local lane = GL > 1 and " + i_phase_weight_wide * " .. lit(RB, NG % (1 << RB)) or ""
//% local inner = JB > 0 and " + " .. ext("l_row", JB, RB) .. " * " .. lit(RB, LANES % (1 << RB)) or ""
//% if JB > 0 then
    wire [$(JB-1):0] l_row = l_addr1[$(MB-2) -: $(JB)];
//% end
//% if GL > 1 then
    wire [$(RB-1):0] i_phase_weight_wide = $(BB >= RB and "i_phase_weight[" .. (RB-1) .. ":0]" or ext("i_phase_weight", BB, RB));
//% end
    assign o_norm_row = GROUP$(lane)$(inner);

    // ---- lanes ----
    generate
//% for i = 0, GL - 1 do
//%   local function at(name) return B > 1 and "i_phase_" .. name .. " == " .. BB .. "'d" .. i or "1'b1" end
    wire [$(N*IW-1):0] lane_o_$(i);
    if (PRESENT[$(i)]) begin : lane_$(i)
        sofa_lane u_lane (
            .clk(clk), .rst(rst),
            .i_query_we(i_query_we[$(i)]), .i_query_addr(i_query_addr[$(i*AB) +: $(AB)]), .i_query(i_query[$(i*CQ) +: $(CQ)]),
            .i_take($(at("take"))), .i_row(op_state), .i_slot($(narrow and "op_slot[" .. (WB-1) .. ":" .. VP .. "]" or "op_slot")),
//%   if B > 1 then
            .i_chunk_q(i_phase_query), .i_first_beat($(at("sum"))),
//%   end
            $(narrow and ".o_key_addr(o_key_addr), .i_key(i_key)" or d.slot_memories == 1 and ".o_key_slot(o_key_slot), .i_key(i_key)" or ".i_keys(i_keys)"), .o_s(lane_s[$(i*SW) +: $(SW)]),
            .i_take_value($(at("value"))), .i_value_slot($(slot(WT-1))),
            .i_weigh($(at("weight"))), .i_weigh_pair($(now(WT, "pair"))), .i_weigh_retire($(now(WT, "retire"))),
            .i_weigh_row($(state(WT))), .i_weigh_first(fresh), .i_weigh_shift(raise), .i_weight(p),
//%   if B > 1 then
            .i_chunk_v(i_phase_output),
//%   end
            $(narrow and ".i_chunk_value(i_phase_weight), .o_value_addr(o_value_addr), .i_value(i_value)" or d.slot_memories == 1 and ".o_value_slot(o_value_slot), .i_value(i_value)" or ".i_values(i_values)"), .o_o(lane_o_$(i)),$(early and " .i_places(i_norm_places)," or "") .o_active(o_active[$(i)]));
    end else begin : absent_$(i)
        assign lane_s[$(i*SW) +: $(SW)] = $(SW)'d0;
        assign lane_o_$(i) = $(N*IW)'d0;
        assign o_active[$(i)] = 1'b0;
//%   if narrow then
        assign o_key_addr = $(KP+KH)'d0;
        assign o_value_addr = $(VP+VH)'d0;
//%   end
        wire unused_lane = &{1'b0, i_query_we[$(i)], i_query_addr[$(i*AB) +: $(AB)], i_query[$(i*CQ) +: $(CQ)]$(narrow and ", i_key, i_value" or "")$(early and ", i_norm_places" or "")};
    end
//% end
    endgenerate
//% local os = {}
//% for i = 0, GL - 1 do os[#os+1] = "lane_o_" .. i end
    assign o_norm_o = $(table.concat(os, " | "));
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// The SU-FA engine: $(d.lane_groups) group(s) of $(d.group_lanes) lane(s) of $(cfg.attend.width) multipliers (each for SA-1 and SA-2) and $(d.norm_units) normalisation unit(s).
// Row r belongs to lane r mod $(cfg.attend.lanes), lane l to group l mod $(d.lane_groups). A phase counter of $(d.beats) step(s) tells which lane of each group may start
// and which chunk of the window's keys and values is on the buses. Throughput: $(d.lane_groups) pair(s) a cycle at most. Equals sofa_attend_pair() and
// sofa_attend_finish().
//% local N, B, GL, LR, LANES, NG, NU, QB = cfg.attend.width, d.beats, d.group_lanes, d.lane_rows, cfg.attend.lanes, d.lane_groups, d.norm_units, cfg.query_block
//% local QW, KW, VW, OA, LB, RB, D = cfg.data.query_bits, cfg.data.key_bits, cfg.data.value_bits, d.output_acc_bits, d.weight_bits, d.row_bits, cfg.head_dim
//% local W, NB = cfg.attend.window, d.query_buses
//% local narrow, P = d.narrow == 1, cfg.memory.port_bits
//% local KP, VP = clog2(d.key_rooms) + d.index_bits, clog2(d.value_rooms)     -- narrow: places of a K and a V row
//% local KH, VH, QH = clog2(d.key_beats), clog2(d.value_beats), clog2(d.query_beats)
//% local OB = clog2(d.norm_words)
//% local WB, BB, JB = narrow and KP + VP or math.max(1, clog2(W)), clog2(B), clog2(LR)
//% local words = narrow or d.far_reads == 1     -- query rows come in words of the port
//% local AB, R, UG = 1 + JB + (words and QH or BB), GL * LR, NG // NU
//% local WT, ST = d.weight_time, d.score_time
//% local phase = {}
`default_nettype none
module sofa_attend (
    input  wire                  clk,
    input  wire                  rst,
    input  wire [15:0]           i_scale_mantissa,
    input  wire [5:0]            i_scale_shift,
    // window
    input  wire [$(W*WB-1):0]    i_entry_slot,
    input  wire [$(W-1):0]       i_entry_bank,
    input  wire [$(W-1):0]       i_move,
    input  wire [$(W-1):0]       i_load,
    input  wire                  i_load_any,
    input  wire [$(QB-1):0]      i_load_rows,
    input  wire                  i_load_bank,
    output wire [$(W-1):0]       o_entry_any,
    input  wire                  i_open,
    input  wire                  i_open_bank,
    input  wire [$(QB-1):0]      i_open_rows,
    output wire [1:0]            o_owed,
    input  wire                  i_retire_bank,
    input  wire                  i_retire_ready,
//% if narrow then
    output wire [$(KP+KH-1):0]   o_key_addr,       // {row, word}
    input  wire [$(P-1):0]       i_key,
    output wire [$(VP+VH-1):0]   o_value_addr,
    input  wire [$(P-1):0]       i_value,
//% elseif d.slot_memories == 1 then
    output wire [$(WB-1):0]      o_key_slot,
    input  wire [$(N*KW-1):0]    i_key,
    output wire [$(WB-1):0]      o_value_slot,
    input  wire [$(N*VW-1):0]    i_value,
//% else
//%   if B > 1 then
    output wire [$(BB-1):0]      o_phase_keys,     // chunks that the window shall put on the buses next
    output wire [$(BB-1):0]      o_phase_values,
//%   end
    input  wire [$(W*N*KW-1):0]  i_keys,
    input  wire [$(W*N*VW-1):0]  i_values,
//% end
    // queries
    input  wire [$(LANES-1):0]   i_query_we,
    input  wire [$(NB*AB-1):0]   i_query_addr,
    input  wire [$(words and P or NB*N*QW)-1:0] i_query,
    // finished rows
    output wire [$(NU-1):0]      o_row_valid,
    input  wire [$(NU-1):0]      i_row_ready,
    output wire [$(NU-1):0]      o_row_bank,
    output wire [$(NU*RB-1):0]   o_row,
//% if d.output_words == 1 then
    input  wire                  i_read,
    input  wire [$(OB-1):0]      i_read_index,
    output wire [$(P-1):0]       o_data,
//% else
    output wire [$(NU*D*16-1):0] o_data,
//% end
    // counters
    output reg  [$(clog2(NG+1)-1):0] o_pairs,
    output reg  [$(clog2(NG+1)-1):0] o_raises,
    output reg  [$(clog2(LANES+1)-1):0] o_active
);
//% if B > 1 then
    // ---- phases: phase_k is the counter k cycles ago (mod $(B)) ----
//%   local names = {issue=0, take=1, query=2, sum=5+d.dot_tree, score=1+d.dot_time, scalar=ST+d.scale_time, value=WT, weight=WT+1, output=WT+2, chunk=WT+(d.norm_wait > 0 and 3 or 8)}
//%   if d.scale_time > 4 then names.scale = ST + 2 end
//%   local used = {}
//%   for name, k in pairs(names) do phase[name] = "phase_" .. (k % B); used[k % B] = true end
//%   for k = 0, B - 1 do
//%     if used[k] then
    reg [$(BB-1):0] phase_$(k);
    always @(posedge clk)
        if (rst)
            phase_$(k) <= $(BB)'d$((B - k) % B);
        else
            phase_$(k) <= phase_$(k) == $(BB)'d$(B-1) ? $(BB)'d0 : phase_$(k) + 1'b1;
//%     end
//%   end
//%   if not narrow then
    assign o_phase_keys = $(phase.take);
    assign o_phase_values = $(phase.value);
//%   end
//% end

    // ---- groups ----
    wire [$(NG-1):0]     turn, retire, norm_valid, norm_started, norm_bank, pair, raise;
    wire [$(NG*RB-1):0]  norm_row;
    wire [$(NG*LB-1):0]  norm_l;
//% local early = d.lane_places == 1
//% local IW, XB = d.norm_bits, clog2(LB - 14)
    wire [$(NG*N*IW-1):0] norm_o;
//% if early then
    wire [$(XB-1):0]     norm_places;
//% end
    wire [$(NG*GL-1):0]  active;
//% local any, owed = {}, {}
//% for g = 0, NG - 1 do
//%   local load, open, we, addr, query, present = {}, {}, {}, {}, {}, ""
//%   for p = GL - 1, 0, -1 do
//%     local l = g + NG * p
//%     present = present .. (l < LANES and "1" or "0")
//%     we[#we+1] = l < LANES and "i_query_we[" .. l .. "]" or "1'b0"
//%     addr[#addr+1] = l < LANES and "i_query_addr[" .. (l % NB * AB) .. " +: " .. AB .. "]" or AB .. "'d0"
//%     query[#query+1] = l < LANES and (words and "i_query" or "i_query[" .. (l % NB * N * QW) .. " +: " .. (N*QW) .. "]") or (N*QW) .. "'d0"
//%     for j = LR - 1, 0, -1 do
//%       local r = l + LANES * j
//%       local there = l < LANES and r < QB
//%       load[#load+1] = there and "i_load_rows[" .. r .. "]" or "1'b0"
//%       open[#open+1] = there and "i_open_rows[" .. r .. "]" or "1'b0"
//%     end
//%   end
    wire [$(W-1):0]      any_$(g);
    wire [1:0]           owed_$(g);
    sofa_group #(.GROUP($(RB)'d$(g % (1 << RB))), .PRESENT($(GL)'b$(present))) u_group_$(g) (
        .clk(clk), .rst(rst), .i_scale_mantissa(i_scale_mantissa), .i_scale_shift(i_scale_shift),
//%   if B > 1 then
        .i_phase_issue($(phase.issue)), .i_phase_take($(phase.take)), .i_phase_query($(phase.query)), .i_phase_sum($(phase.sum)),
        .i_phase_score($(phase.score)),$(d.scale_time > 4 and " .i_phase_scale(" .. phase.scale .. ")," or "") .i_phase_scalar($(phase.scalar)), .i_phase_value($(phase.value)),
        .i_phase_weight($(phase.weight)), .i_phase_output($(phase.output)),
//%   end
        .i_entry_slot(i_entry_slot), .i_entry_bank(i_entry_bank), .i_move(i_move), .i_load(i_load), .i_load_any(i_load_any),
        .i_load_rows({$(table.concat(load, ", "))}), .i_load_bank(i_load_bank), .o_entry_any(any_$(g)),
        .i_open(i_open), .i_open_bank(i_open_bank), .i_open_rows({$(table.concat(open, ", "))}), .o_owed(owed_$(g)),
        .i_retire_bank(i_retire_bank), .i_retire_ready(i_retire_ready), .i_retire_turn(turn[$(g)]), .o_retire(retire[$(g)]),
        .i_query_we({$(table.concat(we, ", "))}), .i_query_addr({$(table.concat(addr, ", "))}), .i_query({$(table.concat(query, ", "))}),
//%   if narrow then
        .o_key_addr(o_key_addr), .i_key(i_key), .o_value_addr(o_value_addr), .i_value(i_value),
//%   elseif d.slot_memories == 1 then
        .o_key_slot(o_key_slot), .i_key(i_key), .o_value_slot(o_value_slot), .i_value(i_value),
//%   else
        .i_keys(i_keys), .i_values(i_values),
//%   end
        .o_norm_valid(norm_valid[$(g)]), .o_norm_started(norm_started[$(g)]), .o_norm_bank(norm_bank[$(g)]),
        .o_norm_row(norm_row[$(g*RB) +: $(RB)]), .o_norm_l(norm_l[$(g*LB) +: $(LB)]), .o_norm_o(norm_o[$(g*N*IW) +: $(N*IW)]),$(early and " .i_norm_places(norm_places)," or "")
        .o_pair(pair[$(g)]), .o_raise(raise[$(g)]), .o_active(active[$(g*GL) +: $(GL)]));
//%   any[#any+1], owed[#owed+1] = "any_" .. g, "owed_" .. g
//% end
    assign o_entry_any = $(table.concat(any, " | "));
    assign o_owed = $(table.concat(owed, " | "));

    // ---- normalisation ----
//% for u = 0, NU - 1 do
//%   local function part(name, width) return name .. "[" .. (u*UG*width) .. " +: " .. (UG*width) .. "]" end
    sofa_norm u_norm_$(u) (
        .clk(clk), .rst(rst),
//%   if B > 1 then
        .i_phase_chunk($(phase.chunk)),$(UG > 1 and " .i_phase_issue(" .. phase.issue .. ")," or "")
//%   end
        .i_retire($(part("retire", 1))), .o_turn($(part("turn", 1))), .i_valid($(part("norm_valid", 1))),
        .i_started($(part("norm_started", 1))), .i_bank($(part("norm_bank", 1))), .i_row($(part("norm_row", RB))),
        .i_l($(part("norm_l", LB))), .i_o($(part("norm_o", N*IW))),$(early and " .o_places(norm_places)," or "")
        .o_row_valid(o_row_valid[$(u)]), .i_row_ready(i_row_ready[$(u)]), .o_row_bank(o_row_bank[$(u)]),
        .o_row(o_row[$(u*RB) +: $(RB)]), $(d.output_words == 1 and ".i_read(i_read), .i_read_index(i_read_index), .o_data(o_data)" or ".o_data(o_data[" .. (u*D*16) .. " +: " .. (D*16) .. "])"));
//% end

    // ---- counters ----
    reg [$(NG-1):0]    pair1, raise1;
    reg [$(NG*GL-1):0] active1;
    reg [$(clog2(NG+1)-1):0] pairs, raises;
    reg [$(clog2(LANES+1)-1):0] actives;
    integer i;
    always @* begin
        pairs = $(clog2(NG+1))'d0;
        raises = $(clog2(NG+1))'d0;
        actives = $(clog2(LANES+1))'d0;
        for (i = 0; i < $(NG); i = i + 1) begin
            pairs = pairs + $(ext("pair1[i]", 1, clog2(NG+1)));
            raises = raises + $(ext("raise1[i]", 1, clog2(NG+1)));
        end
        for (i = 0; i < $(NG*GL); i = i + 1)
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

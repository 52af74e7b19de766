//% -- SPDX-License-Identifier: Apache-2.0
// A lane: $(cfg.attend.width) multipliers of Q.K (SA-1) and of P.V (SA-2) with the queries and the output accumulators of its rows.
// A pair (or the retirement of a row) takes $(d.beats) beats; one may start every $(d.beats) cycles, the same row at least $(d.row_interval) cycles later.
// Times count from cycle 0, in which the group offers the operation (i_take): s stands at o_s in cycle $(latency("lane.score", d.dot_time)); the
// group offers p in cycle $(d.weight_time) (i_weigh); accumulators of a retiring row leave at o_o from cycle $(d.weight_time + d.row_interval - 1 + d.lane_places) on.
// Beats address chunks in the order of the shared phase counters (i_chunk_*), so each starts at another chunk and comes round.
// Equals sofa_attend_pair() but for the scalar part in sofa_group.
//% local N, B = cfg.attend.width, d.beats
//% local QW, KW, VW, OA, SW = cfg.data.query_bits, cfg.data.key_bits, cfg.data.value_bits, d.output_acc_bits, d.dot_bits
//% local W = cfg.attend.window
//% local late = d.row_interval > 3     -- accumulators come from a register behind their memory, V and weights too; never shared
//% local copies = d.copies == 1
//% local narrow, P = d.narrow == 1, cfg.memory.port_bits
//% local KP, VP = clog2(d.key_rooms) + d.index_bits, clog2(d.value_rooms)     -- narrow: places of a K and a V row
//% local KH, VH, QH = clog2(d.key_beats), clog2(d.value_beats), clog2(d.query_beats)
//% local WB, BB, JB = math.max(1, clog2(W)), clog2(B), clog2(d.lane_rows)
//% local far = d.far_reads == 1      -- query rows come in words of the port
//% local SB = 1 + JB             -- {bank, row of the lane}
//% local AB, QA = SB + BB, SB + ((narrow or far) and QH or BB)
//% -- narrow: a chunk's word, and the chunk in it
//% local function below(bits) return clog2(P // (N * bits)) end
//% local LQ, LV = narrow and math.max(below(QW), below(KW)) or 0, narrow and below(VW) or 0
//% local function part(word, chunk, bits)
//%   local low = below(bits)
//%   return low == 0 and word or word .. "[" .. chunk .. "[" .. (low-1) .. ":0]" .. "*" .. (N*bits) .. " +: " .. (N*bits) .. "]"
//% end
//% local function word(chunk, bits) return chunk .. "[" .. (BB-1) .. ":" .. (BB-bits) .. "]" end
`default_nettype none
module sofa_lane (
    input  wire                clk,
    input  wire                rst,
    // query rows, written chunk by chunk
    input  wire                i_query_we,
    input  wire [$(QA-1):0]    i_query_addr,
    input  wire [$((narrow or far) and P or N*QW)-1:0] i_query,
    // SA-1
    input  wire                i_take,
    input  wire [$(SB-1):0]    i_row,
    input  wire [$(narrow and KP or WB)-1:0] i_slot,   // $(narrow and "place of the K row" or "of the window")
//% if B > 1 then
    input  wire [$(BB-1):0]    i_chunk_q,
    input  wire                i_first_beat,
//% end
//% if narrow then
    output wire [$(KP+KH-1):0] o_key_addr,
    input  wire [$(P-1):0]     i_key,
//% elseif d.slot_memories == 1 then
    output wire [$(WB-1):0]    o_key_slot,
    input  wire [$(N*KW-1):0]  i_key,            // two cycles later
//% else
    input  wire [$(W*N*KW-1):0] i_keys,
//% end
    output wire [$(SW-1):0]    o_s,
    // SA-2: the slot comes one cycle before the rest
    input  wire                i_take_value,
    input  wire [$(narrow and VP or WB)-1:0] i_value_slot,
    input  wire                i_weigh,
    input  wire                i_weigh_pair,
    input  wire                i_weigh_retire,
    input  wire [$(SB-1):0]    i_weigh_row,
    input  wire                i_weigh_first,
    input  wire [5:0]          i_weigh_shift,
    input  wire [15:0]         i_weight,
//% if B > 1 then
    input  wire [$(BB-1):0]    i_chunk_v,
//% end
//% if narrow then
    input  wire [$(BB-1):0]    i_chunk_value,    // one cycle before i_chunk_v
    output wire [$(VP+VH-1):0] o_value_addr,
    input  wire [$(P-1):0]     i_value,
//% elseif d.slot_memories == 1 then
    output wire [$(WB-1):0]    o_value_slot,
    input  wire [$(N*VW-1):0]  i_value,          // two cycles later
//% else
    input  wire [$(W*N*VW-1):0] i_values,
//% end
//% local early, LB = d.lane_places == 1, d.weight_bits
//% local shared = d.group_lanes > 1 or d.norm_units < d.lane_groups     -- O is or-ed with that of other lanes
//% local leaves = early or shared            -- o_o knows the retirements
//% local marked = leaves or late             -- retirements are told apart
//% local XB = clog2(LB - 14)
//% local LOW, IW = d.norm_shift, d.norm_bits
//% if early then
    input  wire [$(XB-1):0]    i_places,         // of a retiring row: right shift less 3
    output wire [$(N*IW-1):0]  o_o,              // a cycle later than below, shifted but for the last $(LOW) bit(s) of the places
//% else
    output wire [$(N*OA-1):0]  o_o,
//% end
    output wire                o_active
);
//% local qaddr = B > 1 and "{row, i_chunk_q}" or "row"
//% local vaddr = B > 1 and "{weigh_row, i_chunk_v}" or "weigh_row"
    // ---- SA-1: Q and K registers, dot product ----
//% if not late then
    reg  [$(SB-1):0]   row;
//% end
    wire [$(SW-1):0]   partial;
//% if narrow then
    reg  [$(KP-1):0]   slot;
//%   if LQ > 0 then
    reg  [$(LQ-1):0]   chunk1;
    always @(posedge clk) chunk1 <= i_chunk_q[$(LQ-1):0];
//%   end
    wire [$(P-1):0]    q_word;
    wire [$(N*QW-1):0] q = $(part("q_word", "chunk1", QW));
    wire [$(N*KW-1):0] k = $(part("i_key", "chunk1", KW));
    sofa_ram #(.WIDTH($(P)), .DEPTH($(1 << QA)), .ABITS($(QA))) u_query (
        .clk(clk), .i_we(i_query_we), .i_waddr(i_query_addr), .i_wdata(i_query),
        .i_re(1'b1), .i_raddr({row, $(word("i_chunk_q", QH))}), .o_rdata(q_word));
    assign o_key_addr = {slot, $(word("i_chunk_q", KH))};
    always @(posedge clk) begin
        if (i_take) begin
            row <= i_row;
            slot <= i_slot;
        end
    end
//% else
    wire [$(N*QW-1):0] q;
//%   if late then
    wire [$(N*KW-1):0] k = i_key;
    assign o_key_slot = i_slot;
//%     if far then
    sofa_beats #(.BEAT($(P)), .BEATS($(d.query_beats)), .HBITS($(QH)), .DEPTH($(1 << AB)), .ABITS($(AB)), .FAR_READ(1)) u_query (
        .clk(clk), .i_we(i_query_we && !rst), .i_index(i_query_addr[$(QH-1):0]), .i_waddr(i_query_addr[$(QA-1):$(QH)]), .i_wdata(i_query),
        .i_raddr(i_row), .o_rdata(q));
//%     else
    reg  [$(N*QW-1):0] query;
    always @(posedge clk) query <= i_query;
    sofa_spread #(.WIDTH($(N*QW)), .PARTS($(math.ceil(N / 8))), .DEPTH($(1 << AB)), .ABITS($(AB))) u_query (
        .clk(clk), .i_we(i_query_we && !rst), .i_waddr(i_query_addr), .i_wdata(query), .i_raddr(i_row), .o_rdata(q));
//%     end
    wire               unused_take = &{1'b0, i_take, i_take_value};
//%   else
    reg  [$(WB-1):0]   slot;
    reg  [$(N*KW-1):0] k;
    sofa_ram #(.WIDTH($(N*QW)), .DEPTH($(1 << AB)), .ABITS($(AB))) u_query (
        .clk(clk), .i_we(i_query_we), .i_waddr(i_query_addr), .i_wdata(i_query),
        .i_re(1'b1), .i_raddr($(qaddr)), .o_rdata(q));

    always @(posedge clk) begin
        if (i_take) begin
            row <= i_row;
            slot <= i_slot;
        end
        case (slot)
//%     for s = 0, W - 1 do
            $(WB)'d$(s): k <= i_keys[$(s*N*KW) +: $(N*KW)];
//%     end
//%     if W < (1 << WB) then
            default: k <= i_keys[0 +: $(N*KW)];
//%     end
        endcase
    end
//%   end
//% end

    sofa_dot u_dot (.clk(clk), .i_q(q), .i_k(k), .o_sum(partial));
//% if B > 1 then
    reg  [$(SW-1):0]   s;
    always @(posedge clk)
        s <= partial + (i_first_beat ? $(SW)'d0 : s);
    assign o_s = s;
//% else
    assign o_s = partial;
//% end

    // ---- SA-2: p times V onto the accumulators, shifted when the reference was raised ----
//% if narrow then
    reg  [$(VP-1):0]   value_slot;
//%   if LV > 0 then
    reg  [$(LV-1):0]   chunk_v1;
    always @(posedge clk) chunk_v1 <= i_chunk_value[$(LV-1):0];
//%   end
    wire [$(N*VW-1):0] v = $(part("i_value", "chunk_v1", VW));
    assign o_value_addr = {value_slot, $(word("i_chunk_value", VH))};
//% else
//%   if late then
    wire [$(N*VW-1):0] v = i_value;
    assign o_value_slot = i_value_slot;
//%   else
    reg  [$(WB-1):0]   value_slot;
    reg  [$(N*VW-1):0] v;
//%   end
//% end
    reg                pair, $(marked and "retire, " or "")first;
    reg  [$(SB-1):0]   weigh_row;
    reg  [5:0]         shift;
//% if late then
    // copies for each $(math.ceil(N / d.lane_copies)) elements
    wire [$(d.lane_copies*16-1):0] ps;
//%   for c = 0, d.lane_copies - 1 do
    sofa_copy #(.WIDTH(16)) u_p_$(c) (.clk(clk), .i_data(i_weight), .o_data(ps[$(c*16) +: 16]));
//%   end
//% else
    reg  [15:0]        p;
//% end
    always @(posedge clk) begin
//% if not late then
        if (i_take_value)
            value_slot <= i_value_slot;
//% end
        if (i_weigh) begin
            weigh_row <= i_weigh_row;
            first <= i_weigh_first;
            shift <= i_weigh_shift;
//% if not late then
            p <= i_weight;
//% end
        end
//% if not narrow and d.slot_memories == 0 then
        case (value_slot)
//%   for s = 0, W - 1 do
            $(WB)'d$(s): v <= i_values[$(s*N*VW) +: $(N*VW)];
//%   end
//%   if W < (1 << WB) then
            default: v <= i_values[0 +: $(N*VW)];
//%   end
        endcase
//% end
        if (rst) begin
            pair <= 1'b0;
//% if marked then
            retire <= 1'b0;
//% end
        end else if (i_weigh) begin
            pair <= i_weigh_pair;
//% if marked then
            retire <= i_weigh_retire;
//% end
        end
    end

    reg                write1, write2$(leaves and ", retire1" or "");
//% if not copies then
    reg                first1;
    reg  [5:0]         shift1;
//% end
    reg  [$(AB-1):0]   addr1, addr2;
    wire [$(N*OA-1):0] o_new;
//% if late then
    wire [$(N*OA-1):0] o_read;
    reg  [$(N*OA-1):0] o;              // shifted by 0, 2, 4 or 6, the rest comes next
    wire [$(d.lane_copies*2-1):0] near;
//%   for c = 0, d.lane_copies - 1 do
    sofa_copy #(.WIDTH(2)) u_near_$(c) (.clk(clk), .i_data(shift[2:1] & {2{!retire}}), .o_data(near[$(c*2) +: 2]));
//%   end
//%   for i = 0, N - 1 do
    wire signed [$(OA-1):0] read_$(i) = o_read[$(i*OA) +: $(OA)];
    always @(posedge clk) o[$(i*OA) +: $(OA)] <= read_$(i) >>> {near[$(i // math.ceil(N / d.lane_copies) * 2) +: 2], 1'b0};
//%   end
    wire               unused_shift = shift[0];    // even
//% else
    wire [$(N*OA-1):0] o;
//% end
//% if late then
    sofa_spread #(.WIDTH($(N*OA)), .PARTS($(math.ceil(N / 8))), .DEPTH($(1 << AB)), .ABITS($(AB))) u_output (
        .clk(clk), .i_we(write2 && !rst), .i_waddr(addr2), .i_wdata(o_new), .i_raddr(i_weigh_row), .o_rdata(o_read));
//% else
    sofa_ram #(.WIDTH($(N*OA)), .DEPTH($(1 << AB)), .ABITS($(AB))) u_output (
        .clk(clk), .i_we(write2), .i_waddr(addr2), .i_wdata(o_new),
        .i_re(1'b1), .i_raddr($(vaddr)), .o_rdata(o));
//% end
//% if late then
    reg  [3:0]         control1;
    always @(posedge clk) control1 <= {first, shift[5:3]};
//% end
//% -- what the shifter is told: first, and the bits of the shift from the lowest one that it does
//% local SH = late and 3 or 6
//% local steer = late and "control1" or "{first, shift}"
//% if early then
//% local SB = math.max(clog2((1 << XB) + 3), LOW + 1)     -- the most is 2^XB - 1 + 3
    wire [$(SB-1):0]   places = $(ext("i_places", XB, SB)) + $(SB)'d3;
    wire [5:0]         all_places = $(ext("places", SB, 6)) & 6'd$(64 - (1 << LOW));
    wire [$(SH-1):0]         move = retire1 ? all_places[5:$(6-SH)] : $(late and "control1[2:0]" or "shift1");
    wire               unused_places = &{1'b0, places[$(LOW-1):0]$(late and ", all_places[2:0]" or "")};
//%   if late then steer = "{control1[3], move}" end
//% end
//% if copies then
    // shift and first of the accumulators, for each $(math.ceil(N / d.lane_copies)) elements
    wire [$(d.lane_copies*(SH+1)-1):0] control;
//%   for c = 0, d.lane_copies - 1 do
    sofa_copy #(.WIDTH($(SH+1))) u_control_$(c) (.clk(clk), .i_data($(steer)), .o_data(control[$(c*(SH+1)) +: $(SH+1)]));
//%   end
//% elseif not early then
    wire [5:0]         move = shift1;
//% end
//% if early then
//% elseif shared then
    assign o_o = o & {$(N*OA){retire1}};
//% else
    assign o_o = o;
    wire unused_retire = i_weigh_retire;
//% end
    assign o_active = pair;

    always @(posedge clk) begin
        addr1 <= $(vaddr);
        addr2 <= addr1;
//% if not copies then
        first1 <= first;
        shift1 <= shift;
//% end
        if (rst) begin
            write1 <= 1'b0;
            write2 <= 1'b0;
//% if leaves then
            retire1 <= 1'b0;
//% end
        end else begin
            write1 <= pair;
            write2 <= write1;
//% if leaves then
            retire1 <= retire;
//% end
        end
    end

//% local MW = 17 + VW    -- p * v
//% local drop = VW - 6
//% local halves = VW == 16 and d.whole_products == 0
//% local WW = halves and MW - drop + 1 or MW - drop
//% if not late then
    wire signed [16:0] weight = {1'b0, p};
//% end
//% for i = 0, N - 1 do
//%   if halves then
    reg  signed [25:0] low_$(i);
    reg  signed [24:0] high_$(i);
    wire signed [8:0]  vl_$(i) = {1'b0, v[$(i*VW) +: 8]};
    wire signed [7:0]  vh_$(i) = v[$(i*VW+8) +: 8];
    wire signed [$(MW):0] product_$(i) = {high_$(i)[24], high_$(i), 8'd0} + {{$(MW+1-26){low_$(i)[25]}}, low_$(i)} + $(MW+1)'d$(1 << (drop-1));
    always @(posedge clk) begin
        low_$(i) <= weight * vl_$(i);
        high_$(i) <= weight * vh_$(i);
    end
//%   else
    wire signed [$(MW-1):0] product_$(i);
//%     if late then
    sofa_multiply #(.A(17), .B($(VW))) u_product_$(i) (
        .clk(clk), .i_a({1'b0, ps[$(i // math.ceil(N / d.lane_copies) * 16) +: 16]}), .i_b(v[$(i*VW) +: $(VW)]), .o_p(product_$(i)));
//%     else
    reg  signed [$(MW-1):0] whole_$(i);
    wire signed [$(VW-1):0] v_$(i) = v[$(i*VW) +: $(VW)];
    assign product_$(i) = whole_$(i);
    always @(posedge clk) whole_$(i) <= weight * v_$(i);
//%     end
    reg                half_$(i);
    always @(posedge clk) half_$(i) <= product_$(i)[$(drop-1)];
//%   end
    reg  signed [$(WW-1):0] w_$(i);
    reg  signed [$(OA-1):0] kept_$(i);
    wire signed [$(OA-1):0] old_$(i) = o[$(i*OA) +: $(OA)];
    wire unused_product_$(i) = &{1'b0, product_$(i)[$(drop-1):0]};
    always @(posedge clk) begin
        w_$(i) <= product_$(i)[$(WW+drop-1):$(drop)];
//%   local at = i // math.ceil(N / d.lane_copies) * (SH + 1)
//%   local part = "control[" .. at .. " +: " .. SH .. "]"
        kept_$(i) <= $(copies and "control[" .. at+SH .. "]" or "first1") ? $(OA)'sd0 : old_$(i) >>> $(late and "{" .. part .. ", 3'd0}" or copies and part or "move");
    end
//%   if halves then
    assign o_new[$(i*OA) +: $(OA)] = kept_$(i) + $(sext("w_" .. i, WW, OA));
//%   else
    // the rounding bit is the carry
    wire [$(OA):0] sum_$(i) = {kept_$(i), 1'b1} + {$(sext("w_" .. i, WW, OA)), half_$(i)};
    assign o_new[$(i*OA) +: $(OA)] = sum_$(i)[$(OA):1];
    wire unused_sum_$(i) = sum_$(i)[0];
//%   end
//%   if early then
    assign o_o[$(i*IW) +: $(IW)] = kept_$(i)[$(IW-1):0];
//%   end
//% end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Normalisation unit of $(d.lane_groups // d.norm_units) lane group(s): o = O / l, one word of $(d.norm_width) element(s) a cycle; queues rows for the store.
// A group may retire a row when it has the turn (o_turn): a row takes $(d.norm_words) cycle(s), and has space in the queue from then on.
// Latency $(latency("norm", d.norm_time + d.norm_wait)) cycles from i_valid to the first word. Handshake at the row output: valid/ready. Equals sofa_attend_finish().
//% local N, M, B, T, NW, D, NG, UG = cfg.attend.width, d.norm_width, d.beats, d.norm_words, d.norm_wait - (d.row_interval - 3), cfg.head_dim, d.lane_groups, d.lane_groups // d.norm_units
//% local OA, LB, RB, BB, DEPTH = d.output_acc_bits, d.weight_bits, d.row_bits, clog2(d.beats), d.retire_rows
//% local late = d.row_interval > 3   -- accumulators come a cycle later; then there is one group
//% local VT = d.norm_time - 1      -- stages until the first word
//% local C = T // B                 -- words of a chunk
//% local early = d.lane_places == 1   -- the lane shifts O to its place, but for the last bits
//% local LOW, IW = d.norm_shift, d.norm_bits
//% local ahead = early and late       -- the reciprocal begins before the row is there, as the multipliers register what they get
//% local QB, TB, CB = clog2(DEPTH), clog2(T), clog2(C)
//% local walks = ahead and C > 1      -- words move to where they are taken
`default_nettype none
module sofa_norm (
    input  wire                 clk,
    input  wire                 rst,
//% if B > 1 then
    input  wire [$(BB-1):0]     i_phase_chunk,   // of the chunk that $(C > 1 and "arrives" or "leaves the multipliers")
//%   if UG > 1 then
    input  wire [$(BB-1):0]     i_phase_issue,
//%   end
//% end
    input  wire [$(UG-1):0]     i_retire,
    output wire [$(UG-1):0]     o_turn,
    input  wire [$(UG-1):0]     i_valid,
    input  wire [$(UG-1):0]     i_started,
    input  wire [$(UG-1):0]     i_bank,
    input  wire [$(UG*RB-1):0]  i_row,
    input  wire [$(UG*LB-1):0]  i_l,
//% if early then
    output $(late and "reg " or "wire") [$(clog2(LB-14)-1):0] o_places,  // right shift of O less 3, two cycles after i_valid$(late and "" or " and on")
    input  wire [$(N*IW-1):0]   i_o,             // $(late and "four" or "three") cycles after i_valid and on, shifted but for the last $(LOW) bit(s) of the places
//% else
    input  wire [$(UG*N*OA-1):0] i_o,            // $(d.row_interval - 1) cycles after i_valid and on, zero otherwise if lanes share it
//% end
    // rows
    output wire                 o_row_valid,
    input  wire                 i_row_ready,
    output wire                 o_row_bank,
    output wire [$(RB-1):0]     o_row,
//% if d.output_words == 1 then
    input  wire                 i_read,          // a word of the row being taken or taken last
    input  wire [$(TB-1):0]     i_read_index,
    output wire [$(M*16-1):0]   o_data           // one cycle later
//% else
    output wire [$(D*16-1):0]   o_data
//% end
);
    // ---- turns and queue space ----
    reg  [$(QB):0] used;
//% if T > 1 then
    reg  [$(TB-1):0] busy;
//% end
    wire           free = used != $(QB+1)'d$(DEPTH)$(T > 1 and " && busy == " .. TB .. "'d0" or "");
    wire           retire = |i_retire;
    wire           popped = o_row_valid && i_row_ready;
//% if T > 1 then
    always @(posedge clk)
        if (rst)
            busy <= $(TB)'d0;
        else if (retire)
            busy <= $(TB)'d$(T-1);
        else if (busy != $(TB)'d0)
            busy <= busy - 1'b1;
//% end
    always @(posedge clk)
        if (rst)
            used <= $(QB+1)'d0;
        else
            used <= used + {$(QB)'d0, retire} - {$(QB)'d0, popped};
//% if UG > 1 then
    reg  [$(UG-1):0] turn;
    always @(posedge clk)
        if (rst)
            turn <= $(UG)'d1;
        else$(B > 1 and " if (i_phase_issue == " .. BB .. "'d" .. (B-1) .. ")" or "")
            turn <= {turn[$(UG-2):0], turn[$(UG-1)]};
    assign o_turn = turn & {$(UG){free}};
//% else
    assign o_turn = free;
//% end

    // ---- reciprocal of l ----
//% local function choose(name, width)
//%   local t = {}
//%   for g = 0, UG - 1 do t[#t+1] = "({" .. width .. "{i_valid[" .. g .. "]}} & " .. name .. "[" .. (g*width) .. " +: " .. width .. "])" end
//%   return table.concat(t, " | ")
//% end
//% if late then
    reg              valid, started, bank;
    reg  [$(RB-1):0] row;
    reg  [$(LB-1):0] l;
    always @(posedge clk) begin
        valid <= i_valid && !rst;
        started <= i_started;
        bank <= i_bank;
        row <= i_row;
        l <= i_l;
    end
//%   if early then
    integer b;
    always @(posedge clk) begin
        o_places <= $(lit(clog2(LB-14), 0));
        for (b = 1; b < $(LB-14); b = b + 1)
            if (l[14+b])
                o_places <= b[$(clog2(LB-14)-1):0];
    end
//%   end
//% else
    wire             valid = |i_valid;
    wire             started = |(i_valid & i_started);
    wire             bank = |(i_valid & i_bank);
    wire [$(RB-1):0] row = $(choose("i_row", RB));
//%   if d.sum_stays == 0 then
    wire [$(LB-1):0] l = $(choose("i_l", LB));
//%   end
//% end
    reg              valid1, started1, bank1;
    reg  [$(RB-1):0] row1;
$(d.sum_stays == 1 and "    wire [" .. (LB-1) .. ":0] l1 = i_l;         // stays for two cycles" or "    reg  [" .. (LB-1) .. ":0] l1;")
//% local function any_group()
//%   local t = {}
//%   for g = 0, UG - 1 do t[#t+1] = "i_o[" .. (g*N*IW) .. " +: " .. (N*IW) .. "]" end
//%   return table.concat(t, " | ")
//% end
    always @(posedge clk) begin
        if (valid) begin
            started1 <= started;
            bank1 <= bank;
            row1 <= row;
//% if d.sum_stays == 0 then
            l1 <= l;
//% end
        end
        valid1 <= valid && !rst;
    end

//% if C > 1 and not walks then
    reg  [$(CB-1):0]     part;            // word of the row that leaves
//% end
//% if C == 1 then
    wire start = valid1;
//% elseif B == 1 then
    // the row waits in a register, a word of it is taken a cycle
    reg                  start$(NW > 1 and ", begins" or "");
    reg  [$(N*IW-1):0]   held;
//%   if walks then
    // with a copy of start for each word
//%     for w = 0, C - 1 do
    wire                 starts_$(w);
    sofa_copy #(.WIDTH(1)) u_starts_$(w) (.clk(clk), .i_data(begins && !rst), .o_data(starts_$(w)));
    always @(posedge clk)
        held[$(w*M*IW) +: $(math.min(M, N - w*M)*IW)] <= starts_$(w) ? i_o[$(w*M*IW) +: $(math.min(M, N - w*M)*IW)] : $(w < C - 1 and "{" .. ((math.min(M, N - w*M) - math.min(M, N - (w+1)*M))*IW > 0 and ((math.min(M, N - w*M) - math.min(M, N - (w+1)*M))*IW) .. "'d0, " or "") .. "held[" .. ((w+1)*M*IW) .. " +: " .. (math.min(M, N - (w+1)*M)*IW) .. "]}" or (math.min(M, N - w*M)*IW) .. "'d0");
//%     end
    always @(posedge clk) begin
//%   else
    always @(posedge clk) begin
        if (start)
            held <= $(any_group());
//%   end
//%   if NW > 1 then
        begins <= valid1 && !rst;
        start <= begins && !rst;
//%   else
        start <= valid1 && !rst;
//%   end
    end
//% else
    // chunks come in any order, one a cycle, and leave in order, a word a cycle: one row comes while another leaves
    reg  [$(NW-1):0]     wait_at;
    wire                 start = wait_at[$(NW-1)];
    wire                 arrives = |wait_at[$(B-1):0];
    reg                  come_slot, leave_slot;
    reg  [$(BB-1):0]     leave;
    wire                 read = start || (part == $(CB)'d$(C-1) && leave != $(BB)'d0);
    wire [$(N*OA-1):0]   held;
    sofa_ram #(.WIDTH($(N*OA)), .DEPTH($(2 << BB)), .ABITS($(BB+1))) u_row (
        .clk(clk), .i_we(arrives), .i_waddr({come_slot, i_phase_chunk}), .i_wdata($(any_group())),
        .i_re(read), .i_raddr({leave_slot, leave}), .o_rdata(held));
    always @(posedge clk)
        if (rst) begin
            wait_at <= $(NW)'d0;
            come_slot <= 1'b0;
            leave_slot <= 1'b0;
            leave <= $(BB)'d0;
        end else begin
            wait_at <= {wait_at[$(NW-2):0], valid1};
            come_slot <= come_slot ^ wait_at[$(B-1)];
            if (read) begin
                leave_slot <= leave_slot ^ (leave == $(BB)'d$(B-1));
                leave <= leave == $(BB)'d$(B-1) ? $(BB)'d0 : leave + 1'b1;
            end
        end
//% end
//% if C > 1 and not walks then
    always @(posedge clk)
        part <= start || part == $(CB)'d$(C-1) ? $(CB)'d0 : part + 1'b1;
//% end

//% local XB = clog2(LB - 14)
    wire [$(XB-1):0] leading;         // floor(log2 l) - 14
    wire [15:0] y;
//% if early then
//%   if not late then
    assign o_places = leading;
//%   elseif XB > 1 then
    wire unused_leading = &{1'b0, leading[$(XB-1):1]};
//%   end
//%   if late then
    // as long as the last word of the row before needs its own
    reg  [$(LOW-1):0] rest0, rest;
    wire [$(XB+LOW-1):0] leading_wide = $(ext("leading", XB, XB + LOW));
    always @(posedge clk) begin
        rest0 <= leading_wide[$(LOW-1):0] + $(lit(LOW, 3));
        rest <= rest0;
    end
    wire unused_leading_wide = &{1'b0, leading_wide[$(XB+LOW-1):$(LOW)]};
//%   else
    reg  odd;                         // as the last bit is one cycle later
    always @(posedge clk) odd <= !leading[0];
//%   end
//% else
    reg  [$(XB-1):0] places;          // less 3
//% end
    sofa_recip u_recip (.clk(clk), .rst(rst), .i_valid($(ahead and "begins" or "start")), .i_l(l1), .o_above(leading), .o_y(y));
//% if not early then
    always @(posedge clk) places <= leading;
//% end

    // ---- o = sat16(round((O >>> (e - 11)) * y >> 17)) ----
    reg  [4:0] started_at;     // stages 2 .. 6 after i_valid
    always @(posedge clk) started_at <= {started_at[3:0], start ? started1 : started_at[0]};
    wire [$(M*16-1):0] word;
//% for i = 0, M - 1 do
//%   local t = {}
//%   for g = 0, UG - 1 do t[#t+1] = "i_o[" .. (g*N*OA + i*OA) .. " +: " .. OA .. "]" end
//%   if early and C == 1 then
    wire [19:0] o_$(i) = i_o[$(i*20) +: 20];
//%   elseif early then
    reg  signed [$(IW-1):0] o_$(i);
//%     if late then
    wire signed [$(IW-1):0] placed_$(i) = o_$(i) >>> rest;
    wire                    unused_placed_$(i) = &{1'b0, placed_$(i)[$(IW-1):19]};
//%     end
//%   else
    reg  signed [$(OA-1):0] o_$(i);
    wire signed [$(OA-1):0] shifted_$(i) = (o_$(i) >>> 3) >>> places;
//%   end
    reg  signed [18:0] h_$(i)$(ahead and "" or ", late_" .. i);
//%   if d.narrow == 1 or d.whole_products == 1 then
    // a product of 16 bits without sign, and one with the three upper bits of h
//%     if ahead then
    wire        [33:0] low_wide_$(i);
    wire        [31:0] low_$(i) = low_wide_$(i)[31:0];
    wire signed [19:0] high_$(i);
    wire               unused_low_wide_$(i) = &{1'b0, low_wide_$(i)[33:32]};
    sofa_multiply #(.A(17), .B(17)) u_low_$(i) (.clk(clk), .i_a({1'b0, h_$(i)[15:0]}), .i_b({1'b0, y}), .o_p(low_wide_$(i)));
    sofa_multiply #(.A(3), .B(17)) u_high_$(i) (.clk(clk), .i_a(h_$(i)[18:16]), .i_b({1'b0, y}), .o_p(high_$(i)));
//%     else
    reg         [31:0] low_$(i);
    reg  signed [19:0] high_$(i);
//%     end
    wire        [21:0] upper_$(i) = {high_$(i)[19], high_$(i), 1'b1} + {5'd0, low_$(i)[31:16], 1'b1};   // from bit 15 on, rounded
    wire        [36:0] product_$(i) = {upper_$(i)[21:1], low_$(i)[15:0]};
    wire               unused_upper_$(i) = upper_$(i)[0];
//%     if not ahead then
    always @(posedge clk) begin
        low_$(i) <= late_$(i)[15:0] * y;
        high_$(i) <= $signed(late_$(i)[18:16]) * $signed({1'b0, y});
    end
//%     end
//%   else
    reg  signed [27:0] low_$(i), high_$(i);
    wire signed [36:0] product_$(i) = {high_$(i)[27], high_$(i), 8'd0} + {{9{low_$(i)[27]}}, low_$(i)} + 37'd65536;
    always @(posedge clk) begin
        low_$(i) <= late_$(i) * $signed({1'b0, y[7:0]});
        high_$(i) <= late_$(i) * $signed({1'b0, y[15:8]});
    end
//%   end
    wire               fits_$(i) = &product_$(i)[36:32] || ~|product_$(i)[36:32];
    reg  [15:0]        q_$(i);
//%   if early then
    wire unused_$(i) = &{1'b0, product_$(i)[16:0]};
//%   elseif OA > 19 then
    wire unused_$(i) = &{1'b0, shifted_$(i)[$(OA-1):19], product_$(i)[16:0]};
//%   end
    always @(posedge clk) begin
//%   if early and C == 1 then
//%   elseif C == 1 then
        o_$(i) <= $(table.concat(t, " | "));
//%   elseif walks then
        o_$(i) <= held[$(i*IW) +: $(IW)];
//%   else
        case (part)
//%     for j = 1, C - 1 do
//%       if j * M + i < N then
            $(CB)'d$(j): o_$(i) <= held[$((j*M+i)*IW) +: $(IW)];
//%       end
//%     end
            default: o_$(i) <= held[$(i*IW) +: $(IW)];
        endcase
//%   end
        h_$(i) <= $(early and late and "placed_" .. i .. "[18:0]" or early and "odd ? o_" .. i .. "[19:1] : o_" .. i .. "[18:0]" or "shifted_" .. i .. "[18:0]");
//%   if not ahead then
        late_$(i) <= h_$(i);
//%   end
        q_$(i) <= !started_at[4] ? 16'd0 : fits_$(i) ? product_$(i)[32:17] : {product_$(i)[36], {15{!product_$(i)[36]}}};
    end
    assign word[$(i*16) +: 16] = q_$(i);
//% end

    // ---- rows ----
    reg  [$(VT-1):0]         valid_at;          // stages 2 .. $(d.norm_time) after i_valid
    always @(posedge clk)
        if (rst)
            valid_at <= $(VT)'d0;
        else
            valid_at <= {valid_at[$(VT-2):0], start};
//% if d.output_words == 1 then
    // words wait in a memory with twice the places, so that a row may be read while its place is promised to another
    reg  [$(TB-1):0]   put;               // words of the present row so far
    reg  [$(QB):0]     put_slot, get_slot, out_slot;
    reg  [$(QB):0]     complete;          // rows
    wire               present = valid_at[$(VT-1)] || put != $(TB)'d0;
    wire               last = present && put == $(TB)'d$(T-1);
    wire               known, ready;
    sofa_ram #(.WIDTH($(M*16)), .DEPTH($(DEPTH << (TB+1))), .ABITS($(QB+1+TB))) u_words (
        .clk(clk), .i_we(present), .i_waddr({put_slot, $(C == 1 and "i_phase_chunk" or "put")}), .i_wdata(word),
        .i_re(i_read), .i_raddr({popped ? get_slot : out_slot, i_read_index}), .o_rdata(o_data));
    sofa_fifo #(.WIDTH($(RB+1)), .DEPTH($(DEPTH)), .ABITS($(QB))) u_rows (
        .clk(clk), .rst(rst), .i_valid(valid1), .o_ready(ready), .i_data({bank1, row1}),
        .o_valid(known), .i_ready(popped), .o_data({o_row_bank, o_row}));
    wire               unused_rows = &{1'b0, known, ready};   // has as many places as the memory of words
    assign o_row_valid = complete != $(QB+1)'d0;
    always @(posedge clk)
        if (rst) begin
            put <= $(TB)'d0;
            put_slot <= $(QB+1)'d0;
            get_slot <= $(QB+1)'d0;
            out_slot <= $(QB+1)'d0;
            complete <= $(QB+1)'d0;
        end else begin
            if (last)
                put <= $(TB)'d0;
            else if (present)
                put <= put + 1'b1;
            put_slot <= put_slot + {$(QB)'d0, last};
            if (popped) begin
                get_slot <= get_slot + 1'b1;
                out_slot <= get_slot;
            end
            complete <= complete + {$(QB)'d0, last} - {$(QB)'d0, popped};
        end
//% elseif T > 1 then
//% built("gather_time", T + 1)
    // words$(C == 1 and " come in any order and" or "") wait in a memory; rows are put together as they leave
    reg  [$(TB-1):0]   put;               // words of the present row so far
    reg  [$(QB-1):0]   put_slot, get_slot;
    reg  [$(QB):0]     complete;          // rows
    reg  [$(TB):0]     get;               // word to read next
    reg                reading, fetched, fetched_last;
    reg                offered;
    reg  [$(T*M*16-1):0] data;
    wire               present = valid_at[$(VT-1)] || put != $(TB)'d0;
    wire               last = present && put == $(TB)'d$(T-1);
    wire               known, ready;
    wire [$(M*16-1):0] next;
    wire               more = reading && get != $(TB+1)'d$(T);
    sofa_ram #(.WIDTH($(M*16)), .DEPTH($(DEPTH << TB)), .ABITS($(QB+TB))) u_words (
        .clk(clk), .i_we(present), .i_waddr({put_slot, $(C == 1 and "i_phase_chunk" or "put")}), .i_wdata(word),
        .i_re(more), .i_raddr({get_slot, get[$(TB-1):0]}), .o_rdata(next));
    sofa_fifo #(.WIDTH($(RB+1)), .DEPTH($(DEPTH)), .ABITS($(QB))) u_rows (
        .clk(clk), .rst(rst), .i_valid(valid1), .o_ready(ready), .i_data({bank1, row1}),
        .o_valid(known), .i_ready(popped), .o_data({o_row_bank, o_row}));
    wire               unused_rows = &{1'b0, known, ready};   // has as many places as the memory of words
    assign o_row_valid = offered;
//%   for i = 0, D - 1 do
    assign o_data[$(i*16) +: 16] = data[$((i // N * C * M + i % N) * 16) +: 16];
//%   end
    always @(posedge clk) begin
        fetched_last <= get == $(TB+1)'d$(T-1);
        if (fetched)
            data <= {next, data[$(T*M*16-1):$(M*16)]};
        if (rst) begin
            put <= $(TB)'d0;
            put_slot <= $(QB)'d0;
            get_slot <= $(QB)'d0;
            complete <= $(QB+1)'d0;
            reading <= 1'b0;
            fetched <= 1'b0;
            offered <= 1'b0;
        end else begin
            if (last)
                put <= $(TB)'d0;
            else if (present)
                put <= put + 1'b1;
            if (last)
                put_slot <= put_slot + 1'b1;
            if (popped)
                get_slot <= get_slot + 1'b1;
            complete <= complete + {$(QB)'d0, last} - {$(QB)'d0, popped};
            reading <= reading ? !(fetched && fetched_last) : complete != $(QB+1)'d0 && !offered;
            fetched <= more;
            offered <= offered ? !i_row_ready : fetched && fetched_last;
        end
        get <= reading ? get + {$(TB)'d0, more} : $(TB+1)'d0;
    end
//% else
    reg  [$(VT*(RB+1)-1):0] row_at;
    always @(posedge clk) row_at <= {row_at[$((VT-1)*(RB+1)-1):0], bank1, row1};
    wire [$(RB):0]     row7 = row_at[$((VT-1)*(RB+1)) +: $(RB+1)];
    sofa_queue #(.WIDTH($(D*16+RB+1)), .DEPTH($(DEPTH)), .ABITS($(QB))) u_queue (
        .clk(clk), .rst(rst), .i_valid(valid_at[$(VT-1)]), .i_data({row7, word[$(D*16-1):0]}),
        .o_valid(o_row_valid), .i_ready(i_row_ready), .o_data({o_row_bank, o_row, o_data}));
//% end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Normalisation unit of $(LANE_GROUPS // NORM_UNITS) lane group(s): o = O / l, one word of $(NORM_WIDTH) element(s) a cycle; queues rows
// for the store. A group may retire a row when it has the turn (o_turn): a row takes $(NORM_WORDS) cycle(s), and has space in the queue
// from then on. Latency $(latency("norm", d.norm_time + d.norm_wait)) cycles from i_valid to the first word. Handshake at the row output:
// valid/ready. Equals sofa_attend_finish().
//% local wait_time = d.norm_wait - (d.row_interval - 3)
//% local queue_rows = d.retire_rows
//% local valid_stages = d.norm_time - 1      -- stages until the first word
//% local chunk_words = NORM_WORDS // BEATS                 -- words of a chunk
//% -- LANE_ALIGNS: the lane shifts O to its place, but for the last bits
//% -- the reciprocal begins before the row is there, as the multipliers register what they get
//% local starts_early = LANE_ALIGNS and REGISTERED_ACCUMULATORS
//% local queue_bits, chunk_word_bits = clog2(queue_rows), clog2(chunk_words)
//% local shifts_words = starts_early and chunk_words > 1      -- words move to where they are taken
`default_nettype none
module sofa_norm (
    input  wire                 clk,
    input  wire                 rst,
//% if BEATS > 1 then
    input  wire [$(BEAT_BITS-1):0]     i_phase_chunk,   // of the chunk that $(chunk_words > 1 and "arrives" or "leaves the multipliers")
//%   if NORM_UNIT_GROUPS > 1 then
    input  wire [$(BEAT_BITS-1):0]     i_phase_issue,
//%   end
//% end
    input  wire [$(NORM_UNIT_GROUPS-1):0]     i_retire,
    output wire [$(NORM_UNIT_GROUPS-1):0]     o_turn,
    input  wire [$(NORM_UNIT_GROUPS-1):0]     i_valid,
    input  wire [$(NORM_UNIT_GROUPS-1):0]     i_started,
    input  wire [$(NORM_UNIT_GROUPS-1):0]     i_bank,
    input  wire [$(NORM_UNIT_GROUPS*ROW_BITS-1):0]  i_row,
    input  wire [$(NORM_UNIT_GROUPS*DENOMINATOR_BITS-1):0]  i_l,
//% if LANE_ALIGNS then
    // right shift of O less 3, two cycles after i_valid$(REGISTERED_ACCUMULATORS and "" or " and on")
    output $(REGISTERED_ACCUMULATORS and "reg " or "wire") [$(clog2(DENOMINATOR_BITS-14)-1):0] o_places,
    // $(REGISTERED_ACCUMULATORS and "four" or "three") cycles after i_valid and on, shifted but for the last $(NORM_SHIFT) bit(s) of the
    // places
    input  wire [$(WIDTH*NORM_BITS-1):0]   i_o,
//% else
    // $(d.row_interval - 1) cycles after i_valid and on, zero otherwise if lanes share it
    input  wire [$(NORM_UNIT_GROUPS*WIDTH*ACCUMULATOR_BITS-1):0] i_o,
//% end
    // rows
    output wire                 o_row_valid,
    input  wire                 i_row_ready,
    output wire                 o_row_bank,
    output wire [$(ROW_BITS-1):0]     o_row,
//% if d.output_words == 1 then
    input  wire                 i_read,          // a word of the row being taken or taken last
    input  wire [$(NORM_WORD_BITS-1):0]     i_read_index,
    output wire [$(NORM_WIDTH*16-1):0]   o_data           // one cycle later
//% else
    output wire [$(HEAD_DIM*16-1):0]   o_data
//% end
);
    // ---- turns and queue space ----
    reg  [$(queue_bits):0] used;
//% if NORM_WORDS > 1 then
    reg  [$(NORM_WORD_BITS-1):0] busy;
//% end
    wire           free = used != $(queue_bits+1)'d$(queue_rows)$(NORM_WORDS > 1 and " && busy == " .. NORM_WORD_BITS .. "'d0" or "");
    wire           retire = |i_retire;
    wire           popped = o_row_valid && i_row_ready;
//% if NORM_WORDS > 1 then
    always @(posedge clk)
        if (rst)
            busy <= $(NORM_WORD_BITS)'d0;
        else if (retire)
            busy <= $(NORM_WORD_BITS)'d$(NORM_WORDS-1);
        else if (busy != $(NORM_WORD_BITS)'d0)
            busy <= busy - 1'b1;
//% end
    always @(posedge clk)
        if (rst)
            used <= $(queue_bits+1)'d0;
        else
            used <= used + {$(queue_bits)'d0, retire} - {$(queue_bits)'d0, popped};
//% if NORM_UNIT_GROUPS > 1 then
    reg  [$(NORM_UNIT_GROUPS-1):0] turn;
    always @(posedge clk)
        if (rst)
            turn <= $(NORM_UNIT_GROUPS)'d1;
        else$(BEATS > 1 and " if (i_phase_issue == " .. BEAT_BITS .. "'d" .. (BEATS-1) .. ")" or "")
            turn <= {turn[$(NORM_UNIT_GROUPS-2):0], turn[$(NORM_UNIT_GROUPS-1)]};
    assign o_turn = turn & {$(NORM_UNIT_GROUPS){free}};
//% else
    assign o_turn = free;
//% end

    // ---- reciprocal of l ----
//% local function choose(name, width)
//%   local terms = {}
//%   for g = 0, NORM_UNIT_GROUPS - 1 do terms[#terms+1] = "({" .. width .. "{i_valid[" .. g .. "]}} & " .. name .. "[" .. (g*width)
//%       .. " +: " .. width .. "])" end
//%   return table.concat(terms, " | ")
//% end
//% if REGISTERED_ACCUMULATORS then
    reg              valid, started, bank;
    reg  [$(ROW_BITS-1):0] row;
    reg  [$(DENOMINATOR_BITS-1):0] l;
    always @(posedge clk) begin
        valid <= i_valid && !rst;
        started <= i_started;
        bank <= i_bank;
        row <= i_row;
        l <= i_l;
    end
//%   if LANE_ALIGNS then
    integer b;
    always @(posedge clk) begin
        o_places <= $(lit(clog2(DENOMINATOR_BITS-14), 0));
        for (b = 1; b < $(DENOMINATOR_BITS-14); b = b + 1)
            if (l[14+b])
                o_places <= b[$(clog2(DENOMINATOR_BITS-14)-1):0];
    end
//%   end
//% else
    wire             valid = |i_valid;
    wire             started = |(i_valid & i_started);
    wire             bank = |(i_valid & i_bank);
    wire [$(ROW_BITS-1):0] row = $(choose("i_row", ROW_BITS));
//%   if d.denominator_stays == 0 then
    wire [$(DENOMINATOR_BITS-1):0] l = $(choose("i_l", DENOMINATOR_BITS));
//%   end
//% end
    reg              valid1, started1, bank1;
    reg  [$(ROW_BITS-1):0] row1;
//% local stays = d.denominator_stays == 1          -- i_l does, for two cycles
    $(stays and "wire" or "reg ") [$(DENOMINATOR_BITS-1):0] l1$(stays and " = i_l" or "");
//% local function any_group()
//%   local terms = {}
//%   for g = 0, NORM_UNIT_GROUPS - 1 do terms[#terms+1] = "i_o[" .. (g*WIDTH*NORM_BITS) .. " +: " .. (WIDTH*NORM_BITS) .. "]" end
//%   return table.concat(terms, " | ")
//% end
    always @(posedge clk) begin
        if (valid) begin
            started1 <= started;
            bank1 <= bank;
            row1 <= row;
//% if d.denominator_stays == 0 then
            l1 <= l;
//% end
        end
        valid1 <= valid && !rst;
    end

//% if chunk_words > 1 and not shifts_words then
    reg  [$(chunk_word_bits-1):0]     part;            // word of the row that leaves
//% end
//% if chunk_words == 1 then
    wire start = valid1;
//% elseif BEATS == 1 then
    // the row waits in a register, a word of it is taken a cycle
    reg                  start$(wait_time > 1 and ", begins" or "");
    reg  [$(WIDTH*NORM_BITS-1):0]   held;
//%   if shifts_words then
    // with a copy of start for each word
//%     for w = 0, chunk_words - 1 do
    wire                 starts_$(w);
    sofa_copy #(.WIDTH(1)) u_starts_$(w) (.clk(clk), .i_data(begins && !rst), .o_data(starts_$(w)));
//%       local word, next_word = NORM_BITS * math.min(NORM_WIDTH, WIDTH - w * NORM_WIDTH), NORM_BITS * math.min(NORM_WIDTH,
//%           WIDTH - (w + 1) * NORM_WIDTH)
//%       local low, next_low = w * NORM_WIDTH * NORM_BITS, (w + 1) * NORM_WIDTH * NORM_BITS
//%       local moved = w < chunk_words - 1 and join(word > next_word and word - next_word .. "'d0" or "",
//%           "held[" .. next_low .. " +: " .. next_word .. "]") or word .. "'d0"
    always @(posedge clk)
        held[$(low) +: $(word)] <= starts_$(w) ? i_o[$(low) +: $(word)] : $(moved);
//%     end
    always @(posedge clk) begin
//%   else
    always @(posedge clk) begin
        if (start)
            held <= $(any_group());
//%   end
//%   if wait_time > 1 then
        begins <= valid1 && !rst;
        start <= begins && !rst;
//%   else
        start <= valid1 && !rst;
//%   end
    end
//% else
    // chunks come in any order, one a cycle, and leave in order, a word a cycle: one row comes while another leaves
    reg  [$(wait_time-1):0]     wait_at;
    wire                 start = wait_at[$(wait_time-1)];
    wire                 arrives = |wait_at[$(BEATS-1):0];
    reg                  come_slot, leave_slot;
    reg  [$(BEAT_BITS-1):0]     leave;
    wire                 read = start || (part == $(chunk_word_bits)'d$(chunk_words-1) && leave != $(BEAT_BITS)'d0);
    wire [$(WIDTH*ACCUMULATOR_BITS-1):0]   held;
    sofa_ram #(.WIDTH($(WIDTH*ACCUMULATOR_BITS)), .DEPTH($(2 << BEAT_BITS)), .ABITS($(BEAT_BITS+1))) u_row (
        .clk(clk), .i_we(arrives), .i_waddr({come_slot, i_phase_chunk}), .i_wdata($(any_group())),
        .i_re(read), .i_raddr({leave_slot, leave}), .o_rdata(held));
    always @(posedge clk)
        if (rst) begin
            wait_at <= $(wait_time)'d0;
            come_slot <= 1'b0;
            leave_slot <= 1'b0;
            leave <= $(BEAT_BITS)'d0;
        end else begin
            wait_at <= {wait_at[$(wait_time-2):0], valid1};
            come_slot <= come_slot ^ wait_at[$(BEATS-1)];
            if (read) begin
                leave_slot <= leave_slot ^ (leave == $(BEAT_BITS)'d$(BEATS-1));
                leave <= leave == $(BEAT_BITS)'d$(BEATS-1) ? $(BEAT_BITS)'d0 : leave + 1'b1;
            end
        end
//% end
//% if chunk_words > 1 and not shifts_words then
    always @(posedge clk)
        part <= start || part == $(chunk_word_bits)'d$(chunk_words-1) ? $(chunk_word_bits)'d0 : part + 1'b1;
//% end

    wire [$(LEADING_BITS-1):0] leading;         // floor(log2 l) - 14
    wire [15:0] y;
//% if LANE_ALIGNS then
//%   if not REGISTERED_ACCUMULATORS then
    assign o_places = leading;
//%   elseif LEADING_BITS > 1 then
    wire unused_leading = &{1'b0, leading[$(LEADING_BITS-1):1]};
//%   end
//%   if REGISTERED_ACCUMULATORS then
    // as long as the last word of the row before needs its own
    reg  [$(NORM_SHIFT-1):0] rest0, rest;
    wire [$(LEADING_BITS+NORM_SHIFT-1):0] leading_wide = $(ext("leading", LEADING_BITS, LEADING_BITS + NORM_SHIFT));
    always @(posedge clk) begin
        rest0 <= leading_wide[$(NORM_SHIFT-1):0] + $(lit(NORM_SHIFT, 3));
        rest <= rest0;
    end
    wire unused_leading_wide = &{1'b0, leading_wide[$(LEADING_BITS+NORM_SHIFT-1):$(NORM_SHIFT)]};
//%   else
    reg  odd;                         // as the last bit is one cycle later
    always @(posedge clk) odd <= !leading[0];
//%   end
//% else
    reg  [$(LEADING_BITS-1):0] places;          // less 3
//% end
    sofa_recip u_recip (.clk(clk), .rst(rst), .i_valid($(starts_early and "begins" or "start")), .i_l(l1), .o_above(leading), .o_y(y));
//% if not LANE_ALIGNS then
    always @(posedge clk) places <= leading;
//% end

    // ---- o = sat16(round((O >>> (e - 11)) * y >> 17)) ----
    reg  [4:0] started_at;     // stages 2 .. 6 after i_valid
    always @(posedge clk) started_at <= {started_at[3:0], start ? started1 : started_at[0]};
    wire [$(NORM_WIDTH*16-1):0] word;
//% for i = 0, NORM_WIDTH - 1 do
//%   local terms = {}
//%   for g = 0, NORM_UNIT_GROUPS - 1 do terms[#terms+1] = "i_o[" .. (g*WIDTH*ACCUMULATOR_BITS + i*ACCUMULATOR_BITS) .. " +: "
//%       .. ACCUMULATOR_BITS .. "]" end
//%   if LANE_ALIGNS and chunk_words == 1 then
    wire [19:0] o_$(i) = i_o[$(i*20) +: 20];
//%   elseif LANE_ALIGNS then
    reg  signed [$(NORM_BITS-1):0] o_$(i);
//%     if REGISTERED_ACCUMULATORS then
    wire signed [$(NORM_BITS-1):0] placed_$(i) = o_$(i) >>> rest;
    wire                    unused_placed_$(i) = &{1'b0, placed_$(i)[$(NORM_BITS-1):19]};
//%     end
//%   else
    reg  signed [$(ACCUMULATOR_BITS-1):0] o_$(i);
    wire signed [$(ACCUMULATOR_BITS-1):0] shifted_$(i) = (o_$(i) >>> 3) >>> places;
//%   end
    reg  signed [18:0] h_$(i)$(starts_early and "" or ", late_" .. i);
//%   if WORD_MEMORIES or WHOLE_PRODUCTS then
    // a product of 16 bits without sign, and one with the three upper bits of h
//%     if starts_early then
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
//%     if not starts_early then
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
//%   if LANE_ALIGNS then
    wire unused_$(i) = &{1'b0, product_$(i)[16:0]};
//%   elseif ACCUMULATOR_BITS > 19 then
    wire unused_$(i) = &{1'b0, shifted_$(i)[$(ACCUMULATOR_BITS-1):19], product_$(i)[16:0]};
//%   end
//%   local aligned = LANE_ALIGNS and (REGISTERED_ACCUMULATORS and "placed_" .. i .. "[18:0]"
//%       or "odd ? o_" .. i .. "[19:1] : o_" .. i .. "[18:0]") or "shifted_" .. i .. "[18:0]"
    always @(posedge clk) begin
//%   if LANE_ALIGNS and chunk_words == 1 then
//%   elseif chunk_words == 1 then
        o_$(i) <= $(table.concat(terms, " | "));
//%   elseif shifts_words then
        o_$(i) <= held[$(i*NORM_BITS) +: $(NORM_BITS)];
//%   else
        case (part)
//%     for j = 1, chunk_words - 1 do
//%       if j * NORM_WIDTH + i < WIDTH then
            $(chunk_word_bits)'d$(j): o_$(i) <= held[$((j*NORM_WIDTH+i)*NORM_BITS) +: $(NORM_BITS)];
//%       end
//%     end
            default: o_$(i) <= held[$(i*NORM_BITS) +: $(NORM_BITS)];
        endcase
//%   end
        h_$(i) <= $(aligned);
//%   if not starts_early then
        late_$(i) <= h_$(i);
//%   end
        q_$(i) <= !started_at[4] ? 16'd0 : fits_$(i) ? product_$(i)[32:17] : {product_$(i)[36], {15{!product_$(i)[36]}}};
    end
    assign word[$(i*16) +: 16] = q_$(i);
//% end

    // ---- rows ----
    reg  [$(valid_stages-1):0]         valid_at;          // stages 2 .. $(d.norm_time) after i_valid
    always @(posedge clk)
        if (rst)
            valid_at <= $(valid_stages)'d0;
        else
            valid_at <= {valid_at[$(valid_stages-2):0], start};
//% if d.output_words == 1 then
    // words wait in a memory with twice the places, so that a row may be read while its place is promised to another
    reg  [$(NORM_WORD_BITS-1):0]   put;               // words of the present row so far
    reg  [$(queue_bits):0]     put_slot, get_slot, out_slot;
    reg  [$(queue_bits):0]     complete;          // rows
    wire               present = valid_at[$(valid_stages-1)] || put != $(NORM_WORD_BITS)'d0;
    wire               last = present && put == $(NORM_WORD_BITS)'d$(NORM_WORDS-1);
    wire               known, ready;
    sofa_ram #(.WIDTH($(NORM_WIDTH*16)), .DEPTH($(queue_rows << (NORM_WORD_BITS+1))), .ABITS($(queue_bits+1+NORM_WORD_BITS))) u_words (
        .clk(clk), .i_we(present), .i_waddr({put_slot, $(chunk_words == 1 and "i_phase_chunk" or "put")}), .i_wdata(word),
        .i_re(i_read), .i_raddr({popped ? get_slot : out_slot, i_read_index}), .o_rdata(o_data));
    sofa_fifo #(.WIDTH($(ROW_BITS+1)), .DEPTH($(queue_rows)), .ABITS($(queue_bits))) u_rows (
        .clk(clk), .rst(rst), .i_valid(valid1), .o_ready(ready), .i_data({bank1, row1}),
        .o_valid(known), .i_ready(popped), .o_data({o_row_bank, o_row}));
    wire               unused_rows = &{1'b0, known, ready};   // has as many places as the memory of words
    assign o_row_valid = complete != $(queue_bits+1)'d0;
    always @(posedge clk)
        if (rst) begin
            put <= $(NORM_WORD_BITS)'d0;
            put_slot <= $(queue_bits+1)'d0;
            get_slot <= $(queue_bits+1)'d0;
            out_slot <= $(queue_bits+1)'d0;
            complete <= $(queue_bits+1)'d0;
        end else begin
            if (last)
                put <= $(NORM_WORD_BITS)'d0;
            else if (present)
                put <= put + 1'b1;
            put_slot <= put_slot + {$(queue_bits)'d0, last};
            if (popped) begin
                get_slot <= get_slot + 1'b1;
                out_slot <= get_slot;
            end
            complete <= complete + {$(queue_bits)'d0, last} - {$(queue_bits)'d0, popped};
        end
//% elseif NORM_WORDS > 1 then
//% built("gather_time", NORM_WORDS + 1)
    // words$(chunk_words == 1 and " come in any order and" or "") wait in a memory; rows are put together as they leave
    reg  [$(NORM_WORD_BITS-1):0]   put;               // words of the present row so far
    reg  [$(queue_bits-1):0]   put_slot, get_slot;
    reg  [$(queue_bits):0]     complete;          // rows
    reg  [$(NORM_WORD_BITS):0]     get;               // word to read next
    reg                reading, fetched, fetched_last;
    reg                offered;
    reg  [$(NORM_WORDS*NORM_WIDTH*16-1):0] data;
    wire               present = valid_at[$(valid_stages-1)] || put != $(NORM_WORD_BITS)'d0;
    wire               last = present && put == $(NORM_WORD_BITS)'d$(NORM_WORDS-1);
    wire               known, ready;
    wire [$(NORM_WIDTH*16-1):0] next;
    wire               more = reading && get != $(NORM_WORD_BITS+1)'d$(NORM_WORDS);
    sofa_ram #(.WIDTH($(NORM_WIDTH*16)), .DEPTH($(queue_rows << NORM_WORD_BITS)), .ABITS($(queue_bits+NORM_WORD_BITS))) u_words (
        .clk(clk), .i_we(present), .i_waddr({put_slot, $(chunk_words == 1 and "i_phase_chunk" or "put")}), .i_wdata(word),
        .i_re(more), .i_raddr({get_slot, get[$(NORM_WORD_BITS-1):0]}), .o_rdata(next));
    sofa_fifo #(.WIDTH($(ROW_BITS+1)), .DEPTH($(queue_rows)), .ABITS($(queue_bits))) u_rows (
        .clk(clk), .rst(rst), .i_valid(valid1), .o_ready(ready), .i_data({bank1, row1}),
        .o_valid(known), .i_ready(popped), .o_data({o_row_bank, o_row}));
    wire               unused_rows = &{1'b0, known, ready};   // has as many places as the memory of words
    assign o_row_valid = offered;
//%   for i = 0, HEAD_DIM - 1 do
    assign o_data[$(i*16) +: 16] = data[$((i // WIDTH * chunk_words * NORM_WIDTH + i % WIDTH) * 16) +: 16];
//%   end
    always @(posedge clk) begin
        fetched_last <= get == $(NORM_WORD_BITS+1)'d$(NORM_WORDS-1);
        if (fetched)
            data <= {next, data[$(NORM_WORDS*NORM_WIDTH*16-1):$(NORM_WIDTH*16)]};
        if (rst) begin
            put <= $(NORM_WORD_BITS)'d0;
            put_slot <= $(queue_bits)'d0;
            get_slot <= $(queue_bits)'d0;
            complete <= $(queue_bits+1)'d0;
            reading <= 1'b0;
            fetched <= 1'b0;
            offered <= 1'b0;
        end else begin
            if (last)
                put <= $(NORM_WORD_BITS)'d0;
            else if (present)
                put <= put + 1'b1;
            if (last)
                put_slot <= put_slot + 1'b1;
            if (popped)
                get_slot <= get_slot + 1'b1;
            complete <= complete + {$(queue_bits)'d0, last} - {$(queue_bits)'d0, popped};
            reading <= reading ? !(fetched && fetched_last) : complete != $(queue_bits+1)'d0 && !offered;
            fetched <= more;
            offered <= offered ? !i_row_ready : fetched && fetched_last;
        end
        get <= reading ? get + {$(NORM_WORD_BITS)'d0, more} : $(NORM_WORD_BITS+1)'d0;
    end
//% else
    reg  [$(valid_stages*(ROW_BITS+1)-1):0] row_at;
    always @(posedge clk) row_at <= {row_at[$((valid_stages-1)*(ROW_BITS+1)-1):0], bank1, row1};
    wire [$(ROW_BITS):0]     row7 = row_at[$((valid_stages-1)*(ROW_BITS+1)) +: $(ROW_BITS+1)];
    sofa_queue #(.WIDTH($(HEAD_DIM*16+ROW_BITS+1)), .DEPTH($(queue_rows)), .ABITS($(queue_bits))) u_queue (
        .clk(clk), .rst(rst), .i_valid(valid_at[$(valid_stages-1)]), .i_data({row7, word[$(HEAD_DIM*16-1):0]}),
        .o_valid(o_row_valid), .i_ready(i_row_ready), .o_data({o_row_bank, o_row, o_data}));
//% end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// A lane: $(WIDTH) multipliers of Q.K (SA-1) and of P.V (SA-2) with the queries and the output accumulators of its rows.
// A pair (or the retirement of a row) takes $(BEATS) beats; one may start every $(BEATS) cycles, the same row at least $(d.row_interval)
// cycles later. Times count from cycle 0, in which the group offers the operation (i_take): s stands at o_s in cycle
// $(latency("lane.score", d.dot_time)); the group offers p in cycle $(WEIGHT_TIME) (i_weigh); accumulators of a retiring row leave at o_o
// from cycle $(WEIGHT_TIME + d.row_interval - 1 + d.lane_aligns) on. Beats address chunks in the order of the shared phase counters
// (i_chunk_*), so each starts at another chunk and comes round. Equals sofa_attend_pair() but for the scalar part in sofa_group.
//% -- REGISTERED_LINKS: query rows come in words of the port
//% -- REGISTERED_ACCUMULATORS: V and weights come through a register too; such a lane is never shared
//% -- WORD_MEMORIES: a chunk's word, and the chunk in it
//% local function below(bits) return clog2(PORT_BITS // (WIDTH * bits)) end
//% local key_chunk_bits, value_chunk_bits = WORD_MEMORIES and math.max(below(QUERY_BITS), below(KEY_BITS)) or 0,
//%     WORD_MEMORIES and below(VALUE_BITS) or 0
//% local function part(word, chunk, bits)
//%   local low = below(bits)
//%   return low == 0 and word or word .. "[" .. chunk .. "[" .. (low-1) .. ":0]" .. "*" .. (WIDTH*bits) .. " +: " .. (WIDTH*bits) .. "]"
//% end
//% local function word(chunk, bits) return chunk .. "[" .. (BEAT_BITS-1) .. ":" .. (BEAT_BITS-bits) .. "]" end
`default_nettype none
module sofa_lane (
    input  wire                clk,
    input  wire                rst,
    // query rows, written chunk by chunk
    input  wire                i_query_we,
    input  wire [$(QUERY_PLACE_BITS-1):0]    i_query_addr,
    input  wire [$((WORD_MEMORIES or REGISTERED_LINKS) and PORT_BITS or WIDTH*QUERY_BITS)-1:0] i_query,
    // SA-1
    input  wire                i_take,
    input  wire [$(LANE_PLACE_BITS-1):0]    i_row,
    // $(WORD_MEMORIES and "place of the K row" or "of the window")
    input  wire [$(WORD_MEMORIES and KEY_PLACE_BITS or SLOT_BITS)-1:0] i_slot,
//% if BEATS > 1 then
    input  wire [$(BEAT_BITS-1):0]    i_chunk_q,
    input  wire                i_first_beat,
//% end
//% if WORD_MEMORIES then
    output wire [$(KEY_PLACE_BITS+KEY_WORD_BITS-1):0] o_key_addr,
    input  wire [$(PORT_BITS-1):0]     i_key,
//% elseif SLOT_MEMORIES then
    output wire [$(SLOT_BITS-1):0]    o_key_slot,
    input  wire [$(WIDTH*KEY_BITS-1):0]  i_key,            // two cycles later
//% else
    input  wire [$(WINDOW*WIDTH*KEY_BITS-1):0] i_keys,
//% end
    output wire [$(DOT_BITS-1):0]    o_s,
    // SA-2: the slot comes one cycle before the rest
    input  wire                i_take_value,
    input  wire [$(WORD_MEMORIES and VALUE_PLACE_BITS or SLOT_BITS)-1:0] i_value_slot,
    input  wire                i_weigh,
    input  wire                i_weigh_pair,
    input  wire                i_weigh_retire,
    input  wire [$(LANE_PLACE_BITS-1):0]    i_weigh_row,
    input  wire                i_weigh_first,
    input  wire [5:0]          i_weigh_shift,
    input  wire [15:0]         i_weight,
//% if BEATS > 1 then
    input  wire [$(BEAT_BITS-1):0]    i_chunk_v,
//% end
//% if WORD_MEMORIES then
    input  wire [$(BEAT_BITS-1):0]    i_chunk_value,    // one cycle before i_chunk_v
    output wire [$(VALUE_PLACE_BITS+VALUE_WORD_BITS-1):0] o_value_addr,
    input  wire [$(PORT_BITS-1):0]     i_value,
//% elseif SLOT_MEMORIES then
    output wire [$(SLOT_BITS-1):0]    o_value_slot,
    input  wire [$(WIDTH*VALUE_BITS-1):0]  i_value,          // two cycles later
//% else
    input  wire [$(WINDOW*WIDTH*VALUE_BITS-1):0] i_values,
//% end
//% local shares_output = GROUP_LANES > 1 or NORM_UNITS < LANE_GROUPS     -- O is or-ed with that of other lanes
//% local gates_output = LANE_ALIGNS or shares_output            -- o_o knows the retirements
//% local tells_retirements = gates_output or REGISTERED_ACCUMULATORS             -- retirements are told apart
//% if LANE_ALIGNS then
    input  wire [$(LEADING_BITS-1):0]    i_places,         // of a retiring row: right shift less 3
    // a cycle later than below, shifted but for the last $(NORM_SHIFT) bit(s) of the places
    output wire [$(WIDTH*NORM_BITS-1):0]  o_o,
//% else
    output wire [$(WIDTH*ACCUMULATOR_BITS-1):0]  o_o,
//% end
    output wire                o_active
);
//% local query_address = BEATS > 1 and "{row, i_chunk_q}" or "row"
//% local output_address = BEATS > 1 and "{weigh_row, i_chunk_v}" or "weigh_row"
    // ---- SA-1: Q and K registers, dot product ----
//% if not REGISTERED_ACCUMULATORS then
    reg  [$(LANE_PLACE_BITS-1):0]   row;
//% end
    wire [$(DOT_BITS-1):0]   partial;
//% if WORD_MEMORIES then
    reg  [$(KEY_PLACE_BITS-1):0]   slot;
//%   if key_chunk_bits > 0 then
    reg  [$(key_chunk_bits-1):0]   chunk1;
    always @(posedge clk) chunk1 <= i_chunk_q[$(key_chunk_bits-1):0];
//%   end
    wire [$(PORT_BITS-1):0]    q_word;
    wire [$(WIDTH*QUERY_BITS-1):0] q = $(part("q_word", "chunk1", QUERY_BITS));
    wire [$(WIDTH*KEY_BITS-1):0] k = $(part("i_key", "chunk1", KEY_BITS));
    sofa_ram #(.WIDTH($(PORT_BITS)), .DEPTH($(1 << QUERY_PLACE_BITS)), .ABITS($(QUERY_PLACE_BITS))) u_query (
        .clk(clk), .i_we(i_query_we), .i_waddr(i_query_addr), .i_wdata(i_query),
        .i_re(1'b1), .i_raddr({row, $(word("i_chunk_q", QUERY_WORD_BITS))}), .o_rdata(q_word));
    assign o_key_addr = {slot, $(word("i_chunk_q", KEY_WORD_BITS))};
    always @(posedge clk) begin
        if (i_take) begin
            row <= i_row;
            slot <= i_slot;
        end
    end
//% else
    wire [$(WIDTH*QUERY_BITS-1):0] q;
//%   if REGISTERED_ACCUMULATORS then
    wire [$(WIDTH*KEY_BITS-1):0] k = i_key;
    assign o_key_slot = i_slot;
//%     if REGISTERED_LINKS then
//% local query_parameters = parameters("BEAT", PORT_BITS, "BEATS", d.query_beats, "HBITS", QUERY_WORD_BITS, "DEPTH", 1 << CHUNK_PLACE_BITS,
//%     "ABITS", CHUNK_PLACE_BITS, "FAR_READ", 1)
    sofa_beats #($(query_parameters)) u_query (
        .clk(clk), .i_we(i_query_we && !rst), .i_index(i_query_addr[$(QUERY_WORD_BITS-1):0]),
        .i_waddr(i_query_addr[$(QUERY_PLACE_BITS-1):$(QUERY_WORD_BITS)]), .i_wdata(i_query),
        .i_raddr(i_row), .o_rdata(q));
//%     else
    reg  [$(WIDTH*QUERY_BITS-1):0] query;
    always @(posedge clk) query <= i_query;
//% local query_parameters = parameters("WIDTH", WIDTH*QUERY_BITS, "PARTS", math.ceil(WIDTH / 8), "DEPTH", 1 << CHUNK_PLACE_BITS, "ABITS",
//%     CHUNK_PLACE_BITS)
    sofa_spread #($(query_parameters)) u_query (
        .clk(clk), .i_we(i_query_we && !rst), .i_waddr(i_query_addr), .i_wdata(query), .i_raddr(i_row), .o_rdata(q));
//%     end
    wire               unused_take = &{1'b0, i_take, i_take_value};
//%   else
    reg  [$(SLOT_BITS-1):0]   slot;
    reg  [$(WIDTH*KEY_BITS-1):0] k;
    sofa_ram #(.WIDTH($(WIDTH*QUERY_BITS)), .DEPTH($(1 << CHUNK_PLACE_BITS)), .ABITS($(CHUNK_PLACE_BITS))) u_query (
        .clk(clk), .i_we(i_query_we), .i_waddr(i_query_addr), .i_wdata(i_query),
        .i_re(1'b1), .i_raddr($(query_address)), .o_rdata(q));

    always @(posedge clk) begin
        if (i_take) begin
            row <= i_row;
            slot <= i_slot;
        end
        case (slot)
//%     for s = 0, WINDOW - 1 do
            $(SLOT_BITS)'d$(s): k <= i_keys[$(s*WIDTH*KEY_BITS) +: $(WIDTH*KEY_BITS)];
//%     end
//%     if WINDOW < (1 << SLOT_BITS) then
            default: k <= i_keys[0 +: $(WIDTH*KEY_BITS)];
//%     end
        endcase
    end
//%   end
//% end

    sofa_dot u_dot (.clk(clk), .i_q(q), .i_k(k), .o_sum(partial));
//% if BEATS > 1 then
    reg  [$(DOT_BITS-1):0]   s;
    always @(posedge clk)
        s <= partial + (i_first_beat ? $(DOT_BITS)'d0 : s);
    assign o_s = s;
//% else
    assign o_s = partial;
//% end

    // ---- SA-2: p times V onto the accumulators, shifted when the reference was raised ----
//% if WORD_MEMORIES then
    reg  [$(VALUE_PLACE_BITS-1):0]   value_slot;
//%   if value_chunk_bits > 0 then
    reg  [$(value_chunk_bits-1):0]   chunk_v1;
    always @(posedge clk) chunk_v1 <= i_chunk_value[$(value_chunk_bits-1):0];
//%   end
    wire [$(WIDTH*VALUE_BITS-1):0] v = $(part("i_value", "chunk_v1", VALUE_BITS));
    assign o_value_addr = {value_slot, $(word("i_chunk_value", VALUE_WORD_BITS))};
//% else
//%   if REGISTERED_ACCUMULATORS then
    wire [$(WIDTH*VALUE_BITS-1):0] v = i_value;
    assign o_value_slot = i_value_slot;
//%   else
    reg  [$(SLOT_BITS-1):0]   value_slot;
    reg  [$(WIDTH*VALUE_BITS-1):0] v;
//%   end
//% end
    reg                pair, $(tells_retirements and "retire, " or "")first;
    reg  [$(LANE_PLACE_BITS-1):0]   weigh_row;
    reg  [5:0]         shift;
//% if REGISTERED_ACCUMULATORS then
    // copies for each $(math.ceil(WIDTH / d.lane_copies)) elements
    wire [$(d.lane_copies*16-1):0] ps;
//%   for c = 0, d.lane_copies - 1 do
    sofa_copy #(.WIDTH(16)) u_p_$(c) (.clk(clk), .i_data(i_weight), .o_data(ps[$(c*16) +: 16]));
//%   end
//% else
    reg  [15:0]        p;
//% end
    always @(posedge clk) begin
//% if not REGISTERED_ACCUMULATORS then
        if (i_take_value)
            value_slot <= i_value_slot;
//% end
        if (i_weigh) begin
            weigh_row <= i_weigh_row;
            first <= i_weigh_first;
            shift <= i_weigh_shift;
//% if not REGISTERED_ACCUMULATORS then
            p <= i_weight;
//% end
        end
//% if not WORD_MEMORIES and not SLOT_MEMORIES then
        case (value_slot)
//%   for s = 0, WINDOW - 1 do
            $(SLOT_BITS)'d$(s): v <= i_values[$(s*WIDTH*VALUE_BITS) +: $(WIDTH*VALUE_BITS)];
//%   end
//%   if WINDOW < (1 << SLOT_BITS) then
            default: v <= i_values[0 +: $(WIDTH*VALUE_BITS)];
//%   end
        endcase
//% end
        if (rst) begin
            pair <= 1'b0;
//% if tells_retirements then
            retire <= 1'b0;
//% end
        end else if (i_weigh) begin
            pair <= i_weigh_pair;
//% if tells_retirements then
            retire <= i_weigh_retire;
//% end
        end
    end

    reg                write1, write2$(gates_output and ", retire1" or "");
//% if not COPIED_REGISTERS then
    reg                first1;
    reg  [5:0]         shift1;
//% end
    reg  [$(CHUNK_PLACE_BITS-1):0]   addr1, addr2;
    wire [$(WIDTH*ACCUMULATOR_BITS-1):0] o_new;
//% if REGISTERED_ACCUMULATORS then
    wire [$(WIDTH*ACCUMULATOR_BITS-1):0] o_read;
    reg  [$(WIDTH*ACCUMULATOR_BITS-1):0] o;              // shifted by 0, 2, 4 or 6, the rest comes next
    wire [$(d.lane_copies*2-1):0] near;
//%   for c = 0, d.lane_copies - 1 do
    sofa_copy #(.WIDTH(2)) u_near_$(c) (.clk(clk), .i_data(shift[2:1] & {2{!retire}}), .o_data(near[$(c*2) +: 2]));
//%   end
//%   for i = 0, WIDTH - 1 do
    wire signed [$(ACCUMULATOR_BITS-1):0] read_$(i) = o_read[$(i*ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)];
    always @(posedge clk) o[$(i*ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)] <=
        read_$(i) >>> {near[$(i // math.ceil(WIDTH / d.lane_copies) * 2) +: 2], 1'b0};
//%   end
    wire               unused_shift = shift[0];    // even
//% else
    wire [$(WIDTH*ACCUMULATOR_BITS-1):0] o;
//% end
//% if REGISTERED_ACCUMULATORS then
//% local output_parameters = parameters("WIDTH", WIDTH*ACCUMULATOR_BITS, "PARTS", math.ceil(WIDTH / 8), "DEPTH", 1 << CHUNK_PLACE_BITS,
//%     "ABITS", CHUNK_PLACE_BITS)
    sofa_spread #($(output_parameters)) u_output (
        .clk(clk), .i_we(write2 && !rst), .i_waddr(addr2), .i_wdata(o_new), .i_raddr(i_weigh_row), .o_rdata(o_read));
//% else
    sofa_ram #(.WIDTH($(WIDTH*ACCUMULATOR_BITS)), .DEPTH($(1 << CHUNK_PLACE_BITS)), .ABITS($(CHUNK_PLACE_BITS))) u_output (
        .clk(clk), .i_we(write2), .i_waddr(addr2), .i_wdata(o_new),
        .i_re(1'b1), .i_raddr($(output_address)), .o_rdata(o));
//% end
//% if REGISTERED_ACCUMULATORS then
    reg  [3:0]         control1;
    always @(posedge clk) control1 <= {first, shift[5:3]};
//% end
//% -- what the shifter is told: first, and the bits of the shift from the lowest one that it does
//% local steer_bits = REGISTERED_ACCUMULATORS and 3 or 6
//% local steer = REGISTERED_ACCUMULATORS and "control1" or "{first, shift}"
//% if LANE_ALIGNS then
//% local places_bits = math.max(clog2((1 << LEADING_BITS) + 3), NORM_SHIFT + 1)     -- at most 2^LEADING_BITS - 1 + 3
    wire [$(places_bits-1):0]   places = $(ext("i_places", LEADING_BITS, places_bits)) + $(places_bits)'d3;
    wire [5:0]         all_places = $(ext("places", places_bits, 6)) & 6'd$(64 - (1 << NORM_SHIFT));
    wire [$(steer_bits-1):0]         move = retire1 ? all_places[5:$(6-steer_bits)] :
        $(REGISTERED_ACCUMULATORS and "control1[2:0]" or "shift1");
    wire               unused_places = &{1'b0, places[$(NORM_SHIFT-1):0]$(REGISTERED_ACCUMULATORS and ", all_places[2:0]" or "")};
//%   if REGISTERED_ACCUMULATORS then steer = "{control1[3], move}" end
//% end
//% if COPIED_REGISTERS then
    // shift and first of the accumulators, for each $(math.ceil(WIDTH / d.lane_copies)) elements
    wire [$(d.lane_copies*(steer_bits+1)-1):0] control;
//%   for c = 0, d.lane_copies - 1 do
    sofa_copy #(.WIDTH($(steer_bits+1))) u_control_$(c) (
        .clk(clk), .i_data($(steer)),
        .o_data(control[$(c*(steer_bits+1)) +: $(steer_bits+1)]));
//%   end
//% elseif not LANE_ALIGNS then
    wire [5:0]         move = shift1;
//% end
//% if LANE_ALIGNS then
//% elseif shares_output then
    assign o_o = o & {$(WIDTH*ACCUMULATOR_BITS){retire1}};
//% else
    assign o_o = o;
    wire unused_retire = i_weigh_retire;
//% end
    assign o_active = pair;

    always @(posedge clk) begin
        addr1 <= $(output_address);
        addr2 <= addr1;
//% if not COPIED_REGISTERS then
        first1 <= first;
        shift1 <= shift;
//% end
        if (rst) begin
            write1 <= 1'b0;
            write2 <= 1'b0;
//% if gates_output then
            retire1 <= 1'b0;
//% end
        end else begin
            write1 <= pair;
            write2 <= write1;
//% if gates_output then
            retire1 <= retire;
//% end
        end
    end

//% local product_bits = 17 + VALUE_BITS    -- p * v
//% local dropped_bits = VALUE_BITS - 6
//% local halved = VALUE_BITS == 16 and not WHOLE_PRODUCTS
//% local weighted_bits = halved and product_bits - dropped_bits + 1 or product_bits - dropped_bits
//% if not REGISTERED_ACCUMULATORS then
    wire signed [16:0] weight = {1'b0, p};
//% end
//% for i = 0, WIDTH - 1 do
//%   if halved then
    reg  signed [25:0] low_$(i);
    reg  signed [24:0] high_$(i);
    wire signed [8:0]  vl_$(i) = {1'b0, v[$(i*VALUE_BITS) +: 8]};
    wire signed [7:0]  vh_$(i) = v[$(i*VALUE_BITS+8) +: 8];
    wire signed [$(product_bits):0] product_$(i) = {high_$(i)[24], high_$(i), 8'd0} + {{$(product_bits+1-26){low_$(i)[25]}}, low_$(i)} +
        $(product_bits+1)'d$(1 << (dropped_bits-1));
    always @(posedge clk) begin
        low_$(i) <= weight * vl_$(i);
        high_$(i) <= weight * vh_$(i);
    end
//%   else
    wire signed [$(product_bits-1):0] product_$(i);
//%     if REGISTERED_ACCUMULATORS then
    sofa_multiply #(.A(17), .B($(VALUE_BITS))) u_product_$(i) (
        .clk(clk), .i_a({1'b0, ps[$(i // math.ceil(WIDTH / d.lane_copies) * 16) +: 16]}), .i_b(v[$(i*VALUE_BITS) +: $(VALUE_BITS)]),
        .o_p(product_$(i)));
//%     else
    reg  signed [$(product_bits-1):0] whole_$(i);
    wire signed [$(VALUE_BITS-1):0] v_$(i) = v[$(i*VALUE_BITS) +: $(VALUE_BITS)];
    assign product_$(i) = whole_$(i);
    always @(posedge clk) whole_$(i) <= weight * v_$(i);
//%     end
    reg                half_$(i);
    always @(posedge clk) half_$(i) <= product_$(i)[$(dropped_bits-1)];
//%   end
    reg  signed [$(weighted_bits-1):0] w_$(i);
    reg  signed [$(ACCUMULATOR_BITS-1):0] kept_$(i);
    wire signed [$(ACCUMULATOR_BITS-1):0] old_$(i) = o[$(i*ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)];
    wire unused_product_$(i) = &{1'b0, product_$(i)[$(dropped_bits-1):0]};
    always @(posedge clk) begin
        w_$(i) <= product_$(i)[$(weighted_bits+dropped_bits-1):$(dropped_bits)];
//%   local control_low = i // math.ceil(WIDTH / d.lane_copies) * (steer_bits + 1)
//%   local part = "control[" .. control_low .. " +: " .. steer_bits .. "]"
        kept_$(i) <= $(COPIED_REGISTERS and "control[" .. control_low+steer_bits .. "]" or "first1") ? $(ACCUMULATOR_BITS)'sd0 :
            old_$(i) >>> $(REGISTERED_ACCUMULATORS and "{" .. part .. ", 3'd0}" or COPIED_REGISTERS and part or "move");
    end
//%   if halved then
    assign o_new[$(i*ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)] = kept_$(i) + $(sext("w_" .. i, weighted_bits, ACCUMULATOR_BITS));
//%   else
    // the rounding bit is the carry
    wire [$(ACCUMULATOR_BITS):0] sum_$(i) = {kept_$(i), 1'b1} + {$(sext("w_" .. i, weighted_bits, ACCUMULATOR_BITS)), half_$(i)};
    assign o_new[$(i*ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)] = sum_$(i)[$(ACCUMULATOR_BITS):1];
    wire unused_sum_$(i) = sum_$(i)[0];
//%   end
//%   if LANE_ALIGNS then
    assign o_o[$(i*NORM_BITS) +: $(NORM_BITS)] = kept_$(i)[$(NORM_BITS-1):0];
//%   end
//% end
endmodule
`default_nettype wire

// Normalisation unit of $(d.lane_groups // d.norm_units) lane group(s): o = O / l, one chunk of $(cfg.attend.width) a cycle; queues rows for the store.
// A group may retire a row when it has the turn (o_turn): a row takes $(d.beats) cycle(s), and has space in the queue from then on.
// Latency 7 cycles from i_valid to the first chunk. Handshake at the row output: valid/ready. Equals sofa_attend_finish().
//% local N, B, D, NG, UG = cfg.attend.width, d.beats, cfg.head_dim, d.lane_groups, d.lane_groups // d.norm_units
//% local OA, LB, RB, BB, DEPTH = d.output_acc_bits, d.weight_bits, d.row_bits, clog2(d.beats), d.retire_rows
//% local QB, TB = clog2(DEPTH), math.max(1, clog2(UG))
`default_nettype none
module sofa_norm (
    input  wire                 clk,
    input  wire                 rst,
//% if B > 1 then
    input  wire [$(BB-1):0]     i_phase_chunk,   // of the chunk that leaves the multipliers
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
    input  wire [$(UG*N*OA-1):0] i_o,            // two cycles after i_valid and on, zero otherwise
    // rows
    output wire                 o_row_valid,
    input  wire                 i_row_ready,
    output wire                 o_row_bank,
    output wire [$(RB-1):0]     o_row,
    output wire [$(D*16-1):0]   o_data
);
    // ---- turns and queue space ----
    reg  [$(QB):0] used;
    wire           free = used != $(QB+1)'d$(DEPTH)$(B > 1 and " && busy == " .. BB .. "'d0" or "");
    wire           retire = |i_retire;
    wire           popped = o_row_valid && i_row_ready;
//% if B > 1 then
    reg  [$(BB-1):0] busy;
    always @(posedge clk)
        if (rst)
            busy <= $(BB)'d0;
        else if (retire)
            busy <= $(BB)'d$(B-1);
        else if (busy != $(BB)'d0)
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
    reg              valid1, started1, bank1;
    reg  [$(RB-1):0] row1;
    reg  [$(LB-1):0] l1;
//% local function choose(name, width)
//%   local t = {}
//%   for g = 0, UG - 1 do t[#t+1] = "({" .. width .. "{i_valid[" .. g .. "]}} & " .. name .. "[" .. (g*width) .. " +: " .. width .. "])" end
//%   return table.concat(t, " | ")
//% end
    always @(posedge clk) begin
        if (|i_valid) begin
            started1 <= |(i_valid & i_started);
            bank1 <= |(i_valid & i_bank);
            row1 <= $(choose("i_row", RB));
            l1 <= $(choose("i_l", LB));
        end
        valid1 <= |i_valid && !rst;
    end

    wire [5:0]  exponent;
    wire [15:0] y;
    reg  [5:0]  places;
    sofa_recip u_recip (.clk(clk), .rst(rst), .i_valid(valid1), .i_l(l1), .o_exponent(exponent), .o_y(y));
    always @(posedge clk) places <= exponent - 6'd11;

    // ---- o = sat16(round((O >>> (e - 11)) * y >> 17)) ----
    reg  [4:0] started_at;     // cycles 2 .. 6 after i_valid
    always @(posedge clk) started_at <= {started_at[3:0], started1};
    wire [$(N*16-1):0] chunk;
//% for i = 0, N - 1 do
//%   local t = {}
//%   for g = 0, UG - 1 do t[#t+1] = "i_o[" .. (g*N*OA + i*OA) .. " +: " .. OA .. "]" end
    reg  signed [$(OA-1):0] o_$(i);
    wire signed [$(OA-1):0] shifted_$(i) = o_$(i) >>> places;
    reg  signed [18:0] h_$(i), late_$(i);
    reg  signed [27:0] low_$(i), high_$(i);
    wire signed [36:0] product_$(i) = {high_$(i)[27], high_$(i), 8'd0} + {{9{low_$(i)[27]}}, low_$(i)} + 37'd65536;
    wire               fits_$(i) = &product_$(i)[36:32] || ~|product_$(i)[36:32];
    reg  [15:0]        q_$(i);
//%   if OA > 19 then
    wire unused_$(i) = &{1'b0, shifted_$(i)[$(OA-1):19], product_$(i)[16:0]};
//%   end
    always @(posedge clk) begin
        o_$(i) <= $(table.concat(t, " | "));
        h_$(i) <= shifted_$(i)[18:0];
        late_$(i) <= h_$(i);
        low_$(i) <= late_$(i) * $signed({1'b0, y[7:0]});
        high_$(i) <= late_$(i) * $signed({1'b0, y[15:8]});
        q_$(i) <= !started_at[4] ? 16'd0 : fits_$(i) ? product_$(i)[32:17] : {product_$(i)[36], {15{!product_$(i)[36]}}};
    end
    assign chunk[$(i*16) +: 16] = q_$(i);
//% end

    // ---- rows ----
    reg  [5:0]         valid_at;          // cycles 2 .. 7 after i_valid
    reg  [$(6*(RB+1)-1):0] row_at;
    always @(posedge clk) begin
        row_at <= {row_at[$(5*(RB+1)-1):0], bank1, row1};
        if (rst)
            valid_at <= 6'd0;
        else
            valid_at <= {valid_at[4:0], valid1};
    end
    wire [$(RB):0]     row7 = row_at[$(5*(RB+1)) +: $(RB+1)];
//% if B > 1 then
    // chunks come in any order and wait in a memory; rows are put together as they leave
    reg  [$(BB-1):0]   beats;             // that follow the present one
    reg  [$(QB-1):0]   put_slot, get_slot;
    reg  [$(BB):0]     get;               // chunk to read next
    reg                reading, fetched;
    reg  [$(BB-1):0]   fetched_chunk;
    reg                valid;
    reg  [$(D*16-1):0] data;
    wire               present = valid_at[5] || beats != $(BB)'d0;
    wire               last = present && !valid_at[5] && beats == $(BB)'d1;
    wire               listed, listed_ready;
    wire [$(N*16-1):0] word;
    wire               more = reading && get != $(BB+1)'d$(B);
    sofa_ram #(.WIDTH($(N*16)), .DEPTH($(DEPTH << BB)), .ABITS($(QB+BB))) u_chunks (
        .clk(clk), .i_we(present), .i_waddr({put_slot, i_phase_chunk}), .i_wdata(chunk),
        .i_re(more), .i_raddr({get_slot, get[$(BB-1):0]}), .o_rdata(word));
    sofa_fifo #(.WIDTH($(RB+1)), .DEPTH($(DEPTH)), .ABITS($(QB))) u_rows (
        .clk(clk), .rst(rst), .i_valid(last), .o_ready(listed_ready), .i_data(row7),
        .o_valid(listed), .i_ready(popped), .o_data({o_row_bank, o_row}));
    wire               unused_listed = listed_ready;    // has as many places as the chunk memory
    assign o_row_valid = valid;
    assign o_data = data;
    always @(posedge clk) begin
        fetched_chunk <= get[$(BB-1):0];
        if (fetched)
            case (fetched_chunk)
//%   for c = 0, B - 1 do
//%     local n = math.min(N, D - c * N)
                $(BB)'d$(c): data[$(c*N*16) +: $(n*16)] <= word[$(n*16-1):0];
//%   end
                default: ;
            endcase
        if (rst) begin
            beats <= $(BB)'d0;
            put_slot <= $(QB)'d0;
            get_slot <= $(QB)'d0;
            reading <= 1'b0;
            fetched <= 1'b0;
            valid <= 1'b0;
        end else begin
            if (valid_at[5])
                beats <= $(BB)'d$(B-1);
            else if (beats != $(BB)'d0)
                beats <= beats - 1'b1;
            if (last)
                put_slot <= put_slot + 1'b1;
            if (popped)
                get_slot <= get_slot + 1'b1;
            reading <= reading ? !(fetched && fetched_chunk == $(BB)'d$(B-1)) : listed && !valid;
            fetched <= more;
            valid <= valid ? !i_row_ready : fetched && fetched_chunk == $(BB)'d$(B-1);
        end
        get <= reading ? get + {$(BB)'d0, more} : $(BB+1)'d0;
    end
//% else
    sofa_queue #(.WIDTH($(D*16+RB+1)), .DEPTH($(DEPTH)), .ABITS($(QB))) u_queue (
        .clk(clk), .rst(rst), .i_valid(valid_at[5]), .i_data({row7, chunk[$(D*16-1):0]}),
        .o_valid(o_row_valid), .i_ready(i_row_ready), .o_data({o_row_bank, o_row, o_data}));
//% end
endmodule
`default_nettype wire

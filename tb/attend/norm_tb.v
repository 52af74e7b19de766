// SPDX-License-Identifier: Apache-2.0
//% local row_bits, acc_bits = BEATS * WIDTH * ACCUMULATOR_BITS, ACCUMULATOR_BITS
//% local to_valid = d.issue_time + WEIGHT_TIME                      -- from the turn that is taken, as in a lane group
//% local to_output = to_valid + d.row_interval - 1 + d.lane_aligns
//% local places_age = to_output - to_valid - 2                      -- of what a lane shifts by, when the shifted chunk leaves
//% local stays = d.denominator_stays == 1 and BEATS - 1 - (WEIGHT_TIME - 2) % BEATS or 0 -- cycles that the group leaves l after i_valid
//% local chunk_age = (WEIGHT_TIME + (d.norm_wait > 0 and 3 or 8)) % BEATS
//% local depth = to_output + BEATS
// Lets the rows of rows.hex, {started, bank, row, l, O}, retire into sofa_norm as lane groups do, at random turns, and compares what
// leaves it with finished.hex; tests/test_norm_rtl.c writes both. Whose turn it is, is compared in every cycle. A reset comes after
// RESET cycles: what is under way is lost. Prints "pass" or the first difference.
`default_nettype none
module norm_tb #(
    parameter ROWS = 1,
    parameter RESET = 1,
    parameter SEED = 1
);
    reg  [$(row_bits+DENOMINATOR_BITS+ROW_BITS+1):0] row [0:ROWS-1];
    reg  [$(HEAD_DIM*16-1):0] finished [0:ROWS-1];
    reg                 clk, rst;
    integer             seed, now, in, out, age, beat, group;    // in: rows that have retired; out: rows that the store has
    wire [31:0]         rows_of_number = row[out < ROWS ? out : 0][$(row_bits+DENOMINATOR_BITS) +: $(ROW_BITS+1)];

    task fail(input [8*24-1:0] what);
        begin
            $display("%0s differs: cycle %0d, row %0d of %0d", what, now, out, ROWS);
            $finish;
        end
    endtask
    function chance(input integer of_ten);
        chance = $unsigned($random(seed)) % 10 < of_ten;
    endfunction
    // mostly busy, mostly idle or anything between, for a while
    function integer often(input integer which);
        often = now / 300 * (5 + 2 * which) % 4 * 3 + 1;
    endfunction

    // ---- the groups: a row retires if its lane's turn has come ----
    reg  [$(PHASE_BITS-1):0] phase;
    reg  [$(BEATS*PHASE_BITS-1):0] phases;                       // of cycles before
    reg  [$(NORM_UNIT_GROUPS-1):0] want, valid, started, bank;
    reg  [$(NORM_UNIT_GROUPS*ROW_BITS-1):0] number;
    reg  [$(NORM_UNIT_GROUPS*DENOMINATOR_BITS-1):0] l;
    reg  [$(NORM_UNIT_GROUPS*WIDTH*NORM_BITS-1):0] o;
    wire [$(NORM_UNIT_GROUPS-1):0] turn;
    wire [$(NORM_UNIT_GROUPS-1):0] retire = want & turn;
    wire [$(LEADING_BITS-1):0] places;
    integer             was [0:$(depth)], of_group [0:$(depth)], lane [0:$(depth)], shift [0:$(depth)];  // by age
    integer             chunk;
    reg signed [$(acc_bits-1):0] element;
    task drive_row;                                              // beside i_valid; l may stay a little
        begin
            valid <= $(NORM_UNIT_GROUPS)'d0;
            started <= $random(seed);
            bank <= $random(seed);
            for (group = 0; group < $(NORM_UNIT_GROUPS); group = group + 1) begin
                number[group*$(ROW_BITS) +: $(ROW_BITS)] <= $random(seed);
                l[group*$(DENOMINATOR_BITS) +: $(DENOMINATOR_BITS)] <= {$random(seed), $random(seed)};
            end
            if (was[$(to_valid)] >= 0) begin
                valid[of_group[$(to_valid)]] <= 1'b1;
                {started[of_group[$(to_valid)]], bank[of_group[$(to_valid)]], number[of_group[$(to_valid)]*$(ROW_BITS) +: $(ROW_BITS)]} <=
                    row[was[$(to_valid)]][$(row_bits+DENOMINATOR_BITS) +: $(ROW_BITS+2)];
            end
            for (age = $(to_valid); age <= $(to_valid + stays); age = age + 1)
                if (was[age] >= 0)
                    l[of_group[age]*$(DENOMINATOR_BITS) +: $(DENOMINATOR_BITS)] <= row[was[age]][$(row_bits) +: $(DENOMINATOR_BITS)];
        end
    endtask
    task drive_chunk;                                            // of the row that leaves a lane now, if one does
        integer place;
        begin
//% if LEAVE == "shared" then
            o <= $(NORM_UNIT_GROUPS*WIDTH*NORM_BITS)'d0;
//% else
            o <= {$(math.ceil(NORM_UNIT_GROUPS*WIDTH*NORM_BITS/32)){$random(seed)}};
//% end
            for (beat = 0; beat < $(BEATS); beat = beat + 1)
                if (was[$(to_output)+beat] >= 0) begin
                    chunk = (lane[$(to_output)+beat] + beat) % $(BEATS);
                    for (place = 0; place < $(WIDTH); place = place + 1) begin
                        element = row[was[$(to_output)+beat]][(chunk*$(WIDTH)+place)*$(acc_bits) +: $(acc_bits)];
//% if LANE_ALIGNS then
                        element = element >>> (shift[$(places_age)] & $(64 - (1 << NORM_SHIFT)));
//% end
                        o[(of_group[$(to_output)+beat]*$(WIDTH)+place)*$(NORM_BITS) +: $(NORM_BITS)] <= element[$(NORM_BITS-1):0];
                    end
                end
        end
    endtask
    always @(posedge clk) begin
        for (age = $(depth); age > 1; age = age - 1) begin
            was[age] = rst ? -1 : was[age-1];
            of_group[age] = of_group[age-1];
            lane[age] = lane[age-1];
            shift[age] = shift[age-1];
        end
        was[1] = |retire && !rst ? in : -1;
        lane[1] = phase;
        shift[1] = places;
        for (group = 0; group < $(NORM_UNIT_GROUPS); group = group + 1)
            if (retire[group])
                of_group[1] = group;
        if (was[1] >= 0)
            in = in + 1;
        phase <= rst || phase == $(BEATS - 1) ? $(PHASE_BITS)'d0 : phase + 1'b1;
        phases <= $(shifted_in("phases", BEATS, PHASE_BITS, "phase"));
        want <= in < ROWS && (rst || phase == $(BEATS - 1) || phase + 1 < $(GROUP_LANES)) && chance(often(0))
            ? $random(seed) : $(NORM_UNIT_GROUPS)'d0;
        drive_row;
        drive_chunk;
    end

    // ---- turns: a place in the queue from the turn until the store has the row ----
    integer             used, busy, whose;
    wire                free = used != $(RETIRE_ROWS) && busy == 0;
    wire [$(NORM_UNIT_GROUPS-1):0] turn_expected = free << whose;
    reg                 row_ready;
    wire                row_valid, row_bank;
    wire [$(ROW_BITS-1):0] row_number;
    wire [$(NORM_DATA_BITS-1):0] data;
    wire                popped = row_valid && row_ready;
    always @(posedge clk)
        if (rst) begin
            used <= 0;
            busy <= 0;
            whose <= 0;
        end else begin
            if (turn !== turn_expected)
                fail("turn");
            used <= used + |retire - popped;
            busy <= |retire ? $(NORM_WORDS - 1) : busy > 0 ? busy - 1 : 0;
            if (phase == $(BEATS - 1))
                whose <= (whose + 1) % $(NORM_UNIT_GROUPS);
        end

    // ---- the store ----
    reg                 held;
//% if OUTPUT_WORDS then
    reg                 reads, looked, taken;
    wire                read = reads && (popped || taken);       // no other row is promised to be there
    reg  [$(NORM_WORD_BITS-1):0] read_index;
    reg  [$(NORM_WORDS-1):0] seen;                                // words of the row that was taken last
    reg  [$(PORT_BITS-1):0] word_expected;
    always @(posedge clk) begin
        if (looked && data !== word_expected)
            fail("word");
        looked <= read && !rst;
        taken <= (popped || taken) && !rst;
        word_expected <= finished[popped ? out : out > 0 ? out - 1 : 0][read_index*$(PORT_BITS) +: $(PORT_BITS)];
        if (popped)
            seen = $(NORM_WORDS)'d0;
        if (read)
            seen[read_index] = 1'b1;
        if (rst)
            seen = {$(NORM_WORDS){1'b1}};
        reads <= chance(7);
        read_index <= $unsigned($random(seed)) % $(NORM_WORDS);
        row_ready <= &seen && chance(often(1));
    end
    wire                all_seen = &seen;
//% else
    wire                all_seen = 1'b1;
    always @(posedge clk) begin
        if (row_valid && !rst && data !== finished[out < ROWS ? out : 0])
            fail("row");
        row_ready <= chance(often(1));
    end
//% end
    always @(posedge clk)
        if (rst) begin
            held <= 1'b0;
            out <= in;
        end else begin
            if (row_valid === 1'bx || (held && !row_valid) || (row_valid && out >= in))
                fail("o_row_valid");
            if (row_valid && {row_bank, row_number} !== rows_of_number[$(ROW_BITS):0])
                fail("number");
            held <= row_valid && !row_ready;
            if (popped)
                out <= out + 1;
        end

    sofa_norm dut (
        .clk(clk), .rst(rst), .i_phase_chunk($(chunk_age > 0 and nth("phases", chunk_age - 1, PHASE_BITS) or "phase")),
        .i_phase_issue(phase), .i_retire(retire), .o_turn(turn), .i_valid(valid), .i_started(started), .i_bank(bank), .i_row(number),
        .i_l(l), .o_places(places), .i_o(o), .o_row_valid(row_valid), .i_row_ready(row_ready), .o_row_bank(row_bank), .o_row(row_number),
//% if OUTPUT_WORDS then
        .i_read(read), .i_read_index(read_index),
//% end
        .o_data(data));

    integer             quiet;
    always @(posedge clk) begin
        now <= now + 1;
        quiet = out == ROWS && all_seen ? quiet + 1 : 0;
        if (quiet > 100) begin
            $display("pass");
            $finish;
        end
        if (now > $(100 * NORM_WORDS + 400) * ROWS + 20000) begin
            $display("hangs: %0d rows have retired, %0d of %0d left", in, out, ROWS);
            $finish;
        end
    end
    always #1 clk = !clk;
    initial begin
        $readmemh("rows.hex", row);
        $readmemh("finished.hex", finished);
        seed = SEED;
        now = 0;
        in = 0;
        out = 0;
        quiet = 0;
        clk = 1'b0;
        rst = 1'b1;
        for (age = 0; age <= $(depth); age = age + 1)
            was[age] = -1;
        #8 rst <= 1'b0;
        #(2*RESET) rst <= 1'b1;
        #8 rst <= 1'b0;
    end
endmodule
`default_nettype wire

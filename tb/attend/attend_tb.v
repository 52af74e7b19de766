// SPDX-License-Identifier: Apache-2.0
//% local acc_bits, row_bits = ACCUMULATOR_BITS, BEATS * WIDTH * ACCUMULATOR_BITS
//% local key_row_bits, value_row_bits, query_row_bits = d.key_beats * PORT_BITS, d.value_beats * PORT_BITS, d.query_beats * PORT_BITS
//% local to_output = d.row_interval - 1 + d.lane_aligns       -- from a group's sum of weights to its first chunk of O
//% local follow = d.value_hold - 1                            -- cycles that V comes into the window behind K
// The attention engine between a window and a store: sofa_queries and sofa_attend with the entries and slots of the window. Plays
// items.hex, {last of its block, is a key, rows that need it}, with rows of queries.hex, keys.hex and values.hex, at random times; compares
// the sums of weights and accumulators of retiring rows with sums.hex, {started, l}, and accumulators.hex, what leaves with finished.hex.
// tests/test_attend_rtl.c writes the files. Prints "pass" or the first difference.
`default_nettype none
module attend_tb #(
    parameter ROWS = 1,
    parameter ITEMS = 1,
    parameter PAIRS = 0,
    parameter RAISES = 0,
    parameter [15:0] SCALE_MANTISSA = 0,
    parameter [5:0] SCALE_SHIFT = 0,
    parameter SLOW = 0,        // queries are late
    parameter SEED = 1
);
    reg  [$(QUERY_BLOCK+1):0] item [0:ITEMS-1];
    reg  [$(query_row_bits-1):0] query [0:ROWS-1];
    reg  [$(key_row_bits-1):0] key [0:ITEMS-1];
    reg  [$(value_row_bits-1):0] value [0:ITEMS-1];
    reg  [$(DENOMINATOR_BITS):0] sum [0:ROWS-1];
    reg  [$(row_bits-1):0] accumulator [0:ROWS-1];
    reg  [$(HEAD_DIM*16-1):0] finished [0:ROWS-1];
    reg                 clk, rst;
    integer             seed, now, place, group, unit, beat;

    task fail(input [8*24-1:0] what, input integer row);
        begin
            $display("%0s differs: cycle %0d, row %0d of %0d", what, now, row, ROWS);
            $finish;
        end
    endtask
    function chance(input integer of_ten);
        chance = $unsigned($random(seed)) % 10 < of_ten;
    endfunction
    // mostly busy, mostly idle or anything between, for a while
    function integer often(input integer which);
        often = now / 200 * (5 + 2 * which) % 4 * 3 + 1;
    endfunction

    // ---- query rows, of two blocks at most ----
    reg                 start, query_valid;
    integer             asked, retired;          // rows that have been taken, blocks that have left
    wire                query_ready, block_retired;
    wire [1:0]          in_place;
    wire [$(LANES-1):0] query_we;
    wire [$(QUERY_BUSES*QUERY_PLACE_BITS-1):0] query_addr;
    wire [$(QUERY_BUSES*LANE_QUERY_BITS-1):0] query_data;
    wire                query_taken = query_valid && query_ready;
    wire [31:0]         following = asked + query_taken;
    wire                more_queries = following < ROWS && following < (retired + 2) * $(QUERY_BLOCK);
//% if QUERY_IN_WORDS then
    reg                 word_valid;
    reg  [$(QUERY_WORD_BITS-1):0] word_index;
    reg  [$(PORT_BITS-1):0] word;
    integer             words;                   // of the row, that have come
    always @(posedge clk) begin
        word_valid <= 1'b0;
        word_index <= $random(seed);
        word <= {$random(seed), $random(seed)};
        query_valid <= query_valid && !query_ready;
        if (rst)
            {query_valid, words} <= 33'd0;
        else if ((query_taken || !query_valid) && more_queries && chance(SLOW ? 1 : often(0))) begin
            word_valid <= 1'b1;
            word_index <= words;
            word <= query[following][words*$(PORT_BITS) +: $(PORT_BITS)];
            query_valid <= words == $(d.query_beats - 1);
            words <= words == $(d.query_beats - 1) ? 0 : words + 1;
        end
        asked <= rst ? 0 : following;
    end
//% else
    always @(posedge clk) begin
        query_valid <= !rst && (query_valid && !query_ready || more_queries && chance(SLOW ? 1 : often(0)));
        asked <= rst ? 0 : following;
    end
    wire [$(HEAD_DIM*QUERY_BITS-1):0] query_row = query[asked < ROWS ? asked : 0][$(HEAD_DIM*QUERY_BITS-1):0];
//% end
    sofa_queries u_queries (
        .clk(clk), .rst(rst), .i_start(start), .i_rows(ROWS[$(ROWS_BITS-1):0]), .i_block_retired(block_retired), .i_row_valid(query_valid),
        .o_row_ready(query_ready),
//% if QUERY_IN_WORDS then
        .i_word_valid(word_valid), .i_word_index(word_index), .i_word(word),
//% else
        .i_row(query_row),
//% end
        .o_ready(in_place), .o_code_we(), .o_code_row(), .o_code(),
//% if WORD_MEMORIES then
        .o_code_index(), .o_exponent_we(), .o_exponent_row(), .o_exponent(),
//% end
        .o_query_we(query_we), .o_query_addr(query_addr), .o_query(query_data));

    // ---- keys enter the window ----
    integer             next, block;             // item, and its block
    reg                 item_valid, block_open, load1, bank1, last1;
    reg  [$(QUERY_BLOCK-1):0] load_rows;
    wire                bank = block % 2;
    wire                has_key = item[next < ITEMS ? next : 0][$(QUERY_BLOCK)];
    wire                block_last = item[next < ITEMS ? next : 0][$(QUERY_BLOCK+1)];
    wire                slot_here;
    wire                opens = item_valid && !block_open && in_place[bank];
    wire                enter = item_valid && block_open && (!has_key || slot_here);
    wire                load = enter && has_key;
    wire [31:0]         block_rows = ROWS - block * $(QUERY_BLOCK) < $(QUERY_BLOCK) ? ROWS - block * $(QUERY_BLOCK) : $(QUERY_BLOCK);
    wire [$(QUERY_BLOCK):0] all_rows = ($(QUERY_BLOCK + 1)'d1 << block_rows) - 1;
    integer             block_in [0:1];          // by bank
$(staged(REGISTERED_LINKS, {{"opened", 1, "opens", reset = true}, {"opened_bank", 1, "bank"}}))
$(staged(REGISTERED_LINKS, {{"opened_rows", QUERY_BLOCK, range("all_rows", QUERY_BLOCK - 1, 0), vector = true}}))
    always @(posedge clk) begin
        // a block's keys are known when its queries have come, so no earlier than the last but one has left
        item_valid <= !rst && (item_valid && !enter ||
            next + enter < ITEMS && block + (enter && block_last) < retired + 2 && chance(often(1)));
        load1 <= load && !rst;
        bank1 <= bank;
        last1 <= enter && block_last && !rst;
        load_rows <= load ? item[next][$(QUERY_BLOCK-1):0] : {$(math.ceil(QUERY_BLOCK / 32)){$random(seed)}};
        block_open <= !rst && (opens || (block_open && !(enter && block_last)));
        if (opens)
            block_in[bank] <= block;
        next <= rst ? 0 : next + enter;
        block <= rst ? 0 : block + (enter && block_last);
    end

    // ---- blocks to retire ----
    reg  [1:0]          loaded;
    reg                 retire_bank;
    wire [1:0]          owed;
    wire                retire_ready = loaded[retire_bank];
    wire                all_retired = retire_ready && !owed[retire_bank];
    always @(posedge clk)
        if (rst) begin
            loaded <= 2'b00;
            retire_bank <= 1'b0;
        end else begin
            loaded <= (loaded | {last1 && bank1, last1 && !bank1}) & ~{all_retired && retire_bank, all_retired && !retire_bank};
            retire_bank <= retire_bank ^ all_retired;
        end

    // ---- entries and slots; V comes behind K ----
    wire [$(WINDOW-1):0] put, any, move, entry_load, entry_bank;
    wire [$(SLOT_BITS-1):0] put_index, load_index;
    wire [$(WINDOW*SLOT_BITS-1):0] slots;
    wire [$(WINDOW*ENTRY_PLACE_BITS-1):0] entry_slot;
    sofa_entries u_entries (
        .clk(clk), .rst(rst), .i_load(load), .i_load1(load1), .i_bank1(bank1), .o_slot_here(slot_here), .o_put(put),
        .o_put_index(put_index), .o_load_index(load_index), .i_entry_any(any), .o_move(move), .o_load(entry_load),
        .o_entry_bank(entry_bank), .o_slots(slots));
    integer             loads;
//% if WORD_MEMORIES then
    // places of the ring in turn, scattered; each again when the keys enter that may be there while all of prefetch is under way
    integer             item_in [0:$(RING_ROOMS - 1)];
    wire [31:0]         ring_place = loads % $(RING_ROOMS - PREFETCH) * 5 + 3;
    wire [$(RING_BITS+KEY_WORD_BITS-1):0] key_addr;
    wire [$(RING_BITS+VALUE_WORD_BITS-1):0] value_addr;
    reg  [$(PORT_BITS-1):0] key_word, value_word;
    reg  [$(RING_BITS-1):0] load_place;
    sofa_entry_list #(.BITS($(ENTRY_PLACE_BITS))) u_places (
        .clk(clk), .i_load(entry_load), .i_move(move), .i_word(load_place), .o_words(entry_slot));
    always @(posedge clk) begin
        load_place <= ring_place;
        if (load)
            item_in[ring_place % $(RING_ROOMS)] = next;
        loads <= rst ? 0 : loads + load;
        place = item_in[key_addr >> $(KEY_WORD_BITS)];
        key_word <= key[place][(key_addr % $(1 << KEY_WORD_BITS))*$(PORT_BITS) +: $(PORT_BITS)];
        place = item_in[value_addr >> $(VALUE_WORD_BITS)];
        value_word <= value[place][(value_addr % $(1 << VALUE_WORD_BITS))*$(PORT_BITS) +: $(PORT_BITS)];
    end
//% else
    integer             item_at [0:$(follow+1)];  // that entered so long ago; -1: none
    reg  [$(SLOT_BITS-1):0] slot_at [0:$(follow+1)];
    reg  [$(HEAD_DIM*KEY_BITS-1):0] key_row;
    reg  [$(HEAD_DIM*VALUE_BITS-1):0] value_row;
    reg                 value_read, value_write;
    reg  [$(SLOT_BITS-1):0] value_read_slot, value_write_slot;
    assign entry_slot = slots;
    always @(posedge clk) begin
        for (place = $(follow + 1); place > 1; place = place - 1) begin
            item_at[place] = item_at[place-1];
            slot_at[place] = place == 2 ? load_index : slot_at[place-1];
        end
        item_at[1] = load && !rst ? next : -1;
        key_row <= load ? key[next][$(HEAD_DIM*KEY_BITS-1):0] : {$(math.ceil(HEAD_DIM * KEY_BITS / 32)){$random(seed)}};
        value_read <= item_at[$(follow)] >= 0;
        value_read_slot <= slot_at[$(follow)];
        value_write <= item_at[$(follow + 1)] >= 0;
        value_write_slot <= slot_at[$(follow + 1)];
        value_row <= item_at[$(follow+1)] >= 0 ? value[item_at[$(follow+1)]][$(HEAD_DIM*VALUE_BITS-1):0]
            : {$(math.ceil(HEAD_DIM * VALUE_BITS / 32)){$random(seed)}};
        loads <= rst ? 0 : loads + load;
    end
//%   if SLOT_MEMORIES then
    wire [$(SLOT_BITS-1):0] key_slot, value_slot;
    wire [$(WIDTH*KEY_BITS-1):0] key_bus;
    wire [$(WIDTH*VALUE_BITS-1):0] value_bus;
    sofa_slot_memories u_slots (
        .i_key_slot(key_slot), .o_key(key_bus), .i_value_slot(value_slot), .o_value(value_bus),
//%   else
    wire [$(PHASE_BITS-1):0] phase_keys, phase_values;
    wire [$(KEY_BUS_BITS-1):0] key_bus;
    wire [$(VALUE_BUS_BITS-1):0] value_bus;
    $(SLOT_ROWS) u_slots (
//%     if BEATS > 1 then
        .i_phase_keys(phase_keys), .i_phase_values(phase_values),
//%     end
        .o_keys(key_bus), .o_values(value_bus),
//%   end
        .clk(clk), .rst(rst), .i_load(load), .i_load1(load1), .i_put(put), .i_put_index(put_index), .i_k_row(key_row),
        .i_v_read(value_read), .i_v_read_slot(value_read_slot), .i_v_write(value_write), .i_v_write_slot(value_write_slot),
        .i_v_row(value_row));
//% end

    wire [$(NORM_UNITS-1):0] row_valid, row_ready, row_bank, done, done_bank, idle;
    wire [$(NORM_UNITS*ROW_BITS-1):0] row_number, done_number;
    wire [$(NORM_UNITS*NORM_DATA_BITS-1):0] row_data;
    wire [$(NORM_UNITS*HEAD_DIM*16-1):0] done_data;
//% if OUTPUT_WORDS then
    wire                read;
    wire [$(NORM_WORD_BITS-1):0] read_index;
//% end
    wire [$(clog2(LANE_GROUPS+1)-1):0] pairs, raises;
    wire [$(clog2(LANES+1)-1):0] active;
    sofa_attend dut (
        .clk(clk), .rst(rst), .i_scale_mantissa({$(JOBS){SCALE_MANTISSA}}), .i_scale_shift({$(JOBS){SCALE_SHIFT}}), .i_bank_jobs(2'b01),
        .i_entry_slot(entry_slot),
        .i_entry_bank(entry_bank), .i_move(move), .i_load(entry_load), .i_load_any(load1), .i_load_rows(load_rows), .i_load_bank(bank1),
        .o_entry_any(any), .i_open(opened), .i_open_bank(opened_bank), .i_open_rows(opened_rows), .o_owed(owed),
        .i_retire_bank(retire_bank), .i_retire_ready(retire_ready),
//% if WORD_MEMORIES then
        .o_key_addr(key_addr), .i_key(key_word), .o_value_addr(value_addr), .i_value(value_word),
//% elseif SLOT_MEMORIES then
        .o_key_slot(key_slot), .i_key(key_bus), .o_value_slot(value_slot), .i_value(value_bus),
//% else
//%   if BEATS > 1 then
        .o_phase_keys(phase_keys), .o_phase_values(phase_values),
//%   end
        .i_keys(key_bus), .i_values(value_bus),
//% end
        .i_query_we(query_we), .i_query_addr(query_addr), .i_query(query_data), .o_row_valid(row_valid), .i_row_ready(row_ready),
        .o_row_bank(row_bank), .o_row(row_number),
//% if OUTPUT_WORDS then
        .i_read(read), .i_read_index(read_index),
//% end
        .o_data(row_data), .o_pairs(pairs), .o_raises(raises), .o_active(active));

    // ---- what retires: l, then O chunk by chunk ----
    integer             due_row [0:$(LANE_GROUPS*64-1)], due_chunk [0:$(LANE_GROUPS*64-1)], left, at, leading;
    reg signed [$(acc_bits-1):0] element;
    task look_at_sum(input integer index);       // of a row that leaves `group`
        begin
            if (index >= ROWS || dut.norm_started[group] !== sum[index][$(DENOMINATOR_BITS)])
                fail("started", index);
            if (dut.norm_started[group] &&
                dut.norm_l[group*$(DENOMINATOR_BITS) +: $(DENOMINATOR_BITS)] !== sum[index][$(DENOMINATOR_BITS-1):0])
                fail("sum of weights", index);
            for (beat = 0; beat < $(BEATS); beat = beat + 1) begin
                at = group * 64 + (now + $(to_output) + beat) % 64;
                due_row[at] = index;
                due_chunk[at] = (index % $(QUERY_BLOCK) % $(LANES) / $(LANE_GROUPS) + beat) % $(BEATS);
            end
        end
    endtask
    task look_at_chunk(input integer index, input integer chunk);
        begin
            leading = 0;
            for (place = 0; place < $(DENOMINATOR_BITS); place = place + 1)
                if (sum[index][place])
                    leading = place;
            for (place = 0; place < $(WIDTH); place = place + 1) begin
                element = accumulator[index][(chunk*$(WIDTH)+place)*$(acc_bits) +: $(acc_bits)];
//% if LANE_ALIGNS then
                element = element >>> (leading - 14 & $(64 - (1 << NORM_SHIFT)));
//% end
                if (sum[index][$(DENOMINATOR_BITS)] && dut.norm_o[(group*$(WIDTH)+place)*$(NORM_BITS) +: $(NORM_BITS)] !==
                    element[$(NORM_BITS-1):0])
                    fail("accumulator", index);
            end
        end
    endtask
    always @(posedge clk)
        for (group = 0; group < $(LANE_GROUPS); group = group + 1) begin
            if (!rst && dut.norm_valid[group] !== 1'b0)
                look_at_sum(block_in[dut.norm_bank[group]] * $(QUERY_BLOCK) + dut.norm_row[group*$(ROW_BITS) +: $(ROW_BITS)]);
            at = group * 64 + now % 64;
            if (due_row[at] >= 0)
                look_at_chunk(due_row[at], due_chunk[at]);
            due_row[at] = -1;
        end

    // ---- what leaves ----
    genvar sink;
    generate
        for (sink = 0; sink < $(NORM_UNITS); sink = sink + 1) begin : sinks
            row_sink #(.SEED(SEED + 1 + sink)) u_sink (
                .clk(clk), .rst(rst), .i_row_valid(row_valid[sink]), .o_row_ready(row_ready[sink]), .i_row_bank(row_bank[sink]),
                .i_row(row_number[sink*$(ROW_BITS) +: $(ROW_BITS)]),
//% if OUTPUT_WORDS then
                .o_read(read), .o_read_index(read_index),
//% end
                .i_data(row_data[sink*$(NORM_DATA_BITS) +: $(NORM_DATA_BITS)]), .o_idle(idle[sink]), .o_done(done[sink]),
                .o_bank(done_bank[sink]), .o_row(done_number[sink*$(ROW_BITS) +: $(ROW_BITS)]),
                .o_data(done_data[sink*$(HEAD_DIM*16) +: $(HEAD_DIM*16)]));
        end
    endgenerate
    reg  [ROWS-1:0]     stored;
    integer             stored_in [0:1];         // rows, by bank
    integer             rows, all_pairs, all_raises, all_active, row, quiet;
    wire [31:0]         of_oldest = ROWS - retired * $(QUERY_BLOCK);
    assign block_retired = retired * $(QUERY_BLOCK) < ROWS &&
        stored_in[retired % 2] == (of_oldest < $(QUERY_BLOCK) ? of_oldest : $(QUERY_BLOCK));
    always @(posedge clk)
        if (rst) begin
            stored = {ROWS{1'b0}};
            rows = 0;
            retired <= 0;
            stored_in[0] = 0;
            stored_in[1] = 0;
        end else begin
            if (block_retired)
                stored_in[retired % 2] = 0;
            for (unit = 0; unit < $(NORM_UNITS); unit = unit + 1)
                if (done[unit] !== 1'b0) begin
                    row = block_in[done_bank[unit]] * $(QUERY_BLOCK) + done_number[unit*$(ROW_BITS) +: $(ROW_BITS)];
                    if (row >= ROWS || stored[row])
                        fail("number of a row", row);
                    if (done_data[unit*$(HEAD_DIM*16) +: $(HEAD_DIM*16)] !== finished[row])
                        fail("row", row);
                    stored[row] = 1'b1;
                    rows = rows + 1;
                    stored_in[done_bank[unit]] = stored_in[done_bank[unit]] + 1;
                end
            retired <= retired + block_retired;
        end
    always @(posedge clk) begin
        now <= now + 1;
        if (!rst && now > 20) begin
            all_pairs = all_pairs + pairs;
            all_raises = all_raises + raises;
            all_active = all_active + active;
        end
        quiet = rows == ROWS ? quiet + 1 : 0;
        if (quiet > 50) begin
            if (next != ITEMS || all_pairs !== PAIRS || all_raises !== RAISES || all_active !== PAIRS * $(BEATS))
                $display("%0d pairs of %0d, %0d raises of %0d, %0d cycles of lanes", all_pairs, PAIRS, all_raises, RAISES, all_active);
            else
                $display("pass");
            $finish;
        end
        if (now > 400 * (PAIRS + ROWS * $(BEATS * NORM_WORDS + 10)) + 20000) begin
            $display("hangs: %0d of %0d rows, %0d of %0d items", rows, ROWS, next, ITEMS);
            $finish;
        end
    end
    always #1 clk = !clk;
    initial begin
        $readmemh("items.hex", item);
        $readmemh("queries.hex", query);
        $readmemh("keys.hex", key);
        $readmemh("values.hex", value);
        $readmemh("sums.hex", sum);
        $readmemh("accumulators.hex", accumulator);
        $readmemh("finished.hex", finished);
        seed = SEED;
        now = 0;
        quiet = 0;
        all_pairs = 0;
        all_raises = 0;
        all_active = 0;
        for (place = 0; place < $(LANE_GROUPS * 64); place = place + 1)
            due_row[place] = -1;
        clk = 1'b0;
        rst = 1'b1;
        start = 1'b0;
        #60 rst <= 1'b0;
        #2 start <= 1'b1;
        #2 start <= 1'b0;
    end
endmodule
`default_nettype wire

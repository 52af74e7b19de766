//% -- SPDX-License-Identifier: Apache-2.0
// Cuts the rows of a job into blocks and reads each row's {first, visible} record; writes them to the two range memories
// (scan, prediction) and announces the block with the union's bounds.
// A block is started only while fewer than two are in the machine (i_block_retired frees one).
// Throughput: a record a cycle; without range table a block a cycle. Handshake: valid/ready. Equals block_keys() of the model.
//% -- REGISTERED_LINKS: a record is judged in the cycle after it is stored
//% local range_place_bits = math.max(ROW_BITS, RECORD_BITS) + 2
`default_nettype none
module sofa_ranges (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
    input  wire             i_job,           // which one starts
    input  wire             i_block_retired,
    output wire             o_idle,
    // job
    input  wire [$(ROWS_BITS-1):0] i_rows,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_keys,
    input  wire             i_has_ranges,
    input  wire [$(ADDRESS_BITS-1):0]  i_range_base,
    // memory
    output reg              o_req_valid,
    input  wire             i_req_ready,
    output reg  [$(ADDRESS_BITS-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    input  wire             i_row_valid,
    output wire             o_row_ready,
//% if RECORD_IN_WORDS then
    // of a record; the last comes with i_row_valid
    input  wire             i_word_valid,
    input  wire [$(RANGE_WORD_BITS-1):0] i_word_index,
    input  wire [$(PORT_BITS-1):0]  i_word,
//% else
    input  wire [$(RANGE_RECORDS*64-1):0] i_row,
//% end
    // range memories
    output wire             o_range_write,
    output wire             o_range_bank,
    output wire [$(ROW_BITS-1):0] o_range_row,
    output wire [$(2*KEY_NUMBER_BITS-1):0] o_range,      // {visible, first}
    // block
    output reg              o_block_valid,
    input  wire             i_block_ready,
    output wire [$(ROW_BITS):0]   o_block_rows,
    output reg  [$(KEY_NUMBER_BITS-1):0] o_block_low,
    output reg  [$(KEY_NUMBER_BITS-1):0] o_block_high,
    output wire             o_block_bank,
    output wire             o_block_first,   // of its job
    output reg  [1:0]       o_bank_jobs,     // whose block is in each bank
    output reg              o_range_job,     // whose ranges are read
    output wire             o_empty_row,
    output wire             o_range_error
);
    localparam [1:0] IDLE = 2'd0, OPEN = 2'd1, READ = 2'd2, ANNOUNCE = 2'd3;
    reg  [1:0]      state;
    reg  [$(ROWS_BITS-1):0]     left;        // rows not yet announced, this block included
    reg  [1:0]      in_machine;  // blocks announced or being read
    reg             bank, first_block;
    reg  [$(ROW_BITS):0]  row;         // records stored
    reg  [$(ROW_BITS):0]  rows;        // of the block, from the cycle after OPEN on
    always @(posedge clk)
        rows <= left > $(ROWS_BITS)'d$(QUERY_BLOCK) ? $(ROW_BITS+1)'d$(QUERY_BLOCK) : left[$(ROW_BITS):0];
    wire            announced = o_block_valid && i_block_ready;

    assign o_block_rows = rows;
    assign o_block_bank = bank;
    assign o_block_first = first_block;
    assign o_idle = state == IDLE;

    // requests: every beat (or record) that holds a row of the block
    reg  [$(range_place_bits-1):0] ask;        // rows whose record was asked for
    reg  [$(RECORD_BITS-1):0] lead;       // record of the first row in its beat
//% if RANGE_RECORDS > 1 then
    wire [$(range_place_bits-1):0] ask_next = ask + $(range_place_bits)'d$(RANGE_RECORDS) -
        (ask == $(range_place_bits)'d0 ? $(ext("lead", RECORD_BITS, range_place_bits)) : $(range_place_bits)'d0);
//% else
    wire [$(range_place_bits-1):0] ask_next = ask + $(range_place_bits)'d1;
//% end
    wire            asked = o_req_valid && i_req_ready;
    assign o_req_len = 8'd$(d.range_beats - 1);

    // records of the beat at hand
    reg  [$(RECORD_BITS-1):0] record;
    wire [$(KEY_NUMBER_BITS-1):0] first, visible;
    wire            bad, sees;
    sofa_record_words u_words (.*);
    sofa_record_row u_row (.*);
    wire            store = state == READ && i_row_valid;
    reg             last_row;    // row is the block's last

    assign o_row_ready = store && (last_row || record == $(RECORD_BITS)'d$(RANGE_RECORDS-1));
    assign o_range_write = store;
    assign o_range_bank = bank;
    assign o_range_row = row[$(ROW_BITS-1):0];
    assign o_range = {visible, first};

    // what becomes of the bounds
//% local judged = {{"judge", 1, "store", reset = true}, {"bad1", 1, "bad"}, {"sees1", 1, "sees"},
//%     {"first1", KEY_NUMBER_BITS, "first"}, {"visible1", KEY_NUMBER_BITS, "visible"}}
$(staged(REGISTERED_LINKS, judged))
    assign o_range_error = judge && bad1;
    assign o_empty_row = judge && !sees1;

    always @(posedge clk) begin
        if (rst) begin
            state <= IDLE;
            bank <= 1'b0;
            in_machine <= 2'd0;
            o_req_valid <= 1'b0;
            o_block_valid <= 1'b0;
        end else begin
            case (state)
                IDLE: if (i_start) begin
                    state <= OPEN;
                    left <= i_rows;
                    first_block <= 1'b1;
                    o_range_job <= i_job;
                    lead <= $(RECORD_BITS)'d0;
                    o_req_addr <= i_range_base;
                end
                OPEN: if (left == $(ROWS_BITS)'d0)
                    state <= IDLE;
                else if (in_machine < 2'd$(d.blocks_open)) begin
                    state <= i_has_ranges ? READ : ANNOUNCE;
                    o_req_valid <= i_has_ranges;
                    o_block_valid <= !i_has_ranges;
                    ask <= $(range_place_bits)'d0;
                    o_bank_jobs[bank] <= o_range_job;
                    row <= $(ROW_BITS+1)'d0;
                    last_row <= $(QUERY_BLOCK == 1 and "1'b1" or "left == " .. lit(ROWS_BITS, 1));
                    record <= lead;
                    o_block_low <= i_has_ranges ? i_keys : $(KEY_NUMBER_BITS)'d0;
                    o_block_high <= i_has_ranges ? $(KEY_NUMBER_BITS)'d0 : i_keys;
                end
                READ: begin
                    if (asked) begin
                        ask <= ask_next;
                        o_req_valid <= ask_next < $(ext("rows", ROW_BITS+1, range_place_bits));
//% if RANGE_RECORDS > 1 then
                        // a beat shared with the next block is read again by it
                        if (ask_next <= $(ext("rows", ROW_BITS+1, range_place_bits)))
//% end
                            o_req_addr <= o_req_addr + $(ADDRESS_BITS)'d$(RANGE_RECORDS * 8);
                    end
                    if (store) begin
                        row <= row + 1'b1;
                        last_row <= row + $(ROW_BITS+1)'d2 == rows;
                        record <= record == $(RECORD_BITS)'d$(RANGE_RECORDS-1) ? $(RECORD_BITS)'d0 : record + 1'b1;
//% if REGISTERED_LINKS then
                        if (last_row)
                            state <= ANNOUNCE;
//% else
                        if (last_row) begin
                            state <= ANNOUNCE;
                            o_block_valid <= 1'b1;
                        end
//% end
                    end
                end
                ANNOUNCE: if (announced) begin
                    state <= OPEN;
                    o_block_valid <= 1'b0;
                    left <= left - $(ext("rows", ROW_BITS+1, ROWS_BITS));
                    bank <= !bank;
                    first_block <= 1'b0;
                    lead <= record;
//% if REGISTERED_LINKS then
                end else begin
                    o_block_valid <= 1'b1;      // the bounds have followed
//% end
                end
                default: state <= IDLE;
            endcase
            if (judge && sees1 && first1 < o_block_low)
                o_block_low <= first1;
            if (judge && sees1 && visible1 > o_block_high)
                o_block_high <= visible1;
            in_machine <= in_machine + {1'b0, state == OPEN && left != $(ROWS_BITS)'d0 && in_machine < 2'd$(d.blocks_open)}
                                     - {1'b0, i_block_retired};
        end
    end

$(holds("ranges_blocks_open", "in_machine <= 2'd" .. d.blocks_open))
$(stands("ranges_request_stands", "o_req_valid", "i_req_ready", "o_req_addr", ADDRESS_BITS))
$(stands("ranges_block_stands", "o_block_valid", "i_block_ready", "{o_block_low, o_block_high}", 2 * KEY_NUMBER_BITS))
endmodule
`default_nettype wire

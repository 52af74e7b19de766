//% -- SPDX-License-Identifier: Apache-2.0
// Cuts the rows of a job into blocks and reads each row's {first, visible} record; writes them to the two range memories
// (scan, prediction) and announces the block with the union's bounds.
// A block is started only while fewer than two are in the machine (i_block_retired frees one).
// Throughput: a record a cycle; without range table a block a cycle. Handshake: valid/ready. Equals block_keys() of the model.
//% local P, A, KB, RB = cfg.memory.port_bits, cfg.memory.address_bits, d.key_bits, d.row_bits
//% local far = d.far_reads == 1     -- a record is judged in the cycle after it is stored
//% local PER, QB = d.range_records, cfg.query_block
//% local PB = math.max(1, clog2(PER))
//% local AW = math.max(RB, PB) + 2
//% local RW = d.rows_bits
`default_nettype none
module sofa_ranges (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
    input  wire             i_block_retired,
    // job
    input  wire [$(RW-1):0] i_rows,
    input  wire [$(KB-1):0] i_keys,
    input  wire             i_has_ranges,
    input  wire [$(A-1):0]  i_range_base,
    // memory
    output reg              o_req_valid,
    input  wire             i_req_ready,
    output reg  [$(A-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    input  wire             i_row_valid,
    output wire             o_row_ready,
//% local words, HR = (d.narrow == 1 or far) and P < 64, clog2(d.range_beats)   -- a record comes in words of the port, the last with i_row_valid
//% if words then
    input  wire             i_word_valid,
    input  wire [$(HR-1):0] i_word_index,
    input  wire [$(P-1):0]  i_word,
//% else
    input  wire [$(PER*64-1):0] i_row,
//% end
    // range memories
    output wire             o_range_write,
    output wire             o_range_bank,
    output wire [$(RB-1):0] o_range_row,
    output wire [$(2*KB-1):0] o_range,      // {visible, first}
    // block
    output reg              o_block_valid,
    input  wire             i_block_ready,
    output wire [$(RB):0]   o_block_rows,
    output reg  [$(KB-1):0] o_block_low,
    output reg  [$(KB-1):0] o_block_high,
    output wire             o_block_bank,
    output wire             o_empty_row,
    output wire             o_range_error
);
    localparam [1:0] IDLE = 2'd0, OPEN = 2'd1, READ = 2'd2, ANNOUNCE = 2'd3;
    reg  [1:0]      state;
    reg  [$(RW-1):0]     left;        // rows not yet announced, this block included
    reg  [1:0]      in_machine;  // blocks announced or being read
    reg             bank;
    reg  [$(RB):0]  row;         // records stored
    reg  [$(RB):0]  rows;        // of the block, from the cycle after OPEN on
    always @(posedge clk)
        rows <= left > $(RW)'d$(QB) ? $(RB+1)'d$(QB) : left[$(RB):0];
    wire            announced = o_block_valid && i_block_ready;

    assign o_block_rows = rows;
    assign o_block_bank = bank;

    // requests: every beat (or record) that holds a row of the block
    reg  [$(AW-1):0] ask;        // rows whose record was asked for
    reg  [$(PB-1):0] lead;       // record of the first row in its beat
//% if PER > 1 then
    wire [$(AW-1):0] ask_next = ask + $(AW)'d$(PER) - (ask == $(AW)'d0 ? $(ext("lead", PB, AW)) : $(AW)'d0);
//% else
    wire [$(AW-1):0] ask_next = ask + $(AW)'d1;
//% end
    wire            asked = o_req_valid && i_req_ready;
    assign o_req_len = 8'd$(d.range_beats - 1);

    // records of the beat at hand
    reg  [$(PB-1):0] record;
//% if words then
//%   local last = 64 // P - 1
    // the bits that count, and whether one above them is set
//%   for f, name in ipairs({"first", "visible"}) do
//%     local low = (f - 1) * 32
    wire [$(KB-1):0] $(name);
    wire            $(name)_over;
//%     local over = {}
//%     for w = low // P, math.max(low // P, (low + 31) // P) do
//%       local from, to = math.max(low, w * P), math.min(low + 31, w * P + P - 1)     -- bits of the record
//%       local used = math.min(to, low + KB - 1)
//%       if used >= from then
//%         if w == last then
    assign $(name)[$(used-low):$(from-low)] = i_word[$(used-w*P):$(from-w*P)];
//%         else
    reg  [$(used-from):0] $(name)_$(w);
    assign $(name)[$(used-low):$(from-low)] = $(name)_$(w);
    always @(posedge clk)
        if (i_word_valid && i_word_index == $(HR)'d$(w))
            $(name)_$(w) <= i_word[$(used-w*P):$(from-w*P)];
//%         end
//%       end
//%       local above = math.max(from, low + KB)
//%       if above <= to then
//%         if w == last then over[#over+1] = "|i_word[" .. (to-w*P) .. ":" .. (above-w*P) .. "]"
//%         else over[#over+1] = name .. "_over_" .. w
    reg             $(name)_over_$(w);
    always @(posedge clk)
        if (i_word_valid && i_word_index == $(HR)'d$(w))
            $(name)_over_$(w) <= |i_word[$(to-w*P):$(above-w*P)];
//%         end
//%       end
//%     end
    assign $(name)_over = $(table.concat(over, " || "));
//%   end
//% else
//%   if PER > 1 then
    wire [63:0]     entry = i_row[record*64 +: 64];
//%   else
    wire [63:0]     entry = i_row;
//%   end
    wire [31:0]     first = entry[31:0];
    wire [31:0]     visible = entry[63:32];
//% end
    wire            store = state == READ && i_row_valid;
    reg             last_row;    // row is the block's last
//% if words then
    wire            bad = visible_over || first_over || visible > i_keys || first > i_keys;
//% else
    wire            bad = visible > {{$(32-KB){1'b0}}, i_keys} || first > {{$(32-KB){1'b0}}, i_keys};
//% end
    wire            sees = first < visible;

    assign o_row_ready = store && (last_row || record == $(PB)'d$(PER-1));
    assign o_range_write = store;
    assign o_range_bank = bank;
    assign o_range_row = row[$(RB-1):0];
    assign o_range = {visible[$(KB-1):0], first[$(KB-1):0]};

    // what becomes of the bounds
//% if far then
    reg             judge, bad1, sees1;
    reg  [$(KB-1):0] first1, visible1;
    always @(posedge clk) begin
        judge <= store && !rst;
        bad1 <= bad;
        sees1 <= sees;
        first1 <= first[$(KB-1):0];
        visible1 <= visible[$(KB-1):0];
    end
//% else
    wire            judge = store;
    wire            bad1 = bad;
    wire            sees1 = sees;
    wire [$(KB-1):0] first1 = first[$(KB-1):0];
    wire [$(KB-1):0] visible1 = visible[$(KB-1):0];
//% end
    assign o_range_error = judge && bad1;
    assign o_empty_row = judge && !sees1;

    always @(posedge clk) begin
        if (rst) begin
            state <= IDLE;
            in_machine <= 2'd0;
            o_req_valid <= 1'b0;
            o_block_valid <= 1'b0;
        end else begin
            case (state)
                IDLE: if (i_start) begin
                    state <= OPEN;
                    left <= i_rows;
                    bank <= 1'b0;
                    lead <= $(PB)'d0;
                    o_req_addr <= i_range_base;
                end
                OPEN: if (left == $(RW)'d0)
                    state <= IDLE;
                else if (in_machine < 2'd$(d.blocks_open)) begin
                    state <= i_has_ranges ? READ : ANNOUNCE;
                    o_req_valid <= i_has_ranges;
                    o_block_valid <= !i_has_ranges;
                    ask <= $(AW)'d0;
                    row <= $(RB+1)'d0;
                    last_row <= $(QB == 1 and "1'b1" or "left == " .. lit(RW, 1));
                    record <= lead;
                    o_block_low <= i_has_ranges ? i_keys : $(KB)'d0;
                    o_block_high <= i_has_ranges ? $(KB)'d0 : i_keys;
                end
                READ: begin
                    if (asked) begin
                        ask <= ask_next;
                        o_req_valid <= ask_next < $(ext("rows", RB+1, AW));
//% if PER > 1 then
                        // a beat shared with the next block is read again by it
                        if (ask_next <= $(ext("rows", RB+1, AW)))
//% end
                            o_req_addr <= o_req_addr + $(A)'d$(PER * 8);
                    end
                    if (store) begin
                        row <= row + 1'b1;
                        last_row <= row + $(RB+1)'d2 == rows;
                        record <= record == $(PB)'d$(PER-1) ? $(PB)'d0 : record + 1'b1;
//% if far then
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
                    left <= left - $(ext("rows", RB+1, RW));
                    bank <= !bank;
                    lead <= record;
//% if far then
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
            in_machine <= in_machine + {1'b0, state == OPEN && left != $(RW)'d0 && in_machine < 2'd$(d.blocks_open)}
                                     - {1'b0, i_block_retired};
        end
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Finished rows wait in a memory of words, which the store reads one by one: of the row that it takes or took last. The memory has twice
// the places that are promised, so that a row may be read while its place is promised to another.
// Throughput: a word a cycle in and out. Handshake at the output: valid/ready. sofa_norm_queue_gathered and sofa_norm_queue_rows offer
// whole rows.
`default_nettype none
module sofa_norm_queue_words (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_chunk,
    input  wire                 i_begin,         // row i_number, {bank, row}, is on its way
    input  wire [$(ROW_BITS):0] i_number,
    input  wire                 i_valid,         // its first word
    input  wire [$(NORM_WIDTH*16-1):0] i_word,
    output wire                 o_row_valid,
    input  wire                 i_row_ready,
    output wire                 o_row_bank,
    output wire [$(ROW_BITS-1):0] o_row,
    input  wire                 i_read,          // a word of the row being taken or taken last
    input  wire [$(NORM_WORD_BITS-1):0] i_read_index,
    output wire [$(NORM_DATA_BITS-1):0] o_data            // one cycle later
);
//% local slot_bits = RETIRE_ROW_BITS + 1
    reg  [$(NORM_WORD_BITS-1):0] put;             // words of the present row so far
    reg  [$(slot_bits-1):0]     put_slot, get_slot, out_slot;
    reg  [$(RETIRE_ROW_BITS):0] complete;        // rows
    wire                        present = i_valid || put != $(NORM_WORD_BITS)'d0;
    wire                        last = present && put == $(lit(NORM_WORD_BITS, NORM_WORDS - 1));
    wire                        popped = o_row_valid && i_row_ready;
    wire                        known, ready;
//% local words, place_bits = RETIRE_ROWS << NORM_WORD_BITS + 1, slot_bits + NORM_WORD_BITS
    sofa_ram #($(parameters("WIDTH", NORM_WIDTH * 16, "DEPTH", words, "ABITS", place_bits))) u_words (
        .clk(clk), .i_we(present), .i_waddr({put_slot, $(NORM_CHUNK_WORDS == 1 and "i_phase_chunk" or "put")}), .i_wdata(i_word),
        .i_re(i_read), .i_raddr({popped ? get_slot : out_slot, i_read_index}), .o_rdata(o_data));
    sofa_fifo #($(parameters("WIDTH", ROW_BITS + 1, "DEPTH", RETIRE_ROWS, "ABITS", RETIRE_ROW_BITS))) u_rows (
        .clk(clk), .rst(rst), .i_valid(i_begin), .o_ready(ready), .i_data(i_number),
        .o_valid(known), .i_ready(popped), .o_data({o_row_bank, o_row}));
    assign o_row_valid = complete != $(RETIRE_ROW_BITS+1)'d0;
    always @(posedge clk)
        if (rst) begin
            put <= $(NORM_WORD_BITS)'d0;
            put_slot <= $(slot_bits)'d0;
            get_slot <= $(slot_bits)'d0;
            out_slot <= $(slot_bits)'d0;
            complete <= $(RETIRE_ROW_BITS+1)'d0;
        end else begin
            if (last)
                put <= $(NORM_WORD_BITS)'d0;
            else if (present)
                put <= put + 1'b1;
            put_slot <= put_slot + {$(slot_bits-1)'d0, last};
            if (popped) begin
                get_slot <= get_slot + 1'b1;
                out_slot <= get_slot;
            end
            complete <= complete + {$(RETIRE_ROW_BITS)'d0, last} - {$(RETIRE_ROW_BITS)'d0, popped};
        end
    // the queue of numbers has as many places as the memory of words
    wire                        unused = &{1'b0, known, ready, i_phase_chunk};

$(holds("words_number_fits", "!i_begin || ready"))
$(holds("words_row_known", "!o_row_valid || known"))
//% local in_row = NORM_WORDS < 1 << NORM_WORD_BITS and " && i_read_index < " .. lit(NORM_WORD_BITS, NORM_WORDS) or ""
$(before("read", "i_read && !rst" .. in_row))
//% local put_place = "{put_slot, " .. (NORM_CHUNK_WORDS == 1 and "i_phase_chunk" or "put") .. "}"
//% local read_place = "{popped ? get_slot : out_slot, i_read_index}"
//% local word_ports = {we = "present", waddr = put_place, re = "i_read", raddr = read_place, used = "read_before"}
$(written("words_word_written", words, place_bits, word_ports))
endmodule
`default_nettype wire

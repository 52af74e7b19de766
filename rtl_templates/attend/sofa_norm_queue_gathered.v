//% -- SPDX-License-Identifier: Apache-2.0
//% built("gather_time", NORM_WORDS + 1)
// Finished rows wait in a memory of words$(NORM_CHUNK_WORDS == 1 and ", which come in any order," or ""); they are put together as they
// leave.
// Throughput: a word a cycle in, a row in $(NORM_WORDS + 1) cycles out. Handshake at the output: valid/ready. sofa_norm_queue_words and
// sofa_norm_queue_rows do it otherwise.
`default_nettype none
module sofa_norm_queue_gathered (
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
    output wire [$(NORM_DATA_BITS-1):0] o_data
);
//% local word_bits = NORM_WIDTH * 16
    reg  [$(NORM_WORD_BITS-1):0] put;             // words of the present row so far
    reg  [$(RETIRE_ROW_BITS-1):0] put_slot, get_slot;
    reg  [$(RETIRE_ROW_BITS):0] complete;        // rows
    reg  [$(NORM_WORD_BITS):0]  get;             // word to read next
    reg                         reading, fetched, fetched_last;
    reg                         offered;
    reg  [$(NORM_WORDS*word_bits-1):0] data;
    wire                        present = i_valid || put != $(NORM_WORD_BITS)'d0;
    wire                        last = present && put == $(lit(NORM_WORD_BITS, NORM_WORDS - 1));
    wire                        popped = o_row_valid && i_row_ready;
    wire                        known, ready;
    wire [$(word_bits-1):0]     next;
    wire                        more = reading && get != $(lit(NORM_WORD_BITS + 1, NORM_WORDS));
//% local place_bits = RETIRE_ROW_BITS + NORM_WORD_BITS
    sofa_ram #($(parameters("WIDTH", word_bits, "DEPTH", RETIRE_ROWS << NORM_WORD_BITS, "ABITS", place_bits))) u_words (
        .clk(clk), .i_we(present), .i_waddr({put_slot, $(NORM_CHUNK_WORDS == 1 and "i_phase_chunk" or "put")}), .i_wdata(i_word),
        .i_re(more), .i_raddr({get_slot, get[$(NORM_WORD_BITS-1):0]}), .o_rdata(next));
    sofa_fifo #($(parameters("WIDTH", ROW_BITS + 1, "DEPTH", RETIRE_ROWS, "ABITS", RETIRE_ROW_BITS))) u_rows (
        .clk(clk), .rst(rst), .i_valid(i_begin), .o_ready(ready), .i_data(i_number),
        .o_valid(known), .i_ready(popped), .o_data({o_row_bank, o_row}));
    assign o_row_valid = offered;
//% for element = 0, HEAD_DIM - 1 do
    assign $(nth("o_data", element, 16)) = $(nth("data", element // WIDTH * NORM_CHUNK_WORDS * NORM_WIDTH + element % WIDTH, 16));
//% end
    always @(posedge clk) begin
        fetched_last <= get == $(lit(NORM_WORD_BITS + 1, NORM_WORDS - 1));
        if (fetched)
            data <= {next, data[$(NORM_WORDS*word_bits-1):$(word_bits)]};
        if (rst) begin
            put <= $(NORM_WORD_BITS)'d0;
            put_slot <= $(RETIRE_ROW_BITS)'d0;
            get_slot <= $(RETIRE_ROW_BITS)'d0;
            complete <= $(RETIRE_ROW_BITS+1)'d0;
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
            complete <= complete + {$(RETIRE_ROW_BITS)'d0, last} - {$(RETIRE_ROW_BITS)'d0, popped};
            reading <= reading ? !(fetched && fetched_last) : complete != $(RETIRE_ROW_BITS+1)'d0 && !offered;
            fetched <= more;
            offered <= offered ? !i_row_ready : fetched && fetched_last;
        end
        get <= reading ? get + {$(NORM_WORD_BITS)'d0, more} : $(NORM_WORD_BITS+1)'d0;
    end
    // the queue of numbers has as many places as the memory of words
    wire                        unused = &{1'b0, known, ready, i_phase_chunk, data};

$(holds("gathered_number_fits", "!i_begin || ready"))
$(holds("gathered_row_known", "!o_row_valid || known"))
$(before("more", "more && !rst"))
//% local put_place = "{put_slot, " .. (NORM_CHUNK_WORDS == 1 and "i_phase_chunk" or "put") .. "}"
//% local get_place = "{get_slot, " .. range("get", NORM_WORD_BITS - 1, 0) .. "}"
//% local word_ports = {we = "present", waddr = put_place, re = "more", raddr = get_place, used = "more_before"}
$(written("gathered_word_written", RETIRE_ROWS << NORM_WORD_BITS, place_bits, word_ports))
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// The job's hidden size in words of $(PREDICT_DIMS) units and slices of $(SLICE_WORDS) words: how many slices, and what the last one holds.
// Latency: $(HIDDEN_SLICES > 1 and "o_ready rises a cycle for each slice after i_start" or "none"); the results stand until the next job.
`default_nettype none
module sofa_hidden (
//% if HIDDEN_SLICES > 1 then
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
//% end
    input  wire [15:0]      i_hidden,
    input  wire [15:0]      i_words,
    output wire             o_legal,       // the words fit the hidden units
    output wire             o_ready,
    output wire [$(SLICE_COUNT_BITS-1):0] o_slices,
    output wire [$(SLICE_WORD_BITS-1):0] o_words_last,  // of the last slice
    output wire [7:0]       o_len_last,    // its port beats - 1
    output wire [$(WORD_TAIL_BITS-1):0] o_tail         // hidden units of the last word
);
    wire [24:0] end_of_words = {9'd0, i_words} * 25'd$(PREDICT_DIMS);
    wire [24:0] over = end_of_words - {9'd0, i_hidden};
    wire [24:0] tail = 25'd$(PREDICT_DIMS) - over;
    assign o_legal = i_words != 16'd0 && i_words <= 16'd$(d.hidden_words) && i_hidden <= 16'd$(cfg.hidden_max) && i_hidden != 16'd0
                  && over < 25'd$(PREDICT_DIMS);
    assign o_tail = tail[$(WORD_TAIL_BITS-1):0];
    wire        unused_tail = &{1'b0, tail[24:$(WORD_TAIL_BITS)]};
//% if HIDDEN_SLICES > 1 then
//%   built("hidden_time", 1)
    reg  [$(SLICE_COUNT_BITS-1):0] slices;
    reg  [15:0] words, hidden;
    reg         ready;
    wire        more = words > 16'd$(SLICE_WORDS);
    always @(posedge clk) begin
        if (i_start) begin
            slices <= $(lit(SLICE_COUNT_BITS, 1));
            words <= i_words;
            hidden <= i_hidden;
        end else if (more) begin
            slices <= slices + 1'b1;
            words <= words - 16'd$(SLICE_WORDS);
            hidden <= hidden - 16'd$(SLICE_WORDS * PREDICT_DIMS);
        end
        if (rst)
            ready <= 1'b0;
        else
            ready <= !i_start && (ready || !more);
    end
    assign o_ready = ready;
    assign o_slices = slices;
//% else
    wire [15:0] words = i_words, hidden = i_hidden;
    assign o_ready = 1'b1;
    assign o_slices = 1'b1;
//% end
    assign o_words_last = words[$(SLICE_WORD_BITS-1):0];
    // beats - 1 = (units - 1) / $(PORT_BYTES)
    wire [15:0] beyond = (hidden - 16'd1) >> $(PORT_BYTE_BITS);
    assign o_len_last = beyond[7:0];
    wire        unused_upper = &{1'b0, words[15:$(SLICE_WORD_BITS)], beyond[15:8]};
endmodule
`default_nettype wire

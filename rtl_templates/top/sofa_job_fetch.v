//% -- SPDX-License-Identifier: Apache-2.0
// Reads a job's descriptor, beat by beat, and hands on its words, one a cycle; the next beat is asked for when the one before has been
// taken apart. Throughput: a word a cycle while a beat is taken apart. Handshake: valid/ready to the memory; words are taken at once.
//% local beats_bits, words_bits = math.max(1, clog2(d.job_beats)), math.max(1, clog2(math.max(d.job_words, d.word_beats)))
//% local first_word = d.job_first_beat * d.job_words // d.word_beats
//% local held_bits = math.max(PORT_BITS, 32)
`default_nettype none
module sofa_job_fetch (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_begin,
    input  wire             i_give_up,       // the memory does not answer
    input  wire             i_flush,         // what is under way is lost: ask again
    output wire             o_fetches,       // a read is asked for or under way
    input  wire [$(ADDRESS_BITS-1):0] i_descriptor,
    output reg              o_end,           // pulse: the last word has been handed on
    output reg              o_bad,           // a beat of it came with an error
    // words of the descriptor
    output wire             o_word_valid,
    output reg  [5:0]       o_word_index,
    output wire [31:0]      o_word,
    // memory
    output wire             o_job_ask,
    input  wire             i_job_asked,
    output reg  [$(ADDRESS_BITS-1):0] o_job_addr,
    output wire [7:0]       o_job_len,
    input  wire             i_job_come,
    output wire             o_job_taken,
    input  wire [$(PORT_BITS-1):0] i_job_row,
    input  wire             i_job_error
);
    localparam [1:0] REST = 2'd0, ASK = 2'd1, WAIT = 2'd2, WORDS = 2'd3;
    reg  [1:0]       state;
    reg  [$(beats_bits-1):0] beat;
    reg  [$(words_bits-1):0] word;           // of the beat; or beat of the word
    reg  [$(held_bits-1):0] held;
    wire             last_beat = beat == $(lit(beats_bits, d.job_beats - 1));
    wire             take = state == WAIT && i_job_come;
    assign o_job_ask = state == ASK;
    assign o_fetches = state == ASK || state == WAIT;
    assign o_job_len = 8'd0;
    assign o_job_taken = state == WAIT;
    // beats make a word, or words a beat; what stands before the first word is not the core's
//% local per_word, words = d.word_beats > 1, math.max(d.job_words, d.word_beats)
    wire             last_part = word == $(lit(words_bits, words - 1));
    wire             end_of_beat = state == WORDS$(per_word and "" or " && last_part");
    wire             end_of_word = state == WORDS$(per_word and " && last_part" or "");
    assign o_word_valid = end_of_word$(first_word * 4 < d.job_first and " && o_word_index >= " .. lit(6, d.job_first // 4) or "");
    assign o_word = held[31:0];
    always @(posedge clk) begin
        if (take)
            held <= $(PORT_BITS < 32 and "{i_job_row, held[31:" .. PORT_BITS .. "]}" or "i_job_row");
        else if (state == WORDS)
            held <= $(PORT_BITS > 32 and "{32'd0, held[" .. PORT_BITS - 1 .. ":32]}" or "held");
        if (i_begin) begin
            o_job_addr <= i_descriptor + $(lit(ADDRESS_BITS, d.job_first_beat * PORT_BYTES));
            beat <= $(lit(beats_bits, 0));
            o_word_index <= $(lit(6, first_word));
        end else if (state == WORDS) begin
            if (end_of_word)
                o_word_index <= o_word_index + 6'd1;
            if (end_of_beat) begin
                o_job_addr <= o_job_addr + $(lit(ADDRESS_BITS, PORT_BYTES));
                beat <= beat + $(lit(beats_bits, 1));
            end
        end
        if (i_begin)
            o_bad <= 1'b0;
        else if (i_job_error)
            o_bad <= 1'b1;
        if (i_begin || (state == WORDS && last_part))
            word <= $(lit(words_bits, 0));
        else if (state == WORDS)
            word <= word + $(lit(words_bits, 1));
        o_end <= state == WORDS && end_of_beat && last_beat && !rst;
        if (rst || i_give_up)
            state <= REST;
        else
            case (state)
                REST: if (i_begin)
                    state <= ASK;
                ASK: if (i_job_asked)
                    state <= WAIT;
                WAIT: if (take)
                    state <= WORDS;
                else if (i_flush)
                    state <= ASK;
                WORDS: if (end_of_beat)
                    state <= last_beat ? REST : ASK;
                default: state <= REST;
            endcase
    end

$(stands("job_request_stands", "o_job_ask", "i_job_asked || i_give_up", "o_job_addr", ADDRESS_BITS))
endmodule
`default_nettype wire

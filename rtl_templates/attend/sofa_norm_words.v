//% -- SPDX-License-Identifier: Apache-2.0
// The $(NORM_CHUNK_WORDS) words of a chunk that stands still, one a cycle, the first of them in the cycle after i_start; round and round.
// Latency of a word: one cycle; no handshake.
`default_nettype none
module sofa_norm_words (
    input  wire                 clk,
    input  wire                 i_start,
    input  wire [$(WIDTH*NORM_BITS-1):0] i_held,
    output wire                 o_last,          // the last one is being taken
    output reg  [$(NORM_WIDTH*NORM_BITS-1):0] o_o
);
//% local word_bits, part_bits = NORM_WIDTH * NORM_BITS, clog2(NORM_CHUNK_WORDS)
    reg  [$(part_bits-1):0]     part;
    wire [$(NORM_CHUNK_WORDS*word_bits-1):0] held = $(ext("i_held", WIDTH * NORM_BITS, NORM_CHUNK_WORDS * word_bits));
    assign o_last = part == $(lit(part_bits, NORM_CHUNK_WORDS - 1));
    always @(posedge clk) begin
        part <= i_start || o_last ? $(part_bits)'d0 : part + 1'b1;
        case (part)
//% for word = 1, NORM_CHUNK_WORDS - 1 do
            $(lit(part_bits, word)): o_o <= $(nth("held", word, word_bits));
//% end
            default: o_o <= held[0 +: $(word_bits)];
        endcase
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Finished rows, which come whole, wait in a queue; a row's number comes $(d.norm_time - 1) cycles before it.
// Throughput: a row a cycle. Handshake at the output: valid/ready. sofa_norm_queue_words and sofa_norm_queue_gathered put words together.
`default_nettype none
module sofa_norm_queue_rows (
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
//% local cycles = d.norm_time - 1
$(travel({{"number", ROW_BITS + 1, cycles, "i_number"}}))
    sofa_queue #($(parameters("WIDTH", HEAD_DIM * 16 + ROW_BITS + 1, "DEPTH", RETIRE_ROWS, "ABITS", RETIRE_ROW_BITS))) u_queue (
        .clk(clk), .rst(rst), .i_valid(i_valid), .i_data({number_$(cycles), i_word[$(HEAD_DIM*16-1):0]}),
        .o_valid(o_row_valid), .i_ready(i_row_ready), .o_data({o_row_bank, o_row, o_data}));
    wire                        unused = &{1'b0, i_phase_chunk, i_begin, i_word};
endmodule
`default_nettype wire

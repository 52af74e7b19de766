//% -- SPDX-License-Identifier: Apache-2.0
//% local flag_place_bits = math.max(1, clog2(SLICE_HALVES * SLICE_WORDS))
//% local beat_codes, code_beats = math.max(1, PORT_BITS // d.code_unit), math.max(1, d.code_unit // PORT_BITS)
//% local column_bits = clog2(HEAD_DIM)
// Codes of Wk on chip, a slice of X at a time: word (w, column) holds the codes of $(PREDICT_DIMS) hidden units. Beside them, a flag for
// each column of a word: some code is not zero. Latency of reads: $(latency("codes.read", 1)) cycle. Handshake and throughput: sofa_slices.
`default_nettype none
module sofa_codes (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
    input  wire [$(ADDRESS_BITS-1):0]  i_base,
    input  wire [15:0]      i_slices,
    input  wire [$(SLICE_WORD_BITS-1):0] i_words_last,
    input  wire             i_demand,
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    input  wire             i_beat_valid,
    output wire             o_beat_ready,
    input  wire [$(PORT_BITS-1):0]  i_beat,
    output wire [$(SLICE_HALVES-1):0] o_loaded,
//% if SLICE_HALVES > 1 then
    input  wire             i_release,
    input  wire             i_half,
    input  wire             i_flag_half,
//% end
    input  wire [$(CODE_PLACE_BITS-1):0] i_raddr,
    output wire [$(PREDICT_DIMS*4-1):0] o_rdata,
    input  wire [$(SLICE_WORD_BITS-1):0] i_flag_word,
    output wire [$(HEAD_DIM-1):0]  o_flags
);
//% if SLICE_HALVES == 1 then
    wire             i_release = 1'b0, i_half = 1'b0;
//% end
    wire             write, write_half, unused_settled;
    wire             unused = &{1'b0, unused_settled};
    wire [$(PREDICT_DIMS*4-1):0] word;
//% local words_parameters = parameters("WORD", PREDICT_DIMS*4, "PER", beat_codes, "LPER", clog2(beat_codes), "GATHER", code_beats, "DEPTH",
//%     SLICE_WORDS*HEAD_DIM, "ABITS", CODE_PLACE_BITS, "HALVES", SLICE_HALVES)
    sofa_slices #($(words_parameters)) u_words (
        .clk(clk), .rst(rst), .i_start(i_start), .i_base(i_base), .i_slices(i_slices),
        .i_words_last($(ext("i_words_last", SLICE_WORD_BITS, 24)) * 24'd$(HEAD_DIM)), .i_demand(i_demand),
        .o_req_valid(o_req_valid), .i_req_ready(i_req_ready), .o_req_addr(o_req_addr), .o_req_len(o_req_len),
        .i_beat_valid(i_beat_valid), .o_beat_ready(o_beat_ready), .i_beat(i_beat), .o_settled(unused_settled), .o_loaded(o_loaded),
        .i_release(i_release),
        .i_half(i_half), .i_raddr(i_raddr), .o_rdata(o_rdata), .o_write(write), .o_write_half(write_half), .o_word(word));

    // words come column by column
    reg  [$(column_bits-1):0] column;
    reg  [$(flag_place_bits-1):0] place;                // word in the slice
    reg              half;
    reg  [$(HEAD_DIM-2):0]  mask;            // of the columns before
    wire             last_column = column == $(lit(column_bits, HEAD_DIM - 1));
    wire [$(HEAD_DIM-1):0]  flags = {|word, mask};
    wire             turn = half ^ write_half;   // the first word of another slice
    always @(posedge clk) begin
        if (write)
            mask <= flags[$(HEAD_DIM-1):1];
        if (rst) begin
            column <= $(column_bits)'d0;
            place <= $(flag_place_bits)'d0;
            half <= 1'b0;
        end else if (write) begin
            column <= last_column ? $(column_bits)'d0 : column + 1'b1;
            half <= write_half;
            if (last_column)
                place <= (turn ? $(flag_place_bits)'d0 : place) + 1'b1;
            else if (turn)
                place <= $(flag_place_bits)'d0;
        end
    end
//% if SLICE_HALVES > 1 then
    wire [$(flag_place_bits-1):0] at = turn ? $(flag_place_bits)'d0 : place;
    wire [$(flag_place_bits-1):0] waddr = write_half ? at + $(lit(flag_place_bits, SLICE_WORDS)) : at;
    wire [$(flag_place_bits-1):0] raddr = i_flag_half ? $(ext("i_flag_word", SLICE_WORD_BITS, flag_place_bits)) +
        $(lit(flag_place_bits, SLICE_WORDS)) : $(ext("i_flag_word", SLICE_WORD_BITS, flag_place_bits));
//% else
    wire [$(flag_place_bits-1):0] waddr = turn ? $(flag_place_bits)'d0 : place;
    wire [$(flag_place_bits-1):0] raddr = $(ext("i_flag_word", SLICE_WORD_BITS, flag_place_bits));
//%   if SLICE_WORD_BITS > flag_place_bits then
    wire             unused_word = &{1'b0, i_flag_word[$(SLICE_WORD_BITS-1):$(flag_place_bits)]};
//%   end
//% end
    sofa_ram #(.WIDTH($(HEAD_DIM)), .DEPTH($(math.max(2, SLICE_HALVES * SLICE_WORDS))), .ABITS($(flag_place_bits))) u_flags (
        .clk(clk), .i_we(write && last_column), .i_waddr(waddr), .i_wdata(flags), .i_re(1'b1), .i_raddr(raddr), .o_rdata(o_flags));
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
//% if cfg.mode ~= "tokens" then skip() end
//% local A, P, D, DC, CW, HALVES = cfg.memory.address_bits, cfg.memory.port_bits, cfg.head_dim, cfg.predict.dims, d.slice_words, math.min(2, d.hidden_slices)
//% local WB, KAB, FB = clog2(CW + 1), math.max(1, clog2(CW * D)), math.max(1, clog2(HALVES * CW))
//% local PER, GATHER = math.max(1, P // d.code_unit), math.max(1, d.code_unit // P)
//% local COL = clog2(D)
// Codes of Wk on chip, a slice of X at a time: word (w, column) holds the codes of $(DC) hidden units. Beside them, a flag for each column
// of a word: some code is not zero. Latency of reads: $(latency("codes.read", 1)) cycle. Handshake and throughput: sofa_slices.
`default_nettype none
module sofa_codes (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
    input  wire [$(A-1):0]  i_base,
    input  wire [15:0]      i_slices,
    input  wire [$(WB-1):0] i_words_last,
    input  wire             i_demand,
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(A-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    input  wire             i_beat_valid,
    output wire             o_beat_ready,
    input  wire [$(P-1):0]  i_beat,
    output wire [$(HALVES-1):0] o_loaded,
//% if HALVES > 1 then
    input  wire             i_release,
    input  wire             i_half,
    input  wire             i_flag_half,
//% end
    input  wire [$(KAB-1):0] i_raddr,
    output wire [$(DC*4-1):0] o_rdata,
    input  wire [$(WB-1):0] i_flag_word,
    output wire [$(D-1):0]  o_flags
);
//% if HALVES == 1 then
    wire             i_release = 1'b0, i_half = 1'b0;
//% end
    wire             write, write_half, unused_settled;
    wire             unused = &{1'b0, unused_settled};
    wire [$(DC*4-1):0] word;
    sofa_slices #(.WORD($(DC*4)), .PER($(PER)), .LPER($(clog2(PER))), .GATHER($(GATHER)), .DEPTH($(CW*D)), .ABITS($(KAB)), .HALVES($(HALVES))) u_words (
        .clk(clk), .rst(rst), .i_start(i_start), .i_base(i_base), .i_slices(i_slices),
        .i_words_last($(ext("i_words_last", WB, 24)) * 24'd$(D)), .i_demand(i_demand),
        .o_req_valid(o_req_valid), .i_req_ready(i_req_ready), .o_req_addr(o_req_addr), .o_req_len(o_req_len),
        .i_beat_valid(i_beat_valid), .o_beat_ready(o_beat_ready), .i_beat(i_beat), .o_settled(unused_settled), .o_loaded(o_loaded), .i_release(i_release),
        .i_half(i_half), .i_raddr(i_raddr), .o_rdata(o_rdata), .o_write(write), .o_write_half(write_half), .o_word(word));

    // words come column by column
    reg  [$(COL-1):0] column;
    reg  [$(FB-1):0] place;                // word in the slice
    reg              half;
    reg  [$(D-2):0]  mask;            // of the columns before
    wire             last_column = column == $(lit(COL, D - 1));
    wire [$(D-1):0]  flags = {|word, mask};
    wire             turn = half ^ write_half;   // the first word of another slice
    always @(posedge clk) begin
        if (write)
            mask <= flags[$(D-1):1];
        if (rst) begin
            column <= $(COL)'d0;
            place <= $(FB)'d0;
            half <= 1'b0;
        end else if (write) begin
            column <= last_column ? $(COL)'d0 : column + 1'b1;
            half <= write_half;
            if (last_column)
                place <= (turn ? $(FB)'d0 : place) + 1'b1;
            else if (turn)
                place <= $(FB)'d0;
        end
    end
//% if HALVES > 1 then
    wire [$(FB-1):0] at = turn ? $(FB)'d0 : place;
    wire [$(FB-1):0] waddr = write_half ? at + $(lit(FB, CW)) : at;
    wire [$(FB-1):0] raddr = i_flag_half ? $(ext("i_flag_word", WB, FB)) + $(lit(FB, CW)) : $(ext("i_flag_word", WB, FB));
//% else
    wire [$(FB-1):0] waddr = turn ? $(FB)'d0 : place;
    wire [$(FB-1):0] raddr = $(ext("i_flag_word", WB, FB));
//%   if WB > FB then
    wire             unused_word = &{1'b0, i_flag_word[$(WB-1):$(FB)]};
//%   end
//% end
    sofa_ram #(.WIDTH($(D)), .DEPTH($(math.max(2, HALVES * CW))), .ABITS($(FB))) u_flags (
        .clk(clk), .i_we(write && last_column), .i_waddr(waddr), .i_wdata(flags), .i_re(1'b1), .i_raddr(raddr), .o_rdata(o_flags));
endmodule
`default_nettype wire

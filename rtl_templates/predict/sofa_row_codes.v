//% -- SPDX-License-Identifier: Apache-2.0
// Codes of the rows of two blocks, and those of a beat: o_exponent a cycle after issue, o_codes a cycle later.
//% if WORD_MEMORIES then
// Rows stand word by word as {sign, not zero, place of the leading one} of each element; the code follows from that and the row's exponent:
// sofa_code().
//% end
// Latency: $(latency("row_codes", 2)) cycles from issue. Handshake: none.
//% local word_elements = WORD_MEMORIES and PORT_BITS // QUERY_BITS or HEAD_DIM
`default_nettype none
module sofa_row_codes (
    input  wire               clk,
    // from queries
    input  wire               i_code_we,
    input  wire [$(ROW_BITS):0] i_code_row,
//% if WORD_MEMORIES then
    input  wire [$(QUERY_WORD_BITS-1):0] i_code_index,
    input  wire [$(word_elements*6-1):0] i_code,
    input  wire               i_exponent_we,
    input  wire [$(ROW_BITS):0] i_exponent_row,
    input  wire [3:0]         i_exponent,
//% else
    input  wire [$(HEAD_DIM*4+3):0] i_code,       // {exponent, codes}
//% end
    // beat
    input  wire               i_bank,
    input  wire [$(ROW_BITS-1):0] i_row,
    input  wire [$(DIM_SLICE_BITS-1):0] i_slice,
//% if TOKENS then
    input  wire               i_keys_1,           // a beat of keys, a cycle after issue: these codes
    input  wire [$(PREDICT_DIMS*4-1):0] i_weight_codes,
//% end
    output wire [3:0]         o_exponent,
    output reg  [$(PREDICT_DIMS*4-1):0] o_codes
);
    reg  [$(DIM_SLICE_BITS-1):0] slice;
    always @(posedge clk) slice <= i_slice;
    wire                      unused_slice = &{1'b0, slice};
//% if WORD_MEMORIES then
//%   local slices_in_word = clog2(word_elements // PREDICT_DIMS)
//%   local place = "i_slice[" .. DIM_SLICE_BITS-1 .. ":" .. DIM_SLICE_BITS - QUERY_WORD_BITS .. "]"      -- the word that the slice is in
    wire [$(word_elements*6-1):0] word;
    sofa_ram #(.WIDTH($(word_elements*6)), .DEPTH($(2 << ROW_BITS + QUERY_WORD_BITS)), .ABITS($(ROW_BITS+1+QUERY_WORD_BITS))) u_codes (
        .clk(clk), .i_we(i_code_we), .i_waddr({i_code_row, i_code_index}), .i_wdata(i_code),
        .i_re(1'b1), .i_raddr({i_bank, i_row, $(place)}), .o_rdata(word));
    sofa_ram #(.WIDTH(4), .DEPTH($(2 << ROW_BITS)), .ABITS($(ROW_BITS+1))) u_exponents (
        .clk(clk), .i_we(i_exponent_we), .i_waddr(i_exponent_row), .i_wdata(i_exponent),
        .i_re(1'b1), .i_raddr({i_bank, i_row}), .o_rdata(o_exponent));
//%   local bits = PREDICT_DIMS * 6
//%   local part = slices_in_word > 0 and "[slice[" .. slices_in_word-1 .. ":0]*" .. bits .. " +: " .. bits .. "]" or ""
    wire [$(bits-1):0]        elements = word$(part);
//%   for dim = 0, PREDICT_DIMS - 1 do
    wire [3:0]                below_$(dim) = o_exponent - elements[$(dim*6) +: 4];
    always @(posedge clk)
        o_codes[$(dim*4) +: 4] <= !elements[$(dim*6+4)] || below_$(dim) > 4'd$(cfg.predict.code_powers-1) ? 4'd0
            : {elements[$(dim*6+5)], 3'd7 - below_$(dim)[2:0]};
//%   end
//% else
    wire [$(HEAD_DIM*4+3):0]  code;
    assign o_exponent = code[$(HEAD_DIM*4+3):$(HEAD_DIM*4)];
    sofa_ram #(.WIDTH($(HEAD_DIM*4+4)), .DEPTH($(2 << ROW_BITS)), .ABITS($(ROW_BITS+1))) u_codes (
        .clk(clk), .i_we(i_code_we), .i_waddr(i_code_row), .i_wdata(i_code), .i_re(1'b1), .i_raddr({i_bank, i_row}), .o_rdata(code));
    reg  [$(PREDICT_DIMS*4-1):0] chosen;
//%   if DIM_SLICES > 1 then
    wire [$(HEAD_DIM*4-1):0]  codes = code[$(HEAD_DIM*4-1):0];
    wire [$(DIM_SLICES*PREDICT_DIMS*4-1):0] padded = $(ext("codes", HEAD_DIM*4, DIM_SLICES*PREDICT_DIMS*4));
    always @*
        case (slice)
//%     for slice = 1, DIM_SLICES - 1 do
            $(DIM_SLICE_BITS)'d$(slice): chosen = padded[$(slice*PREDICT_DIMS*4) +: $(PREDICT_DIMS*4)];
//%     end
            default: chosen = padded[0 +: $(PREDICT_DIMS*4)];
        endcase
//%   else
    always @* chosen = code[$(HEAD_DIM*4-1):0];
//%   end
    always @(posedge clk) o_codes <= $(TOKENS and "i_keys_1 ? i_weight_codes : " or "")chosen;
//% end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Leading-zero encoder of a query row: its exponent e_row and a 4-bit code {sign, c} per element, c = 0 for zero.
// It takes $(d.encode_width) element(s) a cycle, as many as a port beat brings, so it keeps up with the port: $(d.encode_steps) step(s) a
// row.
// Rows come as the variant of sofa_encode_steps takes them.
// Latency $(latency("encode", REGISTERED_LINKS and 2 or d.encode_steps + 1)) cycles from i_valid.
// No back-pressure. Equals sofa_row_exponent() and sofa_code(), which counts codes from the least power: c = 7 is its largest code.
`default_nettype none
module sofa_encode (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_valid,
//% if REGISTERED_LINKS then
    input  wire                i_word_valid,
    input  wire [$(QUERY_WORD_BITS-1):0]    i_word_index,
    input  wire [$(ENCODE_WIDTH*QUERY_BITS-1):0]  i_word,
//% else
    input  wire [$(HEAD_DIM*QUERY_BITS-1):0]  i_row,
//% end
    output reg                 o_valid,
    output wire [$(HEAD_DIM*4-1):0]   o_codes,
    output reg  [3:0]          o_exponent
);
    function [3:0] leading(input [$(QUERY_BITS-1):0] x);
        integer b;
        begin
            leading = 4'd0;
            for (b = 0; b < $(QUERY_BITS); b = b + 1)
                if (x[b])
                    leading = b[3:0];
        end
    endfunction

    // ---- step by step: magnitudes, then {sign, not zero, place of the leading one} ----
    wire .*;
    sofa_encode_$(ENCODE_PART) u_part (.o_last(last), .*);
    reg  [$(ENCODE_WIDTH*QUERY_BITS-1):0] magnitude;
    reg  [$(ENCODE_WIDTH-1):0]    sign;
    reg  [$(QUERY_BITS-1):0]   any;   // or-ed magnitudes of a row, as far as it has come
    reg  [$(QUERY_BITS-1):0]   ones;  // those of its steps before
    wire [$(ENCODE_WIDTH*QUERY_BITS-1):0] absolute;
    wire [$(ENCODE_WIDTH*6-1):0]  found;
    reg                whole;
    integer i;
    always @* begin
        any = $(QUERY_BITS)'d0;
        for (i = 0; i < $(ENCODE_WIDTH); i = i + 1)
            any = any | magnitude[i*$(QUERY_BITS) +: $(QUERY_BITS)];
        if (begun)
            any = any | ones;
    end
//% for element = 0, ENCODE_WIDTH - 1 do
//%   local high, low = element*QUERY_BITS + QUERY_BITS - 1, element*QUERY_BITS
    assign absolute[$(high):$(low)] = part[$(high)] ? -part[$(high):$(low)] : part[$(high):$(low)];
    assign found[$(element*6) +: 6] = {sign[$(element)], magnitude[$(high):$(low)] != $(QUERY_BITS)'d0, leading(magnitude[$(high):$(low)])};
//% end
//% local all, step = ENCODE_STEPS*ENCODE_WIDTH*6, ENCODE_WIDTH*6
//% local shifted = ENCODE_STEPS > 1 and "{found, leads[" .. all-1 .. ":" .. step .. "]}" or "found"
    reg  [$(all-1):0] leads;
    always @(posedge clk) begin
        magnitude <= absolute;
        ones <= any;
//% for element = 0, ENCODE_WIDTH - 1 do
        sign[$(element)] <= part[$(element*QUERY_BITS+QUERY_BITS-1)];
//% end
        if (here)
            leads <= $(shifted);
        o_exponent <= leading(any);
        if (rst) begin
            whole <= 1'b0;
            o_valid <= 1'b0;
        end else begin
            whole <= last;
            o_valid <= whole;
        end
    end

    // ---- codes against the row's exponent ----
//% for dim = 0, HEAD_DIM - 1 do
    wire [3:0] below_$(dim) = o_exponent - leads[$(dim*6) +: 4];
    assign o_codes[$(dim*4) +: 4] = !leads[$(dim*6+4)] || below_$(dim) > 4'd$(cfg.predict.code_powers-1) ? 4'd0
        : {leads[$(dim*6+5)], 3'd7 - below_$(dim)[2:0]};
//% end
    wire unused_leads = &{1'b0, leads};
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Leading-zero encoder of a query row: its exponent e_row and a 4-bit code {sign, c} per element, c = 0 for zero.
// It takes $(d.encode_width) element(s) a cycle, as many as a port beat brings, so it keeps up with the port: $(d.encode_steps) step(s) a row.
//% local far = d.far_reads == 1      -- a step is a beat, when it comes
//% if far then
// A row comes word by word; i_valid is in the cycle of its last word or later, before the next row's first. Latency $(latency("encode", 2)) cycles from i_valid.
//% else
// Latency $(latency("encode", d.encode_steps + 1)) cycles from i_valid. Rows stand $(d.encode_steps) cycles apart at least; element n of i_row stays in place for
// n / $(d.encode_width) cycles after i_valid.
//% end
// No back-pressure. Equals sofa_row_exponent() and sofa_code(), which counts codes from the least power: c = 7 is its largest code.
//% if d.narrow == 1 then skip() end
//% local D, QW, E, S = cfg.head_dim, cfg.data.query_bits, d.encode_width, d.encode_steps
//% local SB, HB = clog2(S), clog2(d.query_beats)
`default_nettype none
module sofa_encode (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_valid,
//% if far then
    input  wire                i_word_valid,
    input  wire [$(HB-1):0]    i_word_index,
    input  wire [$(E*QW-1):0]  i_word,
//% else
    input  wire [$(D*QW-1):0]  i_row,
//% end
    output reg                 o_valid,
    output wire [$(D*4-1):0]   o_codes,
    output reg  [3:0]          o_exponent
);
    function [3:0] leading(input [$(QW-1):0] x);
        integer b;
        begin
            leading = 4'd0;
            for (b = 0; b < $(QW); b = b + 1)
                if (x[b])
                    leading = b[3:0];
        end
    endfunction

    // ---- step by step: magnitudes, then {sign, not zero, place of the leading one} ----
//% if far then
    wire               last = i_valid;
    wire [$(E*QW-1):0] part = i_word;
    reg                found_next;    // magnitudes are those of a word that came
    always @(posedge clk) found_next <= i_word_valid;
//% elseif S > 1 then
    reg  [$(SB-1):0]   step;
    wire               run = i_valid || step != $(SB)'d0;
    wire               last = step == $(SB)'d$(S-1);
    reg  [$(E*QW-1):0] part;
    always @*
        case (step)
//%   for s = 1, S - 1 do
//%     local n = math.min(E, D - s * E)
            $(SB)'d$(s): part = $(ext("i_row[" .. (s*E*QW) .. " +: " .. (n*QW) .. "]", n*QW, E*QW));
//%   end
            default: part = i_row[$(E*QW-1):0];
        endcase
    always @(posedge clk)
        if (rst || last)
            step <= $(SB)'d0;
        else if (run)
            step <= step + 1'b1;
//% else
    wire               last = i_valid;
    wire [$(E*QW-1):0] part = i_row;
//% end
    reg  [$(E*QW-1):0] magnitude;
    reg  [$(E-1):0]    sign;
    reg  [$(QW-1):0]   any$(S > 1 and ", ones" or "");     // or-ed magnitudes: of a step$(S > 1 and ", of the row's steps before" or "")
//% if S > 1 then
    reg                begun;         // magnitudes are not those of a row's first step
//% end
    wire [$(E*QW-1):0] absolute;
    wire [$(E*6-1):0]  found;
    reg                whole;
    integer i;
    always @* begin
        any = $(QW)'d0;
        for (i = 0; i < $(E); i = i + 1)
            any = any | magnitude[i*$(QW) +: $(QW)];
//% if S > 1 then
        if (begun)
            any = any | ones;
//% end
    end
//% for i = 0, E - 1 do
//%   local hi, lo = i*QW + QW - 1, i*QW
    assign absolute[$(hi):$(lo)] = part[$(hi)] ? -part[$(hi):$(lo)] : part[$(hi):$(lo)];
    assign found[$(i*6) +: 6] = {sign[$(i)], magnitude[$(hi):$(lo)] != $(QW)'d0, leading(magnitude[$(hi):$(lo)])};
//% end
    reg  [$(S*E*6-1):0] leads;
    always @(posedge clk) begin
        magnitude <= absolute;
//% if S > 1 then
        begun <= $(far and "i_word_index != " .. lit(HB, 0) or "step != " .. lit(SB, 0));
        ones <= any;
//% end
//% for i = 0, E - 1 do
        sign[$(i)] <= part[$(i*QW+QW-1)];
//% end
        $(far and "if (found_next) " or "")leads <= $(S > 1 and "{found, leads[" .. (S*E*6-1) .. ":" .. (E*6) .. "]}" or "found");
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
//% for i = 0, D - 1 do
    wire [3:0] below_$(i) = o_exponent - leads[$(i*6) +: 4];
    assign o_codes[$(i*4) +: 4] = !leads[$(i*6+4)] || below_$(i) > 4'd$(cfg.predict.code_powers-1) ? 4'd0 : {leads[$(i*6+5)], 3'd7 - below_$(i)[2:0]};
//% end
//% if S * E > D then
    wire unused_leads = &{1'b0, leads[$(S*E*6-1):$(D*6)]};
//% end
endmodule
`default_nettype wire

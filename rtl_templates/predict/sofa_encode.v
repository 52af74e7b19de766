// Leading-zero encoder of a query row: its exponent e_row and a 4-bit code {sign, c} per element, c = 0 for zero.
// Latency 2 cycles, throughput one row a cycle, no back-pressure. Equals sofa_row_exponent() and sofa_code().
//% if d.narrow == 1 then skip() end
//% local D, QW = cfg.head_dim, cfg.data.query_bits
`default_nettype none
module sofa_encode (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_valid,
    input  wire [$(D*QW-1):0]  i_row,
    output reg                 o_valid,
    output reg  [$(D*4-1):0]   o_codes,
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

    reg  [$(D*QW-1):0] magnitude;
    reg  [$(D-1):0]    sign;
    reg  [$(QW-1):0]   ones;
    reg                valid;
    wire [3:0]         exponent = leading(ones);
    wire [$(D*QW-1):0] absolute;
    wire [$(D*4-1):0]  codes;
    reg  [$(QW-1):0]   any;
    integer i;

    always @* begin
        any = $(QW)'d0;
        for (i = 0; i < $(D); i = i + 1)
            any = any | absolute[i*$(QW) +: $(QW)];
    end

//% for i = 0, D - 1 do
//%   local hi, lo = i*QW + QW - 1, i*QW
    assign absolute[$(hi):$(lo)] = i_row[$(hi)] ? -i_row[$(hi):$(lo)] : i_row[$(hi):$(lo)];
    wire [3:0] lead_$(i) = leading(magnitude[$(hi):$(lo)]);
    wire [3:0] below_$(i) = exponent - lead_$(i);
    assign codes[$(i*4+3):$(i*4)] = magnitude[$(hi):$(lo)] == $(QW)'d0 || below_$(i) > 4'd6 ? 4'd0 : {sign[$(i)], 3'd7 - below_$(i)[2:0]};
//% end

    always @(posedge clk) begin
        magnitude <= absolute;
        ones <= any;
//% for i = 0, D - 1 do
        sign[$(i)] <= i_row[$(i*QW+QW-1)];
//% end
        o_codes <= codes;
        o_exponent <= exponent;
        if (rst) begin
            valid <= 1'b0;
            o_valid <= 1'b0;
        end else begin
            valid <= i_valid;
            o_valid <= valid;
        end
    end
endmodule
`default_nettype wire

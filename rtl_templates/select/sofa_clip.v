//% -- SPDX-License-Identifier: Apache-2.0
// Cuts a row's ordered list to the run-time number of keys and clips what lies too far below the row's maximum; gives the
// rest as a bit per key. The list is ordered, so kept entries stand in front.
// Latency: $(latency("clip", 2)) cycles; throughput one list a cycle. Handshake: none, sofa_select counts. Equals the end of sofa_select_tile().
//% local KM, EW, IB, SB = cfg.tile.kept_max, d.entry_bits, d.index_bits, cfg.predict.score_bits
//% local BC, CB = cfg.tile.keys, d.kept_bits
`default_nettype none
module sofa_clip (
    input  wire             clk,
    input  wire [$(KM*EW-1):0] i_list, // {valid, score, ~index}, largest first
    input  wire [$(KM-1):0] i_enable,  // positions in use
    input  wire [$(SB-1):0] i_threshold,
    output reg  [$(BC-1):0] o_need,
    output reg  [$(BC-1):0] o_best,
    output reg              o_any,
    output reg  [$(CB-1):0] o_count,
    output reg  [$(CB-1):0] o_clipped
);
    reg  [$(KM-1):0] candidate, keep;
//% for i = 0, KM - 1 do
    reg  [$(IB-1):0] index_$(i);
//% end

    // Entries in front of the first absent one.
    function [$(CB-1):0] length(input [$(KM-1):0] present);
//% if KM > 1 then
        integer n;
        begin
            length = present[$(KM-1)] ? $(lit(CB, KM)) : $(CB)'d0;
            for (n = 1; n < $(KM); n = n + 1)
                if (present[n-1] && !present[n])
                    length = length | n[$(CB-1):0];
        end
//% else
        length = present;
//% end
    endfunction

    // bit k: key k
//% local hot = {}
//% for i = 0, KM - 1 do
    wire [$(BC-1):0] hot_$(i) = {$(BC-1)'d0, keep[$(i)]} << index_$(i);
//%   hot[i//8+1] = (hot[i//8+1] and hot[i//8+1] .. " | " or "") .. "hot_" .. i
//% end

    always @(posedge clk) begin
//% for i = 0, KM - 1 do
        candidate[$(i)] <= i_list[$(i*EW+EW-1)] && i_enable[$(i)];
        keep[$(i)] <= i_list[$(i*EW+EW-1)] && i_enable[$(i)] && i_list[$(i*EW+EW-2):$(i*EW+IB)] >= i_threshold;
        index_$(i) <= ~i_list[$(i*EW+IB-1):$(i*EW)];
//% end
        o_need <= $(table.concat(hot, "\n            | "));
        o_best <= hot_0;
        o_any <= keep[0];
        o_count <= length(keep);
        o_clipped <= length(candidate) - length(keep);
    end
endmodule
`default_nettype wire

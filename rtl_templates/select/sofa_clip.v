//% -- SPDX-License-Identifier: Apache-2.0
// Cuts a row's ordered list to the run-time number of keys and clips what lies too far below the row's maximum; gives the
// rest as a bit per key. The list is ordered, so kept entries stand in front.
// Latency: $(latency("clip", 2)) cycles; throughput one list a cycle. Handshake: none, sofa_select counts. Equals the end
// of sofa_select_keys().
`default_nettype none
module sofa_clip (
    input  wire             clk,
    input  wire [$(KEPT_MAX*ENTRY_BITS-1):0] i_list, // {valid, score, ~index}, largest first
    input  wire [$(KEPT_MAX-1):0] i_enable,  // positions in use
    input  wire [$(SCORE_BITS-1):0] i_threshold,
    output reg  [$(TILE_KEYS-1):0] o_need,
    output reg  [$(KEPT_BITS-1):0] o_clipped
);
    reg  [$(KEPT_MAX-1):0] candidate, keep;
//% for place = 0, KEPT_MAX - 1 do
    reg  [$(INDEX_BITS-1):0] index_$(place);
//% end

    // Entries in front of the first absent one.
    function [$(KEPT_BITS-1):0] length(input [$(KEPT_MAX-1):0] present);
//% if KEPT_MAX > 1 then
        integer n;
        begin
            length = present[$(KEPT_MAX-1)] ? $(lit(KEPT_BITS, KEPT_MAX)) : $(KEPT_BITS)'d0;
            for (n = 1; n < $(KEPT_MAX); n = n + 1)
                if (present[n-1] && !present[n])
                    length = length | n[$(KEPT_BITS-1):0];
        end
//% else
        length = present;
//% end
    endfunction

    // bit k: key k
//% local hot = {}
//% for place = 0, KEPT_MAX - 1 do
    wire [$(TILE_KEYS-1):0] hot_$(place) = {$(TILE_KEYS-1)'d0, keep[$(place)]} << index_$(place);
//%   hot[place//8+1] = (hot[place//8+1] and hot[place//8+1] .. " | " or "") .. "hot_" .. place
//% end

    always @(posedge clk) begin
//% for place = 0, KEPT_MAX - 1 do
        candidate[$(place)] <= i_list[$(place*ENTRY_BITS+ENTRY_BITS-1)] && i_enable[$(place)];
        keep[$(place)] <= i_list[$(place*ENTRY_BITS+ENTRY_BITS-1)] && i_enable[$(place)]
            && i_list[$(place*ENTRY_BITS+ENTRY_BITS-2):$(place*ENTRY_BITS+INDEX_BITS)] >= i_threshold;
        index_$(place) <= ~i_list[$(place*ENTRY_BITS+INDEX_BITS-1):$(place*ENTRY_BITS)];
//% end
        o_need <= $(table.concat(hot, "\n            | "));
        o_clipped <= length(candidate) - length(keep);
    end
endmodule
`default_nettype wire

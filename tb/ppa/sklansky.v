// SPDX-License-Identifier: Apache-2.0
// Carries of $lcu as a Sklansky prefix tree: log2(WIDTH) levels. The name sorts before Yosys' own _90_lcu, so it is taken first.
(* techmap_celltype = "$lcu" *)
module _80_lcu_sklansky (P, G, CI, CO);
    parameter WIDTH = 2;
    input  [WIDTH-1:0] P, G;
    input              CI;
    output [WIDTH-1:0] CO;
    reg    [WIDTH-1:0] p, g;
    wire               _TECHMAP_FAIL_ = WIDTH <= 2;
    integer i, j;
    always @* begin
        p = P;
        g = G;
        g[0] = G[0] | (P[0] & CI);
        for (i = 1; i < WIDTH; i = i * 2)
            for (j = 0; j < WIDTH; j = j + 1)
                if (j & i) begin
                    g[j] = g[j] | (p[j] & g[(j & ~(i - 1)) - 1]);
                    p[j] = p[j] & p[(j & ~(i - 1)) - 1];
                end
    end
    assign CO = g;
endmodule

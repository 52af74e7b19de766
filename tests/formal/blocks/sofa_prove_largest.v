//% -- SPDX-License-Identifier: Apache-2.0
// A list holds the largest of some entries, in order, TIME cycles after them: for every threshold `least`, its place n holds that or more
// exactly if more than n entries do.
`default_nettype none
module sofa_prove_largest #(
    parameter WIDTH   = 8,
    parameter INPUTS  = 4,
    parameter OUTPUTS = 2,
    parameter TIME    = 1,
    parameter CBITS   = 3       // of a number of entries
) (
    input wire                     clk,
    input wire [INPUTS*WIDTH-1:0]  entries,
    input wire [WIDTH-1:0]         least,
    input wire [OUTPUTS*WIDTH-1:0] list
);
    reg  [CBITS-1:0] count;            // of entries that reach the threshold
    integer i;
    always @* begin
        count = {CBITS{1'b0}};
        for (i = 0; i < INPUTS; i = i + 1)
            count = count + {{CBITS-1{1'b0}}, entries[i*WIDTH +: WIDTH] >= least};
    end
    reg  [TIME*CBITS-1:0] counts;
    reg  [TIME*WIDTH-1:0] leasts;
    reg  [TIME-1:0]       here;
    initial here = {TIME{1'b0}};
    always @(posedge clk) begin
        counts <= {counts, count};
        leasts <= {leasts, least};
        here <= {here, 1'b1};
    end
    wire [CBITS-1:0] had = counts[TIME*CBITS-1 -: CBITS];
    wire [WIDTH-1:0] needed = leasts[TIME*WIDTH-1 -: WIDTH];
    genvar n;
    generate
        for (n = 0; n < OUTPUTS; n = n + 1) begin : place
            always @(posedge clk)
                if (here[TIME-1])
                    assert ((list[n*WIDTH +: WIDTH] >= needed) == (had > n));
        end
    endgenerate
endmodule
`default_nettype wire

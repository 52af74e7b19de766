//% -- SPDX-License-Identifier: Apache-2.0
// Every proof begins with a reset of two cycles; another may come in any cycle.
`default_nettype none
module sofa_prove_reset (
    input wire clk,
    input wire rst
);
    reg begun, going;
    initial begun = 1'b0;
    initial going = 1'b0;
    always @(posedge clk) begin
        going <= 1'b1;
        begun <= going;
    end
    always @(posedge clk)
        assume (begun || rst);
endmodule
`default_nettype wire

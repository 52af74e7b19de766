//% -- SPDX-License-Identifier: Apache-2.0
// l of a retiring row for the cycles in which its reciprocal begins: as it was with i_valid, from a register, unless the group leaves it
// there that long. Latency one cycle, no handshake.
`default_nettype none
module sofa_denominator (
    input  wire              clk,
    input  wire              i_valid,
    input  wire [$(DENOMINATOR_BITS-1):0] i_l,
    output wire [$(DENOMINATOR_BITS-1):0] o_l
);
//% if d.denominator_stays == 1 then
    assign o_l = i_l;
    wire unused = &{1'b0, clk, i_valid};
//% else
    reg  [$(DENOMINATOR_BITS-1):0] l;
    always @(posedge clk)
        if (i_valid)
            l <= i_l;
    assign o_l = l;
//% end
endmodule
`default_nettype wire

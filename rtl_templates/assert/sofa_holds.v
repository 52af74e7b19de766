//% -- SPDX-License-Identifier: Apache-2.0
// An assertion: i_holds in every cycle outside reset, once there has been one. Only under SOFA_ASSERT: a simulation ends with the name
// of the instance, which is the assertion's; with FORMAL it is an assert cell. What is unknown does not fail.
`default_nettype none
`ifdef SOFA_ASSERT
module sofa_holds (
    input wire clk,
    input wire rst,
    input wire i_holds
);
    reg armed;
    initial armed = 1'b0;
    always @(posedge clk) begin
        if (rst)
            armed <= 1'b1;
        if (armed && !rst)
`ifdef FORMAL
            assert (i_holds);
`else
            if (!i_holds) begin
                $display("assertion fails: %m");
                $finish;
            end
`endif
    end
endmodule
`endif
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Bounds a wait: i_watchdog cycles without progress while i_wait. Combinational from registers; a wait begins anew with i_again.
//% local WATCHDOG_BITS = d.watchdog_bits
`default_nettype none
module sofa_watchdog (
    input  wire             clk,
    input  wire [$(WATCHDOG_BITS-1):0] i_watchdog,
    input  wire             i_wait,
    input  wire             i_again,
    input  wire             i_progress,
    output wire             o_expired
);
    reg  [$(WATCHDOG_BITS-1):0] patience;
    reg         progress;
    reg         starved;     // patience is 0
    assign o_expired = starved && !progress;
    always @(posedge clk) begin
        progress <= i_progress;
        if (progress || i_again || !i_wait) begin
            patience <= i_watchdog;
            starved <= i_watchdog == $(WATCHDOG_BITS)'d0;
        end else if (!starved) begin
            patience <= patience - $(WATCHDOG_BITS)'d1;
            starved <= patience == $(WATCHDOG_BITS)'d1;
        end
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
//% if TOKENS then skip() end
// Counts the V rows that have come (i_v_valid) and whose keys have not entered (i_load): o_data_here if there is one.
`default_nettype none
module sofa_ready_rows (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  i_v_valid,
    input  wire                  i_load,
    output wire                  o_data_here
);
    reg  [$(PREFETCH_COUNT_BITS-1):0] ready_rows;
    always @(posedge clk)
        if (rst)
            ready_rows <= $(PREFETCH_COUNT_BITS)'d0;
        else
            ready_rows <= ready_rows + $(ext("i_v_valid", 1, PREFETCH_COUNT_BITS)) - $(ext("i_load", 1, PREFETCH_COUNT_BITS));
//% if REGISTERED_LINKS then
    reg              data_here;       // ready_rows is not 0
    always @(posedge clk)
        data_here <= !rst && (i_v_valid || |ready_rows[$(PREFETCH_COUNT_BITS-1):1] || (ready_rows[0] && !i_load));
    assign o_data_here = data_here;
//% else
    assign o_data_here = ready_rows != $(PREFETCH_COUNT_BITS)'d0;
//% end
endmodule
`default_nettype wire

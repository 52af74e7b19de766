//% -- SPDX-License-Identifier: Apache-2.0
// Places of the ring for K and V rows that are asked for: the next one, and whether it is free. Latency: one cycle.
`default_nettype none
module sofa_places (
    input  wire              clk,
    input  wire              rst,
    input  wire              i_take,          // only while o_here
    input  wire              i_space,         // pulse: a K and a V row have left the ring
    output $(REGISTERED_LINKS and "reg " or "wire")              o_here,          // a place is free
    output reg  [$(RING_BITS-1):0] o_place
);
    reg  [$(PREFETCH_COUNT_BITS-1):0] space;
//% if REGISTERED_LINKS then
    always @(posedge clk)
        o_here <= rst || i_space || |space[$(PREFETCH_COUNT_BITS-1):1] || (space[0] && !i_take);
//% else
    assign o_here = space != $(PREFETCH_COUNT_BITS)'d0;
//% end
    always @(posedge clk)
        if (rst) begin
            o_place <= $(RING_BITS)'d0;
            space <= $(PREFETCH_COUNT_BITS)'d$(PREFETCH);
        end else begin
            if (i_take)
                o_place <= $(next_of("o_place", RING_BITS, PREFETCH));
            space <= space + $(ext("i_space", 1, PREFETCH_COUNT_BITS)) - $(ext("i_take", 1, PREFETCH_COUNT_BITS));
        end

$(holds("order_places_counted", at_most("space", PREFETCH_COUNT_BITS, PREFETCH)))
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Query rows on their way into lanes, whole, on $(QUERY_BUSES) bus(es): row r of a block goes to lane r mod $(LANES), which bus
// lane mod $(QUERY_BUSES) serves.
// o_placed: the last row of a block is in place, of the bank o_placed_bank. sofa_query_words and sofa_query_links do it otherwise.
// Throughput: a row every $(BEATS) cycle(s) on each bus.
//% local lane_bits, bus_bits = math.max(1, clog2(LANES)), math.max(1, clog2(QUERY_BUSES))
`default_nettype none
module sofa_query_buses (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_take,
    input  wire                 i_block_end,     // with the last row of a block
    input  wire [$(LANE_PLACE_BITS-1):0] i_place,         // {row of the lane, bank}
    output wire                 o_lane_end,      // the next row goes to another row of lanes
    output wire                 o_free,          // the next row may be taken
    output wire [$(QUERY_BUSES-1):0] o_placed,
    output wire [$(QUERY_BUSES-1):0] o_placed_bank,
    input  wire [$(HEAD_DIM*QUERY_BITS-1):0] i_row,
    output wire [$(LANES-1):0]  o_query_we,
    output wire [$(QUERY_BUSES*QUERY_PLACE_BITS-1):0] o_query_addr,
    output wire [$(QUERY_BUSES*LANE_QUERY_BITS-1):0] o_query
);
    reg  [$(lane_bits-1):0]     lane;
    reg  [$(bus_bits-1):0]      bus;
    assign o_lane_end = lane == $(lit(lane_bits, LANES - 1));
    always @(posedge clk)
        if (rst) begin
            lane <= $(lane_bits)'d0;
            bus <= $(bus_bits)'d0;
        end else if (i_take) begin
            lane <= i_block_end || o_lane_end ? $(lane_bits)'d0 : lane + 1'b1;
            bus <= i_block_end || o_lane_end || bus == $(lit(bus_bits, QUERY_BUSES - 1)) ? $(bus_bits)'d0 : bus + 1'b1;
        end
//% local free = {}
//% for bus = 0, QUERY_BUSES - 1 do
    wire                        free_$(bus), writes_$(bus);
    wire [$(lane_bits-1):0]     lane_$(bus);
    sofa_query_bus_$(BEATS > 1 and "beats" or "whole") u_bus_$(bus) (
        .i_load(i_take && bus == $(lit(bus_bits, bus))), .i_lane(lane), .o_free(free_$(bus)), .o_writes(writes_$(bus)),
        .o_lane(lane_$(bus)),
        .o_query_addr($(nth("o_query_addr", bus, QUERY_PLACE_BITS))), .o_query($(nth("o_query", bus, LANE_QUERY_BITS))),
        .o_placed(o_placed[$(bus)]), .o_placed_bank(o_placed_bank[$(bus)]), .*);
//%   free[#free+1] = "(bus == " .. lit(bus_bits, bus) .. " && free_" .. bus .. ")"
//% end
    assign o_free = $(table.concat(free, " || "));
//% for lane = 0, LANES - 1 do
    assign o_query_we[$(lane)] = writes_$(lane % QUERY_BUSES) && lane_$(lane % QUERY_BUSES) == $(lit(lane_bits, lane));
//% end
endmodule
`default_nettype wire

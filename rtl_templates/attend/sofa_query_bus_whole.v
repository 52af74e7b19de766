//% -- SPDX-License-Identifier: Apache-2.0
// A bus that writes a whole query row into a lane, with i_load; the next row may follow at once.
// o_placed: a cycle after a block's last row. sofa_query_bus_beats has the same ports.
//% local lane_bits = math.max(1, clog2(LANES))
`default_nettype none
module sofa_query_bus_whole (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_load,
    input  wire                 i_block_end,
    input  wire [$(LANE_PLACE_BITS-1):0] i_place,
    input  wire [$(lane_bits-1):0] i_lane,
    input  wire [$(HEAD_DIM*QUERY_BITS-1):0] i_row,
    output wire                 o_free,
    output wire                 o_writes,        // into lane o_lane
    output wire [$(lane_bits-1):0] o_lane,
    output wire [$(QUERY_PLACE_BITS-1):0] o_query_addr,
    output wire [$(LANE_QUERY_BITS-1):0] o_query,
    output wire                 o_placed,
    output wire                 o_placed_bank
);
$(travel({{"load", 1, 1, "i_load", reset = true}}))
    reg                         end_of_block, bank;
    always @(posedge clk)
        if (i_load) begin
            end_of_block <= i_block_end;
            bank <= i_place[0];
        end
    assign o_free = 1'b1;
    assign o_writes = i_load;
    assign o_lane = i_lane;
    assign o_query_addr = i_place;
    assign o_query = $(ext("i_row", HEAD_DIM*QUERY_BITS, WIDTH*QUERY_BITS));
    assign o_placed = load_1 && end_of_block;
    assign o_placed_bank = bank;
endmodule
`default_nettype wire

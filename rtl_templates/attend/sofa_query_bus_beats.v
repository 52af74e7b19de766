//% -- SPDX-License-Identifier: Apache-2.0
// A bus that writes a query row into a lane, chunk by chunk: from the cycle after i_load on, $(BEATS) cycles. The next row may follow at
// once. o_placed: with the last chunk of a block's last row. sofa_query_bus_whole has the same ports.
//% local lane_bits = math.max(1, clog2(LANES))
`default_nettype none
module sofa_query_bus_beats (
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
    reg                         busy, end_of_block;
    reg  [$(LANE_PLACE_BITS-1):0] place;
    reg  [$(lane_bits-1):0]     lane;
    reg  [$(BEATS*WIDTH*QUERY_BITS-1):0] data;
    reg  [$(BEAT_BITS-1):0]     beat;
    wire                        last_beat = busy && beat == $(BEAT_BITS)'d$(BEATS-1);
    assign o_free = !busy || last_beat;
    always @(posedge clk) begin
        if (i_load) begin
            end_of_block <= i_block_end;
            place <= i_place;
            lane <= i_lane;
            data <= $(ext("i_row", HEAD_DIM*QUERY_BITS, BEATS*WIDTH*QUERY_BITS));
            beat <= $(BEAT_BITS)'d0;
        end else begin
            data <= {$(WIDTH*QUERY_BITS)'d0, data[$(BEATS*WIDTH*QUERY_BITS-1):$(WIDTH*QUERY_BITS)]};
            beat <= beat + 1'b1;
        end
        busy <= !rst && (i_load || (busy && !last_beat));
    end
    assign o_writes = busy;
    assign o_lane = lane;
    assign o_query_addr = {place, beat};
    assign o_query = data[$(WIDTH*QUERY_BITS-1):0];
    assign o_placed = last_beat && end_of_block;
    assign o_placed_bank = place[0];

$(holds("query_bus_free", "!i_load || o_free"))
endmodule
`default_nettype wire

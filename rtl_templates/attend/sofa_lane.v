//% -- SPDX-License-Identifier: Apache-2.0
// A lane: $(WIDTH) multipliers of Q.K (SA-1) and of P.V (SA-2) with the queries and the output accumulators of its rows.
// A pair (or the retirement of a row) takes $(BEATS) beats; one may start every $(BEATS) cycles, the same row at least $(d.row_interval)
// cycles later. Times count from cycle 0, in which the group offers the operation (i_take): s stands at o_s in cycle
// $(latency("lane.score", d.dot_time)); the group offers p in cycle $(WEIGHT_TIME) (i_weigh); accumulators of a retiring row leave at o_o
// from cycle $(WEIGHT_TIME + d.row_interval - 1 + d.lane_aligns) on. Beats address chunks in the order of the shared phase counters
// (i_chunk_*), so each starts at another chunk and comes round. Equals sofa_attend_pair() but for the scalar part in sofa_group.
`default_nettype none
module sofa_lane (
    input  wire                clk,
    input  wire                rst,
    // query rows, written chunk by chunk or in words of the port
    input  wire                i_query_we,
    input  wire [$(QUERY_PLACE_BITS-1):0]    i_query_addr,
    input  wire [$(LANE_QUERY_BITS-1):0] i_query,
    // SA-1
    input  wire                i_take,
    input  wire                i_pair,
    input  wire [$(LANE_PLACE_BITS-1):0]    i_row,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_slot,           // of the window, or place of the K row
    input  wire [$(PHASE_BITS-1):0]    i_chunk_q,
    input  wire                i_first_beat,
    input  wire [$(KEY_BUS_BITS-1):0]  i_key,
    output wire [$(DOT_BITS-1):0]    o_s,
    // SA-2: the slot comes one cycle before the rest
    input  wire                i_take_value,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_value_slot,
    input  wire [$(PHASE_BITS-1):0]    i_chunk_value,    // one cycle before i_chunk_v
    input  wire [$(VALUE_BUS_BITS-1):0]  i_value,
    input  wire                i_weigh,
    input  wire                i_weigh_pair,
    input  wire                i_weigh_retire,
    input  wire [$(LANE_PLACE_BITS-1):0]    i_weigh_row,
    input  wire                i_weigh_first,
    input  wire [$(RAISE_BITS-1):0] i_weigh_shift,
    input  wire [15:0]         i_weight,
    input  wire [$(PHASE_BITS-1):0]    i_chunk_v,
//% if ADDRESSES_OPERANDS then
    output wire [$(KEY_FETCH_BITS-1):0]  o_key_addr,
    output wire [$(VALUE_FETCH_BITS-1):0]  o_value_addr,
//% end
    input  wire [$(LEADING_BITS-1):0]    i_places,         // of a retiring row: right shift
    output wire [$(WIDTH*NORM_BITS-1):0]  o_o,
    output wire                o_active
);
    wire .*;
    sofa_operands_$(OPERANDS) u_operands (.*);

    // ---- SA-1: dot product, of all chunks ----
    sofa_dot_$(PRODUCTS) u_dot (.o_sum(partial), .*);
//% if BEATS > 1 then
    reg  [$(DOT_BITS-1):0]   s;
    always @(posedge clk)
        s <= partial + (i_first_beat ? $(DOT_BITS)'d0 : s);
    assign o_s = s;
//% else
    assign o_s = partial;
//% end

    // ---- SA-2: p times V onto the accumulators, shifted when the reference was raised ----
    sofa_accumulators_$(ACCUMULATORS) u_accumulators (.*);

    // what other operands or accumulators need
    wire unused = &{1'b0, i_take, i_pair, i_take_value, i_first_beat, i_chunk_q, i_chunk_value, i_chunk_v, i_weigh};
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// What a lane multiplies: whole rows of Q, K and V. K and V come from the memories of the window's slots, which answer two cycles after the
// slot; Q from one of the lane, which does so too. A lane with such memories is alone, so nothing is taken in turns.
// sofa_operands_words and sofa_operands_window do the same from other memories.
// Latency of all: two cycles; throughput a row a cycle; no handshake.
`default_nettype none
module sofa_operands_slots (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_query_we,
    input  wire [$(QUERY_PLACE_BITS-1):0] i_query_addr,
    input  wire [$(LANE_QUERY_BITS-1):0] i_query,
    input  wire [$(LANE_PLACE_BITS-1):0] i_row,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_slot,
    output wire [$(KEY_FETCH_BITS-1):0] o_key_addr,
    input  wire [$(KEY_BUS_BITS-1):0] i_key,
    output wire [$(WIDTH*QUERY_BITS-1):0] o_q,
    output wire [$(WIDTH*KEY_BITS-1):0] o_k,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_value_slot,
    output wire [$(VALUE_FETCH_BITS-1):0] o_value_addr,
    input  wire [$(VALUE_BUS_BITS-1):0] i_value,
    output wire [$(WIDTH*VALUE_BITS-1):0] o_v
);
    assign o_k = i_key;
    assign o_v = i_value;
    assign o_key_addr = i_slot;
    assign o_value_addr = i_value_slot;
//% if REGISTERED_LINKS then
    // a row comes in words of the port
//% local query_parameters = parameters("BEAT", PORT_BITS, "BEATS", d.query_beats, "HBITS", QUERY_WORD_BITS, "DEPTH", CHUNK_PLACES,
//%     "ABITS", CHUNK_PLACE_BITS, "FAR_READ", 1)
    sofa_beats #($(query_parameters)) u_query (
        .clk(clk), .i_we(i_query_we && !rst), .i_index(i_query_addr[$(QUERY_WORD_BITS-1):0]),
        .i_waddr(i_query_addr[$(QUERY_PLACE_BITS-1):$(QUERY_WORD_BITS)]), .i_wdata(i_query),
        .i_raddr(i_row), .o_rdata(o_q));
//% else
//% local query_parameters = parameters("WIDTH", WIDTH*QUERY_BITS, "PARTS", math.ceil(WIDTH / 8), "DEPTH", CHUNK_PLACES, "ABITS",
//%     CHUNK_PLACE_BITS)
    reg  [$(WIDTH*QUERY_BITS-1):0] query;
    always @(posedge clk) query <= i_query;
    sofa_spread #($(query_parameters)) u_query (
        .clk(clk), .i_we(i_query_we && !rst), .i_waddr(i_query_addr), .i_wdata(query), .i_raddr(i_row), .o_rdata(o_q));
//% end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// What a lane multiplies: whole rows of Q, of the row that it took, and of K and V, of the slots that it took. All stand in memories of
// the lane; the window writes K and V rows into those of all lanes at once (sofa_slot_writes), as they come.
// sofa_operands_words, sofa_operands_slots and sofa_operands_window do the same from other memories.
// Latency from the cycle after i_take to o_q and o_k: one cycle; to o_v from that after i_take_value: $(1 + VALUE_LATE). Throughput: a row
// a cycle; no handshake.
`default_nettype none
module sofa_operands_copies (
    input  wire                 clk,
    input  wire                 i_query_we,
    input  wire [$(QUERY_PLACE_BITS-1):0] i_query_addr,    // {row, bank}
    input  wire [$(LANE_QUERY_BITS-1):0] i_query,
    // Q and K: row and slot with i_take, if there is a pair
    input  wire                 i_take,
    input  wire                 i_pair,
    input  wire [$(LANE_PLACE_BITS-1):0] i_row,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_slot,
    input  wire [$(KEY_BUS_BITS-1):0] i_key,               // $(SLOT_KEY.names())
    output wire [$(WIDTH*QUERY_BITS-1):0] o_q,
    output wire [$(WIDTH*KEY_BITS-1):0] o_k,
    // V: its slot with i_take_value
    input  wire                 i_take_value,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_value_slot,
    input  wire [$(VALUE_BUS_BITS-1):0] i_value,
    output wire [$(WIDTH*VALUE_BITS-1):0] o_v
);
    reg                         active;
    reg  [$(LANE_PLACE_BITS-1):0] row;
    reg  [$(SLOT_BITS-1):0]     slot, value_slot_0;
    always @(posedge clk) begin
        if (i_take) begin
            active <= i_pair;
            row <= i_row;
            slot <= i_slot;
        end
        if (i_take_value)
            value_slot_0 <= i_value_slot;
    end
$(travel({{"value_slot", SLOT_BITS, VALUE_LATE, "value_slot_0"}}))
    sofa_ram #($(parameters("WIDTH", WIDTH * QUERY_BITS, "DEPTH", CHUNK_PLACES, "ABITS", CHUNK_PLACE_BITS))) u_query (
        .clk(clk), .i_we(i_query_we), .i_waddr(i_query_addr), .i_wdata(i_query), .i_re(active), .i_raddr(row), .o_rdata(o_q));
    sofa_ram #($(parameters("WIDTH", WIDTH * KEY_BITS, "DEPTH", WINDOW, "ABITS", SLOT_BITS))) u_keys (
        .clk(clk), .i_we($(SLOT_KEY.of("write", "i_key"))), .i_waddr($(SLOT_KEY.of("slot", "i_key"))),
        .i_wdata($(SLOT_KEY.of("row", "i_key"))), .i_re(active), .i_raddr(slot), .o_rdata(o_k));
    sofa_ram #($(parameters("WIDTH", WIDTH * VALUE_BITS, "DEPTH", WINDOW, "ABITS", SLOT_BITS))) u_values (
        .clk(clk), .i_we($(SLOT_VALUE.of("write", "i_value"))), .i_waddr($(SLOT_VALUE.of("slot", "i_value"))),
        .i_wdata($(SLOT_VALUE.of("row", "i_value"))), .i_re(1'b1), .i_raddr(value_slot_$(VALUE_LATE)), .o_rdata(o_v));
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// What a lane multiplies: of the row that it took a chunk of Q from a memory of the lane, and of the slots that it took the chunks of K
// and V that the window has on its buses. sofa_operands_words and sofa_operands_slots do the same from other memories.
// Latency from i_chunk_q to o_q, and from i_key and i_value to o_k and o_v: one cycle; throughput a chunk a cycle; no handshake.
`default_nettype none
module sofa_operands_window (
    input  wire                 clk,
    input  wire                 i_query_we,
    input  wire [$(QUERY_PLACE_BITS-1):0] i_query_addr,    // {row, bank, chunk}
    input  wire [$(LANE_QUERY_BITS-1):0] i_query,
    // Q and K: row and slot with i_take, if there is a pair
    input  wire                 i_take,
    input  wire                 i_pair,
    input  wire [$(LANE_PLACE_BITS-1):0] i_row,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_slot,
    input  wire [$(PHASE_BITS-1):0] i_chunk_q,
    input  wire [$(KEY_BUS_BITS-1):0] i_key,
    output wire [$(WIDTH*QUERY_BITS-1):0] o_q,
    output reg  [$(WIDTH*KEY_BITS-1):0] o_k,
    // V: its slot with i_take_value, $(VALUE_LATE) cycle(s) before its first chunk
    input  wire                 i_take_value,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_value_slot,
    input  wire [$(VALUE_BUS_BITS-1):0] i_value,
    output reg  [$(WIDTH*VALUE_BITS-1):0] o_v
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
        .clk(clk), .i_we(i_query_we), .i_waddr(i_query_addr), .i_wdata(i_query),
        .i_re(active), .i_raddr($(chunk_place("row", "i_chunk_q"))), .o_rdata(o_q));
    always @(posedge clk) begin
        case (slot)
//% for slot = 1, WINDOW - 1 do
            $(lit(SLOT_BITS, slot)): o_k <= $(nth("i_key", slot, WIDTH * KEY_BITS));
//% end
            default: o_k <= i_key[0 +: $(WIDTH*KEY_BITS)];
        endcase
        case (value_slot_$(VALUE_LATE))
//% for slot = 1, WINDOW - 1 do
            $(lit(SLOT_BITS, slot)): o_v <= $(nth("i_value", slot, WIDTH * VALUE_BITS));
//% end
            default: o_v <= i_value[0 +: $(WIDTH*VALUE_BITS)];
        endcase
    end
    wire unused_chunk = &{1'b0, i_chunk_q};
endmodule
`default_nettype wire

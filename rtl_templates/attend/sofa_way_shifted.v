//% -- SPDX-License-Identifier: Apache-2.0
// The way of an operation through the pipeline of a group in which one may start every cycle, from cycle 0, in which i_op_* tell of it:
// what stands in cycle t is element t - 1. sofa_way_held has the same ports.
// Throughput: one operation a cycle; no handshake.
//% local function at(name, cycle) return nth(name, cycle - 1, LANE_PLACE_BITS) end
`default_nettype none
module sofa_way_shifted (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_take,
    input  wire                 i_op_pair,
    input  wire                 i_op_retire,
    input  wire [$(LANE_PLACE_BITS-1):0] i_op_row,
    input  wire [$(ENTRY_PLACE_BITS-1):0] i_op_slot,
    output wire                 o_score_bank,    // cycle $(SCORE_TIME)
    output wire [$(LANE_PLACE_BITS-1):0] o_scalar_row,    // cycle $(SCALAR_TIME-1)
    output wire                 o_scalar_pair,   // cycle $(SCALAR_TIME)
    output wire                 o_scalar_retire,
    output wire [$(ENTRY_PLACE_BITS-1):0] o_value_slot,    // cycle $(WEIGHT_TIME-1)
    output wire [$(LANE_PLACE_BITS-1):0] o_sum_row,
    output wire                 o_weigh_pair,    // cycle $(WEIGHT_TIME)
    output wire                 o_weigh_retire,
    output wire [$(LANE_PLACE_BITS-1):0] o_weigh_row
);
    reg  [$(WEIGHT_TIME-1):0]   pair_at, retire_at;
    reg  [$(WEIGHT_TIME*LANE_PLACE_BITS-1):0] row_at;
    reg  [$((WEIGHT_TIME-1)*ENTRY_PLACE_BITS-1):0] slot_at;
    always @(posedge clk) begin
        row_at <= $(shifted_in("row_at", WEIGHT_TIME, LANE_PLACE_BITS, "i_op_row"));
        slot_at <= $(shifted_in("slot_at", WEIGHT_TIME - 1, ENTRY_PLACE_BITS, "i_op_slot"));
        if (rst) begin
            pair_at <= $(WEIGHT_TIME)'d0;
            retire_at <= $(WEIGHT_TIME)'d0;
        end else begin
            pair_at <= $(shifted_in("pair_at", WEIGHT_TIME, 1, "i_op_pair"));
            retire_at <= $(shifted_in("retire_at", WEIGHT_TIME, 1, "i_op_retire"));
        end
    end
    assign o_score_bank = row_at[$((SCORE_TIME-1)*LANE_PLACE_BITS)];
    assign o_scalar_row = $(at("row_at", SCALAR_TIME - 1));
    assign o_scalar_pair = pair_at[$(SCALAR_TIME-1)];
    assign o_scalar_retire = retire_at[$(SCALAR_TIME-1)];
    assign o_value_slot = $(nth("slot_at", WEIGHT_TIME - 2, ENTRY_PLACE_BITS));
    assign o_sum_row = $(at("row_at", WEIGHT_TIME - 1));
    assign o_weigh_pair = pair_at[$(WEIGHT_TIME-1)];
    assign o_weigh_retire = retire_at[$(WEIGHT_TIME-1)];
    assign o_weigh_row = $(at("row_at", WEIGHT_TIME));
    wire unused_phase = &{1'b0, i_phase_take};
endmodule
`default_nettype wire

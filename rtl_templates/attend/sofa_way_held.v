//% -- SPDX-License-Identifier: Apache-2.0
// The way of an operation through the pipeline of a group with one lane, from cycle 0, in which i_op_* tell of it: operations stand
// $(BEATS) cycles apart, so stage n holds what is n * $(BEATS) + 1 to (n + 1) * $(BEATS) cycles old. sofa_way_shifted has the same ports.
// Throughput: one operation every $(BEATS) cycles; no handshake.
`default_nettype none
module sofa_way_held (
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
    wire                        step = i_phase_take == $(PHASE_BITS)'d0;
//% for stage = 0, (WEIGHT_TIME - 1) // BEATS do
//%   local before = stage == 0 and "i_op_" or "stage" .. stage - 1 .. "_"
    reg                         stage$(stage)_pair, stage$(stage)_retire;
    reg  [$(LANE_PLACE_BITS-1):0] stage$(stage)_row;
    always @(posedge clk)
        if (rst) begin
            stage$(stage)_pair <= 1'b0;
            stage$(stage)_retire <= 1'b0;
        end else if (step) begin
            stage$(stage)_pair <= $(before)pair;
            stage$(stage)_retire <= $(before)retire;
            stage$(stage)_row <= $(before)row;
        end
//% end
//% for stage = 0, (WEIGHT_TIME - 2) // BEATS do
    reg  [$(ENTRY_PLACE_BITS-1):0] stage$(stage)_slot;
    always @(posedge clk)
        if (step)
            stage$(stage)_slot <= $(stage == 0 and "i_op_" or "stage" .. stage - 1 .. "_")slot;
//% end
//% local function stage(cycle, what) return "stage" .. (cycle - 1) // BEATS .. "_" .. what end
//% local function now(cycle, what) return stage(cycle, what) .. " && i_phase_take == " .. lit(PHASE_BITS, cycle % BEATS) end
    assign o_score_bank = $(stage(SCORE_TIME, "row"))[0];
    assign o_scalar_row = $(stage(SCALAR_TIME - 1, "row"));
    assign o_scalar_pair = $(now(SCALAR_TIME, "pair"));
    assign o_scalar_retire = $(now(SCALAR_TIME, "retire"));
    assign o_value_slot = $(stage(WEIGHT_TIME - 1, "slot"));
    assign o_sum_row = $(stage(WEIGHT_TIME - 1, "row"));
    assign o_weigh_pair = $(now(WEIGHT_TIME, "pair"));
    assign o_weigh_retire = $(now(WEIGHT_TIME, "retire"));
    assign o_weigh_row = $(stage(WEIGHT_TIME, "row"));
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// A query row for the encoder, $(ENCODE_WIDTH) element(s) a cycle in $(ENCODE_STEPS) steps from i_valid on. Rows stand as many cycles apart
// at least; element n of i_row stays in place for n / $(ENCODE_WIDTH) cycles after i_valid.
//% local STEP_BITS = clog2(ENCODE_STEPS)
`default_nettype none
module sofa_encode_steps (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_valid,
    input  wire [$(HEAD_DIM*QUERY_BITS-1):0]  i_row,
    output reg  [$(ENCODE_WIDTH*QUERY_BITS-1):0] o_part,   // elements of this step
    output wire                o_last,   // the row's last ones
    output reg                 o_begun,  // a cycle later: not its first ones
    output wire                o_here    // a cycle later: there were any
);
    reg  [$(STEP_BITS-1):0]   step;
    wire               run = i_valid || step != $(STEP_BITS)'d0;
    assign o_last = step == $(STEP_BITS)'d$(ENCODE_STEPS-1);
    assign o_here = 1'b1;
    always @*
        case (step)
//% for step = 1, ENCODE_STEPS - 1 do
//%   local bits = math.min(ENCODE_WIDTH, HEAD_DIM - step * ENCODE_WIDTH) * QUERY_BITS
//%   local elements = "i_row[" .. step*ENCODE_WIDTH*QUERY_BITS .. " +: " .. bits .. "]"
            $(STEP_BITS)'d$(step): o_part = $(ext(elements, bits, ENCODE_WIDTH*QUERY_BITS));
//% end
            default: o_part = i_row[$(ENCODE_WIDTH*QUERY_BITS-1):0];
        endcase
    always @(posedge clk) begin
        o_begun <= step != $(STEP_BITS)'d0;
        if (rst || o_last)
            step <= $(STEP_BITS)'d0;
        else if (run)
            step <= step + 1'b1;
    end
endmodule
`default_nettype wire

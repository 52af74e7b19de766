//% -- SPDX-License-Identifier: Apache-2.0
// Which of its $(NORM_UNIT_GROUPS) lane group(s) may retire a row to a normalisation unit: the one whose turn it is, while the unit has no
// row in hand and a place in its queue, which is taken from then on (i_retire) until the store has the row (i_popped). No handshake.
`default_nettype none
module sofa_norm_turns (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_issue,
    input  wire [$(NORM_UNIT_GROUPS-1):0] i_retire,
    input  wire                 i_popped,
    output wire [$(NORM_UNIT_GROUPS-1):0] o_turn
);
//% local busy_bits = math.max(1, NORM_WORD_BITS)
    reg  [$(RETIRE_ROW_BITS):0] used;
    reg  [$(busy_bits-1):0]     busy;            // cycles until the next row may come
    wire                        free = used != $(lit(RETIRE_ROW_BITS + 1, RETIRE_ROWS)) && busy == $(busy_bits)'d0;
    wire                        retire = |i_retire;
    always @(posedge clk)
        if (rst) begin
            used <= $(RETIRE_ROW_BITS+1)'d0;
            busy <= $(busy_bits)'d0;
        end else begin
            used <= used + {$(RETIRE_ROW_BITS)'d0, retire} - {$(RETIRE_ROW_BITS)'d0, i_popped};
            if (retire)
                busy <= $(lit(busy_bits, NORM_WORDS - 1));
            else if (busy != $(busy_bits)'d0)
                busy <= busy - 1'b1;
        end
//% if NORM_UNIT_GROUPS > 1 then
    reg  [$(NORM_UNIT_GROUPS-1):0] turn;
    always @(posedge clk)
        if (rst)
            turn <= $(NORM_UNIT_GROUPS)'d1;
        else if (i_phase_issue == $(lit(PHASE_BITS, BEATS - 1)))
            turn <= {turn[$(NORM_UNIT_GROUPS-2):0], turn[$(NORM_UNIT_GROUPS-1)]};
    assign o_turn = turn & {$(NORM_UNIT_GROUPS){free}};
//% else
    assign o_turn = free;
    wire                        unused_phase = &{1'b0, i_phase_issue};
//% end

$(holds("norm_retire_one", at_most_one("i_retire")))
$(holds("norm_place_reserved", "!retire || used != " .. lit(RETIRE_ROW_BITS + 1, RETIRE_ROWS)))
$(holds("norm_row_owed", "!i_popped || used != " .. lit(RETIRE_ROW_BITS + 1, 0)))
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Selection is by rank, in all jobs (sofa_select). A variant of sofa_choice_both. Combinational.
`default_nettype none
module sofa_choice_rank (
    input  wire             i_valid,        // beat
    output wire             o_rank_beat,
    input  wire             i_rank_valid,
    input  wire [$(ROW_BITS-1):0] i_rank_row,
    input  wire [$(TILE_KEYS-1):0] i_rank_need,
    // kept keys of a row
    output wire             o_valid,
    output wire [$(ROW_BITS-1):0] o_row,
    output wire [$(TILE_KEYS-1):0] o_need
);
    assign o_rank_beat = i_valid;
    assign o_valid = i_rank_valid;
    assign o_row = i_rank_row;
    assign o_need = i_rank_need;
endmodule
`default_nettype wire

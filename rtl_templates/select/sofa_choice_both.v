//% -- SPDX-License-Identifier: Apache-2.0
// Beats go to selection by rank (sofa_select) or by mass (sofa_mass), as the job says, and their results come from there. Combinational.
`default_nettype none
module sofa_choice_both (
    input  wire             i_by_mass,
    input  wire             i_valid,        // beat
    // by rank
    output wire             o_rank_beat,
    input  wire             i_rank_valid,
    input  wire [$(ROW_BITS-1):0] i_rank_row,
    input  wire [$(TILE_KEYS-1):0] i_rank_need,
    // by mass
    output wire             o_mass_beat,
    input  wire             i_mass_valid,
    input  wire [$(ROW_BITS-1):0] i_mass_row,
    input  wire [$(TILE_KEYS-1):0] i_mass_need,
    // kept keys of a row
    output wire             o_valid,
    output wire [$(ROW_BITS-1):0] o_row,
    output wire [$(TILE_KEYS-1):0] o_need
);
    assign o_rank_beat = i_valid && !i_by_mass;
    assign o_mass_beat = i_valid && i_by_mass;
    assign o_valid = i_by_mass ? i_mass_valid : i_rank_valid;
    assign o_row = i_by_mass ? i_mass_row : i_rank_row;
    assign o_need = i_by_mass ? i_mass_need : i_rank_need;
endmodule
`default_nettype wire

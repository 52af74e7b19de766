//% -- SPDX-License-Identifier: Apache-2.0
// Selection is by mass, in all jobs (sofa_mass). A variant of sofa_choice_both. Combinational.
`default_nettype none
module sofa_choice_mass (
    input  wire             i_valid,        // beat
    output wire             o_mass_beat,
    input  wire             i_mass_valid,
    input  wire [$(ROW_BITS-1):0] i_mass_row,
    input  wire [$(TILE_KEYS-1):0] i_mass_need,
    // kept keys of a row
    output wire             o_valid,
    output wire [$(ROW_BITS-1):0] o_row,
    output wire [$(TILE_KEYS-1):0] o_need
);
    assign o_mass_beat = i_valid;
    assign o_valid = i_mass_valid;
    assign o_row = i_mass_row;
    assign o_need = i_mass_need;
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Selection by $(BOTH_POLICIES and "rank or mass, as the job says" or RANK and "rank" or "mass"). A beat is a row's scores of a key group.
// Latency, throughput, handshake: those of $(RANK and "sofa_select" or "sofa_mass")$(BOTH_POLICIES and " and sofa_mass" or "").
//% -- what both say, or the one that is there
//% local function chosen(name)
//%   return BOTH_POLICIES and "i_by_mass ? mass_" .. name .. " : rank_" .. name or (RANK and "rank_" or "mass_") .. name
//% end
`default_nettype none
module sofa_choice (
    input  wire             clk,
    input  wire             rst,
//% if BOTH_POLICIES then
    input  wire             i_by_mass,
//% end
    input  wire             i_valid,
//% if RANK then
    input  wire             i_first,
    input  wire             i_last,
//% end
    input  wire [$(ROW_BITS-1):0] i_row,
    input  wire             i_new_block,
//% if MASS then
    input  wire [$(PREDICT_KEYS*OCTAVE_BITS-1):0] i_scores,
    input  wire [$(PREDICT_KEYS-1):0] i_seen,
    input  wire [9:0]       i_mass,
//% end
//% if RANK then
    input  wire [$(PREDICT_KEYS*ENTRY_BITS-1):0] i_entries,
    input  wire             i_radius_on,
    input  wire [$(KEPT_BITS-1):0] i_kept,
    input  wire             i_carry,
    output wire [$(KEPT_BITS-1):0] o_inc_clipped,
//% end
//% if STORED_RADII then
    input  wire             i_bank,
    input  wire [31:0]      i_radius,
    input  wire             i_exponent_we,
    input  wire [$(ROW_BITS):0] i_exponent_row,
    input  wire [3:0]       i_exponent,
//% elseif RANK then
    input  wire [$(SCORE_BITS-1):0] i_radius_row,
//% end
    output wire             o_valid,
    output wire [$(ROW_BITS-1):0] o_row,
    output wire [$(TILE_KEYS-1):0] o_need
);
    wire .*;
    sofa_mass u_mass (
        .i_valid(i_valid$(BOTH_POLICIES and " && i_by_mass" or "")), .o_valid(mass_valid), .o_row(mass_row), .o_need(mass_need), .*);
    sofa_select u_select (
        .i_valid(i_valid$(BOTH_POLICIES and " && !i_by_mass" or "")), .o_valid(rank_valid), .o_row(rank_row), .o_need(rank_need),
        .o_clipped(rank_clipped), .*);
    assign o_valid = $(chosen("valid"));
    assign o_row = $(chosen("row"));
    assign o_need = $(chosen("need"));
//% if RANK then
    assign o_inc_clipped = rank_valid ? rank_clipped : $(lit(KEPT_BITS, 0));
//% end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Rows of K and V on their way to the window: generated ones go first, those from memory wait.
// Combinational. Handshake: a generated row is taken at once; o_key_taken, o_value_taken are ready to the read channels.
`default_nettype none
module sofa_row_mux (
    // generated
    input  wire             i_new_k,
    input  wire             i_new_v,
    input  wire [$(RING_BITS-1):0] i_new_k_place,
    input  wire [$(RING_BITS-1):0] i_new_v_place,
    input  wire [$(HEAD_DIM*KEY_BITS-1):0] i_new_k_row,
    input  wire [$(HEAD_DIM*VALUE_BITS-1):0] i_new_v_row,
    // from memory
    input  wire             i_key_come,
    output wire             o_key_taken,
    input  wire [$(RING_BITS-1):0] i_key_tag,
    input  wire [$(HEAD_DIM*KEY_BITS-1):0] i_key_row,
    input  wire             i_value_come,
    output wire             o_value_taken,
    input  wire [$(RING_BITS-1):0] i_value_tag,
    input  wire [$(HEAD_DIM*VALUE_BITS-1):0] i_value_row,
    // to the window
    output wire             o_k_valid,
    output wire [$(RING_BITS-1):0] o_k_place,
    output wire [$(HEAD_DIM*KEY_BITS-1):0] o_k,
    output wire             o_v_valid,
    output wire [$(RING_BITS-1):0] o_v_place,
    output wire [$(HEAD_DIM*VALUE_BITS-1):0] o_v
);
    assign o_key_taken = !i_new_k;
    assign o_value_taken = !i_new_v;
    assign o_k_valid = i_new_k || i_key_come;
    assign o_k_place = i_new_k ? i_new_k_place : i_key_tag;
    assign o_k = i_new_k ? i_new_k_row : i_key_row;
    assign o_v_valid = i_new_v || i_value_come;
    assign o_v_place = i_new_v ? i_new_v_place : i_value_tag;
    assign o_v = i_new_v ? i_new_v_row : i_value_row;
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Grants a client of a read channel its request in the cycle in which it is offered. Combinational.
`default_nettype none
module sofa_read_prompt #(
    parameter CLIENTS = 4
) (
    input  wire               clk,
    input  wire               rst,
    input  wire [CLIENTS-1:0] i_valid,
    input  wire [CLIENTS-1:0] i_first,      // the lowest of them
    input  wire               i_may,        // there is room for a request
    input  wire               i_req_valid,  // one is on offer to the memory
    input  wire               i_req_ready,
    output wire [CLIENTS-1:0] o_ready,
    output wire [CLIENTS-1:0] o_chosen,     // the lowest of these issues its request in this cycle
    output wire               o_issue
);
    wire may = i_may && (!i_req_valid || i_req_ready);
    wire unused = &{1'b0, clk, rst};
    assign o_ready = i_first & {CLIENTS{may}};
    assign o_chosen = i_valid;
    assign o_issue = |i_valid && may;
endmodule
`default_nettype wire

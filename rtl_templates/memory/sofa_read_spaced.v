//% -- SPDX-License-Identifier: Apache-2.0
// Grants a client of a read channel its request from a register, the cycle after it asks for it, every fourth cycle at most. Who asks
// does so until it is granted. A variant of sofa_read_prompt.
`default_nettype none
module sofa_read_spaced #(
    parameter CLIENTS = 4
) (
    input  wire               clk,
    input  wire               rst,
    input  wire [CLIENTS-1:0] i_valid,
    input  wire [CLIENTS-1:0] i_first,      // the lowest of them
    input  wire               i_may,        // there is room for a request
    input  wire               i_req_valid,  // one is on offer to the memory
    input  wire               i_req_ready,
    output reg  [CLIENTS-1:0] o_ready,
    output wire [CLIENTS-1:0] o_chosen,     // the lowest of these issues its request in this cycle
    output wire               o_issue
);
    wire may = i_may && !i_req_valid && !o_issue && !rst;
    wire unused = &{1'b0, i_valid, i_req_ready};
    assign o_chosen = o_ready;
    assign o_issue = |o_ready;
    always @(posedge clk) o_ready <= i_first & {CLIENTS{may}};
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// A register that synthesis does not merge with its equals, so that each of several copies stands near what it drives.
// Latency $(latency("copy", 1)) cycle, no handshake.
`default_nettype none
(* keep_hierarchy *)
module sofa_copy #(
    parameter WIDTH = 1
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] i_data,
    output reg  [WIDTH-1:0] o_data
);
    always @(posedge clk) o_data <= i_data;
endmodule
`default_nettype wire

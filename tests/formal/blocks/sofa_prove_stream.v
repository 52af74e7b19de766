//% -- SPDX-License-Identifier: Apache-2.0
// What a stream must do: the n-th word out is the n-th word in, for every n. A word that the prover chooses (mark) is watched on its way:
// how many words are ahead of it and what it holds. No word comes that is not owed; at most MOST are. THROUGH: a word may leave in the
// cycle in which it comes.
`default_nettype none
module sofa_prove_stream #(
    parameter WIDTH   = 8,
    parameter MOST    = 4,
    parameter CBITS   = 3,
    parameter THROUGH = 0
) (
    input wire             clk,
    input wire             rst,
    input wire             mark,
    input wire             put,
    input wire [WIDTH-1:0] put_data,
    input wire             get,
    input wire [WIDTH-1:0] get_data,
    output reg [CBITS-1:0] inside      // words that are owed
);
    reg [CBITS-1:0] ahead;             // of the watched word
    reg             watched;
    reg [WIDTH-1:0] data;
    wire            passes = THROUGH != 0 && put && inside == {CBITS{1'b0}};
    wire            begins = put && mark && !watched && !(passes && get);
    wire [CBITS-1:0] one = {{CBITS-1{1'b0}}, 1'b1};
    always @(posedge clk) begin
        inside <= inside + {{CBITS-1{1'b0}}, put} - {{CBITS-1{1'b0}}, get};
        watched <= begins || (watched && !(get && ahead == {CBITS{1'b0}}));
        if (begins) begin
            ahead <= inside - {{CBITS-1{1'b0}}, get};
            data <= put_data;
        end else if (get)
            ahead <= ahead - one;
        if (rst) begin
            inside <= {CBITS{1'b0}};
            watched <= 1'b0;
        end
    end
    always @(posedge clk)
        if (!rst) begin
            stream_owed: assert (!get || passes || inside != {CBITS{1'b0}});
            stream_room: assert (inside <= MOST);
            stream_word: assert (!(get && watched && ahead == {CBITS{1'b0}}) || get_data == data);
            stream_passing: assert (!(get && passes) || get_data == put_data);
        end
endmodule
`default_nettype wire

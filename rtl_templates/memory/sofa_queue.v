//% -- SPDX-License-Identifier: Apache-2.0
// First-in first-out queue in a RAM with a registered output. Latency $(latency("queue", 2)) cycles, throughput one word a cycle,
// valid/ready on the output; the writer reserves space beforehand, so there is no ready on the input. DEPTH is a power of two >= 2; one
// more word stands in the output register.
//% built("queue_time", 2)
`default_nettype none
module sofa_queue #(
    parameter WIDTH = 8,
    parameter DEPTH = 16,
    parameter ABITS = 4
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    input  wire [WIDTH-1:0] i_data,
    output reg              o_valid,
    input  wire             i_ready,
    output wire [WIDTH-1:0] o_data
);
    reg  [ABITS:0] head, tail;
    wire fetch = tail != head && (!o_valid || i_ready);

    sofa_ram #(.WIDTH(WIDTH), .DEPTH(DEPTH), .ABITS(ABITS)) u_words (
        .clk(clk), .i_we(i_valid), .i_waddr(tail[ABITS-1:0]), .i_wdata(i_data),
        .i_re(fetch), .i_raddr(head[ABITS-1:0]), .o_rdata(o_data));

    always @(posedge clk)
        if (rst) begin
            head <= {ABITS+1{1'b0}};
            tail <= {ABITS+1{1'b0}};
            o_valid <= 1'b0;
        end else begin
            if (i_valid)
                tail <= tail + 1'b1;
            if (fetch)
                head <= head + 1'b1;
            o_valid <= fetch || (o_valid && !i_ready);
        end

$(holds("queue_word_fits", "!i_valid || tail != {!head[ABITS], head[ABITS-1:0]}"))
$(stands("queue_offer_stands", "o_valid", "i_ready", "o_data", "WIDTH"))
endmodule
`default_nettype wire

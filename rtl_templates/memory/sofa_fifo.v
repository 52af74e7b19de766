//% -- SPDX-License-Identifier: Apache-2.0
//% -- COPIED_REGISTERS: from a register
// First-in first-out queue, read without latency$(COPIED_REGISTERS and ", from a register" or ""). Latency $(latency("fifo", 1)) cycle,
// throughput one word a cycle, valid/ready on both sides; o_ready does not depend on i_ready. DEPTH is a power of two >= 2.
`default_nettype none
module sofa_fifo #(
    parameter WIDTH = 8,
    parameter DEPTH = 4,
    parameter ABITS = 2
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    output reg              o_ready,
    input  wire [WIDTH-1:0] i_data,
    output reg              o_valid,
    input  wire             i_ready,
    output $(COPIED_REGISTERS and "reg " or "wire") [WIDTH-1:0] o_data
);
    reg [WIDTH-1:0] word [0:DEPTH-1];
    reg [ABITS-1:0] head, tail;
    reg [ABITS:0]   used;
    wire            put = i_valid && o_ready;
    wire            get = o_valid && i_ready;

//% if COPIED_REGISTERS then
    // head: of the word behind the one that stands at the output
    wire            next = get || !o_valid;
    wire            behind = |used[ABITS:1];
    always @(posedge clk)
        if (next)
            o_data <= behind ? word[head] : i_data;
//% else
    assign o_data = word[head];
//% end

    always @(posedge clk) begin
        if (put)
            word[tail] <= i_data;
        if (rst) begin
            head <= {ABITS{1'b0}};
            tail <= {ABITS{1'b0}};
            used <= {ABITS+1{1'b0}};
            o_ready <= 1'b1;
            o_valid <= 1'b0;
        end else begin
            used <= used + {{ABITS{1'b0}}, put} - {{ABITS{1'b0}}, get};
            o_ready <= get || (o_ready && !(put && &used[ABITS-1:0]));
            o_valid <= put || (o_valid && !(get && used == {{ABITS{1'b0}}, 1'b1}));
            if (put)
                tail <= tail + 1'b1;
            if ($(COPIED_REGISTERS and "next && (behind || put)" or "get"))
                head <= head + 1'b1;
        end
    end

$(holds("fifo_word_fits", "!put || !used[ABITS]"))
$(holds("fifo_word_there", "!get || used != {ABITS+1{1'b0}}"))
$(stands("fifo_offer_stands", "o_valid", "i_ready", "o_data", "WIDTH"))
endmodule
`default_nettype wire

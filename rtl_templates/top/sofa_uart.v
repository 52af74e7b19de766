//% -- SPDX-License-Identifier: Apache-2.0
// UART, 8 data bits, no parity, one stop bit; a bit lasts DIVIDER clocks (at least 4). A byte whose stop bit is low is dropped.
// Latency: a received byte is given in the middle of its stop bit, for one cycle, and cannot be held up.
// Throughput: a byte each 10 bits, both directions at once. Handshake of the sender: valid/ready.
`default_nettype none
module sofa_uart #(
    parameter DIVIDER = 16,
    parameter DBITS   = 4     // DIVIDER - 1 fits
) (
    input  wire       clk,
    input  wire       rst,
    input  wire       i_rx,
    output reg        o_tx,
    output reg        o_valid,
    output reg  [7:0] o_data,
    input  wire       i_valid,
    output wire       o_ready,
    input  wire [7:0] i_data
);
    localparam [31:0] WHOLE = DIVIDER - 1;
    localparam [31:0] HALF = DIVIDER / 2 - 1;

    // ---- receiver ----
    reg  [1:0]       settled;
    reg  [3:0]       rx_bit;    // 0: idle, 1: start bit, 2 to 9: data, 10: stop bit
    reg  [DBITS-1:0] rx_wait;
    wire             rx = settled[1];
    wire             rx_sample = rx_wait == {DBITS{1'b0}};
    always @(posedge clk) begin
        settled <= {settled[0], i_rx};
        if (rx_bit == 4'd0)
            rx_wait <= HALF[DBITS-1:0];
        else
            rx_wait <= rx_sample ? WHOLE[DBITS-1:0] : rx_wait - 1'b1;
        if (rx_bit != 4'd10 && rx_sample)
            o_data <= {rx, o_data[7:1]};
        if (rst) begin
            rx_bit <= 4'd0;
            o_valid <= 1'b0;
        end else begin
            o_valid <= rx_bit == 4'd10 && rx_sample && rx;
            if (rx_bit == 4'd0)
                rx_bit <= rx ? 4'd0 : 4'd1;
            else if (rx_sample)
                rx_bit <= (rx_bit == 4'd1 && rx) || rx_bit == 4'd10 ? 4'd0 : rx_bit + 4'd1;
        end
    end

    // ---- sender ----
    reg  [3:0]       tx_left;   // bits
    reg  [DBITS-1:0] tx_wait;
    reg  [8:0]       tx_word;
    assign o_ready = tx_left == 4'd0;
    always @(posedge clk) begin
        if (o_ready) begin
            tx_word <= {1'b1, i_data};
            tx_wait <= WHOLE[DBITS-1:0];
        end else if (tx_wait != {DBITS{1'b0}})
            tx_wait <= tx_wait - 1'b1;
        else begin
            tx_word <= {1'b1, tx_word[8:1]};
            tx_wait <= WHOLE[DBITS-1:0];
        end
        if (rst) begin
            tx_left <= 4'd0;
            o_tx <= 1'b1;
        end else if (o_ready) begin
            tx_left <= i_valid ? 4'd10 : 4'd0;
            o_tx <= !i_valid;
        end else if (tx_wait == {DBITS{1'b0}}) begin
            tx_left <= tx_left - 4'd1;
            o_tx <= tx_word[0] || tx_left == 4'd1;
        end
    end
endmodule
`default_nettype wire

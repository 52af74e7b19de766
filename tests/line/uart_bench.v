// SPDX-License-Identifier: Apache-2.0
// sofa_uart on a line of which the bench moves and watches every clock: bytes at the nominal rate and a little off it, low stop bits,
// glitches; and what it sends. Prints "pass", or what went wrong.
`default_nettype none
module uart_bench #(
    parameter DIVIDER = 16,
    parameter DBITS = 4,
    parameter BYTES = 60
);
    reg        clk = 1'b0, rst = 1'b1, rx = 1'b1;
    wire       tx, given, tx_ready;
    wire [7:0] data;
    reg        tx_valid = 1'b0;
    reg  [7:0] tx_data = 8'd0;
    integer    seed = 1, clocks = 0;
    always #5 clk = !clk;
    sofa_uart #(.DIVIDER(DIVIDER), .DBITS(DBITS)) u (
        .clk(clk), .rst(rst), .i_rx(rx), .o_tx(tx), .o_valid(given), .o_data(data),
        .i_valid(tx_valid), .o_ready(tx_ready), .i_data(tx_data));

    task fail(input [8*48-1:0] what);
        begin
            $display("%0s at clock %0d, DIVIDER %0d", what, clocks, DIVIDER);
            $finish;
        end
    endtask
    function integer dice(input integer of);
        dice = $unsigned($random(seed)) % of;
    endfunction

    // ---- receiver: a byte is expected, or none ----
    reg        expected = 1'b0, came = 1'b0;
    reg  [7:0] want;
    always @(posedge clk) begin
        clocks = clocks + 1;
        if (given && !rst) begin
            if (!expected || came)
                fail("a byte that nobody sent");
            if (data !== want)
                fail("a wrong byte");
            came = 1'b1;
        end
    end
    task hold(input level, input integer count);
        begin
            rx = level;
            repeat (count) @(negedge clk);
        end
    endtask
    integer b;
    // a frame with bits of `length` clocks
    task frame(input [7:0] value, input stop, input integer length);
        begin
            want = value;
            expected = stop;
            came = 1'b0;
            hold(1'b0, length);
            for (b = 0; b < 8; b = b + 1)
                hold(value[b], length);
            hold(stop, length);
            rx = 1'b1;
        end
    endtask
    task settle;
        begin
            hold(1'b1, 4);
            if (came !== expected)
                fail("a byte is lost");
            expected = 1'b0;
        end
    endtask

    // ---- sender: every clock of a frame ----
    integer sent = 0, at;
    reg [9:0] bits;
    initial begin
        wait (!rst);
        while (sent < BYTES) begin
            repeat (dice(3) * dice(30)) @(negedge clk) if (tx !== 1'b1) fail("the line is not at rest");
            tx_data = sent < 4 ? {4{sent[1:0]}} : $random(seed);
            tx_valid = 1'b1;
            bits = {1'b1, tx_data, 1'b0};
            while (!tx_ready) @(negedge clk);
            @(negedge clk) tx_valid = dice(2);
            tx_data = ~tx_data;                     // it has been taken
            for (at = 0; at < 10 * DIVIDER; at = at + 1) begin
                if (tx !== bits[at / DIVIDER])
                    fail("a wrong bit is sent");
                if (tx_ready)
                    fail("ready in a frame");
                if (at == 9 * DIVIDER)
                    tx_valid = 1'b0;
                @(negedge clk);
            end
            if (!tx_ready || tx !== 1'b1)
                fail("a frame is too long");
            sent = sent + 1;
        end
    end

    integer n;
    initial begin
        repeat (4) @(negedge clk);
        rst = 1'b0;
        repeat (4) @(negedge clk);
        for (n = 0; n < BYTES; n = n + 1) begin
            // back to back, now and then off the rate by a thirtieth
            frame(n < 3 ? {8{n[0]}} : $random(seed), 1'b1, DIVIDER >= 30 ? DIVIDER + (n % 3 - 1) * (DIVIDER / 30) : DIVIDER);
            if (came !== 1'b1) settle;
            expected = 1'b0;
            case (n % 4)
                0: begin                            // a low stop bit: no byte; the line rests for a frame
                    frame($random(seed) | 8'h80, 1'b0, DIVIDER);
                    hold(1'b1, 12 * DIVIDER);
                end
                1: begin                            // glitches shorter than half a bit
                    hold(1'b0, 1 + dice(DIVIDER / 2 - 1));
                    hold(1'b1, DIVIDER + dice(DIVIDER));
                end
                2: begin                            // and one after which the next byte comes soon
                    frame($random(seed), 1'b0, DIVIDER);
                    hold(1'b1, DIVIDER + dice(DIVIDER));
                end
                default: hold(1'b1, dice(2) * dice(3 * DIVIDER));
            endcase
        end
        wait (sent == BYTES);
        $display("pass");
        $finish;
    end
endmodule
`default_nettype wire

// SPDX-License-Identifier: Apache-2.0
// Products and the same by digits, on random and extreme factors.
`default_nettype none
module products_tb;
    reg  [15:0] pair;
    reg  [8:0]  c, f;
    reg  [9:0]  d;
    reg  [16:0] e;
    wire [92:0] plain, mapped;
    products u_plain (.i_a(pair[7:0]), .i_b(pair[15:8]), .i_c(c), .i_d(d), .i_e(e), .i_f(f), .o_signed(plain[15:0]),
        .o_unsigned(plain[34:16]), .o_odd(plain[60:35]), .o_sum(plain[80:61]), .o_low(plain[92:81]));
    mapped u_mapped (.i_a(pair[7:0]), .i_b(pair[15:8]), .i_c(c), .i_d(d), .i_e(e), .i_f(f), .o_signed(mapped[15:0]),
        .o_unsigned(mapped[34:16]), .o_odd(mapped[60:35]), .o_sum(mapped[80:61]), .o_low(mapped[92:81]));
    integer n;
    initial begin
        for (n = 0; n < 4000; n = n + 1) begin
            pair = n[1:0] == 2'd0 ? $random : {n[5:2] == 4'd0 ? 8'h80 : n[5:2] == 4'd1 ? 8'h7f : n[13:6], n[2] ? 8'h80 : n[10:3]};
            {c, d} = n[2:0] == 3'd0 ? 19'h7ffff : $random;
            e = n[3:0] == 4'd1 ? 17'h10000 : n[3:0] == 4'd2 ? 17'h0ffff : $random;
            f = n[4:0] < 5'd3 ? 9'h100 : n[4:0] == 5'd3 ? 9'h0ff : $random;
            #1;
            if (plain !== mapped) begin
                $display("pair %h c %h d %h e %h f %h: %h, by digits %h", pair, c, d, e, f, plain, mapped);
                $finish;
            end
        end
        $display("pass");
    end
endmodule
`default_nettype wire

// SPDX-License-Identifier: Apache-2.0
// Two cores of different configurations and prefixes in one design (a_: mode kv, b_: mode tokens; both with a port of 32 bits): their
// registers can be read, their memory never answers.
`default_nettype none
`include "a_regs.vh"
`include "b_regs.vh"
module two_cores (
    input  wire        clk,
    input  wire        rst,
    input  wire        i_enable,
    input  wire [9:0]  i_offset,
    output wire        o_valid,
    output wire [31:0] o_a,
    output wire [31:0] o_b,
    output wire        o_other   // everything else that the cores say
);
    wire a_valid, a_irq, a_rd, a_ready, a_wr, a_data, a_last, b_valid, b_irq, b_rd, b_ready, b_wr, b_data, b_last;
    wire [31:0] a_rd_addr, a_wr_addr, a_word, b_rd_addr, b_wr_addr, b_word;
    wire [7:0] a_rd_len, a_wr_len, b_rd_len, b_wr_len;
    wire [3:0] a_strb, b_strb;

    a_core u_a (
        .clk(clk), .rst(rst), .i_reg_enable(i_enable), .i_reg_write(1'b0), .i_reg_addr(i_offset[9:2]), .i_reg_wdata(32'd0),
        .o_reg_valid(a_valid), .o_reg_rdata(o_a), .o_irq(a_irq),
        .o_rd0_req_valid(a_rd), .i_rd0_req_ready(1'b0), .o_rd0_req_addr(a_rd_addr), .o_rd0_req_len(a_rd_len),
        .i_rd0_data_valid(1'b0), .o_rd0_data_ready(a_ready), .i_rd0_data(32'd0), .i_rd0_data_error(1'b0),
        .o_wr_req_valid(a_wr), .i_wr_req_ready(1'b0), .o_wr_req_addr(a_wr_addr), .o_wr_req_len(a_wr_len),
        .o_wr_data_valid(a_data), .i_wr_data_ready(1'b0), .o_wr_data(a_word), .o_wr_strb(a_strb), .o_wr_last(a_last),
        .i_wr_resp_valid(1'b0), .i_wr_resp_error(1'b0)
    );
    b_core u_b (
        .clk(clk), .rst(rst), .i_reg_enable(i_enable), .i_reg_write(1'b0), .i_reg_addr(i_offset[9:2]), .i_reg_wdata(32'd0),
        .o_reg_valid(b_valid), .o_reg_rdata(o_b), .o_irq(b_irq),
        .o_rd0_req_valid(b_rd), .i_rd0_req_ready(1'b0), .o_rd0_req_addr(b_rd_addr), .o_rd0_req_len(b_rd_len),
        .i_rd0_data_valid(1'b0), .o_rd0_data_ready(b_ready), .i_rd0_data(32'd0), .i_rd0_data_error(1'b0),
        .o_wr_req_valid(b_wr), .i_wr_req_ready(1'b0), .o_wr_req_addr(b_wr_addr), .o_wr_req_len(b_wr_len),
        .o_wr_data_valid(b_data), .i_wr_data_ready(1'b0), .o_wr_data(b_word), .o_wr_strb(b_strb), .o_wr_last(b_last),
        .i_wr_resp_valid(1'b0), .i_wr_resp_error(1'b0)
    );
    assign o_valid = a_valid && b_valid;
    assign o_other = ^{a_irq, a_rd, a_rd_addr, a_rd_len, a_ready, a_wr, a_wr_addr, a_wr_len, a_data, a_word, a_strb, a_last, i_offset[1:0],
                       b_irq, b_rd, b_rd_addr, b_rd_len, b_ready, b_wr, b_wr_addr, b_wr_len, b_data, b_word, b_strb, b_last};
endmodule
`default_nettype wire

// SPDX-License-Identifier: Apache-2.0
// A job in Icarus with ideal memory (tests/icarus_job.c): memory.hex holds words of the port, writes.hex register writes {address, value}, of
// which the last one starts the job. Prints its cycles and STATUS; after.hex holds the memory afterwards.
// Ideal: a request taken in cycle t has its first beat offered in cycle t + 8, a beat a cycle; the last beat written in cycle t is answered
// in cycle t + 8; nothing that is written waits, but with STALL.
`timescale 1ns/1ns
module job_read #(parameter P = 64, A = 32, LOW = 3) (
    input  wire         clk,
    input  wire         rst,
    input  wire         ask,
    input  wire [A-1:0] address,
    input  wire [7:0]   length,
    output reg          valid,
    input  wire         ready,
    output reg  [P-1:0] data
);
    integer now, head, tail, beat;
    integer due [0:255], beats [0:255], at [0:255];
    always @(posedge clk)
        if (rst) begin
            {now, head, tail, beat} = 0;
            valid <= 1'b0;
        end else begin
            if (valid && ready) begin
                beat = beat + 1;
                if (beat == beats[head % 256]) begin
                    head = head + 1;
                    beat = 0;
                end
            end
            if (ask) begin
                at[tail % 256] = address >> LOW;
                beats[tail % 256] = length + 1;
                due[tail % 256] = now + 8;
                tail = tail + 1;
            end
            now = now + 1;
            valid <= head != tail && due[head % 256] <= now;
            data <= job_bench.memory[at[head % 256] + beat];
        end
endmodule

module job_bench;
    parameter P = 64, A = 32, LOW = 3, WORDS = 16, WRITES = 1, LIMIT = 1000, STATUS = 0, CYCLES = 0, STALL = 0;
    reg  [P-1:0]    memory [0:WORDS-1];
    reg  [39:0]     writes [0:WRITES-1];
    reg             clk = 0, rst = 1, enable = 0, write = 0;
    reg  [7:0]      address;
    reg  [31:0]     value;
    wire            answered, irq;
    wire [31:0]     got;
    wire [1:0]      ask, valid, ready;
    wire [A-1:0]    ask_address [0:1];
    wire [7:0]      ask_length [0:1];
    wire [P-1:0]    data [0:1];
    wire            put_ask, put, last;
    wire [A-1:0]    put_address;
    wire [7:0]      put_length;
    wire [P-1:0]    word;
    wire [P/8-1:0]  strobe;
    reg  [7:0]      answers = 0;
    integer         put_at [0:255];
    integer         put_head = 0, put_tail = 0, put_beat = 0, i, cycle, cycles;
    always #1 clk = ~clk;
    // with STALL, requests and beats of writes wait for the dice
    reg             dice = 1;
    always @(posedge clk) dice <= $random;
    wire            go = !STALL || dice;

    sofa_core core (
        .clk(clk), .rst(rst), .i_reg_enable(enable), .i_reg_write(write), .i_reg_addr(address), .i_reg_wdata(value),
        .o_reg_valid(answered), .o_reg_rdata(got), .o_irq(irq),
        .o_rd0_req_valid(ask[0]), .i_rd0_req_ready(go), .o_rd0_req_addr(ask_address[0]), .o_rd0_req_len(ask_length[0]),
        .i_rd0_data_valid(valid[0]), .o_rd0_data_ready(ready[0]), .i_rd0_data(data[0]), .i_rd0_data_error(1'b0),
`ifdef TWO_CHANNELS
        .o_rd1_req_valid(ask[1]), .i_rd1_req_ready(go), .o_rd1_req_addr(ask_address[1]), .o_rd1_req_len(ask_length[1]),
        .i_rd1_data_valid(valid[1]), .o_rd1_data_ready(ready[1]), .i_rd1_data(data[1]), .i_rd1_data_error(1'b0),
`endif
        .o_wr_req_valid(put_ask), .i_wr_req_ready(go), .o_wr_req_addr(put_address), .o_wr_req_len(put_length),
        .o_wr_data_valid(put), .i_wr_data_ready(go), .o_wr_data(word), .o_wr_strb(strobe), .o_wr_last(last),
        .i_wr_resp_valid(answers[7]), .i_wr_resp_error(1'b0));
    genvar c;
    generate
`ifdef TWO_CHANNELS
        for (c = 0; c < 2; c = c + 1) begin : channel
`else
        for (c = 0; c < 1; c = c + 1) begin : channel
`endif
            job_read #(.P(P), .A(A), .LOW(LOW)) read (
                .clk(clk), .rst(rst), .ask(ask[c] && go), .address(ask_address[c]), .length(ask_length[c]), .valid(valid[c]),
                .ready(ready[c]), .data(data[c]));
        end
    endgenerate

    always @(posedge clk) begin
        answers <= {answers[6:0], put && go && last && !rst};
        if (!rst && put_ask && go) begin
            put_at[put_tail % 256] = put_address >> LOW;
            put_tail = put_tail + 1;
        end
        if (!rst && put && go) begin
            for (i = 0; i < P / 8; i = i + 1)
                if (strobe[i])
                    memory[put_at[put_head % 256] + put_beat][i*8 +: 8] = word[i*8 +: 8];
            put_beat = last ? 0 : put_beat + 1;
            if (last)
                put_head = put_head + 1;
        end
    end

    task access(input [7:0] offset, input is_write, input [31:0] what);
        begin
            @(negedge clk) {enable, write, address, value} = {1'b1, is_write, offset, what};
            @(negedge clk) enable = 0;
            while (answered !== 1'b1)
                @(negedge clk);
        end
    endtask

    integer n;
    initial begin
        $readmemh("memory.hex", memory);
        $readmemh("writes.hex", writes);
        repeat (4) @(negedge clk);
        rst = 0;
        for (n = 0; n < WRITES; n = n + 1)
            access(writes[n][39:32], 1, writes[n][31:0]);
        for (cycle = 0; cycle < LIMIT && irq !== 1'b1; cycle = cycle + 1)
            @(negedge clk);
        access(CYCLES, 0, 0);
        cycles = got;
        access(STATUS, 0, 0);
        $display("%0d %h", cycles, got);
        $writememh("after.hex", memory);
        $finish;
    end
endmodule

//% -- SPDX-License-Identifier: Apache-2.0
//% local lag = COPIED_REGISTERS and 3 or FPGA and 2 or 1
// sofa_soc_read: the words of a request are asked for one after the other from its address on, as many as it has; each comes once, in
// order, with an error exactly if it is beyond the memory; an offered word stands. The memory answers $(lag) cycle(s) after its grant.
// Requests of up to four beats, words of four bits of content, 4 places in the queue, 8 in a board.
// smaller memory/sofa_soc_read.v: .DEPTH(8), .ABITS(3) -> .DEPTH(4), .ABITS(2)
// smaller memory/sofa_soc_read.v: places <= 4'd8; -> places <= 4'd4;
// proof cells: pdr: memory.port_bits=8 memory.address_bits=16 board.memory_kib=1
// proof fpga: pdr: target=fpga memory.port_bits=8 memory.address_bits=16 board.memory_kib=1
`default_nettype none
module sofa_prove_soc_read (
    input wire        clk,
    input wire        rst,
    input wire        mark,
    input wire        req_valid,
    input wire [$(ADDRESS_BITS-1):0] req_addr,
    input wire [1:0]  req_len,
    input wire        ready,
    input wire        grant_any,
    input wire [3:0]  word              // what the memory holds there
);
    wire        req_ready, data_valid, data_error, ask;
    wire [$(PORT_BITS-1):0] data;
    wire [$(MEMORY_WORD_BITS-1):0] addr;
    wire        grant = ask && grant_any;
    wire [3:0]  inside;
    reg  [$(4*lag-1):0] coming;
    wire [3:0]  comes = coming[$(4*lag-1):$(4*lag-4)];
    always @(posedge clk)
        coming <= {coming, word};
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_soc_read dut (
        .clk(clk), .rst(rst), .i_req_valid(req_valid), .o_req_ready(req_ready), .i_req_addr(req_addr), .i_req_len({6'd0, req_len}),
        .o_data_valid(data_valid), .i_data_ready(ready), .o_data(data), .o_data_error(data_error), .o_ask(ask), .i_grant(grant),
        .o_addr(addr), .i_rdata({$(PORT_BITS-4)'d0, comes}));

    // ---- requests that are accepted: at most two, one at work and one that waits ----
    reg  [1:0]  count;
    reg  [$(MEMORY_WORD_BITS):0] first_0, first_1, place;
    reg  [1:0]  len_0, len_1, beat;
    wire        accept = req_valid && req_ready;
    wire        finish = grant && beat == len_0;
    wire [$(MEMORY_WORD_BITS):0] first = $(memory_word("req_addr"));
    wire [$(MEMORY_WORD_BITS):0] here = beat == 2'd0 ? first_0 : place;
    always @(posedge clk) begin
        count <= rst ? 2'd0 : count + {1'b0, accept} - {1'b0, finish};
        beat <= rst || finish ? 2'd0 : beat + {1'b0, grant};
        if (grant)
            place <= {here[$(MEMORY_WORD_BITS)] || &here[$(MEMORY_WORD_BITS-1):0], here[$(MEMORY_WORD_BITS-1):0] + 1'b1};
        if (finish) begin
            first_0 <= first_1;
            len_0 <= len_1;
        end
        if (accept && count - {1'b0, finish} == 2'd0) begin
            first_0 <= first;
            len_0 <= req_len;
        end else if (accept) begin
            first_1 <= first;
            len_1 <= req_len;
        end
    end
    sofa_prove_stream #(.WIDTH(5), .MOST($(FPGA and 4 or 2)), .CBITS(4)) words (
        .clk(clk), .rst(rst), .mark(mark), .put(grant), .put_data({here[$(MEMORY_WORD_BITS)], word}), .get(data_valid && ready),
        .get_data({data_error, data[3:0]}), .inside(inside));
    reg         stood;
    reg  [4:0]  before;
    always @(posedge clk) begin
        stood <= data_valid && !ready && !rst;
        before <= {data_error, data[3:0]};
        if (!rst) begin
            soc_room: assert (count <= 2'd2 && !(accept && count == 2'd2));
            soc_asks: assert (!ask || (count != 2'd0 && addr == here[$(MEMORY_WORD_BITS-1):0]));
            soc_stands: assert (!stood || (data_valid && {data_error, data[3:0]} == before));
        end
    end
endmodule
`default_nettype wire

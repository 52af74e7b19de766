//% -- SPDX-License-Identifier: Apache-2.0
// sofa_soc_write: the beats of a burst are written one after the other from its address on, each once, in order, with its strobes; those
// beyond the memory have none; the burst is answered once, in the cycle after its last beat, with an error exactly if a beat was beyond.
// Data come with their request or later, bursts one by one: a request is taken when the one before is written.
// proof cells: pdr: memory.port_bits=16 memory.address_bits=16 board.memory_kib=1
// proof fpga: pdr: target=fpga memory.port_bits=16 memory.address_bits=16 board.memory_kib=1
`default_nettype none
module sofa_prove_soc_write (
    input wire        clk,
    input wire        rst,
    input wire        mark,
    input wire        req_valid,
    input wire [$(ADDRESS_BITS-1):0] req_addr,
    input wire        data_valid, last,
    input wire [$(PORT_BYTES-1):0] strb,
    input wire [$(PORT_BITS-1):0] data,
    input wire        grant_any
);
    wire        req_ready, data_ready, resp_valid, resp_error, ask;
    wire [$(MEMORY_WORD_BITS-1):0] addr;
    wire [$(PORT_BITS-1):0] out;
    wire [$(PORT_BYTES-1):0] out_strb;
    wire        grant = ask && grant_any;
    wire [3:0]  inside;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_soc_write dut (
        .clk(clk), .rst(rst), .i_req_valid(req_valid), .o_req_ready(req_ready), .i_req_addr(req_addr), .i_data_valid(data_valid),
        .o_data_ready(data_ready), .i_strb(strb), .i_last(last), .i_data(data), .o_resp_valid(resp_valid), .o_resp_error(resp_error),
        .o_ask(ask), .i_grant(grant), .o_addr(addr), .o_data(out), .o_strb(out_strb));
    // beats on their way; whether one is its burst's last is seen where it is written
    (* hierconn *) wire \dut.last ;
    (* hierconn *) wire [$(PORT_BYTES-1):0] \dut.strb ;
    reg         active, beyond, answer;
    reg  [$(MEMORY_WORD_BITS):0] place;
    wire        over = place[$(MEMORY_WORD_BITS)];
    sofa_prove_stream #(.WIDTH($(PORT_BITS+PORT_BYTES+1)), .MOST($(REGISTERED_LINKS and 5 or FPGA and 4 or 1)), .CBITS(4),
        .THROUGH($(FPGA and 0 or 1))) beats (
        .clk(clk), .rst(rst), .mark(mark), .put(data_valid && data_ready), .put_data({last, strb, data}), .get(grant),
        .get_data({\dut.last , \dut.strb , out}), .inside(inside));
    always @(posedge clk) begin
        active <= !rst && (active ? !(grant && \dut.last ) : req_valid && req_ready);
        beyond <= active && (beyond || (grant && over));
        answer <= !rst && active && grant && \dut.last ;
        if (!active)
            place <= $(memory_word("req_addr"));
        else if (grant)
            place <= {over || &place[$(MEMORY_WORD_BITS-1):0], place[$(MEMORY_WORD_BITS-1):0] + 1'b1};
    end
    always @(posedge clk)
        if (!rst) begin
            soc_takes: assert (req_ready == !active);
            soc_writes: assert (!ask || (active && addr == place[$(MEMORY_WORD_BITS-1):0]));
            soc_strobes: assert (!ask || out_strb == (over ? $(PORT_BYTES)'d0 : \dut.strb ));
            soc_answers: assert (resp_valid == answer && (!resp_valid || resp_error == beyond));
        end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// sofa_axi_read: what sofa_axi_split makes goes out as it is, in order, and stands; beats and their errors come back in order, none is
// lost.
// proof words: pdr: memory.port_bits=32 memory.address_bits=16
`default_nettype none
module sofa_prove_axi_read (
    input wire        clk,
    input wire        rst,
    input wire        mark,
    input wire        mark_beat,
    input wire        req_valid,
    input wire [$(ADDRESS_BITS-1):0] req_addr,
    input wire [7:0]  req_len,
    input wire        data_ready,
    input wire        arready,
    input wire        rvalid,
    input wire [$(PORT_BITS-1):0] rdata,
    input wire [1:0]  rresp
);
    wire        req_ready, data_valid, data_error, arvalid, rready;
    wire [$(PORT_BITS-1):0] data;
    wire [$(ADDRESS_BITS-1):0] araddr;
    wire [7:0]  arlen;
    wire [1:0]  bursts, beats;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_axi_read dut (
        .clk(clk), .rst(rst), .i_req_valid(req_valid), .o_req_ready(req_ready), .i_req_addr(req_addr), .i_req_len(req_len),
        .o_data_valid(data_valid), .i_data_ready(data_ready), .o_data(data), .o_data_error(data_error), .o_arvalid(arvalid),
        .i_arready(arready), .o_araddr(araddr), .o_arlen(arlen), .i_rvalid(rvalid), .o_rready(rready), .i_rdata(rdata), .i_rresp(rresp));
    (* hierconn *) wire \dut.burst_valid , \dut.burst_ready ;       // inside
    (* hierconn *) wire [$(ADDRESS_BITS-1):0] \dut.burst_addr ;
    (* hierconn *) wire [7:0] \dut.burst_len ;
    sofa_prove_stream #(.WIDTH($(ADDRESS_BITS+8)), .MOST(2), .CBITS(2)) addresses (
        .clk(clk), .rst(rst), .mark(mark), .put(\dut.burst_valid && \dut.burst_ready ),
        .put_data({\dut.burst_addr , \dut.burst_len }), .get(arvalid && arready), .get_data({araddr, arlen}), .inside(bursts));
    sofa_prove_stream #(.WIDTH($(PORT_BITS+1)), .MOST(2), .CBITS(2)) words (
        .clk(clk), .rst(rst), .mark(mark_beat), .put(rvalid && rready), .put_data({rresp[1], rdata}), .get(data_valid && data_ready),
        .get_data({data_error, data}), .inside(beats));
    always @(posedge clk)
        if (!rst) begin
            read_asks: assert (arvalid == (bursts != 2'd0));
            read_takes: assert (rready == (beats != 2'd2));
            read_gives: assert (data_valid == (beats != 2'd0));
        end
endmodule
`default_nettype wire

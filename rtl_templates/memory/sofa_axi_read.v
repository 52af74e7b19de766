//% -- SPDX-License-Identifier: Apache-2.0
// Native read channel to AXI4 read master: INCR bursts of full beats, none across a 4 KB boundary, all under one ID, so that
// data return in the order of the requests, however many are outstanding. SLVERR and DECERR become i_rdC_data_error of
// their beat.
// Latency: 2 cycles for a request, 1 for data. Throughput: one burst and one beat a cycle. Handshake: valid/ready; every AXI
// output comes from registers alone.
//% latency("axi_read.request", 2)
//% latency("axi_read.data", 1)
`default_nettype none
module sofa_axi_read (
    input  wire            clk,
    input  wire            rst,
    // native
    input  wire            i_req_valid,
    output wire            o_req_ready,
    input  wire [$(ADDRESS_BITS-1):0] i_req_addr,
    input  wire [7:0]      i_req_len,
    output wire            o_data_valid,
    input  wire            i_data_ready,
    output wire [$(PORT_BITS-1):0] o_data,
    output wire            o_data_error,
    // AXI
    output wire            o_arvalid,
    input  wire            i_arready,
    output wire [$(ADDRESS_BITS-1):0] o_araddr,
    output wire [7:0]      o_arlen,
    input  wire            i_rvalid,
    output wire            o_rready,
    input  wire [$(PORT_BITS-1):0] i_rdata,
    input  wire [1:0]      i_rresp
);
    wire            burst_valid, burst_ready, unused_last;
    wire [$(ADDRESS_BITS-1):0] burst_addr;
    wire [7:0]      burst_len;
    sofa_axi_split u_split (
        .clk(clk), .rst(rst), .i_valid(i_req_valid), .o_ready(o_req_ready), .i_addr(i_req_addr), .i_len(i_req_len),
        .o_valid(burst_valid), .i_ready(burst_ready), .o_addr(burst_addr), .o_len(burst_len), .o_last(unused_last));

    sofa_fifo #(.WIDTH($(ADDRESS_BITS+8)), .DEPTH(2), .ABITS(1)) u_ar (
        .clk(clk), .rst(rst), .i_valid(burst_valid), .o_ready(burst_ready), .i_data({burst_addr, burst_len}),
        .o_valid(o_arvalid), .i_ready(i_arready), .o_data({o_araddr, o_arlen}));

    wire unused_resp = i_rresp[0];
    sofa_fifo #(.WIDTH($(PORT_BITS+1)), .DEPTH(2), .ABITS(1)) u_r (
        .clk(clk), .rst(rst), .i_valid(i_rvalid), .o_ready(o_rready), .i_data({i_rresp[1], i_rdata}),
        .o_valid(o_data_valid), .i_ready(i_data_ready), .o_data({o_data_error, o_data}));

$(stands("axi_read_address_stands", "o_arvalid", "i_arready", "{o_araddr, o_arlen}", ADDRESS_BITS + 8))
endmodule
`default_nettype wire

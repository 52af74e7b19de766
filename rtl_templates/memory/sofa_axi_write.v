//% -- SPDX-License-Identifier: Apache-2.0
// Native write channel to AXI4 write master: INCR bursts of full beats with strobes, none across a 4 KB boundary, all under
// one ID. Every native request is answered once, after the last of its bursts, with an error if one of them had SLVERR or
// DECERR. Up to 16 bursts are outstanding.
// Latency: 2 cycles for a request, at least 3 for its data (they follow the request), 1 for a response. Throughput: one burst and one
// beat a cycle. Handshake: valid/ready, the native response is always taken; every AXI output comes from registers alone.
//% latency("axi_write.request", 2)
//% latency("axi_write.response", 1)
`default_nettype none
module sofa_axi_write (
    input  wire            clk,
    input  wire            rst,
    // native
    input  wire            i_req_valid,
    output wire            o_req_ready,
    input  wire [$(ADDRESS_BITS-1):0] i_req_addr,
    input  wire [7:0]      i_req_len,
    input  wire            i_data_valid,
    output wire            o_data_ready,
    input  wire [$(PORT_BITS-1):0] i_data,
    input  wire [$(PORT_BYTES-1):0] i_strb,
    output reg             o_resp_valid,
    output reg             o_resp_error,
    // AXI
    output wire            o_awvalid,
    input  wire            i_awready,
    output wire [$(ADDRESS_BITS-1):0] o_awaddr,
    output wire [7:0]      o_awlen,
    output wire            o_wvalid,
    input  wire            i_wready,
    output wire [$(PORT_BITS-1):0] o_wdata,
    output wire [$(PORT_BYTES-1):0] o_wstrb,
    output wire            o_wlast,
    input  wire            i_bvalid,
    output wire            o_bready,
    input  wire [1:0]      i_bresp
);
    // ---- bursts: their address, their length for the data, whether they end a request for the response ----
    wire            burst_valid, burst_last, aw_ready, length_ready, answer_ready;
    wire [$(ADDRESS_BITS-1):0] burst_addr;
    wire [7:0]      burst_len;
    wire            burst_ready = aw_ready && length_ready && answer_ready;
    wire            burst = burst_valid && burst_ready;
    sofa_axi_split u_split (
        .clk(clk), .rst(rst), .i_valid(i_req_valid), .o_ready(o_req_ready), .i_addr(i_req_addr), .i_len(i_req_len),
        .o_valid(burst_valid), .i_ready(burst_ready), .o_addr(burst_addr), .o_len(burst_len), .o_last(burst_last));

    sofa_fifo #(.WIDTH($(ADDRESS_BITS+8)), .DEPTH(2), .ABITS(1)) u_aw (
        .clk(clk), .rst(rst), .i_valid(burst), .o_ready(aw_ready), .i_data({burst_addr, burst_len}),
        .o_valid(o_awvalid), .i_ready(i_awready), .o_data({o_awaddr, o_awlen}));

    // ---- data ----
    wire            length_valid, w_ready;
    wire [7:0]      length;
    reg  [7:0]      beat;
    wire            last = beat == length;
    wire            pass = i_data_valid && o_data_ready;
    assign o_data_ready = length_valid && w_ready;
    sofa_fifo #(.WIDTH(8), .DEPTH(4), .ABITS(2)) u_length (
        .clk(clk), .rst(rst), .i_valid(burst), .o_ready(length_ready), .i_data(burst_len),
        .o_valid(length_valid), .i_ready(pass && last), .o_data(length));
    sofa_fifo #(.WIDTH($(PORT_BITS+PORT_BYTES+1)), .DEPTH(2), .ABITS(1)) u_w (
        .clk(clk), .rst(rst), .i_valid(pass), .o_ready(w_ready), .i_data({last, i_strb, i_data}),
        .o_valid(o_wvalid), .i_ready(i_wready), .o_data({o_wlast, o_wstrb, o_wdata}));
    always @(posedge clk)
        if (rst)
            beat <= 8'd0;
        else if (pass)
            beat <= last ? 8'd0 : beat + 8'd1;

    // ---- responses ----
    wire            ends;           // the burst being answered ends its request
    reg             bad;            // an earlier burst of the request had an error
    wire            answer = i_bvalid && o_bready;
    wire            unused_resp = i_bresp[0];
    sofa_fifo #(.WIDTH(1), .DEPTH(16), .ABITS(4)) u_answer (
        .clk(clk), .rst(rst), .i_valid(burst), .o_ready(answer_ready), .i_data(burst_last),
        .o_valid(o_bready), .i_ready(i_bvalid), .o_data(ends));
    always @(posedge clk) begin
        o_resp_error <= bad || i_bresp[1];
        if (rst) begin
            bad <= 1'b0;
            o_resp_valid <= 1'b0;
        end else begin
            o_resp_valid <= answer && ends;
            if (answer)
                bad <= !ends && (bad || i_bresp[1]);
        end
    end

$(stands("axi_write_address_stands", "o_awvalid", "i_awready", "{o_awaddr, o_awlen}", ADDRESS_BITS + 8))
$(stands("axi_write_data_stands", "o_wvalid", "i_wready", "{o_wdata, o_wstrb, o_wlast}", PORT_BITS + PORT_BYTES + 1))
$(holds("axi_write_burst_whole", "!pass || beat <= length"))
endmodule
`default_nettype wire

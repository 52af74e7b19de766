//% -- SPDX-License-Identifier: Apache-2.0
// The accelerator on AXI: sofa_core with $(READ_CHANNELS) AXI4 master(s) of $(PORT_BITS) data bits, an AXI4-Lite slave of 1 KB for its
// registers and an interrupt. m0_axi carries read channel 0 and the writes$(READ_CHANNELS == 2 and ", m1_axi read channel 1 only" or "").
// Ports bear the names that AXI tools infer interfaces from; aresetn is sampled with aclk. Latency over sofa_core: see sofa_axi_read,
// sofa_axi_write, sofa_axi_lite. Throughput: that of sofa_core. A job equals sofa_model_run(). Registers and jobs: registers.md.
`default_nettype none
module sofa_axi_top (
    input  wire            aclk,
    input  wire            aresetn,
    output wire            irq,
    // registers
    input  wire [9:0]      s_axi_awaddr,
    input  wire [2:0]      s_axi_awprot,
    input  wire            s_axi_awvalid,
    output wire            s_axi_awready,
    input  wire [31:0]     s_axi_wdata,
    input  wire [3:0]      s_axi_wstrb,
    input  wire            s_axi_wvalid,
    output wire            s_axi_wready,
    output wire [1:0]      s_axi_bresp,
    output wire            s_axi_bvalid,
    input  wire            s_axi_bready,
    input  wire [9:0]      s_axi_araddr,
    input  wire [2:0]      s_axi_arprot,
    input  wire            s_axi_arvalid,
    output wire            s_axi_arready,
    output wire [31:0]     s_axi_rdata,
    output wire [1:0]      s_axi_rresp,
    output wire            s_axi_rvalid,
    input  wire            s_axi_rready,
    // memory
    output wire [0:0]      m0_axi_awid,
    output wire [$(ADDRESS_BITS-1):0] m0_axi_awaddr,
    output wire [7:0]      m0_axi_awlen,
    output wire [2:0]      m0_axi_awsize,
    output wire [1:0]      m0_axi_awburst,
    output wire            m0_axi_awlock,
    output wire [3:0]      m0_axi_awcache,
    output wire [2:0]      m0_axi_awprot,
    output wire [3:0]      m0_axi_awqos,
    output wire            m0_axi_awvalid,
    input  wire            m0_axi_awready,
    output wire [$(PORT_BITS-1):0] m0_axi_wdata,
    output wire [$(PORT_BYTES-1):0] m0_axi_wstrb,
    output wire            m0_axi_wlast,
    output wire            m0_axi_wvalid,
    input  wire            m0_axi_wready,
    input  wire [0:0]      m0_axi_bid,
    input  wire [1:0]      m0_axi_bresp,
    input  wire            m0_axi_bvalid,
    output wire            m0_axi_bready,
//% for channel = 0, READ_CHANNELS - 1 do
    output wire [0:0]      m$(channel)_axi_arid,
    output wire [$(ADDRESS_BITS-1):0] m$(channel)_axi_araddr,
    output wire [7:0]      m$(channel)_axi_arlen,
    output wire [2:0]      m$(channel)_axi_arsize,
    output wire [1:0]      m$(channel)_axi_arburst,
    output wire            m$(channel)_axi_arlock,
    output wire [3:0]      m$(channel)_axi_arcache,
    output wire [2:0]      m$(channel)_axi_arprot,
    output wire [3:0]      m$(channel)_axi_arqos,
    output wire            m$(channel)_axi_arvalid,
    input  wire            m$(channel)_axi_arready,
    input  wire [0:0]      m$(channel)_axi_rid,
    input  wire [$(PORT_BITS-1):0] m$(channel)_axi_rdata,
    input  wire [1:0]      m$(channel)_axi_rresp,
    input  wire            m$(channel)_axi_rlast,
    input  wire            m$(channel)_axi_rvalid,
    output wire            m$(channel)_axi_rready$(channel < READ_CHANNELS - 1 and "," or "")
//% end
);
    wire        rst = !aresetn;
    wire .*;

    // ---- registers ----
    wire        unused_prot = &{1'b0, s_axi_awprot, s_axi_arprot};
    assign s_axi_rresp = 2'b00;
    sofa_axi_lite u_registers (
        .clk(aclk),
        .i_awvalid(s_axi_awvalid), .o_awready(s_axi_awready), .i_awaddr(s_axi_awaddr),
        .i_wvalid(s_axi_wvalid), .o_wready(s_axi_wready), .i_wdata(s_axi_wdata), .i_wstrb(s_axi_wstrb),
        .o_bvalid(s_axi_bvalid), .i_bready(s_axi_bready), .o_bresp(s_axi_bresp),
        .i_arvalid(s_axi_arvalid), .o_arready(s_axi_arready), .i_araddr(s_axi_araddr),
        .o_rvalid(s_axi_rvalid), .i_rready(s_axi_rready), .o_rdata(s_axi_rdata), .*);

    // ---- memory: full beats, INCR, one ID, normal non-cacheable bufferable, secure unprivileged data ----
//% for channel = 0, READ_CHANNELS - 1 do
//%   local bus, read = "m" .. channel .. "_axi_", "rd" .. channel .. "_"
    wire        unused_read_$(channel) = &{1'b0, $(bus)rid, $(bus)rlast};
    assign $(bus)arid = 1'b0;
    assign $(bus)arsize = 3'd$(PORT_BYTE_BITS);
    assign $(bus)arburst = 2'b01;
    assign $(bus)arlock = 1'b0;
    assign $(bus)arcache = 4'b0011;
    assign $(bus)arprot = 3'b000;
    assign $(bus)arqos = 4'b0000;
    sofa_axi_read u_read_$(channel) (
        .clk(aclk), .i_req_valid($(read)req_valid), .o_req_ready($(read)req_ready),
        .i_req_addr($(read)req_addr), .i_req_len($(read)req_len),
        .o_data_valid($(read)data_valid), .i_data_ready($(read)data_ready), .o_data($(read)data), .o_data_error($(read)data_error),
        .o_arvalid($(bus)arvalid), .i_arready($(bus)arready), .o_araddr($(bus)araddr), .o_arlen($(bus)arlen),
        .i_rvalid($(bus)rvalid), .o_rready($(bus)rready), .i_rdata($(bus)rdata), .i_rresp($(bus)rresp), .*);
//% end

    wire        unused_write = &{1'b0, m0_axi_bid, wr_last};
    assign m0_axi_awid = 1'b0;
    assign m0_axi_awsize = 3'd$(PORT_BYTE_BITS);
    assign m0_axi_awburst = 2'b01;
    assign m0_axi_awlock = 1'b0;
    assign m0_axi_awcache = 4'b0011;
    assign m0_axi_awprot = 3'b000;
    assign m0_axi_awqos = 4'b0000;
    sofa_axi_write u_write (
        .clk(aclk), .i_req_valid(wr_req_valid), .o_req_ready(wr_req_ready), .i_req_addr(wr_req_addr), .i_req_len(wr_req_len),
        .i_data_valid(wr_data_valid), .o_data_ready(wr_data_ready), .i_data(wr_data), .i_strb(wr_strb),
        .o_resp_valid(wr_resp_valid), .o_resp_error(wr_resp_error),
        .o_awvalid(m0_axi_awvalid), .i_awready(m0_axi_awready), .o_awaddr(m0_axi_awaddr), .o_awlen(m0_axi_awlen),
        .o_wvalid(m0_axi_wvalid), .i_wready(m0_axi_wready), .o_wdata(m0_axi_wdata), .o_wstrb(m0_axi_wstrb), .o_wlast(m0_axi_wlast),
        .i_bvalid(m0_axi_bvalid), .o_bready(m0_axi_bready), .i_bresp(m0_axi_bresp), .*);

    sofa_core u_core (.clk(aclk), .o_irq(irq), .*);
endmodule
`default_nettype wire

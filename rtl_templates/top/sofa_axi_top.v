//% -- SPDX-License-Identifier: Apache-2.0
// The accelerator on AXI: sofa_core with $(cfg.memory.read_channels) AXI4 master(s) of $(cfg.memory.port_bits) data bits, an AXI4-Lite slave of 1 KB for its registers and an
// interrupt. m0_axi carries read channel 0 and the writes$(cfg.memory.read_channels == 2 and ", m1_axi read channel 1 only" or ""). Ports bear the names that AXI tools infer
// interfaces from; aresetn is sampled with aclk. Latency over sofa_core: see sofa_axi_read, sofa_axi_write, sofa_axi_lite.
// Throughput: that of sofa_core. A job equals sofa_model_run(). Registers and jobs: registers.md.
//% if cfg.memory.port_bits < 32 or cfg.memory.port_bits > 512 then skip() end
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

    // ---- registers ----
    wire        reg_enable, reg_write, reg_valid;
    wire [7:0]  reg_addr;
    wire [31:0] reg_wdata, reg_rdata;
    wire        unused_prot = &{1'b0, s_axi_awprot, s_axi_arprot};
    assign s_axi_rresp = 2'b00;
    sofa_axi_lite u_registers (
        .clk(aclk), .rst(rst),
        .i_awvalid(s_axi_awvalid), .o_awready(s_axi_awready), .i_awaddr(s_axi_awaddr),
        .i_wvalid(s_axi_wvalid), .o_wready(s_axi_wready), .i_wdata(s_axi_wdata), .i_wstrb(s_axi_wstrb),
        .o_bvalid(s_axi_bvalid), .i_bready(s_axi_bready), .o_bresp(s_axi_bresp),
        .i_arvalid(s_axi_arvalid), .o_arready(s_axi_arready), .i_araddr(s_axi_araddr),
        .o_rvalid(s_axi_rvalid), .i_rready(s_axi_rready), .o_rdata(s_axi_rdata),
        .o_reg_enable(reg_enable), .o_reg_write(reg_write), .o_reg_addr(reg_addr), .o_reg_wdata(reg_wdata),
        .i_reg_valid(reg_valid), .i_reg_rdata(reg_rdata));

    // ---- memory: full beats, INCR, one ID, normal non-cacheable bufferable, secure unprivileged data ----
//% for channel = 0, READ_CHANNELS - 1 do
    wire            rd$(channel)_req_valid, rd$(channel)_req_ready, rd$(channel)_data_valid, rd$(channel)_data_ready, rd$(channel)_data_error;
    wire [$(ADDRESS_BITS-1):0] rd$(channel)_req_addr;
    wire [7:0]      rd$(channel)_req_len;
    wire [$(PORT_BITS-1):0] rd$(channel)_data;
    wire            unused_read_$(channel) = &{1'b0, m$(channel)_axi_rid, m$(channel)_axi_rlast};
    assign m$(channel)_axi_arid = 1'b0;
    assign m$(channel)_axi_arsize = 3'd$(clog2(PORT_BYTES));
    assign m$(channel)_axi_arburst = 2'b01;
    assign m$(channel)_axi_arlock = 1'b0;
    assign m$(channel)_axi_arcache = 4'b0011;
    assign m$(channel)_axi_arprot = 3'b000;
    assign m$(channel)_axi_arqos = 4'b0000;
    sofa_axi_read u_read_$(channel) (
        .clk(aclk), .rst(rst),
        .i_req_valid(rd$(channel)_req_valid), .o_req_ready(rd$(channel)_req_ready), .i_req_addr(rd$(channel)_req_addr), .i_req_len(rd$(channel)_req_len),
        .o_data_valid(rd$(channel)_data_valid), .i_data_ready(rd$(channel)_data_ready), .o_data(rd$(channel)_data), .o_data_error(rd$(channel)_data_error),
        .o_arvalid(m$(channel)_axi_arvalid), .i_arready(m$(channel)_axi_arready), .o_araddr(m$(channel)_axi_araddr), .o_arlen(m$(channel)_axi_arlen),
        .i_rvalid(m$(channel)_axi_rvalid), .o_rready(m$(channel)_axi_rready), .i_rdata(m$(channel)_axi_rdata), .i_rresp(m$(channel)_axi_rresp));
//% end

    wire            wr_req_valid, wr_req_ready, wr_data_valid, wr_data_ready, wr_last, wr_resp_valid, wr_resp_error;
    wire [$(ADDRESS_BITS-1):0] wr_req_addr;
    wire [7:0]      wr_req_len;
    wire [$(PORT_BITS-1):0] wr_data;
    wire [$(PORT_BYTES-1):0] wr_strb;
    wire            unused_write = &{1'b0, m0_axi_bid, wr_last};
    assign m0_axi_awid = 1'b0;
    assign m0_axi_awsize = 3'd$(clog2(PORT_BYTES));
    assign m0_axi_awburst = 2'b01;
    assign m0_axi_awlock = 1'b0;
    assign m0_axi_awcache = 4'b0011;
    assign m0_axi_awprot = 3'b000;
    assign m0_axi_awqos = 4'b0000;
    sofa_axi_write u_write (
        .clk(aclk), .rst(rst),
        .i_req_valid(wr_req_valid), .o_req_ready(wr_req_ready), .i_req_addr(wr_req_addr), .i_req_len(wr_req_len),
        .i_data_valid(wr_data_valid), .o_data_ready(wr_data_ready), .i_data(wr_data), .i_strb(wr_strb),
        .o_resp_valid(wr_resp_valid), .o_resp_error(wr_resp_error),
        .o_awvalid(m0_axi_awvalid), .i_awready(m0_axi_awready), .o_awaddr(m0_axi_awaddr), .o_awlen(m0_axi_awlen),
        .o_wvalid(m0_axi_wvalid), .i_wready(m0_axi_wready), .o_wdata(m0_axi_wdata), .o_wstrb(m0_axi_wstrb), .o_wlast(m0_axi_wlast),
        .i_bvalid(m0_axi_bvalid), .o_bready(m0_axi_bready), .i_bresp(m0_axi_bresp));

    sofa_core u_core (
        .clk(aclk), .rst(rst), .i_reg_enable(reg_enable), .i_reg_write(reg_write), .i_reg_addr(reg_addr),
        .i_reg_wdata(reg_wdata), .o_reg_valid(reg_valid), .o_reg_rdata(reg_rdata), .o_irq(irq),
//% for channel = 0, READ_CHANNELS - 1 do
        .o_rd$(channel)_req_valid(rd$(channel)_req_valid), .i_rd$(channel)_req_ready(rd$(channel)_req_ready), .o_rd$(channel)_req_addr(rd$(channel)_req_addr),
        .o_rd$(channel)_req_len(rd$(channel)_req_len), .i_rd$(channel)_data_valid(rd$(channel)_data_valid), .o_rd$(channel)_data_ready(rd$(channel)_data_ready),
        .i_rd$(channel)_data(rd$(channel)_data), .i_rd$(channel)_data_error(rd$(channel)_data_error),
//% end
        .o_wr_req_valid(wr_req_valid), .i_wr_req_ready(wr_req_ready), .o_wr_req_addr(wr_req_addr), .o_wr_req_len(wr_req_len),
        .o_wr_data_valid(wr_data_valid), .i_wr_data_ready(wr_data_ready), .o_wr_data(wr_data), .o_wr_strb(wr_strb),
        .o_wr_last(wr_last), .i_wr_resp_valid(wr_resp_valid), .i_wr_resp_error(wr_resp_error));
endmodule
`default_nettype wire

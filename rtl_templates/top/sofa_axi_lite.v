//% -- SPDX-License-Identifier: Apache-2.0
// AXI4-Lite slave in front of the registers: 32-bit words in 1 KB. A write with some, but not all strobes is refused with
// SLVERR and changes nothing (registers are written whole); one without strobes does nothing. Reads and writes that wait at
// the same time take turns.
// Latency: $(latency("axi_lite.access", 5)) cycles from address (and data) to the response. Throughput: one access in 5 cycles. Handshake:
// valid/ready; every AXI output is a register.
`default_nettype none
module sofa_axi_lite (
    input  wire        clk,
    input  wire        rst,
    // AXI
    input  wire        i_awvalid,
    output wire        o_awready,
    input  wire [9:0]  i_awaddr,
    input  wire        i_wvalid,
    output wire        o_wready,
    input  wire [31:0] i_wdata,
    input  wire [3:0]  i_wstrb,
    output reg         o_bvalid,
    input  wire        i_bready,
    output wire [1:0]  o_bresp,
    input  wire        i_arvalid,
    output wire        o_arready,
    input  wire [9:0]  i_araddr,
    output reg         o_rvalid,
    input  wire        i_rready,
    output reg  [31:0] o_rdata,
    // registers
    output reg         o_reg_enable,
    output reg         o_reg_write,
    output reg  [7:0]  o_reg_addr,
    output reg  [31:0] o_reg_wdata,
    input  wire        i_reg_valid,
    input  wire [31:0] i_reg_rdata
);
    // ---- what arrived ----
    reg         aw_held, w_held, ar_held;
    reg  [7:0]  awaddr, araddr;
    reg  [31:0] wdata;
    reg  [3:0]  wstrb;
    wire        unused_addr = &{1'b0, i_awaddr[1:0], i_araddr[1:0]};
    assign o_awready = !aw_held;
    assign o_wready = !w_held;
    assign o_arready = !ar_held;

    // ---- whose turn it is ----
    reg         busy;                // an access waits for its answer
    reg         write_turn;
    reg         slave_error;
    wire        can_write = aw_held && w_held && !o_bvalid && !busy;
    wire        can_read = ar_held && !o_rvalid && !busy;
    wire        write = can_write && (write_turn || !can_read);
    wire        read = can_read && !write;
    wire        whole = wstrb == 4'b1111;
    assign o_bresp = {slave_error, 1'b0};

    always @(posedge clk) begin
        if (o_awready)
            awaddr <= i_awaddr[9:2];
        if (o_wready) begin
            wdata <= i_wdata;
            wstrb <= i_wstrb;
        end
        if (o_arready)
            araddr <= i_araddr[9:2];
        if (write || read) begin
            o_reg_write <= write;
            o_reg_addr <= write ? awaddr : araddr;
            o_reg_wdata <= wdata;
        end
        if (write)
            slave_error <= !whole && wstrb != 4'b0000;
        if (i_reg_valid && !o_reg_write)
            o_rdata <= i_reg_rdata;
    end

    always @(posedge clk)
        if (rst) begin
            aw_held <= 1'b0;
            w_held <= 1'b0;
            ar_held <= 1'b0;
            busy <= 1'b0;
            write_turn <= 1'b0;
            o_reg_enable <= 1'b0;
            o_bvalid <= 1'b0;
            o_rvalid <= 1'b0;
        end else begin
            aw_held <= aw_held ? !write : i_awvalid;
            w_held <= w_held ? !write : i_wvalid;
            ar_held <= ar_held ? !read : i_arvalid;
            o_reg_enable <= read || (write && whole);
            busy <= busy ? !i_reg_valid : read || (write && whole);
            if (write || read)
                write_turn <= read;
            o_bvalid <= o_bvalid ? !i_bready : (write && !whole) || (busy && i_reg_valid && o_reg_write);
            o_rvalid <= o_rvalid ? !i_rready : busy && i_reg_valid && !o_reg_write;
        end

$(stands("lite_write_answer_stands", "o_bvalid", "i_bready", "o_bresp", 2))
$(stands("lite_read_answer_stands", "o_rvalid", "i_rready", "o_rdata", 32))
$(holds("lite_access_one", "!o_reg_enable || (busy && !i_reg_valid)"))
$(holds("lite_answer_due", "!i_reg_valid || busy"))
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// The write channel of the core on the on-chip memory. Beats beyond the memory are dropped and answered with an error.
//% local spaced = d.far_reads == 1      -- and the queue of beats is far from the memory too
//% local buffered = cfg.target == "fpga"    -- the memory's grant is late and the core far
// Latency: $(buffered and "a beat is written a cycle after it is taken at the earliest, " or "")the answer comes in the cycle after the last beat is written. Throughput: one beat $(spaced and "in two cycles" or "a cycle").
// Handshake: valid/ready towards the core; o_ask holds until i_grant, which writes.
//% if cfg.board.memory_kib == 0 then skip() end
//% local A, P, MB, LOW = cfg.memory.address_bits, cfg.memory.port_bits, clog2(cfg.board.memory_kib * 1024), clog2(d.port_bytes)
//% local WB = MB - LOW
`default_nettype none
module sofa_soc_write (
    input  wire              clk,
    input  wire              rst,
    // core
    input  wire              i_req_valid,
    output wire              o_req_ready,
    input  wire [$(A-1):0]   i_req_addr,
    input  wire              i_data_valid,
    output wire              o_data_ready,
    input  wire [$(P//8-1):0] i_strb,
    input  wire              i_last,
//% if buffered then
    input  wire [$(P-1):0]   i_data,
//% end
    output reg               o_resp_valid,
    output wire              o_resp_error,
    // memory
    output wire              o_ask,
    input  wire              i_grant,
    output wire [$(WB-1):0]  o_addr,
//% if buffered then
    output wire [$(P-1):0]   o_data,
//% end
    output wire [$(P//8-1):0] o_strb
);
    reg             active;
    reg  [$(WB):0]  addr;     // the top bit: beyond the memory
    reg             fault;

    wire            valid, last;
    wire [$(P//8-1):0] strb;
//% if spaced then
    wire            waits;           // a beat at the end of the queue
    wire [$(P+P//8):0] beat;
    reg             here;
    reg  [$(P+P//8):0] next;
    sofa_fifo #(.WIDTH($(P+P//8+1)), .DEPTH(4), .ABITS(2)) u_beats (
        .clk(clk), .rst(rst), .i_valid(i_data_valid), .o_ready(o_data_ready), .i_data({i_last, i_strb, i_data}),
        .o_valid(waits), .i_ready(!here), .o_data(beat));
    assign valid = here;
    assign {last, strb, o_data} = next;
    always @(posedge clk) begin
        if (!here)
            next <= beat;
        here <= !rst && (here ? !i_grant : waits);
    end
//% elseif buffered then
    sofa_fifo #(.WIDTH($(P+P//8+1)), .DEPTH(4), .ABITS(2)) u_beats (
        .clk(clk), .rst(rst), .i_valid(i_data_valid), .o_ready(o_data_ready), .i_data({i_last, i_strb, i_data}),
        .o_valid(valid), .i_ready(i_grant), .o_data({last, strb, o_data}));
//% else
    assign valid = i_data_valid;
    assign last = i_last;
    assign strb = i_strb;
    assign o_data_ready = i_grant;
//% end

    assign o_req_ready = !active;
    assign o_ask = active && valid;
    assign o_addr = addr[$(WB-1):0];
    assign o_strb = addr[$(WB)] ? $(P//8)'d0 : strb;
    assign o_resp_error = fault;
//% if LOW > 0 then
    wire            unused_low = &{1'b0, i_req_addr[$(LOW-1):0]};
//% end

    always @(posedge clk) begin
        if (!active) begin
//% if A > MB then
            addr <= {i_req_addr[$(A-1):$(MB)] != $(A-MB)'d0, i_req_addr[$(MB-1):$(LOW)]};
//% else
            addr <= {1'b0, i_req_addr[$(MB-1):$(LOW)]};
//% end
            fault <= 1'b0;
        end else if (i_grant) begin
            addr <= {addr[$(WB)] || addr[$(WB-1):0] == {$(WB){1'b1}}, addr[$(WB-1):0] + 1'b1};
            fault <= fault || addr[$(WB)];
        end
        if (rst) begin
            active <= 1'b0;
            o_resp_valid <= 1'b0;
        end else begin
            active <= active ? !(i_grant && last) : i_req_valid;
            o_resp_valid <= active && i_grant && last;
        end
    end
endmodule
`default_nettype wire

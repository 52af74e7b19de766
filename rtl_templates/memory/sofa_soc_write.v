//% -- SPDX-License-Identifier: Apache-2.0
// The write channel of the core on the on-chip memory. Beats beyond the memory are dropped and answered with an error.
//% -- REGISTERED_LINKS: and the queue of beats is far from the memory too
// Latency: $(FPGA and "a beat is written a cycle after it is taken at the earliest, " or "")the answer comes in the cycle after the last
// beat is written. Throughput: one beat $(REGISTERED_LINKS and "in two cycles" or "a cycle"). Handshake: valid/ready towards the core;
// o_ask holds until i_grant, which writes.
`default_nettype none
module sofa_soc_write (
    input  wire              clk,
    input  wire              rst,
    // core
    input  wire              i_req_valid,
    output wire              o_req_ready,
    input  wire [$(ADDRESS_BITS-1):0]   i_req_addr,
    input  wire              i_data_valid,
    output wire              o_data_ready,
    input  wire [$(PORT_BITS//8-1):0] i_strb,
    input  wire              i_last,
    input  wire [$(PORT_BITS-1):0]   i_data,
    output reg               o_resp_valid,
    output wire              o_resp_error,
    // memory
    output wire              o_ask,
    input  wire              i_grant,
    output wire [$(MEMORY_WORD_BITS-1):0]  o_addr,
    output wire [$(PORT_BITS-1):0]   o_data,
    output wire [$(PORT_BITS//8-1):0] o_strb
);
    reg             active;
    reg  [$(MEMORY_WORD_BITS):0]  addr;     // the top bit: beyond the memory
    reg             fault;

    wire            valid, last;
    wire [$(PORT_BITS//8-1):0] strb;
//% if REGISTERED_LINKS then
    wire            waits;           // a beat at the end of the queue
    wire [$(PORT_BITS+PORT_BITS//8):0] beat;
    reg             here;
    reg  [$(PORT_BITS+PORT_BITS//8):0] next;
    sofa_fifo #(.WIDTH($(PORT_BITS+PORT_BITS//8+1)), .DEPTH(4), .ABITS(2)) u_beats (
        .clk(clk), .rst(rst), .i_valid(i_data_valid), .o_ready(o_data_ready), .i_data({i_last, i_strb, i_data}),
        .o_valid(waits), .i_ready(!here), .o_data(beat));
    assign valid = here;
    assign {last, strb, o_data} = next;
    always @(posedge clk) begin
        if (!here)
            next <= beat;
        here <= !rst && (here ? !i_grant : waits);
    end
//% elseif FPGA then
    sofa_fifo #(.WIDTH($(PORT_BITS+PORT_BITS//8+1)), .DEPTH(4), .ABITS(2)) u_beats (
        .clk(clk), .rst(rst), .i_valid(i_data_valid), .o_ready(o_data_ready), .i_data({i_last, i_strb, i_data}),
        .o_valid(valid), .i_ready(i_grant), .o_data({last, strb, o_data}));
//% else
    assign valid = i_data_valid;
    assign last = i_last;
    assign strb = i_strb;
    assign o_data = i_data;
    assign o_data_ready = i_grant;
//% end

    assign o_req_ready = !active;
    assign o_ask = active && valid;
    assign o_addr = addr[$(MEMORY_WORD_BITS-1):0];
    assign o_strb = addr[$(MEMORY_WORD_BITS)] ? $(PORT_BITS//8)'d0 : strb;
    assign o_resp_error = fault;
    wire            unused_low = &{1'b0, i_req_addr};

    always @(posedge clk) begin
        if (!active) begin
            addr <= $(memory_word("i_req_addr"));
            fault <= 1'b0;
        end else if (i_grant) begin
            addr <= {addr[$(MEMORY_WORD_BITS)] || addr[$(MEMORY_WORD_BITS-1):0] == {$(MEMORY_WORD_BITS){1'b1}},
                addr[$(MEMORY_WORD_BITS-1):0] + 1'b1};
            fault <= fault || addr[$(MEMORY_WORD_BITS)];
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

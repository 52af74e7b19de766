//% -- SPDX-License-Identifier: Apache-2.0
// One read channel of the core on the on-chip memory. Bytes beyond the memory are answered with an error.
//% -- REGISTERED_LINKS: the next request waits beside the one at work
//% -- COPIED_REGISTERS: one more register on the way from memory
// Latency: $(latency("soc_read", 2 + (FPGA and 2 or 0) + (COPIED_REGISTERS and 1 or 0) + (REGISTERED_LINKS and 1 or 0))) cycles from a
// request to its first beat when the memory is free. Throughput: one beat a cycle. Handshake: valid/ready towards the core; o_ask holds
// until i_grant, the word is there $(COPIED_REGISTERS and "three cycles" or FPGA and "two cycles" or "in the cycle") after the grant.
`default_nettype none
module sofa_soc_read (
    input  wire              clk,
    input  wire              rst,
    // core
    input  wire              i_req_valid,
    output wire              o_req_ready,
    input  wire [$(ADDRESS_BITS-1):0]   i_req_addr,
    input  wire [7:0]        i_req_len,
    output wire              o_data_valid,
    input  wire              i_data_ready,
    output wire [$(PORT_BITS-1):0]   o_data,
    output wire              o_data_error,
    // memory
    output wire              o_ask,
    input  wire              i_grant,
    output wire [$(MEMORY_WORD_BITS-1):0]  o_addr,
    input  wire [$(PORT_BITS-1):0]   i_rdata
);
    reg             active;
    reg  [$(MEMORY_WORD_BITS):0]  addr;        // the top bit: beyond the memory
    reg  [7:0]      left;
    wire [$(MEMORY_WORD_BITS):0]  first = $(memory_word("i_req_addr"));
    wire [$(MEMORY_WORD_BITS):0]  next = {addr[$(MEMORY_WORD_BITS)] || addr[$(MEMORY_WORD_BITS-1):0] == {$(MEMORY_WORD_BITS){1'b1}},
        addr[$(MEMORY_WORD_BITS-1):0] + 1'b1};
    reg             fresh;       // a word stands at i_rdata
    reg             fault;
//% if FPGA then
    // words are asked for while there is a place for them
    reg             last, room;
    wire            ends = i_grant && last;
//%   if REGISTERED_LINKS then
    reg             queued;      // the next request
    reg  [$(MEMORY_WORD_BITS):0]  queued_addr;
    reg  [7:0]      queued_left;
    wire            begins = queued && (!active || ends);
    assign o_req_ready = !queued;
    always @(posedge clk) begin
        if (!queued) begin
            queued_addr <= first;
            queued_left <= i_req_len;
        end
        queued <= !rst && (queued ? !begins : i_req_valid);
    end
//%   else
    wire [$(MEMORY_WORD_BITS):0]  queued_addr = first;
    wire [7:0]      queued_left = i_req_len;
    wire            begins = i_req_valid && !active;
    assign o_req_ready = !active;
//%   end
    reg  [3:0]      places;
    reg             taken, granted, beyond;
$(staged(COPIED_REGISTERS, {{"granted_late", 1, "granted", reset = true}, {"beyond_late", 1, "beyond"}}))
    wire            always_ready;
    wire [3:0]      places_next = places + {3'd0, taken} - {3'd0, i_grant};
    sofa_fifo #(.WIDTH($(PORT_BITS+1)), .DEPTH(8), .ABITS(3)) u_words (
        .clk(clk), .rst(rst), .i_valid(fresh), .o_ready(always_ready), .i_data({fault, i_rdata}),
        .o_valid(o_data_valid), .i_ready(i_data_ready), .o_data({o_data_error, o_data}));
    wire            unused_ready = always_ready;
    assign o_ask = active && room;
    always @(posedge clk) begin
        if (begins) begin
            addr <= queued_addr;
            left <= queued_left;
            last <= queued_left == 8'd0;
        end else if (i_grant) begin
            addr <= next;
            left <= left - 8'd1;
            last <= left == 8'd1;
        end
        beyond <= addr[$(MEMORY_WORD_BITS)];
        fault <= beyond_late;
        if (rst) begin
            active <= 1'b0;
            places <= 4'd8;
            room <= 1'b1;
            taken <= 1'b0;
            granted <= 1'b0;
            fresh <= 1'b0;
        end else begin
            active <= begins || (active && !ends);
            places <= places_next;
            room <= places_next != 4'd0;
            taken <= o_data_valid && i_data_ready;
            granted <= i_grant;
            fresh <= granted_late;
        end
    end
$(holds("soc_word_fits", "!fresh || always_ready"))
$(holds("soc_places_free", "places <= 4'd8"))
//% else
    reg             kept;        // a word stands in `word`
    reg  [$(PORT_BITS-1):0] word;
    reg             word_fault;

    assign o_data_valid = fresh || kept;
    assign o_data = kept ? word : i_rdata;
    assign o_data_error = kept ? word_fault : fault;
    assign o_ask = active && (!o_data_valid || i_data_ready);
    always @(posedge clk) begin
        if (fresh) begin
            word <= i_rdata;
            word_fault <= fault;
        end
        kept <= o_data_valid && !i_data_ready && !rst;
    end
    assign o_req_ready = !active;
    always @(posedge clk) begin
        if (!active) begin
            addr <= first;
            left <= i_req_len;
        end else if (i_grant) begin
            addr <= next;
            left <= left - 8'd1;
        end
        if (i_grant)
            fault <= addr[$(MEMORY_WORD_BITS)];
        fresh <= i_grant && !rst;
        active <= !rst && (active ? !(i_grant && left == 8'd0) : i_req_valid);
    end
//% end
    assign o_addr = addr[$(MEMORY_WORD_BITS-1):0];
    wire            unused_low = &{1'b0, i_req_addr};
endmodule
`default_nettype wire

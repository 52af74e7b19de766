//% -- SPDX-License-Identifier: Apache-2.0
// One read channel of the core on the on-chip memory. Bytes beyond the memory are answered with an error.
//% local ahead = d.far_reads == 1     -- the next request waits beside the one at work
//% local farther = d.copies == 1       -- one more register on the way from memory
//% local buffered = cfg.target == "fpga"    -- the core's i_data_ready is late and the memory far
// Latency: $(latency("soc_read", 2 + (buffered and 2 or 0) + (farther and 1 or 0) + (ahead and 1 or 0))) cycles from a request to its first beat when the memory is free. Throughput: one beat a cycle.
// Handshake: valid/ready towards the core; o_ask holds until i_grant, the word is there $(farther and "three cycles" or buffered and "two cycles" or "in the cycle") after the grant.
//% if cfg.board.memory_kib == 0 then skip() end
//% local A, P, MB, LOW = cfg.memory.address_bits, cfg.memory.port_bits, clog2(cfg.board.memory_kib * 1024), clog2(d.port_bytes)
//% local WB = MB - LOW
`default_nettype none
module sofa_soc_read (
    input  wire              clk,
    input  wire              rst,
    // core
    input  wire              i_req_valid,
    output wire              o_req_ready,
    input  wire [$(A-1):0]   i_req_addr,
    input  wire [7:0]        i_req_len,
    output wire              o_data_valid,
    input  wire              i_data_ready,
    output wire [$(P-1):0]   o_data,
    output wire              o_data_error,
    // memory
    output wire              o_ask,
    input  wire              i_grant,
    output wire [$(WB-1):0]  o_addr,
    input  wire [$(P-1):0]   i_rdata
);
    reg             active;
    reg  [$(WB):0]  addr;        // the top bit: beyond the memory
    reg  [7:0]      left;
//% if A > MB then
    wire [$(WB):0]  first = {i_req_addr[$(A-1):$(MB)] != $(A-MB)'d0, i_req_addr[$(MB-1):$(LOW)]};
//% else
    wire [$(WB):0]  first = {1'b0, i_req_addr[$(MB-1):$(LOW)]};
//% end
    wire [$(WB):0]  next = {addr[$(WB)] || addr[$(WB-1):0] == {$(WB){1'b1}}, addr[$(WB-1):0] + 1'b1};
    reg             fresh;       // a word stands at i_rdata
    reg             fault;
//% if buffered then
    // words are asked for while there is a place for them
    reg             last, room;
    wire            ends = i_grant && last;
//%   if ahead then
    reg             queued;      // the next request
    reg  [$(WB):0]  queued_addr;
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
    wire [$(WB):0]  queued_addr = first;
    wire [7:0]      queued_left = i_req_len;
    wire            begins = i_req_valid && !active;
    assign o_req_ready = !active;
//%   end
    reg  [3:0]      places;
    reg             taken, granted, beyond$(farther and ", granted2, beyond2" or "");
    wire            always_ready;
    wire [3:0]      places_next = places + {3'd0, taken} - {3'd0, i_grant};
    sofa_fifo #(.WIDTH($(P+1)), .DEPTH(8), .ABITS(3)) u_words (
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
        beyond <= addr[$(WB)];
//%   if farther then
        beyond2 <= beyond;
//%   end
        fault <= $(farther and "beyond2" or "beyond");
        if (rst) begin
            active <= 1'b0;
            places <= 4'd8;
            room <= 1'b1;
            taken <= 1'b0;
            granted <= 1'b0;
//%   if farther then
            granted2 <= 1'b0;
//%   end
            fresh <= 1'b0;
        end else begin
            active <= begins || (active && !ends);
            places <= places_next;
            room <= places_next != 4'd0;
            taken <= o_data_valid && i_data_ready;
            granted <= i_grant;
//%   if farther then
            granted2 <= granted;
//%   end
            fresh <= $(farther and "granted2" or "granted");
        end
    end
//% else
    reg             kept;        // a word stands in `word`
    reg  [$(P-1):0] word;
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
            fault <= addr[$(WB)];
        fresh <= i_grant && !rst;
        active <= !rst && (active ? !(i_grant && left == 8'd0) : i_req_valid);
    end
//% end
    assign o_addr = addr[$(WB-1):0];
//% if LOW > 0 then
    wire            unused_low = &{1'b0, i_req_addr[$(LOW-1):0]};
//% end
endmodule
`default_nettype wire

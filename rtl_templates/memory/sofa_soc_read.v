// One read channel of the core on the on-chip memory. Bytes beyond the memory are answered with an error.
//% local buffered = cfg.target == "fpga"    -- the core's i_data_ready is late and the memory far
// Latency: $(buffered and 4 or 2) cycles from a request to its first beat when the memory is free. Throughput: one beat a cycle.
// Handshake: valid/ready towards the core; o_ask holds until i_grant, the word is there $(buffered and "two cycles" or "in the cycle") after the grant.
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
    reg             fresh;       // a word stands at i_rdata
    reg             fault;
//% if buffered then
    // words are asked for while there is a place for them
    reg  [3:0]      places;
    reg             taken, granted, beyond;
    wire            always_ready;
    sofa_fifo #(.WIDTH($(P+1)), .DEPTH(8), .ABITS(3)) u_words (
        .clk(clk), .rst(rst), .i_valid(fresh), .o_ready(always_ready), .i_data({fault, i_rdata}),
        .o_valid(o_data_valid), .i_ready(i_data_ready), .o_data({o_data_error, o_data}));
    wire            unused_ready = always_ready;
    assign o_ask = active && places != 4'd0;
    always @(posedge clk) begin
        beyond <= addr[$(WB)];
        fault <= beyond;
        if (rst) begin
            places <= 4'd8;
            taken <= 1'b0;
            granted <= 1'b0;
            fresh <= 1'b0;
        end else begin
            places <= places + {3'd0, taken} - {3'd0, i_grant};
            taken <= o_data_valid && i_data_ready;
            granted <= i_grant;
            fresh <= granted;
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
//% end
    assign o_addr = addr[$(WB-1):0];
    assign o_req_ready = !active;
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
            left <= i_req_len;
        end else if (i_grant) begin
            addr <= {addr[$(WB)] || addr[$(WB-1):0] == {$(WB){1'b1}}, addr[$(WB-1):0] + 1'b1};
            left <= left - 8'd1;
        end
//% if not buffered then
        if (i_grant)
            fault <= addr[$(WB)];
        fresh <= i_grant && !rst;
//% end
        if (rst) begin
            active <= 1'b0;
        end else begin
            active <= active ? !(i_grant && left == 8'd0) : i_req_valid;
        end
    end
endmodule
`default_nettype wire

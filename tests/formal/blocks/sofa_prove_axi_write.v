//% -- SPDX-License-Identifier: Apache-2.0
// sofa_axi_write: bursts go out as sofa_axi_split makes them, in order; beats keep their order, each burst has as many as it says and the
// last one of them WLAST; data follow their address, so that none is offered without a burst; every request is answered once, after the
// last of its bursts, with an error if one of these had one; all offers stand; responses are taken while one is due. Here requests have
// up to 4 beats (cutting them is proven for all lengths: axi_split), and at most 4 bursts are outstanding, 16 in a core.
// smaller memory/sofa_axi_write.v: .DEPTH(16), .ABITS(4) -> .DEPTH(4), .ABITS(2)
// proof addresses: pdr: PART=0 memory.port_bits=32 memory.address_bits=16
// proof beats: pdr: PART=1 memory.port_bits=32 memory.address_bits=16
// proof lengths: pdr: PART=2 memory.port_bits=32 memory.address_bits=16
// proof answers: pdr: PART=3 memory.port_bits=32 memory.address_bits=16
`default_nettype none
module sofa_prove_axi_write #(
    parameter PART = 0
) (
    input wire        clk,
    input wire        rst,
    input wire        mark,
    input wire        req_valid,
    input wire [$(ADDRESS_BITS-1):0] req_addr,
    input wire [7:0]  req_len,
    input wire        data_valid,
    input wire [$(PORT_BITS-1):0] data,
    input wire [$(PORT_BYTES-1):0] strb,
    input wire        awready, wready, bvalid,
    input wire [1:0]  bresp
);
    wire        req_ready, data_ready, resp_valid, resp_error, awvalid, wvalid, wlast, bready;
    wire [$(ADDRESS_BITS-1):0] awaddr;
    wire [7:0]  awlen;
    wire [$(PORT_BITS-1):0] wdata;
    wire [$(PORT_BYTES-1):0] wstrb;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_axi_write dut (
        .clk(clk), .rst(rst), .i_req_valid(req_valid), .o_req_ready(req_ready), .i_req_addr(req_addr), .i_req_len(req_len),
        .i_data_valid(data_valid), .o_data_ready(data_ready), .i_data(data), .i_strb(strb), .o_resp_valid(resp_valid),
        .o_resp_error(resp_error), .o_awvalid(awvalid), .i_awready(awready), .o_awaddr(awaddr), .o_awlen(awlen), .o_wvalid(wvalid),
        .i_wready(wready), .o_wdata(wdata), .o_wstrb(wstrb), .o_wlast(wlast), .i_bvalid(bvalid), .o_bready(bready), .i_bresp(bresp));
    // inside: bursts as they are made
    (* hierconn *) wire \dut.burst ;
    (* hierconn *) wire \dut.burst_last ;
    (* hierconn *) wire [$(ADDRESS_BITS-1):0] \dut.burst_addr ;
    (* hierconn *) wire [7:0] \dut.burst_len ;
    (* hierconn *) wire [7:0] \dut.beat ;
    (* hierconn *) wire [7:0] \dut.length ;
    (* hierconn *) wire \dut.length_valid ;
    (* hierconn *) wire \dut.last ;
    (* hierconn *) wire \dut.ends ;
    wire        beat_taken = data_valid && data_ready;
    reg  [7:0]  beat;
    always @(posedge clk)
        beat <= rst ? 8'd0 : !beat_taken ? beat : \dut.last ? 8'd0 : beat + 8'd1;
    generate
        if (PART == 0) begin : addresses
            wire [1:0] inside;
            sofa_prove_stream #(.WIDTH($(ADDRESS_BITS+8)), .MOST(2), .CBITS(2)) bursts (
                .clk(clk), .rst(rst), .mark(mark), .put(\dut.burst ), .put_data({\dut.burst_addr , \dut.burst_len }),
                .get(awvalid && awready), .get_data({awaddr, awlen}), .inside(inside));
            always @(posedge clk)
                if (!rst)
                    write_asks: assert (awvalid == (inside != 2'd0));
        end
        if (PART == 1) begin : beats
            wire [1:0] inside;
            sofa_prove_stream #(.WIDTH($(PORT_BITS+PORT_BYTES+1)), .MOST(2), .CBITS(2)) words (
                .clk(clk), .rst(rst), .mark(mark), .put(beat_taken), .put_data({\dut.last , strb, data}), .get(wvalid && wready),
                .get_data({wlast, wstrb, wdata}), .inside(inside));
            always @(posedge clk)
                if (!rst)
                    write_offers: assert (wvalid == (inside != 2'd0));
        end
        if (PART == 2) begin : lengths
            // the beats of a burst, counted where they are taken
            wire [2:0] inside;
            sofa_prove_stream #(.WIDTH(8), .MOST(4), .CBITS(3)) bursts (
                .clk(clk), .rst(rst), .mark(mark), .put(\dut.burst ), .put_data(\dut.burst_len ), .get(beat_taken && \dut.last ),
                .get_data(beat), .inside(inside));
            always @(posedge clk)
                if (!rst) begin
                    write_beat: assert (\dut.beat == beat);
                    write_follows: assert (!beat_taken || inside != 3'd0);
                    write_goes: assert (data_ready || inside == 3'd0 || wvalid);
                end
        end
        if (PART == 3) begin : answers
            // a response for each burst, one for the request with its last
            wire [2:0] inside;
            reg        answered, bad, error;
            wire       answer = bvalid && bready;
            sofa_prove_stream #(.WIDTH(1), .MOST(4), .CBITS(3)) ends (
                .clk(clk), .rst(rst), .mark(mark), .put(\dut.burst ), .put_data(\dut.burst_last ), .get(answer), .get_data(\dut.ends ),
                .inside(inside));
            always @(posedge clk) begin
                answered <= answer && \dut.ends && !rst;
                error <= bad || bresp[1];
                bad <= !rst && (answer ? !\dut.ends && (bad || bresp[1]) : bad);
            end
            always @(posedge clk)
                if (!rst) begin
                    write_due: assert (bready == (inside != 3'd0));
                    write_answer: assert (resp_valid == answered && (!resp_valid || resp_error == error));
                end
        end
    endgenerate
    always @(posedge clk) begin
        assume (req_len < 8'd4);
        if (!rst)
            write_few: assert (\dut.beat < 8'd4 && (!\dut.burst || \dut.burst_len < 8'd4) && (!\dut.length_valid || \dut.length < 8'd4));
    end
    always @(posedge clk)
        assume (req_addr[$(PORT_BYTE_BITS-1):0] == $(PORT_BYTE_BITS)'d0);
endmodule
`default_nettype wire

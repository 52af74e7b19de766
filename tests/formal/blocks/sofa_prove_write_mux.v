//% -- SPDX-License-Identifier: Apache-2.0
// sofa_write_mux between two writers that offer request and data of a burst together until both are taken: a burst's request and all its
// beats come from one writer, as it offers them, each once; no other burst begins before its end; every response goes to the writer
// whose burst it answers, with the job that the burst is of; writer 0 waits for a burst under way alone, writer 1 for that and for
// writer 0.
// smaller memory/sofa_write_mux.v: .DEPTH(32), .ABITS(5) -> .DEPTH(4), .ABITS(2)
// proof channel: pdr: mode=tokens memory.port_bits=8 memory.address_bits=16 head_dim=8 attend.width=8 predict.dims=8
`default_nettype none
module sofa_prove_write_mux (
    input wire        clk,
    input wire        rst,
    input wire        mark,
    input wire [1:0]  req_valid,
    input wire [$(2*ADDRESS_BITS-1):0] req_addr,
    input wire [15:0] req_len,
    input wire [1:0]  req_job,
    input wire [1:0]  data_valid,
    input wire [$(2*PORT_BITS-1):0] data,
    input wire [$(2*PORT_BYTES-1):0] strb,
    input wire [1:0]  last,
    input wire        req_ready,
    input wire        data_ready,
    input wire        resp_valid,
    input wire        resp_error
);
    wire        idle, ask, offer, out_last, resp_job;
    wire [1:0]  asked, taken, answered, error;
    wire [$(ADDRESS_BITS-1):0] addr;
    wire [7:0]  len;
    wire [$(PORT_BITS-1):0] out;
    wire [$(PORT_BYTES-1):0] out_strb;
    wire [2:0]  waiting;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_write_mux dut (
        .clk(clk), .rst(rst), .o_idle(idle), .i_req_valid(req_valid), .o_req_ready(asked), .i_req_addr(req_addr), .i_req_len(req_len),
        .i_req_job(req_job), .o_resp_job(resp_job), .i_data_valid(data_valid), .o_data_ready(taken),
        .i_data(data), .i_strb(strb), .i_last(last), .o_resp_valid(answered), .o_resp_error(error), .o_req_valid(ask),
        .i_req_ready(req_ready), .o_req_addr(addr), .o_req_len(len), .o_data_valid(offer),
        .i_data_ready(data_ready), .o_data(out), .o_strb(out_strb), .o_last(out_last), .i_resp_valid(resp_valid),
        .i_resp_error(resp_error));

    // ---- a writer: its request and the beats of that burst ----
    reg  [1:0]  half_asked, half_sent;      // of the burst at hand
    reg  [1:0]  stood, stood_data;
    reg  [$(2*ADDRESS_BITS+16-1):0] request_before;
    reg  [$(2*(PORT_BITS+PORT_BYTES+1)-1):0] data_before;
    integer     w;
    always @(posedge clk)
        for (w = 0; w < 2; w = w + 1) begin
            // the request comes with the first beat, and the beats with the request
            assume (!req_valid[w] || !half_asked[w]);
            assume (!data_valid[w] || !half_sent[w]);
            assume (!req_valid[w] || half_sent[w] || data_valid[w]);
            assume (!data_valid[w] || half_asked[w] || req_valid[w]);
            assume (rst || !stood[w] || (req_valid[w] && {req_addr[w*$(ADDRESS_BITS) +: $(ADDRESS_BITS)], req_len[w*8 +: 8]} ==
                {request_before[16+w*$(ADDRESS_BITS) +: $(ADDRESS_BITS)], request_before[w*8 +: 8]}));
            assume (rst || !stood_data[w] || (data_valid[w] && {last[w], strb[w*$(PORT_BYTES) +: $(PORT_BYTES)],
                data[w*$(PORT_BITS) +: $(PORT_BITS)]} ==
                {data_before[$(2*(PORT_BITS+PORT_BYTES))+w], data_before[$(2*PORT_BITS)+w*$(PORT_BYTES) +: $(PORT_BYTES)],
                 data_before[w*$(PORT_BITS) +: $(PORT_BITS)]}));
        end
    always @(posedge clk) begin
        request_before <= {req_addr, req_len};
        data_before <= {last, strb, data};
        for (w = 0; w < 2; w = w + 1) begin
            stood[w] <= req_valid[w] && !asked[w] && !rst;
            stood_data[w] <= data_valid[w] && !taken[w] && !rst;
            half_asked[w] <= !rst && (half_asked[w] || asked[w]) && !((half_sent[w] || (taken[w] && last[w])) && (half_asked[w] ||
                asked[w]));
            half_sent[w] <= !rst && (half_sent[w] || (taken[w] && last[w])) && !((half_sent[w] || (taken[w] && last[w])) &&
                (half_asked[w] || asked[w]));
        end
    end

    // ---- a burst under way: offered, and not all of it has gone ----
    reg         under_way, whose;
    wire        now = under_way ? whose : !req_valid[0];
    wire        begins_now = !under_way && req_valid != 2'b00 && waiting != 3'd4;
    wire        finished = (half_asked[now] || asked[now]) && (half_sent[now] || (taken[now] && last[now]));
    always @(posedge clk) begin
        under_way <= !rst && (under_way || begins_now) && !finished;
        whose <= now;
    end

    // ---- responses ----
    sofa_prove_stream #(.WIDTH(2), .MOST(4), .CBITS(3)) owners (
        .clk(clk), .rst(rst), .mark(mark), .put(|asked), .put_data({req_job[asked[1]], asked[1]}), .get(resp_valid),
        .get_data({resp_job, answered[1]}), .inside(waiting));
    always @(posedge clk) begin
        assume (!resp_valid || waiting != 3'd0);
        if (!rst) begin
            mux_offers: assert (ask == ((under_way || begins_now) && req_valid[now]));
            mux_beats: assert (offer == ((under_way || begins_now) && data_valid[now]));
            mux_asked: assert (asked == ({now, !now} & {2{ask && req_ready}}));
            mux_taken: assert (taken == ({now, !now} & {2{offer && data_ready}}));
            mux_request: assert (!ask || {addr, len} == (now ? {req_addr[$(2*ADDRESS_BITS-1):$(ADDRESS_BITS)], req_len[15:8]} :
                {req_addr[$(ADDRESS_BITS-1):0], req_len[7:0]}));
            mux_data: assert (!offer || {out, out_strb, out_last} == (now ?
                {data[$(2*PORT_BITS-1):$(PORT_BITS)], strb[$(2*PORT_BYTES-1):$(PORT_BYTES)], last[1]} :
                {data[$(PORT_BITS-1):0], strb[$(PORT_BYTES-1):0], last[0]}));
            mux_response: assert ((answered[0] || answered[1]) == resp_valid && answered != 2'b11);
            mux_error: assert (error == {2{resp_error}});
            mux_idle: assert (idle == (!under_way && waiting == 3'd0));
        end
    end
endmodule
`default_nettype wire

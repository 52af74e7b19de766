//% -- SPDX-License-Identifier: Apache-2.0
// Two writers on the write channel, burst by burst, writer 0 first. A writer offers the request and the data of a burst together; its
// burst is begun while less than 32 others wait for their responses, which go back to their writers in order.
// Latency: none; throughput one burst beat a cycle, without a gap between bursts. Handshake: valid/ready.
`default_nettype none
module sofa_write_mux (
    input  wire               clk,
    input  wire               rst,
    output wire               o_idle,
    input  wire [1:0]         i_req_valid,
    output wire [1:0]         o_req_ready,
    input  wire [$(2*ADDRESS_BITS-1):0]  i_req_addr,
    input  wire [15:0]        i_req_len,
    input  wire [1:0]         i_req_job,     // whose burst it is: goes back with the response
    input  wire [1:0]         i_data_valid,
    output wire [1:0]         o_data_ready,
    input  wire [$(2*PORT_BITS-1):0]  i_data,
    input  wire [$(2*PORT_BYTES-1):0] i_strb,
    input  wire [1:0]         i_last,
    output wire [1:0]         o_resp_valid,
    output wire [1:0]         o_resp_error,
    output wire               o_resp_job,
    output wire               o_req_valid,
    input  wire               i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]    o_req_addr,
    output wire [7:0]         o_req_len,
    output wire               o_data_valid,
    input  wire               i_data_ready,
    output wire [$(PORT_BITS-1):0]    o_data,
    output wire [$(PORT_BYTES-1):0] o_strb,
    output wire               o_last,
    input  wire               i_resp_valid,
    input  wire               i_resp_error
);
    reg                busy;           // a burst is begun
    reg                owner, asked, sent;
    wire               turn = busy ? owner : !i_req_valid[0];
    wire               room;
    wire               open = busy || (room && (turn ? i_req_valid[1] : i_req_valid[0]));
    wire               ask = o_req_valid && i_req_ready;
    wire               end_of_data = o_data_valid && i_data_ready && o_last;
    wire               done = (ask || (busy && asked)) && (end_of_data || (busy && sent));
    assign o_req_valid = open && (turn ? i_req_valid[1] : i_req_valid[0]) && !(busy && asked);
    assign o_req_addr = turn ? i_req_addr[$(2*ADDRESS_BITS-1):$(ADDRESS_BITS)] : i_req_addr[$(ADDRESS_BITS-1):0];
    assign o_req_len = turn ? i_req_len[15:8] : i_req_len[7:0];
    assign o_data_valid = open && (turn ? i_data_valid[1] : i_data_valid[0]) && !(busy && sent);
    assign o_data = turn ? i_data[$(2*PORT_BITS-1):$(PORT_BITS)] : i_data[$(PORT_BITS-1):0];
    assign o_strb = turn ? i_strb[$(2*PORT_BYTES-1):$(PORT_BYTES)] : i_strb[$(PORT_BYTES-1):0];
    assign o_last = turn ? i_last[1] : i_last[0];
    assign o_req_ready = {turn && ask, !turn && ask};
    assign o_data_ready = {turn && o_data_valid && i_data_ready, !turn && o_data_valid && i_data_ready};

    wire               answered;
    wire               waiting;
    sofa_fifo #(.WIDTH(2), .DEPTH(32), .ABITS(5)) u_owners (
        .clk(clk), .rst(rst), .i_valid(ask), .o_ready(room), .i_data({turn ? i_req_job[1] : i_req_job[0], turn}), .o_valid(waiting),
        .i_ready(i_resp_valid), .o_data({o_resp_job, answered}));
    assign o_resp_valid = {i_resp_valid && answered, i_resp_valid && !answered};
    assign o_resp_error = {2{i_resp_error}};
    assign o_idle = !busy && !waiting;

    always @(posedge clk) begin
        owner <= turn;
        if (rst) begin
            busy <= 1'b0;
            asked <= 1'b0;
            sent <= 1'b0;
        end else begin
            busy <= open && !done;
            asked <= ask || (busy && asked && !done);
            sent <= end_of_data || (busy && sent && !done);
        end
    end

$(stands("write_request_stands", "o_req_valid", "i_req_ready", "{o_req_addr, o_req_len}", ADDRESS_BITS + 8))
$(stands("write_data_stands", "o_data_valid", "i_data_ready", "{o_data, o_strb, o_last}", PORT_BITS + PORT_BYTES + 1))
$(holds("write_grant_one", "!(&o_req_ready) && !(&o_data_ready)"))
$(holds("write_owner_fits", "!ask || room"))
$(ever("ask", "ask"))
$(holds("write_answer_due", "!i_resp_valid || !ask_ever || waiting"))
endmodule
`default_nettype wire

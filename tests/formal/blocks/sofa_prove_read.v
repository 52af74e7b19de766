//% -- SPDX-License-Identifier: Apache-2.0
// sofa_read between two clients and a memory that answers in order: every granted request goes to the memory once, as it is, and its row
// comes once, in the order of the grants, to its client with its tag, when all its beats have come; a request is granted as soon as there
// is room if no client before it asks; it is idle only when no beat is due. Rows of up to two beats, 4 requests under way, 32 in a core.
// smaller memory/sofa_read.v: d.read_tag_bits -> 2
// proof requests: pdr: alone PART=0 head_dim=8 data.query_bits=8 data.key_bits=8 data.value_bits=8 memory.port_bits=32
//     memory.address_bits=16 predict.source=rows
// proof rows: pdr: alone PART=1 head_dim=8 data.query_bits=8 data.key_bits=8 data.value_bits=8 memory.port_bits=32
//     memory.address_bits=16 predict.source=rows
// proof beats: pdr: alone PART=2 head_dim=8 data.query_bits=8 data.key_bits=8 data.value_bits=8 memory.port_bits=32
//     memory.address_bits=16 predict.source=rows jobs.queue=1
// proof spaced_requests: pdr: alone PART=0 PROMPT=2 target=fpga head_dim=16 attend.width=16 attend.lanes=1 predict.dims=8
//     memory.port_bits=32 memory.address_bits=16 data.query_bits=8 data.key_bits=8 data.value_bits=8 predict.source=rows
//     predict.operand_bits=8
//% local tag_bits, tags = 2, 4
`default_nettype none
module sofa_prove_read #(
    parameter PART = 0,
    parameter [1:0] PROMPT = 0
) (
    input wire        clk,
    input wire        rst,
    input wire        mark,
    input wire [1:0]  valid, ready,
    input wire [$(2*ADDRESS_BITS-1):0] addr,
    input wire [1:0]  long,            // of two beats
    input wire [$(2*ROW_TAG_BITS-1):0] meta,
    input wire [1:0]  job,
    input wire        req_ready, data_valid, data_error,
    input wire [$(PORT_BITS-1):0] data
);
    wire        idle, error_job, beat, req_valid, data_ready;
    wire [1:0]  error, beat_client, granted, come;
    wire [$(ADDRESS_BITS-1):0] req_addr;
    wire [7:0]  req_len;
    wire [$(ROW_TAG_BITS-1):0] out_meta;
    wire [15:0] len = {7'd0, long[1], 7'd0, long[0]};
    wire [1:0]  row_ready = ready | PROMPT;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_read #(.CLIENTS(2), .CBITS(1), .PROMPT(PROMPT)) dut (
        .clk(clk), .rst(rst), .i_halt(1'b0), .o_idle(idle), .o_error(error), .o_error_job(error_job), .o_beat(beat),
        .o_beat_client(beat_client), .i_valid(valid), .o_ready(granted), .i_addr(addr), .i_len(len), .i_meta(meta), .i_job(job),
        .o_row_valid(come), .i_row_ready(row_ready),
//% for _, port in ipairs(GATHERED) do
        .o_$(port[1])($(port[1] == "meta" and "out_meta" or "")),
//% end
        .o_req_valid(req_valid), .i_req_ready(req_ready), .o_req_addr(req_addr), .o_req_len(req_len), .i_data_valid(data_valid),
        .o_data_ready(data_ready), .i_data(data), .i_data_error(data_error));
    wire        grant = |granted;
    wire        who = granted[1];
    wire [$(ADDRESS_BITS-1):0] asked_addr = who ? addr[$(2*ADDRESS_BITS-1):$(ADDRESS_BITS)] : addr[$(ADDRESS_BITS-1):0];
    wire [$(ROW_TAG_BITS-1):0] asked_meta = who ? meta[$(2*ROW_TAG_BITS-1):$(ROW_TAG_BITS)] : meta[$(ROW_TAG_BITS-1):0];
    wire        asked_long = long[who];
    wire        take = data_valid && data_ready;

    // who asks does so, for the same, until it is granted; the memory gives no more than it is asked for
    reg  [1:0]  stood;
    reg  [$(2*(ADDRESS_BITS+ROW_TAG_BITS)+1):0] before;
    reg  [4:0]  due;
    integer     c;
    always @(posedge clk) begin
        stood <= rst ? 2'b00 : valid & ~granted;
        before <= {long, meta, addr};
        due <= rst ? 5'd0 : due + (req_valid && req_ready ? 5'd1 + {4'd0, req_len[0]} : 5'd0) - {4'd0, take};
        for (c = 0; c < 2; c = c + 1)
            assume (rst || !stood[c] || (valid[c] && {long[c], meta[c*$(ROW_TAG_BITS) +: $(ROW_TAG_BITS)],
                addr[c*$(ADDRESS_BITS) +: $(ADDRESS_BITS)]} ==
                {before[$(2*(ADDRESS_BITS+ROW_TAG_BITS))+c], before[$(2*ADDRESS_BITS)+c*$(ROW_TAG_BITS) +: $(ROW_TAG_BITS)],
                 before[c*$(ADDRESS_BITS) +: $(ADDRESS_BITS)]}));
        assume (!data_valid || (due != 5'd0 && !rst));
        if (!rst)
            read_one: assert (!(&granted) && (granted & ~valid) == 2'b00);
    end

    (* hierconn *) wire [$(tag_bits):0] \dut.tags ;
    (* hierconn *) wire \dut.last ;
    (* hierconn *) wire [7:0] \dut.beat ;
    generate
        if (PART == 0) begin : requests
            wire [1:0] inside;
            reg  [4:0] waits;                  // client 0 asks; or client 1, and client 0 does not
            sofa_prove_stream #(.WIDTH($(ADDRESS_BITS+8)), .MOST(1), .CBITS(2)) stream (
                .clk(clk), .rst(rst), .mark(mark), .put(grant), .put_data({asked_addr, 7'd0, asked_long}), .get(req_valid && req_ready),
                .get_data({req_addr, req_len}), .inside(inside));
            always @(posedge clk) begin
                waits <= rst || grant || valid == 2'b00 || \dut.tags [$(tag_bits)] || (req_valid && !req_ready) ? 5'd0 : waits + 5'd1;
                if (!rst) begin
                    read_asks: assert (req_valid == (inside != 2'd0));
                    read_granted: assert (waits < 5'd4);
//% if GRANT == "prompt" then
                    read_first: assert (!granted[1] || !valid[0]);
                    read_prompt: assert (grant == (valid != 2'b00 && !\dut.tags [$(tag_bits)] && (!req_valid || req_ready)));
//% end
                end
            end
        end
        if (PART == 1) begin : rows
            wire [3:0] inside;
            sofa_prove_stream #(.WIDTH($(ROW_TAG_BITS+1)), .MOST($(tags + 3)), .CBITS(4)) stream (
                .clk(clk), .rst(rst), .mark(mark), .put(grant), .put_data({who, asked_meta}), .get(|(come & row_ready)),
                .get_data({come[1], out_meta}), .inside(inside));
            always @(posedge clk)
                if (!rst)
                    row_one: assert (!(&come));
        end
        if (PART == 2) begin : beats
            wire [2:0] inside;
            reg        second;
            wire       asked_job = $(JOBS > 1 and "job[who]" or "1'b0");      // a core with a job at a time knows none
            sofa_prove_stream #(.WIDTH(3), .MOST($(tags)), .CBITS(3)) stream (
                .clk(clk), .rst(rst), .mark(mark), .put(grant), .put_data({asked_job, who, asked_long}), .get(take && \dut.last ),
                .get_data({error_job, beat_client[1], second}), .inside(inside));
            always @(posedge clk) begin
                second <= !rst && (take ? !\dut.last : second);
                if (!rst) begin
                    beat_number: assert (\dut.beat == {7'd0, second});
                    beat_counted: assert (beat == take && error == (beat_client & {2{take && data_error}}));
                    read_idle: assert (idle == (inside == 3'd0 && !req_valid));
                end
            end
        end
    endgenerate
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// One read channel: arbitrates requests of its clients (client 0 first, see the variant of sofa_read_prompt), remembers whose turn it is in
// order, and hands each beat to what gathers them for that client (a variant of sofa_gather_rows).
// Latency: a request leaves $(latency("read.request", 1)) cycle after it is taken; a row is offered
// $(latency("read.row", REGISTERED_LINKS and 2 or 1)) cycle(s) after its last beat.
// Throughput: one $(REGISTERED_LINKS and "" or "request and one ")beat a cycle. Handshake: valid/ready; a request offered to the memory
// stays until it is taken. With i_halt no new request is taken and arriving rows are dropped, so that the bus runs empty (o_idle).
//% local tag_bits = d.read_tag_bits
//% local of_length = not WORD_MEMORIES                         -- else all of a client's requests have one length
//% local length_bits = of_length and 8 or 0
//% local tag_rest_bits = JOBS - 1 + ROW_TAG_BITS + length_bits   -- bits of a tag beside the client: job, meta, length
`default_nettype none
module sofa_read #(
    parameter CLIENTS = 4,
    parameter CBITS   = 2,
    parameter [CLIENTS-1:0] STREAM = {CLIENTS{1'b0}},  // these take beat by beat: each comes as a row of one beat
    parameter [CLIENTS-1:0] PROMPT = {CLIENTS{1'b0}}   // these take every row at once
) (
    input  wire                            clk,
    input  wire                            rst,
    input  wire                            i_halt,
    output wire                            o_idle,
    output wire [CLIENTS-1:0]              o_error,          // a beat of the client came with an error
    output wire                            o_error_job,      // ... for this job
    output wire                            o_beat,
    output wire [CLIENTS-1:0]              o_beat_client,
    // requests: byte address, beats - 1, word returned with the row
    input  wire [CLIENTS-1:0]              i_valid,
    output wire [CLIENTS-1:0]              o_ready,
    input  wire [CLIENTS*$(ADDRESS_BITS)-1:0]         i_addr,
    input  wire [CLIENTS*8-1:0]            i_len,
    input  wire [CLIENTS*$(ROW_TAG_BITS)-1:0]      i_meta,
    input  wire [CLIENTS-1:0]              i_job,
    // rows, one client at a time
    output wire [CLIENTS-1:0]              o_row_valid,
    input  wire [CLIENTS-1:0]              i_row_ready,
//% for _, port in ipairs(GATHERED) do
    output wire [$(port[2])-1:0]              o_$(port[1]),
//% end
    // memory
    output reg                             o_req_valid,
    input  wire                            i_req_ready,
    output reg  [$(ADDRESS_BITS-1):0]                 o_req_addr,
    output reg  [7:0]                      o_req_len,
    input  wire                            i_data_valid,
    output wire                            o_data_ready,
    input  wire [$(PORT_BITS-1):0]                 i_data,
    input  wire                            i_data_error
);
    localparam TAG = CBITS + $(tag_rest_bits);

    // arbitration: the lowest client that asks
    reg [CBITS-1:0] pick;
    reg [$(ADDRESS_BITS-1):0]  pick_addr;
    reg [7:0]       pick_len;
    reg [$(ROW_TAG_BITS-1):0] pick_meta;
    reg             pick_job;
    wire            tag_ready, issue;
    wire [CLIENTS-1:0] chosen;
    reg  [CLIENTS-1:0] first;
    sofa_read_$(GRANT) #(.CLIENTS(CLIENTS)) u_grant (
        .clk(clk), .rst(rst), .i_valid(i_valid), .i_first(first), .i_may(tag_ready && !i_halt && !rst), .i_req_valid(o_req_valid),
        .i_req_ready(i_req_ready), .o_ready(o_ready), .o_chosen(chosen), .o_issue(issue));
    reg             earlier;
    integer asker;
    always @* begin
        pick = {CBITS{1'b0}};
        pick_addr = i_addr[0 +: $(ADDRESS_BITS)];
        pick_len = i_len[0 +: 8];
        pick_meta = i_meta[0 +: $(ROW_TAG_BITS)];
        pick_job = i_job[0];
        for (asker = CLIENTS - 1; asker >= 0; asker = asker - 1)
            if (chosen[asker]) begin
                pick = asker[CBITS-1:0];
                pick_addr = i_addr[asker*$(ADDRESS_BITS) +: $(ADDRESS_BITS)];
                pick_len = i_len[asker*8 +: 8];
                pick_meta = i_meta[asker*$(ROW_TAG_BITS) +: $(ROW_TAG_BITS)];
                pick_job = i_job[asker];
            end
        earlier = 1'b0;
        for (asker = 0; asker < CLIENTS; asker = asker + 1) begin
            first[asker] = i_valid[asker] && !earlier;
            earlier = earlier || i_valid[asker];
        end
    end

    always @(posedge clk) begin
        if (issue) begin
            o_req_addr <= pick_addr;
            o_req_len <= pick_len;
        end
        if (rst)
            o_req_valid <= 1'b0;
        else if (issue)
            o_req_valid <= 1'b1;
        else if (i_req_ready)
            o_req_valid <= 1'b0;
    end

    // whose beats come next
    wire           tag_valid;
    wire [TAG-1:0] tag;
    wire [CBITS-1:0]   tag_client = tag[TAG-1 -: CBITS];
    wire [$(ROW_TAG_BITS-1):0] tag_meta = tag[$(length_bits+ROW_TAG_BITS-1):$(length_bits)];
    wire [7:0]         tag_len = $(of_length and "tag[7:0]" or "i_len[tag_client*8 +: 8]");
    reg  [7:0]     beat;
    wire           last = beat == tag_len;
    wire           take = i_data_valid && o_data_ready;
    sofa_queue #(.WIDTH(CBITS + $(tag_rest_bits)), .DEPTH($(1 << tag_bits)), .ABITS($(tag_bits))) u_tags (
        .clk(clk), .rst(rst), .i_valid(issue),
        .i_data({pick, $(JOBS > 1 and "pick_job, " or "")pick_meta$(of_length and ", pick_len" or "")}),
        .o_valid(tag_valid), .i_ready(take && last), .o_data(tag));
    reg  [$(tag_bits):0]     tags;
    assign tag_ready = !tags[$(tag_bits)];
    always @(posedge clk)
        if (rst)
            tags <= $(tag_bits+1)'d0;
        else
            tags <= tags + {$(tag_bits)'d0, issue} - {$(tag_bits)'d0, take && last};

    reg  [CLIENTS-1:0] owner;
    integer client;
    always @*
        for (client = 0; client < CLIENTS; client = client + 1)
            owner[client] = tag_client == client[CBITS-1:0];
    wire           row_free;
    assign o_data_ready = tag_valid && (row_free || i_halt);
    assign o_idle = tags == $(tag_bits+1)'d0 && !o_req_valid$(REGISTERED_LINKS and " && !issue" or "");
    assign o_error = {CLIENTS{take && i_data_error}} & owner;
    assign o_error_job = $(JOBS > 1 and "tag[" .. tag_rest_bits - 1 .. "]" or "1'b0");
    wire           unused_job = pick_job;
    always @(posedge clk)
        if (rst)
            beat <= 8'd0;
        else if (take)
            beat <= last ? 8'd0 : beat + 8'd1;

    // beats to rows
    sofa_gather_$(GATHER) #(.CLIENTS(CLIENTS), .STREAM(STREAM), .PROMPT(PROMPT)) u_gather (
        .clk(clk), .rst(rst), .i_halt(i_halt), .i_take(take), .i_last(last), .i_client(owner), .i_index(beat), .i_data(i_data),
        .i_meta(tag_meta), .o_free(row_free), .o_beat(o_beat), .o_beat_client(o_beat_client), .i_row_ready(i_row_ready),
//% for _, port in ipairs(GATHERED) do
        .o_$(port[1])(o_$(port[1])),
//% end
        .o_row_valid(o_row_valid));

$(holds("read_grant_one", at_most_one("o_ready")))
$(holds("read_grant_asked", "~|(o_ready & ~i_valid)"))
$(holds("read_place_reserved", "!issue || !tags[" .. tag_bits .. "]"))
$(stands("read_request_stands", "o_req_valid", "i_req_ready", "{o_req_addr, o_req_len}", ADDRESS_BITS + 8))
$(stands("read_row_stands", "|o_row_valid", "i_halt || |(o_row_valid & i_row_ready)", "{o_row_valid, o_meta}", "CLIENTS+" .. ROW_TAG_BITS))
`ifdef SOFA_ASSERT
    reg  [23:0]        due;            // beats that are asked for
    always @(posedge clk)
        due <= rst ? 24'd0 : due + (issue ? {16'd0, pick_len} + 24'd1 : 24'd0) - {23'd0, take};
`endif
$(ever("issue", "issue"))
$(holds("read_beat_due", "!i_data_valid || !issue_ever || due != 24'd0"))
$(holds("read_idle_complete", "!o_idle || due == 24'd0"))
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
//% local far = d.far_reads == 1
//% local words = d.narrow == 1 or far     -- beats leave one by one
// One read channel: arbitrates requests of its clients (client 0 first), remembers whose turn it is in order, and
// $(words and "gives port beats one by one, the last with o_row_valid. They stand until the next." or "assembles port beats into rows.")
// Latency: a request leaves $(latency("read.request", 1)) cycle after it is taken; a row is offered $(latency("read.row", far and 2 or 1)) cycle(s) after its last beat.
//% if far then
// A client is granted its request the cycle after it asks for it, every fourth cycle at most; a row that its client may not take at once
// holds the next beats up.
//% end
// Throughput: one $(far and "" or "request and one ")beat a cycle. Handshake: valid/ready; a request offered to the memory stays until it is
// taken. With i_halt no new request is taken and arriving rows are dropped, so that the bus runs empty (o_idle).
//% local T = cfg.mode == "tokens"
//% if T then
// Clients of STREAM take beat by beat: each comes as a row of one beat.
//% end
//% local P, A = cfg.memory.port_bits, cfg.memory.address_bits
//% local most = math.max(d.query_beats, d.key_beats, d.value_beats, d.range_beats, d.rotary_beats)
//% local put = not far and not (d.narrow == 1 and P < 64)     -- whether beats are put together, of ranges or of all rows
//% local MB = d.narrow == 1 and d.range_beats or most
//% local META, TB, TGB = d.key_tag_bits, clog2(most), d.read_tag_bits
//% local BB = math.max(1, clog2(MB))
//% local near = d.copies == 1     -- o_row_valid goes far on FPGAs
`default_nettype none
module sofa_read #(
    parameter CLIENTS = 4,
    parameter CBITS   = 2$((T or far) and "," or "")
//% if T then
    parameter [CLIENTS-1:0] STREAM = {CLIENTS{1'b0}}
//% elseif far then
    parameter [CLIENTS-1:0] PROMPT = {CLIENTS{1'b0}}   // take every row at once
//% end
) (
    input  wire                            clk,
    input  wire                            rst,
    input  wire                            i_halt,
    output wire                            o_idle,
    output wire                            o_error,
    output $(far and "reg " or "wire")                            o_beat,
    output reg  [CLIENTS-1:0]              o_beat_client,
    // requests: byte address, beats - 1, word returned with the row
    input  wire [CLIENTS-1:0]              i_valid,
    output reg  [CLIENTS-1:0]              o_ready,
    input  wire [CLIENTS*$(A)-1:0]         i_addr,
    input  wire [CLIENTS*8-1:0]            i_len,
    input  wire [CLIENTS*$(META)-1:0]      i_meta,
    // rows, one client at a time
    output reg  [CLIENTS-1:0]              o_row_valid,
    output wire [CLIENTS-1:0]              o_row_next,      // o_row_valid of the next cycle
    input  wire [CLIENTS-1:0]              i_row_ready,
//% if put then
    output reg  [$(MB*P)-1:0]              o_row,
//% end
    output reg  [$(META)-1:0]              o_meta,
//% if words then
    // beats
    output reg  [CLIENTS-1:0]              o_word_valid,
    output reg  [$(TB)-1:0]                o_word_index,
    output reg  [$(P)-1:0]                 o_word,
//% end
    // memory
    output reg                             o_req_valid,
    input  wire                            i_req_ready,
    output reg  [$(A-1):0]                 o_req_addr,
    output reg  [7:0]                      o_req_len,
    input  wire                            i_data_valid,
    output wire                            o_data_ready,
    input  wire [$(P-1):0]                 i_data,
    input  wire                            i_data_error
);
//% local tag_rest = META + (d.narrow == 1 and 0 or 8)   -- bits of a tag beside the client
    localparam TAG = CBITS + $(tag_rest);

    // arbitration: the lowest client that asks
    reg [CBITS-1:0] pick;
    reg [$(A-1):0]  pick_addr;
    reg [7:0]       pick_len;
    reg [$(META-1):0] pick_meta;
    wire            tag_ready;
    reg  [CLIENTS-1:0] first;
//% if far then
    wire [CLIENTS-1:0] chosen = o_ready;
    wire            issue = |o_ready;            // who asks does so until it is granted
    wire            may = tag_ready && !i_halt && !o_req_valid && !issue && !rst;
    always @(posedge clk) o_ready <= first & {CLIENTS{may}};
//% else
    wire [CLIENTS-1:0] chosen = i_valid;
    wire            may = tag_ready && !i_halt && (!o_req_valid || i_req_ready);
    wire            issue = |i_valid && may;
    always @* o_ready = first & {CLIENTS{may}};
//% end
    reg             earlier;
    integer c;
    always @* begin
        pick = {CBITS{1'b0}};
        pick_addr = i_addr[0 +: $(A)];
        pick_len = i_len[0 +: 8];
        pick_meta = i_meta[0 +: $(META)];
        for (c = CLIENTS - 1; c >= 0; c = c - 1)
            if (chosen[c]) begin
                pick = c[CBITS-1:0];
                pick_addr = i_addr[c*$(A) +: $(A)];
                pick_len = i_len[c*8 +: 8];
                pick_meta = i_meta[c*$(META) +: $(META)];
            end
        earlier = 1'b0;
        for (c = 0; c < CLIENTS; c = c + 1) begin
            first[c] = i_valid[c] && !earlier;
            earlier = earlier || i_valid[c];
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
//% if d.narrow == 1 then
    wire [$(META-1):0] tag_meta = tag[$(META-1):0];
    wire [7:0]         tag_len = i_len[tag_client*8 +: 8];     // a client's requests have one length
//% else
    wire [$(META-1):0] tag_meta = tag[8 +: $(META)];
    wire [7:0]         tag_len = tag[7:0];
//% end
    reg  [7:0]     beat;
    wire           last = beat == tag_len;
    wire           take = i_data_valid && o_data_ready;
    reg  [CLIENTS-1:0] next_valid;
    wire [CLIENTS-1:0] standing;       // as o_row_valid
//% if far then
    // a beat stands here a cycle before it leaves
    reg            emit1, waiting;     // waiting: a row that may stand for longer comes or stands
    reg  [$(TB-1):0] index1;
    reg  [$(P-1):0] data1;
    reg  [$(META-1):0] meta1;
    reg  [CLIENTS-1:0] client;
    wire           row_free = !waiting;
//% else
    wire           row_free = standing == {CLIENTS{1'b0}} || |(standing & i_row_ready);
//% end
//% if near then
    sofa_copy #(.WIDTH(CLIENTS)) u_standing (.clk(clk), .i_data(next_valid), .o_data(standing));
//% else
    assign standing = o_row_valid;
//% end
//% if T then
    wire           streams = |(o_beat_client & STREAM);
    wire           emit = take && (last || streams) && !i_halt;
//% else
    wire           emit = take && last && !i_halt;
//% end

    sofa_queue #(.WIDTH(CBITS + $(tag_rest)), .DEPTH($(1 << TGB)), .ABITS($(TGB))) u_tags (
        .clk(clk), .rst(rst), .i_valid(issue), .i_data({pick, pick_meta$(d.narrow == 1 and "" or ", pick_len")}),
        .o_valid(tag_valid), .i_ready(take && last), .o_data(tag));
    reg  [$(TGB):0]     tags;
    assign tag_ready = !tags[$(TGB)];
    always @(posedge clk)
        if (rst)
            tags <= $(TGB+1)'d0;
        else
            tags <= tags + {$(TGB)'d0, issue} - {$(TGB)'d0, take && last};

    assign o_data_ready = tag_valid && (row_free || i_halt);
    assign o_idle = tags == $(TGB+1)'d0 && !o_req_valid$(far and " && !issue" or "");
    assign o_error = take && i_data_error;

    integer k, n;
//% if far then
    always @* begin
        for (k = 0; k < CLIENTS; k = k + 1)
            client[k] = tag_client == k[CBITS-1:0];
        for (n = 0; n < CLIENTS; n = n + 1)
            next_valid[n] = !rst && !i_halt && ((emit1 && o_beat_client[n]) || (standing[n] && !i_row_ready[n]));
    end
    always @(posedge clk) begin
        data1 <= i_data;
        meta1 <= tag_meta;
        o_beat_client <= client;
        index1 <= beat[$(TB-1):0];
        o_beat <= take && !rst;
        emit1 <= emit && !rst;
        waiting <= !rst && !i_halt && (waiting ? (standing & i_row_ready & ~PROMPT) == {CLIENTS{1'b0}} : emit && (client & ~PROMPT) != {CLIENTS{1'b0}});
    end
//% else
    assign o_beat = take;
    always @* begin
        for (k = 0; k < CLIENTS; k = k + 1)
            o_beat_client[k] = tag_client == k[CBITS-1:0];
        for (n = 0; n < CLIENTS; n = n + 1)
            next_valid[n] = !rst && !i_halt && (row_free ? emit && tag_client == n[CBITS-1:0] : standing[n]);
    end
//% end
    always @(posedge clk) begin
        if (rst)
            beat <= 8'd0;
        else if (take)
            beat <= last ? 8'd0 : beat + 8'd1;
        o_row_valid <= next_valid;
    end
    assign o_row_next = next_valid;

    always @(posedge clk) begin
//% if far then
        o_word_valid <= o_beat_client & {CLIENTS{o_beat}};
        if (o_beat) begin
            o_meta <= meta1;
            o_word_index <= index1;
            o_word <= data1;
        end
//% else
        if ($(d.narrow == 1 and "take" or "emit"))
            o_meta <= tag_meta;
//%   for b = 0, put and MB - 1 or -1 do
        if (take$(MB > 1 and " && " .. (T and (b == 0 and "(streams || " or "!streams && (") or "") .. "beat[" .. (BB-1) .. ":0] == " .. BB .. "'d" .. b .. (T and ")" or "") or ""))
            o_row[$(b*P) +: $(P)] <= i_data;
//%   end
//% end
    end
//% if d.narrow == 1 then

    always @(posedge clk) begin
        o_word_valid <= o_beat_client & {CLIENTS{take}};
        if (take) begin
            o_word_index <= beat[$(TB-1):0];
            o_word <= i_data;
        end
    end
//% end
endmodule
`default_nettype wire

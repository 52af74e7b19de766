//% -- SPDX-License-Identifier: Apache-2.0
//% local beat_by_beat = WORD_MEMORIES or REGISTERED_LINKS     -- beats leave one by one
//% local rows_come = beat_by_beat and "gives port beats one by one, the last with o_row_valid. They stand until the next"
//%     or "assembles port beats into rows"
// One read channel: arbitrates requests of its clients (client 0 first), remembers whose turn it is in order, and
// $(rows_come).
// Latency: a request leaves $(latency("read.request", 1)) cycle after it is taken; a row is offered
// $(latency("read.row", REGISTERED_LINKS and 2 or 1)) cycle(s) after its last beat.
//% if REGISTERED_LINKS then
// A client is granted its request the cycle after it asks for it, every fourth cycle at most; a row that its client may not take at once
// holds the next beats up.
//% end
// Throughput: one $(REGISTERED_LINKS and "" or "request and one ")beat a cycle. Handshake: valid/ready; a request offered to the memory
// stays until it is taken. With i_halt no new request is taken and arriving rows are dropped, so that the bus runs empty (o_idle).
//% if TOKENS then
// Clients of STREAM take beat by beat: each comes as a row of one beat.
//% end
//% local row_beats = math.max(d.query_beats, d.key_beats, d.value_beats, d.khat_beats, d.range_beats, d.rotary_beats)
//% -- whether beats are put together, of ranges or of all rows
//% local assembles = not REGISTERED_LINKS and not (WORD_MEMORIES and PORT_BITS < 64)
//% local held_beats = WORD_MEMORIES and d.range_beats or row_beats
//% local row_beat_bits, tag_bits = clog2(row_beats), d.read_tag_bits
//% local held_beat_bits = math.max(1, clog2(held_beats))
//% -- COPIED_REGISTERS: o_row_valid goes far on FPGAs
`default_nettype none
module sofa_read #(
    parameter CLIENTS = 4,
    parameter CBITS   = 2$((TOKENS or REGISTERED_LINKS) and "," or "")
//% if TOKENS then
    parameter [CLIENTS-1:0] STREAM = {CLIENTS{1'b0}}
//% elseif REGISTERED_LINKS then
    parameter [CLIENTS-1:0] PROMPT = {CLIENTS{1'b0}}   // take every row at once
//% end
) (
    input  wire                            clk,
    input  wire                            rst,
    input  wire                            i_halt,
    output wire                            o_idle,
    output wire                            o_error,
    output $(REGISTERED_LINKS and "reg " or "wire")                            o_beat,
    output reg  [CLIENTS-1:0]              o_beat_client,
    // requests: byte address, beats - 1, word returned with the row
    input  wire [CLIENTS-1:0]              i_valid,
    output reg  [CLIENTS-1:0]              o_ready,
    input  wire [CLIENTS*$(ADDRESS_BITS)-1:0]         i_addr,
    input  wire [CLIENTS*8-1:0]            i_len,
    input  wire [CLIENTS*$(ROW_TAG_BITS)-1:0]      i_meta,
    // rows, one client at a time
    output reg  [CLIENTS-1:0]              o_row_valid,
    input  wire [CLIENTS-1:0]              i_row_ready,
//% if assembles then
    output reg  [$(held_beats*PORT_BITS)-1:0]              o_row,
//% end
    output reg  [$(ROW_TAG_BITS)-1:0]              o_meta,
//% if beat_by_beat then
    // beats
    output reg  [CLIENTS-1:0]              o_word_valid,
    output reg  [$(row_beat_bits)-1:0]                o_word_index,
    output reg  [$(PORT_BITS)-1:0]                 o_word,
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
//% local tag_rest_bits = ROW_TAG_BITS + (WORD_MEMORIES and 0 or 8)   -- bits of a tag beside the client
    localparam TAG = CBITS + $(tag_rest_bits);

    // arbitration: the lowest client that asks
    reg [CBITS-1:0] pick;
    reg [$(ADDRESS_BITS-1):0]  pick_addr;
    reg [7:0]       pick_len;
    reg [$(ROW_TAG_BITS-1):0] pick_meta;
    wire            tag_ready;
    reg  [CLIENTS-1:0] first;
//% if REGISTERED_LINKS then
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
    integer asker;
    always @* begin
        pick = {CBITS{1'b0}};
        pick_addr = i_addr[0 +: $(ADDRESS_BITS)];
        pick_len = i_len[0 +: 8];
        pick_meta = i_meta[0 +: $(ROW_TAG_BITS)];
        for (asker = CLIENTS - 1; asker >= 0; asker = asker - 1)
            if (chosen[asker]) begin
                pick = asker[CBITS-1:0];
                pick_addr = i_addr[asker*$(ADDRESS_BITS) +: $(ADDRESS_BITS)];
                pick_len = i_len[asker*8 +: 8];
                pick_meta = i_meta[asker*$(ROW_TAG_BITS) +: $(ROW_TAG_BITS)];
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
//% if WORD_MEMORIES then
    wire [$(ROW_TAG_BITS-1):0] tag_meta = tag[$(ROW_TAG_BITS-1):0];
    wire [7:0]         tag_len = i_len[tag_client*8 +: 8];     // a client's requests have one length
//% else
    wire [$(ROW_TAG_BITS-1):0] tag_meta = tag[8 +: $(ROW_TAG_BITS)];
    wire [7:0]         tag_len = tag[7:0];
//% end
    reg  [7:0]     beat;
    wire           last = beat == tag_len;
    wire           take = i_data_valid && o_data_ready;
    reg  [CLIENTS-1:0] next_valid;
    wire [CLIENTS-1:0] standing;       // as o_row_valid
//% if REGISTERED_LINKS then
    // a beat stands here a cycle before it leaves
    reg            emit1, waiting;     // waiting: a row that may stand for longer comes or stands
    reg  [$(row_beat_bits-1):0] index1;
    reg  [$(PORT_BITS-1):0] data1;
    reg  [$(ROW_TAG_BITS-1):0] meta1;
    reg  [CLIENTS-1:0] client;
    wire           row_free = !waiting;
//% else
    wire           row_free = standing == {CLIENTS{1'b0}} || |(standing & i_row_ready);
//% end
//% if COPIED_REGISTERS then
    sofa_copy #(.WIDTH(CLIENTS)) u_standing (.clk(clk), .i_data(next_valid), .o_data(standing));
//% else
    assign standing = o_row_valid;
//% end
//% if TOKENS then
    wire           streams = |(o_beat_client & STREAM);
    wire           emit = take && (last || streams) && !i_halt;
//% else
    wire           emit = take && last && !i_halt;
//% end

    sofa_queue #(.WIDTH(CBITS + $(tag_rest_bits)), .DEPTH($(1 << tag_bits)), .ABITS($(tag_bits))) u_tags (
        .clk(clk), .rst(rst), .i_valid(issue), .i_data({pick, pick_meta$(WORD_MEMORIES and "" or ", pick_len")}),
        .o_valid(tag_valid), .i_ready(take && last), .o_data(tag));
    reg  [$(tag_bits):0]     tags;
    assign tag_ready = !tags[$(tag_bits)];
    always @(posedge clk)
        if (rst)
            tags <= $(tag_bits+1)'d0;
        else
            tags <= tags + {$(tag_bits)'d0, issue} - {$(tag_bits)'d0, take && last};

    assign o_data_ready = tag_valid && (row_free || i_halt);
    assign o_idle = tags == $(tag_bits+1)'d0 && !o_req_valid$(REGISTERED_LINKS and " && !issue" or "");
    assign o_error = take && i_data_error;

    integer owner, taker;
//% if REGISTERED_LINKS then
    always @* begin
        for (owner = 0; owner < CLIENTS; owner = owner + 1)
            client[owner] = tag_client == owner[CBITS-1:0];
        for (taker = 0; taker < CLIENTS; taker = taker + 1)
            next_valid[taker] = !rst && !i_halt && ((emit1 && o_beat_client[taker]) || (standing[taker] && !i_row_ready[taker]));
    end
    always @(posedge clk) begin
        data1 <= i_data;
        meta1 <= tag_meta;
        o_beat_client <= client;
        index1 <= beat[$(row_beat_bits-1):0];
        o_beat <= take && !rst;
        emit1 <= emit && !rst;
        waiting <= !rst && !i_halt && (waiting ? (standing & i_row_ready & ~PROMPT) == {CLIENTS{1'b0}} : emit &&
            (client & ~PROMPT) != {CLIENTS{1'b0}});
    end
//% else
    assign o_beat = take;
    always @* begin
        for (owner = 0; owner < CLIENTS; owner = owner + 1)
            o_beat_client[owner] = tag_client == owner[CBITS-1:0];
        for (taker = 0; taker < CLIENTS; taker = taker + 1)
            next_valid[taker] = !rst && !i_halt && (row_free ? emit && tag_client == taker[CBITS-1:0] : standing[taker]);
    end
//% end
    always @(posedge clk) begin
        if (rst)
            beat <= 8'd0;
        else if (take)
            beat <= last ? 8'd0 : beat + 8'd1;
        o_row_valid <= next_valid;
    end

    always @(posedge clk) begin
//% if REGISTERED_LINKS then
        o_word_valid <= o_beat_client & {CLIENTS{o_beat}};
        if (o_beat) begin
            o_meta <= meta1;
            o_word_index <= index1;
            o_word <= data1;
        end
//% else
        if ($(WORD_MEMORIES and "take" or "emit"))
            o_meta <= tag_meta;
//%   for beat = 0, assembles and held_beats - 1 or -1 do
//%     local here = "beat[" .. (held_beat_bits-1) .. ":0] == " .. held_beat_bits .. "'d" .. beat
//%     if TOKENS then here = (beat == 0 and "(streams || " or "!streams && (") .. here .. ")" end
//%     local takes = held_beats > 1 and "take && " .. here or "take"
        if ($(takes))
            o_row[$(beat*PORT_BITS) +: $(PORT_BITS)] <= i_data;
//%   end
//% end
    end
//% if WORD_MEMORIES then

    always @(posedge clk) begin
        o_word_valid <= o_beat_client & {CLIENTS{take}};
        if (take) begin
            o_word_index <= beat[$(row_beat_bits-1):0];
            o_word <= i_data;
        end
    end
//% end

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
$(holds("read_beat_due", "!i_data_valid || due != 24'd0"))
$(holds("read_idle_complete", "!o_idle || due == 24'd0"))
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Hands the beats of a read channel on one by one, the last with o_row_valid; they stand until the next. Range records are put together.
// Latency: $(latency("gather_words", 1)) cycle; throughput a beat a cycle. Handshake: valid/ready on rows, none on words.
// A variant of sofa_gather_rows.
//% local held_beats, index_bits = GATHERED_BEATS, math.max(1, clog2(GATHERED_BEATS))
`default_nettype none
module sofa_gather_words #(
    parameter CLIENTS = 4,
    parameter [CLIENTS-1:0] STREAM = {CLIENTS{1'b0}},
    parameter [CLIENTS-1:0] PROMPT = {CLIENTS{1'b0}}
) (
    input  wire                            clk,
    input  wire                            rst,
    input  wire                            i_halt,
    // beats
    input  wire                            i_take,
    input  wire                            i_last,      // of its row
    input  wire [CLIENTS-1:0]              i_client,
    input  wire [7:0]                      i_index,
    input  wire [$(PORT_BITS-1):0]                 i_data,
    input  wire [$(ROW_TAG_BITS-1):0]              i_meta,
    output wire                            o_free,      // beats may be taken
    // beats as they are counted
    output wire                            o_beat,
    output wire [CLIENTS-1:0]              o_beat_client,
    // rows
    input  wire [CLIENTS-1:0]              i_row_ready,
//% for _, port in ipairs(GATHERED) do
    output reg  [$(port[2])-1:0]              o_$(port[1]),
//% end
    output wire [CLIENTS-1:0]              o_row_valid
);
    wire           emit = i_take && i_last && !i_halt;
    wire [CLIENTS-1:0] standing;       // as o_row_valid
    assign o_free = standing == {CLIENTS{1'b0}} || |(standing & i_row_ready);
    assign o_beat = i_take;
    assign o_beat_client = i_client;
    reg  [CLIENTS-1:0] next_valid;
    integer taker;
    always @*
        for (taker = 0; taker < CLIENTS; taker = taker + 1)
            next_valid[taker] = !rst && !i_halt && (o_free ? emit && i_client[taker] : standing[taker]);
    sofa_standing_$(STANDING) #(.CLIENTS(CLIENTS)) u_standing (
        .clk(clk), .i_next(next_valid), .o_valid(o_row_valid), .o_standing(standing));
    wire           unused = &{1'b0, STREAM, PROMPT, i_index};
    always @(posedge clk) begin
        o_word_valid <= i_client & {CLIENTS{i_take}};
        if (i_take) begin
            o_meta <= i_meta;
            o_word_index <= i_index[$(GATHER_INDEX_BITS-1):0];
            o_word <= i_data;
        end
//% for beat = 0, held_beats - 1 do
        if (i_take && $(held_beats > 1 and "i_index[" .. index_bits-1 .. ":0] == " .. index_bits .. "'d" .. beat or "1'b1"))
            o_row[$(beat*PORT_BITS) +: $(PORT_BITS)] <= i_data;
//% end
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Hands the beats of a read channel on one by one through registers, the last with o_row_valid; they stand until the next. A row that its
// client may not take at once, one that is not of PROMPT, holds the next beats up.
// Latency: $(latency("gather_spaced", 2)) cycles; throughput a beat a cycle. Handshake: valid/ready on rows, none on words.
// A variant of sofa_gather_rows.
`default_nettype none
module sofa_gather_spaced #(
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
    output reg                             o_beat,
    output reg  [CLIENTS-1:0]              o_beat_client,
    // rows
    input  wire [CLIENTS-1:0]              i_row_ready,
//% for _, port in ipairs(GATHERED) do
    output reg  [$(port[2])-1:0]              o_$(port[1]),
//% end
    output wire [CLIENTS-1:0]              o_row_valid
);
    // a beat stands here a cycle before it leaves
    reg            emit1, waiting;     // waiting: a row that may stand for longer comes or stands
    reg  [$(GATHER_INDEX_BITS-1):0] index1;
    reg  [$(PORT_BITS-1):0] data1;
    reg  [$(ROW_TAG_BITS-1):0] meta1;
    wire           emit = i_take && i_last && !i_halt;
    wire [CLIENTS-1:0] standing;       // as o_row_valid
    assign o_free = !waiting;
    wire           unused = &{1'b0, STREAM, i_index};
    reg  [CLIENTS-1:0] next_valid;
    integer taker;
    always @*
        for (taker = 0; taker < CLIENTS; taker = taker + 1)
            next_valid[taker] = !rst && !i_halt && ((emit1 && o_beat_client[taker]) || (standing[taker] && !i_row_ready[taker]));
    sofa_standing_$(STANDING) #(.CLIENTS(CLIENTS)) u_standing (
        .clk(clk), .i_next(next_valid), .o_valid(o_row_valid), .o_standing(standing));
    always @(posedge clk) begin
        data1 <= i_data;
        meta1 <= i_meta;
        o_beat_client <= i_client;
        index1 <= i_index[$(GATHER_INDEX_BITS-1):0];
        o_beat <= i_take && !rst;
        emit1 <= emit && !rst;
        waiting <= !rst && !i_halt && (waiting ? (standing & i_row_ready & ~PROMPT) == {CLIENTS{1'b0}} : emit &&
            (i_client & ~PROMPT) != {CLIENTS{1'b0}});
        o_word_valid <= o_beat_client & {CLIENTS{o_beat}};
        if (o_beat) begin
            o_meta <= meta1;
            o_word_index <= index1;
            o_word <= data1;
        end
    end
endmodule
`default_nettype wire

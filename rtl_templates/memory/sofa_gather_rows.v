//% -- SPDX-License-Identifier: Apache-2.0
// Puts the beats of a read channel together to rows, one at a time; clients of STREAM take beat by beat, each a row. A row stands until its
// client takes it. Latency: $(latency("gather_rows", 1)) cycle from a row's last beat; throughput a beat a cycle. Handshake: valid/ready.
//% local held_beats, index_bits = GATHERED_BEATS, math.max(1, clog2(GATHERED_BEATS))
`default_nettype none
module sofa_gather_rows #(
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
    wire           streams = |(i_client & STREAM);
    wire           emit = i_take && (i_last || streams) && !i_halt;
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
    wire           unused = &{1'b0, PROMPT, i_index};
    always @(posedge clk) begin
        if (emit)
            o_meta <= i_meta;
//% for beat = 0, held_beats - 1 do
//%   local here = "i_index[" .. index_bits-1 .. ":0] == " .. index_bits .. "'d" .. beat
        if (i_take && $(beat == 0 and "(streams || " or "(!streams && ")$(held_beats > 1 and here or "1'b1")))
            o_row[$(beat*PORT_BITS) +: $(PORT_BITS)] <= i_data;
//% end
    end
endmodule
`default_nettype wire

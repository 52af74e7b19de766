//% -- SPDX-License-Identifier: Apache-2.0
// O of a retiring row where chunks of several words come in any order, one a cycle, and leave in order, a word a cycle: one row comes into
// a memory while another leaves it.
// i_valid: the first chunk comes a cycle later. The other sofa_norm_hold_* have the same ports. Throughput: a row in $(NORM_WORDS) cycles;
// no handshake.
//% local wait_time = d.norm_wait
//% local groups = {}
//% for group = 0, NORM_UNIT_GROUPS - 1 do groups[#groups+1] = nth("i_o", group, WIDTH * NORM_BITS) end
`default_nettype none
module sofa_norm_hold_chunks (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_chunk,   // of the chunk that comes
    input  wire                 i_valid,
    input  wire [$(NORM_UNIT_GROUPS*WIDTH*NORM_BITS-1):0] i_o,
    output wire                 o_begins,        // the reciprocal
    output wire                 o_start,
    output wire [$(NORM_WIDTH*NORM_BITS-1):0] o_o
);
    reg  [$(wait_time-1):0]     wait_at;
    wire                        start = wait_at[$(wait_time-1)];
    wire                        arrives = |wait_at[$(BEATS-1):0];
    reg                         come_slot, leave_slot;
    reg  [$(BEAT_BITS-1):0]     leave;
    wire                        last;            // word of a chunk
    wire                        read = start || (last && leave != $(BEAT_BITS)'d0);
    wire [$(WIDTH*NORM_BITS-1):0] held;
    sofa_ram #($(parameters("WIDTH", WIDTH * NORM_BITS, "DEPTH", 2 << BEAT_BITS, "ABITS", BEAT_BITS + 1))) u_row (
        .clk(clk), .i_we(arrives), .i_waddr({come_slot, i_phase_chunk}), .i_wdata($(table.concat(groups, " | "))),
        .i_re(read), .i_raddr({leave_slot, leave}), .o_rdata(held));
    always @(posedge clk)
        if (rst) begin
            wait_at <= $(wait_time)'d0;
            come_slot <= 1'b0;
            leave_slot <= 1'b0;
            leave <= $(BEAT_BITS)'d0;
        end else begin
            wait_at <= $(shifted_in("wait_at", wait_time, 1, "i_valid"));
            come_slot <= come_slot ^ wait_at[$(BEATS-1)];
            if (read) begin
                leave_slot <= leave_slot ^ (leave == $(BEAT_BITS)'d$(BEATS-1));
                leave <= leave == $(BEAT_BITS)'d$(BEATS-1) ? $(BEAT_BITS)'d0 : leave + 1'b1;
            end
        end
    sofa_norm_words u_words (.clk(clk), .i_start(start), .i_held(held), .o_last(last), .o_o(o_o));
    assign o_start = start;
    assign o_begins = start;

$(before("read", "read && !rst"))
//% local come, left = "{come_slot, i_phase_chunk}", "{leave_slot, leave}"
$(written("chunk_written", 2 << BEAT_BITS, BEAT_BITS + 1, {we = "arrives", waddr = come, re = "read", raddr = left, used = "read_before"}))
endmodule
`default_nettype wire

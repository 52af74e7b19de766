//% -- SPDX-License-Identifier: Apache-2.0
// Memory of packed words that is loaded slice by slice: codes, biases or weights. It has one or two halves; slice n of the runs stands in
// half n mod HALVES, from when it is whole (o_loaded) until i_release. With one slice a job (i_slices = 1) it is loaded once and stays,
// unless ONCE is 0: then each demand loads a slice from where i_base points when its half is free.
// A word is a part of a port beat (PER words a beat, a power of two), or takes GATHER beats.
// Throughput: a word or a beat a cycle, whichever is slower. Handshake: valid/ready on requests and beats; a slice is requested when
// its half is free. Latency of a read: $(latency("slices.read", 1)) cycle.
`default_nettype none
module sofa_slices #(
    parameter WORD   = 8,
    parameter PER    = 1,
    parameter LPER   = 0,      // log2 of PER
    parameter GATHER = 1,
    parameter DEPTH  = 16,     // words of a full slice
    parameter ABITS  = 4,
    parameter HALVES = 1,
    parameter ONCE   = 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,       // of the job
    input  wire [$(ADDRESS_BITS-1):0]  i_base,
    input  wire [15:0]      i_slices,
    input  wire [23:0]      i_words_last,  // of the last slice
    input  wire             i_demand,      // pulse: one more run over all slices
    output reg              o_req_valid,
    input  wire             i_req_ready,
    output reg  [$(ADDRESS_BITS-1):0]  o_req_addr,
    output reg  [7:0]       o_req_len,
    input  wire             i_beat_valid,
    output wire             o_beat_ready,
    input  wire [$(PORT_BITS-1):0]  i_beat,
    output wire             o_settled,     // nothing is left to request
    output wire [HALVES-1:0] o_loaded,
    input  wire             i_release,     // pulse: the older half is free
    input  wire             i_half,
    input  wire [ABITS-1:0] i_raddr,
    output wire [WORD-1:0]  o_rdata,
    // the word that is written
    output wire             o_write,
    output wire             o_write_half,
    output wire [WORD-1:0]  o_word
);
    wire        single = i_slices == 16'd1 && ONCE != 0;
    wire [23:0] full = DEPTH[23:0];
    reg         asked_once;
    wire        demand = i_demand && !(single && asked_once);

    // ---- requests: slice by slice, in bursts of up to $(d.burst_beats) beats ----
    reg  [3:0]  runs;                      // wanted, the present one included
    reg  [15:0] slice;
    reg  [1:0]  used;                      // halves
    reg         asking;
    reg  [23:0] beats;                     // of the slice, left to request
    reg  [$(ADDRESS_BITS-1):0] addr;
    wire        last_slice = slice + 16'd1 == i_slices;
    wire [23:0] words = last_slice ? i_words_last : full;
    wire [23:0] slice_beats = PER > 1 ? (words + PER[23:0] - 24'd1) >> LPER : words * GATHER[23:0];
    wire        begin_slice = !asking && runs != 4'd0 && used != HALVES[1:0];
    wire        free = !o_req_valid || i_req_ready;
    wire        burst = asking && free;
    wire        last_burst = beats <= 24'd$(d.burst_beats);
    wire        end_of_run = burst && last_burst && last_slice;
    wire [7:0]  rest = beats[7:0] - 8'd1;
    always @(posedge clk) begin
        if (begin_slice)
            beats <= slice_beats;
        else if (burst)
            beats <= beats - 24'd$(d.burst_beats);
        if (burst) begin
            o_req_addr <= addr;
            o_req_len <= last_burst ? rest : 8'd$(d.burst_beats - 1);
        end
        if (i_start || end_of_run || (begin_slice && ONCE == 0))
            addr <= i_base;
        else if (burst)
            addr <= addr + ($(ADDRESS_BITS)'d$(PORT_BYTES) *
                (last_burst ? $(ext("beats[15:0]", 16, ADDRESS_BITS)) : $(ADDRESS_BITS)'d$(d.burst_beats)));
        if (rst) begin
            asked_once <= 1'b0;
            runs <= 4'd0;
            slice <= 16'd0;
            used <= 2'd0;
            asking <= 1'b0;
            o_req_valid <= 1'b0;
        end else begin
            asked_once <= asked_once || i_demand;
            runs <= runs + {3'd0, demand} - {3'd0, end_of_run};
            if (burst && last_burst)
                slice <= last_slice ? 16'd0 : slice + 16'd1;
            used <= used + {1'b0, begin_slice} - {1'b0, i_release};
            asking <= begin_slice || (asking && !(burst && last_burst));
            if (free)
                o_req_valid <= burst;
        end
    end

    assign o_settled = runs == 4'd0 && !o_req_valid;

    // ---- arrival ----
    reg  [15:0] landing;                   // slice
    reg  [23:0] place;                     // of its next word
    reg  [HALVES-1:0] loaded;
    wire        half;                      // where it lands
    wire        landing_last = landing + 16'd1 == i_slices;
    wire        end_of_slice = place + 24'd1 == (landing_last ? i_words_last : full);
    wire        take = i_beat_valid && o_beat_ready;
    wire [WORD-1:0] word;
    wire        write;
    generate
        if (GATHER > 1) begin : gather
            reg  [(GATHER-1)*$(PORT_BITS)-1:0] held;
            reg  [15:0] count;
            wire [GATHER*$(PORT_BITS)-1:0] all = {i_beat, held};
            always @(posedge clk) begin
                if (take)
                    held <= all[GATHER*$(PORT_BITS)-1:$(PORT_BITS)];
                if (rst)
                    count <= 16'd0;
                else if (take)
                    count <= write ? 16'd0 : count + 16'd1;
            end
            assign word = all[WORD-1:0];
            assign write = take && count == GATHER[15:0] - 16'd1;
            assign o_beat_ready = 1'b1;
            if (GATHER * $(PORT_BITS) > WORD) begin : pad
                wire unused_pad = &{1'b0, all[GATHER*$(PORT_BITS)-1:WORD]};
            end
        end else if (PER > 1) begin : unpack
            reg  [$(PORT_BITS-1):0] held;
            reg  [LPER:0] left;
            assign word = held[WORD-1:0];
            assign write = left != {LPER+1{1'b0}};
            assign o_beat_ready = left <= {{LPER{1'b0}}, 1'b1} || end_of_slice;
            always @(posedge clk) begin
                if (take)
                    held <= i_beat;
                else
                    held <= held >> ($(PORT_BITS) / PER);
                if (rst)
                    left <= {LPER+1{1'b0}};
                else if (take)
                    left <= PER[LPER:0];
                else if (write)
                    left <= end_of_slice ? {LPER+1{1'b0}} : left - 1'b1;
            end
        end else begin : whole
            assign word = i_beat[WORD-1:0];
            assign write = take;
            assign o_beat_ready = 1'b1;
            if ($(PORT_BITS) > WORD) begin : pad
                wire unused_pad = &{1'b0, i_beat[$(PORT_BITS-1):WORD]};
            end
        end
    endgenerate
    reg         release_half;              // the older one
    wire [HALVES-1:0] landed, released;
    generate
        if (HALVES > 1) begin : two
            reg  landing_half;
            always @(posedge clk)
                if (rst)
                    landing_half <= 1'b0;
                else if (write && end_of_slice)
                    landing_half <= !landing_half;
            assign half = landing_half;
            assign landed = {write && end_of_slice && half, write && end_of_slice && !half};
            assign released = {i_release && release_half, i_release && !release_half};
        end else begin : one
            assign half = 1'b0;
            assign landed = write && end_of_slice;
            assign released = i_release;
        end
    endgenerate
    always @(posedge clk)
        if (rst) begin
            landing <= 16'd0;
            place <= 24'd0;
            loaded <= {HALVES{1'b0}};
            release_half <= 1'b0;
        end else begin
            if (write) begin
                place <= end_of_slice ? 24'd0 : place + 24'd1;
                if (end_of_slice)
                    landing <= landing_last ? 16'd0 : landing + 16'd1;
            end
            loaded <= (loaded | landed) & ~released;
            release_half <= release_half ^ (i_release && HALVES > 1);
        end
    assign o_loaded = loaded;
    assign o_write = write;
    assign o_write_half = half;
    assign o_word = word;

    localparam RBITS = ABITS + (HALVES > 1 ? 1 : 0);
    wire [RBITS-1:0] waddr, raddr;
    generate
        if (HALVES > 1) begin : halves
            assign waddr = half ? {1'b0, place[ABITS-1:0]} + DEPTH[RBITS-1:0] : {1'b0, place[ABITS-1:0]};
            assign raddr = i_half ? {1'b0, i_raddr} + DEPTH[RBITS-1:0] : {1'b0, i_raddr};
        end else begin : alone
            wire unused_half = &{1'b0, i_half};
            assign waddr = place[ABITS-1:0];
            assign raddr = i_raddr;
        end
    endgenerate
    sofa_ram #(.WIDTH(WORD), .DEPTH(HALVES * DEPTH < 2 ? 2 : HALVES * DEPTH), .ABITS(RBITS)) u_words (
        .clk(clk), .i_we(write), .i_waddr(waddr), .i_wdata(word), .i_re(1'b1), .i_raddr(raddr), .o_rdata(o_rdata));

$(holds("slices_half_free", "used <= HALVES[1:0]"))
$(holds("slices_word_apart", "!write || !loaded[half]"))
$(holds("slices_release_loaded", "~|(released & ~loaded)"))
endmodule
`default_nettype wire

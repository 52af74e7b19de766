//% -- SPDX-License-Identifier: Apache-2.0
// The reference m of each row of a group, in octaves: x = t - 2m, or what of t is below m where m becomes t's whole octaves, which it does
// with a row's first pair and when x reaches 2 octaves. Such a raise shifts l and O of the row right; o_fresh: they begin anew.
// A pair's row comes with i_place, its score t a cycle later with i_pair; x leaves a cycle after t, o_raise and o_fresh five cycles after
// it, beside the weight of x. Throughput: one pair or retirement a cycle; no handshake. Equals the reference in sofa_attend_pair().
`default_nettype none
module sofa_reference (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_take,
    input  wire [$(GROUP_PLACE_BITS-1):0] i_place,
    input  wire                 i_pair,
    input  wire                 i_retire,        // of the row: its next pair is the first again
    input  wire [31:0]          i_t,
    output wire [16:0]          o_x,
    output wire                 o_tiny,          // x is below -2^16
    output wire                 o_fresh,
    output wire [$(RAISE_BITS-1):0] o_raise,         // steps of two places
    output reg                  o_raised         // counts
);
    reg  [$(GROUP_PLACE_BITS-1):0] place;
    reg  [$(GROUP_PLACES-1):0] started;
    wire [18:0]         m;
    wire                begun = started[place];
    wire signed [32:0]  excess = {i_t[31], i_t} - {m[18], m, 13'd0};
    wire                over = begun && !excess[32] && excess[31:13] != 19'd0;
    wire [19:0]         steps = excess[32:13];
    wire [32:0]         x_next = begun && !over ? excess : {20'd0, i_t[12:0]};
    sofa_ram #($(parameters("WIDTH", 19, "DEPTH", GROUP_PLACES, "ABITS", GROUP_PLACE_BITS))) u_reference (
        .clk(clk), .i_we(i_pair && (!begun || over)), .i_waddr(place), .i_wdata(i_t[31:13]),
        .i_re(1'b1), .i_raddr(i_place), .o_rdata(m));
    always @(posedge clk) begin
        place <= i_place;
        if (rst) begin
            started <= $(GROUP_PLACES)'d0;
            o_raised <= 1'b0;
        end else begin
            o_raised <= i_pair && over;
            if (i_pair || i_retire)
                started[place] <= i_pair;
        end
    end

//% if WORD_MEMORIES then
    // fewer registers: judged before
    reg  [16:0]         x;
    reg                 tiny;
    assign o_tiny = tiny;
    always @(posedge clk) begin
        x <= x_next[16:0];
        tiny <= x_next[32] && x_next[31:16] != 16'hFFFF;
    end
//% else
    reg  [32:0]         x;
    assign o_tiny = x[32] && x[31:16] != 16'hFFFF;
    always @(posedge clk) x <= x_next;
//% end
    assign o_x = x[16:0];

    // ---- beside x, then beside the stages of exp2 ----
    wire                fresh_0 = !begun;
    wire [$(RAISE_BITS-1):0] raise_0 = {$(RAISE_BITS){over}} & (steps[$(RAISE_BITS-1):0] | {$(RAISE_BITS){|steps[19:$(RAISE_BITS)]}});
//% if HOLDS_STAGES and BEATS > 5 then
    // the next operation comes later
    reg                 fresh;
    reg  [$(RAISE_BITS-1):0] raise;
    assign o_fresh = fresh;
    assign o_raise = raise;
    always @(posedge clk)
        if (i_phase_take == $(lit(PHASE_BITS, SCALAR_TIME % BEATS))) begin
            fresh <= fresh_0;
            raise <= raise_0;
        end
//% else
$(travel({{"fresh", 1, 5, "fresh_0"}, {"raise", RAISE_BITS, 5, "raise_0"}}))
    assign o_fresh = fresh_5;
    assign o_raise = raise_5;
    wire                unused_phase = &{1'b0, i_phase_take};
//% end

//% local started_ports = {we = "i_pair && (!begun || over)", waddr = "place", raddr = "i_place", used = "i_pair && begun"}
$(written("reference_written", GROUP_PLACES, GROUP_PLACE_BITS, started_ports))
endmodule
`default_nettype wire

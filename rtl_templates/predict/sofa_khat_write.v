//% -- SPDX-License-Identifier: Apache-2.0
// When and where a dimension of a group's K^ is written: with the last of the beats that its sums are put together
// from$(ROTARY and ", turned" or "").
// Latency: $(latency("khat_write", ROTARY and 4 or 1)) cycle(s). Handshake: none.
`default_nettype none
module sofa_khat_write (
    input  wire        clk,
    input  wire        rst,
    input  wire        i_valid,          // such a beat
    input  wire        i_last,           // of the group
    input  wire [$(KHAT_PLACE_BITS-1):0] i_addr,
//% if ROTARY then
    input  wire        i_odd,
    input  wire [$(HEAD_PAIR_BITS-1):0] i_pair,
    output reg         o_odd,
    output reg         o_difference,
    output reg  [$(HEAD_PAIR_BITS-1):0] o_pair,
    output wire        o_release,        // the turns of the group are done with
//% end
    output wire        o_new_khat_valid,
    output wire        o_new_khat_last,
    output wire [$(KHAT_PLACE_BITS-1):0] o_new_khat_addr
);
//% local cycles = ROTARY and 4 or 1
//% built("khat_time", d.predict_tree + 3 + cycles)
$(travel({{"valid", 1, cycles, "i_valid", reset = true}, {"last", 1, cycles, "i_last"}, {"addr", KHAT_PLACE_BITS, cycles, "i_addr"}}))
    assign o_new_khat_valid = valid_$(cycles);
    assign o_new_khat_last = last_$(cycles);
    assign o_new_khat_addr = addr_$(cycles);
//% if ROTARY then
//%   built("turn_time", d.predict_tree + 4)
    always @(posedge clk) begin
        o_odd <= i_valid && i_odd;
        o_difference <= o_odd;
        o_pair <= i_pair;
    end
    assign o_release = valid_1 && last_1;
//% end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Ring of $(PREFETCH) K and V rows, which come beat by beat in issue order. Keys enter the window (i_load) when both rows are there, which
// is a cycle after their last beat: sofa_beats writes as late.
// The K row follows a cycle after i_load, o_v_row a cycle after i_v_read. A variant of sofa_ring_rows.
`default_nettype none
module sofa_ring_beats (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  i_k_valid,       // with the last word of a row, or after it
    input  wire                  i_k_word_valid,
    input  wire $(width_of(KEY_WORD_BITS))i_k_word_index,
    input  wire [$(PORT_BITS-1):0] i_k_word,
    input  wire                  i_v_valid,
    input  wire                  i_v_word_valid,
    input  wire $(width_of(VALUE_WORD_BITS))i_v_word_index,
    input  wire [$(PORT_BITS-1):0] i_v_word,
    output wire                  o_data_here,     // both rows of the next key
    input  wire                  i_load,
    output wire [$(HEAD_DIM*KEY_BITS-1):0] o_k_row,
    input  wire                  i_v_read,
    output wire [$(HEAD_DIM*VALUE_BITS-1):0] o_v_row
);
//% for _, kind in ipairs({{"k", "i_load", KEY_WORD_BITS, d.key_beats}, {"v", "i_v_read", VALUE_WORD_BITS, d.value_beats}}) do
//%   local name, read, index_bits, beats = table.unpack(kind)
//%   local count = name .. "_rows"                -- that have come and whose keys have not entered
    reg  [$(RING_BITS-1):0] $(name)_put, $(name)_get;
    wire [$(RING_BITS-1):0] $(name)_get_next = rst ? $(RING_BITS)'d0 : !$(read) ? $(name)_get :
        $(next_of(name .. "_get", RING_BITS, PREFETCH));
    reg  [$(PREFETCH_COUNT_BITS-1):0] $(count);
    reg              $(name)_landed;         // a row's last beat is written
    reg              $(name)_here;           // $(count) is not 0
    always @(posedge clk) begin
        $(name)_get <= $(name)_get_next;
        $(name)_landed <= i_$(name)_valid && !rst;
        $(name)_here <= !rst && ($(name)_landed || |$(count)[$(PREFETCH_COUNT_BITS-1):1] || ($(count)[0] && !i_load));
        if (rst) begin
            $(name)_put <= $(RING_BITS)'d0;
            $(count) <= $(PREFETCH_COUNT_BITS)'d0;
        end else begin
            if (i_$(name)_valid)
                $(name)_put <= $(next_of(name .. "_put", RING_BITS, PREFETCH));
            $(count) <= $(count) + $(ext(name .. "_landed", 1, PREFETCH_COUNT_BITS)) - $(ext("i_load", 1, PREFETCH_COUNT_BITS));
        end
    end
    sofa_beats #(
        .BEAT($(PORT_BITS)), .BEATS($(beats)), .HBITS($(index_bits)), .DEPTH($(PREFETCH)), .ABITS($(RING_BITS)), .FAR_READ(1)
    ) u_$(name) (
        .clk(clk), .i_we(i_$(name)_word_valid && !rst), .i_index(i_$(name)_word_index), .i_waddr($(name)_put), .i_wdata(i_$(name)_word),
        .i_raddr($(name)_get_next), .o_rdata(o_$(name)_row));
//% end
    assign o_data_here = k_here && v_here;

$(holds("ring_beats_enters_complete", "!i_load || o_data_here"))
$(holds("ring_beats_fit", "!(v_landed && v_rows == " .. lit(PREFETCH_COUNT_BITS, PREFETCH) .. ")"))
endmodule
`default_nettype wire

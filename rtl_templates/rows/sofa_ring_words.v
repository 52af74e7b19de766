//% -- SPDX-License-Identifier: Apache-2.0
// Ring of K and V rows in memories of port words, from which the lane reads. Rows come in issue order; keys enter the window (i_load)
// when both are there. A row's place is asked for again when its key has entered: $(RING_ROOMS) are enough for the lane to be done with
// it first. Latency of a read: one cycle. A variant of sofa_ring_rows.
//% local kinds = {{"k", "key", KEY_WORD_BITS}, {"v", "value", VALUE_WORD_BITS}}
`default_nettype none
module sofa_ring_words (
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
    // the lane: {place, word}
    input  wire [$(RING_BITS+KEY_WORD_BITS-1):0] i_key_addr,
    output wire [$(PORT_BITS-1):0] o_key,
    input  wire [$(RING_BITS+VALUE_WORD_BITS-1):0] i_value_addr,
    output wire [$(PORT_BITS-1):0] o_value
);
//% for _, kind in ipairs(kinds) do
//%   local name, whole, index_bits = table.unpack(kind)
    reg  [$(RING_BITS-1):0] $(name)_put;
    reg  [$(PREFETCH_COUNT_BITS-1):0] $(name)_rows;     // that have come and whose keys have not entered
    always @(posedge clk)
        if (rst) begin
            $(name)_put <= $(RING_BITS)'d0;
            $(name)_rows <= $(PREFETCH_COUNT_BITS)'d0;
        end else begin
            $(name)_put <= $(name)_put + $(ext("i_" .. name .. "_valid", 1, RING_BITS));
            $(name)_rows <= $(name)_rows + $(ext("i_" .. name .. "_valid", 1, PREFETCH_COUNT_BITS)) -
                $(ext("i_load", 1, PREFETCH_COUNT_BITS));
        end
    sofa_ram #(.WIDTH($(PORT_BITS)), .DEPTH($(RING_ROOMS << index_bits)), .ABITS($(RING_BITS+index_bits))) u_$(whole)s (
        .clk(clk), .i_we(i_$(name)_word_valid), .i_waddr({$(name)_put, i_$(name)_word_index}), .i_wdata(i_$(name)_word),
        .i_re(1'b1), .i_raddr(i_$(whole)_addr), .o_rdata(o_$(whole)));
//% end
    assign o_data_here = k_rows != $(PREFETCH_COUNT_BITS)'d0 && v_rows != $(PREFETCH_COUNT_BITS)'d0;

$(holds("ring_words_enters_complete", "!i_load || o_data_here"))
endmodule
`default_nettype wire

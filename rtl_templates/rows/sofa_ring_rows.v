//% -- SPDX-License-Identifier: Apache-2.0
// Ring of $(PREFETCH) K and V rows: they come each into its place, in any order, fetched or generated. Keys enter the window
// (i_load) in the order of places, when both rows are there. The K row follows a cycle after i_load, o_v_row a cycle after i_v_read.
`default_nettype none
module sofa_ring_rows (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  i_k_valid,
    input  wire [$(RING_BITS-1):0] i_k_place,
    input  wire [$(HEAD_DIM*KEY_BITS-1):0] i_k,
    input  wire                  i_v_valid,
    input  wire [$(RING_BITS-1):0] i_v_place,
    input  wire [$(HEAD_DIM*VALUE_BITS-1):0] i_v,
    output wire                  o_data_here,     // both rows of the next key
    input  wire                  i_load,
    output wire [$(HEAD_DIM*KEY_BITS-1):0] o_k_row,
    input  wire                  i_v_read,
    output wire [$(HEAD_DIM*VALUE_BITS-1):0] o_v_row
);
    reg  [$(PREFETCH-1):0] k_here, v_here;  // rows that have not entered
    reg  [$(RING_BITS-1):0] head, v_head;    // of the next key, of the next V row
    assign o_data_here = k_here[head] && v_here[head];
    always @(posedge clk)
        if (rst) begin
            k_here <= $(PREFETCH)'d0;
            v_here <= $(PREFETCH)'d0;
            head <= $(RING_BITS)'d0;
            v_head <= $(RING_BITS)'d0;
        end else begin
//% for place = 0, PREFETCH - 1 do
            k_here[$(place)] <= (k_here[$(place)] && !(i_load && head == $(RING_BITS)'d$(place))) ||
                (i_k_valid && i_k_place == $(RING_BITS)'d$(place));
            v_here[$(place)] <= (v_here[$(place)] && !(i_load && head == $(RING_BITS)'d$(place))) ||
                (i_v_valid && i_v_place == $(RING_BITS)'d$(place));
//% end
            if (i_load)
                head <= $(next_of("head", RING_BITS, PREFETCH));
            if (i_v_read)
                v_head <= $(next_of("v_head", RING_BITS, PREFETCH));
        end
    sofa_ram #(.WIDTH($(HEAD_DIM*KEY_BITS)), .DEPTH($(PREFETCH)), .ABITS($(RING_BITS))) u_keys (
        .clk(clk), .i_we(i_k_valid), .i_waddr(i_k_place), .i_wdata(i_k), .i_re(i_load), .i_raddr(head), .o_rdata(o_k_row));
    sofa_ram #(.WIDTH($(HEAD_DIM*VALUE_BITS)), .DEPTH($(PREFETCH)), .ABITS($(RING_BITS))) u_values (
        .clk(clk), .i_we(i_v_valid), .i_waddr(i_v_place), .i_wdata(i_v), .i_re(i_v_read), .i_raddr(v_head), .o_rdata(o_v_row));

`ifdef SOFA_ASSERT
    reg  [$(PREFETCH-1):0] v_full;    // V rows that have not been read
    always @(posedge clk)
        if (rst)
            v_full <= $(PREFETCH)'d0;
        else begin
            if (i_v_read)
                v_full[v_head] <= 1'b0;
            if (i_v_valid)
                v_full[i_v_place] <= 1'b1;
        end
`endif
$(holds("ring_key_place_free", "!(i_k_valid && k_here[i_k_place])"))
$(holds("ring_value_place_free", "!(i_v_valid && v_full[i_v_place])"))
$(holds("ring_enters_complete", "!i_load || o_data_here"))
$(holds("ring_value_there", "!i_v_read || v_full[v_head]"))
endmodule
`default_nettype wire

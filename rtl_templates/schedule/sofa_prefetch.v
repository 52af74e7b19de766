//% -- SPDX-License-Identifier: Apache-2.0
//% if TOKENS or WORD_MEMORIES then skip() end
// Prefetch buffer of V rows, which come and leave in issue order: i_v_valid with the last of a row, o_v_row a cycle after i_v_read.
// K rows (i_k) come from the K memory with their key. A variant of sofa_ring.
//% local memory_parts = math.ceil(WIDTH / 8)
`default_nettype none
module sofa_prefetch (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  i_v_valid,
//% for _, port in ipairs(value_ports()) do
    input  wire $(width_of(port[2]))i_$(port[1]),
//% end
    input  wire [$(HEAD_DIM*KEY_BITS-1):0] i_k,
    output wire [$(HEAD_DIM*KEY_BITS-1):0] o_k_row,
    input  wire                  i_v_read,
    input  wire [$(VALUE_PLACE_BITS-1):0] i_v_get,         // its place, and that of the next cycle
    input  wire [$(VALUE_PLACE_BITS-1):0] i_v_get_next,
    output wire [$(HEAD_DIM*VALUE_BITS-1):0] o_v_row
);
    reg  [$(VALUE_PLACE_BITS-1):0] v_put;
    wire [$(VALUE_PLACE_BITS-1):0] v_put_next = rst ? $(VALUE_PLACE_BITS)'d0 : !i_v_valid ? v_put :
        $(next_of("v_put", VALUE_PLACE_BITS, PREFETCH));
    always @(posedge clk)
        v_put <= v_put_next;
    wire             unused_get = &{1'b0, i_v_get, i_v_get_next, i_v_read};
    assign o_k_row = i_k;
//% if REGISTERED_LINKS then
//%   local prefetch_parameters = parameters("BEAT", PORT_BITS, "BEATS", d.value_beats, "HBITS", VALUE_WORD_BITS, "DEPTH", PREFETCH,
//%       "ABITS", VALUE_PLACE_BITS, "FAR_READ", 1)
    sofa_beats #($(prefetch_parameters)) u_prefetch (
        .clk(clk), .i_we(i_word_valid && !rst), .i_index(i_word_index), .i_waddr(v_put), .i_wdata(i_word),
        .i_raddr(i_v_get_next), .o_rdata(o_v_row));
//% elseif SLOT_MEMORIES then
    sofa_spread #(.WIDTH($(HEAD_DIM*VALUE_BITS)), .PARTS($(memory_parts)), .DEPTH($(PREFETCH)), .ABITS($(VALUE_PLACE_BITS))) u_prefetch (
        .clk(clk), .i_we(i_v_next), .i_waddr(v_put_next), .i_wdata(i_v), .i_raddr(i_v_get_next), .o_rdata(o_v_row));
//% else
    sofa_ram #(.WIDTH($(HEAD_DIM*VALUE_BITS)), .DEPTH($(PREFETCH)), .ABITS($(VALUE_PLACE_BITS))) u_prefetch (
        .clk(clk), .i_we(i_v_valid), .i_waddr(v_put), .i_wdata(i_v), .i_re(i_v_read), .i_raddr(i_v_get), .o_rdata(o_v_row));
//% end
endmodule
`default_nettype wire

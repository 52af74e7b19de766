//% -- SPDX-License-Identifier: Apache-2.0
// sofa_places and sofa_ring_rows: no place is given that is not free, however rows come; keys enter in the order in which their places were
// given, each when both rows are there; the K row and the V row that are read are those that came for the key. Rows come once for each
// place that was given, in any order, generated or fetched; a V row is read after its key has entered; then its place is free.
// proof two: pdr: memory.prefetch=2 head_dim=8 attend.width=8 predict.dims=8 data.query_bits=8 data.key_bits=8 data.value_bits=8
//     predict.operand_bits=8 memory.port_bits=64 keys_max=64
//% local key_bits, value_bits = HEAD_DIM * KEY_BITS, HEAD_DIM * VALUE_BITS
`default_nettype none
module sofa_prove_ring (
    input wire        clk,
    input wire        rst,
    input wire        mark,
    input wire        take, k_valid, v_valid, load, v_read, space,
    input wire [$(RING_BITS-1):0] k_place, v_place,
    input wire [3:0]  k, v
);
    wire        here, data_here;
    wire [$(RING_BITS-1):0] place;
    wire [$(key_bits-1):0] k_row;
    wire [$(value_bits-1):0] v_row;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_places places (.clk(clk), .rst(rst), .i_take(take), .i_space(space), .o_here(here), .o_place(place));
    sofa_ring_rows dut (
        .clk(clk), .rst(rst), .i_k_valid(k_valid), .i_k_place(k_place), .i_k({$(key_bits-4)'d0, k}), .i_v_valid(v_valid),
        .i_v_place(v_place), .i_v({$(value_bits-4)'d0, v}), .o_data_here(data_here), .i_load(load), .o_k_row(k_row), .i_v_read(v_read),
        .o_v_row(v_row));

    // ---- rows that are asked for and have not come; keys that have not entered; V rows that have not been read; places not free ----
    reg  [7:0]  k_due, v_due;
    reg  [3:0]  keys, rows, leaving;
    wire [7:0]  given = {7'd0, take} << place;
    always @(posedge clk) begin
        k_due <= rst ? 8'd0 : (k_due | given) & ~({7'd0, k_valid} << k_place);
        v_due <= rst ? 8'd0 : (v_due | given) & ~({7'd0, v_valid} << v_place);
        keys <= rst ? 4'd0 : keys + {3'd0, take} - {3'd0, load};
        rows <= rst ? 4'd0 : rows + {3'd0, load} - {3'd0, v_read};
        leaving <= rst ? 4'd0 : leaving + {3'd0, v_read} - {3'd0, space};
    end
    wire [7:0]  k_comes = k_due >> k_place, v_comes = v_due >> v_place;
    always @(posedge clk) begin
        assume (!rst || !(take || k_valid || v_valid || load || v_read || space));
        assume (!take || here);
        assume (!k_valid || k_comes[0]);
        assume (!v_valid || v_comes[0]);
        assume (!load || data_here);
        assume (!v_read || rows != 4'd0);
        assume (!space || leaving != 4'd0);
    end

    // ---- a watched key ----
    reg         watched, entered, k_next, v_next;
    reg  [3:0]  ahead, v_ahead, k_kept, v_kept;
    reg  [$(RING_BITS-1):0] at;
    wire        begins_here = take && mark && !watched;
    wire        enters = watched && !entered && load && ahead == 4'd0;
    wire        leaves = watched && v_read && v_ahead == 4'd0;
    always @(posedge clk) begin
        watched <= !rst && (begins_here || (watched && !leaves));
        entered <= !rst && !begins_here && (entered || enters);
        k_next <= enters && !rst;
        v_next <= leaves && !rst;
        if (begins_here) begin
            at <= place;
            ahead <= keys - {3'd0, load};
            v_ahead <= keys + rows - {3'd0, v_read};
        end else begin
            ahead <= ahead - {3'd0, load};
            v_ahead <= v_ahead - {3'd0, v_read};
        end
        if (k_valid && k_place == at)
            k_kept <= k;
        if (v_valid && v_place == at)
            v_kept <= v;
    end
    reg  [3:0]  k_expected, v_expected;
    always @(posedge clk) begin
        k_expected <= k_kept;
        v_expected <= v_kept;
        if (!rst) begin
            ring_room: assert (keys + rows + leaving <= 4'd$(PREFETCH));
            ring_free: assert (!take || !watched || place != at);
            ring_given: assert (here == (keys + rows + leaving != 4'd$(PREFETCH)));
            ring_complete: assert (!enters || !(k_due[at] || v_due[at]));
            ring_key: assert (!k_next || k_row == {$(key_bits-4)'d0, k_expected});
            ring_value: assert (!v_next || v_row == {$(value_bits-4)'d0, v_expected});
        end
    end
endmodule
`default_nettype wire

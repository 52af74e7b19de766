//% -- SPDX-License-Identifier: Apache-2.0
// Fetches the packed keys of a tile: the rows of $(KHAT_KEYS) keys in which some row of the block sees one, one a cycle
// (sofa_walk_$(WALK)). Rows begin with keys whose numbers are multiples of $(KHAT_KEYS), whatever the tile begins with.
// $(d.khat_rows) rows may be on their way, so that none of them waits in the channel. Handshake: valid/ready; i_fill only while o_ready.
// meta of a request: $(TILE_TAG.names()), see packed keys in sofa_khat_plane. A variant of sofa_tile_rows.
//% local below = clog2(KHAT_KEYS)                                  -- bits of a key's place in its row
//% local number_bits = math.max(1, KEY_NUMBER_BITS - below)         -- of the number of a row
//% local rows = (TILE_KEYS + 2 * KHAT_KEYS - 2) // KHAT_KEYS        -- that a tile may touch
//% local places, space_bits = rows * KHAT_KEYS, clog2(d.khat_rows + 1)
//% local base_low = KEY_NUMBER_BITS >= below and range("base", below - 1, 0) or ext("base", KEY_NUMBER_BITS, below)
`default_nettype none
module sofa_tile_plane (
    input  wire             clk,
    input  wire             rst,
    // job
    input  wire [$(JOBS*ADDRESS_BITS-1):0]  i_row_base,      // for each job
    input  wire [$(ADDRESS_BITS-1):0]  i_row_stride,
    // tile
    input  wire             i_fill,          // take it
    output wire             o_ready,
    input  wire             i_job,           // that it is of
    input  wire [1:0]       i_slot,
    input  wire [$(TILE_KEYS-1):0] i_mask,   // its visible keys
    input  wire             i_any_key,
    input  wire [$(TILE_END_BITS-1):0] i_base,          // its first key
    // requests of rows
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    output reg              o_req_job,
    output reg  [$(TILE_TAG.bits-1):0] o_req_meta,
    input  wire             i_row_free       // pulse: a row has been taken apart
);
    // keys by their places in the rows
    wire [$(KEY_NUMBER_BITS-1):0] base = i_base[$(KEY_NUMBER_BITS-1):0];
    wire             unused_base = &{1'b0, i_base, base};
    wire [$(below-1):0] lead = $(base_low);      // keys of the first row that stand before the tile
    wire [$(places-1):0] by_place = $(ext("i_mask", TILE_KEYS, places)) << lead;
    reg  [$(places-1):0] keys;
    wire [$(TILE_KEYS-1):0] row_mask;
    assign row_mask[$(rows-1):0] = {
//% for row = rows - 1, 0, -1 do
        |by_place[$(row*KHAT_KEYS) +: $(KHAT_KEYS)]$(row > 0 and "," or "")
//% end
    };
//% if TILE_KEYS > rows then
    assign row_mask[$(TILE_KEYS-1):$(rows)] = $(TILE_KEYS-rows)'d0;
//% end
    reg              fetch_job;
    reg  [1:0]       fetch_slot;
    reg  [$(number_bits-1):0] fetch_row;
    reg  [$(below-1):0] fetch_lead;
    always @(posedge clk)
        if (i_fill) begin
            fetch_slot <= i_slot;
            fetch_job <= i_job;
            fetch_row <= $(KEY_NUMBER_BITS > below and range("base", KEY_NUMBER_BITS - 1, below) or lit(number_bits, 0));
            fetch_lead <= lead;
            keys <= by_place;
        end

    wire             row_valid, row_ready, row_last, walk_idle;
    wire [$(INDEX_BITS-1):0] row;
    sofa_walk_$(WALK) u_walk (
        .clk(clk), .rst(rst), .i_load(i_fill), .i_mask(row_mask), .i_any(i_any_key), .o_idle(walk_idle),
        .o_valid(row_valid), .i_ready(row_ready), .o_index(row), .o_last(row_last));
    assign o_ready = walk_idle;
    reg  [$(space_bits-1):0] space;  // for rows that wait to be taken apart
    wire             space_here = space != $(lit(space_bits, 0));
    wire             address_free;
    assign row_ready = address_free && space_here;
    always @(posedge clk)
        if (rst)
            space <= $(lit(space_bits, d.khat_rows));
        else
            space <= space + $(ext("i_row_free", 1, space_bits)) - {$(space_bits-1)'d0, row_valid && row_ready};
    wire [$(number_bits-1):0] number = fetch_row + $(ext("row", INDEX_BITS, number_bits));
    wire [$(ADDRESS_BITS-1):0]  row_base = $(of_job("i_row_base", ADDRESS_BITS, "fetch_job"));
    sofa_address #(.IBITS($(number_bits))) u_address (
        .clk(clk), .rst(rst), .i_valid(row_valid && space_here), .o_ready(address_free), .i_base(row_base), .i_index(number),
        .i_stride(i_row_stride), .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));
    wire [$(INDEX_BITS+below-1):0] first_place = {row, $(lit(below, 0))};
    wire [$(INDEX_BITS-1):0] first_key = first_place[$(INDEX_BITS-1):0] - $(ext("fetch_lead", below, INDEX_BITS));
    wire             unused_place = &{1'b0, first_place, fetch_lead};
    wire [$(KHAT_KEYS-1):0] visible = $(selected("keys", "row", KHAT_KEYS, rows));
    always @(posedge clk)
        if (row_valid && row_ready) begin
            o_req_job <= fetch_job;
            o_req_meta <= $(TILE_TAG.pack{visible = "visible", last = "row_last", slot = "fetch_slot", key = "first_key"});
        end
    assign o_req_len = 8'd$(d.khat_beats - 1);

$(holds("plane_places_counted", "space <= " .. lit(space_bits, d.khat_rows)))
endmodule
`default_nettype wire

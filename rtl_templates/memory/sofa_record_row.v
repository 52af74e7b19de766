//% -- SPDX-License-Identifier: Apache-2.0
// The {first, visible} record of a row of records. Combinational. A variant of sofa_record_words.
`default_nettype none
module sofa_record_row (
    input  wire [$(RANGE_RECORDS*64-1):0] i_row,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_keys,
    input  wire [$(RECORD_BITS-1):0] i_record,      // number of the record in its row
    output wire [$(KEY_NUMBER_BITS-1):0] o_first,
    output wire [$(KEY_NUMBER_BITS-1):0] o_visible,
    output wire             o_sees,        // the row sees a key
    output wire             o_bad          // one is larger than the number of keys
);
    wire [63:0]     entry = $(selected("i_row", "i_record", 64, RANGE_RECORDS));
    wire [31:0]     first = entry[31:0];
    wire [31:0]     visible = entry[63:32];
    wire            unused_record = &{1'b0, i_record};
    assign o_first = first[$(KEY_NUMBER_BITS-1):0];
    assign o_visible = visible[$(KEY_NUMBER_BITS-1):0];
    assign o_sees = first < visible;
    assign o_bad = visible > {{$(32-KEY_NUMBER_BITS){1'b0}}, i_keys} || first > {{$(32-KEY_NUMBER_BITS){1'b0}}, i_keys};
endmodule
`default_nettype wire

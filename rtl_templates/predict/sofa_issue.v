//% -- SPDX-License-Identifier: Apache-2.0
// Issues the beats of prediction, one a cycle: the rows of a pass$(TOKENS and ", or columns of weight codes" or ""). A pass may begin when
// the one before has ended, its queries and a need matrix are there, and beats of one row stand $(d.pass_distance) cycles apart.
// The beat is described by o_row and what follows in the cycle in which it is issued.
//% local item_bits = TOKENS and math.max(ROW_BITS, clog2(HEAD_DIM)) or ROW_BITS     -- number of a beat: row, or column
//% local age_bits = clog2(QUERY_BLOCK + d.pass_distance + 1) + 1
//% local ahead_bits = age_bits + 2                     -- of age and a row, signed
`default_nettype none
module sofa_issue (
    input  wire               clk,
    input  wire               rst,
    input  wire [1:0]         i_query_ready,
    input  wire [1:0]         i_parity_free,
    input  wire               i_waiting,        // the loader waits
    // the pass that is loaded
    input  wire               i_pass_valid,
    input  wire               i_pass_none,
    input  wire               i_pass_bank,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_pass_base,
    input  wire [$(KEY_GROUP_BITS-1):0] i_pass_group,
    input  wire [$(ROW_BITS-1):0] i_pass_from,
    input  wire [$(ROW_BITS-1):0] i_pass_to,
    input  wire [$(DIM_SLICE_BITS-1):0] i_pass_slice,
    input  wire               i_pass_first,
    input  wire               i_pass_last,
//% if TOKENS then
    input  wire               i_pass_keys,
    input  wire               i_pass_all,
    input  wire               i_pass_start,
    input  wire               i_pass_final,
    input  wire               i_pass_release,
    input  wire [$(SLICE_WORD_BITS-1):0] i_pass_word,
    input  wire [$(HEAD_DIM-1):0] i_pass_columns,
//%   if STREAMED then
    input  wire [$(SLICE_COUNT_BITS-1):0] i_slices,
    output reg                o_code_half,
    output reg                o_code_release,
//%   end
    // a beat of keys
    output wire               o_keys,
    output wire [$(CODE_PLACE_BITS-1):0] o_code_addr,
    output wire [$(KHAT_PLACE_BITS-1):0] o_khat_place,
    output wire               o_last_column,
    output wire [$(PARTIAL_PLACE_BITS-1):0] o_spot,
//%   if ROTARY then
    output wire               o_odd,
    output wire [$(HEAD_PAIR_BITS-1):0] o_pair,
//%   end
//% end
    output wire               o_start,          // the loaded pass is taken
    output reg                o_swap,           // a cycle later
    // beat
    output wire               o_valid,          // of scores
    output wire               o_end,            // the last of its tile
    output reg                o_parity,
    output wire [$(ROW_BITS-1):0] o_row,
    output reg                o_bank,
    output reg  [$(KEY_NUMBER_BITS-1):0] o_base,  // first key of the tile
    output reg  [$(TILE_BITS-1):0] o_group_key,   // of the group, in the tile
    output reg  [$(DIM_SLICE_BITS-1):0] o_slice,
    output wire               o_sum_start,      // first beat of its sum
    output wire               o_sum_final,
    // counters
    output wire               o_starved,
    output wire               o_blocked
);
    reg               active, next_parity;
    reg  [1:0]        parity_taken;
    reg  [$(item_bits-1):0] row;
    reg  [$(ROW_BITS-1):0] last_row;
    reg  [$(age_bits-1):0] age;         // cycles since the pass's first beat, saturating
    reg               none, end_of_tile;
    reg               first_slice, final_slice;
//% if TOKENS then
    reg               of_keys, all_columns, start_keys, final_keys;
    reg  [$(HEAD_DIM-1):0] columns;     // still to come after this one
    reg  [$(KEY_GROUP_BITS-1):0] group;
    reg  [$(CODE_PLACE_BITS-1):0] code_base;
    reg  [1:0]        gap;              // cycles since the last beat of keys, saturating
    wire              row_end = !active || (of_keys ? columns == $(HEAD_DIM)'d0 : o_row == last_row);
    wire [$(HEAD_DIM-1):0] some_columns = o_start ? i_pass_columns : columns;
    wire [$(HEAD_DIM-1):0] later_columns = some_columns & (some_columns - $(HEAD_DIM)'d1);
    reg  [$(item_bits-1):0] next_column;
    integer i;
    always @* begin
        next_column = $(item_bits)'d0;
        for (i = $(HEAD_DIM-1); i >= 0; i = i - 1)
            if (some_columns[i])
                next_column = i[$(item_bits-1):0];
    end
    wire              keys_apart = (i_pass_all && all_columns) || (gap >= 2'd$(d.key_pass_gap) && !(active && of_keys));
//% else
    wire              row_end = !active || row == last_row;
//% end
    // the pass that began `age` cycles ago with row `from` is so far ahead that the new one may begin with its row
    reg  signed [$(ahead_bits-1):0] ahead;    // age + from - $(d.pass_distance)
    wire signed [$(ahead_bits-1):0] next_wide = $(ext("i_pass_from", ROW_BITS, ahead_bits));
    wire signed [$(ahead_bits-1):0] older = $(ext("age", age_bits, ahead_bits)) - $(ahead_bits)'d$(d.pass_distance - 1);
    wire              apart = age >= $(age_bits)'d$(d.pass_distance) && ahead >= next_wide;
    wire              need_ready = !i_pass_first || !parity_taken[next_parity];
    wire              rows_ready = need_ready && (i_pass_none || (apart && i_query_ready[i_pass_bank]));
//% if TOKENS then
    assign o_start = i_pass_valid && row_end &&
        (i_pass_keys ? age >= $(age_bits)'d$(d.pass_distance) && keys_apart : rows_ready);
//% else
    assign o_start = i_pass_valid && row_end && rows_ready;
//% end
    wire              take_parity = o_start && i_pass_first;

    always @(posedge clk) begin
        if (o_start) begin
            row <= $(TOKENS and "i_pass_keys ? next_column : " or "")$(ext("i_pass_from", ROW_BITS, item_bits));
            last_row <= i_pass_none ? i_pass_from : i_pass_to;
            none <= i_pass_none;
            o_bank <= i_pass_bank;
            o_base <= i_pass_base;
            o_group_key <= $(ext("i_pass_group", KEY_GROUP_BITS, TILE_BITS)) * $(TILE_BITS)'d$(PREDICT_KEYS);
            end_of_tile <= i_pass_last;
            first_slice <= i_pass_slice == $(DIM_SLICE_BITS)'d0;
            final_slice <= i_pass_slice == $(DIM_SLICE_BITS)'d$(DIM_SLICES-1);
            o_slice <= i_pass_slice;
            if (i_pass_first)
                o_parity <= next_parity;
        end else if (!row_end)
            row <= $(TOKENS and "of_keys ? next_column : " or "")row + 1'b1;
        if (rst) begin
            active <= 1'b0;
            next_parity <= 1'b0;
            parity_taken <= 2'b00;
            age <= $(age_bits)'d$((1 << age_bits) - 1);
            ahead <= $(ahead_bits)'sd$((1 << age_bits) - 1 - d.pass_distance);
        end else begin
            if (o_start)
                ahead <= $(TOKENS and "(i_pass_keys ? " .. ahead_bits .. "'sd0 : next_wide)" or "next_wide")
                    + (i_pass_none ? older : -$(ahead_bits)'sd$(d.pass_distance - 1));
            else if (!(&age))
                ahead <= ahead + $(ahead_bits)'sd1;
            active <= o_start || !row_end;
            next_parity <= next_parity ^ take_parity;
            parity_taken <= (parity_taken | {take_parity && next_parity, take_parity && !next_parity}) & ~i_parity_free;
            if (o_start && !i_pass_none)
                age <= $(age_bits)'d1;
            else if (!(&age))
                age <= age + 1'b1;
        end
        o_swap <= o_start && !rst;
    end
    assign o_row = row[$(ROW_BITS-1):0];
    assign o_starved = !active && (i_waiting || (i_pass_valid && need_ready && !i_query_ready[i_pass_bank]));
    assign o_blocked = !active && i_pass_valid && !need_ready;
//% if TOKENS then
    assign o_keys = active && of_keys;
    assign o_valid = active && !none && !of_keys;
    assign o_end = active && end_of_tile && !of_keys && o_row == last_row;
    assign o_sum_start = of_keys ? start_keys : first_slice;
    assign o_sum_final = of_keys ? final_keys : final_slice;

    // ---- beats of keys ----
    always @(posedge clk) begin
        if (o_start) begin
            of_keys <= i_pass_keys;
            all_columns <= i_pass_all;
            start_keys <= i_pass_start;
            final_keys <= i_pass_final;
            group <= i_pass_group;
            code_base <= $(ext("i_pass_word", SLICE_WORD_BITS, CODE_PLACE_BITS))
                * $(lit(CODE_PLACE_BITS, HEAD_DIM % (1 << CODE_PLACE_BITS)));
        end
        columns <= later_columns;
        if (rst)
            gap <= 2'd3;
        else if (active && of_keys)
            gap <= 2'd1;
        else if (gap != 2'd3)
            gap <= gap + 2'd1;
    end
//%   if ROTARY then
    // of the last pass of a group, both halves of a pair one after the other
    wire [$(item_bits-1):0] half_row = {1'b0, row[$(item_bits-1):1]};
    wire [$(item_bits-1):0] column = !final_keys ? row : row[0] ? half_row + $(lit(item_bits, HEAD_PAIRS)) : half_row;
    assign o_odd = row[0];
    assign o_pair = $(ext("half_row", item_bits, HEAD_PAIR_BITS));
//%   else
    wire [$(item_bits-1):0] column = row;
//%   end
    assign o_code_addr = code_base + $(ext("column", item_bits, CODE_PLACE_BITS));
    assign o_khat_place = $(ext("group", KEY_GROUP_BITS, KHAT_PLACE_BITS)) * $(lit(KHAT_PLACE_BITS, HEAD_DIM % (1 << KHAT_PLACE_BITS)))
        + $(ext("column", item_bits, KHAT_PLACE_BITS));
    assign o_last_column = columns == $(HEAD_DIM)'d0;
    // where the sums of the beat are put together
//%   local row_place = ext("row", item_bits, PARTIAL_PLACE_BITS)
    wire [$(PARTIAL_PLACE_BITS-1):0] column_place = $(ext("column", item_bits, PARTIAL_PLACE_BITS));
//%   if STREAMED then
    wire [$(PARTIAL_PLACE_BITS-1):0] group_place = $(ext("group", KEY_GROUP_BITS, PARTIAL_PLACE_BITS))
        * $(lit(PARTIAL_PLACE_BITS, HEAD_DIM % (1 << PARTIAL_PLACE_BITS)));
    assign o_spot = of_keys ? group_place + column_place : $(row_place);
    reg               release_codes;
    wire              release_now = active && of_keys && release_codes && row_end && i_slices != $(lit(SLICE_COUNT_BITS, 1));
    always @(posedge clk) begin
        if (o_start)
            release_codes <= i_pass_release;
        o_code_release <= release_now && !rst;
        o_code_half <= (o_code_half ^ release_now) && !rst;
    end
//%   else
    assign o_spot = of_keys ? column_place : $(row_place);
    wire              unused_release = i_pass_release;
//%   end
//% else
    assign o_valid = active && !none;
    assign o_end = active && end_of_tile && row == last_row;
    assign o_sum_start = first_slice;
    assign o_sum_final = final_slice;
//% end

$(holds("issue_parity_free", "!take_parity || !parity_taken[next_parity]"))
$(holds("issue_parity_taken", "~|(i_parity_free & ~parity_taken)"))
$(holds("issue_queries_there", "!o_valid || i_query_ready[o_bank]"))
endmodule
`default_nettype wire

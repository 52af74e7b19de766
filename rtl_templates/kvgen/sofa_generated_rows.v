//% -- SPDX-License-Identifier: Apache-2.0
// Makes rows of K and V of the sums of their blocks: shifted, rounded, saturated. Rows go to the ring (o_k_valid, o_v_valid; always taken)
// and to a queue of $(d.write_back_rows) rows for the write-back, which has room for each row that begins.
//% if ROTARY then
// K rows are turned on their way (sofa_rotate): the next K row begins when the one before has left, a V row may overtake its K row.
//% end
// Latency: two cycles from the last sums to the row. Throughput: a block a cycle. Equals sofa_generate().
`default_nettype none
module sofa_generated_rows (
    input  wire             clk,
    input  wire             rst,
    input  wire [4:0]       i_k_shift,
    input  wire [4:0]       i_v_shift,
    // the step that is issued
    input  wire             i_issue,
    input  wire             i_row_start,
    input  wire             i_row_end,
    input  wire             i_is_v,
    input  wire [$(RING_BITS-1):0]  i_ring,
    input  wire [$(KEY_NUMBER_BITS-1):0]  i_row_key,
    output wire             o_turn_free,    // a K row may begin
    // its sums, later
    input  wire             i_sums_valid,
    input  wire [$(KEY_BLOCK_BITS-1):0]  i_sums_block,
    input  wire [$(PROJECT_OUTPUTS*PROJECT_BITS-1):0] i_sums,
//% if ROTARY then
    // cosines and sines of a key
    input  wire [$(ADDRESS_BITS-1):0]  i_rotary_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_rotary_stride,
    output wire             o_turn_valid,
    input  wire             i_turn_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_turn_addr,
    input  wire             i_turns_valid,
    input  wire [$(HEAD_DIM*16-1):0] i_turns,
//% end
    // rows
    output wire             o_k_valid,
    output wire             o_v_valid,
    output wire [$(RING_BITS-1):0] o_k_ring,
    output wire [$(RING_BITS-1):0] o_v_ring,
    output wire [$(HEAD_DIM*KEY_BITS-1):0] o_k_row,
    output wire [$(HEAD_DIM*VALUE_BITS-1):0] o_v_row,
    output wire             o_wr_valid,
    input  wire             i_wr_ready,
    output wire             o_wr_is_v,
    output wire [$(KEY_NUMBER_BITS-1):0] o_wr_key,
    output wire [$(GENERATED_ROW_BITS-1):0] o_wr_row,
    output wire             o_back_taken
);
//% local scaled, done = SUM_TIME + 1, SUM_TIME + 2
//% local values = {{"is_v", 1, done, "i_is_v"}, {"end", 1, done, "i_row_end && i_issue", reset = true},
//%     {"ring", RING_BITS, done, "i_ring"}, {"key", KEY_NUMBER_BITS, done, "i_row_key"},
//%     {"block", KEY_BLOCK_BITS, scaled, "i_sums_block", first = scaled},
//%     {"scaled", 1, scaled, "i_sums_valid", first = scaled, reset = true}}
    // what travels beside a beat: name_n is n cycles after its issue
$(travel(values))

    // shift, round, saturate
    wire [4:0]        shift = is_v_$(SUM_TIME) ? i_v_shift : i_k_shift;
    wire [$(PROJECT_OUTPUTS*GENERATED_BITS-1):0] elements;
    wire [$(KEY_BLOCK_BITS-1):0]  place = is_v_$(scaled) ? block_$(scaled) - $(lit(KEY_BLOCK_BITS, PROJECT_BLOCKS)) : block_$(scaled);
//% for output = 0, PROJECT_OUTPUTS - 1 do
//%   local whole = "whole_" .. output
    wire signed [$(PROJECT_BITS):0] doubled_$(output) = {$(nth("i_sums", output, PROJECT_BITS)), 1'b0};
    reg  signed [$(PROJECT_BITS):0] shifted_$(output);
    always @(posedge clk) shifted_$(output) <= doubled_$(output) >>> shift;
    wire [$(PROJECT_BITS):0]    rounded_$(output) = shifted_$(output) + $(lit(PROJECT_BITS+1, 1));
    wire [$(PROJECT_BITS-1):0]  $(whole) = rounded_$(output)[$(PROJECT_BITS):1];
    wire              unused_half_$(output) = rounded_$(output)[0];
    wire [$(KEY_BITS-1):0]  k_$(output) = $(saturated(whole, PROJECT_BITS, KEY_BITS));
    wire [$(VALUE_BITS-1):0]  v_$(output) = $(saturated(whole, PROJECT_BITS, VALUE_BITS));
    assign $(nth("elements", output, GENERATED_BITS)) = is_v_$(scaled) ? $(ext("v_" .. output, VALUE_BITS, GENERATED_BITS)) :
        $(ext("k_" .. output, KEY_BITS, GENERATED_BITS));
//% end
    reg  [$(HEAD_DIM*GENERATED_BITS-1):0] row;
    always @(posedge clk) begin
//% for block = 0, PROJECT_BLOCKS - 1 do
//%   local block_bits = math.min(PROJECT_OUTPUTS, HEAD_DIM - block * PROJECT_OUTPUTS) * GENERATED_BITS
        if (scaled_$(scaled) && place == $(lit(KEY_BLOCK_BITS, block)))
            row[$(block*PROJECT_OUTPUTS*GENERATED_BITS) +: $(block_bits)] <= elements[$(block_bits-1):0];
//% end
    end
    wire [$(HEAD_DIM*KEY_BITS-1):0] k_row;
//% for element = 0, HEAD_DIM - 1 do
    assign $(nth("k_row", element, KEY_BITS)) = row[$(element*GENERATED_BITS) +: $(KEY_BITS)];
    assign $(nth("o_v_row", element, VALUE_BITS)) = row[$(element*GENERATED_BITS) +: $(VALUE_BITS)];
//% end

    // where they go
    wire              k_end = end_$(done) && !is_v_$(done);
    wire [$(KEY_NUMBER_BITS-1):0]  k_key;
    assign o_v_valid = end_$(done) && is_v_$(done);
    assign o_v_ring = ring_$(done);
//% if ROTARY then
    sofa_rotate u_rotate (
        .i_base(i_rotary_base), .i_stride(i_rotary_stride), .o_free(o_turn_free), .i_begin(i_issue && i_row_start && !i_is_v),
        .i_key(i_row_key), .o_req_valid(o_turn_valid), .i_req_ready(i_turn_ready), .o_req_addr(o_turn_addr), .i_row_valid(k_end),
        .i_row(k_row), .i_hold(o_v_valid), .o_valid(o_k_valid), .o_key(k_key), .o_ring(o_k_ring), .o_row(o_k_row), .*);
//% else
    assign o_turn_free = 1'b1;
    assign o_k_valid = k_end;
    assign o_k_ring = ring_$(done);
    assign o_k_row = k_row;
    assign k_key = key_$(done);
    wire              unused_start = i_row_start;
//% end
    wire [$(GENERATED_ROW_BITS-1):0] back = o_v_valid ? $(ext("o_v_row", HEAD_DIM*VALUE_BITS, GENERATED_ROW_BITS)) :
        $(ext("o_k_row", HEAD_DIM*KEY_BITS, GENERATED_ROW_BITS));
//% local queue_parameters = parameters("WIDTH", GENERATED_ROW_BITS + KEY_NUMBER_BITS + 1, "DEPTH", d.write_back_rows, "ABITS",
//%     clog2(d.write_back_rows))
    sofa_queue #($(queue_parameters)) u_back (
        .clk(clk), .rst(rst), .i_valid(o_k_valid || o_v_valid), .i_data({o_v_valid, o_v_valid ? key_$(done) : k_key, back}),
        .o_valid(o_wr_valid), .i_ready(i_wr_ready), .o_data({o_wr_is_v, o_wr_key, o_wr_row}));
    assign o_back_taken = o_wr_valid && i_wr_ready;

$(holds("generated_row_one", "!(o_k_valid && o_v_valid)"))
endmodule
`default_nettype wire

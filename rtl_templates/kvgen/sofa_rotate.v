//% -- SPDX-License-Identifier: Apache-2.0
//% local step_pairs, steps = d.rotary_pairs, d.rotary_steps
//% local step_bits, padded_pairs = clog2(d.rotary_steps + 2), d.rotary_steps * d.rotary_pairs
// Turns the K row of a generated key by its position: $(step_pairs) pair(s) (i, i + $(HEAD_PAIRS)) a cycle, four multipliers each. One row
// at a time: a row is announced (i_begin, only while o_free), its cosines and sines are read, and when both are here the halves of the row
// pass by the multipliers and come back to where they were. Latency: $(latency("rotate", d.rotate_time + 2)) cycles from the later of row
// and cosines to o_valid, longer while i_hold. Equals sofa_rotate_key().
`default_nettype none
module sofa_rotate (
    input  wire             clk,
    input  wire             rst,
    input  wire [$(ADDRESS_BITS-1):0]  i_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_stride,
    output wire             o_free,
    input  wire             i_begin,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_key,
    input  wire [$(RING_BITS-1):0] i_ring,
    // cosines and sines, {sine, cosine} of a pair
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    input  wire             i_turns_valid,
    input  wire [$(HEAD_DIM*16-1):0] i_turns,
    // the row
    input  wire             i_row_valid,
    input  wire [$(HEAD_DIM*KEY_BITS-1):0] i_row,
    // turned; always taken unless i_hold
    input  wire             i_hold,
    output wire             o_valid,
    output reg  [$(KEY_NUMBER_BITS-1):0] o_key,
    output reg  [$(RING_BITS-1):0] o_ring,
    output wire [$(HEAD_DIM*KEY_BITS-1):0] o_row
);
    reg                 busy, row_here, turns_here, done;
    reg  [$(step_bits-1):0]    count;
    wire                turning = row_here && turns_here && !done;
    assign o_free = !busy;
    assign o_valid = done && !i_hold;
    always @(posedge clk) begin
        if (i_begin) begin
            o_key <= i_key;
            o_ring <= i_ring;
        end
        if (rst) begin
            busy <= 1'b0;
            row_here <= 1'b0;
            turns_here <= 1'b0;
            done <= 1'b0;
            count <= $(step_bits)'d0;
        end else begin
            busy <= i_begin || (busy && !o_valid);
            row_here <= i_row_valid || (row_here && !o_valid);
            turns_here <= i_turns_valid || (turns_here && !o_valid);
            done <= (turning && count == $(lit(step_bits, d.rotate_time))) || (done && i_hold);
            count <= turning ? count + 1'b1 : $(step_bits)'d0;
        end
    end
    wire                unused_ready;
    wire                unused = &{1'b0, unused_ready};
    sofa_address #(.IBITS($(KEY_NUMBER_BITS))) u_address (
        .clk(clk), .rst(rst), .i_valid(i_begin), .o_ready(unused_ready), .i_base(i_base), .i_index(i_key), .i_stride(i_stride),
        .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));

    // ---- the halves of the row pass by; what is turned comes in two cycles later at the top ----
    reg  [$(padded_pairs*KEY_BITS-1):0] low, high;
    reg  [$(padded_pairs*32-1):0] turns;
    wire [$(step_pairs*KEY_BITS-1):0] new_low, new_high;
    wire [$((padded_pairs+step_pairs)*KEY_BITS-1):0] low_next = {new_low, low};
    wire [$((padded_pairs+step_pairs)*KEY_BITS-1):0] high_next = {new_high, high};
    wire [$((padded_pairs+step_pairs)*32-1):0] turns_next = {$(lit(step_pairs*32, 0)), turns};
    always @(posedge clk) begin
        if (i_turns_valid)
            turns <= $(ext("i_turns", HEAD_DIM*16, padded_pairs*32));
        else if (turning)
            turns <= turns_next[$((padded_pairs+step_pairs)*32-1):$(step_pairs*32)];
        if (i_row_valid) begin
            low <= $(ext("i_row[" .. (HEAD_PAIRS*KEY_BITS-1) .. ":0]", HEAD_PAIRS*KEY_BITS, padded_pairs*KEY_BITS));
            high <= $(ext(range("i_row", HEAD_DIM*KEY_BITS-1, HEAD_PAIRS*KEY_BITS), HEAD_PAIRS*KEY_BITS, padded_pairs*KEY_BITS));
        end else if (turning) begin
            low <= low_next[$((padded_pairs+step_pairs)*KEY_BITS-1):$(step_pairs*KEY_BITS)];
            high <= high_next[$((padded_pairs+step_pairs)*KEY_BITS-1):$(step_pairs*KEY_BITS)];
        end
    end
    assign o_row = {high[$(HEAD_PAIRS*KEY_BITS-1):0], low[$(HEAD_PAIRS*KEY_BITS-1):0]};
//% if padded_pairs > HEAD_PAIRS then
    wire                unused_pad = &{1'b0, low[$(padded_pairs*KEY_BITS-1):$(HEAD_PAIRS*KEY_BITS)],
        high[$(padded_pairs*KEY_BITS-1):$(HEAD_PAIRS*KEY_BITS)]};
//% end
//% local product_bits = KEY_BITS + 16
//% local function saturated(name)
//%   local top = name .. "[" .. product_bits .. ":" .. (14 + KEY_BITS - 1) .. "]"
//%   return "(&" .. top .. " || ~|" .. top .. ") ? " .. name .. "[" .. (14 + KEY_BITS - 1) .. ":14] : {" .. name .. "[" .. product_bits
//%       .. "], {" .. (KEY_BITS-1) .. "{!" .. name .. "[" .. product_bits .. "]}}}"
//% end
//% for pair = 0, step_pairs - 1 do

    // ---- multipliers of pair $(pair) ----
    wire signed [$(KEY_BITS-1):0] a_$(pair) = low[$(pair*KEY_BITS) +: $(KEY_BITS)];
    wire signed [$(KEY_BITS-1):0] b_$(pair) = high[$(pair*KEY_BITS) +: $(KEY_BITS)];
    wire signed [15:0]  cos_$(pair) = turns[$(pair*32) +: 16];
    wire signed [15:0]  sin_$(pair) = turns[$(pair*32+16) +: 16];
    reg  signed [$(product_bits-1):0] a_cos_$(pair), a_sin_$(pair), b_cos_$(pair), b_sin_$(pair);
    wire signed [$(product_bits):0] sum_low_$(pair) = $(sext("a_cos_" .. pair, product_bits, product_bits+1)) -
        $(sext("b_sin_" .. pair, product_bits, product_bits+1)) + $(lit(product_bits+1, 8192));
    wire signed [$(product_bits):0] sum_high_$(pair) = $(sext("a_sin_" .. pair, product_bits, product_bits+1)) +
        $(sext("b_cos_" .. pair, product_bits, product_bits+1)) + $(lit(product_bits+1, 8192));
    reg  [$(KEY_BITS-1):0]    low_$(pair), high_$(pair);
    always @(posedge clk) begin
        a_cos_$(pair) <= a_$(pair) * cos_$(pair);
        a_sin_$(pair) <= a_$(pair) * sin_$(pair);
        b_cos_$(pair) <= b_$(pair) * cos_$(pair);
        b_sin_$(pair) <= b_$(pair) * sin_$(pair);
        low_$(pair) <= $(saturated("sum_low_" .. pair));
        high_$(pair) <= $(saturated("sum_high_" .. pair));
    end
    assign new_low[$(pair*KEY_BITS) +: $(KEY_BITS)] = low_$(pair);
    assign new_high[$(pair*KEY_BITS) +: $(KEY_BITS)] = high_$(pair);
    wire                unused_fraction_$(pair) = &{1'b0, sum_low_$(pair)[13:0], sum_high_$(pair)[13:0]};
//% end
    wire                unused_shifted = &{1'b0, low_next[$(step_pairs*KEY_BITS-1):0], high_next[$(step_pairs*KEY_BITS-1):0],
        turns_next[$(step_pairs*32-1):0]};

$(holds("rotate_begin_free", "!i_begin || (o_free && unused_ready)"))
$(holds("rotate_row_expected", "!i_row_valid || (busy && !row_here)"))
endmodule
`default_nettype wire

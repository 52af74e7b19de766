//% -- SPDX-License-Identifier: Apache-2.0
// SA-1 of one lane: products of PEW query and key elements and their sum.
// Latency $(latency("dot", 3 + d.dot_tree - 1)) cycles (products, $(d.dot_tree) tree stages, and halves combined or operands registered);
// throughput one beat a cycle, no back-pressure. Equals one beat of the dot product s of docs/arithmetic.md.
//% local halved = KEY_BITS == 16 and not WHOLE_PRODUCTS
//% local registers_operands = not halved and WHOLE_PRODUCTS and WIDTH > 1   -- the multipliers' operands are registered instead of the sum
//% local high_bits = halved and 8 or KEY_BITS   -- bits of the key's high part
//% local low_product_bits = QUERY_BITS + 9   -- product of a query element and half a key element
`default_nettype none
module sofa_dot (
    input  wire                clk,
    input  wire [$(WIDTH*QUERY_BITS-1):0]  i_q,
    input  wire [$(WIDTH*KEY_BITS-1):0]  i_k,
    output $(registers_operands and "wire" or "reg ") [$(DOT_BITS-1):0]    o_sum
);
//% local function tree(prefix, names, width)
//%   local level = 0
//%   while #names > 1 do
//%     level = level + 1
//%     local wider, sums = width + math.min(clog2(TREE_INPUTS), clog2(#names)), {}
//%     for j = 1, #names, TREE_INPUTS do
//%       local part = {}
//%       for k = j, math.min(j + TREE_INPUTS - 1, #names) do part[#part+1] = sext(names[k], width, wider) end
//%       local name = prefix .. level .. "_" .. ((j-1)//TREE_INPUTS)
    reg signed [$(wider-1):0] $(name);
    always @(posedge clk) $(name) <= $(table.concat(part, " + "));
//%       sums[#sums+1] = name
//%     end
//%     names, width = sums, wider
//%   end
//%   return names[1], width
//% end
//% local low, high = {}, {}
//% for i = 0, WIDTH - 1 do
//%   if not registers_operands then
    wire signed [$(QUERY_BITS-1):0] q_$(i) = i_q[$(i*QUERY_BITS) +: $(QUERY_BITS)];
//%   end
//%   if halved then
    wire signed [8:0] kl_$(i) = {1'b0, i_k[$(i*KEY_BITS) +: 8]};
    wire signed [7:0] kh_$(i) = i_k[$(i*KEY_BITS+8) +: 8];
    reg  signed [$(low_product_bits-1):0] low0_$(i);
    always @(posedge clk) low0_$(i) <= q_$(i) * kl_$(i);
//%     low[#low+1] = "low0_" .. i
//%   elseif not registers_operands then
    wire signed [$(high_bits-1):0] kh_$(i) = i_k[$(i*KEY_BITS) +: $(high_bits)];
//%   end
//%   if registers_operands then
    wire signed [$(QUERY_BITS+high_bits-1):0] high0_$(i);
    sofa_multiply #(.A($(QUERY_BITS)), .B($(high_bits))) u_product_$(i) (
        .clk(clk), .i_a(i_q[$(i*QUERY_BITS) +: $(QUERY_BITS)]), .i_b(i_k[$(i*KEY_BITS) +: $(high_bits)]), .o_p(high0_$(i)));
//%   elseif WIDTH == 1 and not halved then
    // no adders: operands are registered instead of the sum
    reg  signed [$(QUERY_BITS-1):0] q1;
    reg  signed [$(high_bits-1):0] k1;
    wire signed [$(QUERY_BITS+high_bits-1):0] high0_0 = q1 * k1;
    always @(posedge clk) begin
        q1 <= q_0;
        k1 <= kh_0;
    end
//%   else
    reg  signed [$(QUERY_BITS+high_bits-1):0] high0_$(i);
    always @(posedge clk) high0_$(i) <= q_$(i) * kh_$(i);
//%   end
//%   high[#high+1] = "high0_" .. i
//% end
//% local high_sum, high_width = tree("high", high, QUERY_BITS + high_bits)
//% if halved then
//%   local low_sum, low_width = tree("low", low, low_product_bits)
    always @(posedge clk)
//%   local high_placed = DOT_BITS > high_width + 8 and "{{" .. (DOT_BITS-high_width-8) .. "{" .. high_sum .. "[" .. (high_width-1)
//%       .. "]}}, " .. high_sum .. ", 8'd0}" or "{" .. high_sum .. "[" .. (DOT_BITS-9) .. ":0], 8'd0}"
        o_sum <= $(high_placed) + $(sext(low_sum, low_width, DOT_BITS));
//%   if DOT_BITS < high_width + 8 then
    wire unused_high = &{1'b0, $(high_sum)[$(high_width-1):$(DOT_BITS-8)]};
//%   end
//%   if DOT_BITS < low_width then
    wire unused_low = &{1'b0, $(low_sum)[$(low_width-1):$(DOT_BITS)]};
//%   end
//% else
//%   if registers_operands then
    assign o_sum = $(sext(high_sum, high_width, DOT_BITS));
//%   else
    always @(posedge clk)
        o_sum <= $(sext(high_sum, high_width, DOT_BITS));
//%   end
//%   if DOT_BITS < high_width then
    wire unused_high = &{1'b0, $(high_sum)[$(high_width-1):$(DOT_BITS)]};
//%   end
//% end
endmodule
`default_nettype wire

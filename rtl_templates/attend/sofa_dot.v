//% -- SPDX-License-Identifier: Apache-2.0
// SA-1 of one lane: products of PEW query and key elements and their sum.
// Latency $(latency("dot", 3 + d.dot_tree - 1)) cycles (products, $(d.dot_tree) tree stages, and halves combined or operands registered); throughput one beat a cycle, no back-pressure.
// Equals one beat of the dot product s of docs/arithmetic.md.
//% local N, QW, KW, SW = cfg.attend.width, cfg.data.query_bits, cfg.data.key_bits, d.dot_bits
//% local split, IN = KW == 16 and d.whole_products == 0, d.tree_inputs
//% local early = not split and d.whole_products == 1 and N > 1   -- the multipliers' operands are registered instead of the sum
//% local HB = split and 8 or KW   -- bits of the key's high part
//% local PW = QW + 9   -- product of a query element and half a key element
`default_nettype none
module sofa_dot (
    input  wire                clk,
    input  wire [$(N*QW-1):0]  i_q,
    input  wire [$(N*KW-1):0]  i_k,
    output $(early and "wire" or "reg ") [$(SW-1):0]    o_sum
);
//% local function tree(prefix, names, width)
//%   local level = 0
//%   while #names > 1 do
//%     level = level + 1
//%     local nw, out = width + math.min(clog2(IN), clog2(#names)), {}
//%     for j = 1, #names, IN do
//%       local part = {}
//%       for k = j, math.min(j + IN - 1, #names) do part[#part+1] = sext(names[k], width, nw) end
//%       local name = prefix .. level .. "_" .. ((j-1)//IN)
    reg signed [$(nw-1):0] $(name);
    always @(posedge clk) $(name) <= $(table.concat(part, " + "));
//%       out[#out+1] = name
//%     end
//%     names, width = out, nw
//%   end
//%   return names[1], width
//% end
//% local low, high = {}, {}
//% for i = 0, N - 1 do
//%   if not early then
    wire signed [$(QW-1):0] q_$(i) = i_q[$(i*QW) +: $(QW)];
//%   end
//%   if split then
    wire signed [8:0] kl_$(i) = {1'b0, i_k[$(i*KW) +: 8]};
    wire signed [7:0] kh_$(i) = i_k[$(i*KW+8) +: 8];
    reg  signed [$(PW-1):0] low0_$(i);
    always @(posedge clk) low0_$(i) <= q_$(i) * kl_$(i);
//%     low[#low+1] = "low0_" .. i
//%   elseif not early then
    wire signed [$(HB-1):0] kh_$(i) = i_k[$(i*KW) +: $(HB)];
//%   end
//%   if early then
    wire signed [$(QW+HB-1):0] high0_$(i);
    sofa_multiply #(.A($(QW)), .B($(HB))) u_product_$(i) (.clk(clk), .i_a(i_q[$(i*QW) +: $(QW)]), .i_b(i_k[$(i*KW) +: $(HB)]), .o_p(high0_$(i)));
//%   elseif N == 1 and not split then
    // no adders: operands are registered instead of the sum
    reg  signed [$(QW-1):0] q1;
    reg  signed [$(HB-1):0] k1;
    wire signed [$(QW+HB-1):0] high0_0 = q1 * k1;
    always @(posedge clk) begin
        q1 <= q_0;
        k1 <= kh_0;
    end
//%   else
    reg  signed [$(QW+HB-1):0] high0_$(i);
    always @(posedge clk) high0_$(i) <= q_$(i) * kh_$(i);
//%   end
//%   high[#high+1] = "high0_" .. i
//% end
//% local h, hw = tree("high", high, QW + HB)
//% if split then
//%   local l, lw = tree("low", low, PW)
    always @(posedge clk)
//%   local hs = SW > hw + 8 and "{{" .. (SW-hw-8) .. "{" .. h .. "[" .. (hw-1) .. "]}}, " .. h .. ", 8'd0}" or "{" .. h .. "[" .. (SW-9) .. ":0], 8'd0}"
        o_sum <= $(hs) + $(sext(l, lw, SW));
//%   if SW < hw + 8 then
    wire unused_high = &{1'b0, $(h)[$(hw-1):$(SW-8)]};
//%   end
//%   if SW < lw then
    wire unused_low = &{1'b0, $(l)[$(lw-1):$(SW)]};
//%   end
//% else
//%   if early then
    assign o_sum = $(sext(h, hw, SW));
//%   else
    always @(posedge clk)
        o_sum <= $(sext(h, hw, SW));
//%   end
//%   if SW < hw then
    wire unused_high = &{1'b0, $(h)[$(hw-1):$(SW)]};
//%   end
//% end
endmodule
`default_nettype wire

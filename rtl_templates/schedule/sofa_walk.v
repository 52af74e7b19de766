//% -- SPDX-License-Identifier: Apache-2.0
// Walks the set bits of two masks: those of i_first ascending, then those of i_second ascending.
//% local N, IB = cfg.tile.keys, d.index_bits
//% local far = d.far_reads == 1     -- o_index stands a cycle before o_valid, and the masks follow it a cycle later
// Latency: the first index $(latency("walk", far and 3 or 2)) cycles after i_load; throughput one index $(far and "in two cycles" or "a cycle"); o_valid/i_ready handshake. Equals sofa_tile_order().
//% if far then
// o_index stands from the cycle before o_valid on.
//% end
`default_nettype none
module sofa_walk (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_load,
    input  wire [$(N-1):0]  i_first,
    input  wire [$(N-1):0]  i_second,
    input  wire             i_any,     // a bit of them is set
    output wire             o_idle,    // may be loaded
    output reg              o_valid,
    input  wire             i_ready,
    output reg  [$(IB-1):0] o_index,
    output reg              o_last
);
    // both masks lose their lowest bit in parallel; which of them counts is known late
    reg  [$(N-1):0] first, second;
    reg             any;               // a bit of them is set
    wire [$(N-1):0] lowest_first = first & (~first + $(N)'d1);
    wire [$(N-1):0] lowest_second = second & (~second + $(N)'d1);
    wire [$(N-1):0] rest_first = first & ~lowest_first;
    wire [$(N-1):0] rest_second = second & ~lowest_second;
//% -- from pairs of bits to the mask: a bit of the part is set, more than one is; the lowest one's index in the part
//% local function part_at(name, level, i, both)
//%   local function at(j) return name .. "_at" .. level .. "[" .. j*level .. " +: " .. level .. "]" end
//%   local lower = name .. "_any" .. level .. "[" .. 2*i .. "]"
//%   if level == 0 then return "!" .. lower end
//%   return both and lower .. " ? {1'b0, " .. at(2*i) .. "} : {1'b1, " .. at(2*i+1) .. "}" or "{1'b0, " .. at(2*i) .. "}"
//% end
//% for _, name in ipairs({"first", "second"}) do
//%   local n, level = N, 0
    wire [$(N-1):0] $(name)_any0 = $(name), $(name)_two0 = $(N)'d0;
//%   while n > 1 do
//%     local half = (n + 1) // 2
    wire [$(half-1):0] $(name)_any$(level+1), $(name)_two$(level+1);
    wire [$(half*(level+1)-1):0] $(name)_at$(level+1);
//%     for i = 0, half - 1 do
//%       local a, b = name .. "_any" .. level .. "[" .. 2*i .. "]", name .. "_any" .. level .. "[" .. 2*i+1 .. "]"
//%       local s, t = name .. "_two" .. level .. "[" .. 2*i .. "]", name .. "_two" .. level .. "[" .. 2*i+1 .. "]"
    assign $(name)_any$(level+1)[$(i)] = $(2*i+1 < n and a .. " || " .. b or a);
    assign $(name)_at$(level+1)[$(i*(level+1)) +: $(level+1)] = $(part_at(name, level, i, 2*i+1 < n));
    assign $(name)_two$(level+1)[$(i)] = $(2*i+1 < n and s .. " || " .. t .. " || (" .. a .. " && " .. b .. ")" or s);
//%     end
//%     n, level = half, level + 1
//%   end
    wire            $(name)_some = $(name)_any$(level)[0], $(name)_several = $(name)_two$(level)[0];
//% end
    wire            last = first_some ? !first_several && !second_some : !second_several;
//% if far then
    reg             follow;            // the masks lose their lowest bit
    wire            step = any && !follow && (!o_valid || i_ready);
    assign o_idle = !any && !follow && (!o_valid || i_ready);
//% else
    wire            step = any && (!o_valid || i_ready);
    wire            follow = step;
    assign o_idle = !any && (!o_valid || i_ready);
//% end

    always @(posedge clk) begin
        if (step) begin
            o_index <= first_some ? first_at$(clog2(N)) : second_at$(clog2(N));
            o_last <= last;
        end
        if (rst) begin
            first <= $(N)'d0;
            second <= $(N)'d0;
            any <= 1'b0;
//% if far then
            follow <= 1'b0;
//% end
            o_valid <= 1'b0;
        end else begin
            if (i_load) begin
                first <= i_first;
                second <= i_second;
            end else if (follow) begin
                if (first_some)
                    first <= rest_first;
                else
                    second <= rest_second;
            end
            if (i_load)
                any <= i_any;
            else if (step)
                any <= !last;
//% if far then
            follow <= step;
//% end
            if (follow)
                o_valid <= 1'b1;
            else if (i_ready)
                o_valid <= 1'b0;
        end
    end
endmodule
`default_nettype wire

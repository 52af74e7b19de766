//% -- SPDX-License-Identifier: Apache-2.0
// The lowest set bit of a mask: its index, and the mask without it. Combinational.
`default_nettype none
module sofa_lowest (
    input  wire [$(TILE_KEYS-1):0]  i_mask,
    output wire             o_some,    // a bit is set
    output wire             o_several, // more than one is
    output wire [$(INDEX_BITS-1):0] o_index,
    output wire [$(TILE_KEYS-1):0]  o_rest
);
    assign o_rest = i_mask & (i_mask - $(TILE_KEYS)'d1);
//% -- from pairs of bits to the mask: a bit of the part is set, more than one is; the lowest one's index in the part
//% local function part_at(level, number, both)
//%   local function index_of(value) return "at" .. level .. "[" .. value*level .. " +: " .. level .. "]" end
//%   local lower_any = "any" .. level .. "[" .. 2*number .. "]"
//%   if level == 0 then return "!" .. lower_any end
//%   local lower, upper = "{1'b0, " .. index_of(2*number) .. "}", "{1'b1, " .. index_of(2*number+1) .. "}"
//%   return both and lower_any .. " ? " .. lower .. " : " .. upper or lower
//% end
//% local level = 0
    wire [$(TILE_KEYS-1):0] any0 = i_mask, two0 = $(TILE_KEYS)'d0;
//% while TILE_KEYS > 1 do
//%   local half = (TILE_KEYS + 1) // 2
    wire [$(half-1):0] any$(level+1), two$(level+1);
    wire [$(half*(level+1)-1):0] at$(level+1);
//%   for number = 0, half - 1 do
//%     local lower_any, upper_any = "any" .. level .. "[" .. 2*number .. "]", "any" .. level .. "[" .. 2*number+1 .. "]"
//%     local lower_two, upper_two = "two" .. level .. "[" .. 2*number .. "]", "two" .. level .. "[" .. 2*number+1 .. "]"
    assign any$(level+1)[$(number)] = $(2*number+1 < TILE_KEYS and lower_any .. " || " .. upper_any or lower_any);
    assign at$(level+1)[$(number*(level+1)) +: $(level+1)] = $(part_at(level, number, 2*number+1 < TILE_KEYS));
    assign two$(level+1)[$(number)] =
        $(2*number+1 < TILE_KEYS and lower_two .. " || " .. upper_two .. " || (" .. lower_any .. " && " .. upper_any .. ")" or lower_two);
//%   end
//%   TILE_KEYS, level = half, level + 1
//% end
    assign o_some = any$(level)[0];
    assign o_several = two$(level)[0];
    assign o_index = at$(level);
endmodule
`default_nettype wire

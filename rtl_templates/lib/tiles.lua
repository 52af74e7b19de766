-- SPDX-License-Identifier: Apache-2.0
-- What is known of a tile.

-- o_info_NAME, by tile slot: {name, bits}; what is `late` still stands in the cycle after.
TILE_INFO = {{name = "base", bits = KEY_NUMBER_BITS}, {name = "rows", bits = ROW_BITS + 1}, {name = "bank", bits = 1},
             {name = "last", bits = 1}, {name = "group_any", bits = KEY_GROUPS, late = true},
             {name = "group_from", bits = KEY_GROUPS * ROW_BITS, late = true},
             {name = "group_to", bits = KEY_GROUPS * ROW_BITS, late = true}, {name = "seen", bits = 1, late = true}}
if TOKENS then
    table.insert(TILE_INFO, {name = "mask", bits = TILE_KEYS})          -- keys that some row sees
end

-- SPDX-License-Identifier: Apache-2.0
-- What is known of a tile, and of which tensors its rows are.

-- Tensors that a tile's rows are read from; those of which the address of a tile's first row moves with the tile.
TILE_TENSORS = TOKENS and {"x"} or WORD_MEMORIES and {"k"} or {"k", "v"}
TILE_BASES = WORD_MEMORIES and {} or TILE_TENSORS
FETCHED = TOKENS and "x" or "k"                     -- whose rows are fetched for prediction

-- o_info_NAME, by tile slot: {name, bits}; what is `late` still stands in the cycle after.
TILE_INFO = {{name = "base", bits = KEY_NUMBER_BITS}, {name = "rows", bits = ROW_BITS + 1}, {name = "bank", bits = 1},
             {name = "last", bits = 1}, {name = "group_any", bits = KEY_GROUPS, late = true},
             {name = "group_from", bits = KEY_GROUPS * ROW_BITS, late = true},
             {name = "group_to", bits = KEY_GROUPS * ROW_BITS, late = true}, {name = "seen", bits = 1, late = true}}
if TOKENS then
    table.insert(TILE_INFO, {name = "mask", bits = TILE_KEYS})          -- keys that some row sees
elseif not WORD_MEMORIES then
    table.insert(TILE_INFO, {name = "v_base", bits = ADDRESS_BITS})
end

-- SPDX-License-Identifier: Apache-2.0
-- Named fields that travel as one vector: what engines hand each other.
local insert, concat = table.insert, table.concat

-- record{{"bank", 1}, {"row", ROW_BITS}}: fields from the highest bits down. A field may be a record's: {"key", OTHER}.
-- .bits is the width of the vector; of(name, vector) the text of a field of `vector`; pack(values) the text of the vector from the texts of
-- its fields by name, pack_known(values) the same, which leaves out values of other fields; names() the text of all fields, as what an
-- assignment splits the vector into.
function record(fields)
    local self, low = {bits = 0}, {}
    for index = #fields, 1, -1 do
        local name, what = fields[index][1], fields[index][2]
        local bits = type(what) == "table" and what.bits or what
        low[name] = {bits = bits, low = self.bits}
        self.bits = self.bits + bits
    end
    function self.of(name, vector)
        local field = low[name] or error("a record has no field " .. tostring(name), 2)
        if field.bits == 1 then return vector .. "[" .. field.low .. "]" end
        return range(vector, field.low + field.bits - 1, field.low)
    end
    function self.pack(values)
        local parts = {}
        for _, field in ipairs(fields) do
            insert(parts, values[field[1]] or error("the field " .. field[1] .. " has no value", 2))
        end
        for name in pairs(values) do
            if not low[name] then error("a record has no field " .. name, 2) end
        end
        return "{" .. concat(parts, ", ") .. "}"
    end
    function self.pack_known(values)
        local known = {}
        for name, value in pairs(values) do known[name] = low[name] and value end
        return self.pack(known)
    end
    function self.names()
        local parts = {}
        for _, field in ipairs(fields) do insert(parts, field[1]) end
        return "{" .. concat(parts, ", ") .. "}"
    end
    return self
end

-- From issue order to the window: a needed key, or the end of a tile without any; its block.
LISTED_KEY = record{{"has_key", 1}, {"bank", 1}, {"block_last", 1}, {"block_rows", ROW_BITS + 1}}

-- From the window to the lanes: rows of all slots; or those of a slot, or words, that a lane asks for; or what is written into the slots
-- that each lane has for itself.
SLOT_KEY = record{{"write", 1}, {"slot", SLOT_BITS}, {"row", HEAD_DIM * KEY_BITS}}
SLOT_VALUE = record{{"write", 1}, {"slot", SLOT_BITS}, {"row", HEAD_DIM * VALUE_BITS}}
KEY_BUS_BITS = ({words = PORT_BITS, slots = WIDTH * KEY_BITS, copies = SLOT_KEY.bits, window = WINDOW * WIDTH * KEY_BITS})[OPERANDS]
VALUE_BUS_BITS = ({words = PORT_BITS, slots = WIDTH * VALUE_BITS, copies = SLOT_VALUE.bits, window = WINDOW * WIDTH * VALUE_BITS})[OPERANDS]

-- From issue order to what fetches or generates rows: a key whose rows go to `ring`, a place of the ring, and the
-- job that it is of where there are several; generation wants to know more.
if TOKENS then
    WANTED_KEY = record{{"slot", 2}, {"index", INDEX_BITS}, {"ring", RING_BITS}, {"key", KEY_NUMBER_BITS}}
    ASKED_KEY = record{{"block_first", 1}, {"tile_last", 1}, {"wanted", WANTED_KEY}}
else
    local fields = {{"ring", RING_BITS}, {"key", KEY_NUMBER_BITS}}
    if JOBS > 1 then insert(fields, 1, {"job", 1}) end
    WANTED_KEY = record(fields)
    ASKED_KEY = record{{"wanted", WANTED_KEY}}
end
GENERATED_KEY = record{{"batch_end", 1}, {"wanted", WANTED_KEY}}

-- What comes back with what a tile is predicted from: a key's row; a row of packed keys, `visible` those that some row sees, `key` the
-- number in the tile that its first one has or, before the tile, would have; a beat of tokens, which may be read for generation.
if TOKENS then
    TILE_TAG = record{{"last_slice", 1}, {"generate_it", 1}, {"last", 1}, {"slot", 2}, {"key", INDEX_BITS}}
elseif KHAT_KEYS > 1 then
    TILE_TAG = record{{"visible", KHAT_KEYS}, {"last", 1}, {"slot", 2}, {"key", INDEX_BITS}}
else
    TILE_TAG = record{{"last", 1}, {"slot", 2}, {"key", INDEX_BITS}}
end
ROW_TAG_BITS = math.max(TILE_TAG.bits, QUERY_IN_WORDS and 0 or RING_BITS)       -- of the widest tag of a channel

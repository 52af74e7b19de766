-- SPDX-License-Identifier: Apache-2.0
-- The clients of the read channels (sofa_reads): what each is given, and whose turn it is.
local sort, insert = table.sort, table.insert

-- How a read channel grants requests, and how it hands on beats: as rows, word by word, word by word through registers.
GRANT = REGISTERED_LINKS and "spaced" or "prompt"
GATHER = REGISTERED_LINKS and "spaced" or WORD_MEMORIES and "words" or "rows"
STANDING = COPIED_REGISTERS and "copied" or "plain"
local row_beats = math.max(d.query_beats, d.key_beats, d.value_beats, d.khat_beats, d.range_beats, d.rotary_beats)
-- Beats that are put together: of rows, of range records unless these come word by word, of none.
GATHERED_BEATS = ({rows = row_beats, words = PORT_BITS >= 64 and d.range_beats or 0, spaced = 0})[GATHER]
GATHER_INDEX_BITS = clog2(row_beats)                -- number of a beat in its row
READS_ASSEMBLE = GATHERED_BEATS > 0
-- What it gives beside o_row_valid: ports {name, bits}.
GATHERED = {{"meta", ROW_TAG_BITS}}
if READS_ASSEMBLE then insert(GATHERED, {"row", GATHERED_BEATS * PORT_BITS}) end
if GATHER ~= "rows" then
    insert(GATHERED, {"word_valid", "CLIENTS"})
    insert(GATHERED, {"word_index", GATHER_INDEX_BITS})
    insert(GATHERED, {"word", PORT_BITS})
end

-- row: bits of a row that comes whole; index_bits: of a word's number in a row that comes word by word; tag: bits that come back with a
-- row; at_once: every row is taken when it comes; streams: it comes beat by beat; counter: of its beats;
-- uncounted: there is none; of_job: it says which of the jobs in the machine it asks for;
-- apart: an error of a beat of it is told by its own output.
local function clients()
    local function rows(element, index_bits)
        return {row = not QUERY_IN_WORDS and HEAD_DIM * element, index_bits = QUERY_IN_WORDS and index_bits}
    end
    local list = {key = rows(KEY_BITS, KEY_WORD_BITS), value = rows(VALUE_BITS, VALUE_WORD_BITS), query = rows(QUERY_BITS, QUERY_WORD_BITS),
                  range = {row = not RECORD_IN_WORDS and RANGE_RECORDS * 64, index_bits = RECORD_IN_WORDS and RANGE_WORD_BITS}}
    list.key.at_once, list.value.at_once = not TOKENS, not TOKENS
    list.range.of_job, list.query.of_job, list.key.of_job, list.value.of_job = true, true, not TOKENS, not TOKENS
    list.key.tag, list.value.tag = not QUERY_IN_WORDS and RING_BITS, not QUERY_IN_WORDS and RING_BITS
    if not TOKENS then
        list.khat = {row = not QUERY_IN_WORDS and KHAT_ROW_BITS, index_bits = QUERY_IN_WORDS and KHAT_WORD_BITS, tag = TILE_TAG.bits,
                     at_once = true, of_job = true}
    end
    if JOB_QUEUE then list.job = {row = PORT_BITS, uncounted = true, apart = true} end
    if TOKENS then
        list.token = {row = PORT_BITS, tag = TILE_TAG.bits, streams = true, of_job = not STREAMED}
        list.weight = {row = PORT_BITS, tag = 1, streams = true}
    end
    if ROTARY then
        list.rotary = {row = HEAD_DIM * 16, at_once = true}
        list.turn = {row = PORT_BITS, streams = true, counter = "rotary"}
    end
    return list
end

-- Ports beside the request: {name, bits}.
local function inputs(client)
    local list = {}
    if client.of_job then insert(list, {"job", 1}) end
    if client.tag then insert(list, {"meta", client.tag}) end
    if not client.at_once then insert(list, {"taken", 1}) end
    return list
end

-- {name, bits, what it comes from, whether that is a vector with a bit for each client}
local function outputs(client)
    local list = {{"come", 1, "come", true}}
    if client.row then insert(list, {"row", client.row, READS_ASSEMBLE and "row" or "word"}) end
    if client.index_bits then
        insert(list, {"word_valid", 1, "word_valid", true})
        insert(list, {"word_index", client.index_bits, "word_index"})
        insert(list, {"word", PORT_BITS, "word"})
    end
    if client.tag then insert(list, {"tag", client.tag, "meta"}) end
    if client.apart then insert(list, {"error", 1, "error", true}) end
    return list
end

READ_CLIENTS = {}                                   -- of channel 0, of channel 1: lists, the first client is granted first
for channel = 0, READ_CHANNELS - 1 do READ_CLIENTS[channel] = {} end
for name, client in pairs(clients()) do
    local elsewhere = name == "value" or name == "query" or name == "range"
    client.name, client.rank, client.counter = name, d[name .. "_rank"], not client.uncounted and (client.counter or name)
    client.inputs, client.outputs = inputs(client), outputs(client)
    insert(READ_CLIENTS[elsewhere and d.value_channel or 0], client)
end
for channel = 0, READ_CHANNELS - 1 do
    sort(READ_CLIENTS[channel], function(one, other) return one.rank < other.rank end)
end

-- "{LAST, ..., FIRST}": what `part` says of each client of a channel.
function of_clients(channel, part)
    local parts = {}
    for index = #READ_CLIENTS[channel], 1, -1 do insert(parts, part(READ_CLIENTS[channel][index])) end
    return "{" .. table.concat(parts, ", ") .. "}"
end

-- The counters of beats, and when each counts one.
function beat_counters()
    local names, conditions = {}, {}
    for channel = 0, READ_CHANNELS - 1 do
        for index, client in ipairs(READ_CLIENTS[channel]) do
            local counter, beat = client.counter, "(beat_" .. channel .. " && beat_client_" .. channel .. "[" .. index - 1 .. "])"
            if counter then
                if not conditions[counter] then insert(names, counter) end
                conditions[counter] = conditions[counter] and conditions[counter] .. " || " .. beat or beat
            end
        end
    end
    return names, conditions
end

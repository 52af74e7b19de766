-- SPDX-License-Identifier: Apache-2.0
-- Which modules a configuration has. A room is a place with several modules that fit it, of one list of ports; here is said which one
-- stands there. Templates know a room by its ports: instances of the modules that are left out vanish.
local absent = {}

-- Of the modules PREFIX_WORD, `words` their words, the one with `word` is there; none if it is nil. Returns its name, that of the first
-- if none is there: an instance of it vanishes.
local function room(prefix, word, words)
    local here
    for _, other in ipairs(words) do
        if other == word then here = true else absent[prefix .. "_" .. other] = true end
    end
    if word and not here then error("room " .. prefix .. " has no " .. word) end
    return prefix .. "_" .. (word or words[1])
end

-- Modules that are there under a condition.
local function only(condition, ...)
    if condition then return end
    for _, module in ipairs({...}) do absent[module] = true end
end

-- For the generator, by the name of a template; and all of them, for tests.
function left_out(module) return absent[module] or false end
function modules_left_out()
    local list = {}
    for module in pairs(absent) do table.insert(list, module) end
    return list
end

-- ---- source: K^ of a tile's keys ----
room("sofa_tile", ORDERS and "order" or "ascending", {"order", "ascending"})
room("sofa_tile", SCAN, {"rows", "plane", "tokens", "slices"})
KHAT_SOURCE = room("sofa_khat", not TOKENS and SCAN or nil, {"rows", "plane"})
only(WHOLE_TILES, "sofa_tile_whole")
room("sofa_walk", WALK, {"spaced", "prompt"})
only(TOKENS, "sofa_hidden", "sofa_token_tile")
only(STREAMED, "sofa_token_mux")

-- ---- predict ----
only(not TOKENS, "sofa_loader", "sofa_operands")
only(TOKENS, "sofa_token_loader", "sofa_token_operands", "sofa_khat_write")
only(TOKENS and not STREAMED, "sofa_resident_slice")
only(STREAMED, "sofa_token_slices")
only(ROTARY, "sofa_turns", "sofa_turn_khat")
only(not WORD_MEMORIES, "sofa_encode")
room("sofa_encode", not WORD_MEMORIES and ENCODE_PART or nil, {"words", "steps", "once"})
only(BEAT_RADII, "sofa_row_radius")

-- ---- select ----
CHOICE = room("sofa_choice", POLICY, {"both", "rank", "mass"})
only(RANK, "sofa_select", "sofa_sort", "sofa_clip")
only(RANK and KEY_GROUPS > 1, "sofa_merge")
only(MASS, "sofa_mass")

-- ---- schedule ----
MATRIX = d.need_word > 0 and "words" or "registers"
room("sofa_matrix", MATRIX, {"words", "registers"})
LIST = room("sofa_list", QUEUED and "queue" or "matrix", {"queue", "matrix"})
only(SLOT_MEMORIES, "sofa_slot_memories")
SLOT_ROWS = room("sofa_slot", ({window = "registers", copies = "writes"})[OPERANDS], {"registers", "writes"})
room("sofa_follow", WORD_MEMORIES and "words" or "slots", {"words", "slots"})

-- ---- rows: K and V of needed keys ----
FETCH = room("sofa_fetch", d.fetch_turns == 1 and "turns" or "pairs", {"turns", "pairs"})
RING = room("sofa_ring", WORD_MEMORIES and "words" or REGISTERED_LINKS and "beats" or "rows", {"words", "beats", "rows"})
only(REGISTERED_LINKS, "sofa_beats")
only(TOKENS, "sofa_supply", "sofa_row_mux")

-- ---- kvgen ----
only(TOKENS, "sofa_kvgen", "sofa_codes", "sofa_slices", "sofa_key_steps", "sofa_array_weights", "sofa_project", "sofa_sums",
    "sofa_generated_rows", "sofa_write_back", "sofa_weight_mux")
only(TOKENS and not STREAMED, "sofa_resident_keys")
only(STREAMED, "sofa_batched_keys", "sofa_tokens_again")
only(ROTARY, "sofa_rotate")

-- ---- attend ----
room("sofa_query", QUERY_WAY, {"words", "links", "buses"})
room("sofa_query_bus", QUERY_WAY == "buses" and (BEATS > 1 and "beats" or "whole") or nil, {"beats", "whole"})
room("sofa_operands", OPERANDS, {"words", "slots", "window", "copies"})
room("sofa_dot", PRODUCTS, {"merged", "whole"})
only(PRODUCTS == "merged", "sofa_dot_part")
room("sofa_element", PRODUCTS, {"merged", "whole"})
room("sofa_accumulators", ACCUMULATORS, {"ram", "spread"})
room("sofa_steer", STEER, {"plain", "aligned"})
only(not (ACCUMULATORS == "ram" and COPIED_REGISTERS), "sofa_steer_plain")
room("sofa_leave", LEAVE, {"plain", "shared", "aligned"})
room("sofa_scale", SCALE, {"whole", "halves", "bits"})
only(SCALE ~= "bits", "sofa_scale_round")
room("sofa_way", HOLDS_STAGES and "held" or "shifted", {"held", "shifted"})
room("sofa_norm_hold", NORM_HOLD, {"none", "row", "chunks", "shifted"})
only(NORM_HOLD == "row" or NORM_HOLD == "chunks", "sofa_norm_words")
room("sofa_norm_product", NORM_PRODUCT, {"whole", "merged", "registered"})
room("sofa_norm_queue", NORM_QUEUE, {"rows", "gathered", "words"})
only(SCALE == "halves" or (WHOLE_PRODUCTS and not SLOT_MEMORIES), "sofa_product")
only(WHOLE_PRODUCTS, "sofa_multiply")

-- ---- memory ----
room("sofa_read", GRANT, {"prompt", "spaced"})
room("sofa_gather", GATHER, {"rows", "words", "spaced"})
room("sofa_standing", STANDING, {"plain", "copied"})
only(TOKENS or JOB_QUEUE, "sofa_write_mux")
room("sofa_record", RECORD_IN_WORDS and "words" or "row", {"words", "row"})
only(COPIED_REGISTERS, "sofa_copy")
only(SLOT_MEMORIES, "sofa_spread")

-- ---- top ----
only(JOB_QUEUE, "sofa_jobs", "sofa_job_fetch", "sofa_descriptors", "sofa_report")
room("sofa", LEAN and "lean_words" or "full_words", {"lean_words", "full_words"})
only(PORT_BITS >= 32 and PORT_BITS <= 512, "sofa_axi_top", "sofa_axi_lite", "sofa_axi_read", "sofa_axi_write", "sofa_axi_split")
only(cfg.board.memory_kib > 0, "sofa_soc", "sofa_soc_ram", "sofa_soc_read", "sofa_soc_write", "sofa_frame", "sofa_uart")

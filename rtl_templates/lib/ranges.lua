-- SPDX-License-Identifier: Apache-2.0
-- Where the bits of a {first, visible} record stand when it comes in words of the port.

-- The 32 bits of the record from `low` on: pieces {word, high, low: in the word; place, top: of its bits in the key's number}. What
-- counts of them are kept pieces, or those of the last word, which are not kept; what lies above them must be 0.
function record_pieces(low)
    local last = 64 // PORT_BITS - 1
    local pieces = {kept = {}, direct = {}, kept_above = {}, direct_above = {}}
    local function add(above, word, first, final)
        if final < first then return end
        local piece = {word = word, low = first - word * PORT_BITS, high = final - word * PORT_BITS, place = first - low, top = final - low}
        table.insert(pieces[(word == last and "direct" or "kept") .. above], piece)
    end
    for word = low // PORT_BITS, (low + 31) // PORT_BITS do
        local first, final = math.max(low, word * PORT_BITS), math.min(low + 31, word * PORT_BITS + PORT_BITS - 1)
        add("", word, first, math.min(final, low + KEY_NUMBER_BITS - 1))
        add("_above", word, math.max(first, low + KEY_NUMBER_BITS), final)
    end
    return pieces
end

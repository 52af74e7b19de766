-- SPDX-License-Identifier: Apache-2.0
-- Pieces of Verilog text that are written often.

-- Of parts of `width` bits that stand side by side in `name`, number `index`.
function nth(name, index, width)
    return name .. "[" .. index * width .. " +: " .. width .. "]"
end

-- Bits `high` down to `low` of `name`.
function range(name, high, low)
    return name .. "[" .. high .. ":" .. low .. "]"
end

-- What `name` of `bits` bits for each of the jobs in the machine says of job `job`.
function of_job(name, bits, job)
    return JOBS > 1 and "(" .. job .. " ? " .. nth(name, 1, bits) .. " : " .. nth(name, 0, bits) .. ")" or name
end

-- A concatenation of what is not empty.
function join(...)
    local parts = {}
    for _, part in ipairs({...}) do
        if part ~= "" then parts[#parts + 1] = part end
    end
    return #parts == 1 and parts[1] or "{" .. table.concat(parts, ", ") .. "}"
end

-- What is written in front of a signal of `bits` bits: "[7:0] "; nothing for a single one.
function width_of(bits)
    return bits > 1 and "[" .. bits - 1 .. ":0] " or ""
end

-- The next state of a shift register of `stages` words of `bits` bits: `input` enters at the low end.
function shifted_in(name, stages, bits, input)
    return stages > 1 and "{" .. range(name, (stages - 1) * bits - 1, 0) .. ", " .. input .. "}" or input
end

-- The parameters of an instance from names and values: parameters("WIDTH", 8, "DEPTH", 4) is ".WIDTH(8), .DEPTH(4)".
function parameters(...)
    local list, text = {...}, {}
    for place = 1, #list, 2 do text[#text + 1] = "." .. list[place] .. "(" .. list[place + 1] .. ")" end
    return table.concat(text, ", ")
end

-- What follows number `name` of `bits` bits, which counts 0 to `count` - 1 for ever.
function next_of(name, bits, count)
    return name .. " == " .. lit(bits, count - 1) .. " ? " .. lit(bits, 0) .. " : " .. name .. " + " .. lit(bits, 1)
end

-- The same of the number of a tile slot.
function next_slot(name)
    return next_of(name, 2, TILE_SLOTS)
end

-- Of the bits that are set in `name` of `bits` bits, the lowest alone.
function lowest_of(name, bits)
    return name .. " & (~" .. name .. " + " .. lit(bits, 1) .. ")"
end

-- Of `count` parts of `width` bits in `name`, the one that signal `index` counts to; index is not looked at if there is but one.
function selected(name, index, width, count)
    return count > 1 and name .. "[" .. index .. "*" .. width .. " +: " .. width .. "]" or name
end

-- The place of a chunk in a lane's memories, from signals: a row that is one chunk has no number of it.
function chunk_place(row, chunk)
    return join(row, BEATS > 1 and chunk or "")
end

-- {beyond the on-chip memory, number of a word in it}, of the byte address `name`.
function memory_word(name)
    local high = ADDRESS_BITS - MEMORY_BYTE_BITS
    local beyond = high > 0 and range(name, ADDRESS_BITS - 1, MEMORY_BYTE_BITS) .. " != " .. lit(high, 0) or "1'b0"
    return "{" .. beyond .. ", " .. range(name, MEMORY_BYTE_BITS - 1, PORT_BYTE_BITS) .. "}"
end

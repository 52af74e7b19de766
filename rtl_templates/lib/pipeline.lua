-- SPDX-License-Identifier: Apache-2.0
-- Values that travel beside a beat, and trees with registers: text of Verilog.
local insert, concat, min, max, unpack = table.insert, table.concat, math.min, math.max, table.unpack

local function unless_reset(bits) return bits > 1 and " & {" .. bits .. "{!rst}}" or " && !rst" end

-- name_1 .. name_LAST: what `from` was 1 .. LAST cycles ago, for each {name, bits, last, from, reset = true: 0 after rst}; FIRST - 1 in
-- `first` if they begin later than cycle 0.
function travel(values)
    local lines = {}
    for _, value in ipairs(values) do
        local name, bits, last, from = unpack(value, 1, 4)
        for stage = value.first or 1, last do
            local before = stage == (value.first or 1) and from or name .. "_" .. stage - 1
            insert(lines, "    reg  " .. width_of(bits) .. name .. "_" .. stage .. ";")
            insert(lines, "    always @(posedge clk) " .. name .. "_" .. stage .. " <= " .. before
                   .. (value.reset and unless_reset(bits) or "") .. ";")
        end
    end
    return concat(lines, "\n")
end

-- What each {name, bits, from, reset = true: 0 after rst} is of `from`: a register if they are `registered`, else a wire; vector = true:
-- its bits are selected, even if it has but one.
function staged(registered, values)
    local lines = {}
    for _, value in ipairs(values) do
        local name, bits, from = unpack(value, 1, 3)
        local of_bits = value.vector and "[" .. bits - 1 .. ":0] " or width_of(bits)
        if registered then
            insert(lines, "    reg  " .. of_bits .. name .. ";")
            insert(lines, "    always @(posedge clk) " .. name .. " <= " .. from .. (value.reset and unless_reset(bits) or "") .. ";")
        else
            insert(lines, "    wire " .. of_bits .. name .. " = " .. from .. ";")
        end
    end
    return concat(lines, "\n")
end

-- A tree with a register behind each stage; a stage puts `fan_in` values together. `combine` makes the value of a list of them and says how
-- many bits it has. Returns the text, the name of the result and its bits; the values of stage n are called NAMEn_1, NAMEn_2, ...
local function tree(name, values, bits, stages, fan_in, combine)
    local lines = {}
    for stage = 1, stages do
        local results, wider = {}, bits
        for first = 1, #values, fan_in do
            local result = name .. stage .. "_" .. #results + 1
            local text, width = combine({unpack(values, first, min(first + fan_in - 1, #values))}, bits, #values, lines)
            insert(lines, "    reg  " .. width_of(width) .. result .. ";")
            insert(lines, "    always @(posedge clk) " .. result .. " <= " .. text .. ";")
            insert(results, result)
            wider = width
        end
        values, bits = results, wider
    end
    assert(#values == 1, name .. ": too few stages")
    return concat(lines, "\n"), values[1], bits
end

-- Sum of `values` of `bits` bits each, signed or not; no partial sum is wider than `most` bits.
function sum_tree(name, values, bits, stages, fan_in, most, signed)
    local extend = signed and sext or ext
    return tree(name, values, bits, stages, fan_in, function(part, width, count)
        local wider = min(most, width + min(clog2(fan_in), clog2(count)))
        for index, value in ipairs(part) do part[index] = extend(value, width, wider) end
        return concat(part, " + "), wider
    end)
end

-- The largest of `values`, unsigned.
function largest_tree(name, values, bits, stages, fan_in)
    local step = 0
    return tree(name, values, bits, stages, fan_in, function(part, width, _, lines)
        while #part > 1 do
            local half = {}
            for first = 1, #part, 2 do
                local one, other = part[first], part[first + 1]
                if other then
                    step = step + 1
                    insert(lines, "    wire " .. width_of(width) .. name .. "_of_" .. step .. " = " .. one .. " > " .. other .. " ? "
                           .. one .. " : " .. other .. ";")
                    one = name .. "_of_" .. step
                end
                insert(half, one)
            end
            part = half
        end
        return part[1], width
    end)
end

-- The signed `name` of `bits` bits in `wanted` bits; what does not fit becomes the nearest that does.
function saturated(name, bits, wanted)
    if bits <= wanted then return sext(name, bits, wanted) end
    local sign, top = name .. "[" .. bits - 1 .. "]", name .. "[" .. bits - 1 .. ":" .. wanted - 1 .. "]"
    return "&" .. top .. " || ~|" .. top .. " ? " .. name .. "[" .. wanted - 1 .. ":0] : {" .. sign .. ", {" .. wanted - 1
        .. "{!" .. sign .. "}}}"
end

-- A value that travels beside a beat: i_name as it comes, name_n n cycles later.
function delayed(name, cycles) return cycles == 0 and "i_" .. name or name .. "_" .. cycles end

-- SPDX-License-Identifier: Apache-2.0
-- What every template may use beside Lua's own string, table and math.
local next = next
local insert, sort, format, tointeger = table.insert, table.sort, string.format, math.tointeger

-- In the order of keys, numbers first: Lua's own pairs() follows hash order, which changes from run to run.
function pairs(list)
    local keys, place = {}, 0
    for key in next, list do insert(keys, key) end
    sort(keys, function(one, other)
        if type(one) == type(other) then return one < other end
        return type(one) == "number"
    end)
    return function()
        place = place + 1
        if keys[place] ~= nil then return keys[place], list[keys[place]] end
    end
end

-- lit(5, 3): "5'd3".
function lit(bits, value)
    local width, number = tointeger(bits), tointeger(value)
    if not width or not number or width < 1 or number < 0 or width < 63 and number >> width ~= 0 then
        error(format("lit(%s, %s): the value does not fit", bits, value), 2)
    end
    return format("%d'd%d", width, number)
end

-- The signal `name` of `bits` bits in `wanted` bits: zero-extended, or cut.
function ext(name, bits, wanted)
    if wanted > bits then return format("{{%d{1'b0}}, %s}", wanted - bits, name) end
    return wanted == bits and name or format("%s[%d:0]", name, wanted - 1)
end

-- The same with the sign.
function sext(name, bits, wanted)
    if wanted > bits then return format("{{%d{%s[%d]}}, %s}", wanted - bits, name, bits - 1, name) end
    return wanted == bits and name or format("%s[%d:0]", name, wanted - 1)
end

-- Of `count` parts of `width` bits in `name`, the one that the `bits` wide signal `select` counts to.
function pick(name, width, count, select, bits)
    local text = format("%s[%d:%d]", name, count * width - 1, (count - 1) * width)
    for part = count - 2, 0, -1 do
        text = format("%s == %d'd%d ? %s[%d:%d] : %s", select, bits, part, name, part * width + width - 1, part * width, text)
    end
    return text
end

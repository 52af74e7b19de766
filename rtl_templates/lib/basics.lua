-- SPDX-License-Identifier: Apache-2.0
-- What every template may use beside Lua's own string, table and math.
local next = next
local insert, sort, format, tointeger = table.insert, table.sort, string.format, math.tointeger

-- In the order of keys, numbers first: Lua's own pairs() follows hash order, which changes from run to run.
function pairs(t)
    local keys, i = {}, 0
    for key in next, t do insert(keys, key) end
    sort(keys, function(a, b)
        if type(a) == type(b) then return a < b end
        return type(a) == "number"
    end)
    return function()
        i = i + 1
        if keys[i] ~= nil then return keys[i], t[keys[i]] end
    end
end

-- lit(5, 3): "5'd3".
function lit(bits, value)
    local b, v = tointeger(bits), tointeger(value)
    if not b or not v or b < 1 or v < 0 or b < 63 and v >> b ~= 0 then
        error(format("lit(%s, %s): the value does not fit", bits, value), 2)
    end
    return format("%d'd%d", b, v)
end

-- The signal `name` of `from` bits in `to` bits: zero-extended, or cut.
function ext(name, from, to)
    if to > from then return format("{{%d{1'b0}}, %s}", to - from, name) end
    return to == from and name or format("%s[%d:0]", name, to - 1)
end

-- The same with the sign.
function sext(name, from, to)
    if to > from then return format("{{%d{%s[%d]}}, %s}", to - from, name, from - 1, name) end
    return to == from and name or format("%s[%d:0]", name, to - 1)
end

-- Of `count` parts of `width` bits in `name`, the one that the `bits` wide signal `select` counts to.
function pick(name, width, count, select, bits)
    local text = format("%s[%d:%d]", name, count * width - 1, (count - 1) * width)
    for i = count - 2, 0, -1 do
        text = format("%s == %d'd%d ? %s[%d:%d] : %s", select, bits, i, name, i * width + width - 1, i * width, text)
    end
    return text
end

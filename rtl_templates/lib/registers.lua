-- SPDX-License-Identifier: Apache-2.0
-- What the table of registers says of its kinds.

local function matching(kind, pattern)
    local list = {}
    for _, register in ipairs(registers()) do
        local name = register.kind == kind and register.lower:match(pattern)
        if name then table.insert(list, {name = name, bits = register.kind == "counter" and register.increment_bits or register.bits}) end
    end
    return list
end

-- The counters that engines drive: {name, bits of what they add in a cycle}.
function counters()
    local list = matching("counter", "^(.*)_lo$")
    for place, counter in ipairs(list) do
        if counter.name == "cycles" then table.remove(list, place) end
    end
    return list
end

-- Tensors with a base address, with a stride: {name, bits}.
function bases() return matching("descriptor", "^(.*)_base_lo$") end
function strides() return matching("descriptor", "^(.*)_stride$") end

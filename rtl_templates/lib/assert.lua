-- SPDX-License-Identifier: Apache-2.0
-- Assertions: instances that only simulations and proofs see (SOFA_ASSERT), with `clk` and `rst` of the module around. Each has a name of
-- its own among all templates.
local insert, concat = table.insert, table.concat

-- ports: {name without i_, text}.
local function checker(module, name, parameter_text, ports)
    local connections = {".clk(clk)", ".rst(rst)"}
    for _, port in ipairs(ports) do insert(connections, ".i_" .. port[1] .. "(" .. port[2] .. ")") end
    return "`ifdef SOFA_ASSERT\n    sofa_" .. module .. " " .. parameter_text .. name .. " (" .. concat(connections, ", ") .. ");\n`endif"
end

-- The condition is true in every cycle outside reset.
function holds(name, condition) return checker("holds", name, "", {{"holds", condition}}) end

-- What is offered stays until it is taken, with its data of `bits` bits.
function stands(name, valid, ready, data, bits)
    return checker("stands", name, "#(" .. parameters("WIDTH", bits) .. ") ", {{"valid", valid}, {"ready", ready}, {"data", data}})
end

-- A word of a memory was written before it is read, where it is used. ports: we, waddr, raddr, used; re and clear if there is more to say.
function written(name, depth, bits, ports)
    local list, usual = {}, {clear = "1'b0", re = "1'b1"}
    for _, port in ipairs({"clear", "we", "waddr", "re", "raddr", "used"}) do
        insert(list, {port, ports[port] or usual[port] or error(name .. ": " .. port .. " is missing", 2)})
    end
    return checker("written", name, "#(" .. parameters("DEPTH", depth, "ABITS", bits) .. ") ", list)
end

-- What a signal of one bit was a cycle ago, for an assertion: name_before.
function before(name, text)
    return "`ifdef SOFA_ASSERT\n    reg  " .. name .. "_before;\n    always @(posedge clk) " .. name .. "_before <= " .. text .. ";\n`endif"
end

-- Whether something has been since the reset, for an assertion: name_ever. Answers that a watchdog gave up may come behind the flush.
function ever(name, text)
    local next = "!rst && (" .. name .. "_ever || " .. text .. ")"
    return "`ifdef SOFA_ASSERT\n    reg  " .. name .. "_ever;\n    always @(posedge clk) " .. name .. "_ever <= " .. next .. ";\n`endif"
end

-- The signal `name` of `bits` bits is at most `most`, which may be all that it can be: tools doubt such a comparison.
function at_most(name, bits, most) return most == (1 << bits) - 1 and "1'b1" or name .. " <= " .. lit(bits, most) end

-- At most one bit of the signal `name` is set.
function at_most_one(name) return "~|(" .. name .. " & (" .. name .. " - 1'b1))" end

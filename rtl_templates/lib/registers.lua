-- SPDX-License-Identifier: Apache-2.0
-- What the table of registers says of its kinds, and how sofa_registers lays them out.
local insert, remove, min, max = table.insert, table.remove, math.min, math.max

local function matching(kind, pattern)
    local list = {}
    for _, register in ipairs(registers()) do
        local name = register.kind == kind and register.lower:match(pattern)
        if name then
            insert(list, {name = name, bits = kind == "counter" and register.increment_bits or register.bits, offset = register.offset})
        end
    end
    return list
end

-- The counters: {name, bits of what they add in a cycle, offset}; counters(): of them those that engines drive.
function all_counters() return matching("counter", "^(.*)_lo$") end
function counters()
    local list = all_counters()
    for place, counter in ipairs(list) do
        if counter.name == "cycles" then remove(list, place) end
    end
    return list
end

-- Tensors with a base address, with a stride: {name, bits}.
function bases() return matching("descriptor", "^(.*)_base_lo$") end
function strides() return matching("descriptor", "^(.*)_stride$") end

-- The word address of a register, or of a counter's lower half.
function register_word(register) return lit(8, register.offset // 4) end

function register_named(name)
    for _, register in ipairs(registers()) do
        if register.name == name then return register end
    end
    error("there is no register " .. name, 2)
end

-- ---- what the host sets ----

-- What engines take of a register: bits, and what stands for a value that does not fit: "zero" (refused as such), "ones" (the largest),
-- "top" (the topmost bit of the output), "off" (the largest; and all ones of 32 bits stay all ones). Lean registers keep only this, of the
-- others the output of ROWS is as narrow.
local TAKEN = {ROWS = {d.rows_bits, "zero"}, WATCHDOG = {d.watchdog_bits, "ones"}}
if LEAN then
    TAKEN.KEYS, TAKEN.TILE, TAKEN.KEPT = {KEY_NUMBER_BITS, "zero"}, {TILE_BITS, "zero"}, {KEPT_BITS, "zero"}
    TAKEN.OWN_OFFSET = {KEY_NUMBER_BITS, "zero"}
    TAKEN.RADIUS, TAKEN.SCORE_SHIFT, TAKEN.SCALE_SHIFT = {d.radius_bits, "off"}, {4, "top"}, {6, "top"}
end
local NARROW_PORTS = {ROWS = true, WATCHDOG = true}     -- ports as narrow as what is taken; others are as wide as the register

local function value_written(rule, held, lower, data)
    local value = held == 32 and data or held == 1 and data .. "[0]" or range(data, held - 1, 0)
    if rule == "zero" then return value .. " & {" .. held .. "{!over_" .. lower .. "}}" end
    if rule == "ones" or rule == "off" then return value .. " | {" .. held .. "{over_" .. lower .. "}}" end
    return value
end

-- Registers that the host sets: bits, what is held of them, the width of the port, the rule for the rest ("fits": there is none; "refused":
-- the port gets zero), signal, value after reset, when and what is written; set: when the host does so.
function stored_registers()
    local list = {}
    for _, register in ipairs(registers()) do
        if register.kind == "descriptor" or register.kind == "setting" then
            local taken = TAKEN[register.name]
            local narrow = taken and taken[1] < register.bits
            local held = LEAN and narrow and taken[1] or register.bits
            local port = narrow and NARROW_PORTS[register.name] and taken[1] or register.bits
            local rule = not narrow and "fits" or LEAN and taken[2] or port < held and "refused" or "fits"
            local data, when = "i_wdata", "i_write && i_addr == "
            if register.kind == "descriptor" then data, when = "data", "set && addr == " end
            insert(list, {
                lower = register.lower, kind = register.kind, bits = register.bits, held = held, port = port, rule = rule,
                signal = "cfg_" .. register.lower, reset = min(register.reset, (1 << held) - 1), at_reset = register.reset,
                word = register_word(register), offset = register.offset, apart = register.apart == 1,
                value = value_written(rule, held, register.lower, data),
                written = when .. register_word(register),
                set = "i_write && i_addr == " .. register_word(register) .. (register.kind == "descriptor" and " && !i_running" or "")
            })
        end
    end
    return list
end

-- Of stored registers those with one of the rules.
function with_rules(stored, ...)
    local list = {}
    for _, register in ipairs(stored) do
        for _, rule in ipairs({...}) do
            if register.rule == rule then insert(list, register) end
        end
    end
    return list
end

-- Bits of the memory of written words.
function written_place_bits(stored)
    local most = 0
    for _, register in ipairs(stored) do most = max(most, register.offset // 4) end
    return clog2(most + 1)
end

-- The descriptor for the engines: {name, bits, text, apart}; text only of what is given as it is held.
function descriptor_outputs()
    local list = {}
    for _, register in ipairs(stored_registers()) do
        local base = register.lower:match("^(.*)_lo$")
        if register.kind == "setting" or register.lower:match("_hi$") then
            -- the upper half stands with the lower one
        elseif base then
            local whole = ADDRESS_BITS > 32 and "{cfg_" .. base .. "_hi, " .. register.signal .. "}" or register.signal
            insert(list, {name = base, bits = ADDRESS_BITS, text = whole, apart = register.apart})
        else
            local plain = register.rule == "fits" or register.rule == "zero" or register.rule == "ones"
            local text = plain and ext(register.signal, register.held, register.port)
            insert(list, {name = register.lower, bits = register.port, text = text, apart = register.apart})
        end
    end
    return list
end
function plain_outputs()
    local list = {}
    for _, output in ipairs(descriptor_outputs()) do
        if output.text then insert(list, output) end
    end
    return list
end

-- Of these what jobs that are in the machine together may differ in: there is one for each job.
function job_outputs()
    local list = {}
    for _, output in ipairs(descriptor_outputs()) do
        if JOBS > 1 and output.apart then insert(list, output) end
    end
    return list
end

-- Of the bases among them the bits that must be 0.
function low_bits(prefix)
    local parts = {"1'b0"}
    for _, output in ipairs(job_outputs()) do
        if output.name:match("_base$") and PORT_BYTE_BITS > 0 then
            insert(parts, range(prefix .. output.name, PORT_BYTE_BITS - 1, 0))
        end
    end
    return "{" .. table.concat(parts, ", ") .. "}"
end

-- Whether the descriptors `one` and `other` (what their signals begin with) agree in all else.
function same_jobs(one, other)
    local parts = {}
    for _, output in ipairs(descriptor_outputs()) do
        local ones, others = one .. output.name, other .. output.name
        if output.name == "flags" then
            local notify = "~" .. lit(output.bits, 1 << register_named("FLAGS").fields[4].low)
            ones, others = "(" .. ones .. " & " .. notify .. ")", "(" .. others .. " & " .. notify .. ")"
        end
        if not output.apart then insert(parts, ones .. " == " .. others) end
    end
    return table.concat(parts, "\n            && ")
end

-- Of a job's descriptor, in the core: of each job, or of the oldest.
function of_jobs(name) return (JOBS > 1 and "jobs_" or "cfg_") .. name end

-- The registers of the queue of jobs: {lower, bits, text}; text: what of sofa_jobs they show.
function job_registers()
    local list = {}
    local parts = {jobs_base_lo = "base", jobs_base_hi = "base", jobs_count = "count", jobs_tail = "tail", jobs_head = "head"}
    for _, register in ipairs(registers()) do
        local part, low = parts[register.lower], register.lower:match("_hi$") and 32 or 0
        if register.kind == "jobs" then
            insert(list, {lower = register.lower, bits = register.bits, word = register_word(register), of_base = part == "base",
                          text = part == "base" and range(part, low + register.bits - 1, low) or part})
        end
    end
    return list
end

-- Of these the parts of JOBS_BASE.
function job_base_registers()
    local list = {}
    for _, register in ipairs(job_registers()) do
        if register.of_base then insert(list, register) end
    end
    return list
end

-- ---- what the host reads ----

-- What registers hold that are read back from where they are held.
function held_outputs()
    local list = {}
    for _, register in ipairs(stored_registers()) do
        if not LEAN and register.kind == "descriptor" then insert(list, register) end
    end
    return list
end

-- Words that are not read back from a memory: {word, text, offset}; lean registers have CYCLES_LO only of the counters.
function read_words()
    local list = {}
    local text = {
        constant = function(register) return lit(32, register.reset) end,
        status = function() return "i_status" end,
        counter = function(register)
            if LEAN and register.lower ~= "cycles_lo" then return nil end
            return register.lower:match("_hi$") and "held_hi" or register.lower
        end,
        setting = function() return not LEAN and ext("i_irq_enable", 1, 32) end,
        descriptor = function(register) return not LEAN and ext("i_held_" .. register.lower, register.bits, 32) end,
        jobs = function(register) return ext("i_" .. register.lower, register.bits, 32) end,
        control = function() return nil end
    }
    for _, register in ipairs(registers()) do
        local value = text[register.kind](register)
        if value then insert(list, {word = register_word(register), text = value, offset = register.offset}) end
    end
    return list
end

-- Groups of eight words: {number, words = {{place, text}}}.
function read_groups()
    local list = {}
    for _, word in ipairs(read_words()) do
        local number = word.offset // 32
        if #list == 0 or list[#list].number ~= number then insert(list, {number = number, words = {}}) end
        insert(list[#list].words, {place = word.offset // 4 % 8, text = word.text})
    end
    return list
end

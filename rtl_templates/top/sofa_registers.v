//% -- SPDX-License-Identifier: Apache-2.0
// Registers of the core: identity, control and status, job descriptor, performance counters. Laid out from the table in
// cmodel/config/regs.c; offsets and meanings are in registers.md.
// Handshake: one access at a time; every access, also a write, is answered by o_reg_valid.
// Latency: $(latency("registers.access", 2)) cycles from i_reg_enable to o_reg_valid and to the effect of a write; the next access may
// begin with o_reg_valid.
// A job runs from o_start to i_done_set; in between the descriptor keeps its values and starts are ignored.
//% local KINDS = {descriptor = true, setting = true}
//% local all, stored, counters, bases = registers(), {}, {}, {}
//% for _, register in ipairs(all) do
//%   if KINDS[register.kind] then stored[#stored+1] = register end
//%   if register.kind == "counter" and register.lower:match("_lo$") then
//%     register.counter = register.lower:sub(1, -4)
//%     counters[#counters+1] = register
//%     register.built = cfg.board.counters == 1 or register.counter == "cycles"
//%   end
//% end
//% local function range(bits) return bits == 1 and "" or "[" .. (bits-1) .. ":0]" end
//% local function column(text, width) return text .. (" "):rep(width - #text) end
//% local function padded(register, name)
//%   return register.bits == 32 and name or "{" .. lit(32 - register.bits, 0) .. ", " .. name .. "}"
//% end
//% local function word(register) return lit(8, register.offset // 4) end
//% -- What the engines take of a register: bits, and what stands for a value that does not fit: "zero" (refused as such), "ones" (the
//% -- largest), or "top", the topmost bit of the output. A lean core keeps only this, and the written words in a memory from which they
//% -- are read back.
//% local lean = cfg.board.counters == 0
//% local TAKEN = {ROWS = {d.rows_bits, "zero"}, WATCHDOG = {d.watchdog_bits, "ones"}}
//% if lean then
//%   TAKEN.KEYS, TAKEN.TILE, TAKEN.KEPT = {KEY_NUMBER_BITS, "zero"}, {TILE_BITS, "zero"}, {KEPT_BITS, "zero"}
//%   TAKEN.OWN_OFFSET = {KEY_NUMBER_BITS, "zero"}
//%   TAKEN.RADIUS, TAKEN.SCORE_SHIFT, TAKEN.SCALE_SHIFT = {d.radius_bits, "ones"}, {4, "top"}, {6, "top"}
//% end
//% local function taken(register)
//%   local rule = TAKEN[register.name]
//%   if rule and rule[1] < register.bits then return rule[1], rule[2] end
//%   return register.bits
//% end
//% -- the ports of ROWS and WATCHDOG are as narrow as what is taken, those of the others as wide as the register
//% local function port_bits(register)
//%   return (register.name == "ROWS" or register.name == "WATCHDOG") and taken(register) or register.bits
//% end
`default_nettype none
module sofa_registers (
    input  wire          clk,
    input  wire          rst,
    // bus
    input  wire          i_reg_enable,
    input  wire          i_reg_write,
    input  wire [7:0]    i_reg_addr,       // word address
    input  wire [31:0]   i_reg_wdata,
    output reg           o_reg_valid,
    output reg  [31:0]   o_reg_rdata,
    output reg           o_irq,
    // control
    output reg           o_start,
    output reg           o_abort,
//% if TOKENS then
    output reg           o_invalidate,
//% end
    input  wire          i_busy,
    input  wire          i_done_set,
    input  wire [7:0]    i_error,          // with i_done_set
    // what the counters add up; CYCLES counts i_busy
//% for _, register in ipairs(counters) do
//%   if register.counter ~= "cycles" then
    input  wire $(column(range(register.increment_bits), 8)) i_inc_$(register.counter),
//%   end
//% end
    // descriptor
//% local ports = {}
//% for _, register in ipairs(stored) do
//%   if register.kind == "descriptor" then
//%     local base = register.lower:match("^(.*)_lo$")
//%     if base then ports[#ports+1] = column(range(ADDRESS_BITS), 8) .. " o_cfg_" .. base
//%     elseif not register.lower:match("_hi$") then
//%       ports[#ports+1] = column(range(port_bits(register)), 8) .. " o_cfg_" .. register.lower
//%     end
//%   end
//% end
//% for i, port in ipairs(ports) do
    output wire $(port)$(i < #ports and "," or "")
//% end
);
    // the access, one cycle old
    reg         write;
    reg         read;
    reg  [7:0]  addr;
    reg  [31:0] wdata;
    always @(posedge clk) begin
        write <= i_reg_enable && i_reg_write && !rst;
        read <= i_reg_enable && !i_reg_write && !rst;
        addr <= i_reg_addr;
        wdata <= i_reg_wdata;
    end

    // what the host sets; the descriptor only between jobs
    reg         running;
//% for _, register in ipairs(stored) do
//%   local bits, rule = taken(register)
//%   if not lean then bits, rule = register.bits, nil end
    reg  $(column(range(bits), 6)) cfg_$(register.lower);
//%   if rule then
    wire        over_$(register.lower) = |wdata[$(register.bits-1):$(bits)];
//%     if rule == "top" then
    reg         cfg_$(register.lower)_over;
//%     end
//%   end
//%   if register.name == "RADIUS" and lean then
    reg         radius_off;
//%   end
//% end
    always @(posedge clk) begin
        if (rst) begin
//% for _, register in ipairs(stored) do
//%   local bits = lean and taken(register) or register.bits
            cfg_$(register.lower) <= $(lit(bits, math.min(register.reset, (1 << bits) - 1)));
//% end
        end else begin
//% for _, register in ipairs(stored) do
//%   local bits, rule = taken(register)
//%   if not lean then bits, rule = register.bits, nil end
//%   local value = "wdata" .. (bits == 32 and "" or bits == 1 and "[0]" or "[" .. bits-1 .. ":0]")
//%   if rule == "zero" then value = value .. " & {" .. bits .. "{!over_" .. register.lower .. "}}" end
//%   if rule == "ones" then value = value .. " | {" .. bits .. "{over_" .. register.lower .. "}}" end
            if (write && addr == $(word(register))$(register.kind == "descriptor" and " && !running" or ""))
                cfg_$(register.lower) <= $(value);
//% end
        end
    end
//% if lean then
//%   for _, register in ipairs(stored) do
//%     local bits, rule = taken(register)
//%     if rule == "top" or register.name == "RADIUS" then
    always @(posedge clk)
        if (rst)
            $(rule == "top" and "cfg_" .. register.lower .. "_over" or "radius_off") <= 1'b0;
        else if (write && addr == $(word(register)) && !running)
            $(rule == "top" and "cfg_" .. register.lower .. "_over <= over_" .. register.lower or "radius_off <= &wdata");
//%     end
//%   end
//% end
//% for _, register in ipairs(stored) do
//%   if register.kind == "descriptor" then
//%     local base = register.lower:match("^(.*)_lo$")
//%     local bits, rule = taken(register)
//%     local name = "cfg_" .. register.lower
//%     if base then
    assign o_cfg_$(base) = $(ADDRESS_BITS > 32 and "{cfg_" .. base .. "_hi, cfg_" .. register.lower .. "}" or "cfg_" .. register.lower);
//%     elseif register.lower:match("_hi$") then
//%     elseif not lean and register.name == "ROWS" and rule then
    assign o_cfg_rows = |cfg_rows[31:$(bits)] ? $(bits)'d0 : cfg_rows[$(bits-1):0];
//%     elseif register.name == "RADIUS" and lean and rule then
    assign o_cfg_radius = {{$(32-bits){radius_off}}, cfg_radius};
//%     elseif register.name == "RADIUS" and lean then
    assign o_cfg_radius = cfg_radius;
    wire        unused_off = radius_off;
//%     elseif lean and rule == "top" then
    assign o_cfg_$(register.lower) = {$(name)_over, $(lit(register.bits - bits - 1, 0)), $(name)};
//%     elseif lean and rule and port_bits(register) > bits then
    assign o_cfg_$(register.lower) = {$(lit(register.bits - bits, 0)), $(name)};
//%     else
    assign o_cfg_$(register.lower) = $(name);
//%     end
//%   end
//% end

    // control and status
    reg         done;
    reg  [7:0]  error;
//% local control, irq_enable
//% for _, register in ipairs(all) do
//%   if register.name == "CONTROL" then control = register end
//%   if register.name == "IRQ_ENABLE" then irq_enable = register end
//% end
    wire        command = write && addr == $(word(control));
    wire        start = command && wdata[$(control.fields[1].low)] && !running && !i_busy;
    always @(posedge clk) begin
        if (rst) begin
            o_start <= 1'b0;
            o_abort <= 1'b0;
//% if TOKENS then
            o_invalidate <= 1'b0;
//% end
            o_irq <= 1'b0;
            running <= 1'b0;
            done <= 1'b0;
            error <= 8'd0;
        end else begin
            o_start <= start;
            o_abort <= command && wdata[$(control.fields[2].low)] && running && !i_done_set;
//% if TOKENS then
            o_invalidate <= command && wdata[$(control.fields[4].low)];
//% end
            o_irq <= done && cfg_irq_enable;
            if (start)
                running <= 1'b1;
            else if (i_done_set)
                running <= 1'b0;
            if (i_done_set && running) begin
                done <= 1'b1;
                error <= i_error;
            end else if (start || (command && wdata[$(control.fields[3].low)])) begin
                done <= 1'b0;
                error <= 8'd0;
            end
        end
    end

    // counters: the upper half follows the lower one a cycle later
    reg         clear;
    always @(posedge clk)
        clear <= rst || start;
//% for _, register in ipairs(counters) do
//%   local counter, bits = register.counter, register.increment_bits
//%   if register.built then
    reg  $(column(range(bits), 7)) inc_$(counter);
    reg  [31:0] $(counter)_lo;
//%     if not lean then
    reg  [31:0] $(counter)_hi;
    reg         $(counter)_carry;
//%     end
    always @(posedge clk) begin
        inc_$(counter) <= $(counter == "cycles" and "i_busy" or "i_inc_" .. counter);
//%     if lean then
        $(counter)_lo <= clear ? 32'd0 : $(counter)_lo + {$(lit(32 - bits, 0)), inc_$(counter)};
//%     else
        if (clear) begin
            {$(counter)_carry, $(counter)_lo} <= 33'd0;
            $(counter)_hi <= 32'd0;
        end else begin
            {$(counter)_carry, $(counter)_lo} <= {1'b0, $(counter)_lo} + {$(lit(33 - bits, 0)), inc_$(counter)};
            $(counter)_hi <= $(counter)_hi + {31'd0, $(counter)_carry};
        end
//%     end
    end
//%   else
    wire unused_$(counter) = &{1'b0, i_inc_$(counter)};
//%   end
//% end

//% if lean then
    // reads: what was written, from the memory; the rest, and what stands there after reset, from logic
//%   local most = 0
//%   for _, register in ipairs(stored) do most = math.max(most, register.offset // 4) end
//%   local WRITTEN_BITS = clog2(most + 1)
    wire [31:0] written;
    reg  [31:0] mask, other;
    reg         set_now;
//%   for _, register in ipairs(stored) do
    reg         set_$(register.lower);
    always @(posedge clk)
        if (rst)
            set_$(register.lower) <= 1'b0;
        else if (write && addr == $(word(register))$(register.kind == "descriptor" and " && !running" or ""))
            set_$(register.lower) <= 1'b1;
//%   end
    wire        may_write = !running || addr == $(word(irq_enable));
    sofa_ram #(.WIDTH(32), .DEPTH($(1 << WRITTEN_BITS)), .ABITS($(WRITTEN_BITS))) u_written (
        .clk(clk), .i_we(write && addr[7:$(WRITTEN_BITS)] == $(lit(8-WRITTEN_BITS, 0)) && may_write),
        .i_waddr(addr[$(WRITTEN_BITS-1):0]), .i_wdata(wdata),
        .i_re(i_reg_enable && !i_reg_write), .i_raddr(i_reg_addr[$(WRITTEN_BITS-1):0]), .o_rdata(written));
    always @(posedge clk) begin
        set_now <= 1'b0;
        mask <= 32'd0;
        other <= 32'd0;
        case (i_reg_addr)
//%   for _, register in ipairs(all) do
//%     if register.kind == "constant" then
            $(word(register)): other <= $(lit(32, register.reset));
//%     elseif register.kind == "status" then
            $(word(register)): other <= {16'd0, error, 6'd0, done, running};
//%     elseif register.lower == "cycles_lo" then
            $(word(register)): other <= cycles_lo;
//%     elseif KINDS[register.kind] then
            $(word(register)): begin
                set_now <= set_$(register.lower);
                mask <= $(lit(32, (1 << register.bits) - 1));
//%       if register.reset ~= 0 then
                other <= set_$(register.lower) ? 32'd0 : $(lit(32, register.reset));
//%       end
            end
//%     end
//%   end
            default: ;
        endcase
        o_reg_valid <= (read || write) && !rst;
        o_reg_rdata <= other | (written & mask & {32{set_now}});
    end
//% else
    // reads: groups of eight words, then the group
//% local counter_low, counter_high = counters[1].offset // 4, counters[#counters].offset // 4 + 1
//% local groups, seen, words = {}, {}, {}
//% for _, register in ipairs(all) do
//%   local value
//%   if register.kind == "constant" then value = lit(32, register.reset)
//%   elseif register.kind == "status" then value = "{16'd0, error, 6'd0, done, running}"
//%   elseif register.kind == "counter" then
//%     local built = cfg.board.counters == 1 or register.lower:match("^cycles_")
//%     value = built and (register.lower:match("_hi$") and "held_hi" or register.lower)
//%   elseif KINDS[register.kind] then value = padded(register, "cfg_" .. register.lower) end
//%   if value then
//%     local group = register.offset // 32
//%     if not seen[group] then seen[group] = true; groups[#groups+1] = group; words[group] = {} end
//%     words[group][register.offset // 4 % 8] = value
//%   end
//% end
    reg  [31:0] held_hi;
//% for _, group in ipairs(groups) do
    reg  [31:0] group_$(group);
//% end
    always @(posedge clk) begin
//% for _, group in ipairs(groups) do
        case (i_reg_addr[2:0])
//%   for word = 0, 7 do
//%     if words[group][word] then
            3'd$(word): group_$(group) <= $(words[group][word]);
//%     end
//%   end
            default: group_$(group) <= 32'd0;
        endcase
//% end
    end

    always @(posedge clk) begin
        o_reg_valid <= (read || write) && !rst;
        case (addr[7:3])
//% for _, group in ipairs(groups) do
            5'd$(group): o_reg_rdata <= group_$(group);
//% end
            default: o_reg_rdata <= 32'd0;
        endcase
    end

    // by now the carry of the lower half that was read is in the upper half
//% local holds, highs = {}, {}
//% for _, register in ipairs(counters) do
//%   if register.built then
    reg         hold_$(register.counter);
    always @(posedge clk) hold_$(register.counter) <= i_reg_enable && !i_reg_write && !rst && i_reg_addr == $(word(register));
//%     holds[#holds+1] = "hold_" .. register.counter
//%     highs[#highs+1] = "({32{hold_" .. register.counter .. "}} & " .. register.counter .. "_hi)"
//%   end
//% end
    always @(posedge clk)
        if ($(table.concat(holds, " || ")))
            held_hi <= $(table.concat(highs, " | "));
//% end
endmodule
`default_nettype wire

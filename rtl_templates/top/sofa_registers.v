//% -- SPDX-License-Identifier: Apache-2.0
// Registers of the core: identity, control and status, job descriptor, performance counters. Laid out from the table in
// cmodel/config/regs.c; offsets and meanings are in registers.md.
// Handshake: one access at a time; every access, also a write, is answered by o_reg_valid.
// Latency: $(latency("registers.access", 2)) cycles from i_reg_enable to o_reg_valid and to the effect of a write; the next access may begin with
// o_reg_valid.
// A job runs from o_start to i_done_set; in between the descriptor keeps its values and starts are ignored.
//% local KINDS = {descriptor = true, setting = true}
//% local A = cfg.memory.address_bits
//% local all, stored, counters, bases = registers(), {}, {}, {}
//% for _, r in ipairs(all) do
//%   if KINDS[r.kind] then stored[#stored+1] = r end
//%   if r.kind == "counter" and r.lower:match("_lo$") then
//%     r.counter = r.lower:sub(1, -4)
//%     counters[#counters+1] = r
//%     r.built = cfg.board.counters == 1 or r.counter == "cycles"
//%   end
//% end
//% local function range(bits) return bits == 1 and "" or "[" .. (bits-1) .. ":0]" end
//% local function column(text, width) return text .. (" "):rep(width - #text) end
//% local function padded(r, name) return r.bits == 32 and name or "{" .. lit(32 - r.bits, 0) .. ", " .. name .. "}" end
//% local function word(r) return lit(8, r.offset // 4) end
//% -- What the engines take of a register: bits, and what stands for a value that does not fit: "zero" (refused as such), "ones" (the largest), or
//% -- "top", the topmost bit of the output. A lean core keeps only this, and the written words in a memory from which they are read back.
//% local lean = cfg.board.counters == 0
//% local TAKEN = {ROWS = {d.rows_bits, "zero"}, WATCHDOG = {d.watchdog_bits, "ones"}}
//% if lean then
//%   TAKEN.KEYS, TAKEN.TILE, TAKEN.KEPT, TAKEN.OWN_OFFSET = {d.key_bits, "zero"}, {d.tile_bits, "zero"}, {d.kept_bits, "zero"}, {d.key_bits, "zero"}
//%   TAKEN.RADIUS, TAKEN.SCORE_SHIFT, TAKEN.SCALE_SHIFT = {d.radius_bits, "ones"}, {4, "top"}, {6, "top"}
//% end
//% local function taken(r)
//%   local t = TAKEN[r.name]
//%   if t and t[1] < r.bits then return t[1], t[2] end
//%   return r.bits
//% end
//% -- the ports of ROWS and WATCHDOG are as narrow as what is taken, those of the others as wide as the register
//% local function port_bits(r) return (r.name == "ROWS" or r.name == "WATCHDOG") and taken(r) or r.bits end
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
//% if cfg.mode == "tokens" then
    output reg           o_invalidate,
//% end
    input  wire          i_busy,
    input  wire          i_done_set,
    input  wire [7:0]    i_error,          // with i_done_set
    // what the counters add up; CYCLES counts i_busy
//% for _, r in ipairs(counters) do
//%   if r.counter ~= "cycles" then
    input  wire $(column(range(r.increment_bits), 8)) i_inc_$(r.counter),
//%   end
//% end
    // descriptor
//% local ports = {}
//% for _, r in ipairs(stored) do
//%   if r.kind == "descriptor" then
//%     local base = r.lower:match("^(.*)_lo$")
//%     if base then ports[#ports+1] = column(range(A), 8) .. " o_cfg_" .. base
//%     elseif not r.lower:match("_hi$") then ports[#ports+1] = column(range(port_bits(r)), 8) .. " o_cfg_" .. r.lower end
//%   end
//% end
//% for i, p in ipairs(ports) do
    output wire $(p)$(i < #ports and "," or "")
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
//% for _, r in ipairs(stored) do
//%   local bits, rule = taken(r)
//%   if not lean then bits, rule = r.bits, nil end
    reg  $(column(range(bits), 6)) cfg_$(r.lower);
//%   if rule then
    wire        over_$(r.lower) = |wdata[$(r.bits-1):$(bits)];
//%     if rule == "top" then
    reg         cfg_$(r.lower)_over;
//%     end
//%   end
//%   if r.name == "RADIUS" and lean then
    reg         radius_off;
//%   end
//% end
    always @(posedge clk) begin
        if (rst) begin
//% for _, r in ipairs(stored) do
            cfg_$(r.lower) <= $(lit(lean and taken(r) or r.bits, lean and math.min(r.reset, (1 << taken(r)) - 1) or r.reset));
//% end
        end else begin
//% for _, r in ipairs(stored) do
//%   local bits, rule = taken(r)
//%   if not lean then bits, rule = r.bits, nil end
//%   local value = "wdata" .. (bits == 32 and "" or bits == 1 and "[0]" or "[" .. bits-1 .. ":0]")
//%   if rule == "zero" then value = value .. " & {" .. bits .. "{!over_" .. r.lower .. "}}" end
//%   if rule == "ones" then value = value .. " | {" .. bits .. "{over_" .. r.lower .. "}}" end
            if (write && addr == $(word(r))$(r.kind == "descriptor" and " && !running" or ""))
                cfg_$(r.lower) <= $(value);
//% end
        end
    end
//% if lean then
//%   for _, r in ipairs(stored) do
//%     local bits, rule = taken(r)
//%     if rule == "top" or r.name == "RADIUS" then
    always @(posedge clk)
        if (rst)
            $(rule == "top" and "cfg_" .. r.lower .. "_over" or "radius_off") <= 1'b0;
        else if (write && addr == $(word(r)) && !running)
            $(rule == "top" and "cfg_" .. r.lower .. "_over <= over_" .. r.lower or "radius_off <= &wdata");
//%     end
//%   end
//% end
//% for _, r in ipairs(stored) do
//%   if r.kind == "descriptor" then
//%     local base = r.lower:match("^(.*)_lo$")
//%     local bits, rule = taken(r)
//%     local name = "cfg_" .. r.lower
//%     if base then
    assign o_cfg_$(base) = $(A > 32 and "{cfg_" .. base .. "_hi, cfg_" .. r.lower .. "}" or "cfg_" .. r.lower);
//%     elseif r.lower:match("_hi$") then
//%     elseif not lean and r.name == "ROWS" and rule then
    assign o_cfg_rows = |cfg_rows[31:$(bits)] ? $(bits)'d0 : cfg_rows[$(bits-1):0];
//%     elseif r.name == "RADIUS" and lean and rule then
    assign o_cfg_radius = {{$(32-bits){radius_off}}, cfg_radius};
//%     elseif r.name == "RADIUS" and lean then
    assign o_cfg_radius = cfg_radius;
    wire        unused_off = radius_off;
//%     elseif lean and rule == "top" then
    assign o_cfg_$(r.lower) = {$(name)_over, $(lit(r.bits - bits - 1, 0)), $(name)};
//%     elseif lean and rule and port_bits(r) > bits then
    assign o_cfg_$(r.lower) = {$(lit(r.bits - bits, 0)), $(name)};
//%     else
    assign o_cfg_$(r.lower) = $(name);
//%     end
//%   end
//% end

    // control and status
    reg         done;
    reg  [7:0]  error;
//% local control, irq_enable
//% for _, r in ipairs(all) do
//%   if r.name == "CONTROL" then control = r end
//%   if r.name == "IRQ_ENABLE" then irq_enable = r end
//% end
    wire        command = write && addr == $(word(control));
    wire        start = command && wdata[$(control.fields[1].low)] && !running && !i_busy;
    always @(posedge clk) begin
        if (rst) begin
            o_start <= 1'b0;
            o_abort <= 1'b0;
//% if cfg.mode == "tokens" then
            o_invalidate <= 1'b0;
//% end
            o_irq <= 1'b0;
            running <= 1'b0;
            done <= 1'b0;
            error <= 8'd0;
        end else begin
            o_start <= start;
            o_abort <= command && wdata[$(control.fields[2].low)] && running && !i_done_set;
//% if cfg.mode == "tokens" then
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
//% for _, r in ipairs(counters) do
//%   local n, w = r.counter, r.increment_bits
//%   if r.built then
    reg  $(column(range(w), 7)) inc_$(n);
    reg  [31:0] $(n)_lo;
//%     if not lean then
    reg  [31:0] $(n)_hi;
    reg         $(n)_carry;
//%     end
    always @(posedge clk) begin
        inc_$(n) <= $(n == "cycles" and "i_busy" or "i_inc_" .. n);
//%     if lean then
        $(n)_lo <= clear ? 32'd0 : $(n)_lo + {$(lit(32 - w, 0)), inc_$(n)};
//%     else
        if (clear) begin
            {$(n)_carry, $(n)_lo} <= 33'd0;
            $(n)_hi <= 32'd0;
        end else begin
            {$(n)_carry, $(n)_lo} <= {1'b0, $(n)_lo} + {$(lit(33 - w, 0)), inc_$(n)};
            $(n)_hi <= $(n)_hi + {31'd0, $(n)_carry};
        end
//%     end
    end
//%   else
    wire unused_$(n) = &{1'b0, i_inc_$(n)};
//%   end
//% end

//% if lean then
    // reads: what was written, from the memory; the rest, and what stands there after reset, from logic
//%   local most = 0
//%   for _, r in ipairs(stored) do most = math.max(most, r.offset // 4) end
//%   local MW = clog2(most + 1)
    wire [31:0] written;
    reg  [31:0] mask, other;
    reg         set_now;
//%   for _, r in ipairs(stored) do
    reg         set_$(r.lower);
    always @(posedge clk)
        if (rst)
            set_$(r.lower) <= 1'b0;
        else if (write && addr == $(word(r))$(r.kind == "descriptor" and " && !running" or ""))
            set_$(r.lower) <= 1'b1;
//%   end
    sofa_ram #(.WIDTH(32), .DEPTH($(1 << MW)), .ABITS($(MW))) u_written (
        .clk(clk), .i_we(write && addr[7:$(MW)] == $(8-MW)'d0 && (!running || addr == $(word(irq_enable)))), .i_waddr(addr[$(MW-1):0]), .i_wdata(wdata),
        .i_re(i_reg_enable && !i_reg_write), .i_raddr(i_reg_addr[$(MW-1):0]), .o_rdata(written));
    always @(posedge clk) begin
        set_now <= 1'b0;
        mask <= 32'd0;
        other <= 32'd0;
        case (i_reg_addr)
//%   for _, r in ipairs(all) do
//%     if r.kind == "constant" then
            $(word(r)): other <= $(lit(32, r.reset));
//%     elseif r.kind == "status" then
            $(word(r)): other <= {16'd0, error, 6'd0, done, running};
//%     elseif r.lower == "cycles_lo" then
            $(word(r)): other <= cycles_lo;
//%     elseif KINDS[r.kind] then
            $(word(r)): begin
                set_now <= set_$(r.lower);
                mask <= $(lit(32, (1 << r.bits) - 1));
//%       if r.reset ~= 0 then
                other <= set_$(r.lower) ? 32'd0 : $(lit(32, r.reset));
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
//% for _, r in ipairs(all) do
//%   local value
//%   if r.kind == "constant" then value = lit(32, r.reset)
//%   elseif r.kind == "status" then value = "{16'd0, error, 6'd0, done, running}"
//%   elseif r.kind == "counter" then
//%     if cfg.board.counters == 1 or r.lower:match("^cycles_") then value = r.lower:match("_hi$") and "held_hi" or r.lower end
//%   elseif KINDS[r.kind] then value = padded(r, "cfg_" .. r.lower) end
//%   if value then
//%     local g = r.offset // 32
//%     if not seen[g] then seen[g] = true; groups[#groups+1] = g; words[g] = {} end
//%     words[g][r.offset // 4 % 8] = value
//%   end
//% end
    reg  [31:0] held_hi;
//% for _, g in ipairs(groups) do
    reg  [31:0] group_$(g);
//% end
    always @(posedge clk) begin
//% for _, g in ipairs(groups) do
        case (i_reg_addr[2:0])
//%   for w = 0, 7 do
//%     if words[g][w] then
            3'd$(w): group_$(g) <= $(words[g][w]);
//%     end
//%   end
            default: group_$(g) <= 32'd0;
        endcase
//% end
    end

    always @(posedge clk) begin
        o_reg_valid <= (read || write) && !rst;
        case (addr[7:3])
//% for _, g in ipairs(groups) do
            5'd$(g): o_reg_rdata <= group_$(g);
//% end
            default: o_reg_rdata <= 32'd0;
        endcase
    end

    // by now the carry of the lower half that was read is in the upper half
//% local holds, highs = {}, {}
//% for _, r in ipairs(counters) do
//%   if r.built then
    reg         hold_$(r.counter);
    always @(posedge clk) hold_$(r.counter) <= i_reg_enable && !i_reg_write && !rst && i_reg_addr == $(word(r));
//%     holds[#holds+1] = "hold_" .. r.counter
//%     highs[#highs+1] = "({32{hold_" .. r.counter .. "}} & " .. r.counter .. "_hi)"
//%   end
//% end
    always @(posedge clk)
        if ($(table.concat(holds, " || ")))
            held_hi <= $(table.concat(highs, " | "));
//% end
endmodule
`default_nettype wire

// Registers of the core: identity, control and status, job descriptor, performance counters. Laid out from the table in
// cmodel/regs.c; offsets and meanings are in registers.md.
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
//%     elseif not r.lower:match("_hi$") then ports[#ports+1] = column(range(r.bits), 8) .. " o_cfg_" .. r.lower end
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
    reg  $(column(range(r.bits), 6)) cfg_$(r.lower);
//% end
    always @(posedge clk) begin
        if (rst) begin
//% for _, r in ipairs(stored) do
            cfg_$(r.lower) <= $(lit(r.bits, r.reset));
//% end
        end else begin
//% for _, r in ipairs(stored) do
            if (write && addr == $(word(r))$(r.kind == "descriptor" and " && !running" or ""))
                cfg_$(r.lower) <= wdata$(r.bits == 32 and "" or r.bits == 1 and "[0]" or "[" .. r.bits-1 .. ":0]");
//% end
        end
    end
//% for _, r in ipairs(stored) do
//%   if r.kind == "descriptor" then
//%     local base = r.lower:match("^(.*)_lo$")
//%     if base then
    assign o_cfg_$(base) = $(A > 32 and "{cfg_" .. base .. "_hi, cfg_" .. r.lower .. "}" or "cfg_" .. r.lower);
//%     elseif not r.lower:match("_hi$") then
    assign o_cfg_$(r.lower) = cfg_$(r.lower);
//%     end
//%   end
//% end

    // control and status
    reg         done;
    reg  [7:0]  error;
//% local control
//% for _, r in ipairs(all) do
//%   if r.name == "CONTROL" then control = r end
//% end
    wire        command = write && addr == $(word(control));
    wire        start = command && wdata[$(control.fields[1].low)] && !running && !i_busy;
    always @(posedge clk) begin
        if (rst) begin
            o_start <= 1'b0;
            o_abort <= 1'b0;
            o_irq <= 1'b0;
            running <= 1'b0;
            done <= 1'b0;
            error <= 8'd0;
        end else begin
            o_start <= start;
            o_abort <= command && wdata[$(control.fields[2].low)] && running && !i_done_set;
            o_irq <= done && cfg_irq_enable;
            if (start)
                running <= 1'b1;
            else if (i_done_set)
                running <= 1'b0;
            if (i_done_set && running) begin
                done <= 1'b1;
                error <= i_error;
            end else if (start || command && wdata[$(control.fields[3].low)]) begin
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
    reg  [31:0] $(n)_lo, $(n)_hi;
    reg         $(n)_carry;
    always @(posedge clk) begin
        inc_$(n) <= $(n == "cycles" and "i_busy" or "i_inc_" .. n);
        if (clear) begin
            {$(n)_carry, $(n)_lo} <= 33'd0;
            $(n)_hi <= 32'd0;
        end else begin
            {$(n)_carry, $(n)_lo} <= {1'b0, $(n)_lo} + {$(lit(33 - w, 0)), inc_$(n)};
            $(n)_hi <= $(n)_hi + {31'd0, $(n)_carry};
        end
    end
//%   else
    wire unused_$(n) = &{1'b0, i_inc_$(n)};
//%   end
//% end

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
    always @(posedge clk)
        if (read)
            case (addr)
//% for _, r in ipairs(counters) do
//%   if r.built then
                $(word(r)): held_hi <= $(r.counter)_hi;
//%   end
//% end
                default: held_hi <= held_hi;
            endcase
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Performance counters of 64 bits, and what is read of all registers: groups of eight words, then the group.
// The upper half of a counter follows the lower one a cycle later; it is held when the lower one is read.
// Latency: two cycles from i_reg_enable to the word. Ports beside those of sofa_lean_words: what registers hold.
//% local groups, counters = read_groups(), all_counters()
`default_nettype none
module sofa_full_words (
    input  wire          clk,
    input  wire          rst,
    input  wire [31:0]   i_status,
    input  wire          i_clear,          // the counters
//% for _, counter in ipairs(all_counters()) do
    input  wire $(width_of(counter.bits)) i_inc_$(counter.name),
//% end
    // what registers hold
    input  wire          i_irq_enable,
//% for _, register in ipairs(held_outputs()) do
    input  wire $(width_of(register.bits)) i_held_$(register.lower),
//% end
//% for _, register in ipairs(job_registers()) do
    input  wire $(width_of(register.bits)) i_$(register.lower),
//% end
    // access
    input  wire          i_reg_enable,
    input  wire          i_reg_write,
    input  wire [7:0]    i_reg_addr,
    input  wire [7:0]    i_addr,           // one cycle old
    output reg  [31:0]   o_reg_rdata
);
//% for _, counter in ipairs(counters) do
//%   local name = counter.name
    reg  $(width_of(counter.bits)) inc_$(name);
    reg  [31:0] $(name)_lo;
    reg  [31:0] $(name)_hi;
    reg         $(name)_carry;
    always @(posedge clk) begin
        inc_$(name) <= i_inc_$(name);
        if (i_clear) begin
            {$(name)_carry, $(name)_lo} <= 33'd0;
            $(name)_hi <= 32'd0;
        end else begin
            {$(name)_carry, $(name)_lo} <= {1'b0, $(name)_lo} + {$(lit(33 - counter.bits, 0)), inc_$(name)};
            $(name)_hi <= $(name)_hi + {31'd0, $(name)_carry};
        end
    end
//% end

    // reads
    wire        unused_place = &{1'b0, i_addr[2:0]};
    reg  [31:0] held_hi;
//% for _, group in ipairs(groups) do
    reg  [31:0] group_$(group.number);
    always @(posedge clk)
        case (i_reg_addr[2:0])
//%   for _, word in ipairs(group.words) do
            3'd$(word.place): group_$(group.number) <= $(word.text);
//%   end
            default: group_$(group.number) <= 32'd0;
        endcase
//% end
    always @(posedge clk)
        case (i_addr[7:3])
//% for _, group in ipairs(groups) do
            5'd$(group.number): o_reg_rdata <= group_$(group.number);
//% end
            default: o_reg_rdata <= 32'd0;
        endcase

    // by now the carry of the lower half that was read is in the upper half
//% local holds, highs = {}, {}
//% for _, counter in ipairs(counters) do
    reg         hold_$(counter.name);
    always @(posedge clk) hold_$(counter.name) <= i_reg_enable && !i_reg_write && !rst && i_reg_addr == $(register_word(counter));
//%   holds[#holds+1] = "hold_" .. counter.name
//%   highs[#highs+1] = "({32{hold_" .. counter.name .. "}} & " .. counter.name .. "_hi)"
//% end
    always @(posedge clk)
        if ($(table.concat(holds, " || ")))
            held_hi <= $(table.concat(highs, " | "));
endmodule
`default_nettype wire

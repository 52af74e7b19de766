//% -- SPDX-License-Identifier: Apache-2.0
// What is read of the registers of a small board: written words from a memory; the rest, and what stands there after reset, from logic.
// CYCLES is the only counter, of 32 bits. Latency: two cycles from i_reg_enable to the word. A variant of sofa_full_words.
//% local stored = stored_registers()
//% local place_bits = written_place_bits(stored)
`default_nettype none
module sofa_lean_words (
    input  wire          clk,
    input  wire          rst,
    input  wire [31:0]   i_status,
    input  wire          i_clear,          // the counters
//% for _, counter in ipairs(all_counters()) do
    input  wire $(width_of(counter.bits)) i_inc_$(counter.name),
//% end
    // access
    input  wire          i_reg_enable,
    input  wire          i_reg_write,
    input  wire [7:0]    i_reg_addr,
    // access, one cycle old
    input  wire          i_write,
    input  wire [7:0]    i_addr,
    input  wire [31:0]   i_wdata,
    input  wire          i_running,        // a job: the descriptor is not written
    output reg  [31:0]   o_reg_rdata
);
    reg  [31:0] cycles_lo;
    reg         inc_cycles;
    always @(posedge clk) begin
        inc_cycles <= i_inc_cycles;
        cycles_lo <= i_clear ? 32'd0 : cycles_lo + {31'd0, inc_cycles};
    end
//% for _, counter in ipairs(counters()) do
    wire unused_$(counter.name) = &{1'b0, i_inc_$(counter.name)};
//% end

//% for _, register in ipairs(stored) do
    reg         set_$(register.lower);
    always @(posedge clk)
        if (rst)
            set_$(register.lower) <= 1'b0;
        else if ($(register.set))
            set_$(register.lower) <= 1'b1;
//% end
    wire [31:0] written;
    reg  [31:0] mask, other;
    reg         set_now;
    wire        may_write = !i_running || i_addr == $(register_word(register_named("IRQ_ENABLE")));
    sofa_ram #(.WIDTH(32), .DEPTH($(1 << place_bits)), .ABITS($(place_bits))) u_written (
        .clk(clk), .i_we(i_write && i_addr[7:$(place_bits)] == $(lit(8-place_bits, 0)) && may_write),
        .i_waddr(i_addr[$(place_bits-1):0]), .i_wdata(i_wdata),
        .i_re(i_reg_enable && !i_reg_write), .i_raddr(i_reg_addr[$(place_bits-1):0]), .o_rdata(written));
    always @(posedge clk) begin
        set_now <= 1'b0;
        mask <= 32'd0;
        other <= 32'd0;
        case (i_reg_addr)
//% for _, word in ipairs(read_words()) do
            $(word.word): other <= $(word.text);
//% end
//% for _, register in ipairs(stored) do
            $(register.word): begin
                set_now <= set_$(register.lower);
                mask <= $(lit(32, (1 << register.bits) - 1));
                other <= set_$(register.lower) ? 32'd0 : $(lit(32, register.at_reset));
            end
//% end
            default: ;
        endcase
        o_reg_rdata <= other | (written & mask & {32{set_now}});
    end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Registers of the core: identity, control and status, job descriptor, performance counters. Laid out from the table in
// cmodel/config/regs.c; offsets and meanings are in registers.md.
// Handshake: one access at a time; every access, also a write, is answered by o_reg_valid.
// Latency: $(latency("registers.access", 2)) cycles from i_reg_enable to o_reg_valid and to the effect of a write; the next access may
// begin with o_reg_valid.
// A job$(JOB_QUEUE and ", or the queue," or "") runs from $(JOB_QUEUE and "o_start or o_take_up" or "o_start") to i_done_set; in between
// the descriptor keeps its values and starts are ignored.
//% local control = register_named("CONTROL")
`default_nettype none
module sofa_registers (
    input  wire          clk,
    input  wire          rst,
    // descriptor
//% for _, output in ipairs(descriptor_outputs()) do
    output wire $(width_of(output.bits)) o_cfg_$(output.name),
//% end
//% for _, output in ipairs(job_outputs()) do
    output wire $(width_of(JOBS*output.bits)) o_jobs_$(output.name),
//% end
    // what the counters add up; CYCLES counts i_busy
//% for _, counter in ipairs(counters()) do
    input  wire $(width_of(counter.bits)) i_inc_$(counter.name),
//% end
    // control
    output reg           o_start,
    output reg           o_abort,
//% if TOKENS then
    output reg           o_invalidate,
//% end
    input  wire          i_busy,
    input  wire          i_done_set,
    input  wire [7:0]    i_error,          // with i_done_set
//% if JOB_QUEUE then
    // the queue of jobs: what the host sets, an access one cycle old; its registers; words of a descriptor
    output wire          o_write,
    output wire [7:0]    o_addr,
    output wire [31:0]   o_wdata,
//%   for _, register in ipairs(job_registers()) do
    input  wire $(width_of(register.bits)) i_$(register.lower),
//%   end
    input  wire          i_more,           // jobs are to be run
    output reg           o_take_up,        // pulse: they are from now on
    input  wire          i_notice,         // pulse: one of them has ended, with i_error
    input  wire          i_oldest,         // which descriptor is that of the oldest job
    output wire          o_alike,          // the other job may join it
    input  wire          i_word_valid,
    input  wire          i_word_job,
    input  wire [5:0]    i_word_index,
    input  wire [31:0]   i_word,
//% end
    // bus
    input  wire          i_reg_enable,
    input  wire          i_reg_write,
    input  wire [7:0]    i_reg_addr,       // word address
    input  wire [31:0]   i_reg_wdata,
    output reg           o_reg_valid,
    output wire [31:0]   o_reg_rdata,
    output reg           o_irq
);
    wire .*;

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
        o_reg_valid <= (read || write) && !rst;
    end

    // control and status
    reg         running;
    reg         done;
    reg  [7:0]  error;
    wire        command = write && addr == $(register_word(control));
    wire        start = command && wdata[$(control.fields[1].low)] && !running && !i_busy;
//% local begins = JOB_QUEUE and "begins" or "start"
//% local tells = JOB_QUEUE and "i_notice || (i_done_set && running)" or "i_done_set && running"
//% if JOB_QUEUE then
    wire        take_up = i_more && !running && !i_busy && !start;
    wire        begins = start || take_up;
    always @(posedge clk) o_take_up <= take_up && !rst;
    assign o_write = write;
    assign o_addr = addr;
    assign o_wdata = wdata;
//% end
    wire [31:0] status = {16'd0, error, 6'd0, done, running};
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
            o_irq <= done && irq_enable;
            if ($(begins))
                running <= 1'b1;
            else if (i_done_set)
                running <= 1'b0;
            if ($(tells)) begin
                done <= 1'b1;
                error <= i_error;
            end else if ($(begins) || (command && wdata[$(control.fields[3].low)])) begin
                done <= 1'b0;
                error <= 8'd0;
            end
        end
    end
//% if TOKENS then
    always @(posedge clk)
        o_invalidate <= command && wdata[$(control.fields[4].low)] && !rst;
//% end
    $(JOB_QUEUE and "sofa_descriptors" or "sofa_descriptor") u_descriptor (.*);

    // counters and what is read
    reg         clear;
    always @(posedge clk)
        clear <= rst || $(begins);
    wire        inc_cycles = i_busy;
    sofa_full_words u_words (.*);
    sofa_lean_words u_lean_words (.*);
endmodule
`default_nettype wire

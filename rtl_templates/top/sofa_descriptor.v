//% -- SPDX-License-Identifier: Apache-2.0
//% local by_memory = JOB_QUEUE and ", or from a descriptor in memory" or ""
// What the host sets, as lib/registers.lua lays it out: interrupt enable and the job descriptor, which is set only between
// jobs$(by_memory).
// With board.counters = 0 only the bits are kept that engines take; what does not fit becomes a value that is refused as it would be.
// Latency: an access (i_write) acts in the next cycle.
//% local stored = stored_registers()
//% local topped, switched = with_rules(stored, "top"), with_rules(stored, "off")
`default_nettype none
module sofa_descriptor (
    input  wire          clk,
    input  wire          rst,
    input  wire          i_running,        // a job
//% for _, output in ipairs(descriptor_outputs()) do
    output wire $(width_of(output.bits)) o_cfg_$(output.name),
//% end
    // what is held of them, to read back
//% for _, register in ipairs(held_outputs()) do
    output wire $(width_of(register.bits)) o_held_$(register.lower),
//% end
    output wire          o_irq_enable,
//% if JOB_QUEUE then
    input  wire          i_word_valid,
    input  wire [5:0]    i_word_index,
    input  wire [31:0]   i_word,
//% end
    // access, one cycle old
    input  wire          i_write,
    input  wire [7:0]    i_addr,
    input  wire [31:0]   i_wdata
);
    // what is set of a job: by the host, or word by word as its descriptor is read
    wire        set = $(JOB_QUEUE and "i_word_valid || (i_write && !i_running)" or "i_write && !i_running");
    wire [7:0]  addr = $(JOB_QUEUE and "i_word_valid ? {2'd0, i_word_index} : i_addr" or "i_addr");
    wire [31:0] data = $(JOB_QUEUE and "i_word_valid ? i_word : i_wdata" or "i_wdata");

    // values that do not fit
//% for _, register in ipairs(with_rules(stored, "zero", "ones", "top", "off")) do
    wire        over_$(register.lower) = |data[$(register.bits-1):$(register.held)];
//% end

//% for _, register in ipairs(stored) do
    reg  $(width_of(register.held)) $(register.signal);
//% end
    always @(posedge clk) begin
        if (rst) begin
//% for _, register in ipairs(stored) do
            $(register.signal) <= $(lit(register.held, register.reset));
//% end
        end else begin
//% for _, register in ipairs(stored) do
            if ($(register.written))
                $(register.signal) <= $(register.value);
//% end
        end
    end

    // what engines see
    assign o_irq_enable = cfg_irq_enable;
//% for _, output in ipairs(plain_outputs()) do
    assign o_cfg_$(output.name) = $(output.text);
//% end
//% for _, register in ipairs(with_rules(stored, "refused")) do
    assign o_cfg_$(register.lower) = |$(register.signal)[$(register.bits-1):$(register.port)] ? $(lit(register.port, 0)) :
        $(range(register.signal, register.port - 1, 0));
//% end
//% for _, register in ipairs(topped) do
    reg         over_of_$(register.lower);
    always @(posedge clk)
        if (rst)
            over_of_$(register.lower) <= 1'b0;
        else if ($(register.written))
            over_of_$(register.lower) <= over_$(register.lower);
    assign o_cfg_$(register.lower) = {over_of_$(register.lower), $(lit(register.bits - register.held - 1, 0)), $(register.signal)};
//% end
//% for _, register in ipairs(switched) do
    reg         off_of_$(register.lower);
    always @(posedge clk)
        if (rst)
            off_of_$(register.lower) <= 1'b0;
        else if ($(register.written))
            off_of_$(register.lower) <= &data;
    assign o_cfg_$(register.lower) = {{$(register.bits - register.held){off_of_$(register.lower)}}, $(register.signal)};
//% end
//% for _, register in ipairs(held_outputs()) do
    assign o_held_$(register.lower) = $(register.signal);
//% end
endmodule
`default_nettype wire

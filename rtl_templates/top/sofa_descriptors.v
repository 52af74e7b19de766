//% -- SPDX-License-Identifier: Apache-2.0
// The descriptors of two jobs of a queue: that of the oldest, and that of the one behind it, which is read meanwhile. The host sets and
// reads the first.
// What jobs in the machine at the same time may differ in is given for each of them. Whether they do in nothing else, and the one behind
// has nothing that control would refuse, is told by o_alike, two cycles after its last word; no jobs are where the core has one at a time.
// Latency: as sofa_descriptor, which it takes the place of.
`default_nettype none
module sofa_descriptors (
    input  wire          clk,
    input  wire          rst,
    input  wire          i_running,        // a job
    input  wire          i_oldest,
//% for _, output in ipairs(descriptor_outputs()) do
    output wire $(width_of(output.bits)) o_cfg_$(output.name),
//% end
//% for _, output in ipairs(job_outputs()) do
    output wire [$(2*output.bits-1):0] o_jobs_$(output.name),
//% end
    output reg           o_alike,
    // what is held, to read back
//% for _, register in ipairs(held_outputs()) do
    output wire $(width_of(register.bits)) o_held_$(register.lower),
//% end
    output wire          o_irq_enable,
    input  wire          i_word_valid,
    input  wire          i_word_job,       // whose word it is
    input  wire [5:0]    i_word_index,
    input  wire [31:0]   i_word,
    // access, one cycle old
    input  wire          i_write,
    input  wire [7:0]    i_addr,
    input  wire [31:0]   i_wdata
);
//% for job = 0, 1 do
//%   for _, output in ipairs(descriptor_outputs()) do
    wire $(width_of(output.bits)) cfg$(job)_$(output.name);
//%   end
//% end
//% for _, register in ipairs(held_outputs()) do
    wire $(width_of(register.bits)) unused_held_$(register.lower);
//% end
    wire                 unused_enable;
    sofa_descriptor u_first (
//% for _, output in ipairs(descriptor_outputs()) do
        .o_cfg_$(output.name)(cfg0_$(output.name)),
//% end
        .i_word_valid(i_word_valid && !i_word_job), .*);
    sofa_descriptor u_second (
//% for _, output in ipairs(descriptor_outputs()) do
        .o_cfg_$(output.name)(cfg1_$(output.name)),
//% end
//% for _, register in ipairs(held_outputs()) do
        .o_held_$(register.lower)(unused_held_$(register.lower)),
//% end
        .o_irq_enable(unused_enable), .i_word_valid(i_word_valid && i_word_job), .i_write(1'b0), .*);
//% for _, output in ipairs(descriptor_outputs()) do
    assign o_cfg_$(output.name) = i_oldest ? cfg1_$(output.name) : cfg0_$(output.name);
//% end
//% for _, output in ipairs(job_outputs()) do
    assign o_jobs_$(output.name) = {cfg1_$(output.name), cfg0_$(output.name)};
//% end

    // the job behind
//% for _, output in ipairs(descriptor_outputs()) do
    wire $(width_of(output.bits)) behind_$(output.name) = i_oldest ? cfg0_$(output.name) : cfg1_$(output.name);
    wire                 unused_$(output.name) = &{1'b0, behind_$(output.name)};
//% end
    wire                 legal = |behind_rows && behind_scale_mantissa[15] && behind_scale_shift < 8'd64 && ~|$(low_bits("behind_"));
    wire                 unused_legal = legal;
    always @(posedge clk)
        o_alike <= $(JOBS > 1 and "legal\n            && " .. same_jobs("cfg0_", "cfg1_") or "1'b0");
endmodule
`default_nettype wire

// SPDX-License-Identifier: Apache-2.0
//% local A, P = cfg.memory.address_bits, cfg.memory.port_bits
// Memory of port beats (image.hex) that answers bursts in order, 8 cycles after the request at the earliest. STALL 0: as fast as
// possible; 1: requests and beats wait at random. o_bad: a request that is not inside the memory, or that changes while it waits.
`default_nettype none
module burst_memory #(
    parameter [$(A-1):0] BASE = 0,
    parameter BEATS = 1,
    parameter STALL = 0,
    parameter SEED = 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_req_valid,
    output reg              o_req_ready,
    input  wire [$(A-1):0]  i_req_addr,
    input  wire [7:0]       i_req_len,
    output reg              o_beat_valid,
    input  wire             i_beat_ready,
    output reg  [$(P-1):0]  o_beat,
    output reg              o_bad,
    output wire [31:0]      o_reads
);
    reg  [$(P-1):0]     image [0:BEATS-1];
    integer             from [0:63], left [0:63], due [0:63];
    integer             seed, now, asked, served, reads;
    reg                 held;
    reg  [$(A+7):0]     offered;
    wire [$(A-1):0]     place = i_req_addr - BASE;
    assign o_reads = reads;
    function chance(input integer of_ten);
        chance = STALL == 0 || $unsigned($random(seed)) % 10 < of_ten;
    endfunction
    initial begin
        $readmemh("image.hex", image);
        seed = SEED;
    end

    always @(posedge clk)
        if (rst) begin
            o_req_ready <= 1'b0;
            o_beat_valid <= 1'b0;
            o_bad <= 1'b0;
            held <= 1'b0;
            now = 0;
            asked = 0;
            served = 0;
            reads = 0;
        end else begin
            now = now + 1;
            held <= i_req_valid && !o_req_ready;
            offered <= {i_req_addr, i_req_len};
            if (held && (!i_req_valid || offered !== {i_req_addr, i_req_len}))
                o_bad <= 1'b1;
            if (i_req_valid && o_req_ready) begin
                if (place % $(d.port_bytes) != 0 || place / $(d.port_bytes) + i_req_len >= BEATS)
                    o_bad <= 1'b1;
                from[asked % 64] = place / $(d.port_bytes);
                left[asked % 64] = i_req_len + 1;
                due[asked % 64] = now + 8;
                asked = asked + 1;
                reads = reads + i_req_len + 1;
            end
            o_req_ready <= asked - served < 63 && chance(5);
            if (!o_beat_valid || i_beat_ready) begin
                o_beat_valid <= 1'b0;
                o_beat <= {$(P){1'bx}};
                if (asked != served && due[served % 64] <= now && chance(7)) begin
                    o_beat_valid <= 1'b1;
                    o_beat <= image[from[served % 64]];
                    from[served % 64] = from[served % 64] + 1;
                    left[served % 64] = left[served % 64] - 1;
                    if (left[served % 64] == 0)
                        served = served + 1;
                end
            end
        end
endmodule
`default_nettype wire

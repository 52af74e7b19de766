//% -- SPDX-License-Identifier: Apache-2.0
// sofa_axi_split: the bursts of a request begin where it begins, each where the one before ends, none crosses a 4 KB boundary, and
// together they have its beats; the last one says so. Requests of any length at any address that is a multiple of a beat.
// proof words: pdr: memory.port_bits=32 memory.address_bits=16
// proof far: pdr: memory.port_bits=64 memory.address_bits=20
// proof wide: pdr: memory.port_bits=512 memory.address_bits=32
//% local place = PORT_BYTE_BITS > 0 and "beats[" .. 11-PORT_BYTE_BITS .. ":0], " .. PORT_BYTE_BITS .. "'d0" or "beats[11:0]"
`default_nettype none
module sofa_prove_axi_split (
    input wire        clk,
    input wire        rst,
    input wire        valid,
    input wire [$(ADDRESS_BITS-1):0] addr,
    input wire [7:0]  len,
    input wire        ready
);
    wire        can_take, burst, last;
    wire [$(ADDRESS_BITS-1):0] burst_addr;
    wire [7:0]  burst_len;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_axi_split dut (
        .clk(clk), .rst(rst), .i_valid(valid), .o_ready(can_take), .i_addr(addr), .i_len(len), .o_valid(burst), .i_ready(ready),
        .o_addr(burst_addr), .o_len(burst_len), .o_last(last));

    reg         owed;           // beats of a request
    reg  [8:0]  left;
    reg  [$(ADDRESS_BITS-1):0] next;           // where they begin
    wire [$(ADDRESS_BITS-1):0] beats = {$(ADDRESS_BITS-8)'d0, burst_len} + $(ADDRESS_BITS)'d1;
    wire [12:0] end_place = {1'b0, burst_addr[11:0]} + {1'b0, $(place)};
    always @(posedge clk) begin
        if (valid && can_take) begin
            owed <= 1'b1;
            left <= {1'b0, len} + 9'd1;
            next <= addr;
        end else if (burst && ready) begin
            owed <= left != beats[8:0];
            left <= left - beats[8:0];
            next <= next + (beats << $(PORT_BYTE_BITS));
        end
        if (rst)
            owed <= 1'b0;
    end
    always @(posedge clk) begin
//% if PORT_BYTE_BITS > 0 then
        assume (addr[$(PORT_BYTE_BITS-1):0] == $(PORT_BYTE_BITS)'d0);
//% end
        if (!rst) begin
            split_offers: assert (burst == owed);
            split_place: assert (!burst || burst_addr == next);
            split_beats: assert (!burst || beats[8:0] <= left);
            split_last: assert (!burst || last == (beats[8:0] == left));
            split_page: assert (!burst || end_place <= 13'd4096);
            split_takes: assert (can_take == (!owed || (ready && last)));
        end
    end
endmodule
`default_nettype wire

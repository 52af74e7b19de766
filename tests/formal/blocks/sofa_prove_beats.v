//% -- SPDX-License-Identifier: Apache-2.0
// sofa_beats: a beat that was written stands in its row until it is written again, whatever else is; one that the prover chooses is
// watched. Reads that meet its write, a cycle late, give what is undefined.
// proof near: pdr: target=fpga head_dim=16 attend.width=16 attend.lanes=1 predict.dims=8 memory.port_bits=32 FAR=0
// proof far: pdr: target=fpga head_dim=16 attend.width=16 attend.lanes=1 predict.dims=8 memory.port_bits=32 FAR=1
`default_nettype none
module sofa_prove_beats #(
    parameter FAR = 0
) (
    input wire        clk,
    input wire        rst,
    input wire        we,
    input wire [1:0]  index,
    input wire [1:0]  waddr,
    input wire [1:0]  wdata,
    input wire [1:0]  raddr
);
    wire [5:0]  row;
    wire [7:0]  padded = {2'b00, row};
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_beats #(.BEAT(2), .BEATS(3), .HBITS(2), .DEPTH(4), .ABITS(2), .FAR_READ(FAR)) dut (
        .clk(clk), .i_we(we), .i_index(index), .i_waddr(waddr), .i_wdata(wdata), .i_raddr(raddr), .o_rdata(row));
    (* anyconst *) wire [1:0] which, place;             // the watched beat and its row
    reg         here, late, stood;      // it was written; it is being written; it stood when the row was read
    reg  [1:0]  word, late_word, read_word;
    reg  [1:0]  raddr_before;
    wire [1:0]  at = FAR ? raddr_before : raddr;
    reg         seen;
    always @(posedge clk) begin
        raddr_before <= raddr;
        late <= we && index == which && waddr == place && !rst;
        late_word <= wdata;
        if (late)
            word <= late_word;
        here <= !rst && (here || late);
        // in the cycle in which the memory is read
        seen <= !rst && here && !late && at == place;
        read_word <= word;
    end
    always @(posedge clk) begin
        assume (which < 2'd3);
        if (!rst)
            beats_row: assert (!seen || padded[which*2 +: 2] == read_word);
    end
endmodule
`default_nettype wire

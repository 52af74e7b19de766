//% -- SPDX-License-Identifier: Apache-2.0
// p = 2^x, x in octaves with 12 fraction bits and below 2 octaves, p with 14 fraction bits.
// Latency $(latency("exp2", 4)) cycles, throughput one a cycle, no handshake. Equals sofa_exp2().
//% local entries = exp2_table()
//% memory("exp2.entry", 64, 32)
`default_nettype none
module sofa_exp2 (
    input  wire        clk,
    input  wire [16:0] i_x,          // of 33 bits the lower ones
    input  wire        i_tiny,       // x is below 2^-16: bit 32 is set, one of bits 31:16 is not
    output reg  [15:0] o_p
);
    // table value, plus what rounds the mantissa, and step to the next entry
    reg [31:0] entry;
    always @*
        (* rom_style = "$(FPGA and "logic" or "block")" *) case (i_x[11:6])
//% for place = 0, 63 do
            6'd$(place): entry = {19'd$(entries[place+1] + 4), 13'd$(entries[place+2] - entries[place+1])};
//% end
            default: entry = 32'd0;
        endcase

    wire [4:0]  places = 5'd1 - i_x[16:12];
    reg  [18:0] base1, base2;
    reg  [12:0] step1;
    reg  [5:0]  part1;
    reg  [18:0] rise2;
    reg  [4:0]  shift1, shift2, shift3;
    reg  [15:0] mantissa3;
    wire [20:0] sum = {1'b0, base2, rise2[5]} + {7'd0, rise2[18:6], rise2[5]};     // the last bit carries to round
    wire [16:0] shifted = {mantissa3, 1'b0} >> shift3;
    wire        unused = &{1'b0, sum[3:0], rise2[4:0]};

    always @(posedge clk) begin
        {base1, step1} <= entry;
        part1 <= i_x[5:0];
        shift1 <= i_tiny ? 5'd18 : places;

        base2 <= base1;
        rise2 <= {6'd0, step1} * {13'd0, part1};
        shift2 <= shift1;

        mantissa3 <= sum[20] ? 16'd65535 : sum[19:4];
        shift3 <= shift2;

        o_p <= shifted[16:1] + {15'd0, shifted[0]};
    end
endmodule
`default_nettype wire

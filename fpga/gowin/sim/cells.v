// SPDX-License-Identifier: Apache-2.0
// Cells as nextpnr-himbaechel leaves them, where the synthesis library has no model or other ports. What no board needs is not modelled:
// it fails to compile.
`default_nettype none
module routed_GOWIN_VCC (output wire V);
    assign V = 1'b1;
endmodule

module routed_GOWIN_GND (output wire G);
    assign G = 1'b0;
endmodule

module routed_BUFG (input wire I, output wire O);
    assign O = I;
endmodule

module routed_IBUF #(parameter NET_I = "NET", parameter NET_O = "NET") (input wire I, output wire O);
    assign O = I;
endmodule

module routed_OBUF #(parameter NET_I = "NET", parameter NET_O = "NET") (input wire I, output wire O);
    assign O = I;
endmodule

// A full adder whose first XOR is a LUT; the LUT's first four bits choose the carry.
module routed_ALU #(
    parameter        ALU_MODE = 0,
    parameter [31:0] RAW_ALU_LUT = 32'hFFFFFFFF,
    parameter        CIN_NETTYPE = "LOGIC"
) (
    input  wire [3:0] I,
    input  wire       CIN,
    output wire       SUM,
    output wire       COUT
);
    localparam RAW = !RAW_ALU_LUT[31];
    localparam KNOWN = RAW || ALU_MODE == 2 || ALU_MODE == "C2L" || ALU_MODE == "ONE2C";
    localparam [15:0] LUT = RAW ? RAW_ALU_LUT[15:0] : ALU_MODE == 2 ? 16'b0110000010011010 : ALU_MODE == "ONE2C" ? 16'h000F : 16'h0000;
    generate
        if (!KNOWN) begin : g_unknown
            alu_mode_is_not_modelled u_stop ();
        end
    endgenerate
    wire [3:0] low = LUT[3:0];
    wire       differ = LUT[I];
    assign SUM = differ ^ CIN;
    assign COUT = differ ? CIN : low[I[1:0]];
endmodule

module routed_MULT18X18 (
    input wire [17:0] A, input wire [17:0] B, input wire [17:0] SIA, input wire [17:0] SIB,
    input wire ASIGN, input wire BSIGN, input wire ASEL, input wire BSEL, input wire CE, input wire CLK, input wire RESET,
    output wire [35:0] DOUT
);
    wire signed [36:0] a = {{19{ASIGN & A[17]}}, A}, b = {{19{BSIGN & B[17]}}, B};
    wire signed [36:0] product = a * b;
    assign DOUT = product[35:0];
endmodule

module routed_MULT9X9 (
    input wire [8:0] A, input wire [8:0] B, input wire [8:0] SIA, input wire [8:0] SIB,
    input wire ASIGN, input wire BSIGN, input wire ASEL, input wire BSEL, input wire CE, input wire CLK, input wire RESET,
    output wire [17:0] DOUT
);
    wire signed [18:0] a = {{10{ASIGN & A[8]}}, A}, b = {{10{BSIGN & B[8]}}, B};
    wire signed [18:0] product = a * b;
    assign DOUT = product[17:0];
endmodule

module routed_RAM16SDP4 (
    input wire CLK, input wire CE, input wire WRE, input wire [3:0] WAD, input wire [3:0] RAD, input wire [3:0] DI, output wire [3:0] DO
);
    reg [3:0] word [0:15];
    always @(posedge CLK)
        if (WRE && CE)
            word[WAD] <= DI;
    assign DO = word[RAD];
endmodule

// One port's view of a row of 4 bytes with 9 bits: where it writes, and what it reads.
module routed_view #(
    parameter WIDTH = 36
) (
    input  wire [13:0] i_addr,
    input  wire [35:0] i_data,
    input  wire [35:0] i_row,
    output wire [35:0] o_mask,
    output wire [35:0] o_row,    // i_data in its place
    output wire [35:0] o_data
);
    localparam EIGHT = WIDTH == 16 || WIDTH == 32;      // no ninth bits
    localparam [35:0] ONES = (36'd1 << (EIGHT ? WIDTH * 9 / 8 : WIDTH)) - 36'd1;
    wire [5:0]  at = WIDTH >= 32 ? 6'd0 : WIDTH >= 16 ? 6'd18 * i_addr[4] : 6'd9 * i_addr[4:3] + (WIDTH >= 8 ? 6'd0 :
                     WIDTH == 4 ? {3'd0, i_addr[2], 2'd0} : WIDTH == 2 ? {3'd0, i_addr[2:1], 1'b0} : {3'd0, i_addr[2:0]});
    wire [35:0] lanes = WIDTH >= 16 ? {{9{i_addr[3]}}, {9{i_addr[2]}}, {9{i_addr[1]}}, {9{i_addr[0]}}} : {36{1'b1}};
    wire [35:0] data = EIGHT ? {1'b0, i_data[31:24], 1'b0, i_data[23:16], 1'b0, i_data[15:8], 1'b0, i_data[7:0]} : i_data;
    wire [35:0] read = i_row >> at;
    assign o_mask = (ONES & lanes) << at;
    assign o_row = data << at;
    assign o_data = EIGHT ? {4'd0, read[34:27], read[25:18], read[16:9], read[7:0]} : read;
endmodule

// A block of RAM: a port that reads and writes, a port that reads. Output registers are not modelled.
module routed_block #(
    parameter           WIDTH_A = 36,
    parameter           WIDTH_B = 36,
    parameter           READ_MODE = 0,
    parameter [1:0]     WRITE_MODE = 2'd0,
    parameter [18431:0] INIT = 18432'd0     // by bytes of as many bits as those of port A
) (
    input  wire        clka,
    input  wire        clear_a,
    input  wire        enable_a,
    input  wire        write_a,
    input  wire [13:0] addr_a,
    input  wire [35:0] data_a,
    output reg  [35:0] out_a,
    input  wire        clkb,
    input  wire        clear_b,
    input  wire        enable_b,
    input  wire        write_b,
    input  wire [13:0] addr_b,
    output reg  [35:0] out_b
);
    localparam BITS = WIDTH_A % 9 == 0 ? 9 : 8;
    reg  [35:0] row [0:511];
    wire [35:0] old = row[addr_a[13:5]], mask, placed, read_a, read_b, unused_mask, unused_row;
    wire [35:0] written = (old & ~mask) | (placed & mask);
    integer     i;
    initial
        for (i = 0; i < 2048; i = i + 1)
            row[i / 4][9 * (i % 4) +: 9] = BITS == 9 ? INIT[BITS * i +: 9] : {1'b0, INIT[BITS * i +: 8]};
    generate
        if (READ_MODE != 0) begin : g_unknown
            read_mode_is_not_modelled u_stop ();
        end
    endgenerate
    routed_view #(.WIDTH(WIDTH_A)) u_a (
        .i_addr(addr_a), .i_data(data_a), .i_row(write_a && WRITE_MODE == 2'd1 ? written : old), .o_mask(mask), .o_row(placed), .o_data(read_a));
    routed_view #(.WIDTH(WIDTH_B)) u_b (
        .i_addr(addr_b), .i_data(36'd0), .i_row(row[addr_b[13:5]]), .o_mask(unused_mask), .o_row(unused_row), .o_data(read_b));
    always @(posedge clka) begin
        if (enable_a && write_a)
            row[addr_a[13:5]] <= written;
        if (clear_a)
            out_a <= 36'd0;
        else if (enable_a && !(write_a && WRITE_MODE == 2'd0))
            out_a <= read_a;
    end
    always @(posedge clkb) begin
        if (clear_b)
            out_b <= 36'd0;
        else if (enable_b)
            out_b <= read_b;
        if (enable_b && write_b) begin
            $display("gowin/sim/cells.v: a write through port B of a block of RAM is not modelled");
            $finish;
        end
    end
endmodule

// With 32 or 36 bits each half has its own port.
module routed_SP #(
    parameter READ_MODE = 0, parameter WRITE_MODE = 0, parameter BIT_WIDTH = 36, parameter [2:0] BLK_SEL = 3'd0, parameter RESET_MODE = "SYNC",
    parameter [18431:0] INIT_RAM = 18432'd0
) (
    input wire CLK, input wire CE, input wire OCE, input wire WRE, input wire RESET, input wire [2:0] BLKSEL, input wire [13:0] AD,
    input wire CLKB, input wire CEB, input wire OCEB, input wire WREB, input wire RESETB, input wire [2:0] BLKSELB, input wire [13:0] ADB,
    input wire [35:0] DI, output wire [35:0] DO
);
    localparam HALF = BIT_WIDTH >= 32 ? BIT_WIDTH / 2 : 0;
    localparam WIDTH = HALF > 0 ? HALF : BIT_WIDTH;
    wire [35:0] low, high;
    routed_block #(.WIDTH_A(WIDTH), .WIDTH_B(WIDTH), .READ_MODE(READ_MODE), .WRITE_MODE(WRITE_MODE), .INIT(INIT_RAM)) u_block (
        .clka(CLK), .clear_a(RESET), .enable_a(CE && BLKSEL == BLK_SEL), .write_a(WRE), .addr_a(AD), .data_a(DI), .out_a(low),
        .clkb(HALF > 0 && CLKB), .clear_b(RESETB), .enable_b(CEB && BLKSELB == BLK_SEL), .write_b(WREB), .addr_b(ADB), .out_b(high));
    assign DO = HALF > 0 ? (high << HALF) | low : low;
endmodule

module routed_SDP #(
    parameter READ_MODE = 0, parameter BIT_WIDTH_0 = 36, parameter BIT_WIDTH_1 = 36, parameter [2:0] BLK_SEL_0 = 3'd0,
    parameter [2:0] BLK_SEL_1 = 3'd0, parameter RESET_MODE = "SYNC", parameter [18431:0] INIT_RAM = 18432'd0
) (
    input wire CLKA, input wire CEA, input wire WREA, input wire RESETA, input wire [2:0] BLKSELA, input wire [13:0] ADA, input wire [35:0] DI,
    input wire CLKB, input wire CEB, input wire WREB, input wire RESETB, input wire [2:0] BLKSELB, input wire [13:0] ADB, input wire OCE,
    input wire OCEB, output wire [35:0] DO
);
    wire [35:0] unused;
    routed_block #(.WIDTH_A(BIT_WIDTH_0), .WIDTH_B(BIT_WIDTH_1), .READ_MODE(READ_MODE), .INIT(INIT_RAM)) u_block (
        .clka(CLKA), .clear_a(RESETA), .enable_a(CEA && BLKSELA == BLK_SEL_0), .write_a(WREA), .addr_a(ADA), .data_a(DI), .out_a(unused),
        .clkb(CLKB), .clear_b(RESETB), .enable_b(CEB && BLKSELB == BLK_SEL_1), .write_b(1'b0), .addr_b(ADB), .out_b(DO)); // WREB is always 1
endmodule

module routed_DP #(
    parameter READ_MODE0 = 0, parameter READ_MODE1 = 0, parameter WRITE_MODE0 = 0, parameter WRITE_MODE1 = 0, parameter BIT_WIDTH_0 = 18,
    parameter BIT_WIDTH_1 = 18, parameter [2:0] BLK_SEL_0 = 3'd0, parameter [2:0] BLK_SEL_1 = 3'd0, parameter RESET_MODE = "SYNC",
    parameter [18431:0] INIT_RAM = 18432'd0
) (
    input wire CLKA, input wire CEA, input wire OCEA, input wire WREA, input wire RESETA, input wire [2:0] BLKSELA, input wire [13:0] ADA,
    input wire [17:0] DIA, output wire [17:0] DOA,
    input wire CLKB, input wire CEB, input wire OCEB, input wire WREB, input wire RESETB, input wire [2:0] BLKSELB, input wire [13:0] ADB,
    input wire [17:0] DIB, output wire [17:0] DOB
);
    wire [17:0] unused_a, unused_b;
    routed_block #(.WIDTH_A(BIT_WIDTH_0), .WIDTH_B(BIT_WIDTH_1), .READ_MODE(READ_MODE0 + READ_MODE1), .WRITE_MODE(WRITE_MODE0), .INIT(INIT_RAM))
        u_block (
        .clka(CLKA), .clear_a(RESETA), .enable_a(CEA && BLKSELA == BLK_SEL_0), .write_a(WREA), .addr_a(ADA), .data_a({18'd0, DIA}),
        .out_a({unused_a, DOA}), .clkb(CLKB), .clear_b(RESETB), .enable_b(CEB && BLKSELB == BLK_SEL_1), .write_b(WREB), .addr_b(ADB),
        .out_b({unused_b, DOB}));
endmodule
`default_nettype wire

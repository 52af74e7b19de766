// SPDX-License-Identifier: Apache-2.0
// Cells as nextpnr-ecp5 leaves them. netlist.py has resolved the multiplexers at their pins; unconnected inputs are 1. What no board needs
// is not modelled: it fails to compile.
`default_nettype none
module routed_DCCA (input wire CLKI, input wire CE, output wire CLKO);
    assign CLKO = CLKI;
endmodule

// What the simulator gives as the oscillator is the PLL's output already.
module routed_EHXPLLL #(
    parameter CLKI_DIV = 1, parameter CLKFB_DIV = 1, parameter CLKOP_DIV = 8, parameter CLKOP_CPHASE = 0, parameter CLKOP_FPHASE = 0,
    parameter CLKOP_ENABLE = "DISABLED", parameter FEEDBK_PATH = "CLKOP", parameter OUTDIVIDER_MUXA = "DIVA", parameter OUTDIVIDER_MUXB = "DIVB",
    parameter OUTDIVIDER_MUXC = "DIVC", parameter OUTDIVIDER_MUXD = "DIVD", parameter DPHASE_SOURCE = "DISABLED",
    parameter INTFB_WAKE = "DISABLED", parameter PLLRST_ENA = "DISABLED", parameter STDBY_ENABLE = "DISABLED"
) (
    input wire CLKI, input wire CLKFB, input wire RST, input wire STDBY, input wire PLLWAKESYNC, input wire ENCLKOP, input wire [1:0] PHASESEL,
    input wire PHASEDIR, input wire PHASESTEP, input wire PHASELOADREG, output wire CLKOP, output wire LOCK
);
    assign CLKOP = CLKI;
    assign LOCK = 1'b1;
endmodule

module routed_TRELLIS_IO #(parameter DIR = "INPUT", parameter DATAMUX_ODDR = "PADDO", parameter DATAMUX_MDDR = "PADDO") (
    input wire I, input wire T, inout wire B, output wire O
);
    generate
        if (DIR == "INPUT") begin : g_input
            assign O = B;
        end else if (DIR == "OUTPUT") begin : g_output
            assign B = I;
        end else begin : g_unknown
            direction_is_not_modelled u_stop ();
        end
    endgenerate
endmodule

// SD: whether the data comes from the LUT beside it.
module routed_TRELLIS_FF #(
    parameter SD = "1", parameter REGSET = "RESET", parameter SRMODE = "LSR_OVER_CE", parameter GSR = "DISABLED", parameter HAS_LSR = 0
) (
    input wire CLK, input wire CE, input wire LSR, input wire DI, input wire M, output reg Q
);
    localparam [0:0] SET = REGSET == "SET";
    initial Q = SET;
    generate
        if (SRMODE != "LSR_OVER_CE") begin : g_unknown
            reset_mode_is_not_modelled u_stop ();
        end
    endgenerate
    wire reset = HAS_LSR && LSR;
    always @(posedge CLK)
        if (reset)
            Q <= SET;
        else if (CE)
            Q <= SD == "0" ? M : DI;
endmodule

// A LUT, half a carry cell or a bit of distributed RAM. M chooses between this LUT and the one beside
// it (F1) or between two such pairs (FXA, FXB).
module routed_TRELLIS_COMB #(
    parameter        MODE = "LOGIC",
    parameter [15:0] INITVAL = 16'h0000,
    parameter        CCU2_INJECT1 = "NO",
    parameter        HAS_FXA = 0
) (
    input wire A, input wire B, input wire C, input wire D, input wire M, input wire FCI, input wire F1, input wire FXA, input wire FXB,
    input wire WD, input wire [3:0] WAD, input wire WRE, input wire WCK,
    output wire F, output wire FCO, output wire OFX
);
    generate
        if (MODE == "DPRAM") begin : g_ram
            reg [15:0] word = INITVAL;
            always @(posedge WCK)
                if (WRE)
                    word[WAD] <= WD;
            assign F = word[{A, C, B, D}];
            assign FCO = 1'b0;
        end else if (MODE == "CCU2") begin : g_carry
            wire whole = INITVAL[{D, C, B, A}], low = INITVAL[{2'b00, B, A}];
            assign F = whole ^ (CCU2_INJECT1 != "YES" && FCI);
            assign FCO = whole ? FCI : CCU2_INJECT1 != "YES" && low;
        end else if (MODE == "LOGIC") begin : g_lut
            assign F = INITVAL[{D, C, B, A}];
            assign FCO = 1'b0;
        end else begin : g_unknown
            mode_is_not_modelled u_stop ();
        end
    endgenerate
    assign OFX = HAS_FXA ? (M ? FXB : FXA) : M ? F1 : F;
endmodule

// The write side of distributed RAM: where its pins come out.
module routed_TRELLIS_RAMW (
    input wire [1:0] A, input wire [1:0] B, input wire [1:0] C, input wire [1:0] D, output wire [3:0] WADO, output wire [3:0] WDO
);
    assign WADO = {A[0], C[0], B[0], D[0]};
    assign WDO = {B[1], D[1], A[1], C[1]};
endmodule

module routed_MULT18X18D #(
    parameter REG_INPUTA_CLK = "NONE", parameter REG_INPUTA_CE = "CE0", parameter REG_INPUTA_RST = "RST0",
    parameter REG_INPUTB_CLK = "NONE", parameter REG_INPUTB_CE = "CE0", parameter REG_INPUTB_RST = "RST0",
    parameter REG_OUTPUT_CLK = "NONE", parameter REG_OUTPUT_CE = "CE0", parameter REG_OUTPUT_RST = "RST0",
    parameter REG_INPUTC_CLK = "NONE", parameter REG_PIPELINE_CLK = "NONE", parameter RESETMODE = "SYNC", parameter GSR = "DISABLED"
) (
    input wire [17:0] A, input wire [17:0] B, input wire [17:0] C, input wire SIGNEDA, input wire SIGNEDB, input wire SOURCEA, input wire SOURCEB,
    input wire [3:0] CLK, input wire [3:0] CE, input wire [3:0] RST, output wire [35:0] P
);
    localparam INPUT = REG_INPUTA_CLK == "CLK0", OUTPUT = REG_OUTPUT_CLK == "CLK0";
    generate
        if ((!INPUT && REG_INPUTA_CLK != "NONE") || REG_INPUTB_CLK != REG_INPUTA_CLK || (!OUTPUT && REG_OUTPUT_CLK != "NONE") ||
            REG_INPUTC_CLK != "NONE" || REG_PIPELINE_CLK != "NONE") begin : g_unknown
            registers_are_not_modelled u_stop ();
        end
    endgenerate
    reg  [17:0] a_register, b_register;
    reg  [35:0] p_register;
    wire [17:0] a = INPUT ? a_register : A, b = INPUT ? b_register : B;
    wire signed [36:0] a_wide = {{19{SIGNEDA & a[17]}}, a}, b_wide = {{19{SIGNEDB & b[17]}}, b}, product = a_wide * b_wide;
    assign P = OUTPUT ? p_register : product[35:0];
    always @(posedge CLK[0])
        if (RST[0]) begin
            a_register <= 18'd0;
            b_register <= 18'd0;
            p_register <= 36'd0;
        end else if (CE[0]) begin
            a_register <= A;
            b_register <= B;
            p_register <= product[35:0];
        end
endmodule

// Port A alone with words of 1 or 9 bits, or port A for writing and port B for reading words of 36 bits in four bytes, {DIB, DIA} and
// {DOB, DOA}, as Yosys maps them. A read gives what stood there; no core waits for it in the cycle of a write.
module routed_DP16KD #(
    parameter DATA_WIDTH_A = 18, parameter DATA_WIDTH_B = 18, parameter REGMODE_A = "NOREG", parameter REGMODE_B = "NOREG",
    parameter WRITEMODE_A = "NORMAL", parameter WRITEMODE_B = "NORMAL", parameter CSDECODE_A = "0b000", parameter CSDECODE_B = "0b000",
    parameter RESETMODE = "SYNC", parameter ASYNC_RESET_RELEASE = "SYNC", parameter GSR = "DISABLED"
) (
    input wire [17:0] DIA, input wire [13:0] ADA, input wire CEA, input wire OCEA, input wire CLKA, input wire WEA, input wire RSTA, input wire [2:0] CSA,
    input wire [17:0] DIB, input wire [13:0] ADB, input wire CEB, input wire OCEB, input wire CLKB, input wire WEB, input wire RSTB, input wire [2:0] CSB,
    output wire [17:0] DOA, output wire [17:0] DOB
);
    localparam PAIR = DATA_WIDTH_A == 36 && DATA_WIDTH_B == 36;
    localparam W = PAIR ? 36 : DATA_WIDTH_A, SHIFT = PAIR ? 5 : W == 9 ? 3 : 0;
    generate
        if (!(PAIR || W == 1 || W == 9) || REGMODE_A != "NOREG" || REGMODE_B != "NOREG") begin : g_unknown
            shape_is_not_modelled u_stop ();
        end
    endgenerate
    reg  [W-1:0] word [0:(1 << (14 - SHIFT)) - 1];
    reg  [W-1:0] out;
    wire [35:0]  wide = {{36-W{1'b0}}, out};
    integer i;
    initial
        for (i = 0; i < 1 << (14 - SHIFT); i = i + 1)
            word[i] = {W{1'b0}};
    generate
        if (PAIR) begin : g_pair
            assign {DOB, DOA} = wide;
            wire [35:0] data = {DIB, DIA};
            integer b;
            always @(posedge CLKA)
                if (CEA && WEA && CSA == 3'd0)
                    for (b = 0; b < 4; b = b + 1)
                        if (ADA[b])
                            word[ADA[13:5]][b*9 +: 9] <= data[b*9 +: 9];
            always @(posedge CLKB)
                if (CEB && CSB == 3'd0)
                    out <= word[ADB[13:5]];
        end else begin : g_single
            assign {DOB, DOA} = wide;
            always @(posedge CLKA)
                if (CEA && CSA == 3'd0) begin
                    if (WEA)
                        word[ADA[13:SHIFT]] <= DIA[W-1:0];
                    out <= word[ADA[13:SHIFT]];
                end
        end
    endgenerate
endmodule
`default_nettype wire

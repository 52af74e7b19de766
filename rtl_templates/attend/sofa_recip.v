//% -- SPDX-License-Identifier: Apache-2.0
// y = 2^(16 + e) / l with e = floor(log2 l), for l >= 2^14, which a row has from its first pair on.
// Latency $(latency("recip", 4)) cycles for o_y, 1 for o_above = e - 14; throughput one a cycle; with i_valid results are taken over stage
// by stage and stay until the next. Equals sofa_recip().
//% local entries = recip_table()
//% memory("recip.entry", 128, 32)
`default_nettype none
module sofa_recip (
    input  wire              clk,
    input  wire              rst,
    input  wire              i_valid,
    input  wire [$(DENOMINATOR_BITS-1):0]  i_l,
    output reg  [$(LEADING_BITS-1):0]  o_above,
    output reg  [15:0]       o_y
);
    reg [$(LEADING_BITS-1):0] leading;
    integer b;
    always @* begin
        leading = $(LEADING_BITS)'d0;
        for (b = 1; b < $(DENOMINATOR_BITS-14); b = b + 1)
            if (i_l[14+b])
                leading = b[$(LEADING_BITS-1):0];
    end

    reg               valid1, valid2, valid3;
    wire [$(DENOMINATOR_BITS-1):0] l1;
    sofa_denominator u_l (.clk(clk), .i_valid(i_valid), .i_l(i_l), .o_l(l1));
    reg  [15:0]       n2;
    wire [$(DENOMINATOR_BITS-1):0]  aligned = l1 << ($(LEADING_BITS)'d$(DENOMINATOR_BITS-15) - o_above);
    reg  [31:0]       entry;      // plus what rounds the result
    always @*
        (* rom_style = "$(FPGA and "logic" or "block")" *) case (n2[15:9])
//% for place = 0, 127 do
            7'd$(place): entry = {19'd$(entries[place+1] + 2), 13'd$(entries[place+1] - entries[place+2])};
//% end
            default: entry = 32'd0;
        endcase
    reg  [18:0] base3;
    reg  [12:0] step3;
    reg  [8:0]  part3;
    wire [21:0] fall = {9'd0, step3} * {13'd0, part3};
    wire [19:0] value = {base3, 1'b0} - {6'd0, fall[21:8]};     // the last bit borrows to round
    wire [$(DENOMINATOR_BITS+15):0] padded = {aligned, 16'd0};
    wire        unused = &{1'b0, value[2:0], fall[7:0], padded[$(DENOMINATOR_BITS+15)], padded[$(DENOMINATOR_BITS-2):0]};

    always @(posedge clk) begin
        if (i_valid)
            o_above <= leading;
        if (valid1)
            n2 <= padded[$(DENOMINATOR_BITS+14):$(DENOMINATOR_BITS-1)];
        if (valid2) begin
            {base3, step3} <= entry;
            part3 <= n2[8:0];
        end
        if (valid3)
            o_y <= value[19] ? 16'd65535 : value[18:3];
        if (rst) begin
            valid1 <= 1'b0;
            valid2 <= 1'b0;
            valid3 <= 1'b0;
        end else begin
            valid1 <= i_valid;
            valid2 <= valid1;
            valid3 <= valid2;
        end
    end
endmodule
`default_nettype wire

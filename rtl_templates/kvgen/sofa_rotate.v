//% -- SPDX-License-Identifier: Apache-2.0
//% if d.rotary == 0 then skip() end
//% local A, D, KB, KW, PF = cfg.memory.address_bits, cfg.head_dim, d.key_bits, cfg.data.key_bits, cfg.memory.prefetch
//% local H, RP, N, PB = D // 2, d.rotary_pairs, d.rotary_steps, math.max(1, clog2(cfg.memory.prefetch))
//% local NB, ROOM = clog2(d.rotary_steps + 2), d.rotary_steps * d.rotary_pairs
// Turns the K row of a generated key by its position: $(RP) pair(s) (i, i + $(H)) a cycle, four multipliers each. One row at a time: a row
// is announced (i_begin, only while o_free), its cosines and sines are read, and when both are here the halves of the row pass by
// the multipliers and come back to where they were. Latency: $(latency("rotate", d.rotate_time + 2)) cycles from the later of row and cosines to o_valid, longer while i_hold.
// Equals sofa_rotate_key().
`default_nettype none
module sofa_rotate (
    input  wire             clk,
    input  wire             rst,
    input  wire [$(A-1):0]  i_base,
    input  wire [$(A-1):0]  i_stride,
    output wire             o_free,
    input  wire             i_begin,
    input  wire [$(KB-1):0] i_key,
    input  wire [$(PB-1):0] i_ring,
    // cosines and sines, {sine, cosine} of a pair
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(A-1):0]  o_req_addr,
    input  wire             i_turns_valid,
    input  wire [$(D*16-1):0] i_turns,
    // the row
    input  wire             i_row_valid,
    input  wire [$(D*KW-1):0] i_row,
    // turned; always taken unless i_hold
    input  wire             i_hold,
    output wire             o_valid,
    output reg  [$(KB-1):0] o_key,
    output reg  [$(PB-1):0] o_ring,
    output wire [$(D*KW-1):0] o_row
);
    reg                 busy, row_here, turns_here, done;
    reg  [$(NB-1):0]    count;
    wire                turning = row_here && turns_here && !done;
    assign o_free = !busy;
    assign o_valid = done && !i_hold;
    always @(posedge clk) begin
        if (i_begin) begin
            o_key <= i_key;
            o_ring <= i_ring;
        end
        if (rst) begin
            busy <= 1'b0;
            row_here <= 1'b0;
            turns_here <= 1'b0;
            done <= 1'b0;
            count <= $(NB)'d0;
        end else begin
            busy <= i_begin || (busy && !o_valid);
            row_here <= i_row_valid || (row_here && !o_valid);
            turns_here <= i_turns_valid || (turns_here && !o_valid);
            done <= (turning && count == $(lit(NB, d.rotate_time))) || (done && i_hold);
            count <= turning ? count + 1'b1 : $(NB)'d0;
        end
    end
    wire                unused_ready;
    wire                unused = &{1'b0, unused_ready};
    sofa_address #(.IBITS($(KB))) u_address (
        .clk(clk), .rst(rst), .i_valid(i_begin), .o_ready(unused_ready), .i_base(i_base), .i_index(i_key), .i_stride(i_stride),
        .o_valid(o_req_valid), .i_ready(i_req_ready), .o_addr(o_req_addr));

    // ---- the halves of the row pass by; what is turned comes in two cycles later at the top ----
    reg  [$(ROOM*KW-1):0] low, high;
    reg  [$(ROOM*32-1):0] turns;
    wire [$(RP*KW-1):0] new_low, new_high;
    wire [$((ROOM+RP)*KW-1):0] low_next = {new_low, low};
    wire [$((ROOM+RP)*KW-1):0] high_next = {new_high, high};
    wire [$((ROOM+RP)*32-1):0] turns_next = {$(lit(RP*32, 0)), turns};
    always @(posedge clk) begin
        if (i_turns_valid)
            turns <= $(ext("i_turns", D*16, ROOM*32));
        else if (turning)
            turns <= turns_next[$((ROOM+RP)*32-1):$(RP*32)];
        if (i_row_valid) begin
            low <= $(ext("i_row[" .. (H*KW-1) .. ":0]", H*KW, ROOM*KW));
            high <= $(ext("i_row[" .. (D*KW-1) .. ":" .. (H*KW) .. "]", H*KW, ROOM*KW));
        end else if (turning) begin
            low <= low_next[$((ROOM+RP)*KW-1):$(RP*KW)];
            high <= high_next[$((ROOM+RP)*KW-1):$(RP*KW)];
        end
    end
    assign o_row = {high[$(H*KW-1):0], low[$(H*KW-1):0]};
//% if ROOM > H then
    wire                unused_pad = &{1'b0, low[$(ROOM*KW-1):$(H*KW)], high[$(ROOM*KW-1):$(H*KW)]};
//% end
//% local PW = KW + 16
//% local function saturated(name)
//%   local top = name .. "[" .. PW .. ":" .. (14 + KW - 1) .. "]"
//%   return "(&" .. top .. " || ~|" .. top .. ") ? " .. name .. "[" .. (14 + KW - 1) .. ":14] : {" .. name .. "[" .. PW .. "], {" .. (KW-1) .. "{!" .. name .. "[" .. PW .. "]}}}"
//% end
//% for n = 0, RP - 1 do

    // ---- multipliers of pair $(n) ----
    wire signed [$(KW-1):0] a_$(n) = low[$(n*KW) +: $(KW)];
    wire signed [$(KW-1):0] b_$(n) = high[$(n*KW) +: $(KW)];
    wire signed [15:0]  cos_$(n) = turns[$(n*32) +: 16];
    wire signed [15:0]  sin_$(n) = turns[$(n*32+16) +: 16];
    reg  signed [$(PW-1):0] a_cos_$(n), a_sin_$(n), b_cos_$(n), b_sin_$(n);
    wire signed [$(PW):0] sum_low_$(n) = $(sext("a_cos_" .. n, PW, PW+1)) - $(sext("b_sin_" .. n, PW, PW+1)) + $(lit(PW+1, 8192));
    wire signed [$(PW):0] sum_high_$(n) = $(sext("a_sin_" .. n, PW, PW+1)) + $(sext("b_cos_" .. n, PW, PW+1)) + $(lit(PW+1, 8192));
    reg  [$(KW-1):0]    low_$(n), high_$(n);
    always @(posedge clk) begin
        a_cos_$(n) <= a_$(n) * cos_$(n);
        a_sin_$(n) <= a_$(n) * sin_$(n);
        b_cos_$(n) <= b_$(n) * cos_$(n);
        b_sin_$(n) <= b_$(n) * sin_$(n);
        low_$(n) <= $(saturated("sum_low_" .. n));
        high_$(n) <= $(saturated("sum_high_" .. n));
    end
    assign new_low[$(n*KW) +: $(KW)] = low_$(n);
    assign new_high[$(n*KW) +: $(KW)] = high_$(n);
    wire                unused_fraction_$(n) = &{1'b0, sum_low_$(n)[13:0], sum_high_$(n)[13:0]};
//% end
    wire                unused_shifted = &{1'b0, low_next[$(RP*KW-1):0], high_next[$(RP*KW-1):0], turns_next[$(RP*32-1):0]};
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
//% if d.by_mass == 0 then skip() end
// Selection by mass: of a row's keys in a tile those that seem to have at least 2^(-i_mass / 16) of what the row gives to all keys it has met,
// this tile's included, or the row's largest score. A beat is a row's whole tile. The largest score and the sum of weights wait in
// memories until the row's next tile of the block.
// Latency: $(d.mass_latency) cycles from i_valid to o_valid; throughput one beat a cycle; no back-pressure. Two beats of one row stand at least
// $(d.mass_loop) cycles apart. i_mass: stable in a job. Equals sofa_mass_select().
//% local KP, RB, OB, FB = cfg.predict.keys, d.row_bits, d.octave_bits, d.octave_fraction
//% local L, T, LAT = d.mass_largest, d.mass_tree, d.mass_latency
//% local SF, SB, DB, XB = d.sum_fraction, d.weight_sum_bits, d.distance_bits, clog2(d.key_bits + 1) + 4
//% local EB, depth = OB - FB, math.max(2, cfg.query_block)
//% local XE = math.max(XB, 10) + 2
//% latency("mass", LAT)
`default_nettype none
module sofa_mass (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    input  wire [$(RB-1):0] i_row,
    input  wire             i_new_block,        // the row's first tile of the block
    input  wire [$(KP*OB-1):0] i_scores,        // in octaves, $(FB) bits of fraction, signed
    input  wire [$(KP-1):0] i_seen,             // keys that the row sees, at least one
    input  wire [9:0]       i_mass,
    output wire             o_valid,
    output wire [$(RB-1):0] o_row,
    output wire [$(KP-1):0] o_need              // kept keys
);
//% -- A beat's attributes travel beside it: name_n is i_name n cycles later.
//% local function at(name, n) return n == 0 and "i_" .. name or name .. "_" .. n end
//% local travel = {{"valid", 1, LAT}, {"row", RB, LAT}, {"new_block", 1, L + T + 2}, {"seen", KP, LAT}, {"scores", KP * OB, L + 1}}
//% for _, a in ipairs(travel) do
//%   for n = 1, a[3] do
    reg  $(a[2] > 1 and "[" .. a[2]-1 .. ":0] " or "")$(at(a[1], n));
    always @(posedge clk) $(at(a[1], n)) <= $(at(a[1], n-1))$(a[1] == "valid" and " && !rst" or "");
//%   end
//% end
    assign o_valid = valid_$(LAT);
    assign o_row = row_$(LAT);

    // ---- the tile's largest score, in offset binary; 0 stands for keys that the row does not see ----
//% local names = {}
//% for k = 0, KP - 1 do
    wire [$(OB-1):0] score_$(k) = {!i_scores[$(k*OB+OB-1)], i_scores[$(k*OB) +: $(OB-1)]} & {$(OB){i_seen[$(k)]}};
//%   names[#names+1] = "score_" .. k
//% end
//% local step = 0
//% for stage = 1, L do
//%   local out = {}
//%   for first = 1, #names, d.mass_inputs do
//%     -- pairs, until one is left of the part
//%     local part = {table.unpack(names, first, math.min(first + d.mass_inputs - 1, #names))}
//%     while #part > 1 do
//%       local half = {}
//%       for i = 1, #part, 2 do
//%         if part[i+1] then
//%           step = step + 1
    wire [$(OB-1):0] larger_$(step) = $(part[i]) > $(part[i+1]) ? $(part[i]) : $(part[i+1]);
//%           half[#half+1] = "larger_" .. step
//%         else
//%           half[#half+1] = part[i]
//%         end
//%       end
//%       part = half
//%     end
//%     out[#out+1] = "largest" .. stage .. "_" .. (#out)
    reg  [$(OB-1):0] $(out[#out]);
    always @(posedge clk) $(out[#out]) <= $(part[1]);
//%   end
//%   names = out
//% end
    wire [$(OB-1):0] tile_most = $(names[1]);

    // ---- the row's largest score: read, compare, write ----
    wire [$(OB-1):0] stored_most;
    wire [$(OB-1):0] earlier = stored_most & {$(OB){!$(at("new_block", L))}};
    reg  [$(OB-1):0] most_$(L+1);
    reg  [$(EB-1):0] raise_$(L+1);              // whole octaves by which it grows; as much as the sum loses anyway in a row's first tile
    wire [$(OB-1):0] larger = tile_most > earlier ? tile_most : earlier;
    sofa_ram #(.WIDTH($(OB)), .DEPTH($(depth)), .ABITS($(RB))) u_most (
        .clk(clk), .i_we(valid_$(L+1)), .i_waddr(row_$(L+1)), .i_wdata(most_$(L+1)),
        .i_re($(at("valid", L-1))), .i_raddr($(at("row", L-1))), .o_rdata(stored_most));
    always @(posedge clk) begin
        most_$(L+1) <= larger;
        raise_$(L+1) <= larger[$(OB-1):$(FB)] - earlier[$(OB-1):$(FB)];
    end
//% for n = L + 2, L + T + 2 do
    reg  [$(EB-1):0] raise_$(n);
    always @(posedge clk) raise_$(n) <= raise_$(n-1);
//% end
//% for n = L + 2, L + T + 3 do
    reg  [$(FB-1):0] fraction_$(n);             // of the row's largest score
    always @(posedge clk) fraction_$(n) <= $(n == L + 2 and "most_" .. L+1 .. "[" .. FB-1 .. ":0]" or "fraction_" .. n-1);
//% end

    // ---- distance of each key from it, saturated; its weight, a power of two; their sum ----
//% for n = L + 2, LAT do
    reg  [$(KP*DB-1):0] distance_$(n);
//%   if n > L + 2 then
    always @(posedge clk) distance_$(n) <= distance_$(n-1);
//%   end
//% end
//% names = {}
//% for k = 0, KP - 1 do
    wire [$(OB-1):0] far_$(k) = most_$(L+1) - {!scores_$(L+1)[$(k*OB+OB-1)], scores_$(L+1)[$(k*OB) +: $(OB-1)]};
    always @(posedge clk) distance_$(L+2)[$(k*DB) +: $(DB)] <= far_$(k)[$(DB-1):0] | {$(DB){|far_$(k)[$(OB-1):$(DB)]}};
    wire [$(DB):0]   up_$(k) = {1'b0, distance_$(L+2)[$(k*DB) +: $(DB)]} + $(lit(DB+1, 3)) - $(ext("fraction_" .. L+2, FB, DB+1));
    wire [$(SF):0]   weight_$(k) = seen_$(L+2)[$(k)] && up_$(k)[$(DB):$(FB)] <= $(lit(DB+1-FB, SF)) ? $(lit(SF+1, 1 << SF)) >> up_$(k)[$(FB+4):$(FB)] : $(lit(SF+1, 0));
    wire             unused_up_$(k) = &{1'b0, up_$(k)[$(FB-1):0]};
//%   names[#names+1] = "weight_" .. k
//% end
//% local width = SF + 1
//% for stage = 1, T do
//%   local out = {}
//%   local wider = math.min(SB, width + math.min(clog2(d.mass_inputs), clog2(#names)))
//%   for first = 1, #names, d.mass_inputs do
//%     local part = {}
//%     for i = first, math.min(first + d.mass_inputs - 1, #names) do part[#part+1] = ext(names[i], width, wider) end
//%     out[#out+1] = "sum" .. stage .. "_" .. (#out)
    reg  [$(wider-1):0] $(out[#out]);
    always @(posedge clk) $(out[#out]) <= $(table.concat(part, " + "));
//%   end
//%   names, width = out, wider
//% end

    // ---- the row's sum: read, add, write ----
    wire [$(SB-1):0] stored_sum;
    wire [$(EB-1):0] drop = raise_$(L+T+2);
    wire [$(SB-1):0] kept_sum = new_block_$(L+T+2) || |drop[$(EB-1):5] ? $(SB)'d0 : stored_sum >> drop[4:0];
    reg  [$(SB-1):0] sum;
    sofa_ram #(.WIDTH($(SB)), .DEPTH($(depth)), .ABITS($(RB))) u_sum (
        .clk(clk), .i_we(valid_$(L+T+3)), .i_waddr(row_$(L+T+3)), .i_wdata(sum),
        .i_re(valid_$(L+T+1)), .i_raddr(row_$(L+T+1)), .o_rdata(stored_sum));
    always @(posedge clk) sum <= kept_sum + $(ext(names[1], width, SB));

    // ---- its logarithm, leading one and the four bits below it; how far from the largest a kept key may be ----
    reg  [$(XB-1):0] log2;
    integer i;
    reg [31:0] at;
    wire             unused_at = &{1'b0, at[31:$(XB-4)]};
    always @* begin
        log2 = $(XB)'d0;
        at = 32'd0;
        for (i = $(SF); i < $(SB); i = i + 1)
            if (sum[i]) begin
                at = i - $(SF);
                log2 = {at[$(XB-5):0], sum[i-1 -: 4]};
            end
    end
    wire [9:0]       mass = {i_mass[9:5], i_mass[4:0] & {5{!(&i_mass[9:5])}}};     // no more than a distance can hold
    wire [$(XE-1):0] share = $(ext("mass", 10, XE)) - $(ext("log2", XB, XE));
    wire [$(XE-1):0] reach = {{2{share[$(XE-1)]}}, share[$(XE-1):2]} + $(ext("fraction_" .. L+T+3, FB, XE));
    wire             unused_share = &{1'b0, share[1:0]};
    reg  [$(DB-1):0] most_distance;
    always @(posedge clk) most_distance <= reach[$(XE-1)] ? $(DB)'d0 : reach[$(DB-1):0];
    wire             unused_reach = &{1'b0, reach[$(XE-2):$(DB)]};

//% for k = 0, KP - 1 do
    assign o_need[$(k)] = seen_$(LAT)[$(k)] && distance_$(LAT)[$(k*DB) +: $(DB)] <= most_distance;
//% end
endmodule
`default_nettype wire

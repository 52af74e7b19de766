//% -- SPDX-License-Identifier: Apache-2.0
//% if not MASS then skip() end
// Selection by mass: of a row's keys in a tile those that seem to have at least 2^(-i_mass / 16) of what the row gives to all keys it has met,
// this tile's included, or the row's largest score. A beat is a row's whole tile. The largest score and the sum of weights wait in
// memories until the row's next tile of the block.
// Latency: $(d.mass_latency) cycles from i_valid to o_valid; throughput one beat a cycle; no back-pressure. Two beats of one row stand at least
// $(d.mass_loop) cycles apart. i_mass: stable in a job. Equals sofa_mass_select().
//% local LARGEST, TREE, LATENCY = d.mass_largest, d.mass_tree, d.mass_latency
//% local SUM_FRACTION, MASS_SUM_BITS, DISTANCE_BITS, LOG_BITS = d.sum_fraction, d.weight_sum_bits, d.distance_bits, clog2(KEY_NUMBER_BITS + 1) + 4
//% local WHOLE_BITS, depth = OCTAVE_BITS - OCTAVE_FRACTION, math.max(2, QUERY_BLOCK)
//% local SHARE_BITS = math.max(LOG_BITS, 10) + 2
//% latency("mass", LATENCY)
`default_nettype none
module sofa_mass (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    input  wire [$(ROW_BITS-1):0] i_row,
    input  wire             i_new_block,        // the row's first tile of the block
    input  wire [$(PREDICT_KEYS*OCTAVE_BITS-1):0] i_scores,        // in octaves, $(OCTAVE_FRACTION) bits of fraction, signed
    input  wire [$(PREDICT_KEYS-1):0] i_seen,             // keys that the row sees, at least one
    input  wire [9:0]       i_mass,
    output wire             o_valid,
    output wire [$(ROW_BITS-1):0] o_row,
    output wire [$(PREDICT_KEYS-1):0] o_need              // kept keys
);
//% -- A beat's attributes travel beside it: name_n is i_name n cycles later.
//% local function at(name, n) return n == 0 and "i_" .. name or name .. "_" .. n end
//% local travel = {{"valid", 1, LATENCY}, {"row", ROW_BITS, LATENCY}, {"new_block", 1, LARGEST + TREE + 2}, {"seen", PREDICT_KEYS, LATENCY}, {"scores", PREDICT_KEYS * OCTAVE_BITS, LARGEST + 1}}
//% for _, attribute in ipairs(travel) do
//%   for n = 1, attribute[3] do
    reg  $(attribute[2] > 1 and "[" .. attribute[2]-1 .. ":0] " or "")$(at(attribute[1], n));
    always @(posedge clk) $(at(attribute[1], n)) <= $(at(attribute[1], n-1))$(attribute[1] == "valid" and " && !rst" or "");
//%   end
//% end
    assign o_valid = valid_$(LATENCY);
    assign o_row = row_$(LATENCY);

    // ---- the tile's largest score, in offset binary; 0 stands for keys that the row does not see ----
//% local names = {}
//% for key = 0, PREDICT_KEYS - 1 do
    wire [$(OCTAVE_BITS-1):0] score_$(key) = {!i_scores[$(key*OCTAVE_BITS+OCTAVE_BITS-1)], i_scores[$(key*OCTAVE_BITS) +: $(OCTAVE_BITS-1)]} & {$(OCTAVE_BITS){i_seen[$(key)]}};
//%   names[#names+1] = "score_" .. key
//% end
//% local step = 0
//% for stage = 1, LARGEST do
//%   local out = {}
//%   for first = 1, #names, d.mass_inputs do
//%     -- pairs, until one is left of the part
//%     local part = {table.unpack(names, first, math.min(first + d.mass_inputs - 1, #names))}
//%     while #part > 1 do
//%       local half = {}
//%       for i = 1, #part, 2 do
//%         if part[i+1] then
//%           step = step + 1
    wire [$(OCTAVE_BITS-1):0] larger_$(step) = $(part[i]) > $(part[i+1]) ? $(part[i]) : $(part[i+1]);
//%           half[#half+1] = "larger_" .. step
//%         else
//%           half[#half+1] = part[i]
//%         end
//%       end
//%       part = half
//%     end
//%     out[#out+1] = "largest" .. stage .. "_" .. (#out)
    reg  [$(OCTAVE_BITS-1):0] $(out[#out]);
    always @(posedge clk) $(out[#out]) <= $(part[1]);
//%   end
//%   names = out
//% end
    wire [$(OCTAVE_BITS-1):0] tile_most = $(names[1]);

    // ---- the row's largest score: read, compare, write ----
    wire [$(OCTAVE_BITS-1):0] stored_most;
    wire [$(OCTAVE_BITS-1):0] earlier = stored_most & {$(OCTAVE_BITS){!$(at("new_block", LARGEST))}};
    reg  [$(OCTAVE_BITS-1):0] most_$(LARGEST+1);
    reg  [$(WHOLE_BITS-1):0] raise_$(LARGEST+1);              // whole octaves by which it grows; as much as the sum loses anyway in a row's first tile
    wire [$(OCTAVE_BITS-1):0] larger = tile_most > earlier ? tile_most : earlier;
    sofa_ram #(.WIDTH($(OCTAVE_BITS)), .DEPTH($(depth)), .ABITS($(ROW_BITS))) u_most (
        .clk(clk), .i_we(valid_$(LARGEST+1)), .i_waddr(row_$(LARGEST+1)), .i_wdata(most_$(LARGEST+1)),
        .i_re($(at("valid", LARGEST-1))), .i_raddr($(at("row", LARGEST-1))), .o_rdata(stored_most));
    always @(posedge clk) begin
        most_$(LARGEST+1) <= larger;
        raise_$(LARGEST+1) <= larger[$(OCTAVE_BITS-1):$(OCTAVE_FRACTION)] - earlier[$(OCTAVE_BITS-1):$(OCTAVE_FRACTION)];
    end
//% for n = LARGEST + 2, LARGEST + TREE + 2 do
    reg  [$(WHOLE_BITS-1):0] raise_$(n);
    always @(posedge clk) raise_$(n) <= raise_$(n-1);
//% end
//% for n = LARGEST + 2, LARGEST + TREE + 3 do
    reg  [$(OCTAVE_FRACTION-1):0] fraction_$(n);             // of the row's largest score
    always @(posedge clk) fraction_$(n) <= $(n == LARGEST + 2 and "most_" .. LARGEST+1 .. "[" .. OCTAVE_FRACTION-1 .. ":0]" or "fraction_" .. n-1);
//% end

    // ---- distance of each key from it, saturated; its weight, a power of two; their sum ----
//% for n = LARGEST + 2, LATENCY do
    reg  [$(PREDICT_KEYS*DISTANCE_BITS-1):0] distance_$(n);
//%   if n > LARGEST + 2 then
    always @(posedge clk) distance_$(n) <= distance_$(n-1);
//%   end
//% end
//% names = {}
//% for key = 0, PREDICT_KEYS - 1 do
    wire [$(OCTAVE_BITS-1):0] far_$(key) = most_$(LARGEST+1) - {!scores_$(LARGEST+1)[$(key*OCTAVE_BITS+OCTAVE_BITS-1)], scores_$(LARGEST+1)[$(key*OCTAVE_BITS) +: $(OCTAVE_BITS-1)]};
    always @(posedge clk) distance_$(LARGEST+2)[$(key*DISTANCE_BITS) +: $(DISTANCE_BITS)] <= far_$(key)[$(DISTANCE_BITS-1):0] | {$(DISTANCE_BITS){|far_$(key)[$(OCTAVE_BITS-1):$(DISTANCE_BITS)]}};
    wire [$(DISTANCE_BITS):0]   up_$(key) = {1'b0, distance_$(LARGEST+2)[$(key*DISTANCE_BITS) +: $(DISTANCE_BITS)]} + $(lit(DISTANCE_BITS+1, 3)) - $(ext("fraction_" .. LARGEST+2, OCTAVE_FRACTION, DISTANCE_BITS+1));
    wire [$(SUM_FRACTION):0]   weight_$(key) = seen_$(LARGEST+2)[$(key)] && up_$(key)[$(DISTANCE_BITS):$(OCTAVE_FRACTION)] <= $(lit(DISTANCE_BITS+1-OCTAVE_FRACTION, SUM_FRACTION)) ? $(lit(SUM_FRACTION+1, 1 << SUM_FRACTION)) >> up_$(key)[$(OCTAVE_FRACTION+4):$(OCTAVE_FRACTION)] : $(lit(SUM_FRACTION+1, 0));
    wire             unused_up_$(key) = &{1'b0, up_$(key)[$(OCTAVE_FRACTION-1):0]};
//%   names[#names+1] = "weight_" .. key
//% end
//% local width = SUM_FRACTION + 1
//% for stage = 1, TREE do
//%   local out = {}
//%   local wider = math.min(MASS_SUM_BITS, width + math.min(clog2(d.mass_inputs), clog2(#names)))
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
    wire [$(MASS_SUM_BITS-1):0] stored_sum;
    wire [$(WHOLE_BITS-1):0] drop = raise_$(LARGEST+TREE+2);
    wire [$(MASS_SUM_BITS-1):0] kept_sum = new_block_$(LARGEST+TREE+2) || |drop[$(WHOLE_BITS-1):5] ? $(MASS_SUM_BITS)'d0 : stored_sum >> drop[4:0];
    reg  [$(MASS_SUM_BITS-1):0] sum;
    sofa_ram #(.WIDTH($(MASS_SUM_BITS)), .DEPTH($(depth)), .ABITS($(ROW_BITS))) u_sum (
        .clk(clk), .i_we(valid_$(LARGEST+TREE+3)), .i_waddr(row_$(LARGEST+TREE+3)), .i_wdata(sum),
        .i_re(valid_$(LARGEST+TREE+1)), .i_raddr(row_$(LARGEST+TREE+1)), .o_rdata(stored_sum));
    always @(posedge clk) sum <= kept_sum + $(ext(names[1], width, MASS_SUM_BITS));

    // ---- its logarithm, leading one and the four bits below it; how far from the largest a kept key may be ----
    reg  [$(LOG_BITS-1):0] log2;
    integer i;
    reg [31:0] at;
    wire             unused_at = &{1'b0, at[31:$(LOG_BITS-4)]};
    always @* begin
        log2 = $(LOG_BITS)'d0;
        at = 32'd0;
        for (i = $(SUM_FRACTION); i < $(MASS_SUM_BITS); i = i + 1)
            if (sum[i]) begin
                at = i - $(SUM_FRACTION);
                log2 = {at[$(LOG_BITS-5):0], sum[i-1 -: 4]};
            end
    end
    wire [9:0]       mass = {i_mass[9:5], i_mass[4:0] & {5{!(&i_mass[9:5])}}};     // no more than a distance can hold
    wire [$(SHARE_BITS-1):0] share = $(ext("mass", 10, SHARE_BITS)) - $(ext("log2", LOG_BITS, SHARE_BITS));
    wire [$(SHARE_BITS-1):0] reach = {{2{share[$(SHARE_BITS-1)]}}, share[$(SHARE_BITS-1):2]} + $(ext("fraction_" .. LARGEST+TREE+3, OCTAVE_FRACTION, SHARE_BITS));
    wire             unused_share = &{1'b0, share[1:0]};
    reg  [$(DISTANCE_BITS-1):0] most_distance;
    always @(posedge clk) most_distance <= reach[$(SHARE_BITS-1)] ? $(DISTANCE_BITS)'d0 : reach[$(DISTANCE_BITS-1):0];
    wire             unused_reach = &{1'b0, reach[$(SHARE_BITS-2):$(DISTANCE_BITS)]};

//% for key = 0, PREDICT_KEYS - 1 do
    assign o_need[$(key)] = seen_$(LATENCY)[$(key)] && distance_$(LATENCY)[$(key*DISTANCE_BITS) +: $(DISTANCE_BITS)] <= most_distance;
//% end
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Selection by mass: of a row's keys in a tile those that seem to have at least 2^(-i_mass / 16) of what the row gives to all keys it has
// met, this tile's included, or the row's largest score. A beat is a row's whole tile. The largest score and the sum of weights wait in
// memories until the row's next tile of the block.
// Latency: $(latency("mass", d.mass_latency)) cycles from i_valid to o_valid; throughput one beat a cycle; no back-pressure. Two beats of
// one row stand at least $(d.mass_loop) cycles apart. i_mass: stable in a job. Equals sofa_mass_select().
//% -- cycles after i_valid: the row's largest score, its sum, its kept keys
//% local LARGEST, SUMMED, LATENCY = d.mass_largest, d.mass_summed, d.mass_latency
//% local SUM_FRACTION, MASS_SUM_BITS, INPUTS, depth = d.sum_fraction, d.weight_sum_bits, d.mass_inputs, math.max(2, QUERY_BLOCK)
//% local WHOLE_BITS = OCTAVE_BITS - OCTAVE_FRACTION      -- of the whole octaves of a score
//% local BELOW_BITS = d.distance_bits                    -- of how far a key is below the largest: whole octaves and fraction
//% local BELOW_WHOLE_BITS = BELOW_BITS - OCTAVE_FRACTION
//% local RAISE_BITS = clog2(MASS_SUM_BITS + 1)           -- of a shift that leaves nothing of the sum
//% local PLACE_BITS = clog2(KEY_NUMBER_BITS + 1)         -- of the place of the sum's leading one, less SUM_FRACTION
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
//% local function parts(names, inputs)
//%   local out = {}
//%   for first = 1, #names, inputs do out[#out+1] = {table.unpack(names, first, math.min(first + inputs - 1, #names))} end
//%   return out
//% end
$(travel({{"valid", 1, LATENCY, "i_valid", reset = true}, {"row", ROW_BITS, LATENCY, "i_row"}, {"new_block", 1, SUMMED-1, "i_new_block"}}))
$(travel({{"seen", PREDICT_KEYS, LARGEST, "i_seen"}, {"scores", PREDICT_KEYS * OCTAVE_BITS, LARGEST, "i_scores"}}))
    assign o_valid = valid_$(LATENCY);
    assign o_row = row_$(LATENCY);

    // ---- the row's largest score, in offset binary: a tree, its last stage with that of earlier tiles; 0: not seen ----
    reg  [$(OCTAVE_BITS-1):0] most_$(LARGEST);
    wire [$(OCTAVE_BITS-1):0] stored_most;
    wire [$(OCTAVE_BITS-1):0] earlier = stored_most & {$(OCTAVE_BITS){!new_block_$(LARGEST-1)}};
    sofa_ram #(.WIDTH($(OCTAVE_BITS)), .DEPTH($(depth)), .ABITS($(ROW_BITS))) u_most (
        .clk(clk), .i_we(valid_$(LARGEST)), .i_waddr(row_$(LARGEST)), .i_wdata(most_$(LARGEST)),
        .i_re($(delayed("valid", LARGEST-2))), .i_raddr($(delayed("row", LARGEST-2))), .o_rdata(stored_most));
//% local names = {}
//% for key = 0, PREDICT_KEYS - 1 do
    wire [$(OCTAVE_BITS-1):0] score_$(key) = {$(OCTAVE_BITS){i_seen[$(key)]}}
        & {!i_scores[$(key*OCTAVE_BITS+OCTAVE_BITS-1)], i_scores[$(key*OCTAVE_BITS) +: $(OCTAVE_BITS-1)]};
//%   names[#names+1] = "score_" .. key
//% end
//% local step = 0
//% for stage = 1, LARGEST do
//%   local nodes = stage < LARGEST and parts(names, INPUTS) or {names}
//%   if stage == LARGEST then names[#names+1] = "earlier" end
//%   names = {}
//%   for _, node in ipairs(nodes) do
//%     while #node > 1 do -- pairs; what is alone goes on
//%       local half = {}
//%       for index, pair in ipairs(parts(node, 2)) do
//%         half[index] = pair[1]
//%         if pair[2] then
//%           step = step + 1
    wire [$(OCTAVE_BITS-1):0] larger_$(step) = $(pair[1]) > $(pair[2]) ? $(pair[1]) : $(pair[2]);
//%           half[index] = "larger_" .. step
//%         end
//%       end
//%       node = half
//%     end
//%     names[#names+1] = stage < LARGEST and "largest" .. stage .. "_" .. (#names + 1) or "most_" .. LARGEST
//%     if stage < LARGEST then
    reg  [$(OCTAVE_BITS-1):0] $(names[#names]);
//%     end
    always @(posedge clk) $(names[#names]) <= $(node[1]);
//%   end
//% end

    // ---- whole octaves by which it has grown, as far as they count; its fraction ----
    reg  [$(WHOLE_BITS-1):0] earlier_octave;
    wire [$(WHOLE_BITS-1):0] growth = most_$(LARGEST)[$(OCTAVE_BITS-1):$(OCTAVE_FRACTION)] - earlier_octave;
    reg  [$(RAISE_BITS-1):0] raise_$(LARGEST+1);
    reg  [$(OCTAVE_FRACTION-1):0] fraction_$(LARGEST+1);
    always @(posedge clk) begin
        earlier_octave <= earlier[$(OCTAVE_BITS-1):$(OCTAVE_FRACTION)];
        raise_$(LARGEST+1) <= growth[$(RAISE_BITS-1):0] | {$(RAISE_BITS){|growth[$(WHOLE_BITS-1):$(RAISE_BITS)]}};
        fraction_$(LARGEST+1) <= most_$(LARGEST)[$(OCTAVE_FRACTION-1):0];
    end
//% for stage = LARGEST + 2, SUMMED - 1 do
    reg  [$(RAISE_BITS-1):0] raise_$(stage);
    always @(posedge clk) raise_$(stage) <= raise_$(stage-1);
//% end
//% for stage = LARGEST + 2, SUMMED do
    reg  [$(OCTAVE_FRACTION-1):0] fraction_$(stage);
    always @(posedge clk) fraction_$(stage) <= fraction_$(stage-1);
//% end

    // ---- each key: {whole octaves below the largest, ~fraction}, no less for a smaller score; all ones: unseen, or too far to keep ----
//% for stage = LARGEST + 1, LATENCY do
    reg  [$(PREDICT_KEYS*BELOW_BITS-1):0] below_$(stage);
//%   if stage > LARGEST + 1 then
    always @(posedge clk) below_$(stage) <= below_$(stage-1);
//%   end
//% end
//% for key = 0, PREDICT_KEYS - 1 do
//%   local score, low = "scores_" .. LARGEST, key * OCTAVE_BITS
    wire [$(WHOLE_BITS-1):0] octaves_$(key) = most_$(LARGEST)[$(OCTAVE_BITS-1):$(OCTAVE_FRACTION)]
        - {!$(score)[$(low+OCTAVE_BITS-1)], $(score)[$(low+OCTAVE_FRACTION) +: $(WHOLE_BITS-1)]};
    wire             farther_$(key) = |octaves_$(key)[$(WHOLE_BITS-1):$(BELOW_WHOLE_BITS)] || !seen_$(LARGEST)[$(key)];
    always @(posedge clk)
        below_$(LARGEST+1)[$(key*BELOW_BITS) +: $(BELOW_BITS)] <= {$(BELOW_BITS){farther_$(key)}}
            | {octaves_$(key)[$(BELOW_WHOLE_BITS-1):0], ~$(score)[$(low) +: $(OCTAVE_FRACTION)]};
//% end

    // ---- the row's sum: weights, powers of two, in a tree, its last stage with what is left of that of earlier tiles ----
    reg  [$(MASS_SUM_BITS-1):0] sum;
    wire [$(MASS_SUM_BITS-1):0] stored_sum;
    wire [$(MASS_SUM_BITS-1):0] kept_sum = (stored_sum & {$(MASS_SUM_BITS){!new_block_$(SUMMED-1)}}) >> raise_$(SUMMED-1);
    sofa_ram #(.WIDTH($(MASS_SUM_BITS)), .DEPTH($(depth)), .ABITS($(ROW_BITS))) u_sum (
        .clk(clk), .i_we(valid_$(SUMMED)), .i_waddr(row_$(SUMMED)), .i_wdata(sum),
        .i_re(valid_$(SUMMED-2)), .i_raddr(row_$(SUMMED-2)), .o_rdata(stored_sum));
//% names = {}
//% for key = 0, PREDICT_KEYS - 1 do
    wire [$(BELOW_WHOLE_BITS-1):0] drop_$(key) = below_$(LARGEST+1)[$(key*BELOW_BITS+OCTAVE_FRACTION) +: $(BELOW_WHOLE_BITS)];
    wire [$(SUM_FRACTION):0]   weight_$(key) = $(lit(SUM_FRACTION+1, 1 << SUM_FRACTION)) >> drop_$(key);
//%   names[#names+1] = "weight_" .. key
//% end
//% local width = SUM_FRACTION + 1
//% for stage = LARGEST + 2, SUMMED do
//%   local nodes = stage < SUMMED and parts(names, INPUTS) or {names}
//%   local wider = stage < SUMMED and math.min(MASS_SUM_BITS, width + math.min(clog2(INPUTS), clog2(#names))) or MASS_SUM_BITS
//%   names = {}
//%   for index, node in ipairs(nodes) do
//%     names[index] = stage < SUMMED and "sum" .. stage .. "_" .. index or "sum"
//%     for input = 1, #node do node[input] = ext(node[input], width, wider) end
//%     if stage < SUMMED then
    reg  [$(wider-1):0] $(names[index]);
//%     else
//%       node[#node+1] = "kept_sum"
//%     end
    always @(posedge clk) $(names[index]) <= $(table.concat(node, " + "));
//%   end
//%   width = wider
//% end

    // ---- its logarithm, the place of the leading one and the four bits below it; what a kept key may be below ----
    reg  [$(PLACE_BITS-1):0] place;
    reg  [3:0]       mantissa;
    integer i;
    always @* begin
        place = $(PLACE_BITS)'d0;
        mantissa = 4'd0;
        for (i = 0; i < $(MASS_SUM_BITS-SUM_FRACTION); i = i + 1)
            if (sum[i+$(SUM_FRACTION)]) begin
                place = i[$(PLACE_BITS-1):0];
                mantissa = sum[i+$(SUM_FRACTION-1) -: 4];
            end
    end
    wire [9:0]       mass = {i_mass[9:5], i_mass[4:0] & {5{!(&i_mass[9:5])}}};     // no more than the octaves of a key can hold
    wire [10:0]      share = {1'b0, mass} - $(ext("{place, mantissa}", PLACE_BITS+4, 11)); // in 1/16 octaves, signed
    wire [$(BELOW_BITS):0]   reach = share[10:2] + $(lit(BELOW_BITS+1, (1 << OCTAVE_FRACTION) - 1));
    wire             unused_share = &{1'b0, share[1:0]};
    wire [$(BELOW_BITS-1):0] largest = {$(lit(BELOW_WHOLE_BITS, 0)), ~fraction_$(SUMMED)};
    reg  [$(BELOW_BITS-1):0] most_below;
    always @(posedge clk) most_below <= reach[$(BELOW_BITS)] || reach[$(BELOW_BITS-1):0] < largest ? largest : reach[$(BELOW_BITS-1):0];

//% for key = 0, PREDICT_KEYS - 1 do
    assign o_need[$(key)] = below_$(LATENCY)[$(key*BELOW_BITS) +: $(BELOW_BITS)] <= most_below;
//% end

//% local row_ports = {we = "valid_" .. LARGEST, waddr = "row_" .. LARGEST, raddr = delayed("row", LARGEST - 2),
//%     used = "valid_" .. LARGEST - 1 .. " && !new_block_" .. LARGEST - 1}
$(written("mass_most_written", depth, ROW_BITS, row_ports))
endmodule
`default_nettype wire

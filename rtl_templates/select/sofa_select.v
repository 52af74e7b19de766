//% -- SPDX-License-Identifier: Apache-2.0
// Selection: of the scores of a row in a tile the i_kept largest (ties to the lower key), less those below maximum - radius.
// A beat is a row's scores of one key group. $(d.groups > 1 and "Beats merge into the row's kept list, which waits in a memory between its groups." or "A tile is one group, so a beat is a row's whole tile.")
// With i_carry the maximum is that of this and all earlier tiles of the row in the block; it waits in a memory as well.
// Latency: $(select_latency) cycles from i_valid to o_valid (beats with i_last only); throughput one beat a cycle; no back-pressure. Two
// beats of one row stand at least $(select_loop) cycles apart. i_kept, i_carry: stable in a job. Equals sofa_select_tile().
//% local t, KM, EW, SB, RB = select_timing, cfg.tile.kept_max, d.entry_bits, cfg.predict.score_bits, d.row_bits
//% local KP, QB, BC, CB, TB = cfg.predict.keys, cfg.query_block, cfg.tile.keys, d.kept_bits, cfg.predict.score_bits + 1
//% local late, RW = d.radius_rows == 1, d.radius_bits
//% local grouped, depth = d.groups > 1, math.max(2, cfg.query_block)
//% latency("select", select_latency)
`default_nettype none
module sofa_select (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    input  wire             i_first,     // of the row's groups in the tile
    input  wire             i_last,
    input  wire [$(RB-1):0] i_row,
    input  wire             i_new_block, // the row's first tile of the block (all its groups)
    input  wire [$(KP*EW-1):0] i_entries, // {valid, score in offset binary, ~index of the key in the tile}
//% if late then
    input  wire             i_bank,
    input  wire [31:0]      i_radius,
    input  wire             i_exponent_we,    // of a row that has come; the next one is $(cfg.data.query_bits + 2) cycles away
    input  wire [$(RB):0]   i_exponent_row,
    input  wire [3:0]       i_exponent,
//% else
    input  wire [$(SB-1):0] i_radius_row,
//% end
    input  wire             i_radius_on,
    input  wire [$(CB-1):0] i_kept,
    input  wire             i_carry,
    output reg              o_valid,
    output reg  [$(RB-1):0] o_row,
    output wire [$(BC-1):0] o_need,      // kept keys
    output wire [$(BC-1):0] o_best,      // the best of them
    output wire             o_any,
    output wire [$(CB-1):0] o_count,     // kept keys
    output wire [$(CB-1):0] o_clipped    // dropped by the radius
);
//% -- A beat's attributes travel beside it: name_n is i_name n cycles later.
//% local function at(name, n) return n == 0 and "i_" .. name or name .. "_" .. n end
//% local travel = {{"valid", 1, select_latency-1}, {"last", 1, select_latency-1}, {"row", RB, select_latency-1},
//%                 {"new_block", 1, t.top}, {"radius_on", 1, t.threshold-1}}
//% travel[#travel+1] = late and {"bank", 1, t.threshold-2} or {"radius_row", SB, t.threshold-1}
//% if grouped then travel[#travel+1] = {"first", 1, t.sorted} end
//% for _, a in ipairs(travel) do
//%   for n = 1, a[3] do
    reg  $(a[2] > 1 and "[" .. a[2]-1 .. ":0] " or "")$(at(a[1], n));
//%   end
//% end
    always @(posedge clk) begin
//% for _, a in ipairs(travel) do
//%   for n = 1, a[1] == "valid" and 0 or a[3] do
        $(at(a[1], n)) <= $(at(a[1], n-1));
//%   end
//% end
        o_row <= $(at("row", select_latency-1));
        if (rst) begin
//% for n = 1, select_latency - 1 do
            $(at("valid", n)) <= 1'b0;
//% end
            o_valid <= 1'b0;
        end else begin
//% for n = 1, select_latency - 1 do
            $(at("valid", n)) <= $(at("valid", n-1));
//% end
            o_valid <= $(at("valid", select_latency-1)) && $(at("last", select_latency-1));
        end
    end

    wire [$(KM*EW-1):0] list_$(t.merged);
    wire [$(TB-1):0] top; // {valid, score}, after $(t.top) cycles
//% if grouped then
    wire [$(t.fresh*EW-1):0] fresh;
    sofa_sort sort (.clk(clk), .i_entries(i_entries), .o_list(fresh));

    // The kept list between the groups of a row.
    wire [$(KM*EW-1):0] stored;
    sofa_ram #(.WIDTH($(KM*EW)), .DEPTH($(depth)), .ABITS($(RB))) kept (
        .clk(clk),
        .i_we($(at("valid", t.merged)) && !$(at("last", t.merged))), .i_waddr($(at("row", t.merged))), .i_wdata(list_$(t.merged)),
        .i_re($(at("valid", t.sorted-1)) && !$(at("first", t.sorted-1))), .i_raddr($(at("row", t.sorted-1))), .o_rdata(stored)
    );
    wire continues = !$(at("first", t.sorted));
    wire [$(KM*EW-1):0] kept_list = stored & {$(KM*EW){continues}};
    sofa_merge merge (
        .clk(clk), .i_kept(kept_list), .i_fresh(fresh), .o_top(top), .o_list(list_$(t.merged))
    );
//% else
    wire unused_first = i_first;
    sofa_sort sort (.clk(clk), .i_entries(i_entries), .o_top(top), .o_list(list_$(t.merged)));
//% end

    // The maximum over tiles, then the least score that stays.
    wire [$(TB-1):0] carried;
    reg              carries;          // i_carry, near
    always @(posedge clk) carries <= i_carry;
    wire [$(TB-1):0] earlier = carried & {$(TB){carries && !$(at("new_block", t.top))}};
    reg  [$(TB-1):0] maximum;
//% if late then
    // a row's radius, shifted by its exponent
    reg  [$(RW-1):0] radius;
    reg  [3:0]       places;
    reg  [$(RB):0]   radius_of;
    reg              shifting;
    wire             shifted = shifting && places == 4'd0;
    wire [$(SB-1):0] $(at("radius_row", t.threshold-1));
    always @(posedge clk) begin
        if (i_exponent_we) begin
            radius <= i_radius[$(RW-1):0];
            places <= i_exponent;
            radius_of <= i_exponent_row;
        end else if (places != 4'd0) begin
            radius <= {1'b0, radius[$(RW-1):1]};
            places <= places - 4'd1;
        end
        shifting <= !rst && (i_exponent_we || (shifting && !shifted));
    end
    wire             unused_radius = &{1'b0, i_radius};
    sofa_ram #(.WIDTH($(SB)), .DEPTH($(2 << RB)), .ABITS($(RB+1))) radii (
        .clk(clk), .i_we(shifted), .i_waddr(radius_of), .i_wdata(radius[$(SB-1):0] | {$(SB){|radius[$(RW-1):$(SB)]}}),
        .i_re(1'b1), .i_raddr({$(at("bank", t.threshold-2)), $(at("row", t.threshold-2))}), .o_rdata($(at("radius_row", t.threshold-1))));
//% end
    wire [$(TB-1):0] largest = top > earlier ? top : earlier;
//% local of = t.threshold == t.top + 2 and "maximum" or "largest"
    wire [$(SB):0]   least = {1'b0, $(of)[$(SB-1):0]} - {1'b0, $(at("radius_row", t.threshold-1))};
    sofa_ram #(.WIDTH($(TB)), .DEPTH($(depth)), .ABITS($(RB))) maxima (
        .clk(clk),
        .i_we($(at("valid", t.top+1)) && $(at("last", t.top+1))), .i_waddr($(at("row", t.top+1))), .i_wdata(maximum),
        .i_re($(at("valid", t.top-1)) && $(at("last", t.top-1))), .i_raddr($(at("row", t.top-1))), .o_rdata(carried)
    );
//% for n = t.merged + 1, t.clip do
    reg  [$(KM*EW-1):0] list_$(n);
//% end
//% for n = t.threshold, t.clip do
    reg  [$(SB-1):0] threshold_$(n);
//% end
    reg  [$(KM-1):0] enable;
    always @(posedge clk) begin
        maximum <= largest;
        threshold_$(t.threshold) <= least[$(SB-1):0] & {$(SB){$(at("radius_on", t.threshold-1)) && !least[$(SB)]}};
//% for n = t.threshold + 1, t.clip do
        threshold_$(n) <= threshold_$(n-1);
//% end
//% for n = t.merged + 1, t.clip do
        list_$(n) <= list_$(n-1);
//% end
//% for i = 0, KM - 1 do
        enable[$(i)] <= i_kept > $(lit(CB, i));
//% end
    end

    sofa_clip clip (
        .clk(clk), .i_list(list_$(t.clip)), .i_enable(enable), .i_threshold(threshold_$(t.clip)),
        .o_need(o_need), .o_best(o_best), .o_any(o_any), .o_count(o_count), .o_clipped(o_clipped)
    );
endmodule
`default_nettype wire

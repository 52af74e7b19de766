//% -- SPDX-License-Identifier: Apache-2.0
// Selection: of the scores of a row in a tile the i_kept largest (ties to the lower key), less those below maximum - radius.
//% local merges = "Beats merge into the row's kept list, which waits in a memory between its groups."
//% local whole = "A tile is one group, so a beat is a row's whole tile."
// A beat is a row's scores of one key group. $(KEY_GROUPS > 1 and merges or whole)
// With i_carry the maximum is that of this and all earlier tiles of the row in the block; it waits in a memory as well.
// Latency: $(select_latency) cycles from i_valid to o_valid (beats with i_last only); throughput one beat a cycle; no back-pressure. Two
// beats of one row stand at least $(select_loop) cycles apart. i_kept, i_carry: stable in a job. Equals sofa_select_keys().
//% local timing = select_timing
//% local RADIUS_BITS = d.radius_bits
//% local grouped, depth = KEY_GROUPS > 1, math.max(2, QUERY_BLOCK)
//% latency("select", select_latency)
`default_nettype none
module sofa_select (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    input  wire             i_first,     // of the row's groups in the tile
    input  wire             i_last,
    input  wire [$(ROW_BITS-1):0] i_row,
    input  wire             i_new_block, // the row's first tile of the block (all its groups)
    input  wire [$(PREDICT_KEYS*ENTRY_BITS-1):0] i_entries, // {valid, score in offset binary, ~index of the key in the tile}
//% if STORED_RADII then
    input  wire             i_bank,
    input  wire [31:0]      i_radius,
    input  wire             i_exponent_we,    // of a row that has come; the next one is $(QUERY_BITS + 2) cycles away
    input  wire [$(ROW_BITS):0]   i_exponent_row,
    input  wire [3:0]       i_exponent,
//% else
    input  wire [$(SCORE_BITS-1):0] i_radius_row,
//% end
    input  wire             i_radius_on,
    input  wire [$(KEPT_BITS-1):0] i_kept,
    input  wire             i_carry,
    output reg              o_valid,
    output reg  [$(ROW_BITS-1):0] o_row,
    output wire [$(TILE_KEYS-1):0] o_need,      // kept keys
    output wire [$(KEPT_BITS-1):0] o_clipped    // dropped by the radius, with o_valid; else 0
);
//% -- A beat's attributes travel beside it: name_n is i_name n cycles later.
//% local late, first = select_latency - 1, KEY_GROUPS > 1 and timing.sorted or 0
$(travel({{"valid", 1, late, "i_valid", reset = true}, {"last", 1, late, "i_last"}, {"row", ROW_BITS, late, "i_row"}}))
$(travel({{"new_block", 1, timing.top, "i_new_block"}, {"radius_on", 1, timing.threshold-1, "i_radius_on"}}))
$(travel({{"first", 1, first, "i_first"}}))
//% if STORED_RADII then
$(travel({{"bank", 1, timing.threshold-2, "i_bank"}}))
//% else
$(travel({{"radius_row", SCORE_BITS, timing.threshold-1, "i_radius_row"}}))
//% end
    always @(posedge clk) begin
        o_valid <= $(delayed("valid", late)) && $(delayed("last", late)) && !rst;
        o_row <= $(delayed("row", late));
    end

    wire [$(KEPT_MAX*ENTRY_BITS-1):0] list_$(timing.merged);
    wire [$(TOP_BITS-1):0] top; // {valid, score}, after $(timing.top) cycles
//% if grouped then
    wire [$(timing.fresh*ENTRY_BITS-1):0] fresh;
    sofa_sort sort (.clk(clk), .i_entries(i_entries), .o_list(fresh));

    // The kept list between the groups of a row.
    wire [$(KEPT_MAX*ENTRY_BITS-1):0] stored;
    sofa_ram #(.WIDTH($(KEPT_MAX*ENTRY_BITS)), .DEPTH($(depth)), .ABITS($(ROW_BITS))) kept (
        .clk(clk),
        .i_we($(delayed("valid", timing.merged)) && !$(delayed("last", timing.merged))), .i_waddr($(delayed("row", timing.merged))),
        .i_wdata(list_$(timing.merged)), .i_re($(delayed("valid", timing.sorted-1)) && !$(delayed("first", timing.sorted-1))),
        .i_raddr($(delayed("row", timing.sorted-1))), .o_rdata(stored)
    );
    wire continues = !$(delayed("first", timing.sorted));
//% local list_ports = {we = delayed("valid", timing.merged) .. " && !" .. delayed("last", timing.merged),
//%     waddr = delayed("row", timing.merged), raddr = delayed("row", timing.sorted-1),
//%     used = delayed("valid", timing.sorted) .. " && continues"}
$(written("select_list_written", depth, ROW_BITS, list_ports))
    wire [$(KEPT_MAX*ENTRY_BITS-1):0] kept_list = stored & {$(KEPT_MAX*ENTRY_BITS){continues}};
    sofa_merge merge (
        .clk(clk), .i_kept(kept_list), .i_fresh(fresh), .o_top(top), .o_list(list_$(timing.merged))
    );
//% else
    wire unused_first = i_first;
    sofa_sort sort (.clk(clk), .i_entries(i_entries), .o_top(top), .o_list(list_$(timing.merged)));
//% end

    // The maximum over tiles, then the least score that stays.
    wire [$(TOP_BITS-1):0] carried;
    reg              carries;          // i_carry, near
    always @(posedge clk) carries <= i_carry;
    wire [$(TOP_BITS-1):0] earlier = carried & {$(TOP_BITS){carries && !$(delayed("new_block", timing.top))}};
    reg  [$(TOP_BITS-1):0] maximum;
//% if STORED_RADII then
    // a row's radius, shifted by its exponent; larger than any score if the job's is larger than all exponents leave of it
    wire [32:0]      job_radius = {1'b0, i_radius};
    wire             beyond = |job_radius[32:$(RADIUS_BITS)];
    reg  [$(RADIUS_BITS-1):0] radius;
    reg  [3:0]       places;
    reg  [$(ROW_BITS):0]   radius_of;
    reg              shifting;
    wire             shifted = shifting && places == 4'd0;
    wire [$(SCORE_BITS-1):0] $(delayed("radius_row", timing.threshold-1));
    always @(posedge clk) begin
        if (i_exponent_we) begin
            radius <= job_radius[$(RADIUS_BITS-1):0] | {$(RADIUS_BITS){beyond}};
            places <= i_exponent;
            radius_of <= i_exponent_row;
        end else if (places != 4'd0) begin
            radius <= {1'b0, radius[$(RADIUS_BITS-1):1]};
            places <= places - 4'd1;
        end
        shifting <= !rst && (i_exponent_we || (shifting && !shifted));
    end
    sofa_ram #(.WIDTH($(SCORE_BITS)), .DEPTH($(2 << ROW_BITS)), .ABITS($(ROW_BITS+1))) radii (
        .clk(clk), .i_we(shifted), .i_waddr(radius_of),
        .i_wdata(radius[$(SCORE_BITS-1):0] | {$(SCORE_BITS){|radius[$(RADIUS_BITS-1):$(SCORE_BITS)]}}), .i_re(1'b1),
        .i_raddr({$(delayed("bank", timing.threshold-2)), $(delayed("row", timing.threshold-2))}),
        .o_rdata($(delayed("radius_row", timing.threshold-1))));
//% end
    wire [$(TOP_BITS-1):0] largest = top > earlier ? top : earlier;
//% local row_largest = timing.threshold == timing.top + 2 and "maximum" or "largest"
    wire [$(SCORE_BITS):0]   least = {1'b0, $(row_largest)[$(SCORE_BITS-1):0]} - {1'b0, $(delayed("radius_row", timing.threshold-1))};
    sofa_ram #(.WIDTH($(TOP_BITS)), .DEPTH($(depth)), .ABITS($(ROW_BITS))) maxima (
        .clk(clk),
        .i_we($(delayed("valid", timing.top+1)) && $(delayed("last", timing.top+1))),
        .i_waddr($(delayed("row", timing.top+1))), .i_wdata(maximum),
        .i_re($(delayed("valid", timing.top-1)) && $(delayed("last", timing.top-1))),
        .i_raddr($(delayed("row", timing.top-1))), .o_rdata(carried));
//% for stage = timing.merged + 1, timing.clip do
    reg  [$(KEPT_MAX*ENTRY_BITS-1):0] list_$(stage);
//% end
//% for stage = timing.threshold, timing.clip do
    reg  [$(SCORE_BITS-1):0] threshold_$(stage);
//% end
    reg  [$(KEPT_MAX-1):0] enable;
    always @(posedge clk) begin
        maximum <= largest;
        threshold_$(timing.threshold) <= least[$(SCORE_BITS-1):0]
            & {$(SCORE_BITS){$(delayed("radius_on", timing.threshold-1)) && !least[$(SCORE_BITS)]}};
//% for stage = timing.threshold + 1, timing.clip do
        threshold_$(stage) <= threshold_$(stage-1);
//% end
//% for stage = timing.merged + 1, timing.clip do
        list_$(stage) <= list_$(stage-1);
//% end
//% for place = 0, KEPT_MAX - 1 do
        enable[$(place)] <= i_kept > $(lit(KEPT_BITS, place));
//% end
    end

    wire [$(KEPT_BITS-1):0] clipped;
    assign o_clipped = o_valid ? clipped : $(lit(KEPT_BITS, 0));
    sofa_clip clip (
        .clk(clk), .i_list(list_$(timing.clip)), .i_enable(enable), .i_threshold(threshold_$(timing.clip)),
        .o_need(o_need), .o_clipped(clipped)
    );

//% local maximum_ports = {we = delayed("valid", timing.top+1) .. " && " .. delayed("last", timing.top+1),
//%     waddr = delayed("row", timing.top+1), raddr = delayed("row", timing.top-1),
//%     used = delayed("valid", timing.top) .. " && " .. delayed("last", timing.top) .. " && !" .. delayed("new_block", timing.top)}
$(written("select_maximum_written", depth, ROW_BITS, maximum_ports))
endmodule
`default_nettype wire

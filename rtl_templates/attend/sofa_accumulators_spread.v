//% -- SPDX-License-Identifier: Apache-2.0
// SA-2 with its accumulators O: O = (O >>> 2 shift) + p * V, from 0 with a row's first pair. They stand in a memory spread over the chip,
// which answers two cycles later: what it gives is shifted by 0, 2, 4 or 6 into a register, then by eights. V comes two cycles after the
// operation. sofa_accumulators_ram has the same ports. Each $(math.ceil(WIDTH / d.lane_copies)) elements have copies of the registers that
// steer them. A row may be taken again after four cycles. Throughput: a row a cycle; no handshake.
`default_nettype none
module sofa_accumulators_spread (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_weigh_pair,
    input  wire                i_weigh_retire,
    input  wire [$(LANE_PLACE_BITS-1):0] i_weigh_row,
    input  wire                i_weigh_first,
    input  wire [$(RAISE_BITS-1):0] i_weigh_shift,
    input  wire [15:0]         i_weight,
    input  wire [$(WIDTH*VALUE_BITS-1):0] i_v,
    input  wire [$(LEADING_BITS-1):0] i_places,
    output wire [$(WIDTH*NORM_BITS-1):0] o_o,
    output wire                o_active
);
//% local far_bits = RAISE_BITS - 2                      -- of the shift by eights
//% local far, far_move = range("shift_1", RAISE_BITS - 1, 2), range("move", RAISE_BITS - 1, 2)
//% local control_bits = 1 + far_bits
//% local share = math.ceil(WIDTH / d.lane_copies)      -- elements that a copy of a register serves
//% local output_parameters = parameters("WIDTH", WIDTH*ACCUMULATOR_BITS, "PARTS", math.ceil(WIDTH / 8), "DEPTH", CHUNK_PLACES,
//%     "ABITS", CHUNK_PLACE_BITS)
    // ---- the operation: name_n is n cycles old; a row is written three cycles later ----
$(travel({{"pair", 1, 3, "i_weigh_pair", reset = true}, {"retire", 1, 1, "i_weigh_retire", reset = true}}))
$(travel({{"first", 1, 2, "i_weigh_first"}, {"shift", RAISE_BITS, 1, "i_weigh_shift"}, {"far", far_bits, 2, far, first = 2}}))
$(travel({{"row", LANE_PLACE_BITS, 3, "i_weigh_row"}}))
    wire [$(WIDTH*ACCUMULATOR_BITS-1):0] read, kept, changed;
    reg  [$(WIDTH*ACCUMULATOR_BITS-1):0] old;
    wire [$(RAISE_BITS-1):0] move;
    assign o_active = pair_1;
    sofa_spread #($(output_parameters)) u_output (
        .clk(clk), .i_we(pair_3 && !rst), .i_waddr(row_3), .i_wdata(changed), .i_raddr(i_weigh_row), .o_rdata(read));
    sofa_steer_$(STEER) u_steer (.i_retire(retire_1), .i_shift({far_2, 2'd0}), .*);
    wire               unused_shift = &{1'b0, move[1:0]};    // done by what is near

    // ---- copies of p, of the shift by less than eight, and of first and the shift by eights ----
    wire [$(d.lane_copies*16-1):0] weight;
    wire [$(d.lane_copies*2-1):0] near;
    wire [$(d.lane_copies*control_bits-1):0] control;
    genvar copy, element;
    generate
        for (copy = 0; copy < $(d.lane_copies); copy = copy + 1) begin : copies
            sofa_copy #(.WIDTH(16)) u_weight (.clk(clk), .i_data(i_weight), .o_data(weight[copy*16 +: 16]));
            sofa_copy #(.WIDTH(2)) u_near (.clk(clk), .i_data(shift_1[1:0] & {2{!retire_1}}), .o_data(near[copy*2 +: 2]));
            sofa_copy #(.WIDTH($(control_bits))) u_control (
                .clk(clk), .i_data({first_2, $(far_move)}), .o_data(control[copy*$(control_bits) +: $(control_bits)]));
        end
        for (element = 0; element < $(WIDTH); element = element + 1) begin : elements
            wire signed [$(ACCUMULATOR_BITS-1):0] accumulator = read[element*$(ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)];
            always @(posedge clk)
                old[element*$(ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)] <= accumulator >>> {near[element/$(share)*2 +: 2], 1'b0};
            wire [$(far_bits):0] steer = control[element/$(share)*$(control_bits) +: $(control_bits)];
            sofa_element_$(PRODUCTS) u_element (
                .clk(clk), .i_weight(weight[element/$(share)*16 +: 16]), .i_value(i_v[element*$(VALUE_BITS) +: $(VALUE_BITS)]),
                .i_old(old[element*$(ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)]),
                .i_first(steer[$(far_bits)]), .i_move({$(range("steer", far_bits - 1, 0)), 2'd0}),
                .o_kept(kept[element*$(ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)]),
                .o_new(changed[element*$(ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)]));
        end
    endgenerate

    // ---- what leaves ----
    sofa_leave_$(LEAVE) u_leave (.i_retire(retire_1), .*);

//% local row_ports = {we = "pair_3 && !rst", waddr = "row_3", raddr = "i_weigh_row", used = "pair_1 && !first_1"}
$(written("spread_accumulator_written", CHUNK_PLACES, CHUNK_PLACE_BITS, row_ports))
endmodule
`default_nettype wire

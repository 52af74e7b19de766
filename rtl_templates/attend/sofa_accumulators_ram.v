//% -- SPDX-License-Identifier: Apache-2.0
// SA-2 with its accumulators O: O = (O >>> 2 shift) + p * V, from 0 with a row's first pair, chunk by chunk. They stand in one memory,
// which answers a cycle later. The operation comes with i_weigh, V $(1 + VALUE_LATE) cycle(s) after it chunk by chunk.
// sofa_accumulators_spread has the same ports.
// A chunk may be taken again after three cycles. Latency from i_weigh to O of a retiring row: $(d.row_interval - 1 + d.lane_aligns) cycles;
// throughput a chunk a cycle; no handshake.
`default_nettype none
module sofa_accumulators_ram (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_weigh,
    input  wire                i_weigh_pair,
    input  wire                i_weigh_retire,
    input  wire [$(LANE_PLACE_BITS-1):0] i_weigh_row,
    input  wire                i_weigh_first,
    input  wire [$(RAISE_BITS-1):0] i_weigh_shift,
    input  wire [15:0]         i_weight,
    input  wire [$(PHASE_BITS-1):0] i_chunk_v,
    input  wire [$(WIDTH*VALUE_BITS-1):0] i_v,
    input  wire [$(LEADING_BITS-1):0] i_places,
    output wire [$(WIDTH*NORM_BITS-1):0] o_o,
    output wire                o_active
);
//% local share = math.ceil(WIDTH / d.lane_copies)      -- elements that a copy of a register serves
    // ---- the operation, as long as its beats take ----
    reg                pair, retire, first;
    reg  [$(LANE_PLACE_BITS-1):0] row;
    reg  [$(RAISE_BITS-1):0] shift;
    reg  [15:0]        weight_0;
    always @(posedge clk) begin
        if (i_weigh) begin
            row <= i_weigh_row;
            first <= i_weigh_first;
            shift <= i_weigh_shift;
            weight_0 <= i_weight;
        end
        if (rst) begin
            pair <= 1'b0;
            retire <= 1'b0;
        end else if (i_weigh) begin
            pair <= i_weigh_pair;
            retire <= i_weigh_retire;
        end
    end
    assign o_active = pair;
$(travel({{"weight", 16, VALUE_LATE, "weight_0"}}))

    // ---- a chunk is read, and written two cycles later ----
    wire [$(CHUNK_PLACE_BITS-1):0] place_0 = $(chunk_place("row", "i_chunk_v"));
    wire [$(WIDTH*ACCUMULATOR_BITS-1):0] old, kept, changed;
$(travel({{"write", 1, 2, "pair", reset = true}, {"place", CHUNK_PLACE_BITS, 2, "place_0"}}))
    sofa_ram #($(parameters("WIDTH", WIDTH * ACCUMULATOR_BITS, "DEPTH", CHUNK_PLACES, "ABITS", CHUNK_PLACE_BITS))) u_output (
        .clk(clk), .i_we(write_2), .i_waddr(place_2), .i_wdata(changed), .i_re(pair || retire), .i_raddr(place_0), .o_rdata(old));

    // ---- how each element changes ----
//% local control_bits = 1 + RAISE_BITS
    wire [$(d.lane_copies*control_bits-1):0] control;       // first, shift
//% if COPIED_REGISTERS then
    genvar copy;
    generate
        for (copy = 0; copy < $(d.lane_copies); copy = copy + 1) begin : copies
            sofa_copy #(.WIDTH($(control_bits))) u_control (
                .clk(clk), .i_data({first, shift}), .o_data(control[copy*$(control_bits) +: $(control_bits)]));
        end
    endgenerate
//% else
$(travel({{"first", 1, 1, "first"}, {"shift", RAISE_BITS, 1, "shift"}}))
    assign control[$(RAISE_BITS)] = first_1;
    sofa_steer_$(STEER) u_steer (.i_shift(shift_1), .o_move(control[$(RAISE_BITS-1):0]), .*);
//% end
    genvar element;
    generate
        for (element = 0; element < $(WIDTH); element = element + 1) begin : elements
            wire [$(RAISE_BITS):0] steer = control[element/$(share)*$(control_bits) +: $(control_bits)];
            sofa_element_$(PRODUCTS) u_element (
                .clk(clk), .i_weight(weight_$(VALUE_LATE)), .i_value(i_v[element*$(VALUE_BITS) +: $(VALUE_BITS)]),
                .i_old(old[element*$(ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)]),
                .i_first(steer[$(RAISE_BITS)]), .i_move(steer[$(RAISE_BITS-1):0]),
                .o_kept(kept[element*$(ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)]),
                .o_new(changed[element*$(ACCUMULATOR_BITS) +: $(ACCUMULATOR_BITS)]));
        end
    endgenerate

    // ---- what leaves ----
    sofa_leave_$(LEAVE) u_leave (.*);
    wire               unused = &{1'b0, retire, i_places, i_chunk_v};

$(before("continues", "pair && !first && !rst"))
//% local chunk_ports = {we = "write_2", waddr = "place_2", raddr = "place_0", used = "continues_before"}
$(written("accumulator_written", CHUNK_PLACES, CHUNK_PLACE_BITS, chunk_ports))
endmodule
`default_nettype wire

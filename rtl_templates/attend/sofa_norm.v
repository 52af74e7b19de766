//% -- SPDX-License-Identifier: Apache-2.0
// Normalisation unit of $(NORM_UNIT_GROUPS) lane group(s): o = O / l, one word of $(NORM_WIDTH) element(s) a cycle; queues rows
// for the store. A group may retire a row when it has the turn (o_turn): a row takes $(NORM_WORDS) cycle(s), and has space in the queue
// from then on. Latency $(latency("norm", d.norm_time + d.norm_wait)) cycles from i_valid to the first word. Handshake at the row output:
// valid/ready. Equals sofa_attend_finish().
//% -- of the group whose row retires
//% local function chosen(name, bits)
//%   local terms = {}
//%   for group = 0, NORM_UNIT_GROUPS - 1 do
//%     terms[#terms+1] = "({" .. bits .. "{i_valid[" .. group .. "]}} & " .. nth(name, group, bits) .. ")"
//%   end
//%   return #terms > 1 and table.concat(terms, " | ") or name
//% end
`default_nettype none
module sofa_norm (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_chunk,   // of the chunk that $(NORM_CHUNK_WORDS > 1 and "arrives" or "leaves the multipliers")
    input  wire [$(PHASE_BITS-1):0] i_phase_issue,
    input  wire [$(NORM_UNIT_GROUPS-1):0]     i_retire,
    output wire [$(NORM_UNIT_GROUPS-1):0]     o_turn,
    input  wire [$(NORM_UNIT_GROUPS-1):0]     i_valid,
    input  wire [$(NORM_UNIT_GROUPS-1):0]     i_started,
    input  wire [$(NORM_UNIT_GROUPS-1):0]     i_bank,
    input  wire [$(NORM_UNIT_GROUPS*ROW_BITS-1):0]  i_row,
    input  wire [$(NORM_UNIT_GROUPS*DENOMINATOR_BITS-1):0]  i_l,
    // two cycles after i_valid$(REGISTERED_ACCUMULATORS and "" or " and on"), for lanes that shift O to its place: right shift of O
    output wire [$(LEADING_BITS-1):0] o_places,
    // $(d.row_interval - 1 + d.lane_aligns) cycles after i_valid and on; zero otherwise if lanes share it
    input  wire [$(NORM_UNIT_GROUPS*WIDTH*NORM_BITS-1):0] i_o,
    // rows
    output wire                 o_row_valid,
    input  wire                 i_row_ready,
    output wire                 o_row_bank,
    output wire [$(ROW_BITS-1):0]     o_row,
//% if OUTPUT_WORDS then
    input  wire                 i_read,          // a word of the row being taken or taken last
    input  wire [$(NORM_WORD_BITS-1):0]      i_read_index,
//% end
    output wire [$(NORM_DATA_BITS-1):0]   o_data
);
    wire .*;
    sofa_norm_turns u_turns (.i_popped(o_row_valid && i_row_ready), .*);

    // ---- the row that retires ----
//% local registers = REGISTERED_ACCUMULATORS and 1 or 0
    wire                        valid_0 = |i_valid;
    wire                        started_0 = |(i_valid & i_started);
    wire                        bank_0 = |(i_valid & i_bank);
    wire [$(ROW_BITS-1):0]      row_0 = $(chosen("i_row", ROW_BITS));
    wire [$(DENOMINATOR_BITS-1):0] l_0 = $(chosen("i_l", DENOMINATOR_BITS));
$(travel({{"valid", 1, registers, "valid_0", reset = true}, {"started", 1, registers, "started_0"}, {"bank", 1, registers, "bank_0"}}))
$(travel({{"row", ROW_BITS, registers, "row_0"}, {"l", DENOMINATOR_BITS, registers, "l_0"}}))
    reg                         begins_row, has_keys, bank;
    reg  [$(ROW_BITS-1):0]      row;
    always @(posedge clk) begin
        begins_row <= valid_$(registers) && !rst;
        if (valid_$(registers)) begin
            has_keys <= started_$(registers);
            bank <= bank_$(registers);
            row <= row_$(registers);
        end
    end

    // ---- its O, word by word, and the reciprocal of l ----
    sofa_norm_hold_$(NORM_HOLD) u_hold (.i_valid(begins_row), .o_o(word), .*);
    sofa_denominator u_l (.i_valid(valid_$(registers)), .i_l(l_$(registers)), .o_l(denominator), .*);
    sofa_recip u_recip (.i_valid(begins), .i_l(denominator), .o_above(leading), .*);
    sofa_norm_places u_places (.i_l(l_$(registers)), .*);

    // ---- elements: stages 2 .. $(d.norm_time) after i_valid ----
    wire [$(NORM_WIDTH*16-1):0] finished;
    reg  [4:0]                  started_at;
    always @(posedge clk) started_at <= {started_at[3:0], start ? has_keys : started_at[0]};
    genvar element;
    generate
        for (element = 0; element < $(NORM_WIDTH); element = element + 1) begin : elements
            sofa_norm_element u_element (
                .clk(clk), .i_o(word[element*$(NORM_BITS) +: $(NORM_BITS)]), .i_rest(rest), .i_y(y), .i_started(started_at[4]),
                .o_q(finished[element*16 +: 16]));
        end
    endgenerate

    // ---- rows ----
$(travel({{"start", 1, d.norm_time - 1, "start", reset = true}}))
    sofa_norm_queue_$(NORM_QUEUE) u_queue (
        .i_begin(begins_row), .i_number({bank, row}), .i_valid(start_$(d.norm_time-1)), .i_word(finished), .*);

$(holds("norm_row_one", at_most_one("i_valid")))
endmodule
`default_nettype wire

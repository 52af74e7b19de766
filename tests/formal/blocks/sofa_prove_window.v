//% -- SPDX-License-Identifier: Apache-2.0
// sofa_window and sofa_pairs serve every needed pair once: a key that the prover chooses enters, a row that it chooses needs it; the
// pair is begun once, before the row retires and before the key's slot is written again, and within a bound; no pair is begun that is
// not needed, none of a row without a block; a row retires once. Blocks alternate between the banks; a bank takes the next block when it
// is free, keys are needed by a row of their block.
// proof one_lane: pdr: query_block=2 keys_max=64 tile.keys=4 tile.kept_max=2 predict.keys=4 predict.dims=8 head_dim=8 attend.lanes=1
//     attend.width=8 attend.window=2 data.query_bits=8 data.key_bits=8 data.value_bits=8 predict.operand_bits=8 memory.port_bits=64
//% local bound = 4 * QUERY_BLOCK * WINDOW + 6
`default_nettype none
module sofa_prove_window (
    input wire        clk,
    input wire        rst,
    input wire        mark,
    // keys in issue order
    input wire        key_valid, has_key, block_last, data_here,
    input wire [$(ROW_BITS):0] any_rows,           // of the next block
    input wire [$(QUERY_BLOCK-1):0] need,
    input wire [1:0]  query_ready,
    input wire        retire_turn
);
    localparam ROWS = $(QUERY_BLOCK);
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    reg         bank;                   // of the block whose keys come
    reg  [$(ROW_BITS):0] block_rows;
    wire        key_ready, enter, v_space, load_any, load_bank, open, open_bank, retire_bank, retire_ready, unused_v_read;
    wire [$(WINDOW*ENTRY_PLACE_BITS-1):0] entry_slot;
    wire [$(WINDOW-1):0] entry_bank, move, load, entry_any;
    wire [$(QUERY_BLOCK-1):0] load_rows, open_rows;
    wire [$(ROW_BITS):0] open_count;
    wire [1:0]  owed;
    reg  [$(QUERY_BLOCK-1):0] rows_in;
    sofa_window dut (
        .clk(clk), .rst(rst), .i_key_valid(key_valid), .o_key_ready(key_ready),
        .i_key($(LISTED_KEY.pack{has_key = "has_key", bank = "bank", block_last = "block_last", block_rows = "block_rows"})),
        .i_rows(rows_in), .i_data_here(data_here), .o_enter(enter), .o_v_space(v_space), .i_k_row($(HEAD_DIM*KEY_BITS)'d0),
        .o_v_read(unused_v_read), .i_v_row($(HEAD_DIM*VALUE_BITS)'d0), .o_entry_slot(entry_slot), .o_entry_bank(entry_bank),
            .o_move(move),
        .o_load(load), .o_load_any(load_any), .o_load_rows(load_rows), .o_load_bank(load_bank), .i_entry_any(entry_any),
        .i_query_ready(query_ready), .o_open(open), .o_open_bank(open_bank), .o_open_rows(open_rows), .o_open_count(open_count),
        .i_owed(owed), .o_retire_bank(retire_bank), .o_keys(), .o_values(), .o_retire_ready(retire_ready));
    wire        retire, op_pair, op_retire;
    wire [$(LANE_PLACE_BITS-1):0] op_row;
    wire [$(ENTRY_PLACE_BITS-1):0] op_slot;
    sofa_pairs pairs (
        .clk(clk), .rst(rst), .i_phase_issue($(lit(PHASE_BITS, 0))), .i_entry_slot(entry_slot), .i_entry_bank(entry_bank), .i_move(move),
        .i_load(load), .i_load_any(load_any), .i_load_rows(load_rows), .i_load_bank(load_bank), .o_entry_any(entry_any), .i_open(open),
        .i_open_bank(open_bank), .i_open_rows(open_rows), .o_owed(owed), .i_retire_bank(retire_bank), .i_retire_ready(retire_ready),
        .i_retire_turn(retire_turn), .o_retire(retire), .o_op_pair(op_pair), .o_op_retire(op_retire), .o_op_row(op_row),
            .o_op_slot(op_slot));

    // ---- keys and blocks ----
    (* hierconn *) wire \dut.block_open ;
    (* hierconn *) wire [1:0] \dut.loaded ;
    (* hierconn *) wire [$(SLOT_BITS-1):0] \dut.load_index ;
    reg         stood, has_before, last_before;
    wire        taken = key_valid && key_ready;
    always @(posedge clk) begin
        stood <= key_valid && !key_ready && !rst;
        has_before <= has_key;
        last_before <= block_last;
        if (rst || (taken && block_last)) begin
            bank <= !rst && !bank;
            block_rows <= any_rows;
        end
        rows_in <= need;
    end
    always @(posedge clk) begin
        assume (any_rows != 0 && any_rows <= ROWS);
        assume (rst || !stood || (key_valid && has_key == has_before && block_last == last_before));
        // a row of the block needs each key that comes
        assume (!(taken && has_key) || (need != 0 && (block_rows == ROWS || need[$(QUERY_BLOCK-1):1] == 0)));
        assume (!query_ready[0] || (!owed[0] && !\dut.loaded [0]));
        assume (!query_ready[1] || (!owed[1] && !\dut.loaded [1]));
    end

    // ---- the watched pair ----
    (* anyconst *) wire [$(math.max(1, ROW_BITS)-1):0] row;
    reg         coming, watched, owe, key_bank;
    reg  [$(SLOT_BITS-1):0] slot;
    reg  [6:0]  age;
    reg  [$(2*QUERY_BLOCK-1):0] there;      // rows that have a block: of bank 1, of bank 0
    wire [$(LANE_PLACE_BITS-1):0] op_number = {op_row[0], op_row[$(LANE_PLACE_BITS-1):1]};      // {bank, row}
    wire        ours = op_number[0] == row[0] && op_row[0] == key_bank;
    wire        again = load_any && \dut.load_index == slot;        // its slot is taken
    wire        served = watched && op_pair && ours && op_slot == slot;
    always @(posedge clk) begin
        coming <= enter && mark && !watched && !coming && !rst;
        if (coming) begin
            key_bank <= load_bank;
            slot <= \dut.load_index ;
        end
        watched <= !rst && (coming || (watched && !again));
        owe <= !rst && (coming ? load_rows[row] : owe && !served);
        age <= coming || !owe ? 7'd0 : age + {6'd0, retire_turn || !retire_ready};
        there <= rst ? $(2*QUERY_BLOCK)'d0 : (there | (open ? open_bank ? {open_rows, $(QUERY_BLOCK)'d0} : {$(QUERY_BLOCK)'d0,
            open_rows} :
            $(2*QUERY_BLOCK)'d0)) & ~(op_retire ? $(2*QUERY_BLOCK)'d1 << op_number : $(2*QUERY_BLOCK)'d0);
    end
    always @(posedge clk)
        if (!rst) begin
            pair_needed: assert (!served || owe);
            pair_served: assert (!(again && watched) || !owe);
            pair_before_retirement: assert (!(op_retire && watched && ours) || !owe);
            pair_of_block: assert (!op_pair || there[op_number]);
            row_retires_once: assert (!op_retire || there[op_number]);
            pair_in_time: assert (!owe || age < 7'd$(bound));
        end
endmodule
`default_nettype wire

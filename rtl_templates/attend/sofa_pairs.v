//% -- SPDX-License-Identifier: Apache-2.0
// Issue of a group: which row of which key its lanes take next, or which row they retire. The oldest entry of the window that a row of the
// lane needs, its lowest such row; a row starts at most every $(d.row_interval) cycles. A row that has met all keys of its block retires
// first (o_retire) if its normalisation unit allows (i_retire_turn).
// Throughput: one operation a cycle, that of the lane whose turn i_phase_issue is. It leaves a cycle later: o_op_pair or o_op_retire, place
// of the row and slot of the key; nobody refuses it.
`default_nettype none
module sofa_pairs (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_issue,
    // window: entries from the oldest on
    input  wire [$(WINDOW*ENTRY_PLACE_BITS-1):0] i_entry_slot,
    input  wire [$(WINDOW-1):0] i_entry_bank,
    input  wire [$(WINDOW-1):0] i_move,          // entry takes the next one's content
    input  wire [$(WINDOW-1):0] i_load,          // entry takes i_load_rows
    input  wire                 i_load_any,      // some entry does
    input  wire [$(GROUP_ROWS-1):0] i_load_rows,
    input  wire                 i_load_bank,
    output wire [$(WINDOW-1):0] o_entry_any,
    // rows of blocks
    input  wire                 i_open,
    input  wire                 i_open_bank,
    input  wire [$(GROUP_ROWS-1):0] i_open_rows,
    output wire [1:0]           o_owed,
    input  wire                 i_retire_bank,
    input  wire                 i_retire_ready,  // all keys of that block are or were in the window
    input  wire                 i_retire_turn,
    output wire                 o_retire,
    // the operation
    output reg                  o_op_pair,
    output reg                  o_op_retire,
    output reg  [$(LANE_PLACE_BITS-1):0] o_op_row,        // {row of the lane, bank}
    output reg  [$(ENTRY_PLACE_BITS-1):0] o_op_slot
);
    genvar lane, entry;

    // ---- rows of the lane whose turn it is ----
    reg  [$(WINDOW*GROUP_ROWS-1):0] pending;
    reg  [$(2*GROUP_ROWS-1):0]  owed;
    reg  [$(2*GROUP_ROWS-1):0]  idle;        // of these, rows of the bank without pending keys a cycle ago, nor with a key that came then
    reg  [$(WINDOW*LANE_ROWS-1):0] here;        // pending
    reg  [$(2*LANE_ROWS-1):0]   idle_here;
    wire [$(GROUP_LANES-1):0]   turn;
    always @*
        case (i_phase_issue)
//% for lane = 0, GROUP_LANES - 1 do
//%   local function rows(name, first) return range(name, first + lane * LANE_ROWS + LANE_ROWS - 1, first + lane * LANE_ROWS) end
//%   local parts = {}
//%   for entry = WINDOW - 1, 0, -1 do parts[#parts+1] = rows("pending", entry * GROUP_ROWS) end
            $(lit(PHASE_BITS, lane)): begin
                here = {$(table.concat(parts, ", "))};
                idle_here = {$(rows("idle", GROUP_ROWS)), $(rows("idle", 0))};
            end
//% end
            default: begin
                here = $(WINDOW*LANE_ROWS)'d0;
                idle_here = $(2*LANE_ROWS)'d0;
            end
        endcase
//% local turns = {}
//% for lane = GROUP_LANES - 1, 0, -1 do turns[#turns+1] = "i_phase_issue == " .. lit(PHASE_BITS, lane) end
    assign turn = {$(table.concat(turns, ", "))};

    // ---- the oldest entry, its lowest row ----
    reg  [$(LANE_ROWS-1):0]     recent;
    wire [$(WINDOW*LANE_ROWS-1):0] first;
    wire [$(WINDOW-1):0]        any;
    wire                        older_0 = 1'b0;
    wire [$(WINDOW-1):0]        pick;
    generate
        for (entry = 0; entry < $(WINDOW); entry = entry + 1) begin : entries
            wire [$(LANE_ROWS-1):0] can = here[entry*$(LANE_ROWS) +: $(LANE_ROWS)] & ~recent;
            assign first[entry*$(LANE_ROWS) +: $(LANE_ROWS)] = can & (~can + $(LANE_ROWS)'d1);
            assign any[entry] = |can;
        end
    endgenerate
//% for entry = 0, WINDOW - 1 do
    wire                        older_$(entry+1) = older_$(entry) || any[$(entry)];
    assign pick[$(entry)] = any[$(entry)] && !older_$(entry);
//% end
    reg  [$(LANE_ROWS-1):0]     row;
    reg  [$(ENTRY_PLACE_BITS-1):0] slot;
    integer number;
    always @* begin
        row = $(LANE_ROWS)'d0;
        slot = $(ENTRY_PLACE_BITS)'d0;
        for (number = 0; number < $(WINDOW); number = number + 1) begin
            row = row | (first[number*$(LANE_ROWS) +: $(LANE_ROWS)] & {$(LANE_ROWS){pick[number]}});
            slot = slot | (i_entry_slot[number*$(ENTRY_PLACE_BITS) +: $(ENTRY_PLACE_BITS)] & {$(ENTRY_PLACE_BITS){pick[number]}});
        end
    end

    // ---- pair or retirement ----
    // a row with a pair since `idle` was taken is recent
    wire [$(LANE_ROWS-1):0]     done = (i_retire_bank ? idle_here[$(2*LANE_ROWS-1):$(LANE_ROWS)] : idle_here[$(LANE_ROWS-1):0]) & ~recent;
    wire [$(LANE_ROWS-1):0]     done_row = done & (~done + $(LANE_ROWS)'d1);
    wire                        retire = |done && i_retire_ready && i_retire_turn;
    wire                        pair = older_$(WINDOW) && !retire;
    assign o_retire = retire;

    // recent: rows that started so short ago, and whose lane's turn it was then
    wire [$(LANE_ROWS-1):0]     started_0 = retire ? done_row : row;
//% local started = {lit(LANE_ROWS, 0)}
//% for age = BEATS, d.row_interval - 1, BEATS do started[#started+1] = "started_" .. age - 1 end
$(travel({{"started", LANE_ROWS, (#started - 1) * BEATS - 1, "started_0", reset = true}}))
    always @(posedge clk) recent <= ($(table.concat(started, " | "))) & {$(LANE_ROWS){!rst}};
    wire                        unused_started = &{1'b0, started_0};

    // ---- what is pending, and owed still ----
    wire [$((WINDOW+1)*GROUP_ROWS-1):0] left;        // behind the youngest entry there is nothing
    wire [$(GROUP_ROWS-1):0]    retired;
    assign left[$(WINDOW*GROUP_ROWS) +: $(GROUP_ROWS)] = $(GROUP_ROWS)'d0;
    generate
        for (lane = 0; lane < $(GROUP_LANES); lane = lane + 1) begin : taken
            assign retired[lane*$(LANE_ROWS) +: $(LANE_ROWS)] = done_row & {$(LANE_ROWS){retire && turn[lane]}};
            for (entry = 0; entry < $(WINDOW); entry = entry + 1) begin : of_entry
                assign left[entry*$(GROUP_ROWS)+lane*$(LANE_ROWS) +: $(LANE_ROWS)] =
                    pending[entry*$(GROUP_ROWS)+lane*$(LANE_ROWS) +: $(LANE_ROWS)] &
                    ~(first[entry*$(LANE_ROWS) +: $(LANE_ROWS)] & {$(LANE_ROWS){pick[entry] && !retire && turn[lane]}});
            end
        end
        for (entry = 0; entry < $(WINDOW); entry = entry + 1) begin : kept
            always @(posedge clk)
                if (rst)
                    pending[entry*$(GROUP_ROWS) +: $(GROUP_ROWS)] <= $(GROUP_ROWS)'d0;
                else
                    pending[entry*$(GROUP_ROWS) +: $(GROUP_ROWS)] <= i_load[entry] ? i_load_rows :
                        i_move[entry] ? left[(entry+1)*$(GROUP_ROWS) +: $(GROUP_ROWS)] : left[entry*$(GROUP_ROWS) +: $(GROUP_ROWS)];
        end
    endgenerate
//% for bank = 0, 1 do
    wire [$(GROUP_ROWS-1):0]    rest_$(bank) = owed[$(bank*GROUP_ROWS) +: $(GROUP_ROWS)] &
        ~(retired & {$(GROUP_ROWS){i_retire_bank == 1'b$(bank)}});
    reg  [$(GROUP_ROWS-1):0]    still_$(bank);
    integer at_$(bank);
    always @* begin
        still_$(bank) = i_load_rows & {$(GROUP_ROWS){i_load_any && i_load_bank == 1'b$(bank)}};
        for (at_$(bank) = 0; at_$(bank) < $(WINDOW); at_$(bank) = at_$(bank) + 1)
            still_$(bank) = still_$(bank) |
                (pending[at_$(bank)*$(GROUP_ROWS) +: $(GROUP_ROWS)] & {$(GROUP_ROWS){i_entry_bank[at_$(bank)] == 1'b$(bank)}});
    end
    always @(posedge clk)
        if (rst) begin
            owed[$(bank*GROUP_ROWS) +: $(GROUP_ROWS)] <= $(GROUP_ROWS)'d0;
            idle[$(bank*GROUP_ROWS) +: $(GROUP_ROWS)] <= $(GROUP_ROWS)'d0;
        end else begin
            owed[$(bank*GROUP_ROWS) +: $(GROUP_ROWS)] <= i_open && i_open_bank == 1'b$(bank) ? i_open_rows : rest_$(bank);
            idle[$(bank*GROUP_ROWS) +: $(GROUP_ROWS)] <= rest_$(bank) & ~still_$(bank);
        end
//% end
    assign o_owed = {|owed[$(2*GROUP_ROWS-1):$(GROUP_ROWS)], |owed[$(GROUP_ROWS-1):0]};

    // ---- entries that are needed ----
//% if d.row_interval > 3 then
    // from registers: of the pending rows, more than one, or one that is not taken now
    reg  [$(WINDOW-1):0]        some;
    wire [$(WINDOW):0]          stays;
    assign o_entry_any = some;
    assign stays[$(WINDOW)] = 1'b0;
    generate
        for (entry = 0; entry < $(WINDOW); entry = entry + 1) begin : needed
            wire [$(GROUP_ROWS-1):0] rows = pending[entry*$(GROUP_ROWS) +: $(GROUP_ROWS)];
            assign stays[entry] = some[entry] && (!(pick[entry] && !retire) || |(rows & (rows - $(GROUP_ROWS)'d1)));
            always @(posedge clk)
                // a key that comes is needed
                some[entry] <= !rst && (i_load[entry] || (i_move[entry] ? stays[entry+1] : stays[entry]));
        end
    endgenerate
//% else
    generate
        for (entry = 0; entry < $(WINDOW); entry = entry + 1) begin : needed
            assign o_entry_any[entry] = |pending[entry*$(GROUP_ROWS) +: $(GROUP_ROWS)];
        end
    endgenerate
//% end

    // ---- the operation, from cycle 0 on ----
//% built("issue_time", 1)
    reg  [$(LANE_PLACE_BITS-1):0] pair_place, retire_place;
    wire                        pair_bank = |(pick & i_entry_bank);
    integer index;
    always @* begin
        pair_place = $(ext("pair_bank", 1, LANE_PLACE_BITS));
        retire_place = $(ext("i_retire_bank", 1, LANE_PLACE_BITS));
        for (index = 0; index < $(LANE_ROWS); index = index + 1) begin
            if (row[index])
                pair_place = pair_place | (index[$(LANE_PLACE_BITS-1):0] << 1);
            if (done_row[index])
                retire_place = retire_place | (index[$(LANE_PLACE_BITS-1):0] << 1);
        end
    end
    always @(posedge clk) begin
        o_op_slot <= slot;
        o_op_row <= retire ? retire_place : pair_place;
        o_op_pair <= pair && !rst;
        o_op_retire <= retire && !rst;
    end
endmodule
`default_nettype wire

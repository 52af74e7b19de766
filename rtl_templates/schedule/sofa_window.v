//% -- SPDX-License-Identifier: Apache-2.0
// Resident window: $(WINDOW) slots of a K and a V row, and the list of entries (slot, block, rows that still need the key) by age.
// A key enters when its rows stand in the ring and a slot is free: one a cycle. It leaves the list when no row needs it any more; its slot
// is free once K has been read (sofa_entries). The V side is the K side $(d.value_hold - 1) cycles later (sofa_follow_slots), as SA-2
// follows SA-1, so one slot number serves both.
// Blocks are opened (o_open) when their queries are in place, and end when all their keys have entered (o_retire_ready) and no row is owed.
// Handshake: valid/ready on keys and V rows. Equals the pairs of sofa_model_run() in order.
`default_nettype none
module sofa_window (
    input  wire                  clk,
    input  wire                  rst,
    // keys in issue order
    input  wire                  i_key_valid,
    output wire                  o_key_ready,
    input  wire [$(LISTED_KEY.bits-1):0]      i_key,           // $(LISTED_KEY.names())
    input  wire [$(QUERY_BLOCK-1):0]      i_rows,          // that need the key taken a cycle ago
    // ring of K and V rows
    input  wire                  i_data_here,     // rows of the next key
    output wire                  o_enter,         // it enters
    output wire                  o_v_space,       // pulse: its rows have left the ring
//% if not WORD_MEMORIES then
    input  wire [$(HEAD_DIM*KEY_BITS-1):0] i_k_row,      // the cycle after o_enter
    output wire                  o_v_read,
    input  wire [$(HEAD_DIM*VALUE_BITS-1):0] i_v_row,    // the cycle after o_v_read
//% end
    // lanes
    output wire [$(WINDOW*ENTRY_PLACE_BITS-1):0]    o_entry_slot,
    output wire [$(WINDOW-1):0]       o_entry_bank,
    output wire [$(WINDOW-1):0]       o_move,
    output wire [$(WINDOW-1):0]       o_load,
    output wire                  o_load_any,
    output wire [$(QUERY_BLOCK-1):0]      o_load_rows,
    output wire                  o_load_bank,
    input  wire [$(WINDOW-1):0]       i_entry_any,
    input  wire [1:0]            i_query_ready,
    output wire                  o_open,
    output wire                  o_open_bank,
    output wire [$(QUERY_BLOCK-1):0]      o_open_rows,
    output wire [$(ROW_BITS):0]        o_open_count,
    input  wire [1:0]            i_owed,
    output reg                   o_retire_bank,
//% if SLOT_MEMORIES then
    input  wire [$(SLOT_BITS-1):0]      i_key_slot,
    output wire [$(WIDTH*KEY_BITS-1):0]    o_key,           // two cycles later
    input  wire [$(SLOT_BITS-1):0]      i_value_slot,
    output wire [$(WIDTH*VALUE_BITS-1):0]    o_value,
//% elseif not WORD_MEMORIES then
//%   if BEATS > 1 then
    input  wire [$(BEAT_BITS-1):0]      i_phase_keys,
    input  wire [$(BEAT_BITS-1):0]      i_phase_values,
//%   end
    output wire [$(KEY_BUS_BITS-1):0]  o_keys,
    output wire [$(VALUE_BUS_BITS-1):0]  o_values,
//% end
    output wire                  o_retire_ready
);
    wire             has_key = $(LISTED_KEY.of("has_key", "i_key"));
    wire             bank = $(LISTED_KEY.of("bank", "i_key"));
    wire             block_last = $(LISTED_KEY.of("block_last", "i_key"));
    wire .*;

    // ---- entry of a key ----
    reg              block_open;
    wire             may_enter = !has_key || (i_data_here && slot_here);
    wire             enter = i_key_valid && block_open && may_enter;
    wire             load = enter && has_key;
    assign o_enter = load;
    assign o_key_ready = enter;
    wire             opens = i_key_valid && !block_open && i_query_ready[bank];
//% local rows = LISTED_KEY.of("block_rows", "i_key")
$(staged(REGISTERED_LINKS, {{"opened", 1, "opens", reset = true}, {"opened_bank", 1, "bank"}, {"opened_rows", ROW_BITS+1, rows}}))
    assign o_open = opened;
    assign o_open_bank = opened_bank;
    assign o_open_count = opened_rows;
//% for row = 0, QUERY_BLOCK - 1 do
    assign o_open_rows[$(row)] = o_open_count > $(ROW_BITS+1)'d$(row);
//% end

    reg              load1, bank1, last1;
    reg  [1:0]       loaded;          // all keys of the bank's block have entered
    always @(posedge clk) begin
        bank1 <= bank;
        if (rst) begin
            block_open <= 1'b0;
            load1 <= 1'b0;
            last1 <= 1'b0;
        end else begin
            block_open <= opens || (block_open && !(enter && block_last));
            load1 <= load;
            last1 <= enter && block_last;
        end
    end
    assign o_load_any = load1;
    assign o_load_rows = i_rows;
    assign o_load_bank = bank1;

    // ---- blocks to retire, the older first ----
    assign o_retire_ready = o_retire_bank ? loaded[1] : loaded[0];
    wire             retired = o_retire_ready && !(o_retire_bank ? i_owed[1] : i_owed[0]);
    always @(posedge clk)
        if (rst) begin
            loaded <= 2'b00;
            o_retire_bank <= 1'b0;
        end else begin
            loaded <= (loaded | {last1 && bank1, last1 && !bank1}) & ~{retired && o_retire_bank, retired && !o_retire_bank};
            o_retire_bank <= o_retire_bank ^ retired;
        end

    // ---- entries, the oldest first; rows ----
    wire             unused_put = &{1'b0, put, put_index, load_index, slots};
    sofa_entries u_entries (.*);
    sofa_follow_slots u_follow (.*);
    sofa_follow_words u_follow (.i_entry_move(o_move), .i_entry_load(o_load), .*);
    sofa_slot_memories u_memories (.i_v_read(o_v_read), .*);
    $(SLOT_ROWS) u_rows (.i_v_read(o_v_read), .*);
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// The entries of the window, by age, and its slots. A key that is loaded takes the lowest free slot, and becomes an entry in the next
// cycle (i_load1). An entry that no row needs any more leaves the list, the older ones in one cycle with it; its slot is free
// $(d.slot_hold) cycle(s) later, when K has been read. Throughput: a key a cycle.
//% -- slots as memories are written at once, by number; as registers in the next cycle, one-hot
//% local removed, first = {}, "move_0"
//% for entry = 0, WINDOW - 1 do
//%   removed[entry+1] = "({" .. SLOT_BITS .. "{" .. first .. "}} & " .. nth("slots", entry, SLOT_BITS) .. ")"
//%   first = "move_" .. entry + 1 .. " && !move_" .. entry
//% end
`default_nettype none
module sofa_entries (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  i_load,          // only while o_slot_here
    input  wire                  i_load1,         // one cycle later, and the bank of its block
    input  wire                  i_bank1,
    output wire                  o_slot_here,     // one is free
    output wire [$(WINDOW-1):0]       o_put,           // slot that is written, one-hot, and its number
    output wire [$(SLOT_BITS-1):0]      o_put_index,
    output wire [$(SLOT_BITS-1):0]      o_load_index,    // slot of i_load1
    // entries
    input  wire [$(WINDOW-1):0]       i_entry_any,     // a row needs it
    output wire [$(WINDOW-1):0]       o_move,
    output wire [$(WINDOW-1):0]       o_load,
    output wire [$(WINDOW-1):0]       o_entry_bank,
    output wire [$(WINDOW*SLOT_BITS-1):0] o_slots
);
    reg  [$(WINDOW-1):0]  free;
    wire [$(WINDOW-1):0]  free_slot = free & (~free + $(WINDOW)'d1);
$(staged(not SLOT_MEMORIES, {{"put", WINDOW, "free_slot", vector = true}}))
    reg  [$(SLOT_BITS-1):0] put_index;
    integer slot;
    always @* begin
        put_index = $(SLOT_BITS)'d0;
        for (slot = 0; slot < $(WINDOW); slot = slot + 1)
            if (put[slot])
                put_index = put_index | slot[$(SLOT_BITS-1):0];
    end
$(staged(SLOT_MEMORIES, {{"load_index", SLOT_BITS, "put_index"}}))
    assign o_put = put;
    assign o_put_index = put_index;
    assign o_load_index = load_index;

    // the oldest first
    reg  [$(WINDOW-1):0]  held;            // entries in use
    wire [$(WINDOW-1):0]  empty = held & ~i_entry_any;
    wire [$(WINDOW+1):0]  around = {1'b0, held, 1'b1};     // held, between one that is and one that is not
    wire             move_0 = empty[0];
//% for entry = 1, WINDOW - 1 do
    wire             move_$(entry) = empty[$(entry)] || move_$(entry-1);
//% end
    wire             remove = move_$(WINDOW-1);
//% for entry = 0, WINDOW - 1 do
    assign o_move[$(entry)] = move_$(entry);
    assign o_load[$(entry)] = i_load1 && (remove ? held[$(entry)] && !around[$(entry+2)] : !held[$(entry)] && around[$(entry)]);
//% end
    wire [$(WINDOW*SLOT_BITS-1):0] slots;
    sofa_entry_list #(.BITS($(SLOT_BITS))) u_slots (
        .clk(clk), .i_load(o_load), .i_move(o_move), .i_word(load_index), .o_words(slots));
    sofa_entry_list #(.BITS(1)) u_banks (
        .clk(clk), .i_load(o_load), .i_move(o_move), .i_word(i_bank1), .o_words(o_entry_bank));
    assign o_slots = slots;
    wire [$(WINDOW):0] longer = {held, 1'b1}, shorter = {1'b0, held};
    wire             unused_ends = &{1'b0, longer[$(WINDOW)], shorter[0], around};
    always @(posedge clk)
        if (rst)
            held <= $(WINDOW)'d0;
        else if (i_load1 != remove)
            held <= i_load1 ? longer[$(WINDOW-1):0] : shorter[$(WINDOW):1];

    // slots that become free
    wire             leaving_0 = remove;
    wire [$(SLOT_BITS-1):0] leaving_slot_0 = $(table.concat(removed, " | "));
$(travel({{"leaving", 1, d.slot_hold, "leaving_0", reset = true}, {"leaving_slot", SLOT_BITS, d.slot_hold, "leaving_slot_0"}}))
    wire             freed = leaving_$(d.slot_hold);
    wire [$(SLOT_BITS-1):0] freed_slot = leaving_slot_$(d.slot_hold);
//% if REGISTERED_LINKS then
    reg              slot_here;
    always @(posedge clk)
        slot_here <= rst || freed || |(free & ~free_slot) || (|free && !i_load);
//% else
    wire             slot_here = free != $(WINDOW)'d0;
//% end
    assign o_slot_here = slot_here;
    always @(posedge clk)
        if (rst)
            free <= {$(WINDOW){1'b1}};
        else begin
//% for slot = 0, WINDOW - 1 do
            free[$(slot)] <= (free[$(slot)] && !(i_load && free_slot[$(slot)])) || (freed && freed_slot == $(SLOT_BITS)'d$(slot));
//% end
        end

$(holds("entries_put_one", at_most_one("o_put")))
$(holds("entries_load_one", at_most_one("o_load")))
$(holds("entries_load_placed", "!i_load1 || |o_load"))
$(holds("entries_slot_here", "!i_load || |free"))
$(holds("entries_slot_once", "!freed || !free[freed_slot]"))
$(holds("entries_by_age", "~|(held & (held + 1'b1))"))
endmodule
`default_nettype wire

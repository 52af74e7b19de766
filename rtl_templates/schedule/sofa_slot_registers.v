//% -- SPDX-License-Identifier: Apache-2.0
// The window's K and V rows in registers, of all slots at once to all lanes: chunk i_phase_keys of every row one cycle later, if rows have
// several; the same for values. sofa_slot_writes has the same ports.
`default_nettype none
module sofa_slot_registers (
    input  wire                  clk,
    input  wire                  rst,
    // K and V rows of keys that enter
    input  wire                  i_load,
    input  wire                  i_load1,
    input  wire [$(WINDOW-1):0]       i_put,           // slot of K, one-hot, and its number
    input  wire [$(SLOT_BITS-1):0]      i_put_index,
    input  wire [$(HEAD_DIM*KEY_BITS-1):0] i_k_row,
    input  wire                  i_v_read,        // a V row is read, into this slot
    input  wire [$(SLOT_BITS-1):0]      i_v_read_slot,
    input  wire                  i_v_write,       // in the cycle after
    input  wire [$(SLOT_BITS-1):0]      i_v_write_slot,
    input  wire [$(HEAD_DIM*VALUE_BITS-1):0] i_v_row,
    // lanes
//% if BEATS > 1 then
    input  wire [$(BEAT_BITS-1):0]      i_phase_keys,
    input  wire [$(BEAT_BITS-1):0]      i_phase_values,
//% end
    output wire [$(KEY_BUS_BITS-1):0] o_keys,
    output wire [$(VALUE_BUS_BITS-1):0] o_values
);
//% local rows = {{"k", "keys", KEY_BITS, "i_load1 && i_put[%d]"},
//%     {"v", "values", VALUE_BITS, "i_v_write && i_v_write_slot == " .. SLOT_BITS .. "'d%d"}}
    wire             unused_early = &{1'b0, rst, i_load, i_put_index, i_v_read, i_v_read_slot};
//% for slot = 0, WINDOW - 1 do
//%   for _, row in ipairs(rows) do
//%     local name, chunk_bits = row[1] .. "_" .. slot, WIDTH * row[3]
    reg  [$(HEAD_DIM*row[3]-1):0] $(name);
    always @(posedge clk)
        if ($(row[4]:format(slot)))
            $(name) <= i_$(row[1])_row;
//%     if BEATS > 1 then
    wire [$(BEATS*chunk_bits-1):0] $(name)_pad = $(ext(name, HEAD_DIM*row[3], BEATS*chunk_bits));
    reg  [$(chunk_bits-1):0] $(name)_chunk;
    always @(posedge clk)
        case (i_phase_$(row[2]))
//%       for chunk = 1, BEATS - 1 do
            $(BEAT_BITS)'d$(chunk): $(name)_chunk <= $(nth(name .. "_pad", chunk, chunk_bits));
//%       end
            default: $(name)_chunk <= $(nth(name .. "_pad", 0, chunk_bits));
        endcase
    assign $(nth("o_" .. row[2], slot, chunk_bits)) = $(name)_chunk;
//%     else
    assign $(nth("o_" .. row[2], slot, chunk_bits)) = $(name);
//%     end
//%   end
//% end
endmodule
`default_nettype wire

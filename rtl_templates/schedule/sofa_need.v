//% -- SPDX-License-Identifier: Apache-2.0
// Need matrix, Bc x QB bits, twice: written by rows as selection delivers them, read by keys (which rows need key i), in $(MATRIX).
// A parity is clean when it is opened (i_clear) and complete when i_end has come out behind its last row (o_complete).
// Latency of a column: $(latency("need", 1)) cycle; throughput one row a cycle in and one column out; handshake of the reader: a key can be
// read when it is here.
// Equals struct sofa_tile's need.
//% local select_time = RANK and d.select_latency or d.mass_latency
//% local two_policies = RANK and MASS
//% if two_policies then select_time = math.max(d.select_latency, d.mass_latency) end
//% local mark_time = d.need_time - 1                -- cycles that an end mark goes on until the matrix is written
//% local end_time = select_time + mark_time
`default_nettype none
module sofa_need (
    input  wire             clk,
    input  wire             rst,
    // beside the beats that enter selection
    input  wire             i_parity,
    input  wire             i_end,       // the tile's last beat, or a tile without beats
//% if two_policies then
    input  wire             i_by_mass,
//% end
    // from selection
    input  wire             i_valid,
    input  wire [$(ROW_BITS-1):0] i_row,
    input  wire [$(TILE_KEYS-1):0] i_need,
    // reader
    input  wire [1:0]       i_clear,
    output reg              o_complete,  // pulse, tiles in order
    input  wire             i_mask_parity,
    output wire [$(TILE_KEYS-1):0] o_mask,      // needed keys
    output wire             o_some,      // a key of the tile is needed
    input  wire             i_parity_read,
    input  wire [$(INDEX_BITS-1):0] i_key,
    input  wire             i_taken,     // pulse: it is read
    output wire             o_here,      // it can be
    output wire [$(QUERY_BLOCK-1):0] o_rows      // that need the key of a cycle ago
);
    // parity and end marks travel as long as selection takes
    reg  [$(select_time-1):0] parity_at;
    reg  [$(end_time-1):0] end_at;
//% local function leaves(name, more)
//%   local rank, mass = name .. "[" .. d.select_latency-1+more .. "]", name .. "[" .. d.mass_latency-1+more .. "]"
//%   return two_policies and "(i_by_mass ? " .. mass .. " : " .. rank .. ")" or RANK and rank or mass
//% end
    wire              parity = $(leaves("parity_at", 0));
    always @(posedge clk) begin
        parity_at <= $(select_time > 1 and "{parity_at[" .. (select_time-2) .. ":0], i_parity}" or "i_parity");
        if (rst) begin
            end_at <= $(end_time)'d0;
            o_complete <= 1'b0;
        end else begin
            end_at <= $(end_time > 1 and "{end_at[" .. (end_time-2) .. ":0], i_end}" or "i_end");
            o_complete <= $(leaves("end_at", mark_time));
        end
    end

    reg  [$(TILE_KEYS-1):0] need0, need1;                 // of any row
    wire [1:0]       write = {i_valid && parity, i_valid && !parity};
    assign o_mask = i_mask_parity ? need1 : need0;
    reg              some0, some1;                 // from the cycle after o_complete on
    assign o_some = i_mask_parity ? some1 : some0;
    always @(posedge clk) begin
        some0 <= |need0;
        some1 <= |need1;
    end
    always @(posedge clk)
        if (rst) begin
            need0 <= $(TILE_KEYS)'d0;
            need1 <= $(TILE_KEYS)'d0;
        end else begin
//% for parity = 0, 1 do
            if (i_clear[$(parity)])
                need$(parity) <= $(TILE_KEYS)'d0;
            else if (write[$(parity)])
                need$(parity) <= need$(parity) | i_need;
//% end
        end

    sofa_matrix_$(MATRIX) u_matrix (.i_write(write), .i_complete(o_complete), .i_mask0(need0), .i_mask1(need1), .*);

$(holds("need_clear_apart", "~|(write & i_clear)"))
`ifdef SOFA_ASSERT
    reg  [$(QUERY_BLOCK-1):0] seen0, seen1;        // rows since the parity was cleared
    always @(posedge clk)
        if (rst) begin
            seen0 <= $(QUERY_BLOCK)'d0;
            seen1 <= $(QUERY_BLOCK)'d0;
        end else begin
            if (i_clear[0])
                seen0 <= $(QUERY_BLOCK)'d0;
            else if (write[0])
                seen0[i_row] <= 1'b1;
            if (i_clear[1])
                seen1 <= $(QUERY_BLOCK)'d0;
            else if (write[1])
                seen1[i_row] <= 1'b1;
        end
`endif
$(holds("need_row_once", "!i_valid || !(parity ? seen1[i_row] : seen0[i_row])"))
endmodule
`default_nettype wire

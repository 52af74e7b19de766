//% -- SPDX-License-Identifier: Apache-2.0
// Need matrix, Bc x QB bits, twice: written by rows as selection delivers them, read by keys (which rows need key i).
// A parity is clean when it is opened (i_clear) and complete when i_end has come out behind its last row (o_complete).
// Latency of a column: $(latency("need", 1)) cycle; throughput one row and one column a cycle; no handshake. Equals struct sofa_tile's need and best.
//% local QB, BC, RB, IB, LAT = cfg.query_block, cfg.tile.keys, d.row_bits, d.index_bits, d.by_rank == 1 and d.select_latency or d.mass_latency
//% local both = d.by_rank == 1 and d.by_mass == 1
//% if both then LAT = math.max(d.select_latency, d.mass_latency) end
//% local ENDS = d.need_time - 1                -- cycles that an end mark goes on until the matrix is written
//% local ELAT = LAT + ENDS
`default_nettype none
module sofa_need (
    input  wire             clk,
    input  wire             rst,
    // beside the beats that enter selection
    input  wire             i_parity,
    input  wire             i_end,       // the tile's last beat, or a tile without beats
//% if both then
    input  wire             i_by_mass,
//% end
    // from selection
    input  wire             i_valid,
    input  wire [$(RB-1):0] i_row,
    input  wire [$(BC-1):0] i_need,
    input  wire [$(BC-1):0] i_best,
    // reader
    input  wire [1:0]       i_clear,
    output reg              o_complete,  // pulse, tiles in order
    input  wire             i_mask_parity,
    output wire [$(BC-1):0] o_best,
    output wire [$(BC-1):0] o_others,    // needed and nobody's best
    output wire             o_some,      // a key of the tile is needed
    input  wire             i_parity_read,
    input  wire [$(IB-1):0] i_key,
    output reg  [$(QB-1):0] o_rows
);
    // parity and end marks travel as long as selection takes
$(ELAT == LAT and "    reg  [" .. (LAT-1) .. ":0] parity_at, end_at;" or "    reg  [" .. (LAT-1) .. ":0] parity_at;\n    reg  [" .. (ELAT-1) .. ":0] end_at;")
//% local function out(name, more)
//%   local rank, mass = name .. "[" .. d.select_latency-1+more .. "]", name .. "[" .. d.mass_latency-1+more .. "]"
//%   return both and "(i_by_mass ? " .. mass .. " : " .. rank .. ")" or d.by_rank == 1 and rank or mass
//% end
    wire              parity = $(out("parity_at", 0));
    always @(posedge clk) begin
        parity_at <= $(LAT > 1 and "{parity_at[" .. (LAT-2) .. ":0], i_parity}" or "i_parity");
        if (rst) begin
            end_at <= $(ELAT)'d0;
            o_complete <= 1'b0;
        end else begin
            end_at <= $(ELAT > 1 and "{end_at[" .. (ELAT-2) .. ":0], i_end}" or "i_end");
            o_complete <= $(out("end_at", ENDS));
        end
    end

    reg  [$(BC-1):0] need0, best0, need1, best1;   // of any row
    wire [1:0]       write = {i_valid && parity, i_valid && !parity};
    wire [$(BC-1):0] need = i_mask_parity ? need1 : need0;
    assign o_best = i_mask_parity ? best1 : best0;
    assign o_others = need & ~o_best;
    reg              some0, some1;                 // from the cycle after o_complete on
    assign o_some = i_mask_parity ? some1 : some0;
    always @(posedge clk) begin
        some0 <= |need0;
        some1 <= |need1;
    end
    always @(posedge clk)
        if (rst) begin
            need0 <= $(BC)'d0;
            best0 <= $(BC)'d0;
            need1 <= $(BC)'d0;
            best1 <= $(BC)'d0;
        end else begin
//% for p = 0, 1 do
            if (i_clear[$(p)]) begin
                need$(p) <= $(BC)'d0;
                best$(p) <= $(BC)'d0;
            end else if (write[$(p)]) begin
                need$(p) <= need$(p) | i_need;
                best$(p) <= best$(p) | i_best;
            end
//% end
        end

    genvar r;
    generate
        for (r = 0; r < $(QB); r = r + 1) begin : row
            reg [$(BC-1):0] keys0, keys1;
            reg [1:0]       written;
            wire            here = i_row == r[$(RB-1):0];
            always @(posedge clk) begin
                if (write[0] && here)
                    keys0 <= i_need;
                if (write[1] && here)
                    keys1 <= i_need;
                o_rows[r] <= i_parity_read ? keys1[i_key] && written[1] : keys0[i_key] && written[0];
                if (rst)
                    written <= 2'b00;
                else
                    written <= (written | (write & {2{here}})) & ~i_clear;
            end
        end
    endgenerate
endmodule
`default_nettype wire

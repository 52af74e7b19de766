//% -- SPDX-License-Identifier: Apache-2.0
// Need matrices in registers: every key can be read at any time. sofa_matrix_words has the same ports.
// Latency: $(latency("matrix_registers", 1)) cycle from i_key to o_rows; throughput a row in and a column out a cycle; no handshake.
`default_nettype none
module sofa_matrix_registers (
    input  wire             clk,
    input  wire             rst,
    input  wire [1:0]       i_write,     // row i_row of a parity
    input  wire [$(ROW_BITS-1):0] i_row,
    input  wire [$(TILE_KEYS-1):0] i_need,
    input  wire [1:0]       i_clear,
    input  wire             i_complete,
    input  wire [$(TILE_KEYS-1):0] i_mask0,
    input  wire [$(TILE_KEYS-1):0] i_mask1,
    input  wire             i_parity_read,
    input  wire [$(INDEX_BITS-1):0] i_key,
    input  wire             i_taken,
    output wire             o_here,
    output reg  [$(QUERY_BLOCK-1):0] o_rows
);
    genvar r;
    generate
        for (r = 0; r < $(QUERY_BLOCK); r = r + 1) begin : row
            reg [$(TILE_KEYS-1):0] keys0, keys1;
            reg [1:0]       written;
            wire            here = i_row == r[$(ROW_BITS-1):0];
            always @(posedge clk) begin
                if (i_write[0] && here)
                    keys0 <= i_need;
                if (i_write[1] && here)
                    keys1 <= i_need;
                o_rows[r] <= i_parity_read ? keys1[i_key] && written[1] : keys0[i_key] && written[0];
                if (rst)
                    written <= 2'b00;
                else
                    written <= (written | (i_write & {2{here}})) & ~i_clear;
            end
        end
    endgenerate
    assign o_here = 1'b1;
    wire             unused = &{1'b0, i_complete, i_mask0, i_mask1, i_taken};
endmodule
`default_nettype wire

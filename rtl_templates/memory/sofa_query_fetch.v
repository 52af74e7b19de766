//% -- SPDX-License-Identifier: Apache-2.0
// Requests the query rows of a job in order, a block ahead at most: block b+$(d.blocks_open) waits until block b has been retired.
// Throughput: one row a cycle. Handshake: valid/ready.
`default_nettype none
module sofa_query_fetch (
    input  wire            clk,
    input  wire            rst,
    input  wire            i_start,
    input  wire            i_block_retired,
    output wire            o_idle,
    input  wire [$(ROWS_BITS-1):0] i_rows,
    input  wire [$(ADDRESS_BITS-1):0] i_base,
    input  wire [$(ADDRESS_BITS-1):0] i_stride,
    output wire            o_req_valid,
    input  wire            i_req_ready,
    output reg  [$(ADDRESS_BITS-1):0] o_req_addr,
    output wire [7:0]      o_req_len
);
    reg  [$(ROWS_BITS-1):0]    left;
    reg            more;     // left is not 0
    reg  [$(ROW_BITS):0] row;      // in the block
    reg            begun;    // row is not 0
    reg  [1:0]     banks;    // blocks whose rows are asked for or in use
    wire           open = more && (begun || banks < 2'd$(d.blocks_open));
    wire           asked = o_req_valid && i_req_ready;
    wire           block_end = row == $(ROW_BITS+1)'d$(QUERY_BLOCK-1) || left == $(ROWS_BITS)'d1;

    assign o_req_valid = open;
    assign o_idle = !more;
    assign o_req_len = 8'd$(d.query_beats - 1);

    always @(posedge clk) begin
        if (i_start)
            o_req_addr <= i_base;
        else if (asked)
            o_req_addr <= o_req_addr + i_stride;
        if (rst) begin
            left <= $(ROWS_BITS)'d0;
            more <= 1'b0;
            row <= $(ROW_BITS+1)'d0;
            begun <= 1'b0;
            banks <= 2'd0;
        end else begin
            if (i_start) begin
                left <= i_rows;
                more <= 1'b1;
            end else if (asked) begin
                left <= left - $(ROWS_BITS)'d1;
                more <= left != $(ROWS_BITS)'d1;
            end
            if (asked) begin
                row <= block_end ? $(ROW_BITS+1)'d0 : row + 1'b1;
                begun <= !block_end;
            end
            banks <= banks + {1'b0, asked && !begun} - {1'b0, i_block_retired};
        end
    end

$(holds("fetch_blocks_open", "banks <= 2'd" .. d.blocks_open))
$(stands("fetch_request_stands", "o_req_valid", "i_req_ready", "o_req_addr", ADDRESS_BITS))
endmodule
`default_nettype wire

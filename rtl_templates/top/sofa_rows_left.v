//% -- SPDX-License-Identifier: Apache-2.0
// Counts the rows of the jobs in the session that are not yet in memory. Latency: one cycle from a write's response.
`default_nettype none
module sofa_rows_left (
    input  wire             clk,
    input  wire             i_begin,          // a session begins with the oldest job
    input  wire             i_oldest,
    input  wire [$(ROWS_BITS-1):0] i_rows,
    input  wire             i_joining,           // the other job joins it
    input  wire [$(JOBS*ROWS_BITS-1):0] i_jobs_rows,
    input  wire [$(JOBS-1):0] i_row_answered,
    output wire             o_none_left,
    output wire             o_answered        // none of the oldest job
);
    wire [$(JOBS-1):0] none;
//% for job = 0, JOBS - 1 do
    reg  [$(ROWS_BITS-1):0] left_$(job);
    always @(posedge clk)
        if (i_begin)
            left_$(job) <= $(JOBS > 1 and "i_oldest == 1'd" .. job .. " ? i_rows : " .. lit(ROWS_BITS, 0) or "i_rows");
        else if (i_joining && i_oldest != 1'd$(job))
            left_$(job) <= $(nth("i_jobs_rows", job, ROWS_BITS));
        else if (i_row_answered[$(job)])
            left_$(job) <= left_$(job) - $(ROWS_BITS)'d1;
    assign none[$(job)] = left_$(job) == $(ROWS_BITS)'d0;
//% end
    assign o_none_left = &none;
    assign o_answered = $(of_job("none", 1, "i_oldest"));
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// Requests the K row, then the V row of each needed key: one channel takes no more than a request a cycle, so one address is made at a
// time. Latency: $(latency("fetch_turns", 1)) cycle from a key to its K row's request; throughput a key every second cycle.
// Handshake: valid/ready. A variant of sofa_fetch_pairs.
`default_nettype none
module sofa_fetch_turns (
    input  wire             clk,
    input  wire             rst,
    // job; bases of each
    input  wire [$(JOBS*ADDRESS_BITS-1):0]  i_k_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_k_stride,
    input  wire [$(JOBS*ADDRESS_BITS-1):0]  i_v_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_v_stride,
    // needed keys: $(ASKED_KEY.names()), wanted: $(WANTED_KEY.names())
    input  wire             i_ask_valid,
    output wire             o_ask_ready,
    input  wire [$(ASKED_KEY.bits-1):0] i_ask,
    // requests of rows; meta: place in the ring
    output wire             o_k_valid,
    output reg              o_k_job,
    input  wire             i_k_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_k_addr,
    output reg  [$(RING_BITS-1):0] o_k_place,
    output wire             o_v_valid,
    output reg              o_v_job,
    input  wire             i_v_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_v_addr,
    output reg  [$(RING_BITS-1):0] o_v_place
);
    wire [$(WANTED_KEY.bits-1):0] wanted = $(ASKED_KEY.of("wanted", "i_ask"));
    wire [$(KEY_NUMBER_BITS-1):0] key = $(WANTED_KEY.of("key", "wanted"));
    wire [$(RING_BITS-1):0] place = $(WANTED_KEY.of("ring", "wanted"));
    wire             job = $(JOBS > 1 and WANTED_KEY.of("job", "wanted") or "1'b0");
    wire             unused_ask = &{1'b0, i_ask, wanted};
    reg              turn;            // of the V row
    reg              is_v;            // the address is that of one
    reg  [$(KEY_NUMBER_BITS-1):0] key_held;
    wire             valid, free;
    wire [$(ADDRESS_BITS-1):0]  addr;
    assign o_ask_ready = free && !turn;
    wire             take = i_ask_valid && o_ask_ready;
    wire [$(ADDRESS_BITS-1):0]  k_base = $(of_job("i_k_base", ADDRESS_BITS, "job"));
    wire [$(ADDRESS_BITS-1):0]  v_base = $(of_job("i_v_base", ADDRESS_BITS, "o_k_job"));
    sofa_address #(.IBITS($(KEY_NUMBER_BITS))) u_address (
        .clk(clk), .rst(rst), .i_valid(turn || i_ask_valid), .o_ready(free), .i_base(turn ? v_base : k_base),
        .i_index(turn ? key_held : key), .i_stride(turn ? i_v_stride : i_k_stride), .o_valid(valid),
        .i_ready(is_v ? i_v_ready : i_k_ready), .o_addr(addr));
    assign o_k_valid = valid && !is_v;
    assign o_v_valid = valid && is_v;
    assign o_k_addr = addr;
    assign o_v_addr = addr;
    always @(posedge clk) begin
        if (free)
            is_v <= turn;
        if (take) begin
            key_held <= key;
            o_k_place <= place;
            o_k_job <= job;
        end
        if (turn && free) begin
            o_v_place <= o_k_place;
            o_v_job <= o_k_job;
        end
        if (rst)
            turn <= 1'b0;
        else
            turn <= turn ? !free : take;
    end

$(holds("turns_one_row_at_a_time", "!(o_k_valid && o_v_valid) && !(turn && take)"))
endmodule
`default_nettype wire

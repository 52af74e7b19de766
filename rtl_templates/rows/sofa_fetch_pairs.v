//% -- SPDX-License-Identifier: Apache-2.0
// Requests the K and V rows of needed keys, both at once, each from its channel.
// Latency: $(latency("fetch_pairs", 1)) cycle from a key to its requests; throughput a key a cycle. Handshake: valid/ready.
//% if REGISTERED_LINKS then
// The key's number stands from the cycle before i_ask_valid on.
//% end
`default_nettype none
module sofa_fetch_pairs (
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
    wire             k_free, v_free;
    assign o_ask_ready = k_free && v_free;
    wire             take = i_ask_valid && o_ask_ready;
    sofa_address #(.IBITS($(KEY_NUMBER_BITS))) u_k (
        .clk(clk), .rst(rst), .i_valid(take), .o_ready(k_free), .i_base($(of_job("i_k_base", ADDRESS_BITS, "job"))), .i_index(key),
        .i_stride(i_k_stride),
        .o_valid(o_k_valid), .i_ready(i_k_ready), .o_addr(o_k_addr));
    sofa_address #(.IBITS($(KEY_NUMBER_BITS))) u_v (
        .clk(clk), .rst(rst), .i_valid(take), .o_ready(v_free), .i_base($(of_job("i_v_base", ADDRESS_BITS, "job"))), .i_index(key),
        .i_stride(i_v_stride),
        .o_valid(o_v_valid), .i_ready(i_v_ready), .o_addr(o_v_addr));
    always @(posedge clk)
        if (take) begin
            o_k_place <= place;
            o_v_place <= place;
            o_k_job <= job;
            o_v_job <= job;
        end

$(holds("pairs_both_asked", "!take || (k_free && v_free)"))
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
//% local weight_words = 2 * PROJECT_BLOCKS * SLICE_WORDS * PROJECT_STEPS
//% local function packing(unit)
//%   local units = math.max(1, PORT_BITS // unit)
//%   return parameters("PER", units, "LPER", clog2(units), "GATHER", math.max(1, unit // PORT_BITS))
//% end
//% local bias_bytes = (2 * PROJECT_BLOCKS * d.bias_unit + PORT_BITS - 1) // PORT_BITS * PORT_BYTES
// Biases and weights of the KV array, each in a sofa_slices; weights are asked for when the biases are there, so that beats need no names.
// Handshake: valid/ready. Latency of a read: that of sofa_slices.
`default_nettype none
module sofa_array_weights (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
    input  wire [15:0]      i_slices,
    input  wire [$(SLICE_WORD_BITS-1):0] i_words_last,
    input  wire [$(ADDRESS_BITS-1):0]  i_weight_base,
    input  wire             i_demand,       // pulse: one more run over all slices
    output wire             o_settled,      // nothing is left to request
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    input  wire             i_beat_valid,
    output wire             o_beat_ready,
    input  wire [$(PORT_BITS-1):0]  i_beat,
    output wire             o_bias_loaded,
    input  wire [$(KEY_BLOCK_BITS-1):0]  i_bias_place,
    output wire [$(PROJECT_OUTPUTS*32-1):0] o_biases,
    output wire [$(SLICE_HALVES-1):0] o_weights_loaded,
    input  wire             i_weight_half,
    input  wire             i_weight_release,
    input  wire [$(WEIGHT_PLACE_BITS-1):0] i_weight_place,
    output wire [$(PROJECT_OUTPUTS*PROJECT_INPUTS*8-1):0] o_weights
);
    wire              bias_ask, bias_ready, weight_ask, weight_ready, biases_settled, weights_settled;
    wire [$(ADDRESS_BITS-1):0]   bias_addr, weight_addr;
    wire [7:0]        bias_len, weight_len;
    wire              unused_bias_write, unused_bias_half, unused_weight_write, unused_weight_half;
    wire [$(PROJECT_OUTPUTS*32-1):0] unused_bias;
    wire [$(PROJECT_OUTPUTS*PROJECT_INPUTS*8-1):0] unused_weight;
    assign o_settled = biases_settled && weights_settled;
//% local biases_parameters = parameters("WORD", PROJECT_OUTPUTS*32) .. ", " .. packing(d.bias_unit) .. ", "
//%     .. parameters("DEPTH", 2*PROJECT_BLOCKS, "ABITS", KEY_BLOCK_BITS, "HALVES", 1)
    sofa_slices #($(biases_parameters)) u_biases (
        .clk(clk), .rst(rst), .i_start(i_start), .i_base(i_weight_base), .i_slices(16'd1), .i_words_last(24'd$(2*PROJECT_BLOCKS)),
        .i_demand(i_demand),
        .o_req_valid(bias_ask), .i_req_ready(i_req_ready && bias_ask), .o_req_addr(bias_addr), .o_req_len(bias_len),
        .i_beat_valid(i_beat_valid && !o_bias_loaded), .o_beat_ready(bias_ready), .i_beat(i_beat), .o_settled(biases_settled),
        .o_loaded(o_bias_loaded), .i_release(1'b0),
        .i_half(1'b0), .i_raddr(i_bias_place), .o_rdata(o_biases), .o_write(unused_bias_write), .o_write_half(unused_bias_half),
        .o_word(unused_bias));
//% local weights_parameters = parameters("WORD", PROJECT_OUTPUTS*PROJECT_INPUTS*8) .. ", " .. packing(d.weight_unit) .. ", "
//%     .. parameters("DEPTH", weight_words, "ABITS", WEIGHT_PLACE_BITS, "HALVES", SLICE_HALVES)
    sofa_slices #($(weights_parameters)) u_weights (
        .clk(clk), .rst(rst), .i_start(i_start), .i_base(i_weight_base + $(lit(ADDRESS_BITS, bias_bytes))), .i_slices(i_slices),
        .i_words_last($(ext("i_words_last", SLICE_WORD_BITS, 24)) * 24'd$(2*PROJECT_BLOCKS*PROJECT_STEPS)), .i_demand(i_demand),
        .o_req_valid(weight_ask), .i_req_ready(i_req_ready && !bias_ask && o_bias_loaded), .o_req_addr(weight_addr),
        .o_req_len(weight_len), .i_beat_valid(i_beat_valid && o_bias_loaded), .o_beat_ready(weight_ready), .i_beat(i_beat),
        .o_settled(weights_settled), .o_loaded(o_weights_loaded),
        .i_release(i_weight_release), .i_half(i_weight_half), .i_raddr(i_weight_place), .o_rdata(o_weights),
        .o_write(unused_weight_write), .o_write_half(unused_weight_half), .o_word(unused_weight));
    assign o_req_valid = bias_ask || (weight_ask && o_bias_loaded);
    assign o_req_addr = bias_ask ? bias_addr : weight_addr;
    assign o_req_len = bias_ask ? bias_len : weight_len;
    assign o_beat_ready = o_bias_loaded ? weight_ready : bias_ready;
    wire              unused_writes = &{1'b0, unused_bias_write, unused_bias_half, unused_weight_write, unused_weight_half, unused_bias,
        unused_weight};
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
//% if cfg.mode ~= "tokens" then skip() end
//% local A, P, D, KB, KW, VW = cfg.memory.address_bits, cfg.memory.port_bits, cfg.head_dim, d.key_bits, cfg.data.key_bits, cfg.data.value_bits
//% local BYTES, NK, NV = d.port_bytes, d.key_beats, d.value_beats
//% local ROW, OB = D * math.max(KW, VW), math.max(d.key_beats, d.value_beats)
//% local BB, NBY = math.max(1, clog2(OB)), clog2(d.port_bytes + 1)
//% local tk, tv = D * KW // 8 - (NK - 1) * BYTES, D * VW // 8 - (NV - 1) * BYTES     -- bytes of the last beats
// Writes generated K and V rows: address, one burst a row, byte strobes on the tail. Latency $(latency("write_back", 1)) cycle, throughput one beat a cycle.
// Handshake: valid/ready on all ports; write responses are always accepted and counted (o_idle: none outstanding). With i_halt no
// new row is taken.
`default_nettype none
module sofa_write_back (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_halt,
    output wire             o_idle,
    output wire             o_error,
    input  wire [$(A-1):0]  i_k_base,
    input  wire [$(A-1):0]  i_k_stride,
    input  wire [$(A-1):0]  i_v_base,
    input  wire [$(A-1):0]  i_v_stride,
    input  wire             i_row_valid,
    output wire             o_row_ready,
    input  wire             i_row_is_v,
    input  wire [$(KB-1):0] i_row_key,
    input  wire [$(ROW-1):0] i_row,
    output wire             o_beat,
    output wire [$(NBY-1):0] o_bytes,
    output reg              o_req_valid,
    input  wire             i_req_ready,
    output reg  [$(A-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    output reg              o_data_valid,
    input  wire             i_data_ready,
    output wire [$(P-1):0]  o_data,
    output wire [$(BYTES-1):0] o_strb,
    output wire             o_last,
    input  wire             i_resp_valid,
    input  wire             i_resp_error
);
    reg                 is_v;
    reg  [$(OB*P-1):0]  beats;
    reg  [$(BB-1):0]    beat;
    reg  [15:0]         outstanding;
    wire                sent = o_data_valid && i_data_ready;
    assign o_row_ready = (!o_req_valid || i_req_ready) && (!o_data_valid || (i_data_ready && o_last)) && !i_halt && !outstanding[15];
    wire                take = i_row_valid && o_row_ready;
//% if KB > A then
    wire                unused_row_key = &{1'b0, i_row_key[$(KB-1):$(A)]};
//% end
    wire [$(A-1):0]     offset = $(ext("i_row_key", KB, A)) * (i_row_is_v ? i_v_stride : i_k_stride);
    assign o_req_len = is_v ? 8'd$(NV-1) : 8'd$(NK-1);
    assign o_last = beat == (is_v ? $(lit(BB, NV-1)) : $(lit(BB, NK-1)));
    assign o_data = beats[$(P-1):0];
    wire [$(NBY-1):0]   tail = is_v ? $(lit(NBY, tv)) : $(lit(NBY, tk));
    assign o_bytes = o_last ? tail : $(lit(NBY, BYTES));
    assign o_beat = sent;
//% for i = 0, BYTES - 1 do
    assign o_strb[$(i)] = o_bytes > $(lit(NBY, i));
//% end

    always @(posedge clk) begin
        if (take) begin
            is_v <= i_row_is_v;
            o_req_addr <= (i_row_is_v ? i_v_base : i_k_base) + offset;
            beats <= $(ext("i_row", ROW, OB*P));
            beat <= $(BB)'d0;
        end else if (sent) begin
//% if OB > 1 then
            beats <= {$(P)'d0, beats[$(OB*P-1):$(P)]};
//% end
            beat <= beat + 1'b1;
        end
        if (rst) begin
            o_req_valid <= 1'b0;
            o_data_valid <= 1'b0;
            outstanding <= 16'd0;
        end else begin
            if (take)
                o_req_valid <= 1'b1;
            else if (i_req_ready)
                o_req_valid <= 1'b0;
            if (take)
                o_data_valid <= 1'b1;
            else if (i_data_ready && o_last)
                o_data_valid <= 1'b0;
            outstanding <= outstanding + {15'd0, take} - {15'd0, i_resp_valid};
        end
    end
    assign o_idle = !o_req_valid && !o_data_valid && outstanding == 16'd0;
    assign o_error = i_resp_valid && i_resp_error;
endmodule
`default_nettype wire

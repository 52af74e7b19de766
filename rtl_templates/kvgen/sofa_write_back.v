//% -- SPDX-License-Identifier: Apache-2.0
//% local key_beats, value_beats = d.key_beats, d.value_beats
//% local written_beats = math.max(d.key_beats, d.value_beats)
//% local written_beat_bits, byte_count_bits = math.max(1, clog2(written_beats)), clog2(PORT_BYTES + 1)
//% -- bytes of the last beats
//% local key_tail, value_tail = HEAD_DIM * KEY_BITS // 8 - (key_beats - 1) * PORT_BYTES,
//%     HEAD_DIM * VALUE_BITS // 8 - (value_beats - 1) * PORT_BYTES
// Writes generated K and V rows: address, one burst a row, byte strobes on the tail. Latency $(latency("write_back", 1)) cycle, throughput
// one beat a cycle. Handshake: valid/ready on all ports; write responses are always accepted and counted (o_idle: none outstanding). With
// i_halt no new row is taken.
`default_nettype none
module sofa_write_back (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_halt,
    output wire             o_idle,
    output wire             o_error,
    input  wire [$(ADDRESS_BITS-1):0]  i_k_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_k_stride,
    input  wire [$(ADDRESS_BITS-1):0]  i_v_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_v_stride,
    input  wire             i_row_valid,
    output wire             o_row_ready,
    input  wire             i_row_is_v,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_row_key,
    input  wire [$(GENERATED_ROW_BITS-1):0] i_row,
    output wire             o_beat,
    output wire [$(byte_count_bits-1):0] o_bytes,
    output reg              o_req_valid,
    input  wire             i_req_ready,
    output reg  [$(ADDRESS_BITS-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    output reg              o_data_valid,
    input  wire             i_data_ready,
    output wire [$(PORT_BITS-1):0]  o_data,
    output wire [$(PORT_BYTES-1):0] o_strb,
    output wire             o_last,
    input  wire             i_resp_valid,
    input  wire             i_resp_error
);
    reg                 is_v;
    reg  [$(written_beats*PORT_BITS-1):0]  beats;
    reg  [$(written_beat_bits-1):0]    beat;
    reg  [15:0]         outstanding;
    wire                sent = o_data_valid && i_data_ready;
    assign o_row_ready = (!o_req_valid || i_req_ready) && (!o_data_valid || (i_data_ready && o_last)) && !i_halt && !outstanding[15];
    wire                take = i_row_valid && o_row_ready;
//% if KEY_NUMBER_BITS > ADDRESS_BITS then
    wire                unused_row_key = &{1'b0, i_row_key[$(KEY_NUMBER_BITS-1):$(ADDRESS_BITS)]};
//% end
    wire [$(ADDRESS_BITS-1):0]     offset = $(ext("i_row_key", KEY_NUMBER_BITS, ADDRESS_BITS)) * (i_row_is_v ? i_v_stride : i_k_stride);
    assign o_req_len = is_v ? 8'd$(value_beats-1) : 8'd$(key_beats-1);
    assign o_last = beat == (is_v ? $(lit(written_beat_bits, value_beats-1)) : $(lit(written_beat_bits, key_beats-1)));
    assign o_data = beats[$(PORT_BITS-1):0];
    wire [$(byte_count_bits-1):0]   tail = is_v ? $(lit(byte_count_bits, value_tail)) : $(lit(byte_count_bits, key_tail));
    assign o_bytes = o_last ? tail : $(lit(byte_count_bits, PORT_BYTES));
    assign o_beat = sent;
//% for byte = 0, PORT_BYTES - 1 do
    assign o_strb[$(byte)] = o_bytes > $(lit(byte_count_bits, byte));
//% end

    always @(posedge clk) begin
        if (take) begin
            is_v <= i_row_is_v;
            o_req_addr <= (i_row_is_v ? i_v_base : i_k_base) + offset;
            beats <= $(ext("i_row", GENERATED_ROW_BITS, written_beats*PORT_BITS));
            beat <= $(written_beat_bits)'d0;
        end else if (sent) begin
//% if written_beats > 1 then
            beats <= {$(PORT_BITS)'d0, beats[$(written_beats*PORT_BITS-1):$(PORT_BITS)]};
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

$(ever("take", "take"))
$(holds("back_answer_due", "!i_resp_valid || !take_ever || outstanding != 16'd0"))
endmodule
`default_nettype wire

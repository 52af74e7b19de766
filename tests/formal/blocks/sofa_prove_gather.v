//% -- SPDX-License-Identifier: Apache-2.0
// What puts the beats of a read channel together, or hands them on one by one: each row comes once, to the client of its beats, with
// their tag, after its last beat; it stands until it is taken, and so do its words; every beat stands where it belongs; no beat may be
// taken that would overwrite a row that stands. With i_halt rows are dropped. Beats of a row come in order, of one client; those of the
// client of STREAM are rows of their own, the client of PROMPT takes every row at once.
// proof rows: pdr: STREAM=0 PROMPT=0 head_dim=8 data.query_bits=8 data.key_bits=8 data.value_bits=8 memory.port_bits=32
//     memory.address_bits=16 predict.source=rows
// proof streams: pdr: STREAM=2 PROMPT=0 mode=tokens head_dim=8 data.query_bits=8 data.key_bits=8 data.value_bits=8 memory.port_bits=32
//     memory.address_bits=16
// proof words: pdr: STREAM=0 PROMPT=0 head_dim=24 attend.width=2 attend.lanes=1 predict.dims=2 predict.source=rows memory.port_bits=32
//     memory.address_bits=16
// proof spaced: pdr: STREAM=0 PROMPT=2 target=fpga head_dim=16 attend.width=16 attend.lanes=1 predict.dims=8 memory.port_bits=32
//     memory.address_bits=16 data.query_bits=8 data.key_bits=8 data.value_bits=8 predict.source=rows predict.operand_bits=8
//% local index_bits = GATHER_INDEX_BITS
//% local late = GATHER == "spaced" and 2 or 1
`default_nettype none
module sofa_prove_gather #(
    parameter [1:0] STREAM = 0,
    parameter [1:0] PROMPT = 0
) (
    input wire        clk,
    input wire        rst,
    input wire        halt,
    input wire        come,            // a beat is offered
    input wire        ends,            // its row
    input wire        who,
    input wire [$(PORT_BITS-1):0] data,
    input wire [$(ROW_TAG_BITS-1):0] meta,
    input wire [1:0]  ready
);
    // ---- rows, one after the other ----
    reg         begun;
    reg         whose;
    reg  [$(index_bits-1):0] at;
    reg  [$(ROW_TAG_BITS-1):0] tag;
    wire        free, beat;
    wire        client = begun ? whose : who;
    wire        streams = STREAM[client];
    wire        take = come && (free || halt);
    wire        last = ends || (at == $(index_bits)'d1);         // of two beats at most
    wire [1:0]  beat_client, valid;
    wire [$(ROW_TAG_BITS-1):0] out_meta;
//% for _, port in ipairs(GATHERED) do
//%   if port[1] ~= "meta" then
    wire [$((port[2] == "CLIENTS" and 2 or port[2]) - 1):0] $(port[1]);
//%   end
//% end
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_gather_$(GATHER) #(.CLIENTS(2), .STREAM(STREAM), .PROMPT(PROMPT)) dut (
        .clk(clk), .rst(rst), .i_halt(halt), .i_take(take), .i_last(last), .i_client({client, !client}),
        .i_index($(ext("at", index_bits, 8))), .i_data(data), .i_meta(meta), .o_free(free), .o_beat(beat), .o_beat_client(beat_client),
        .i_row_ready(ready | PROMPT),
//% for _, port in ipairs(GATHERED) do
        .o_$(port[1])($(port[1] == "meta" and "out_meta" or port[1])),
//% end
        .o_row_valid(valid));

    // ---- what must come of it: the row $(late) cycle(s) behind its last beat ----
    (* anyconst *) wire which;         // the watched beat of every row
    reg         emit1, emit_client1, word1, word_client1;
    reg  [$(ROW_TAG_BITS-1):0] meta1, owed_meta;
    reg  [$(PORT_BITS-1):0] data1, kept, owed_word, last_word;
    reg  [$(index_bits-1):0] at1, last_at;
    reg         owed, owed_client, watched, owed_watched, word_here, word_client;
    wire        emit = take && (last || streams) && !halt;
    wire        taken = owed && (ready[owed_client] || PROMPT[owed_client]);
    wire        here = streams ? which == 1'b0 : at == $(ext("which", 1, index_bits));
    wire        next_emit = $(late == 2 and "emit1" or "emit");
    always @(posedge clk) begin
        begun <= !rst && !halt && (take ? !last && !streams : begun);
        at <= take ? (last || streams ? $(index_bits)'d0 : at + 1'b1) : at;
        whose <= client;
        tag <= meta;
        emit1 <= emit && !rst;
        emit_client1 <= client;
        meta1 <= meta;
        word1 <= take;
        word_client1 <= client;
        data1 <= data;
        at1 <= at;
        if (take && here)
            kept <= data;
        watched <= take ? here || (watched && at != $(index_bits)'d0) : watched;
        owed <= !rst && !halt && (next_emit || (owed && !taken));
        if (next_emit) begin
            owed_client <= $(late == 2 and "emit_client1" or "client");
            owed_meta <= $(late == 2 and "meta1" or "meta");
            owed_watched <= here || (watched && at != $(index_bits)'d0);
            owed_word <= here ? data : kept;
        end
        word_here <= $(late == 2 and "word1" or "take") && !rst;
        word_client <= $(late == 2 and "word_client1" or "client");
        if ($(late == 2 and "word1" or "take")) begin
            last_word <= $(late == 2 and "data1" or "data");
            last_at <= $(late == 2 and "at1" or "at");
        end
        if (rst || halt)
            at <= $(index_bits)'d0;
    end
    always @(posedge clk) begin
        assume (!rst || (!come && !word1));     // the bus is idle when a job is flushed
        assume (!begun || !come || meta == tag || streams);
        if (!rst) begin
            gather_row: assert (valid == ({owed_client, !owed_client} & {2{owed}}));
            gather_tag: assert (!owed || out_meta == owed_meta);
//% if GATHER == "rows" then
            gather_free: assert (free == (!owed || taken));
            gather_beat: assert (!owed || !owed_watched || (which ? row[$(PORT_BITS) +: $(PORT_BITS)] : row[0 +: $(PORT_BITS)]) ==
                owed_word);
            gather_count: assert (beat == take && (!beat || beat_client == {client, !client}));
//% else
            gather_word: assert (word_valid == ({word_client, !word_client} & {2{word_here}}) || !word_here && word_valid == 2'b00);
            gather_data: assert (!(word_here || (owed && !PROMPT[owed_client])) || (word == last_word && word_index == last_at));
//%   if GATHER == "words" then
            gather_free: assert (free == (!owed || taken));
            gather_count: assert (beat == take && (!beat || beat_client == {client, !client}));
//%   else
            gather_count: assert (beat == word1 && (!beat || beat_client == {word_client1, !word_client1}));
            gather_held: assert (!(owed && !PROMPT[owed_client] && !taken) || !free);
            gather_goes: assert (free || owed || emit1);
//%   end
//% end
        end
    end
endmodule
`default_nettype wire

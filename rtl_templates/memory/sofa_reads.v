//% -- SPDX-License-Identifier: Apache-2.0
// The read channels and their clients: each asks for rows (i_NAME_ask with address and beats - 1, until o_NAME_asked) and is given them in
// that order. A client that does not take every row at once says i_NAME_taken. Latency, throughput, i_halt: sofa_read.
`default_nettype none
module sofa_reads (
    input  wire clk,
    input  wire rst,
    input  wire i_halt,
    output wire o_idle,
    output wire o_error,
    output wire o_read_job,              // whose beat the error came with
    output wire o_beat,
//% for channel = 0, READ_CHANNELS - 1 do
    // read channel $(channel)
    output wire o_rd$(channel)_req_valid,
    input  wire i_rd$(channel)_req_ready,
    output wire [$(ADDRESS_BITS-1):0] o_rd$(channel)_req_addr,
    output wire [7:0] o_rd$(channel)_req_len,
    input  wire i_rd$(channel)_data_valid,
    output wire o_rd$(channel)_data_ready,
    input  wire [$(PORT_BITS-1):0] i_rd$(channel)_data,
    input  wire i_rd$(channel)_data_error,
//%   for _, client in ipairs(READ_CLIENTS[channel]) do
    // its client: $(client.name)
    input  wire i_$(client.name)_ask,
    output wire o_$(client.name)_asked,
    input  wire [$(ADDRESS_BITS-1):0] i_$(client.name)_addr,
    input  wire [7:0] i_$(client.name)_len,
//%     for _, input in ipairs(client.inputs) do
    input  wire $(width_of(input[2]))i_$(client.name)_$(input[1]),
//%     end
//%     for _, output in ipairs(client.outputs) do
    output wire $(width_of(output[2]))o_$(client.name)_$(output[1]),
//%     end
//%   end
//% end
    // counters of beats
//% local counters, conditions = beat_counters()
//% for index, counter in ipairs(counters) do
    output wire [1:0] o_inc_$(counter)_beats$(index < #counters and "," or "")
//% end
);
//% local idle, errors, beats = {}, {}, {}
//% for channel = 0, READ_CHANNELS - 1 do
//%   local function each(part) return of_clients(channel, part) end
//%   local count = #READ_CLIENTS[channel]
//%   local streams = each(function(client) return client.streams and "1'b1" or "1'b0" end)
//%   local prompt = each(function(client) return client.at_once and "1'b1" or "1'b0" end)
//%   local asks = each(function(client) return "i_" .. client.name .. "_ask" end)
//%   local addrs = each(function(client) return "i_" .. client.name .. "_addr" end)
//%   local lens = each(function(client) return "i_" .. client.name .. "_len" end)
//%   local ready = each(function(client) return client.at_once and "1'b1" or "i_" .. client.name .. "_taken" end)
//%   local metas = each(function(client)
//%     return client.tag and ext("i_" .. client.name .. "_meta", client.tag, ROW_TAG_BITS) or ROW_TAG_BITS .. "'d0"
//%   end)
//%   local jobs = each(function(client) return client.of_job and "i_" .. client.name .. "_job" or "1'b0" end)
//%   idle[#idle+1], beats[#beats+1] = "idle_" .. channel, "beat_" .. channel
//%   errors[#errors+1] = "|(error_" .. channel .. " & " .. each(function(client) return client.apart and "1'b0" or "1'b1" end) .. ")"
//%   local unused, connections = {}, {}
    wire idle_$(channel), error_job_$(channel), beat_$(channel);
//%   for _, name in ipairs({"asked", "come", "beat_client", "error"}) do
    wire [$(count-1):0] $(name)_$(channel);
//%     unused[#unused+1] = name .. "_" .. channel
//%   end
//%   for _, port in ipairs(GATHERED) do
    wire [$((port[2] == "CLIENTS" and count or port[2]) - 1):0] $(port[1])_$(channel);
//%     unused[#unused+1] = port[1] .. "_" .. channel
//%     connections[#connections+1] = ".o_" .. port[1] .. "(" .. port[1] .. "_" .. channel .. "), "
//%   end
    wire unused_$(channel) = &{1'b0, $(table.concat(unused, ", "))};
    sofa_read #(
        .CLIENTS($(count)), .CBITS($(math.max(1, clog2(count)))), .STREAM($(streams)), .PROMPT($(prompt))
    ) u_read_$(channel) (
        .clk(clk), .rst(rst), .i_halt(i_halt), .o_idle(idle_$(channel)), .o_error(error_$(channel)),
        .o_error_job(error_job_$(channel)), .o_beat(beat_$(channel)),
        .o_beat_client(beat_client_$(channel)), .i_valid($(asks)), .o_ready(asked_$(channel)), .i_addr($(addrs)), .i_len($(lens)),
        .i_meta($(metas)), .i_job($(jobs)), .o_row_valid(come_$(channel)), .i_row_ready($(ready)),
        $(table.concat(connections))
        .o_req_valid(o_rd$(channel)_req_valid), .i_req_ready(i_rd$(channel)_req_ready), .o_req_addr(o_rd$(channel)_req_addr),
        .o_req_len(o_rd$(channel)_req_len), .i_data_valid(i_rd$(channel)_data_valid), .o_data_ready(o_rd$(channel)_data_ready),
        .i_data(i_rd$(channel)_data), .i_data_error(i_rd$(channel)_data_error));
//%   for index, client in ipairs(READ_CLIENTS[channel]) do
    assign o_$(client.name)_asked = asked_$(channel)[$(index-1)];
//%     for _, output in ipairs(client.outputs) do
    assign o_$(client.name)_$(output[1]) = $(output[3])_$(channel)[$(output[4] and index - 1 or output[2] - 1 .. ":0")];
//%     end
//%   end
//% end
    assign o_idle = $(table.concat(idle, " && "));
    assign o_error = $(table.concat(errors, " || "));
    assign o_read_job = $(READ_CHANNELS > 1 and "|error_1 ? error_job_1 : " or "")error_job_0;
    assign o_beat = $(table.concat(beats, " || "));
//% for _, counter in ipairs(counters) do
    assign o_inc_$(counter)_beats = {1'b0, $(conditions[counter])};
//% end
endmodule
`default_nettype wire

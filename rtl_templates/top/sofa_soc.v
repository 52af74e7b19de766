//% -- SPDX-License-Identifier: Apache-2.0
// The accelerator for boards that have nothing but a serial line: sofa_core, $(cfg.board.memory_kib) KiB of on-chip memory, and the UART
// bridge ($(cfg.board.baud) baud at $(cfg.board.clock_hz) Hz) that reaches memory and registers. Addresses and protocol:
// cmodel/host/link.h. The memory serves one access a cycle: the bridge first, then the core's writes, then its reads.
// o_irq: a job has ended and nobody has cleared it; o_busy: a request is done or answered. A job equals sofa_model_run().
//% local keys = config_keys()
`default_nettype none
module sofa_soc (
    input  wire clk,
    input  wire rst,
    input  wire i_rx,
    output wire o_tx,
    output wire o_irq,
    output wire o_busy
);
    wire .*;

    // ---- bridge: the way to memory and registers and back; on FPGAs a cycle each for request, memory and answer ----
    wire        rx_valid, tx_ready;
    wire [7:0]  rx_data;
    sofa_uart #(.DIVIDER($(d.uart_divider)), .DBITS($(clog2(d.uart_divider)))) u_uart (
        .clk(clk), .rst(rst), .i_rx(i_rx), .o_tx(o_tx), .o_valid(rx_valid), .o_data(rx_data),
        .i_valid(tx_valid), .o_ready(tx_ready), .i_data(tx_data));
    reg         bus_done;
    wire [31:0] bus_rdata;
    sofa_frame u_frame (.*);
    assign o_busy = bus_enable || tx_valid;

//% local later = COPIED_REGISTERS and "four cycles later" or FPGA and "three cycles later" or "in the next cycle"
    // an access: asked once, done $(later) (memory, configuration) or when the registers $(FPGA and "have answered" or "answer")
    reg         asked;
$(staged(FPGA, {{"ask", 1, "bus_enable && !asked", reset = true}, {"addr", 32, "bus_addr"}}))
    wire        to_memory = !addr[31];
    wire        to_registers = addr[31] && !addr[10];
    wire        to_config = addr[31] && addr[10];
//% local bridged = COPIED_REGISTERS and "bus_enable && !asked && !bus_addr[31]" or "ask && to_memory"
$(staged(COPIED_REGISTERS, {{"write", 1, "bus_write"}, {"wdata", 32, "bus_wdata"}, {"bridge", 1, bridged, reset = true}}))
$(staged(FPGA, {{"reached", 1, "ask && !to_registers", reset = true}}))
$(staged(COPIED_REGISTERS, {{"read", 1, "reached", reset = true}}))
//% local once = FPGA and "!found && " or ""
$(staged(FPGA, {{"found", 1, "(read || (reg_valid && asked && " .. once .. "!bus_done))", reset = true}}))
    always @(posedge clk)
        if (rst) begin
            asked <= 1'b0;
            bus_done <= 1'b0;
        end else begin
            asked <= bus_enable && !bus_done;
            bus_done <= found;
        end

    // ---- what was built: the number of keys, then their values ----
    reg  [31:0] config_word;
    reg  [31:0] config_next;
//% memory("soc.config_next", 1 << clog2(#keys + 1), 32)
    always @*
        case (addr[9:2])
            8'd0: config_next = {16'd$(TOKENS and 1 or 0), 16'd$(#keys)}; // mode, keys
//% for place, key in ipairs(keys) do
            8'd$(place): config_next = 32'd$(key.value); // $(key.path)
//% end
            default: config_next = 32'd0;
        endcase
    always @(posedge clk)
        config_word <= config_next;

    // ---- memory ----
    wire [$(PORT_BITS-1):0]  mem_rdata;
$(staged(COPIED_REGISTERS, {{"mem_out", PORT_BITS, "mem_rdata"}}))
    wire             wr_grant = wr_ask && !bridge;
//% local earlier = "!bridge && !wr_ask"
//% for channel = 0, READ_CHANNELS - 1 do
    wire             rd$(channel)_grant = rd$(channel)_ask && $(earlier);
//%   earlier = earlier .. " && !rd" .. channel .. "_ask"
//% end
//% if PORT_BYTES > 1 then
    wire [$(PORT_BYTES-1):0]  bridge_strb = $(PORT_BYTES)'d1 << addr[$(PORT_BYTE_BITS-1):0];
//% else
    wire [0:0]       bridge_strb = 1'd1;
//% end
    reg  [$(MEMORY_WORD_BITS-1):0] mem_word;
    reg  [$(PORT_BYTES-1):0]  mem_strb;
    always @* begin
        mem_word = bridge ? addr[$(MEMORY_BYTE_BITS-1):$(PORT_BYTE_BITS)] : wr_ask ? wr_word
            : $(READ_CHANNELS == 2 and "rd0_ask ? rd0_word : rd1_word" or "rd0_word");
        mem_strb = bridge ? bridge_strb & {$(PORT_BYTES){write}} : wr_ask ? wr_word_strb : $(PORT_BYTES)'d0;
    end
    wire             mem_enable = bridge || wr_ask$(READ_CHANNELS == 2 and " || rd0_ask || rd1_ask" or " || rd0_ask");
    wire [$(PORT_BITS-1):0]  mem_wdata = bridge ? {$(PORT_BYTES){wdata[7:0]}} : wr_word_data;
//% if COPIED_REGISTERS and PORT_BYTES > 1 then
    // two halves, each with its own registers
//%   for half = 0, 1 do
    wire             enable1_$(half);
    wire [$(MEMORY_WORD_BITS-1):0] word1_$(half);
    wire [$(PORT_BYTES//2-1):0] strb1_$(half);
    wire [$(PORT_BITS//2-1):0] wdata1_$(half);
    sofa_copy #(.WIDTH($(1+MEMORY_WORD_BITS+PORT_BYTES//2+PORT_BITS//2))) u_stage_$(half) (
        .clk(clk), .i_data({mem_enable, mem_word, $(nth("mem_strb", half, PORT_BYTES//2)), $(nth("mem_wdata", half, PORT_BITS//2))}),
        .o_data({enable1_$(half), word1_$(half), strb1_$(half), wdata1_$(half)}));
    sofa_soc_ram #(.WIDTH($(PORT_BITS//2)), .DEPTH($(d.memory_words)), .ABITS($(MEMORY_WORD_BITS))) u_memory_$(half) (
        .clk(clk), .i_enable(enable1_$(half)), .i_strb(strb1_$(half)), .i_addr(word1_$(half)), .i_wdata(wdata1_$(half)),
        .o_rdata($(nth("mem_rdata", half, PORT_BITS//2))));
//%   end
//% else
//%   local access = {{"enable1", 1, "mem_enable"}, {"word1", MEMORY_WORD_BITS, "mem_word"}, {"strb1", PORT_BYTES, "mem_strb"},
//%       {"wdata1", PORT_BITS, "mem_wdata"}}
$(staged(FPGA, access))
    sofa_soc_ram #(.WIDTH($(PORT_BITS)), .DEPTH($(d.memory_words)), .ABITS($(MEMORY_WORD_BITS))) u_memory (
        .clk(clk), .i_enable(enable1), .i_strb(strb1), .i_addr(word1), .i_wdata(wdata1), .o_rdata(mem_rdata));
//% end

//% if PORT_BYTES > 1 then
    wire [$(PORT_BITS-1):0]  mem_shifted = mem_out >> {addr[$(PORT_BYTE_BITS-1):0], 3'd0};
    wire [7:0]       mem_byte = mem_shifted[7:0];
    wire             unused_shifted = &{1'b0, mem_shifted};
//% else
    wire [7:0]       mem_byte = mem_out;
//% end
    // a register's word stays with its address
    wire [31:0]      answer = to_config ? config_word : to_memory ? {24'd0, mem_byte} : reg_rdata;
$(staged(FPGA, {{"bus_word", 32, "answer"}}))
    assign bus_rdata = bus_word;
    wire             unused_addr = &{1'b0, addr[30:$(math.max(MEMORY_BYTE_BITS, 11))]};

    // ---- core ----
    wire             unused_len = &{1'b0, wr_req_len};
    sofa_soc_write u_write (
        .i_req_valid(wr_req_valid), .o_req_ready(wr_req_ready), .i_req_addr(wr_req_addr), .i_data_valid(wr_data_valid),
        .o_data_ready(wr_data_ready), .i_strb(wr_strb), .i_last(wr_last), .i_data(wr_data), .o_data(wr_word_data),
        .o_resp_valid(wr_resp_valid), .o_resp_error(wr_resp_error), .o_ask(wr_ask), .i_grant(wr_grant), .o_addr(wr_word),
        .o_strb(wr_word_strb), .*);
//% for channel = 0, READ_CHANNELS - 1 do
//%   local port = "rd" .. channel .. "_"
    sofa_soc_read u_read_$(channel) (
        .i_req_valid($(port)req_valid), .o_req_ready($(port)req_ready), .i_req_addr($(port)req_addr), .i_req_len($(port)req_len),
        .o_data_valid($(port)data_valid), .i_data_ready($(port)data_ready), .o_data($(port)data), .o_data_error($(port)data_error),
        .o_ask($(port)ask), .i_grant($(port)grant), .o_addr($(port)word), .i_rdata(mem_out), .*);
//% end
    sofa_core u_core (
        .i_reg_enable(ask && to_registers), .i_reg_write(write), .i_reg_addr(addr[9:2]), .i_reg_wdata(wdata), .*);
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// The accelerator for boards that have nothing but a serial line: sofa_core, $(cfg.board.memory_kib) KiB of on-chip memory, and the UART bridge
// ($(cfg.board.baud) baud at $(cfg.board.clock_hz) Hz) that reaches memory and registers. Addresses and protocol: cmodel/host/link.h.
// The memory serves one access a cycle: the bridge first, then the core's writes, then its reads.
// o_irq: a job has ended and nobody has cleared it; o_busy: a request is done or answered. A job equals sofa_model_run().
//% if cfg.board.memory_kib == 0 then skip() end
//% local A, P, S, NC = cfg.memory.address_bits, cfg.memory.port_bits, d.port_bytes, cfg.memory.read_channels
//% local MB, LOW, keys = clog2(cfg.board.memory_kib * 1024), clog2(d.port_bytes), config_keys()
//% local WB = MB - LOW
//% local far = cfg.target == "fpga"     -- the way from bridge to memory and registers and back: a cycle each for request, memory and answer
//% local farther = d.copies == 1        -- and one more for what memory answers
`default_nettype none
module sofa_soc (
    input  wire clk,
    input  wire rst,
    input  wire i_rx,
    output wire o_tx,
    output wire o_irq,
    output wire o_busy
);
    // ---- bridge ----
    wire        rx_valid, tx_valid, tx_ready;
    wire [7:0]  rx_data, tx_data;
    wire        bus_enable, bus_write;
    wire [31:0] bus_addr, bus_wdata;
    sofa_uart #(.DIVIDER($(d.uart_divider)), .DBITS($(clog2(d.uart_divider)))) u_uart (
        .clk(clk), .rst(rst), .i_rx(i_rx), .o_tx(o_tx), .o_valid(rx_valid), .o_data(rx_data),
        .i_valid(tx_valid), .o_ready(tx_ready), .i_data(tx_data));
    reg         bus_done;
    wire [31:0] bus_rdata;
    sofa_frame u_frame (
        .clk(clk), .rst(rst), .i_rx_valid(rx_valid), .i_rx_data(rx_data), .o_tx_valid(tx_valid), .i_tx_ready(tx_ready),
        .o_tx_data(tx_data), .o_bus_enable(bus_enable), .o_bus_write(bus_write), .o_bus_addr(bus_addr), .o_bus_wdata(bus_wdata),
        .i_bus_done(bus_done), .i_bus_rdata(bus_rdata));
    assign o_busy = bus_enable || tx_valid;

    // an access: asked once, done $(farther and "four cycles later" or far and "three cycles later" or "in the next cycle") (memory, configuration) or when the registers $(far and "have answered" or "answer")
    reg         asked;
//% if far then
    reg         ask, reached, $(farther and "read, " or "")found;
    reg  [31:0] addr;
    always @(posedge clk) begin
        ask <= bus_enable && !asked && !rst;
        addr <= bus_addr;
    end
//%   if farther then
    reg         write, bridge;
    reg  [31:0] wdata;
    always @(posedge clk) begin
        write <= bus_write;
        wdata <= bus_wdata;
        bridge <= bus_enable && !asked && !rst && !bus_addr[31];
    end
//%   end
//% else
    wire        ask = bus_enable && !asked;
    wire [31:0] addr = bus_addr;
//% end
    wire        to_memory = !addr[31];
    wire        to_registers = addr[31] && !addr[10];
    wire        to_config = addr[31] && addr[10];
//% if not farther then
    wire        bridge = ask && to_memory;
    wire        write = bus_write;
    wire [31:0] wdata = bus_wdata;
//% end
    wire        reg_valid;
    wire [31:0] reg_rdata;
    always @(posedge clk)
        if (rst) begin
            asked <= 1'b0;
            bus_done <= 1'b0;
//% if far then
            reached <= 1'b0;
            found <= 1'b0;
//%   if farther then
            read <= 1'b0;
//%   end
//% end
        end else begin
            asked <= bus_enable && !bus_done;
//% if far then
            reached <= ask && !to_registers;
//%   if farther then
            read <= reached;
//%   end
            found <= $(farther and "read" or "reached") || (reg_valid && asked && !found && !bus_done);
            bus_done <= found;
//% else
            bus_done <= (ask && !to_registers) || (reg_valid && asked && !bus_done);
//% end
        end

    // ---- what was built: the number of keys, then their values ----
    reg  [31:0] config_word;
    reg  [31:0] config_next;
//% memory("soc.config_next", 1 << clog2(#keys + 1), 32)
    always @*
        case (addr[9:2])
            8'd0: config_next = {16'd$(cfg.mode == "tokens" and 1 or 0), 16'd$(#keys)}; // mode, keys
//% for i, key in ipairs(keys) do
            8'd$(i): config_next = 32'd$(key.value); // $(key.path)
//% end
            default: config_next = 32'd0;
        endcase
    always @(posedge clk)
        config_word <= config_next;

    // ---- memory ----
    wire [$(P-1):0]  mem_rdata, wr_data, wr_word_data;
    $(farther and "reg " or "wire") [$(P-1):0]  mem_out;
    wire             wr_ask;
    wire [$(WB-1):0] wr_word;
    wire [$(S-1):0]  wr_word_strb;
//% for c = 0, NC - 1 do
    wire             rd$(c)_ask;
    wire [$(WB-1):0] rd$(c)_word;
//% end
    wire             wr_grant = wr_ask && !bridge;
//% local earlier = "!bridge && !wr_ask"
//% for c = 0, NC - 1 do
    wire             rd$(c)_grant = rd$(c)_ask && $(earlier);
//%   earlier = earlier .. " && !rd" .. c .. "_ask"
//% end
//% if S > 1 then
    wire [$(S-1):0]  bridge_strb = $(S)'d1 << addr[$(LOW-1):0];
//% else
    wire [0:0]       bridge_strb = 1'd1;
//% end
    reg  [$(WB-1):0] mem_word;
    reg  [$(S-1):0]  mem_strb;
    always @* begin
        mem_word = bridge ? addr[$(MB-1):$(LOW)] : wr_ask ? wr_word : $(NC == 2 and "rd0_ask ? rd0_word : rd1_word" or "rd0_word");
        mem_strb = bridge ? bridge_strb & {$(S){write}} : wr_ask ? wr_word_strb : $(S)'d0;
    end
    wire             mem_enable = bridge || wr_ask$(NC == 2 and " || rd0_ask || rd1_ask" or " || rd0_ask");
    wire [$(P-1):0]  mem_wdata = bridge ? {$(S){wdata[7:0]}} : wr_word_data;
//% if farther and S > 1 then
    // two halves, each with its own registers
//%   for h = 0, 1 do
    wire             enable1_$(h);
    wire [$(WB-1):0] word1_$(h);
    wire [$(S//2-1):0] strb1_$(h);
    wire [$(P//2-1):0] wdata1_$(h);
    sofa_copy #(.WIDTH($(1+WB+S//2+P//2))) u_stage_$(h) (
        .clk(clk), .i_data({mem_enable, mem_word, mem_strb[$(h*S//2) +: $(S//2)], mem_wdata[$(h*P//2) +: $(P//2)]}),
        .o_data({enable1_$(h), word1_$(h), strb1_$(h), wdata1_$(h)}));
    sofa_soc_ram #(.WIDTH($(P//2)), .DEPTH($(d.memory_words)), .ABITS($(WB))) u_memory_$(h) (
        .clk(clk), .i_enable(enable1_$(h)), .i_strb(strb1_$(h)), .i_addr(word1_$(h)), .i_wdata(wdata1_$(h)), .o_rdata(mem_rdata[$(h*P//2) +: $(P//2)]));
//%   end
//% else
//% if far then
    reg              enable1;
    reg  [$(WB-1):0] word1;
    reg  [$(S-1):0]  strb1;
    reg  [$(P-1):0]  wdata1;
    always @(posedge clk) begin
        enable1 <= mem_enable;
        word1 <= mem_word;
        strb1 <= mem_strb;
        wdata1 <= mem_wdata;
    end
//% end
//% local stage = far and {"enable1", "strb1", "word1", "wdata1"} or {"mem_enable", "mem_strb", "mem_word", "mem_wdata"}
    sofa_soc_ram #(.WIDTH($(P)), .DEPTH($(d.memory_words)), .ABITS($(WB))) u_memory (
        .clk(clk), .i_enable($(stage[1])), .i_strb($(stage[2])), .i_addr($(stage[3])), .i_wdata($(stage[4])), .o_rdata(mem_rdata));
//% end
//% if farther then
    always @(posedge clk) mem_out <= mem_rdata;
//% else
    assign mem_out = mem_rdata;
//% end

//% if S > 1 then
    wire [$(P-1):0]  mem_shifted = mem_out >> {addr[$(LOW-1):0], 3'd0};
    wire [7:0]       mem_byte = mem_shifted[7:0];
//%   if P > 8 then
    wire             unused_shifted = &{1'b0, mem_shifted[$(P-1):8]};
//%   end
//% else
    wire [7:0]       mem_byte = mem_out;
//% end
    wire [31:0]      answer = to_config ? config_word : to_memory ? {24'd0, mem_byte} : reg_rdata;   // a register's word stays with its address
//% if far then
    reg  [31:0]      bus_word;
    always @(posedge clk) bus_word <= answer;
    assign bus_rdata = bus_word;
//% else
    assign bus_rdata = answer;
//% end
    wire             unused_addr = &{1'b0, addr[30:$(math.max(MB, 11))]};

    // ---- core ----
    wire             wr_req_valid, wr_req_ready, wr_data_valid, wr_data_ready, wr_last, wr_resp_valid, wr_resp_error;
    wire [$(A-1):0]  wr_req_addr;
    wire [7:0]       wr_req_len;
    wire [$(S-1):0]  wr_strb;
    wire             unused_len = &{1'b0, wr_req_len};
//% if not far then
    assign wr_word_data = wr_data;
//% end
    sofa_soc_write u_write (
        .clk(clk), .rst(rst), .i_req_valid(wr_req_valid), .o_req_ready(wr_req_ready), .i_req_addr(wr_req_addr),
        .i_data_valid(wr_data_valid), .o_data_ready(wr_data_ready), .i_strb(wr_strb), .i_last(wr_last),$(far and " .i_data(wr_data), .o_data(wr_word_data)," or "")
        .o_resp_valid(wr_resp_valid), .o_resp_error(wr_resp_error),
        .o_ask(wr_ask), .i_grant(wr_grant), .o_addr(wr_word), .o_strb(wr_word_strb));
//% for c = 0, NC - 1 do
    wire             rd$(c)_req_valid, rd$(c)_req_ready, rd$(c)_data_valid, rd$(c)_data_ready, rd$(c)_data_error;
    wire [$(A-1):0]  rd$(c)_req_addr;
    wire [7:0]       rd$(c)_req_len;
    wire [$(P-1):0]  rd$(c)_data;
    sofa_soc_read u_read_$(c) (
        .clk(clk), .rst(rst), .i_req_valid(rd$(c)_req_valid), .o_req_ready(rd$(c)_req_ready), .i_req_addr(rd$(c)_req_addr),
        .i_req_len(rd$(c)_req_len), .o_data_valid(rd$(c)_data_valid), .i_data_ready(rd$(c)_data_ready), .o_data(rd$(c)_data),
        .o_data_error(rd$(c)_data_error), .o_ask(rd$(c)_ask), .i_grant(rd$(c)_grant), .o_addr(rd$(c)_word), .i_rdata(mem_out));
//% end
    sofa_core u_core (
        .clk(clk), .rst(rst), .i_reg_enable(ask && to_registers), .i_reg_write(write), .i_reg_addr(addr[9:2]),
        .i_reg_wdata(wdata), .o_reg_valid(reg_valid), .o_reg_rdata(reg_rdata), .o_irq(o_irq),
//% for c = 0, NC - 1 do
        .o_rd$(c)_req_valid(rd$(c)_req_valid), .i_rd$(c)_req_ready(rd$(c)_req_ready), .o_rd$(c)_req_addr(rd$(c)_req_addr),
        .o_rd$(c)_req_len(rd$(c)_req_len), .i_rd$(c)_data_valid(rd$(c)_data_valid), .o_rd$(c)_data_ready(rd$(c)_data_ready),
        .i_rd$(c)_data(rd$(c)_data), .i_rd$(c)_data_error(rd$(c)_data_error),
//% end
        .o_wr_req_valid(wr_req_valid), .i_wr_req_ready(wr_req_ready), .o_wr_req_addr(wr_req_addr), .o_wr_req_len(wr_req_len),
        .o_wr_data_valid(wr_data_valid), .i_wr_data_ready(wr_data_ready), .o_wr_data(wr_data), .o_wr_strb(wr_strb),
        .o_wr_last(wr_last), .i_wr_resp_valid(wr_resp_valid), .i_wr_resp_error(wr_resp_error));
endmodule
`default_nettype wire

//% -- SPDX-License-Identifier: Apache-2.0
// The UART bridge's protocol (cmodel/host/link.h): takes requests from a stream of bytes, does them on a bus, and answers. A request is
// done only after its CRC was found right, so that noise writes nothing; noise is skipped up to the next sync byte.
// Bus: o_bus_enable and what belongs to it stay until i_bus_done, which comes with the data of a read. Addresses below 2^31 are
// bytes of memory, in bits 7:0 of the data; those above are words.
// Latency: the answer starts within 16 cycles of the request's last byte, and a write takes a few cycles per byte before.
// Throughput: that of the UART; bytes that arrive while a request is done or answered are dropped.
//% local LEGAL_BITS = math.max(MEMORY_BYTE_BITS, 11)     -- of a legal address
`default_nettype none
module sofa_frame (
    input  wire        clk,
    input  wire        rst,
    // bytes
    input  wire        i_rx_valid,
    input  wire [7:0]  i_rx_data,
    output wire        o_tx_valid,
    input  wire        i_tx_ready,
    output reg  [7:0]  o_tx_data,
    // bus
    output reg         o_bus_enable,
    output wire        o_bus_write,
    output wire [31:0] o_bus_addr,
    output wire [31:0] o_bus_wdata,
    input  wire        i_bus_done,
    input  wire [31:0] i_bus_rdata
);
    localparam [3:0] HUNT = 4'd0, HEAD = 4'd1, DATA = 4'd2, TAIL = 4'd3, JUDGE = 4'd4, FETCH = 4'd5, GATHER = 4'd6,
                     WRITE = 4'd7, ANSWER = 4'd8, READ = 4'd9, SEND = 4'd10, SEAL = 4'd11;
    reg  [3:0]  state;
    reg  [7:0]  index;          // byte of the state
    reg  [7:0]  command, seq, count, last_seq;
    reg         last_known;     // last_seq is that of an earlier request
    reg         refused;
    reg  [$(LEGAL_BITS-1):0] addr;
    reg         high, top;      // a bit above is set; bit 31
    reg  [31:0] word;           // on its way to or from the bus

    // ---- CRC, a bit a cycle; bytes of the UART are much slower ----
    reg  [31:0] crc;
    reg  [7:0]  crc_byte;
    reg  [3:0]  crc_left;
    wire        crc_done = crc_left == 4'd0;
    wire        tx_take = o_tx_valid && i_tx_ready;
    wire        rx_part = i_rx_valid && (state == HEAD || state == DATA || state == TAIL);
    wire        tx_part = tx_take && (state == SEND || (state == ANSWER && index != 8'd0));
    always @(posedge clk) begin
        if (state == HUNT || (state == ANSWER && index == 8'd0))
            crc <= 32'd$(link.crc_init);
        else if (state == SEAL && tx_take)
            crc <= {8'd0, crc[31:8]};
        else if (!crc_done)
            crc <= {1'b0, crc[31:1]} ^ (crc[0] ^ crc_byte[0] ? 32'd$(link.crc_polynomial) : 32'd0);
        crc_byte <= rx_part ? i_rx_data : tx_part ? o_tx_data : {1'b0, crc_byte[7:1]};
        if (rst)
            crc_left <= 4'd0;
        else if (rx_part || tx_part)
            crc_left <= 4'd8;
        else if (!crc_done)
            crc_left <= crc_left - 4'd1;
    end

    // ---- what the request asks ----
    wire        is_write = command == 8'd$(link.write);
    wire        known = is_write || command == 8'd$(link.read);
    wire        memory = !top;
    wire [$(MEMORY_BYTE_BITS):0] beyond = {1'b0, addr[$(MEMORY_BYTE_BITS-1):0]} + $(ext("count", 8, MEMORY_BYTE_BITS + 1));
//% -- an address has bits from `low` on
//% local function above(low)
//%   return LEGAL_BITS > low and " addr[" .. LEGAL_BITS-1 .. ":" .. low .. "] != " .. lit(LEGAL_BITS-low, 0) .. " ||" or ""
//% end
    wire        past_end = beyond[$(MEMORY_BYTE_BITS)] && beyond[$(MEMORY_BYTE_BITS-1):0] != $(MEMORY_BYTE_BITS)'d0;
    wire        outside = high ||$(above(MEMORY_BYTE_BITS)) past_end;
    wire        askew = high ||$(above(11)) addr[1:0] != 2'd0 || count[1:0] != 2'd0;
    wire        again = last_known && seq == last_seq;

    // ---- data of a write wait for the CRC ----
    wire [7:0]  stored;
    sofa_ram #(.WIDTH(8), .DEPTH(256), .ABITS(8)) u_data (
        .clk(clk), .i_we(i_rx_valid && state == DATA), .i_waddr(index), .i_wdata(i_rx_data),
        .i_re(state == FETCH), .i_raddr(index), .o_rdata(stored));

    assign o_bus_write = is_write;
    assign o_bus_addr = {top, $(31-LEGAL_BITS)'d0, addr};
    assign o_bus_wdata = memory ? {24'd0, word[31:24]} : word;

    always @*
        case (state)
            ANSWER:
                case (index[1:0])
                    2'd0: o_tx_data = 8'd$(link.sync);
                    2'd1: o_tx_data = command | 8'd$(link.answer) | (refused ? 8'd$(link.refused) : 8'd0);
                    2'd2: o_tx_data = seq;
                    default: o_tx_data = refused ? 8'd0 : count;
                endcase
            SEND: o_tx_data = word[7:0];
            default: o_tx_data = ~crc[7:0];
        endcase
    assign o_tx_valid = (state == ANSWER || state == SEND || state == SEAL) && crc_done;

    wire        good = crc == 32'd$(link.crc_residue);
    wire        last_byte = index + 8'd1 == count;
    wire        whole = memory || index[1:0] == 2'd3;
    always @(posedge clk) begin
        if (state == HEAD && i_rx_valid)
            case (index[2:0])
                3'd0: command <= i_rx_data;
                3'd1: seq <= i_rx_data;
                3'd2: count <= i_rx_data;
//% for byte = 0, 3 do
//%   local bits = math.max(0, math.min(8, LEGAL_BITS - 8 * byte))       -- of this byte in the address
//%   local above = byte == 3 and 6 or 7
                $(byte < 3 and "3'd" .. (byte + 3) or "default"): begin
//%   if bits > 0 then
                    addr[$(8*byte+bits-1):$(8*byte)] <= i_rx_data[$(bits-1):0];
//%   end
//%   if bits <= above then
                    high <= $(byte > LEGAL_BITS // 8 and "high || " or "")|i_rx_data[$(above):$(bits)];
//%   end
//%   if byte == 3 then
                    top <= i_rx_data[7];
//%   end
                end
//% end
            endcase
        else if (o_bus_enable && i_bus_done)
            addr <= addr + (memory ? $(lit(LEGAL_BITS, 1)) : $(lit(LEGAL_BITS, 4)));
        if (state == GATHER)
            word <= {stored, word[31:8]};
        else if (state == READ && i_bus_done)
            word <= i_bus_rdata;
        else if (state == SEND && tx_take)
            word <= {8'd0, word[31:8]};
        if (state == JUDGE && crc_done) begin
            refused <= !known || (memory ? outside : askew);
            if (good)
                last_seq <= seq;
        end
    end

    wire        does = known && !(memory ? outside : askew) && count != 8'd0;
    always @(posedge clk)
        if (rst) begin
            state <= HUNT;
            index <= 8'd0;
            last_known <= 1'b0;
            o_bus_enable <= 1'b0;
        end else
            case (state)
                HUNT: begin
                    index <= 8'd0;
                    if (i_rx_valid && i_rx_data == 8'd$(link.sync))
                        state <= HEAD;
                end
                HEAD: if (i_rx_valid) begin
                    index <= index == 8'd6 ? 8'd0 : index + 8'd1;
                    if (index == 8'd6)
                        state <= is_write && count != 8'd0 ? DATA : TAIL;
                end
                DATA: if (i_rx_valid) begin
                    index <= last_byte ? 8'd0 : index + 8'd1;
                    if (last_byte)
                        state <= TAIL;
                end
                TAIL: if (i_rx_valid) begin
                    index <= index == 8'd3 ? 8'd0 : index + 8'd1;
                    if (index == 8'd3)
                        state <= JUDGE;
                end
                JUDGE: if (crc_done) begin
                    if (good)
                        last_known <= 1'b1;
                    state <= !good ? HUNT : does && is_write && !again ? FETCH : ANSWER;
                end
                FETCH: state <= GATHER;
                GATHER: begin
                    o_bus_enable <= whole;
                    state <= WRITE;
                end
                WRITE: if (!o_bus_enable || i_bus_done) begin
                    o_bus_enable <= 1'b0;
                    index <= last_byte ? 8'd0 : index + 8'd1;
                    state <= last_byte ? ANSWER : FETCH;
                end
                ANSWER: if (tx_take) begin
                    index <= index == 8'd3 ? 8'd0 : index + 8'd1;
                    if (index == 8'd3) begin
                        o_bus_enable <= !is_write && !refused && count != 8'd0;
                        state <= is_write || refused || count == 8'd0 ? SEAL : READ;
                    end
                end
                READ: if (i_bus_done) begin
                    o_bus_enable <= 1'b0;
                    state <= SEND;
                end
                SEND: if (tx_take) begin
                    index <= last_byte ? 8'd0 : index + 8'd1;
                    o_bus_enable <= !last_byte && whole;
                    state <= last_byte ? SEAL : whole ? READ : SEND;
                end
                SEAL: if (tx_take) begin
                    index <= index == 8'd3 ? 8'd0 : index + 8'd1;
                    if (index == 8'd3)
                        state <= HUNT;
                end
                default: state <= HUNT;
            endcase
endmodule
`default_nettype wire

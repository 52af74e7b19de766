//% -- SPDX-License-Identifier: Apache-2.0
// Cuts a native request into AXI4 bursts that do not cross a 4 KB boundary.
// Latency $(latency("axi_split", 1)) cycle, throughput one burst a cycle. Handshake: valid/ready on both sides; a burst stays until it is
// taken.
//% local page_place_bits = 12 - PORT_BYTE_BITS            -- bits of a beat's place in 4 KB
//% local length_bits = math.max(8, page_place_bits)
`default_nettype none
module sofa_axi_split (
    input  wire            clk,
    input  wire            rst,
    input  wire            i_valid,
    output wire            o_ready,
    input  wire [$(ADDRESS_BITS-1):0] i_addr,
    input  wire [7:0]      i_len,      // beats - 1
    output wire            o_valid,
    input  wire            i_ready,
    output wire [$(ADDRESS_BITS-1):0] o_addr,
    output wire [7:0]      o_len,
    output wire            o_last      // last burst of its request
);
    reg             held;
    reg  [$(ADDRESS_BITS-1):0] addr;
    reg  [7:0]      left;
    wire [$(page_place_bits-1):0] room = ~addr[11:$(PORT_BYTE_BITS)];     // beats up to the boundary, less one
    wire            cut = $(ext("left", 8, length_bits)) > $(ext("room", page_place_bits, length_bits));
    wire [7:0]      part = cut ? $(ext("room", page_place_bits, 8)) : left;
    wire            pass = held && i_ready;

    assign o_valid = held;
    assign o_addr = addr;
    assign o_len = part;
    assign o_last = !cut;
    assign o_ready = !held || (i_ready && !cut);

    always @(posedge clk) begin
        if (i_valid && o_ready) begin
            addr <= i_addr;
            left <= i_len;
        end else if (pass) begin
            addr <= {addr[$(ADDRESS_BITS-1):12] + 1'b1, 12'd0};
            left <= left - part - 8'd1;
        end
        if (rst)
            held <= 1'b0;
        else if (o_ready)
            held <= i_valid;
    end

`ifdef SOFA_ASSERT
    wire [15:0]     end_place = $(ext("addr[11:" .. PORT_BYTE_BITS .. "]", page_place_bits, 16)) + {8'd0, o_len};
`endif
$(holds("split_in_page", "!o_valid || end_place < 16'd" .. (1 << page_place_bits)))
$(stands("split_burst_stands", "o_valid", "i_ready", "{o_addr, o_len, o_last}", ADDRESS_BITS + 9))
endmodule
`default_nettype wire

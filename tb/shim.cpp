// SPDX-License-Identifier: Apache-2.0
// The only C++ of the benches: moves the pins of one clock cycle between C structures and a Verilated sofa_core.
// Compiled with the core into a shared object; SOFA_READ_CHANNELS and SOFA_WAVES come from the command line.
#include "Vsofa_core.h"
#include "verilated.h"
#ifdef SOFA_WAVES
#include "verilated_fst_c.h"
#endif
#ifdef SOFA_COVERAGE
#include "verilated_cov.h"
#include <cstdlib>
#include <dlfcn.h>
#include <string>
#include <unistd.h>
#endif

#include <cstring>

extern "C" {
#include "shim.h"
}

// Whatever the width, Verilator keeps a pin as little-endian words (CData .. QData, VlWide).
template <class Pin> static void put(Pin &pin, const uint8_t *bytes)
{
    std::memcpy(&pin, bytes, sizeof pin);
}
template <class Pin> static void get(uint8_t *bytes, const Pin &pin)
{
    std::memcpy(bytes, &pin, sizeof pin);
}

// The state of the registers at power-up must be chosen before the core is made.
static VerilatedContext *powered(VerilatedContext &context, int seed)
{
    if (seed != 0)
        context.randSeed(seed);
    context.randReset(seed != 0 ? 2 : 0);
    return &context;
}

struct Core {
    VerilatedContext context;
    Vsofa_core top;
#ifdef SOFA_WAVES
    VerilatedFstC waves;
#endif
    bool dumping;
    char failure[TB_ASSERTION_ROOM];
    explicit Core(int seed) : top(powered(context, seed)), dumping(false), failure() {}
};

static void step(Core *core, unsigned char clk)
{
    core->top.clk = clk;
    core->top.eval();
#ifdef SOFA_WAVES
    if (core->dumping)
        core->waves.dump(core->context.time());
#endif
    core->context.timeInc(1);
}

#define READ_IN(C)                                           \
    do {                                                     \
        top.i_rd##C##_req_ready = in->rd[C].req_ready;       \
        top.i_rd##C##_data_valid = in->rd[C].data_valid;     \
        top.i_rd##C##_data_error = in->rd[C].data_error;     \
        if (in->rd[C].data_valid)                            \
            put(top.i_rd##C##_data, in->rd[C].data);         \
    } while (0)
#define READ_OUT(C)                                          \
    do {                                                     \
        out->rd[C].req_valid = top.o_rd##C##_req_valid;      \
        out->rd[C].req_addr = top.o_rd##C##_req_addr;        \
        out->rd[C].req_len = top.o_rd##C##_req_len;          \
        out->rd[C].data_ready = top.o_rd##C##_data_ready;    \
    } while (0)

static void drive(Vsofa_core &top, const struct tb_pins_in *in)
{
    top.rst = in->rst;
    top.i_reg_enable = in->reg_enable;
    top.i_reg_write = in->reg_write;
    top.i_reg_addr = in->reg_addr;
    top.i_reg_wdata = in->reg_wdata;
    READ_IN(0);
#if SOFA_READ_CHANNELS > 1
    READ_IN(1);
#endif
    top.i_wr_req_ready = in->wr.req_ready;
    top.i_wr_data_ready = in->wr.data_ready;
    top.i_wr_resp_valid = in->wr.resp_valid;
    top.i_wr_resp_error = in->wr.resp_error;
}

static void sample(Vsofa_core &top, struct tb_pins_out *out)
{
    out->reg_valid = top.o_reg_valid;
    out->reg_rdata = top.o_reg_rdata;
    out->irq = top.o_irq;
    READ_OUT(0);
#if SOFA_READ_CHANNELS > 1
    READ_OUT(1);
#endif
    out->wr.req_valid = top.o_wr_req_valid;
    out->wr.req_addr = top.o_wr_req_addr;
    out->wr.req_len = top.o_wr_req_len;
    out->wr.data_valid = top.o_wr_data_valid;
    out->wr.last = top.o_wr_last;
    if (top.o_wr_data_valid) {
        get(out->wr.data, top.o_wr_data);
        get(out->wr.strb, top.o_wr_strb);
    }
}

extern "C" __attribute__((visibility("default"))) void *tb_shim_create(const char *waves, int seed)
{
    Core *core = new Core(seed);
#ifdef SOFA_WAVES
    if (waves) {
        core->context.traceEverOn(true);
        core->top.trace(&core->waves, 99);
        core->waves.open(waves);
        core->dumping = core->waves.isOpen();
        if (!core->dumping) {
            delete core;
            return nullptr;
        }
    }
#else
    (void)waves;
#endif
    return core;
}

extern "C" __attribute__((visibility("default"))) void tb_shim_cycle(void *handle, const struct tb_pins_in *in, struct tb_pins_out *out)
{
    Core *core = static_cast<Core *>(handle);
    drive(core->top, in);
    step(core, 0);
    sample(core->top, out);
    step(core, 1);
    tb_assertion_take(core->failure);
    out->failure = core->failure[0] ? core->failure : nullptr;
}

#ifdef SOFA_COVERAGE
// Into $SOFA_COVERAGE, under the name of the core's place in the cache, where its RTL stands too.
static void write_coverage(Core *core)
{
    static unsigned written = 0;
    const char *directory = std::getenv("SOFA_COVERAGE");
    Dl_info here;
    if (!directory || !*directory || !dladdr(reinterpret_cast<void *>(&write_coverage), &here))
        return;
    std::string place(here.dli_fname);
    place.erase(place.rfind('/'));
    place = directory + place.substr(place.rfind('/')) + "." + std::to_string(getpid()) + "." + std::to_string(written++) + ".dat";
    core->context.coveragep()->write(place.c_str());
}
#endif

extern "C" __attribute__((visibility("default"))) void tb_shim_destroy(void *handle)
{
    Core *core = static_cast<Core *>(handle);
#ifdef SOFA_WAVES
    if (core->dumping)
        core->waves.close();
#endif
    core->top.final();
#ifdef SOFA_COVERAGE
    write_coverage(core);
#endif
    delete core;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "regs.h"

#include "../base/version.h"

#include <string.h>

#define COUNTER(name, offset, text) \
    {name "_LO", offset, SOFA_REG_COUNTER, "RO", 32, 0, text ", bits 31:0", {{0}}}, \
    {name "_HI", (offset) + 4, SOFA_REG_COUNTER, "RO", 32, 0, text ", bits 63:32 at the last read of a _LO", {{0}}}
#define BASE(name, offset, text) \
    {name "_BASE_LO", offset, SOFA_REG_DESCRIPTOR, "RW", 32, 0, "address of " text ", a multiple of the port's bytes", {{0}}}, \
    {name "_BASE_HI", (offset) + 4, SOFA_REG_DESCRIPTOR, "RW", 32, 0, "address of " text ", upper part", {{0}}}
#define STRIDE(name, offset, text) \
    {name "_STRIDE", offset, SOFA_REG_DESCRIPTOR, "RW", 32, 0, \
     "bytes from one row of " text " to the next, a multiple of the port's bytes", {{0}}}
#define JOB(name, offset, bits, text) {name, offset, SOFA_REG_DESCRIPTOR, "RW", bits, 0, text, {{0}}}

static const struct sofa_register table[] = {
    {"ID", 0x000, SOFA_REG_CONSTANT, "RO", 32, SOFA_ID, "identity of the core", {{0}}},
    {"VERSION", 0x004, SOFA_REG_CONSTANT, "RO", 32, SOFA_VERSION_WORD, "version of the generator",
     {{"patch", 0, 8, "patch"}, {"minor", 8, 8, "minor"}, {"major", 16, 16, "major"}}},
    {"CONFIG_HASH", 0x008, SOFA_REG_CONSTANT, "RO", 32, 0, "hash of the configuration, as in manifest.json", {{0}}},
    {"CONTROL", 0x00C, SOFA_REG_CONTROL, "WO", 4, 0, "commands; a bit written as 1 acts once",
     {{"start", 0, 1, "run the job; ignored while busy"},
      {"abort", 1, 1, "end the job with error 10; ignored when idle"},
      {"clear", 2, 1, "clear done, error and interrupt"},
      {"invalidate", 3, 1, "mode tokens: forget the pairs that earlier jobs generated"}}},
    {"STATUS", 0x010, SOFA_REG_STATUS, "RO", 16, 0, "state of the job",
     {{"busy", 0, 1, "a job runs"}, {"done", 1, 1, "a job has ended"}, {"error", 8, 8, "error code, 0 if none"}}},
    {"IRQ_ENABLE", 0x014, SOFA_REG_SETTING, "RW", 1, 0, "interrupt while done is set", {{0}}},
    {"WATCHDOG", 0x018, SOFA_REG_DESCRIPTOR, "RW", 32, SOFA_WATCHDOG_RESET,
     "cycles without progress before the job ends with error 11", {{0}}},
    JOB("ROWS", 0x020, 32, "query rows R, at least 1"),
    JOB("KEYS", 0x024, 32, "keys S, 1 to keys_max"),
    JOB("TILE", 0x028, 16, "keys of a tile, 1 to tile.keys"),
    JOB("KEPT", 0x02C, 16, "selection by rank: keys kept per row and tile, 1 to tile.kept_max and TILE"),
    {"FLAGS", 0x030, SOFA_REG_DESCRIPTOR, "RW", 5, 0, "options of the job",
     {{"carry", 0, 1, "selection by rank: the maximum is carried over the tiles of a row"},
      {"has_ranges", 1, 1, "RANGE_BASE holds {first, visible} of every row, two 32-bit words; else rows see all keys"},
      {"keep", 2, 1, "mode tokens: use the pairs that earlier jobs have generated"},
      {"notify", 3, 1, "of a job of the queue: done is set when it ends, not only when all have"},
      {"stop", 4, 1, "of a job of the queue: if it fails, no further job is begun"}}},
    JOB("MODE", 0x034, 8, "0: K and V are in memory; 1: they are generated from tokens; a core has one mode"),
    JOB("RADIUS", 0x038, 32, "selection by rank: clipping radius in score steps at row exponent 0; 0xFFFFFFFF: none"),
    JOB("SCORE_SHIFT", 0x03C, 8, "selection by rank: right shift of full scores, 0 to 15"),
    JOB("SCALE_MANTISSA", 0x040, 16, "mantissa of the softmax scale, 32768 to 65535"),
    JOB("SCALE_SHIFT", 0x044, 8, "right shift of the softmax scale, 0 to 63"),
    BASE("Q", 0x050, "Q"),
    BASE("K", 0x058, "K"),
    BASE("V", 0x060, "V"),
    BASE("O", 0x068, "O"),
    BASE("RANGE", 0x070, "the ranges"),
    STRIDE("Q", 0x080, "Q"),
    STRIDE("K", 0x084, "K"),
    STRIDE("V", 0x088, "V"),
    STRIDE("O", 0x08C, "O"),
    BASE("X", 0x090, "the tokens"),
    BASE("CODE", 0x098, "the packed codes of Wk"),
    BASE("WEIGHT", 0x0A0, "the packed biases and weights"),
    STRIDE("X", 0x0A8, "X"),
    JOB("HIDDEN", 0x0AC, 16, "hidden units H of a token, 1 to hidden_max"),
    JOB("HIDDEN_WORDS", 0x0B0, 16, "HIDDEN / predict.dims, rounded up"),
    JOB("KHAT_SHIFT", 0x0B4, 5, "right shift of predicted keys"),
    JOB("K_SHIFT", 0x0B8, 5, "right shift of generated keys"),
    JOB("V_SHIFT", 0x0BC, 5, "right shift of generated values"),
    BASE("ROTARY", 0x0C0, "the cosines and sines of keys"),
    BASE("TURN", 0x0C8, "the packed cosines and sines of predicted keys"),
    STRIDE("ROTARY", 0x0D0, "cosines and sines"),
    {"TURN_STRIDE", 0x0D4, SOFA_REG_DESCRIPTOR, "RW", 32, 0,
     "bytes from TURN_BASE to the words of a tile, for each key before it; a multiple of the port's bytes", {{0}}},
    JOB("ORDER", 0x0D8, 2, "order of tiles: 0 ascending; 1 from a block's last visible key down; 2 from the own position of its last row down, "
        "then from the last visible key down"),
    JOB("OWN_OFFSET", 0x0DC, 32, "position of the first row among the keys, below KEYS; the own position of a row is that of the one before plus 1, "
        "modulo KEYS"),
    JOB("POLICY", 0x0E0, 1, "selection: 0 by rank, the KEPT largest of a tile; 1 by mass"),
    JOB("MASS", 0x0E4, 10, "selection by mass: -16 log2 of the share of a row's weight that a kept key must seem to have; a larger one counts as 992"),
    JOB("OCTAVE_SHIFT", 0x0E8, 6, "selection by mass: right shift, less the row's exponent, that turns full scores into octaves"),
    BASE("KHAT", 0x0F0, "the plane of packed keys"),
    {"KHAT_STRIDE", 0x0F8, SOFA_REG_DESCRIPTOR, "RW", 32, 0,
     "bytes from the packed keys of one port beat, or of one key if it takes more, to the next; a multiple of the port's bytes", {{0}}},
    COUNTER("CYCLES", 0x100, "cycles from start to done"),
    COUNTER("PREDICT_BUSY", 0x108, "cycles with a useful prediction beat"),
    COUNTER("SELECT_BUSY", 0x110, "cycles with a beat in the selection network"),
    COUNTER("ATTEND_BUSY", 0x118, "lane-beats of attention"),
    COUNTER("PREDICT_STARVED", 0x120, "cycles prediction waits for data"),
    COUNTER("PREDICT_BLOCKED", 0x128, "cycles prediction waits for selection or attention"),
    COUNTER("ATTEND_STARVED", 0x130, "lane-cycles attention waits for pairs"),
    COUNTER("PAIRS", 0x138, "(row, key) pairs attended"),
    COUNTER("NEED_KEYS", 0x140, "needed keys: K and V rows read; mode tokens: generated or read back"),
    COUNTER("KEY_ROWS", 0x148, "keys predicted from; mode tokens: X rows, without those read again"),
    COUNTER("RAISES", 0x150, "references raised after a row's first pair"),
    COUNTER("CLIPPED", 0x158, "selection by rank: candidates dropped by the radius"),
    COUNTER("EMPTY_ROWS", 0x160, "rows that see no key"),
    COUNTER("BLOCKS", 0x168, "query blocks"),
    COUNTER("TILES", 0x170, "tiles with a visible key, over all blocks"),
    COUNTER("QUERY_BEATS", 0x178, "port beats of Q read"),
    COUNTER("KEY_BEATS", 0x180, "port beats of K read for needed keys"),
    COUNTER("VALUE_BEATS", 0x188, "port beats of V read"),
    COUNTER("RANGE_BEATS", 0x190, "port beats of ranges read"),
    COUNTER("OUTPUT_BYTES", 0x198, "bytes of O written"),
    COUNTER("GENERATED", 0x1A0, "keys generated"),
    COUNTER("FETCHED", 0x1A8, "generated keys read back"),
    COUNTER("KHAT_BUSY", 0x1B0, "cycles with a beat of key prediction"),
    COUNTER("KVGEN_BUSY", 0x1B8, "cycles in which the KV array multiplies"),
    COUNTER("KVGEN_STARVED", 0x1C0, "cycles the KV array waits for tokens or weights"),
    COUNTER("KVGEN_BLOCKED", 0x1C8, "cycles the KV array waits for its write-back"),
    COUNTER("TOKEN_BEATS", 0x1D0, "port beats of X read"),
    COUNTER("WEIGHT_BEATS", 0x1D8, "port beats of codes, biases and weights read"),
    COUNTER("CACHE_BYTES", 0x1E0, "bytes of K and V written"),
    COUNTER("ROTARY_BEATS", 0x1E8, "port beats of cosines and sines read"),
    COUNTER("KHAT_BEATS", 0x1F0, "port beats of packed keys, or of K rows, read for prediction"),
    {"JOBS_BASE_LO", 0x200, SOFA_REG_JOBS, "RW", 32, 0,
     "address of the ring of descriptors, a multiple of a descriptor's bytes; writes are ignored while busy", {{0}}},
    {"JOBS_BASE_HI", 0x204, SOFA_REG_JOBS, "RW", 32, 0, "address of the ring of descriptors, upper part", {{0}}},
    {"JOBS_COUNT", 0x208, SOFA_REG_JOBS, "RW", 16, 0,
     "descriptors of the ring; a write, ignored while busy, empties the queue: JOBS_HEAD and JOBS_TAIL become 0", {{0}}},
    {"JOBS_TAIL", 0x20C, SOFA_REG_JOBS, "RW", 16, 0,
     "number of the descriptor behind the last one to run, below JOBS_COUNT; a write begins or continues the queue", {{0}}},
    {"JOBS_HEAD", 0x210, SOFA_REG_JOBS, "RO", 16, 0, "number of the descriptor that runs, or is next; all before it have ended", {{0}}},
};

static const struct {
    const char *name, *text;
} error_table[SOFA_ERROR_COUNT] = {
    {"none", "no error"},
    {"rows", "ROWS is 0, or more than memory.address_bits can tell apart"},
    {"keys", "KEYS is 0 or larger than keys_max"},
    {"tile", "TILE is 0 or larger than tile.keys"},
    {"kept", "KEPT is 0, larger than tile.kept_max or larger than TILE"},
    {"alignment", "a base or stride is not a multiple of the port's bytes; RANGE_BASE counts with has_ranges"},
    {"mode", "MODE or ORDER is not supported"},
    {"range", "a row's first or visible is outside 0 to KEYS"},
    {"read_bus", "the memory answered a read with an error"},
    {"write_bus", "the memory answered a write with an error"},
    {"aborted", "the job was aborted"},
    {"watchdog", "no progress for WATCHDOG cycles"},
    {"scale", "SCORE_SHIFT, SCALE_MANTISSA or SCALE_SHIFT is out of range"},
    {"hidden", "HIDDEN is 0 or larger than hidden_max, or HIDDEN_WORDS does not fit it"},
    {"jobs", "JOBS_BASE is not a multiple of a descriptor's bytes, or JOBS_TAIL is not below JOBS_COUNT"},
};

const char *sofa_register_kind_name(enum sofa_register_kind kind)
{
    static const char *const names[] = {"constant", "control", "status", "setting", "descriptor", "jobs", "counter"};
    return names[kind];
}

const struct sofa_register *sofa_registers(unsigned *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}

static const struct sofa_register *find(const char *name)
{
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static int ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static int is_for_tokens(const char *name)
{
    static const char *const begins[] = {"X_", "CODE_", "WEIGHT_", "HIDDEN", "KHAT_SHIFT", "KHAT_BUSY", "K_SHIFT", "V_SHIFT",
                                         "GENERATED_", "FETCHED_", "KVGEN_", "TOKEN_", "CACHE_"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (strncmp(name, begins[i], strlen(begins[i])) == 0)
            return 1;
    return 0;
}

static int is_for_rotary(const char *name)
{
    return strncmp(name, "ROTARY_", 7) == 0 || strncmp(name, "TURN_", 5) == 0;
}

/* Mode kv. */
static int is_for_plane(const char *name)
{
    return strncmp(name, "KHAT_BASE", 9) == 0 || strcmp(name, "KHAT_STRIDE") == 0;
}

static int is_for_rank(const char *name)
{
    static const char *const names[] = {"KEPT", "RADIUS", "SCORE_SHIFT", "CLIPPED_LO", "CLIPPED_HI"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return 1;
    return 0;
}

/* Without the field; the register is as wide as the fields that are left need. */
static void leave_out(struct sofa_register *r, const char *field)
{
    unsigned kept = 0;
    r->bits = 0;
    for (unsigned i = 0; i < SOFA_FIELDS_MAX && r->field[i].name; i++)
        if (strcmp(r->field[i].name, field) != 0) {
            r->bits = r->field[i].low + r->field[i].bits;
            r->field[kept++] = r->field[i];
        }
    if (kept < SOFA_FIELDS_MAX)
        r->field[kept] = (struct sofa_field){NULL, 0, 0, NULL};
}

int sofa_register_for(struct sofa_register *out, const struct sofa_register *r, const struct sofa_config *c)
{
    *out = *r;
    if (strcmp(r->name, "CONFIG_HASH") == 0)
        out->reset = sofa_config_hash(c);
    if (c->mode != SOFA_MODE_TOKENS && is_for_tokens(r->name))
        return 0;
    if ((c->mode == SOFA_MODE_TOKENS || c->predict.source != SOFA_SOURCE_PLANE) && is_for_plane(r->name))
        return 0;
    if (c->mode == SOFA_MODE_TOKENS && strncmp(r->name, "KHAT_BEATS", 10) == 0)
        return 0;
    if (!c->select.orders && (strcmp(r->name, "ORDER") == 0 || strcmp(r->name, "OWN_OFFSET") == 0))
        return 0;
    if (c->select.policy != SOFA_POLICY_BOTH && strcmp(r->name, "POLICY") == 0)
        return 0;
    if (c->select.policy == SOFA_POLICY_MASS && is_for_rank(r->name))
        return 0;
    if (c->select.policy == SOFA_POLICY_RANK && (strcmp(r->name, "MASS") == 0 || strcmp(r->name, "OCTAVE_SHIFT") == 0))
        return 0;
    if ((c->mode != SOFA_MODE_TOKENS || !c->kvgen.rotary) && is_for_rotary(r->name))
        return 0;
    if (!c->jobs.queue && r->kind == SOFA_REG_JOBS)
        return 0;
    if (c->mode != SOFA_MODE_TOKENS && strcmp(r->name, "CONTROL") == 0)
        leave_out(out, "invalidate");
    if (!c->jobs.queue && strcmp(r->name, "FLAGS") == 0) {
        leave_out(out, "stop");
        leave_out(out, "notify");
    }
    if (c->mode != SOFA_MODE_TOKENS && strcmp(r->name, "FLAGS") == 0)
        leave_out(out, "keep");
    unsigned address = c->memory.address_bits;
    if ((ends_with(r->name, "_BASE_LO") || ends_with(r->name, "_STRIDE")) && address < 32)
        out->bits = address;
    if (ends_with(r->name, "_BASE_HI")) {
        if (address <= 32)
            return 0;
        out->bits = address - 32;
    }
    return 1;
}

unsigned sofa_counter_increment_bits(const char *name, const struct sofa_config *c, const struct sofa_derived *d)
{
    const struct {
        const char *name;
        unsigned bits;
    } wide[] = {
        {"ATTEND_BUSY", sofa_clog2((uint64_t)c->attend.lanes + 1)},
        {"ATTEND_STARVED", sofa_clog2((uint64_t)c->attend.lanes + 1)},
        {"PAIRS", sofa_clog2((uint64_t)d->lane_groups + 1)},
        {"RAISES", sofa_clog2((uint64_t)d->lane_groups + 1)},
        {"CLIPPED", d->kept_bits},
        {"EMPTY_ROWS", d->row_bits + 1},
        {"QUERY_BEATS", 2},
        {"KEY_BEATS", 2},
        {"KHAT_BEATS", 2},
        {"VALUE_BEATS", 2},
        {"RANGE_BEATS", 2},
        {"KEY_ROWS", sofa_clog2((uint64_t)d->load_keys + 1)},
        {"OUTPUT_BYTES", sofa_clog2((uint64_t)d->port_bytes + 1)},
        {"TOKEN_BEATS", 2},
        {"WEIGHT_BEATS", 2},
        {"ROTARY_BEATS", 2},
        {"CACHE_BYTES", sofa_clog2((uint64_t)d->port_bytes + 1)},
    };
    const struct sofa_register *r = find(name);
    if (!r || r->kind != SOFA_REG_COUNTER)
        return 0;
    size_t n = strlen(name) - 3; /* without _LO or _HI */
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (strlen(wide[i].name) == n && memcmp(wide[i].name, name, n) == 0)
            return wide[i].bits;
    return 1;
}

int sofa_register_apart(const char *name)
{
    static const char *const apart[] = {"ROWS", "SCALE_MANTISSA", "SCALE_SHIFT", "OCTAVE_SHIFT", "Q_BASE", "K_BASE", "V_BASE", "O_BASE",
                                        "RANGE_BASE", "KHAT_BASE"};
    for (unsigned i = 0; i < sizeof apart / sizeof *apart; i++) {
        size_t length = strlen(apart[i]);
        const char *end = name + length;
        if (strncmp(name, apart[i], length) == 0 && (!*end || strcmp(end, "_LO") == 0 || strcmp(end, "_HI") == 0))
            return 1;
    }
    return 0;
}

int sofa_register_offset(const char *name)
{
    const struct sofa_register *r = find(name);
    return r ? (int)r->offset : -1;
}

const char *sofa_error_code_name(unsigned code)
{
    return code < SOFA_ERROR_COUNT ? error_table[code].name : NULL;
}

const char *sofa_error_code_text(unsigned code)
{
    return code < SOFA_ERROR_COUNT ? error_table[code].text : NULL;
}

-- SPDX-License-Identifier: Apache-2.0
-- What sizes are called that several templates use, by subject. What ends in BITS is the width of what it names, in bits.

-- ---- how the core is built ----
TOKENS = cfg.mode == "tokens"
HIDDEN_SLICES = d.hidden_slices                     -- in which X passes
STREAMED = TOKENS and HIDDEN_SLICES > 1             -- X and its weights pass in slices
ROTARY = d.rotary == 1
RANK = d.by_rank == 1
MASS = d.by_mass == 1
BOTH_POLICIES = RANK and MASS
POLICY = BOTH_POLICIES and "both" or RANK and "rank" or "mass"
ORDERS = d.orders == 1                              -- tiles come in the order that the job asks for
FPGA = cfg.target == "fpga"
REGISTERED_LINKS = d.registered_links == 1          -- units talk through registers
WORD_MEMORIES = d.word_memories == 1                -- rows stay in memories of port words
SLOT_MEMORIES = d.slot_memories == 1                -- the window's slots are memories
QUERY_IN_WORDS = WORD_MEMORIES or REGISTERED_LINKS  -- query rows come word by word, to a single lane
STORED_RADII = d.stored_radii == 1                  -- selection keeps the radius of each row
OUTPUT_WORDS = d.output_words == 1                  -- the store reads finished rows word by word
COPIED_REGISTERS = d.copied_registers == 1          -- sofa_copy is used
BEAT_RADII = RANK and not STORED_RADII               -- a row's radius comes with its scores
SHIFT_COPIES = COPIED_REGISTERS and not TOKENS and not MASS      -- copies for columns of prediction; K^ comes later
WHOLE_PRODUCTS = d.whole_products == 1              -- a product of 16-bit factors comes from one multiplier
LANE_ALIGNS = d.lane_aligns == 1                    -- the lane shifts a retiring row for division
REGISTERED_ACCUMULATORS = d.row_interval > 3        -- O comes from a register behind its memory

-- ---- memory ----
ADDRESS_BITS = cfg.memory.address_bits
PORT_BITS = cfg.memory.port_bits
PORT_BYTES = d.port_bytes
PORT_BYTE_BITS = clog2(PORT_BYTES)                  -- place of a byte in a word of the port
READ_CHANNELS = cfg.memory.read_channels
PREFETCH = cfg.memory.prefetch
PREFETCH_COUNT_BITS = clog2(PREFETCH + 1)

-- ---- rows and keys ----
HEAD_DIM = cfg.head_dim
HEAD_PAIRS = HEAD_DIM // 2                          -- of dimensions that are rotated together
HEAD_PAIR_BITS = math.max(1, clog2(HEAD_PAIRS))
QUERY_BITS = cfg.data.query_bits                    -- of an element
KEY_BITS = cfg.data.key_bits
VALUE_BITS = cfg.data.value_bits
QUERY_WORD_BITS = clog2(d.query_beats)              -- number of a port word in its row
KEY_WORD_BITS = clog2(d.key_beats)
VALUE_WORD_BITS = clog2(d.value_beats)
KHAT_WORD_BITS = clog2(d.khat_beats)                -- in a row that is read for prediction
RANGE_WORD_BITS = clog2(d.range_beats)
RANGE_RECORDS = d.range_records                     -- {first, visible} of rows, in what is read at once
RECORD_BITS = math.max(1, clog2(RANGE_RECORDS))
RECORD_IN_WORDS = QUERY_IN_WORDS and PORT_BITS < 64 -- a record comes in words of the port
QUERY_BLOCK = cfg.query_block
ROW_BITS = d.row_bits                               -- number of a row in its block
ROWS_BITS = d.rows_bits                             -- of ROWS
TILE_KEYS = cfg.tile.keys
TILE_BITS = d.tile_bits                             -- holds 0 to TILE_KEYS
INDEX_BITS = d.index_bits                           -- number of a key in its tile
KEY_NUMBER_BITS = d.key_number_bits                 -- number of a key; holds 0 to keys_max
TILE_SLOTS = d.tile_slots                           -- tiles on chip; numbers of slots have two bits
TILE_END_BITS = math.max(KEY_NUMBER_BITS, TILE_BITS) + 1 -- where a tile ends, which may be past keys_max

-- ---- prediction ----
PREDICT_KEYS = cfg.predict.keys
PREDICT_DIMS = cfg.predict.dims
KEY_GROUPS = d.key_groups
KEY_GROUP_BITS = math.max(1, clog2(KEY_GROUPS))     -- number of a key group in its tile
DIM_SLICES = d.slices                               -- of PREDICT_DIMS dimensions, in a row of K^
DIM_SLICE_BITS = math.max(1, clog2(DIM_SLICES))
ARRAY_BITS = d.array_bits                           -- of an operand of the shift array: K^ or a token
ARRAY_SUM_BITS = d.array_sum_bits                         -- of a sum of the array
LOAD_KEYS = d.load_keys                             -- whose K^ comes, and goes into the array, in a cycle; neighbours
COLUMN_BITS = math.max(1, clog2(TOKENS and math.max(PREDICT_KEYS, PREDICT_DIMS) or PREDICT_KEYS)) -- of what the array takes in a cycle
KHAT_BITS = cfg.predict.operand_bits                -- of an element of K^
KHAT_ELEMENT_BITS = d.khat_element_bits             -- of an element where it is read: of K^ or K
KHAT_KEYS = TOKENS and 1 or d.khat_keys             -- in a row that is read for prediction
KHAT_ROW_BITS = KHAT_KEYS > 1 and PORT_BITS or HEAD_DIM * KHAT_ELEMENT_BITS
PLANE = not TOKENS and cfg.predict.source == 0      -- K^ stands in memory
SCAN = STREAMED and "slices" or TOKENS and "tokens" or KHAT_KEYS > 1 and "plane" or "rows" -- what a tile is read in for prediction
KHAT_PLACE_BITS = clog2(KEY_GROUPS * HEAD_DIM)      -- of a dimension of a key group's K^ (mode tokens)
ENCODE_WIDTH = d.encode_width                       -- elements of Q that are coded in a cycle
ENCODE_STEPS = d.encode_steps                       -- cycles that a row takes
ENCODE_PART = REGISTERED_LINKS and "words" or ENCODE_STEPS > 1 and "steps" or "once" -- how a row is taken
SCORE_BITS = cfg.predict.score_bits
KEY_COUNT_BITS = clog2(PREDICT_KEYS + 1)            -- holds 0 to PREDICT_KEYS
SCALED_SUM_BITS = ARRAY_SUM_BITS + (MASS and d.octave_fraction or 0)     -- of a sum before it is scaled
CODE_PLACES = d.array_powers - cfg.predict.code_powers              -- that the array's codes are larger than those of Q
OCTAVE_SHIFT_BITS = MASS and math.min(6, clog2(SCALED_SUM_BITS + CODE_PLACES)) or 0     -- of a shift of sums into octaves
SUM_SHIFT_BITS = math.max(OCTAVE_SHIFT_BITS, TOKENS and (MASS and 6 or 5) or 0, RANK and (MASS and 5 or 4) or 0)
PARTIAL_SUMS = DIM_SLICES > 1 or TOKENS             -- a sum is put together from several beats
PARTIAL_PLACES = 1 << ROW_BITS                      -- of partial sums: of a row, or of a column of predicted keys
if TOKENS then
    PARTIAL_PLACES = math.max(DIM_SLICES > 1 and PARTIAL_PLACES or 1, (STREAMED and KEY_GROUPS or 1) * HEAD_DIM)
end
PARTIAL_PLACE_BITS = math.max(1, clog2(PARTIAL_PLACES))

-- ---- selection ----
KEPT_MAX = cfg.tile.kept_max
KEPT_BITS = d.kept_bits                             -- holds 0 to KEPT_MAX
ENTRY_BITS = d.entry_bits                           -- {valid, score, ~index} of a key
TOP_BITS = SCORE_BITS + 1                           -- {valid, score} of the largest
OCTAVE_BITS = d.octave_bits                         -- of a score in octaves
OCTAVE_FRACTION = d.octave_fraction                 -- bits of its fraction
TREE_INPUTS = d.tree_inputs                         -- of a stage of an adder tree

WHOLE_TILES = d.whole_tiles == 1                    -- tiles that all rows see are known without a scan
WALK = REGISTERED_LINKS and "spaced" or "prompt"    -- over the keys of a tile

-- ---- schedule ----
WINDOW = cfg.attend.window
SLOT_BITS = math.max(1, clog2(WINDOW))              -- number of a slot of the window
LIST_BITS = d.list_bits                             -- number of a place in the list between issue order and window
QUEUE = cfg.attend.queue                            -- keys that wait for the window with the rows that need them; 0: in the need matrix
QUEUED = QUEUE > 0
QUEUE_BITS = clog2(QUEUE)                           -- number of a place in that queue
RING_ROOMS = d.ring_rooms
RING_BITS = math.max(1, clog2(RING_ROOMS))          -- place of a K and a V row in the ring
ENTRY_PLACE_BITS = WORD_MEMORIES and RING_BITS or SLOT_BITS -- where the rows of an entry are

-- ---- attention ----
LANES = cfg.attend.lanes
WIDTH = cfg.attend.width
BEATS = d.beats                                     -- of a pair in a lane: chunks of WIDTH elements in a row
BEAT_BITS = clog2(BEATS)
PHASE_BITS = math.max(1, BEAT_BITS)                 -- of a phase counter, which stands still if BEATS is 1
LANE_GROUPS = d.lane_groups
GROUP_LANES = d.group_lanes
LANE_ROWS = d.lane_rows
LANE_ROW_BITS = clog2(LANE_ROWS)                    -- number of a row in its lane
GROUP_ROWS = GROUP_LANES * LANE_ROWS
GROUP_LANE_BITS = clog2(GROUP_LANES)                -- number of a lane in its group
LANE_PLACE_BITS = LANE_ROW_BITS + 1                 -- {row, bank} in the lane's memories
LANE_PLACES = 2 * LANE_ROWS
GROUP_PLACE_BITS = LANE_PLACE_BITS + GROUP_LANE_BITS -- {row, bank, lane} in those of its group
GROUP_PLACES = LANE_PLACES << GROUP_LANE_BITS
CHUNK_PLACE_BITS = LANE_PLACE_BITS + BEAT_BITS
CHUNK_PLACES = LANE_PLACES << BEAT_BITS
QUERY_PLACE_BITS = LANE_PLACE_BITS + (QUERY_IN_WORDS and QUERY_WORD_BITS or BEAT_BITS)
QUERY_PLACES = LANE_PLACES << QUERY_PLACE_BITS - LANE_PLACE_BITS
QUERY_BUSES = d.query_buses
QUERY_WAY = WORD_MEMORIES and "words" or REGISTERED_LINKS and "links" or "buses" -- how query rows come to the lanes
LANE_QUERY_BITS = QUERY_IN_WORDS and PORT_BITS or WIDTH * QUERY_BITS -- of what is written into a lane at once
SLOT_COPIES = d.slot_copies == 1                    -- each lane has memories of the window's slots
OPERANDS = WORD_MEMORIES and "words" or SLOT_MEMORIES and "slots" or SLOT_COPIES and "copies" or "window" -- what a lane has operands from
ADDRESSES_OPERANDS = WORD_MEMORIES or SLOT_MEMORIES -- it asks for them
KEY_FETCH_BITS = ENTRY_PLACE_BITS + (WORD_MEMORIES and KEY_WORD_BITS or 0) -- of what it asks with
VALUE_FETCH_BITS = ENTRY_PLACE_BITS + (WORD_MEMORIES and VALUE_WORD_BITS or 0)
PRODUCT = SLOT_MEMORIES and "multiply" or "product" -- the multiplier of scale and SA-2: with registered operands or without
PRODUCTS = WHOLE_PRODUCTS and "whole" or "merged"   -- of SA-1 and SA-2: one by one, or added up before they are carried
DOT_PART = math.min(TREE_INPUTS, WIDTH)             -- products of SA-1 in one sum, if they are merged
DOT_PART_BITS = QUERY_BITS + KEY_BITS + clog2(DOT_PART)
VALUE_LATE = d.value_late                           -- cycles from p and its row to the use of p and V
ACCUMULATORS = REGISTERED_ACCUMULATORS and "spread" or "ram" -- the memory of O
STEER = LANE_ALIGNS and "aligned" or "plain"        -- by what O is shifted
LEAVE = LANE_ALIGNS and "aligned" or (GROUP_LANES > 1 or d.norm_units < LANE_GROUPS) and "shared" or "plain" -- how O leaves the lane
SCORE_TIME = d.score_time
SCALAR_TIME = SCORE_TIME + d.scale_time             -- from issue to t, the scaled score
WEIGHT_TIME = d.weight_time
DOT_BITS = d.dot_bits                               -- of Q.K
SCALED_BITS = DOT_BITS + 17                         -- of Q.K times the scale
SCALE = d.scale_time > 4 and "bits" or WHOLE_PRODUCTS and "whole" or "halves" -- how the score is scaled
HOLDS_STAGES = GROUP_LANES == 1 and BEATS > 1       -- operations stand BEATS cycles apart in the pipeline
DENOMINATOR_BITS = d.denominator_bits               -- of l
LEADING_BITS = clog2(DENOMINATOR_BITS - 14)         -- place of the leading one of l, less 14
ACCUMULATOR_BITS = d.accumulator_bits               -- of an element of O
OUTPUT_FRACTION = d.output_fraction                 -- bits of its fraction
RAISE_BITS = d.raise_bits                           -- of by what a raise shifts, in steps of two places
NORM_BITS = d.norm_bits                             -- of what a normalisation unit gets of it
NORM_SHIFT = d.norm_shift
NORM_UNITS = d.norm_units
NORM_UNIT_GROUPS = LANE_GROUPS // NORM_UNITS
NORM_WIDTH = d.norm_width
NORM_WORDS = d.norm_words
NORM_WORD_BITS = clog2(NORM_WORDS)
NORM_CHUNK_WORDS = NORM_WORDS // BEATS              -- of a chunk
NORM_REST_BITS = LANE_ALIGNS and NORM_SHIFT or LEADING_BITS -- of by what a unit itself shifts O
NORM_STARTS_EARLY = LANE_ALIGNS and REGISTERED_ACCUMULATORS -- its multipliers register what they get, so 1 / l begins before O comes
NORM_PRODUCT = NORM_STARTS_EARLY and "registered" or (WORD_MEMORIES or WHOLE_PRODUCTS) and "whole" or "merged" -- how it multiplies
NORM_HOLD = NORM_CHUNK_WORDS == 1 and "none" or NORM_STARTS_EARLY and "shifted" or BEATS == 1 and "row" or "chunks" -- what waits in it
NORM_QUEUE = OUTPUT_WORDS and "words" or NORM_WORDS > 1 and "gathered" or "rows" -- how finished rows wait
NORM_DATA_BITS = OUTPUT_WORDS and PORT_BITS or HEAD_DIM * 16 -- of what it offers at once
RETIRE_ROWS = d.retire_rows                         -- places in its queue
RETIRE_ROW_BITS = clog2(RETIRE_ROWS)

-- ---- mode tokens ----
SLICE_HALVES = math.min(2, HIDDEN_SLICES)           -- slices of weights that stand on chip
SLICE_COUNT_BITS = clog2(HIDDEN_SLICES + 1)
SLICE_WORDS = d.slice_words
SLICE_WORD_BITS = clog2(SLICE_WORDS + 1)            -- number of a word in its slice; holds 0 to SLICE_WORDS
WORD_TAIL_BITS = clog2(PREDICT_DIMS + 1)            -- how many hidden units the last word has
TOKEN_PLACE_BITS = math.max(1, clog2(TILE_KEYS * SLICE_WORDS)) -- of a word of tokens in its tile slot
CODE_PLACE_BITS = math.max(1, clog2(SLICE_WORDS * HEAD_DIM)) -- of a word of codes of wk in its slice
PROJECT_OUTPUTS = cfg.kvgen.outputs
PROJECT_INPUTS = cfg.kvgen.inputs
PROJECT_BITS = d.project_bits                       -- of a sum
PROJECT_TREE = d.project_tree
PROJECT_BLOCKS = d.project_blocks                   -- of PROJECT_OUTPUTS elements, in a generated row
KEY_BLOCK_BITS = clog2(2 * PROJECT_BLOCKS)          -- number of a block of a key: of its K row, then of its V row
PROJECT_STEPS = d.project_steps                     -- of PROJECT_INPUTS hidden units, in a word of tokens
PROJECT_STEP_BITS = math.max(1, clog2(PROJECT_STEPS))
WEIGHT_PLACE_BITS = math.max(1, clog2(2 * PROJECT_BLOCKS * SLICE_WORDS * PROJECT_STEPS)) -- of a word of weights in its slice
SUM_TIME = d.generate_time - 2                      -- from a run's last beat to its sums
WRITE_BACK_BITS = clog2(d.write_back_rows + 1)      -- how many rows wait to be written back
GENERATED_BITS = math.max(KEY_BITS, VALUE_BITS)
GENERATED_ROW_BITS = HEAD_DIM * GENERATED_BITS

-- ---- jobs ----
JOB_QUEUE = cfg.jobs.queue == 1                     -- jobs also come from a ring of descriptors in memory
JOBS = d.jobs_at_once                               -- in the machine
JOB_INDEX_BITS = 16                                 -- number of a descriptor
JOB_BYTE_BITS = clog2(d.job_bytes)                  -- place of a byte in a descriptor

-- ---- boards ----
LEAN = cfg.board.counters == 0                      -- registers keep only what engines take; CYCLES is the only counter
MEMORY_BYTE_BITS = clog2(cfg.board.memory_kib * 1024) -- place of a byte in the on-chip memory
MEMORY_WORD_BITS = MEMORY_BYTE_BITS - PORT_BYTE_BITS
